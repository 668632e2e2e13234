"""TF-slim's official resnet_v2 (the package's own code) and the reference net R1a, as TensorFlow 1 graphs."""
import importlib
import importlib.metadata
import os
import re
import sys

import tf_canonical

os.environ["TF_USE_LEGACY_KERAS"] = "1"

# tf_slim 1.1 asks for the layers where older versions of tf_keras kept them.
LEGACY = importlib.import_module("tf_keras.src.legacy_tf_layers")
sys.modules["tf_keras.legacy_tf_layers"] = LEGACY
for part in ("base", "convolutional", "core", "normalization", "pooling"):
    sys.modules[f"tf_keras.legacy_tf_layers.{part}"] = importlib.import_module(f"{LEGACY.__name__}.{part}")

import tensorflow as tf
import tf_slim as slim
from tf_slim.nets import resnet_utils, resnet_v2

v1 = tf.compat.v1

DEPTHS = {50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3], 200: [3, 24, 36, 3]}
FRAMEWORK = f"tf_slim {importlib.metadata.version('tf_slim')} / tensorflow {tf.__version__}"


def blocks(unit, depths, width: int) -> list:
    """Slim's block table: the stride sits in the last unit of every block but the last."""
    return [
        resnet_utils.Block(f"block{stage + 1}", unit, [
            {"depth": 4 * (width << stage), "depth_bottleneck": width << stage,
             "stride": 2 if stage < len(depths) - 1 and i == depth - 1 else 1}
            for i in range(depth)])
        for stage, depth in enumerate(depths)]


def official(images, depth: int, classes: int) -> dict:
    """The official net of 50, 101, 152 or 200 layers in inference mode; its endpoint tensors by name."""
    with slim.arg_scope(resnet_v2.resnet_arg_scope()):
        logits, ends = getattr(resnet_v2, f"resnet_v2_{depth}")(images, classes, is_training=False)
    graph, scope = logits.graph, f"resnet_v2_{depth}"
    outputs = {"stem": graph.get_tensor_by_name(f"{scope}/pool1/MaxPool:0")}
    outputs |= {f"stage{i}": ends[f"{scope}/block{i}"] for i in range(1, 5)}
    pool = graph.get_tensor_by_name(f"{scope}/pool5:0")
    return outputs | {"pool": tf.squeeze(pool, [1, 2]), "logits": tf.squeeze(logits, [1, 2])}


def small_official(images, depths, width: int, classes: int):
    """Training-mode logits of the official units behind a narrow stem (the official stem is always 64 wide)."""
    with slim.arg_scope(resnet_v2.resnet_arg_scope()):
        with slim.arg_scope([slim.conv2d], activation_fn=None, normalizer_fn=None):
            x = resnet_utils.conv2d_same(images, width, 7, stride=2, scope="conv1")
        x = slim.max_pool2d(x, [3, 3], stride=2, scope="pool1")
        logits, _ = resnet_v2.resnet_v2(
            x, blocks(resnet_v2.bottleneck, depths, width), classes, is_training=True, include_root_block=False)
    return tf.squeeze(logits, [1, 2])


def reference_unit(x, depth: int, depth_bottleneck: int, stride: int, rate: int = 1):
    """R1a's unit: no norm but the first, whose gamma is 1; biases everywhere; ReLU after conv1 and conv2."""
    with v1.variable_scope("residual_v2"):
        before = slim.batch_norm(x, activation_fn=tf.nn.relu, scope="preactivate")
        if x.shape[-1] == depth:
            shortcut = resnet_utils.subsample(x, stride, "shortcut")
        else:
            shortcut = slim.conv2d(before, depth, [1, 1], stride=stride, activation_fn=None, scope="shortcut")
        y = slim.conv2d(before, depth_bottleneck, [1, 1], scope="conv1")
        y = resnet_utils.conv2d_same(y, depth_bottleneck, 3, stride, rate=rate, scope="conv2")
        y = slim.conv2d(y, depth, [1, 1], activation_fn=None, scope="conv3")
        return shortcut + y


def reference(images, depths, width: int, classes: int, training: bool) -> dict:
    """R1a with slim's default layers; its endpoint tensors by name."""
    with v1.variable_scope("resnet_v2_6"), slim.arg_scope([slim.batch_norm], is_training=training):
        x = resnet_utils.conv2d_same(images, width, 7, stride=2, scope="conv1")
        x = slim.max_pool2d(x, [3, 3], stride=2, scope="pool1")
        outputs = {"stem": x}
        for stage, block in enumerate(blocks(reference_unit, depths, width), start=1):
            x = outputs[f"stage{stage}"] = resnet_utils.stack_blocks_dense(x, [block])
        x = slim.batch_norm(x, activation_fn=tf.nn.relu, scope="postnorm")
        x = tf.reduce_mean(x, [1, 2], name="pool5", keepdims=True)
        logits = slim.conv2d(x, classes, [1, 1], activation_fn=None, scope="logits")
    return outputs | {"pool": tf.squeeze(x, [1, 2]), "logits": tf.squeeze(logits, [1, 2])}


def canonical(variable_name: str) -> str:
    """`resnet_v2_50/block1/unit_2/bottleneck_v2/conv1/BatchNorm/gamma` is `stage1_block2_norm1.weight`."""
    path, tensor = variable_name.rsplit("/", 1)
    unit = re.search(r"block(\d)/unit_(\d+)/(?:bottleneck|residual)_v2/(.+)", path)
    if unit:
        stage, block, layer = unit.groups()
        layer = {"preact": "preact_norm", "preactivate": "preact_norm", "shortcut": "shortcut_conv"}.get(layer, layer)
        vertex = f"stage{stage}_block{block}_" + re.sub(r"^conv(\d)/BatchNorm$", r"norm\1", layer)
    else:
        vertex = {"conv1": "stem_conv", "postnorm": "final_norm", "logits": "logits"}[path.rsplit("/", 1)[-1]]
    return f"{vertex}.{tf_canonical.TENSORS[tensor]}"


def variables() -> dict:
    """Every variable of the current graph by canonical name."""
    return tf_canonical.unique((canonical(variable.op.name), variable) for variable in v1.global_variables())


def assign(session, values: dict) -> None:
    """Sets every variable in one run (a run for each takes minutes); a missing or unknown name is an error."""
    initializers = {name: variable.initializer for name, variable in variables().items()}
    if set(initializers) != set(values):
        raise ValueError(f"names on one side only: {sorted(set(initializers) ^ set(values))}")
    session.run(initializers, {initializers[name].inputs[1]: value for name, value in values.items()})


def shapes() -> dict:
    return {name: variable.shape.as_list() for name, variable in variables().items()}


def multiply_adds(graph) -> int:
    """Multiply-adds of one image in all convolutions of the graph."""
    total = 0
    for operation in graph.get_operations():
        if operation.type == "Conv2D":
            _, height, width, _ = operation.outputs[0].shape.as_list()
            total += height * width * operation.inputs[1].shape.num_elements()
    return total
