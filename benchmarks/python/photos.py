"""Makes the files that loading.py and its rivals read, out of CIFAR-10's images in class folders.

photos.py CIFAR OUT: CIFAR has train/CLASS/*.jpg and test/CLASS/*.jpg; into OUT come jpeg (the test images as they are),
png (the same, lossless) and photos: 600 JPEGs of 500x375 pixels, quality 90, each a CIFAR image enlarged, with mosaics
of enlarged ones at two finer scales and noise on top, so that there is detail at every scale as in photos (some 60 KB).
"""
import pathlib
import sys

import numpy
from PIL import Image

WIDTH, HEIGHT, PHOTOS, KINDS = 500, 375, 600, 10


def enlarged(image, width, height):
    return numpy.asarray(Image.fromarray(image).resize((width, height), Image.BICUBIC), numpy.float32)


def mosaic(images, across, down, random):
    width, height = WIDTH // across + 1, HEIGHT // down + 1
    rows = [numpy.concatenate([enlarged(images[random.integers(len(images))], width, height) for _ in range(across)], 1)
            for _ in range(down)]
    whole = numpy.concatenate(rows)[:HEIGHT, :WIDTH]
    return whole - whole.mean()


def photo(images, random):
    base = enlarged(images[random.integers(len(images))], WIDTH, HEIGHT)
    detail = 0.5 * mosaic(images, 4, 3, random) + 0.35 * mosaic(images, 16, 12, random)
    return (base + detail + random.normal(0, 4, base.shape)).clip(0, 255).astype(numpy.uint8)


def main(cifar, out):
    random = numpy.random.default_rng(0)
    for source in sorted((cifar / "test").glob("*/*.jpg")):
        for kind in ("jpeg", "png"):
            (out / kind / source.parent.name).mkdir(parents=True, exist_ok=True)
        (out / "jpeg" / source.parent.name / source.name).write_bytes(source.read_bytes())
        Image.open(source).convert("RGB").save(out / "png" / source.parent.name / (source.stem + ".png"))
    files = sorted((cifar / "train").glob("*/*.jpg"))
    images = [numpy.asarray(Image.open(files[i]).convert("RGB"))
              for i in random.choice(len(files), min(3000, len(files)), replace=False)]
    for number in range(PHOTOS):
        folder = out / "photos" / f"kind{number % KINDS}"
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(photo(images, random)).save(folder / f"{number:04}.jpg", quality=90)
    (out / "complete").touch()


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
