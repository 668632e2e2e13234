"""Checks files that ResNet4J exported: PyTorch loads the weights with strict=True and computes the same, ONNX's checker
passes the graphs, and ONNX Runtime computes the same.

The files come from `mvn -pl model-export -am -Dtest=ExportedFilesTest -DargLine="-Dexports=FOLDER ..." test`.
Usage: check_exports.py FOLDER
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import safetensors
import torch
from safetensors.torch import load_file
from torch import nn

from torch_files import CifarNet
from torch_inference import library_net

TOLERANCE = 1e-4


class OptionA(nn.Module):
    """akamaster's shortcut: every second pixel, zero channels before and behind."""

    def __init__(self, channels):
        super().__init__()
        self.added = channels // 4

    def forward(self, x):
        return nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.added, self.added))


def cifar(name):
    depth = int(name.removeprefix("cifar_resnet").removesuffix("_b"))
    net = CifarNet((depth - 2) // 6, 16)
    if not name.endswith("_b"):
        for stage, channels in ((net.layer2, 32), (net.layer3, 64)):
            stage[0].shortcut = OptionA(channels)
    return net


def torch_net(name):
    return cifar(name) if name.startswith("cifar_resnet") else library_net(name)[0]


def require_close(what, expected, found):
    largest = np.abs(expected).max()
    difference = np.abs(expected - found).max()
    assert largest > 0 and difference <= TOLERANCE * largest, f"{what}: {difference} of {largest}"
    return difference / largest


def check_torch(folder, name, io):
    with safetensors.safe_open(folder / f"{name}.safetensors", "pt") as file:
        names = file.metadata()["names"]
    if names.startswith("ResNet4J's own"):
        return f"PyTorch: {names}"
    net = torch_net(name).eval()
    net.load_state_dict(load_file(folder / f"{name}.safetensors"), strict=True)
    with torch.no_grad():
        found = net(io["input"]).flatten(1).numpy()
    return f"PyTorch strict, {require_close(name, io['logits'].numpy(), found):.1e}"


def check_onnx(path, io=None):
    onnx.checker.check_model(path, full_check=True)
    model = onnx.load(path, load_external_data=False)
    opset = model.opset_import[0].version
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    if io is None:
        return f"checker, opset {opset}"
    logits, = session.run(["logits"], {"input": io["input"].numpy()})
    worst = require_close(path, io["logits"].numpy(), logits)
    return f"checker, opset {opset}, ONNX Runtime {onnxruntime.__version__} {worst:.1e}"


def main(folder):
    for path in sorted(folder.glob("*.onnx")):
        recorded = path.with_suffix(".io.safetensors")
        if not recorded.exists():
            print(path.stem, check_onnx(path))
            continue
        io = load_file(recorded)
        print(f"{path.stem}: {check_torch(folder, path.stem, io)}; {check_onnx(path, io)}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
