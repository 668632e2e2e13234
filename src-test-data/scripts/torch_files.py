"""Writes small files of torch.save, and what PyTorch computes with them, to resources/.../pytorch.

python torch_files.py

torchvision's and timm's nets are built narrow, so that a file takes some kilobytes; every published net's names and
shapes are listed as well (shapes.json), so that nothing depends on the width.
"""
import argparse
import copy
import json
import shutil

import numpy as np
import timm
import torch
import torchvision
from timm.layers import BatchNormAct2d, create_conv2d
from timm.models.resnetv2 import ResNetV2
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

import record
from torch_inference import TORCHVISION_NETS
from torch_tensors import set_formula, timm_v2_name, torchvision_name

FOLDER = record.RESOURCES / "pytorch"
WIDTH = 4
TIMM_NETS = {f"resnet{d}_v2": f"resnetv2_{d}" for d in (18, 34, 50, 101, 152)}


class Narrow(ResNet):
    """torchvision's ResNet with every channel count divided by 64 / WIDTH."""

    def __init__(self, block, layers, classes, **options):
        super().__init__(block, layers, num_classes=classes, **options)
        self.conv1 = nn.Conv2d(3, WIDTH, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(WIDTH)
        self.fc = nn.Linear(8 * WIDTH * block.expansion, classes)

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:
            self.inplanes = WIDTH
        return super()._make_layer(block, planes * WIDTH // 64, blocks, stride, dilate)


class ReferenceBottleneck(nn.Module):
    """R1c's block: convolution, norm, ReLU; the stride is the 3x3's."""

    def __init__(self, inputs, middle, stride):
        super().__init__()
        outputs = 4 * middle
        self.conv1 = nn.Conv2d(inputs, middle, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(middle)
        self.conv3 = nn.Conv2d(middle, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.stride = stride

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return self.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet_v2(nn.Module):
    """R1c at a narrower width; forward ends in the features, as the reference's does."""

    def __init__(self, layers, classes, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = width
        for stage, units in enumerate(layers):
            blocks = []
            for i in range(units):
                blocks.append(ReferenceBottleneck(inputs, width << stage, 2 if stage > 0 and i == 0 else 1))
                inputs = 4 * (width << stage)
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.avgpool(x).flatten(1)


class PositionStage(nn.Module):
    """A stage of R2's variant: a biased 2x2 convolution of stride 2 on the trunk, then plain units."""

    def __init__(self, inputs, outputs, units):
        super().__init__()
        self.ResBlockModules = nn.ModuleList(nn.Sequential(
            nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs), nn.ReLU()),
            nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs))) for _ in range(units))
        self.poolLayer = nn.Sequential(nn.Conv2d(inputs, outputs, 2, 2)) if inputs != outputs else None

    def forward(self, x):
        if self.poolLayer is not None:
            x = self.poolLayer(x)
        for unit in self.ResBlockModules:
            x = torch.relu(x + unit(x))
        return x


class PositionNet(nn.Module):
    """R2's variant, whose tensors are named by position."""

    def __init__(self, units, width):
        super().__init__()
        self.ResNetModule = nn.Sequential(
            nn.Conv2d(3, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU(),
            PositionStage(width, width, units), PositionStage(width, 2 * width, units),
            PositionStage(2 * width, 4 * width, units),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10))

    def forward(self, x):
        return self.ResNetModule(x)


class CifarBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class CifarNet(nn.Module):
    """The CIFAR net with projections, in the names that most reproductions use (shortcut.0, linear)."""

    def __init__(self, units, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage in range(3):
            blocks = []
            for i in range(units):
                blocks.append(CifarBlock(inputs, width << stage, 2 if stage > 0 and i == 0 else 1))
                inputs = width << stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.linear = nn.Linear(inputs, 10)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class Odd(nn.Module):
    """What a module's state dict leaves out, and what it holds twice."""

    def __init__(self):
        super().__init__()
        self.register_buffer("kept", torch.arange(3.0))
        self.register_buffer("unsaved", torch.arange(4.0), persistent=False)
        self.register_parameter("absent", None)
        self.one = nn.Linear(2, 3, bias=False)
        self.other = nn.Linear(2, 3)
        self.other.weight = self.one.weight
        self.again = self.one
        self.nothing = None
        self.activation = torch.tanh


def seeded(net):
    """Random values that keep activations moderate, for nets that no naming script knows."""
    generator = torch.Generator().manual_seed(5)
    for name, tensor in net.state_dict().items():
        if tensor.dim() > 1:
            tensor.normal_(0, (1.5 / tensor[0].numel()) ** 0.5, generator=generator)
        elif name.endswith("running_var") or name.endswith("weight"):
            tensor.uniform_(0.5, 1.5, generator=generator)
        elif tensor.dim() == 1:
            tensor.normal_(0, 0.1, generator=generator)
    return net


def formula_net(net, name_of):
    set_formula(net, name_of)
    return net


def outputs(net, x):
    net.eval()
    with torch.no_grad():
        return net(x).flatten(1)


def net_input(shape):
    """In [-1, 1], without a file: the Java twin is in NetParityTest."""
    index = torch.arange(int(np.prod(shape)), dtype=torch.int64)
    return (index * 7919 % 1001 / 500 - 1).float().reshape(shape)


def case(file, model, net, size, *, depths, width=WIDTH, groups=None, head=True, computed=None):
    """A file's entry in nets.json: the zoo's model with these dimensions must compute this."""
    x = net_input((2, 3, size, size))
    y = outputs(net, x) if computed is None else computed(x)
    assert 0.05 < y.abs().max() < 1000, y.abs().max()
    return {"file": file, "model": model, "width": width, "depths": depths, "groups": groups, "head": head,
            "input": list(x.shape),
            "output": {"shape": list(y.shape), "values": [float(f"{v:.9g}") for v in y.flatten()]}}


def parallel_checkpoint(net):
    """As a training program writes it: DataParallel's names, the optimiser's state, options, numbers of every kind."""
    net = copy.deepcopy(net).train()
    optimizer = torch.optim.SGD(net.parameters(), 1e-9, momentum=0.9)
    net(torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))).sum().backward()
    optimizer.step()
    return {"epoch": 3, "arch": "resnet18", "best_acc1": np.float64(71.5), "loss": torch.tensor(0.5), "done": False,
            "args": argparse.Namespace(lr=0.1), "device": torch.device("cpu"), "shape": torch.Size([1, 2]),
            "state_dict": nn.DataParallel(net).state_dict(), "optimizer": optimizer.state_dict()}, net


