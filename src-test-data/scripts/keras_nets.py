"""The Keras nets: keras.applications' own, small ones of its blocks, and the reference net R1b."""
import re

import tf_canonical

import keras
from keras import layers
from keras.src.applications import resnet as applications

APPLICATIONS = {
    "resnet50_keras": keras.applications.ResNet50,
    "resnet101_keras": keras.applications.ResNet101,
    "resnet152_keras": keras.applications.ResNet152,
    "resnet50_v2_keras": keras.applications.ResNet50V2,
    "resnet101_v2_keras": keras.applications.ResNet101V2,
    "resnet152_v2_keras": keras.applications.ResNet152V2,
}


def vertex(layer_name: str) -> str:
    """keras.applications' layer name as the canonical vertex name; the reference net's names are canonical already."""
    named = {"conv1_conv": "stem_conv", "conv1_bn": "stem_norm", "post_bn": "final_norm", "predictions": "logits"}
    if layer_name in named:
        return named[layer_name]
    parts = re.fullmatch(r"conv(\d)_block(\d+)_(preact|\d)_(conv|bn)", layer_name)
    if not parts:
        return layer_name
    stage, block, position, kind = parts.groups()
    kind = "norm" if kind == "bn" else "conv"
    last = {"preact": f"preact_{kind}", "0": f"shortcut_{kind}"}.get(position, f"{kind}{position}")
    return f"stage{int(stage) - 1}_block{block}_{last}"


def variables(model) -> dict:
    """Every variable by canonical name."""
    return tf_canonical.unique(
        (f"{vertex(layer.name)}.{tf_canonical.TENSORS[variable.name]}", variable)
        for layer in model.layers for variable in layer.variables)


def set_formula_weights(model) -> None:
    for name, variable in variables(model).items():
        variable.assign(tf_canonical.formula_value(name, variable.shape))


def application_endpoints(model) -> dict:
    """Endpoint tensors by name; a stage ends with the last layer called `convN_blockM_out`."""
    outputs = {"stem": model.get_layer("pool1_pool").output}
    for layer in model.layers:
        out = re.fullmatch(r"conv(\d)_block\d+_out", layer.name)
        if out:
            outputs[f"stage{int(out.group(1)) - 1}"] = layer.output
    outputs["pool"] = model.get_layer("avg_pool").output
    outputs["logits"] = model.get_layer("predictions").output
    return outputs


def multiply_adds(model) -> int:
    """Multiply-adds of one image in convolutions and dense layers."""
    total = 0
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            total += layer.output.shape[1] * layer.output.shape[2] * int(layer.kernel.numpy().size)
        elif isinstance(layer, layers.Dense):
            total += int(layer.kernel.numpy().size)
    return total


def small_application(version: int, depths, width: int, classes: int, size: int):
    """keras.applications' net of few and narrow stages, from its own blocks (its stem is always 64 wide)."""
    image = layers.Input((size, size, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = layers.Conv2D(width, 7, strides=2, name="conv1_conv")(x)
    if version == 1:
        x = layers.BatchNormalization(epsilon=1.001e-5, name="conv1_bn")(x)
        x = layers.ReLU()(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(layers.ZeroPadding2D(1)(x))
    for stage, depth in enumerate(depths):
        for block in range(depth):
            name = f"conv{stage + 2}_block{block + 1}"
            if version == 1:
                stride = 2 if stage > 0 and block == 0 else 1
                x = applications.residual_block_v1(
                    x, width << stage, stride=stride, conv_shortcut=block == 0, name=name)
            else:
                stride = 2 if stage < len(depths) - 1 and block == depth - 1 else 1
                x = applications.residual_block_v2(
                    x, width << stage, stride=stride, conv_shortcut=block == 0, name=name)
    if version == 2:
        x = layers.BatchNormalization(epsilon=1.001e-5, name="post_bn")(x)
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    return keras.Model(image, layers.Dense(classes, name="predictions")(x))


def reference(depths, width: int, classes: int, height: int, width_pixels: int):
    """R1b: units of BN without ReLU, then convolutions that all end in ReLU; at the end pool 2x2 and flatten."""
    image = layers.Input((height, width_pixels, 3))
    x = layers.ZeroPadding2D(3)(image)
    x = layers.Conv2D(width, 7, strides=2, name="stem_conv")(x)
    x = layers.MaxPool2D(3, 2, name="stem_pool")(x)
    for stage, depth in enumerate(depths):
        mid = width << stage
        for block in range(depth):
            name = f"stage{stage + 1}_block{block + 1}"
            stride = 2 if stage < len(depths) - 1 and block == depth - 1 else 1
            norm = layers.BatchNormalization(name=f"{name}_preact_norm")(x)
            if x.shape[-1] == 4 * mid:
                shortcut = layers.MaxPool2D(1, strides=stride, name=f"{name}_shortcut_pool")(norm)
            else:
                shortcut = layers.Conv2D(
                    4 * mid, 1, strides=stride, activation="relu", name=f"{name}_shortcut_conv")(norm)
            x = layers.Conv2D(mid, 1, padding="same", activation="relu", name=f"{name}_conv1")(norm)
            x = layers.Conv2D(mid, 3, stride, padding="same", activation="relu", name=f"{name}_conv2")(x)
            x = layers.Conv2D(4 * mid, 1, padding="same", activation="relu", name=f"{name}_conv3")(x)
            x = layers.Add(name=f"{name}_add")([x, shortcut])
    x = layers.ReLU()(layers.BatchNormalization(name="final_norm")(x))
    x = layers.AveragePooling2D(2, name="pool")(x)
    return keras.Model(image, layers.Dense(classes, name="logits")(layers.Flatten()(x)))


def reference_endpoints(model) -> dict:
    outputs = {"stem": model.get_layer("stem_pool").output}
    for layer in model.layers:
        add = re.fullmatch(r"(stage\d)_block\d+_add", layer.name)
        if add:
            outputs[add.group(1)] = layer.output
    return outputs | {name: model.get_layer(name).output for name in ("pool", "logits")}
