"""Records torchvision's augmentations: python torch_augmentation.py

The image operations are those of torchvision.transforms on uint8 tensors, nearest and filled with 0. The newer
torchvision.transforms.v2 is run beside them: it may differ by one grey level, and the script stops if it differs by more.
"""
import base64
import json
import math
import zlib
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from PIL import Image
from torch import nn
from torchvision import transforms
from torchvision.transforms import InterpolationMode, autoaugment, v2
from torchvision.transforms import functional as F

RESOURCES = Path(__file__).parents[1] / "src/main/resources/org/resnet4j/testdata"
FOLDER = RESOURCES / "augmentation"
SIGNED = ["ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness"]
MAGNITUDES = {
    "ShearX": [0.033, 0.3, 0.99], "ShearY": [0.033, 0.3, 0.99], "TranslateX": [1.06, 4.9, 32.0],
    "TranslateY": [1.06, 4.9, 32.0], "Rotate": [4.5, 30.0, 90.0, 135.0], "Brightness": [0.033, 0.5, 0.99],
    "Color": [0.033, 0.5, 0.99], "Contrast": [0.033, 0.5, 0.99], "Sharpness": [0.033, 0.5, 0.99],
    "Posterize": [8, 6, 4, 2], "Solarize": [255.0, 246.5, 127.5, 8.5, 0.0], "AutoContrast": [0.0], "Equalize": [0.0]}
HUES = [-0.5, -0.31, -0.07, 0.0, 0.1, 0.26, 0.5]
LARGE = 224
SEED = 2103


def images() -> dict[str, np.ndarray]:
    """[height, width, 3]: a photo, noise, grey, only 0 and 255, one colour, too small to sharpen."""
    random = np.random.default_rng(SEED)
    photo = Image.open(RESOURCES / "photos/chelsea.jpg").convert("RGB").resize((24, 20), Image.Resampling.BILINEAR)
    dark = np.repeat(random.integers(20, 120, (7, 5, 1)), 3, axis=2)
    return {
        "photo": np.asarray(photo), "noise": random.integers(0, 256, (9, 13, 3)), "grey": dark,
        "saturated": random.integers(0, 2, (11, 16, 3)) * 255, "plain": np.full((4, 4, 3), (7, 200, 90)),
        "tiny": random.integers(0, 256, (2, 3, 3))}


def large(photo: np.ndarray) -> np.ndarray:
    """The photo in rows and columns, brighter to the right and downwards, modulo 256."""
    y, x = np.mgrid[0:LARGE, 0:LARGE]
    return ((photo[y % photo.shape[0], x % photo.shape[1]].astype(int) + (x + y)[..., None]) % 256).astype(np.uint8)


def tensor(pixels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pixels.astype(np.uint8).transpose(2, 0, 1)))


def bytes_of(image: torch.Tensor) -> bytes:
    return image.permute(1, 2, 0).contiguous().numpy().tobytes()


def text(image: torch.Tensor) -> str:
    return base64.b64encode(bytes_of(image)).decode()


def newer(name: str, image: torch.Tensor, magnitude: float) -> torch.Tensor:
    if name == "Hue":
        return v2.functional.adjust_hue(image, magnitude)
    if name == "Solarize":
        return v2.functional.solarize(image, magnitude)
    policy = v2.TrivialAugmentWide()
    return policy._apply_image_or_video_transform(image, name, magnitude, interpolation=InterpolationMode.NEAREST,
                                                  fill={})


def operate(name: str, image: torch.Tensor, magnitude: float) -> torch.Tensor:
    if name == "Hue":
        result = F.adjust_hue(image, magnitude)
    else:
        result = autoaugment._apply_op(image, name, magnitude, InterpolationMode.NEAREST, None)
    if name not in ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"):
        apart = (newer(name, image, magnitude).int() - result.int()).abs().max().item()
        print(f"{name} {magnitude}: v2 is {apart} grey levels away") if apart else None
        if apart > 1:
            raise ValueError(f"{name} {magnitude}: transforms and transforms.v2 differ by {apart}")
    return result


def operations() -> dict:
    magnitudes = {name: values + [-v for v in values] if name in SIGNED else values
                  for name, values in MAGNITUDES.items()} | {"Hue": HUES}
    pixels = images()
    big = tensor(large(pixels["photo"]))
    cases = []
    for name, values in magnitudes.items():
        for magnitude in values:
            cases.append({
                "operation": name, "magnitude": magnitude,
                "results": {key: text(operate(name, tensor(image), magnitude)) for key, image in pixels.items()},
                "large": zlib.crc32(bytes_of(operate(name, big, magnitude)))})
    return {"images": {key: {"height": image.shape[0], "width": image.shape[1], "pixels": text(tensor(image))}
                       for key, image in pixels.items()},
            "largeSize": LARGE, "cases": cases}


def tables() -> list:
    """Every magnitude of the policies' tables."""
    def plain(space):
        return {name: {"magnitudes": [float(v) for v in values.reshape(-1)], "signed": signed}
                for name, (values, signed) in space.items()}

    found = [{"policy": "TrivialAugmentWide", "bins": bins,
              "operations": plain(transforms.TrivialAugmentWide(bins)._augmentation_space(bins))} for bins in (31, 11)]
    for bins in (31, 10):
        for height, width in ((32, 32), (224, 224), (331, 100)):
            space = transforms.RandAugment(num_magnitude_bins=bins)._augmentation_space(bins, (height, width))
            found.append({"policy": "RandAugment", "bins": bins, "height": height, "width": width,
                          "operations": plain(space)})
    return found