def write_nets():
    cases = []
    basic = formula_net(Narrow(BasicBlock, [2, 1, 1, 1], 5), torchvision_name)
    torch.save(basic.state_dict(), FOLDER / "basic.pth")
    torch.save(basic.state_dict(), FOLDER / "basic_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"model": {name: tensor.half() if tensor.is_floating_point() else tensor
                          for name, tensor in basic.state_dict().items()}}, FOLDER / "basic_half.pt")
    basic_case = case("basic.pth", "resnet18", basic, 40, depths=[2, 1, 1, 1])
    cases += [basic_case, {**basic_case, "file": "basic_legacy.pth"}]
    rounded = copy.deepcopy(basic).half().float()
    cases.append(case("basic_half.pt", "resnet18", rounded, 40, depths=[2, 1, 1, 1]))
    checkpoint, net = parallel_checkpoint(basic)
    torch.save(checkpoint, FOLDER / "checkpoint.pth.tar")
    cases.append(case("checkpoint.pth.tar", "resnet18", net, 40, depths=[2, 1, 1, 1]))

    resnext = formula_net(Narrow(Bottleneck, [1, 1, 1, 1], 5, groups=2, width_per_group=32), torchvision_name)
    torch.save(resnext.to(memory_format=torch.channels_last).state_dict(), FOLDER / "resnext.pth")
    cases.append(case("resnext.pth", "resnext50_32x4d", resnext, 40, depths=[1, 1, 1, 1], groups=[2, 32]))

    reference = formula_net(ResNet_v2([3, 4, 6, 3], 10, 2), torchvision_name)
    torch.save(reference, FOLDER / "resnet.pkl")
    # The stream holds each class's source: a stand-in for PyTorch's own code and this machine's paths.
    torch.serialization.get_source_lines_and_file = lambda owner: ([f"class {owner.__name__}: pass\n"], 0, "net.py")
    torch.save(reference, FOLDER / "resnet_legacy.pkl", _use_new_zipfile_serialization=False)
    for file in ("resnet.pkl", "resnet_legacy.pkl"):
        cases.append(case(file, "resnet50", reference, 64, depths=[3, 4, 6, 3], width=2, head=False))
    cases.append(case("resnet.pkl", "resnet50", reference, 64, depths=[3, 4, 6, 3], width=2,
                      computed=lambda x: reference.fc(outputs(reference, x)).detach()))

    # timm rounds channels to multiples of 8.
    v2 = ResNetV2([1, 2], channels=(32, 64), stem_chs=8, num_classes=6, norm_layer=BatchNormAct2d,
                  conv_layer=create_conv2d)
    formula_net(v2, timm_v2_name)
    torch.save(v2.state_dict(), FOLDER / "resnetv2.pth")
    cases.append(case("resnetv2.pth", "resnet50_v2", v2, 40, depths=[1, 2], width=8))

    position = seeded(PositionNet(2, WIDTH))
    torch.save(position.state_dict(), FOLDER / "cifar_ResNet_.pth")
    cases.append(case("cifar_ResNet_.pth", "cifar_resnet14_conv", position, 16, depths=[2, 2, 2]))
    cifar = seeded(CifarNet(1, WIDTH))
    torch.save({"net": nn.DataParallel(cifar).state_dict(), "acc": 91.2, "epoch": 200}, FOLDER / "ckpt.pth")
    cases.append(case("ckpt.pth", "cifar_resnet8_b", cifar, 16, depths=[1, 1, 1]))
    cases.append(full_width())
    return cases


