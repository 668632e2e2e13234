"""Makes full-size files, and records what Keras computes: keras_full_size.py FOLDER

R1b and ResNet152V2 at 224x224 with random weights and statistics, in the forms that users have. The files are too large
to be kept; model-import's profile "full-size" makes them anew where they are missing.
"""
import pathlib
import sys

import tf_canonical  # noqa: F401: settings that must precede TensorFlow

import keras
import numpy as np
import tf_keras

from keras_application_weights import reference

SIZE = 224


def random_weights(model, random) -> None:
    """As trained nets have them: activations neither vanish nor grow, and no two channels are alike."""
    for layer in model.layers:
        for weight in layer.weights:
            kind, shape = weight.name.split("/")[-1].split(":")[0], tuple(weight.shape)
            if kind == "kernel":
                # The last of a unit is small, or 50 units add up to numbers that no trained net has.
                last = layer.name.endswith("_3_conv") or shape[:2] == (1, 1) and shape[3] == 4 * shape[2]
                value = random.standard_normal(shape) * np.sqrt((0.1 if last else 1.5) / np.prod(shape[:-1]))
            elif kind == "gamma":
                value = random.uniform(0.5, 1.5, shape)
            elif kind == "moving_variance":
                value = random.uniform(0.3, 2, shape)
            else:
                value = 0.1 * random.standard_normal(shape)
            weight.assign(value.astype("float32"))


def record(path, library, model, image) -> None:
    """The output, and the ends of stem and stages: `y`, `mid__<layer>`."""
    ends = {}
    for layer in model.layers:
        if isinstance(layer, (library.layers.MaxPooling2D, library.layers.AveragePooling2D, library.layers.Add)):
            ends[tuple(layer.output.shape[1:])] = layer
    layers = list(ends.values())
    y, *middles = library.Model(model.inputs, [model.output, *(layer.output for layer in layers)]).predict(image, verbose=0)
    np.savez(path, x=image, y=y, **{f"mid__{layer.name}": value for layer, value in zip(layers, middles)})


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(5)
    image = random.uniform(-1, 1, (2, SIZE, SIZE, 3)).astype("float32")

    model, _ = reference(tf_keras, [3, 4, 6, 3], 64, 10, SIZE, SIZE, activation="softmax")
    random_weights(model, random)
    record(folder / "r1b.npz", tf_keras, model, image)
    model.save(str(folder / "r1b.h5"))

    two = tf_keras.applications.ResNet152V2(weights=None)
    random_weights(two, random)
    record(folder / "resnet152v2.npz", tf_keras, two, image)
    two.save(str(folder / "resnet152v2.h5"))
    two.save_weights(str(folder / "resnet152v2_weights_tf_dim_ordering_tf_kernels.h5"))
    three = keras.applications.ResNet152V2(weights=None)
    three.set_weights(two.get_weights())
    three.save(str(folder / "resnet152v2.keras"))
    three.save_weights(str(folder / "resnet152v2.weights.h5"))
    (folder / "resnet152v2.json").write_text(three.to_json())


main(pathlib.Path(sys.argv[1]))