def jitters(image: torch.Tensor) -> list:
    jitter = transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)
    cases = []
    for order, factors in (([0, 1, 2, 3], [1.3, 0.7, 1.2, 0.08]), ([3, 2, 1, 0], [0.65, 1.38, 0.61, -0.1]),
                           ([2, 0, 3, 1], [1.0, 1.1, 1.4, 0.031])):
        with mock.patch.object(transforms.ColorJitter, "get_params", return_value=(torch.tensor(order), *factors)):
            cases.append({"order": order, "factors": factors, "result": text(jitter(image))})
    return cases


class Draws:
    """Puts given numbers from 0 to 1 in the place of torch's generator."""

    def __init__(self, values):
        self.values = list(values)
        self.used = 0

    def next(self) -> float:
        self.used += 1
        return float(self.values[self.used - 1])

    def uniform(self, target, low=0.0, high=1.0):
        return target.fill_(low + (high - low) * self.next())

    def randint(self, *bounds, size):
        low, high = bounds if len(bounds) == 2 else (0, bounds[0])
        return torch.full(size, low + int(self.next() * (high - low)))

    def patched(self):
        return (mock.patch.object(torch.Tensor, "uniform_", lambda target, *range: self.uniform(target, *range)),
                mock.patch.object(torch, "randint", self.randint))


def erasures() -> list:
    random = np.random.default_rng(SEED)
    cases = []
    for height, width in ((32, 32), (224, 224), (9, 40), (2, 2)):
        for _ in range(6):
            draws = Draws(random.random(22))
            uniform, randint = draws.patched()
            with uniform, randint:
                y, x, h, w, fill = transforms.RandomErasing.get_params(torch.zeros(3, height, width), (0.02, 0.33),
                                                                       (0.3, 3.3), [0.0])
            erased = fill.numel() == 1
            cases.append({"height": height, "width": width, "draws": draws.values[:draws.used],
                          "box": [x, y, w, h] if erased else None})
    return cases


def batches() -> dict:
    """A batch and what mixup, CutMix and both after each other make of it."""
    random = np.random.default_rng(SEED)
    features = torch.tensor(random.standard_normal((4, 2, 5, 6)), dtype=torch.float32)
    labels = nn.functional.one_hot(torch.tensor([2, 0, 1, 2]), 3).float()
    mixup, cutmix = v2.MixUp(num_classes=3), v2.CutMix(num_classes=3)

    def transformed(transform, params):
        return {"features": numbers(transform.transform(features, params | {"labels": labels, "batch_size": 4})),
                "labels": numbers(transform.transform(labels, params | {"labels": labels, "batch_size": 4}))}

    mixed = [{"lambda": lam} | transformed(mixup, {"lam": lam}) for lam in (0.0, 0.3, 0.81234567, 1.0)]
    cut = []
    for lam, at in ((0.5, (0.4, 0.7)), (0.1, (0.99, 0.0)), (0.9, (0.1, 0.9)), (0.0, (0.5, 0.5)), (1.0, (0.5, 0.5))):
        draws = Draws(at)
        cutmix._dist = mock.Mock(sample=lambda _: torch.tensor([lam]))
        with draws.patched()[1]:
            params = cutmix.make_params([features])
        cut.append({"lambda": lam, "draws": draws.values, "box": params["box"], "corrected": params["lam_adjusted"]}
                   | transformed(cutmix, params))
    return {"shape": list(features.shape), "features": numbers(features), "labels": numbers(labels), "mixup": mixed,
            "cutmix": cut}


def losses() -> dict:
    """Cross-entropy with smoothed, weighted, hard and soft labels, with the gradient of each with respect to logits."""
    random = np.random.default_rng(SEED)
    logits = torch.tensor(random.standard_normal((6, 4)) * 3, dtype=torch.float64)
    hard = torch.tensor([0, 0, 0, 1, 2, 3])
    soft = torch.tensor(random.dirichlet([0.5] * 4, 6), dtype=torch.float64)
    weight = torch.tensor([0.5, 1.5, 1.5, 1.5], dtype=torch.float64)
    cases = {"smoothed": (nn.CrossEntropyLoss(label_smoothing=0.1), hard),
             "smoothedSoft": (nn.CrossEntropyLoss(label_smoothing=0.1), soft),
             "weightedSoft": (nn.CrossEntropyLoss(weight=weight), soft),
             "weightedHard": (nn.CrossEntropyLoss(weight=weight), hard),
             "weightedSmoothed": (nn.CrossEntropyLoss(weight=weight, label_smoothing=0.1), hard)}
    result = {"logits": logits.tolist(), "hard": hard.tolist(), "soft": soft.tolist(), "weight": weight.tolist()}
    for name, (loss, labels) in cases.items():
        leaf = logits.clone().requires_grad_()
        value = loss(leaf, labels)
        value.backward()
        result[name] = {"loss": value.item(), "gradient": leaf.grad.tolist()}
    return result


def numbers(values: torch.Tensor) -> list:
    return [float(f"{v:.9g}") for v in values.reshape(-1).tolist()]


def write(name: str, content) -> None:
    (FOLDER / f"{name}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    recorded = operations()
    recorded["jitters"] = jitters(tensor(images()["photo"]))
    write("operations", recorded)
    write("tables", tables())
    write("erasures", erasures())
    write("batches", batches())
    write("losses", losses())
