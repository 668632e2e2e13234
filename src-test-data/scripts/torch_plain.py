"""Residual nets in plain PyTorch, written from the papers, for members of the family that no library has.

He et al. 2015 (arXiv 1512.03385), He et al. 2016 (1603.05027), Zagoruyko and Komodakis 2016 (1605.07146), Xie et al. 2017
(1611.05431). Modules bear ResNet4J's vertex names.
"""
import dataclasses
from typing import Callable

import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Plan:
    """Everything in which one net differs from another."""
    depths: tuple
    stem_channels: int
    width: int                       # stage 1's channels before the bottleneck's expansion; doubled every stage
    classes: int = 10
    bottleneck: bool = False
    version: str = "v1.5"            # v1: stride in the first convolution; v1.5: in the 3x3; v2: so, and pre-activated
    imagenet_stem: bool = False
    shortcut: str = "B"              # A: zero-padded, B: projection where shapes differ, C: always, none, trunk (R2)
    groups: int = 1
    width_per_group: int = 64
    dilation: tuple = ()             # for stages 2 and up: dilate instead of stride
    norm: Callable = nn.BatchNorm2d
    norm_after_add: bool = False

    @property
    def expansion(self) -> int:
        return 4 if self.bottleneck else 1

    @property
    def preactivated(self) -> bool:
        return self.version == "v2"


class Pad(nn.Module):
    """Option A: every stride-th pixel from the first on, new channels of zeros half before and half after the old."""

    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.stride = stride
        self.before = (channels_out - channels_in) // 2
        self.after = channels_out - channels_in - self.before

    def forward(self, x):
        return functional.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.before, self.after))


class Block(nn.Module):
    def __init__(self, plan: Plan, channels_in, width, stride, dilation):
        super().__init__()
        self.plan = plan
        channels_out = width * plan.expansion
        bias = plan.shortcut == "trunk"
        mid = int(width * plan.width_per_group / 64) * plan.groups
        if plan.bottleneck:
            first = stride if plan.version == "v1" else 1
            shapes = [(channels_in, mid, 1, first), (mid, mid, 3, stride // first), (mid, channels_out, 1, 1)]
        else:
            shapes = [(channels_in, width, 3, stride), (width, width, 3, 1)]
        self.count = len(shapes)
        if plan.preactivated:
            self.preact_norm = plan.norm(channels_in)
        for i, (inputs, outputs, size, step) in enumerate(shapes, start=1):
            spread = dilation if size == 3 else 1
            self.add_module(f"conv{i}", nn.Conv2d(inputs, outputs, size, step, spread * (size // 2), spread,
                                                  plan.groups if size == 3 else 1, bias))
            if i < self.count or not plan.preactivated:
                self.add_module(f"norm{i}", plan.norm(outputs))
        differs = stride != 1 or channels_in != channels_out
        if plan.shortcut == "C" or plan.shortcut == "B" and differs:
            self.shortcut_conv = nn.Conv2d(channels_in, channels_out, 1, stride, bias=False)
            if not plan.preactivated:
                self.shortcut_norm = plan.norm(channels_out)
        elif plan.shortcut == "A" and differs:
            self.shortcut_pad = Pad(channels_in, channels_out, stride)

    def shortcut(self, x):
        for name in ("shortcut_conv", "shortcut_norm", "shortcut_pad"):
            if hasattr(self, name):
                x = getattr(self, name)(x)
        return x

    def forward(self, x):
        return self.preactivated(x) if self.plan.preactivated else self.postactivated(x)

    def preactivated(self, x):
        y = functional.relu(self.preact_norm(x))
        identity = self.shortcut(y) if hasattr(self, "shortcut_conv") else x
        for i in range(1, self.count):
            y = functional.relu(getattr(self, f"norm{i}")(getattr(self, f"conv{i}")(y)))
        return identity + getattr(self, f"conv{self.count}")(y)

    def postactivated(self, x):
        y = x
        for i in range(1, self.count):
            y = functional.relu(getattr(self, f"norm{i}")(getattr(self, f"conv{i}")(y)))
        y = getattr(self, f"conv{self.count}")(y)
        last_norm = getattr(self, f"norm{self.count}")
        if self.plan.norm_after_add:
            return functional.relu(last_norm(y + self.shortcut(x)))
        y = last_norm(y)
        return functional.relu(y if self.plan.shortcut == "none" else y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, plan: Plan):
        super().__init__()
        trunk = plan.shortcut == "trunk"
        stem = {"stem_conv": nn.Conv2d(3, plan.stem_channels, 7, 2, 3, bias=trunk) if plan.imagenet_stem
                else nn.Conv2d(3, plan.stem_channels, 3, 1, 1, bias=trunk)}
        if not plan.preactivated:
            stem |= {"stem_norm": plan.norm(plan.stem_channels), "stem_relu": nn.ReLU()}
        if plan.imagenet_stem:
            stem["stem_pool"] = nn.MaxPool2d(3, 2, 1)
        self.order = []
        self.points = {"stem": list(stem)[-1]}
        for name, module in stem.items():
            self.append(name, module)
        channels, dilation = plan.stem_channels, 1
        for stage, depth in enumerate(plan.depths, start=1):
            width = plan.width << stage - 1
            stride = 1 if stage == 1 else 2
            first_dilation = dilation
            if stage > 1 and plan.dilation and plan.dilation[stage - 2]:
                dilation, stride = dilation * stride, 1
            if trunk and stride == 2:
                self.append(f"stage{stage}_downsample", nn.Conv2d(channels, width, 2, 2))
                channels, stride = width, 1
            for block in range(1, depth + 1):
                name = f"stage{stage}_block{block}"
                self.append(name, Block(plan, channels, width, stride, first_dilation if block == 1 else dilation))
                channels, stride = width * plan.expansion, 1
            self.points[f"stage{stage}"] = name
        if plan.preactivated:
            self.append("final_norm", plan.norm(channels))
            self.append("final_relu", nn.ReLU())
        self.append("pool", nn.AdaptiveAvgPool2d(1))
        self.append("flat", nn.Flatten())
        self.append("logits", nn.Linear(channels, plan.classes))
        self.points |= {"pool": "pool", "logits": "logits"}

    def append(self, name, module):
        self.add_module(name, module)
        self.order.append(name)

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
        return x


def cifar(depth: int, shortcut: str = "A", **options) -> ResNet:
    """6n+2 layers of basic blocks on widths 16, 32, 64 (He et al. 2015, 4.2)."""
    n, rest = divmod(depth - 2, 6)
    assert rest == 0
    return ResNet(Plan((n,) * 3, 16, 16, shortcut=shortcut, **options))


def cifar_v2(depth: int) -> ResNet:
    """9n+2 layers of pre-activation bottlenecks (He et al. 2016)."""
    n, rest = divmod(depth - 2, 9)
    assert rest == 0
    return ResNet(Plan((n,) * 3, 16, 16, bottleneck=True, version="v2"))


def cifar_wide(depth: int, widen: int) -> ResNet:
    """6n+4 layers of pre-activation basic blocks, `widen` times as wide (Zagoruyko and Komodakis 2016)."""
    n, rest = divmod(depth - 4, 6)
    assert rest == 0
    return ResNet(Plan((n,) * 3, 16, 16 * widen, version="v2"))
