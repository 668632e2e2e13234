"""TensorBoard's event files: records one that PyTorch's SummaryWriter writes, or checks those that ResNet4J wrote by
TensorBoard's own reader.

The files to check come from
`mvn -pl training-examples -am -Dtest=EventFileTest -Dsurefire.failIfNoSpecifiedTests=false -Devents=FOLDER test`.
Usage: event_files.py record | event_files.py check FOLDER/run
"""
import io
import math
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from record import RESOURCES

SECONDS = 1_700_000_000.25
RECIPE = "# Recipe\n\n*rate* 0.1, größer"


def record():
    time.time = lambda: SECONDS
    from torch.utils.tensorboard import SummaryWriter
    from tensorboard.compat.proto.event_pb2 import Event, SessionLog

    with tempfile.TemporaryDirectory() as folder:
        writer = SummaryWriter(folder)
        writer.file_writer.add_event(Event(session_log=SessionLog(status=SessionLog.START)), 11, SECONDS)
        writer.add_scalar("loss/train", 2.5, 11, SECONDS)
        writer.add_scalar("loss/train", math.pi, 1 << 40, SECONDS)
        writer.add_scalar("loss/validation", math.inf, 11, SECONDS)
        writer.add_text("recipe", RECIPE, 0, SECONDS)
        values = np.array([v for v in range(31) for _ in range(v + 1)], dtype=np.float32)
        counts, limits = np.histogram(values, bins=30)
        writer.add_histogram_raw("weights", values.min(), values.max(), len(values), values.sum(), (values ** 2).sum(),
                                 limits[1:].tolist(), counts.tolist(), 11, SECONDS)
        writer.close()
        (written,) = Path(folder).iterdir()
        target = RESOURCES / "tensorboard" / "events.out.tfevents.recorded"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(written.read_bytes())
        print(f"{target.name}: {target.stat().st_size} bytes")


def expect(what, expected, found):
    if expected != found:
        sys.exit(f"{what}: expected {expected}, found {found}")
    print(f"{what}: {found}")


def check(folder):
    """A run of steps 1 to 6, killed in the middle of a record and resumed at 4 with other values up to 8."""
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer

    files = sorted(file.name for file in Path(folder).iterdir())
    expect("files", 2, len(files))
    run = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "histograms": 0, "tensors": 0})
    run.Reload()
    scalars = run.Scalars("loss/train")
    expect("steps", list(range(1, 9)), [s.step for s in scalars])
    expect("losses", [1 / step if step <= 4 else 100.0 + step for step in range(1, 9)],
           [round(s.value, 6) if s.step > 4 else round(s.value * s.step) / s.step for s in scalars])
    expect("NaN", True, math.isnan(run.Scalars("loss/validation")[0].value))
    text = run.Tensors("recipe")[0]
    expect("text", RECIPE, text.tensor_proto.string_val[0].decode())
    expect("text plugin", ["recipe"], list(run.PluginTagToContent("text")))
    picture = run.Images("sample")[0]
    pixels = Image.open(io.BytesIO(picture.encoded_image_string))
    expect("image", ((3, 2), (3, 2)), ((picture.width, picture.height), pixels.size))
    expect("pixel", (255, 128, 0), pixels.convert("RGB").getpixel((1, 0)))
    histogram = run.Histograms("weights")[0].histogram_value
    expect("histogram", (496.0, 0.0, 30.0), (histogram.num, histogram.min, histogram.max))
    expect("buckets", [*map(float, range(1, 30)), 61.0], list(histogram.bucket))
    expect("equal values", [4.0], list(run.Histograms("equal")[0].histogram_value.bucket))

    multiplexer = EventMultiplexer().AddRun(str(folder), "run")  # what the pages read
    multiplexer.Reload()
    expect("steps on the page", list(range(1, 9)), [e.step for e in multiplexer.Tensors("run", "loss/train")])
    expect("bars on the page", (30, 3),
           tuple(d.size for d in multiplexer.Tensors("run", "weights")[0].tensor_proto.tensor_shape.dim))


if __name__ == "__main__":
    if sys.argv[1:] == ["record"]:
        record()
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        check(sys.argv[2])
    else:
        sys.exit(__doc__)
