"""Records what the installed torchvision and Keras say of their published ResNet weights: published_weights.py

Nothing is downloaded. ImageNet's class names, which are torchvision's, go into the library itself.
"""
import os

os.environ.setdefault("KERAS_BACKEND", "torch")

import inspect
import re

import keras
import numpy as np
import record
import torchvision
from keras.src.applications import resnet as keras_resnet
from keras.src.applications import resnet_v2 as keras_resnet_v2
from torchvision.models import resnet as torch_resnet

ZOO = record.RESOURCES.parents[6] / "zoo-resnet/src/main/resources/org/resnet4j/zoo"


def torchvision_sets() -> list:
    sets = []
    for name in torchvision.models.list_models():
        if torchvision.models.get_model_builder(name).__module__ != torch_resnet.__name__:
            continue
        weights = torchvision.models.get_model_weights(name)
        for entry in weights:
            transforms = entry.transforms()
            accuracy = entry.meta["_metrics"]["ImageNet-1K"]
            assert entry.meta["categories"] == torch_resnet._IMAGENET_CATEGORIES
            sets.append({
                "spec": name,
                "set": entry.name,
                "best": entry is weights.DEFAULT,
                "url": entry.url,
                "mebibytes": entry.meta["_file_size"],
                "top1": accuracy["acc@1"],
                "top5": accuracy["acc@5"],
                "resize": transforms.resize_size[0],
                "crop": transforms.crop_size[0],
                "mean": transforms.mean,
                "std": transforms.std,
                "interpolation": transforms.interpolation.name,
                "antialias": transforms.antialias,
            })
    return sets


def preprocessing_mode(function) -> dict:
    """What it does to one pixel of each extreme, RGB."""
    return {str(value): np.ravel(function(np.full((1, 1, 1, 3), value, "float32"))).tolist() for value in (0, 255)}


def keras_sets() -> list:
    sets = []
    for depth in (50, 101, 152):
        for module, suffix, spec in ((keras_resnet, "", "_keras"), (keras_resnet_v2, "V2", "_v2_keras")):
            source = inspect.getsource(getattr(module, f"ResNet{depth}{suffix}"))
            name = re.search(r'weights_name="(\w+)"', source).group(1)
            for top, checksum in zip((True, False), keras_resnet.WEIGHTS_HASHES[name]):
                file = f"{name}_weights_tf_dim_ordering_tf_kernels{'' if top else '_notop'}.h5"
                sets.append({
                    "spec": f"resnet{depth}{spec}",
                    "top": top,
                    "url": keras_resnet.BASE_WEIGHTS_PATH + file,
                    "md5": checksum,
                    "pixels": preprocessing_mode(module.preprocess_input),
                })
    return sets


names = torch_resnet._IMAGENET_CATEGORIES
assert len(names) == 1000
ZOO.mkdir(parents=True, exist_ok=True)
(ZOO / "imagenet1k.txt").write_text("\n".join(names) + "\n")
record.write(".", "published_weights", {
    "versions": {"torchvision": torchvision.__version__.split("+")[0], "keras": keras.__version__},
    "torchvision": torchvision_sets(),
    "keras": keras_sets(),
    "classes": {str(i): names[i] for i in (0, 1, 207, 281, 409, 517, 639, 999)},
})
