"""benchmarks/recipes/cifar10-one-cycle.yaml in PyTorch: ResNet-20 on a folder of CIFAR-10's images, to metrics.csv.

Writes the columns that `resnet4j compare` reads. Everything is kept in memory after the first reading, as 8-bit tensors;
crops and flips are those of torchvision, done a batch at a time, which is several times as fast as a DataLoader.
"""

import argparse
import csv
import os
import time

import torch
from torch import nn
from torch.nn import functional
from torchvision.io import ImageReadMode, decode_image


class Block(nn.Module):
    """He et al. 2015, 4.2: two 3x3 convolutions; the shortcut of option A, strided and padded with zeros."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.stride = stride
        self.pad = (outputs - inputs) // 2

    def forward(self, x):
        y = functional.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        if self.stride > 1:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))
        return functional.relu(x + y)


class ResNet(nn.Module):
    def __init__(self, depth, classes=10):
        super().__init__()
        n = (depth - 2) // 6
        self.stem = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        widths = [16] * n + [32] * n + [64] * n
        inputs = [16] + widths[:-1]
        self.blocks = nn.Sequential(*(Block(i, o, 1 if i == o else 2) for i, o in zip(inputs, widths)))
        self.logits = nn.Linear(64, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x):
        x = self.blocks(functional.relu(self.norm(self.stem(x))))
        return self.logits(x.mean((2, 3)))


def load(folder):
    classes = sorted(os.listdir(folder))
    images, labels = [], []
    for label, name in enumerate(classes):
        for file in sorted(os.listdir(os.path.join(folder, name))):
            images.append(decode_image(os.path.join(folder, name, file), ImageReadMode.RGB))
            labels.append(label)
    return torch.stack(images), torch.tensor(labels)


def varied(images, generator):
    """Pads by 4, crops at random, mirrors half of them: each image by draws of its own."""
    n = images.shape[0]
    padded = functional.pad(images, (4, 4, 4, 4))
    right = torch.randint(0, 9, (n,), generator=generator)
    down = torch.randint(0, 9, (n,), generator=generator)
    flip = torch.rand(n, generator=generator) < 0.5
    rows = (down[:, None] + torch.arange(32)).clamp(0, 39)
    columns = right[:, None] + torch.arange(32)
    columns = torch.where(flip[:, None], columns.flip(1), columns)
    return padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("data")
    options.add_argument("out")
    options.add_argument("--epochs", type=int, default=15)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--compile", action="store_true")
    options.add_argument("--float32", action="store_true")
    arguments = options.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    generator = torch.Generator().manual_seed(arguments.seed)
    started = time.time()
    train, labels = load(os.path.join(arguments.data, "train"))
    test, test_labels = load(os.path.join(arguments.data, "test"))
    mean = (train.float() / 255).mean((0, 2, 3)).view(1, 3, 1, 1)
    deviation = (train.float() / 255).std((0, 2, 3)).view(1, 3, 1, 1)
    print(f"read in {time.time() - started:.1f} s", flush=True)

    net = ResNet(20).to(memory_format=torch.channels_last)
    step = torch.compile(net) if arguments.compile else net
    batch = 128
    steps = (len(labels) + batch - 1) // batch
    optimizer = torch.optim.SGD(net.parameters(), 0.2, 0.9, nesterov=True, weight_decay=5e-4, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=arguments.epochs * steps, pct_start=0.2, cycle_momentum=False
    )

    def normal(images):
        pixels = (images.float() / 255 - mean) / deviation
        return pixels.contiguous(memory_format=torch.channels_last)

    def autocast():
        return torch.autocast("cpu", torch.bfloat16, enabled=not arguments.float32)

    os.makedirs(arguments.out, exist_ok=True)
    with open(os.path.join(arguments.out, "metrics.csv"), "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            "epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,images_per_second,seconds,phase".split(",")
        )
        for epoch in range(1, arguments.epochs + 1):
            began = time.time()
            net.train()
            loss_sum = right = 0
            for indices in torch.randperm(len(labels), generator=generator).split(batch):
                pixels = normal(varied(train[indices], generator))
                optimizer.zero_grad(set_to_none=True)
                with autocast():
                    logits = step(pixels)
                loss = functional.cross_entropy(logits.float(), labels[indices])
                loss.backward()
                optimizer.step()
                rate = schedule.get_last_lr()[0]
                schedule.step()
                loss_sum += loss.item() * len(indices)
                right += (logits.argmax(1) == labels[indices]).sum().item()
            trained = time.time() - began
            net.eval()
            test_loss = test_right = 0
            with torch.no_grad():
                for start in range(0, len(test_labels), 500):
                    part = test_labels[start : start + 500]
                    with autocast():
                        logits = net(normal(test[start : start + 500])).float()
                    test_loss += functional.cross_entropy(logits, part, reduction="sum").item()
                    test_right += (logits.argmax(1) == part).sum().item()
            n, m = len(labels), len(test_labels)
            rows.writerow(
                [epoch, f"{loss_sum / n:.6f}", f"{right / n:.6f}", f"{test_loss / m:.6f}", f"{test_right / m:.6f}",
                 f"{rate:.8f}", f"{n / trained:.2f}", f"{time.time() - began:.3f}", "all"]
            )
            file.flush()
            print(f"epoch {epoch}: {test_right / m:.4f}, {time.time() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
