"""Writes small weight files of nested, frozen and shared models with tf-keras and Keras 3: keras_weight_order.py

Every tensor is filled with a number of its own; `models.json` beside the files tells which layer's and weight's it is.
"""
import itertools
import json
import pathlib
import tempfile
import zipfile

import tf_canonical  # noqa: F401: settings that must precede TensorFlow

import keras
import numpy as np
import record
import tf_keras

ARCHIVE = record.RESOURCES / "weight_order.zip"


def block(library, name: str, *layers_of):
    """A functional model of these layers, one after the other, on 6x6 images of 2 channels."""
    image = library.layers.Input((6, 6, 2))
    x = image
    for layer in layers_of:
        x = layer(x)
    return library.Model(image, x, name=name)


def conv(library, name: str, **options):
    return library.layers.Conv2D(2, 1, name=name, **options)


def norm(library, name: str, **options):
    return library.layers.BatchNormalization(name=name, **options)


def base(library, name: str):
    return block(library, name, conv(library, "conv_a"), norm(library, "norm_a"), conv(library, "conv_b"),
                 norm(library, "norm_b"))


def headed(library, *inner):
    """A whole model that ends in the only layer with another kind of weight."""
    return block(library, "whole", *inner, library.layers.Dense(3, name="head"))


def nested(library):
    return headed(library, base(library, "base"))


def frozen(library):
    inner = base(library, "base")
    inner.trainable = False
    return headed(library, inner)


def half_frozen(library):
    inner = base(library, "base")
    inner.layers[1].trainable = False
    inner.layers[2].trainable = False
    return headed(library, inner)


def thawed_inside_frozen(library):
    inner = base(library, "base")
    inner.trainable = False
    inner.get_layer("conv_b").trainable = True
    inner.get_layer("norm_b").trainable = True
    return headed(library, inner)


def deep(library):
    """Nested twice; the inner model frozen, the one around it not."""
    inner = base(library, "inner")
    inner.trainable = False
    middle = library.Sequential([inner, conv(library, "between"), norm(library, "norm_between")], name="middle")
    return headed(library, middle, norm(library, "after"))


def equal_names(library):
    """Two models within one, whose layers have the same names."""
    first = library.Sequential([conv(library, "conv"), norm(library, "norm")], name="first")
    second = library.Sequential([conv(library, "conv"), norm(library, "norm")], name="second")
    return headed(library, block(library, "both", first, second))


def shared(library):
    """A layer and a nested model, each called twice."""
    once, inner = conv(library, "once"), base(library, "base")
    image = library.layers.Input((6, 6, 2))
    x = inner(once(inner(once(image))))
    return library.Model(image, library.layers.Dense(3, name="head")(x), name="whole")


def kinds(library):
    layers = library.layers
    return headed(
        library, layers.Normalization(axis=-1, mean=[0.5, 1], variance=[1, 2], name="fixed"),
        layers.Normalization(axis=-1, name="normalization"), layers.Dropout(0.5, name="dropout"),
        block(library, "inner", layers.DepthwiseConv2D(1, depth_multiplier=2, name="depthwise"),
              layers.SeparableConv2D(2, 1, name="separable"), layers.PReLU(shared_axes=[1, 2], name="prelu"),
              norm(library, "beta_only", scale=False), norm(library, "gamma_only", center=False),
              conv(library, "plain", use_bias=False)))


def slashes(library):
    return headed(library, block(library, "outer/base", conv(library, "a/conv"), conv(library, "conv")))


MODELS = {f.__name__: f for f in (nested, frozen, half_frozen, thawed_inside_frozen, deep, equal_names, shared, kinds)}
OF_TF_KERAS_ALONE = {"slashes": slashes}


def describe(layer, path: str, numbers, library) -> dict:
    """The layer's tree as its configuration tells it; fills the tensors."""
    row = {"name": layer.name, "path": path, "class": type(layer).__name__, "trainable": layer.trainable}
    if isinstance(layer, library.Model):
        row["layers"] = [describe(child, f"{path}/{child.name}" if path else child.name, numbers, library)
                         for child in layer.layers]
        return row
    trainable = {id(variable) for variable in layer._trainable_variables} if library is keras else {
        id(variable) for variable in layer._trainable_weights}
    row["weights"] = []
    for variable in layer.weights:
        number = next(numbers)
        variable.assign(np.full(variable.shape, number, str(np.dtype(
            variable.dtype if isinstance(variable.dtype, str) else variable.dtype.as_numpy_dtype))))
        kind = variable.name.split("/")[-1].split(":")[0]
        row["weights"].append([kind, list(variable.shape), id(variable) in trainable, number])
    return row


def save(model, library, archive, name: str) -> list:
    """The names of the files that the library can write."""
    written = []
    with tempfile.TemporaryDirectory() as folder:
        suffixes = [".w.h5", ".weights.h5", ".keras"] if library is tf_keras else [".h5", ".weights.h5", ".keras"]
        for suffix in suffixes:
            path = pathlib.Path(folder) / (name + suffix)
            try:
                model.save_weights(str(path)) if suffix in (".w.h5", ".weights.h5") else model.save(str(path))
            except ValueError as e:
                # Two layers of one name in one group: Keras can't save them by name.
                print(f"{path.name}: {str(e)[:100]}")
                continue
            archive.write(path, path.name)
            written.append(path.name)
    return written


def main() -> None:
    records = []
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for tag, library, models in (("k2", tf_keras, MODELS | OF_TF_KERAS_ALONE), ("k3", keras, MODELS)):
            for name, build in models.items():
                library.backend.clear_session()
                model = build(library)
                tree = describe(model, "", itertools.count(1), library)
                records.append({"name": f"{tag}_{name}", "files": save(model, library, archive, f"{tag}_{name}"),
                                "model": tree})
        archive.writestr("models.json", json.dumps(records, indent=None, separators=(",", ":")))
    print(ARCHIVE.name, ARCHIVE.stat().st_size, "bytes")


main()