def full_width():
    """A net of the zoo as it is, for the command line, which knows no narrower ones; half precision for its size."""
    net = seeded(CifarNet(1, 16)).half()
    torch.save(nn.DataParallel(net).state_dict(), FOLDER / "cifar_resnet8_b.pth")
    return case("cifar_resnet8_b.pth", "cifar_resnet8_b", net.float(), 32, depths=[1, 1, 1], width=16)


def tensors():
    """Tensors of every type, and that lie in every way."""
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1
    steps = torch.arange(-3, 4)
    with_attribute = torch.arange(3.0)
    with_attribute.note = "kept by _rebuild_from_type_v2"
    parameter = nn.Parameter(torch.arange(4.0))
    parameter_with_state = nn.Parameter(torch.arange(5.0))
    parameter_with_state.note = "kept by _rebuild_parameter_with_state"
    return {
        "float32": base, "float64": base.double() * 1.1, "float16": (base * 1e-5).half(),
        "bfloat16": (base * 1e38).bfloat16(),
        "int64": steps * 1000, "int32": steps.int(), "int16": steps.short(), "int8": steps.char(),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8), "bool": torch.tensor([True, False]),
        "uint16": torch.tensor([0, 65535], dtype=torch.uint16),
        "scalar": torch.tensor(7), "empty": torch.zeros(0, 3), "transposed": base.permute(2, 0, 1),
        "strided": base[:, 1:, ::2], "row": base[1, 2], "expanded": base[0, 0].expand(3, 4),
        "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
        "tied": base, "with_attribute": with_attribute, "parameter": parameter,
        "parameter_with_state": parameter_with_state,
    }


def write_tensors():
    expected = {}
    for name, tensor in tensors().items():
        values = tensor.detach().double().flatten().tolist()
        expected[name] = {"shape": list(tensor.shape), "values": values}
    torch.save(tensors(), FOLDER / "tensors.pth")
    torch.save(tensors(), FOLDER / "tensors_protocol4.pth", pickle_protocol=4)
    # The stream's writer knows no uint16.
    legacy = {name: tensor for name, tensor in tensors().items() if name != "uint16"}
    torch.save(legacy, FOLDER / "tensors_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(legacy, FOLDER / "tensors_legacy_protocol5.pth", _use_new_zipfile_serialization=False, pickle_protocol=5)
    torch.save({"z": torch.ones(2, dtype=torch.complex64)}, FOLDER / "complex.pth")
    torch.save({"s": torch.eye(3).to_sparse()}, FOLDER / "sparse.pth")
    return expected


def write_module():
    odd = Odd()
    torch.save(odd, FOLDER / "module.pt")
    return {name: {"shape": list(tensor.shape), "values": tensor.double().flatten().tolist()}
            for name, tensor in odd.state_dict().items()}


def write_json(name, value):
    (FOLDER / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def published_shapes():
    nets = {}
    with torch.device("meta"):
        for model in TORCHVISION_NETS:
            nets[model] = getattr(torchvision.models, model)()
        for model, name in TIMM_NETS.items():
            nets[model] = timm.create_model(name)
    return {model: {name: list(tensor.shape) for name, tensor in net.state_dict().items()}
            for model, net in nets.items()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(3)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    write_json("nets.json", {"framework": f"torch {torch.__version__.split('+')[0]}", "cases": write_nets()})
    write_json("tensors.json", {"tensors": write_tensors(), "module": write_module()})
    write_json("shapes.json", published_shapes())
    torch.jit.script(nn.Linear(2, 2)).save(FOLDER / "script.pt")
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")
