"""Images a second of PyTorch's DataLoader: loading.py KIND CASE FOLDER WORKERS SECONDS.

KIND is pil (PIL images through torchvision's transforms) or tensors (torchvision.io's decoder, transforms.v2 on uint8
tensors); CASE is memory (CIFAR images in an array, pad-crop-flip), files (the same from files) or photos
(random-resized-crop 224, flip). Prints one number.
"""
import sys
import time

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset
from torchvision import io, transforms
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def decoded(path):
    return io.decode_image(io.read_file(path), mode=io.ImageReadMode.RGB)


class InMemory(Dataset):
    """As torchvision's CIFAR10 does it: pixels in one uint8 array, a PIL image for each access."""

    def __init__(self, folder, transform, pil):
        files = ImageFolder(folder)
        self.labels = [label for _, label in files.samples]
        pixels = numpy.stack([numpy.asarray(image) for image, _ in files])
        self.pixels = pixels if pil else torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous()
        self.transform, self.pil = transform, pil

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = Image.fromarray(self.pixels[index]) if self.pil else self.pixels[index]
        return self.transform(image), self.labels[index]


def dataset(kind, case, folder):
    pil = kind == "pil"
    if pil:
        crop = transforms.RandomResizedCrop(224) if case == "photos" else transforms.RandomCrop(32, 4)
        steps = [crop, transforms.RandomHorizontalFlip(), transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        transform = transforms.Compose(steps)
    else:
        crop = v2.RandomResizedCrop(224, antialias=True) if case == "photos" else v2.RandomCrop(32, 4)
        transform = v2.Compose([crop, v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True),
                                v2.Normalize(MEAN, STD)])
    if case == "memory":
        return InMemory(folder, transform, pil)
    return ImageFolder(folder, transform) if pil else ImageFolder(folder, transform, loader=decoded)


def rate(loader, seconds):
    images, begin = 0, time.perf_counter()
    while True:
        for features, _ in loader:
            images += len(features)
            elapsed = time.perf_counter() - begin
            if elapsed >= seconds:
                return images / elapsed


def main(kind, case, folder, workers, seconds):
    loader = DataLoader(dataset(kind, case, folder), 32 if case == "photos" else 128, shuffle=True,
                        num_workers=int(workers), persistent_workers=True)
    rate(loader, float(seconds) / 2)
    print(rate(loader, float(seconds)))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
