"""Writes what a framework computed as a small JSON file."""
import json
import math
import pathlib

import numpy as np

RESOURCES = pathlib.Path(__file__).resolve().parents[1] / "src/main/resources/org/resnet4j/testdata"
SAMPLES = 256


def endpoint(values: np.ndarray) -> dict:
    """A tensor ([N, C, H, W] or [N, C]) as its shape, sums, largest magnitude and up to 256 evenly strided values."""
    flat = np.asarray(values, dtype=np.float32).reshape(-1)
    stride = math.ceil(flat.size / SAMPLES)
    # A stride that shares a factor with the map's size would sample a few pixels only (3136 on 56 x 56: the corner).
    while math.gcd(stride, math.prod(values.shape[1:])) > 1:
        stride += 1
    return {
        "shape": list(values.shape),
        "sum": float(flat.sum(dtype=np.float64)),
        "absoluteSum": float(np.abs(flat).sum(dtype=np.float64)),
        "largest": float(np.abs(flat).max()),
        "stride": stride,
        "values": [float(f"{v:.9g}") for v in flat[::stride]],
    }


def write(folder: str, name: str, record: dict) -> None:
    path = RESOURCES / folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes")
