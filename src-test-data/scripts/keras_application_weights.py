"""Records how Keras's weight files of the zoo's nets look: keras_application_weights.py [MODEL ...]

For each full-size net the names and shapes of all tensors in the files that tf-keras (by layer name) and Keras 3 (by
position) write; for narrow members of the families those files themselves, with the formula's weights in them, and what
Keras computes.
"""
import pathlib
import sys
import tempfile

import tf_canonical

import h5py
import keras
import keras_nets
import numpy as np
import record
import tf_keras

FOLDER = "zoo_weights"
NARROW_INPUT = (1, 3, 40, 36)
REFERENCE = "resnet50_v2_ref_keras"
TF_KERAS = {
    "resnet50_keras": tf_keras.applications.ResNet50,
    "resnet101_keras": tf_keras.applications.ResNet101,
    "resnet152_keras": tf_keras.applications.ResNet152,
    "resnet50_v2_keras": tf_keras.applications.ResNet50V2,
    "resnet101_v2_keras": tf_keras.applications.ResNet101V2,
    "resnet152_v2_keras": tf_keras.applications.ResNet152V2,
}


def narrow_application(library, version: int):
    """keras.applications' own function with two narrow stages; its stem is always 64 wide."""
    if library is keras:
        from keras.src.applications import resnet
        stack = {1: resnet.stack_residual_blocks_v1, 2: resnet.stack_residual_blocks_v2}[version]
    else:
        from tf_keras.src.applications import resnet
        stack = {1: resnet.stack1, 2: resnet.stack2}[version]

    def stages(x):
        first = 1 if version == 1 else 2
        return stack(stack(x, 4, 2, stride1=first, name="conv2"), 8, 2, stride1=3 - first, name="conv3")

    return resnet.ResNet(stages, preact=version == 2, use_bias=True, weights=None, classes=5,
                         input_shape=(NARROW_INPUT[2], NARROW_INPUT[3], 3), classifier_activation=None)


def reference(library, depths, width: int, classes: int, height: int, width_pixels: int, activation=None):
    """The reference net R1b with Keras's automatic names, and its layers' vertices by those names."""
    layers = library.layers
    vertices = {}

    def named(vertex, layer):
        vertices[layer.name] = vertex
        return layer

    image = layers.Input((height, width_pixels, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = named("stem_conv", layers.Conv2D(width, 7, strides=2))(x)
    x = layers.MaxPool2D(3, 2)(x)
    for stage, depth in enumerate(depths):
        mid = width << stage
        for block in range(depth):
            unit = f"stage{stage + 1}_block{block + 1}_"
            stride = 2 if stage < len(depths) - 1 and block == depth - 1 else 1
            norm = named(unit + "preact_norm", layers.BatchNormalization())(x)
            if x.shape[-1] == 4 * mid:
                shortcut = layers.MaxPool2D(1, strides=stride)(norm)
            else:
                shortcut = named(unit + "shortcut_conv", layers.Conv2D(4 * mid, 1, stride, activation="relu"))(norm)
            x = norm
            for i, (filters, size, step) in enumerate([(mid, 1, 1), (mid, 3, stride), (4 * mid, 1, 1)], 1):
                x = named(f"{unit}conv{i}", layers.Conv2D(filters, size, step, padding="same", activation="relu"))(x)
            x = layers.Add()([x, shortcut])
    x = layers.ReLU()(named("final_norm", layers.BatchNormalization())(x))
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    return library.Model(image, named("logits", layers.Dense(classes, activation=activation))(x)), vertices


def application(model):
    return model, {layer.name: keras_nets.vertex(layer.name) for layer in model.layers if layer.weights}


def build(name: str, library):
    """The full-size net and its vertices."""
    library.backend.clear_session()
    if name == REFERENCE:
        return reference(library, [3, 4, 6, 3], 64, 10, 224, 224)
    return application((keras_nets.APPLICATIONS if library is keras else TF_KERAS)[name](weights=None))


def by_name(path) -> dict:
    """(variable, shape) pairs of each layer with weights, in the file's order."""
    with h5py.File(path) as file:
        return {layer: [(variable, list(file[layer][variable].shape)) for variable in variables]
                for layer in file.attrs["layer_names"]
                if len(variables := file[layer].attrs["weight_names"])}


def by_position(path) -> dict:
    """The group and shapes of each layer with weights."""
    with h5py.File(path) as file:
        return {group: [list(tensors["vars"][str(i)].shape) for i in range(len(tensors["vars"]))]
                for group, tensors in file["layers"].items() if len(tensors["vars"])}


def layer_groups(path) -> dict:
    """Keras 3 notes a layer's name at its group."""
    with h5py.File(path) as file:
        return {tensors["vars"].attrs["name"]: group for group, tensors in file["layers"].items()}


def save(model, folder, name: str):
    path = pathlib.Path(folder) / name
    model.save_weights(str(path))
    return path


def structure(name: str) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        model2, vertices2 = build(name, tf_keras)
        named = by_name(save(model2, folder, "named.h5"))
        positions2 = by_position(save(model2, folder, "two.weights.h5"))
        model3, vertices3 = build(name, keras)
        file3 = save(model3, folder, "three.weights.h5")
        groups = layer_groups(file3)
        if positions2 != by_position(file3):
            raise ValueError(f"{name}: tf-keras and Keras 3 write different files")
        if vertices2 != vertices3:
            raise ValueError(f"{name}: tf-keras and Keras 3 name layers differently")
    rows = [[layer, vertices3[layer], groups[layer], variables] for layer, variables in named.items()]
    for _, _, group, variables in rows:
        if [shape for _, shape in variables] != positions2[group]:
            raise ValueError(f"{name}: {group} differs between the two kinds of file")
    return {"model": name, "framework": f"keras {keras.__version__} / tf-keras {tf_keras.__version__}", "layers": rows}


def set_formula_weights(model, vertices) -> None:
    for layer in model.layers:
        for variable in layer.weights:
            kind = variable.name.split("/")[-1].split(":")[0]
            variable.assign(tf_canonical.formula_value(
                f"{vertices[layer.name]}.{tf_canonical.TENSORS[kind]}", variable.shape))


def narrow(name: str, builder) -> None:
    """The files of a narrow net from both libraries, and what it computes."""
    folder = record.RESOURCES / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    outputs = []
    for library, file in ((tf_keras, f"{name}.h5"), (keras, f"{name}.weights.h5")):
        library.backend.clear_session()
        model, vertices = builder(library)
        set_formula_weights(model, vertices)
        (folder / file).unlink(missing_ok=True)
        save(model, folder, file)
        outputs.append(np.asarray(model(tf_canonical.network_input(NARROW_INPUT), training=False)))
    if np.abs(outputs[0] - outputs[1]).max() > 1e-5 * np.abs(outputs[1]).max():
        raise ValueError(f"{name}: tf-keras and Keras 3 compute different logits")
    record.write(FOLDER, name, {"input": NARROW_INPUT, "logits": [float(f"{v:.9g}") for v in outputs[1].reshape(-1)]})


NARROW = {
    "narrow_v1": lambda library: application(narrow_application(library, 1)),
    "narrow_v2": lambda library: application(narrow_application(library, 2)),
    "narrow_reference": lambda library: reference(library, [2, 2], 4, 5, NARROW_INPUT[2], NARROW_INPUT[3]),
}


def main(names) -> None:
    for name in names:
        if name in NARROW:
            narrow(name, NARROW[name])
        else:
            record.write(FOLDER, name, structure(name))


if __name__ == "__main__":
    main(sys.argv[1:] or [*NARROW, *keras_nets.APPLICATIONS, REFERENCE])
