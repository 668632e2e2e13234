"""Quantises a float ONNX model to QDQ int8 statically: quantize.py MODEL IMAGES SHAPE (TYPE OUTPUT)...

IMAGES is a file of little-endian floats, SHAPE theirs as N,C,H,W, TYPE s8s8 or u8s8: activations, then weights. Weights
are quantised per channel.
"""

import os
import sys
import tempfile

import numpy
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

BATCH = 8
ACTIVATIONS = {"s8s8": QuantType.QInt8, "u8s8": QuantType.QUInt8}


class Images(CalibrationDataReader):
    def __init__(self, images, name):
        self.batches = iter([{name: images[i : i + BATCH]} for i in range(0, len(images), BATCH)])

    def get_next(self):
        return next(self.batches, None)


def input_name(model):
    import onnx

    return onnx.load(model, load_external_data=False).graph.input[0].name


def main(model, images, shape, *outputs):
    values = numpy.fromfile(images, "<f4").reshape([int(size) for size in shape.split(",")])
    with tempfile.TemporaryDirectory(dir=os.path.dirname(model)) as folder:
        # Batch norms are folded into convolutions first: behind quantised ones they would stay.
        folded = os.path.join(folder, "folded.onnx")
        quant_pre_process(model, folded, skip_symbolic_shape=True)
        for kind, output in zip(outputs[::2], outputs[1::2]):
            quantize_static(
                folded,
                output,
                Images(values, input_name(model)),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=ACTIVATIONS[kind],
                weight_type=QuantType.QInt8,
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
