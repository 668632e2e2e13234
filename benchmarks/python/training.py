"""Training steps in PyTorch, as org.resnet4j.benchmarks.worker.Recipe says."""

import itertools
import json
import os

import numpy
import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset
from torchvision.io import ImageReadMode, decode_image
from torchvision.transforms import v2

from nets import images, network

EPOCH = 400


def optimizer(net, recipe):
    """Weight decay is for weights of more than one dimension: neither biases nor norms have it."""
    parameters = list(net.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe["weightDecay"]},
        {"params": [p for p in parameters if p.ndim == 1], "weight_decay": 0.0},
    ]
    # PyTorch's fastest on the CPU: one kernel does what the others do in a loop over parameters.
    return torch.optim.SGD(groups, lr=recipe["learningRate"], momentum=recipe["momentum"], fused=True)


class Pictures(Dataset):
    """`length` images, for which each file comes up many times.

    torchvision's decoder and transforms of tensors: Pillow and transforms of its images take a quarter longer.
    """

    def __init__(self, folder, labels, length, transform):
        self.files = sorted(entry.path for entry in os.scandir(folder))
        self.labels = labels
        self.length = length
        self.transform = transform

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        index %= len(self.files)
        return self.transform(decode_image(self.files[index], ImageReadMode.RGB)), self.labels[index]


def loader(task, labels, length, varied):
    """This project's pipeline in PyTorch: PictureBatches.java tells what it does, and why epochs are long."""
    folder = task["files"]["folder"]
    with open(os.path.join(folder, "saved", "preprocessing.json")) as file:
        preprocessing = json.load(file)
    size = (task["height"], task["width"])
    if not varied:
        crop = [v2.Resize(preprocessing["resize"]["length"]), v2.CenterCrop(size)]
    elif task["height"] == 32:
        crop = [v2.RandomCrop(size, padding=4), v2.RandomHorizontalFlip()]
    else:
        crop = [v2.RandomResizedCrop(size), v2.RandomHorizontalFlip()]
    normal = [v2.ToDtype(torch.float32, scale=True), v2.Normalize(preprocessing["mean"], preprocessing["std"])]
    pictures = Pictures(os.path.join(folder, "pictures"), labels, length, v2.Compose(crop + normal))
    workers = task["threads"] if varied else 0
    return DataLoader(
        pictures, task["batch"], shuffle=varied, num_workers=workers, persistent_workers=workers > 0, drop_last=True
    )


def epochs(batches):
    for _ in itertools.count():
        yield from batches


class Training:
    def __init__(self, task, layout):
        self.task = task
        self.layout = layout
        self.recipe = task["recipe"]
        folder = task["files"]["folder"]
        shape = (task["batch"], task["channels"], task["height"], task["width"])
        labels = torch.from_numpy(numpy.fromfile(os.path.join(folder, "labels.f32"), "<f4")).long()
        if task["pipeline"] == "ON":
            self.first = next(iter(loader(task, labels, task["batch"], varied=False)))
            self.batches = epochs(loader(task, labels, EPOCH * task["batch"], varied=True))
        else:
            batch = images(os.path.join(folder, "images.f32"), shape).to(memory_format=layout)
            self.first = batch, labels[: task["batch"]]
            self.batches = itertools.repeat(self.first)
        self.net = network(task["model"], folder).to(memory_format=layout).train()
        self.optimizer = optimizer(self.net, self.recipe)
        self.losses = []

    def loss(self, batch, labels):
        # Weights and their gradients stay float32.
        with torch.autocast("cpu", torch.bfloat16, enabled=self.task["type"] == "BF16"):
            logits = self.net(batch)
        return functional.cross_entropy(logits.float(), labels)

    def compile(self):
        self.compiled = torch.compile(self.loss) if self.task["method"] == "TORCH_COMPILE" else self.loss

    def step(self, batch, labels):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.compiled(batch.to(memory_format=self.layout), labels)
        loss.backward()
        self.optimizer.step()
        return loss

    def call(self):
        if len(self.losses) < self.recipe["checkedSteps"]:
            self.losses.append(self.step(*self.first).item())
        else:
            self.step(*next(self.batches))

    def values(self):
        """The first steps' losses."""
        return torch.tensor(self.losses)
