"""The networks of the contest in PyTorch, as torchvision or (CIFAR) akamaster names their tensors."""

import os

import torch
import torchvision
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional


class BasicBlock(nn.Module):
    """Two 3x3 convolutions; a shortcut that changes size takes every other pixel and fills channels with zeros."""

    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride = stride
        self.padding = (channels - channels_in) // 2

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.padding:
            x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(x + y)


class CifarResNet(nn.Module):
    """He et al. 2015, section 4.2: 6n+2 layers, shortcuts without parameters. Images [N, 3, 32, 32]."""

    def __init__(self, depth, classes=10):
        super().__init__()
        n = (depth - 2) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, 1, n)
        self.layer2 = self._stage(16, 32, 2, n)
        self.layer3 = self._stage(32, 64, 2, n)
        self.linear = nn.Linear(64, classes)

    @staticmethod
    def _stage(channels_in, channels, stride, n):
        blocks = [BasicBlock(channels_in if i == 0 else channels, channels, stride if i == 0 else 1) for i in range(n)]
        return nn.Sequential(*blocks)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def network(name, folder):
    """The zoo's network of that name, up to the logits; every tensor comes from the folder's file, and all of it."""
    prefix = "cifar_resnet"
    net = (
        CifarResNet(int(name.removeprefix(prefix)))
        if name.startswith(prefix)
        else torchvision.models.get_model(name, weights=None)
    )
    net.load_state_dict(load_file(os.path.join(folder, "torch.safetensors")), strict=True)
    return net


def images(file, shape):
    """The first images of a file of little-endian floats, [N, C, H, W]."""
    values = torch.from_file(file, size=torch.Size(shape).numel(), dtype=torch.float32)
    return values.reshape(shape).clone()
