#!/usr/bin/env python3
"""Records configurations.json: models of one idea each, as real Keras writes them, with the shapes that Keras finds.

tf-keras 2.21.0 and keras 3.15.1 on tensorflow 2.21.0:
    python record_configurations.py > configurations.json
"""
import json
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras as keras3
import numpy as np
import tensorflow as tf
import tf_keras as keras2

NOT_NEEDED = ("_initializer", "build_config", "compile_config", "sparse", "ragged", "optional", "registered_name")


def slim(value):
    """Without what says nothing about the computation, to keep the file small."""
    if isinstance(value, dict):
        return {k: slim(v) for k, v in value.items() if not k.endswith(NOT_NEEDED)}
    return [slim(v) for v in value] if isinstance(value, list) else value


def shape(s):
    return list(s)[1:]


def record(out, k, name, build, size=(8, 6, 3)):
    version = 2 if k is keras2 else 3
    k.backend.clear_session()
    x = k.layers.Input(size, name="in")
    y = build(k.layers, x)
    m = y if isinstance(y, k.Model) else k.Model(x, y, name=name)
    out.append({"name": f"{name}_k{version}", "outputs": [shape(o.shape) for o in m.outputs],
                "weights": [list(w.shape) for w in m.weights], "config": slim(json.loads(m.to_json()))})


def base(k, name="base", **options):
    i = k.layers.Input((8, 6, 3), name=name + "_in")
    d = k.layers.Conv2D(4, 3, padding="same", name="c", **options)(i)
    return k.Model(i, k.layers.BatchNormalization(name="bn")(d), name=name)


def both(k):
    """Layers and models that the two versions spell alike, in Python."""
    return {
        "conv": lambda l, x: l.Conv2D(4, (3, 2), strides=(2, 1), activation="relu", kernel_regularizer=k.regularizers.L1L2(.1, .2))(x),
        "conv_same_dilated": lambda l, x: l.Conv2D(4, 3, padding="same", dilation_rate=2, use_bias=False)(x),
        "conv_groups": lambda l, x: l.Conv2D(6, 3, groups=3)(x),
        "conv_activation_layer": lambda l, x: l.Conv2D(4, 3, activation=l.ReLU(6.))(x),
        "depthwise": lambda l, x: l.DepthwiseConv2D(3, depth_multiplier=2, padding="same", strides=2)(x),
        "separable": lambda l, x: l.SeparableConv2D(5, 3, depth_multiplier=2)(x),
        "norm_axis": lambda l, x: l.BatchNormalization(axis=1, scale=False)(x),
        "norm_plain": lambda l, x: l.BatchNormalization(center=False, scale=False, momentum=.9, epsilon=1e-5)(x),
        "leaky": lambda l, x: l.LeakyReLU(.2)(x),
        "relu_full": lambda l, x: l.ReLU(6., .1, .5)(x),
        "prelu": lambda l, x: l.PReLU(shared_axes=[1, 2])(x),
        "prelu_full": lambda l, x: l.PReLU()(x),
        "elu": lambda l, x: l.ELU(.5)(x),
        "softmax_axis": lambda l, x: l.Softmax(axis=1)(x),
        "pools": lambda l, x: l.AveragePooling2D((3, 2), strides=(1, 2), padding="same")(l.MaxPooling2D(2)(x)),
        "global_keep": lambda l, x: l.GlobalMaxPooling2D(keepdims=True)(x),
        "global": lambda l, x: l.GlobalAveragePooling2D()(x),
        "pad_one": lambda l, x: l.ZeroPadding2D(2)(x),
        "pad_two": lambda l, x: l.ZeroPadding2D((2, 1))(x),
        "pad_four": lambda l, x: l.ZeroPadding2D(((0, 1), (2, 3)))(x),
        "crop_four": lambda l, x: l.Cropping2D(((0, 1), (2, 3)))(x),
        "up": lambda l, x: l.UpSampling2D((2, 3), interpolation="bilinear")(x),
        "flatten_dense": lambda l, x: l.Dense(3, activation="softmax")(l.Flatten()(x)),
        "dense_image": lambda l, x: l.Dense(7)(x),
        "reshape_open": lambda l, x: l.Reshape((-1, 4))(x),
        "permute": lambda l, x: l.Permute((3, 1, 2))(x),
        "merges": lambda l, x: l.Average()([l.Maximum()([l.Add()([x, x]), x]), l.Minimum()([x, l.Subtract()([l.Multiply()([x, x]), x])])]),
        "broadcast": lambda l, x: l.Multiply()([x, l.GlobalAveragePooling2D(keepdims=True)(x)]),
        "concat": lambda l, x: l.Concatenate(axis=1)([x, l.ReLU()(x)]),
        "dropouts": lambda l, x: l.GaussianNoise(.1)(l.GaussianDropout(.1)(l.SpatialDropout2D(.2)(l.Dropout(.3)(l.AlphaDropout(.1)(x))))),
        "activity": lambda l, x: l.ActivityRegularization(.1)(x),
        "constraint": lambda l, x: l.Conv2D(2, 1, kernel_constraint="max_norm", activity_regularizer="l2", kernel_regularizer="l2")(x),
        "rescaling": lambda l, x: l.Rescaling(1 / 127.5, -1)(x),
        "rescaling_list": lambda l, x: l.Rescaling([1., 2., 3.], [0., 1., 2.])(x),
        "normalization": lambda l, x: l.Normalization(mean=[1., 2., 3.], variance=[1., 4., 9.])(x),
        "normalization_adapted": lambda l, x: l.Normalization(axis=(1, 3))(x),
        "resizing": lambda l, x: l.Resizing(5, 9, interpolation="nearest")(x),
        "center_crop": lambda l, x: l.CenterCrop(5, 4)(x),
        "augmentation": lambda l, x: l.RandomZoom(.1)(l.RandomContrast(.1)(l.RandomTranslation(.1, .1)(l.RandomRotation(.1)(l.RandomFlip()(x))))),
        "mixed_policy": lambda l, x: l.Conv2D(2, 1, dtype="mixed_float16")(x),
        "double_policy": lambda l, x: l.Conv2D(2, 1, dtype="float64")(x),
        "frozen_base": lambda l, x: l.Dense(2)(l.Flatten()(frozen(k)(x, training=False))),
        "shared_model": lambda l, x: (lambda b: l.Add()([b(x), b(l.ReLU()(x))]))(base(k)),
        "shared_layer": lambda l, x: (lambda s: l.Concatenate()([s(s(x)), x]))(l.Conv2D(3, 1, name="s")),
        "called_elsewhere": called_elsewhere(k),
        "same_names": lambda l, x: l.Add()([base(k, "one")(x), base(k, "two")(x)]),
        "sequential_in": lambda l, x: l.Dense(1)(k.Sequential([l.Conv2D(3, 1), l.Flatten()], name="inner")(x)),
        "sequential_deep": lambda l, x: k.Sequential([l.Input((8, 6, 3)), base(k, "inner"), k.Sequential([l.Input((8, 6, 4)), l.Flatten(), l.Dense(3)])], name="outer")(x),
        "sequential_of_model": lambda l, x: k.Sequential([base(k), l.Flatten(), l.Dense(3)], name="outer"),
        "two_outputs": lambda l, x: l.Concatenate()((lambda p, q: [q, p])(*two_outputs(k)(x))),
        "two_inputs": lambda l, x: two_inputs(k)([l.ReLU()(x), x]),
        "dictionary": lambda l, x: dictionary(k)({"a": l.ReLU()(x), "b": x})["o"],
        "input_as_output": lambda l, x: [x, l.ReLU(name="r")(x)],
        "several_ends": lambda l, x: (lambda i: k.Model([x, i], [l.ReLU()(x), l.Add()([x, i])]))(l.Input((8, 6, 3), name="other")),
        "caffe": lambda l, x: k.applications.resnet.preprocess_input(x),
        "caffe_first": lambda l, x: k.applications.imagenet_utils.preprocess_input(x, mode="caffe", data_format="channels_first"),
        "tf": lambda l, x: k.applications.resnet_v2.preprocess_input(x),
        "torch": lambda l, x: k.applications.imagenet_utils.preprocess_input(x, mode="torch"),
        "torch_first": lambda l, x: k.applications.imagenet_utils.preprocess_input(x, mode="torch", data_format="channels_first"),
        "op_add": lambda l, x: x + l.ReLU()(x),
        "op_constants": lambda l, x: (255. - (1.5 + x * 2)) / 3. - 1.,
        "op_array": lambda l, x: (x - np.array([1., 2., 3.], "float32")) / np.array([2., 4., 8.], "float32"),
        "op_divide": lambda l, x: x / l.ReLU()(x),
        "op_negative": lambda l, x: -x,
        "op_reverse": lambda l, x: x[..., ::-1],
        "op_subsample": lambda l, x: x[:, ::2, ::3, :],
        "op_subsample_short": lambda l, x: x[:, ::2, ::2],
        "op_crop": lambda l, x: x[:, 1:-1, 2:5, :],
        "op_channels": lambda l, x: x[..., 0:2],
        "op_divided_constant": lambda l, x: 1. / x,
        "op_power": lambda l, x: x ** 2,
        "op_one_channel": lambda l, x: x[..., 0],
    }


def frozen(k):
    b = base(k)
    b.trainable = False
    return b


def called_elsewhere(k):
    def build(l, x):
        s = l.Conv2D(3, 1, name="s")
        other = l.Input((8, 6, 3))
        k.Model(other, s(other))
        return s(s(x))
    return build


def two_outputs(k):
    i = k.layers.Input((8, 6, 3), name="i0")
    return k.Model(i, [k.layers.Conv2D(3, 1, name="c1")(i), k.layers.Conv2D(2, 1, name="c2")(i)], name="two")


def two_inputs(k):
    i, j = k.layers.Input((8, 6, 3), name="i0"), k.layers.Input((8, 6, 3), name="j0")
    return k.Model([i, j], k.layers.Subtract(name="minus")([j, i]), name="two")


def dictionary(k):
    i, j = k.layers.Input((8, 6, 3), name="i0"), k.layers.Input((8, 6, 3), name="j0")
    return k.Model({"b": j, "a": i}, {"o": k.layers.Subtract(name="minus")([j, i])}, name="dict")


ONLY_2 = {
    "thresholded": lambda l, x: l.ThresholdedReLU(.5)(x),
    "hard_sigmoid": lambda l, x: l.Activation("hard_sigmoid")(x),
    "dropout_in_training": lambda l, x: l.Dropout(.5)(x, training=True),
    "f_bias": lambda l, x: tf.nn.bias_add(x, [1., 2., 3.]),
    "f_activations": lambda l, x: tf.nn.relu6(tf.nn.leaky_relu(tf.nn.silu(tf.tanh(tf.sigmoid(tf.nn.softmax(tf.nn.gelu(x))))), alpha=.3)),
    "f_concat": lambda l, x: tf.concat([x, x], axis=-1),
    "f_stack": lambda l, x: tf.stack([x[..., 2], x[..., 1], x[..., 0]], axis=-1),
    "f_maximum": lambda l, x: tf.maximum(tf.maximum(x, 0.), x),
    "f_mean": lambda l, x: tf.reduce_mean(x, axis=[1, 2]),
    "f_reshape": lambda l, x: tf.reshape(x, (-1, 144)),
    "f_transpose": lambda l, x: tf.transpose(x, (0, 3, 1, 2)),
    "f_pad": lambda l, x: tf.pad(x, [[0, 0], [1, 2], [3, 4], [0, 0]]),
    "f_reverse": lambda l, x: tf.reverse(x, [-1]),
    "f_gather": lambda l, x: tf.gather(x, [2, 1, 0], axis=-1),
    "f_add_n": lambda l, x: tf.add_n([x, x]),
    "f_clip": lambda l, x: tf.clip_by_value(tf.cast(x, tf.float32), 0, 6),
    "f_squeeze": lambda l, x: tf.expand_dims(tf.squeeze(tf.reduce_max(x, axis=[1, 2], keepdims=True), axis=[1, 2]), 1),
    "f_abs": lambda l, x: tf.abs(x),
}
o = keras3.ops
ONLY_3 = {
    "hard_sigmoid": lambda l, x: l.Activation("hard_sigmoid")(x),
    "identity": lambda l, x: l.Identity()(x),
    "augmentation_new": lambda l, x: l.RandAugment()(l.AugMix()(l.RandomErasing()(l.RandomHue(.1)(l.Solarization()(x))))),
    "auto_contrast": lambda l, x: l.AutoContrast()(x),
    "attention": lambda l, x: l.MultiHeadAttention(2, 4)(x, x),
    "f_activations": lambda l, x: o.relu6(o.leaky_relu(o.silu(o.tanh(o.sigmoid(o.softmax(o.gelu(o.relu(x)))))), .3)),
    "f_concat": lambda l, x: o.concatenate([x, x], axis=-1),
    "f_stack": lambda l, x: o.stack([x[..., 2], x[..., 1], x[..., 0]], axis=-1),
    "f_maximum": lambda l, x: o.maximum(o.maximum(x, 0.), x),
    "f_mean": lambda l, x: o.mean(x, axis=(1, 2), keepdims=True),
    "f_reshape": lambda l, x: o.reshape(x, (-1, 144)),
    "f_transpose": lambda l, x: o.transpose(x, (0, 3, 1, 2)),
    "f_pad": lambda l, x: o.pad(x, [[0, 0], [1, 2], [3, 4], [0, 0]]),
    "f_reverse": lambda l, x: o.flip(x, axis=-1),
    "f_clip": lambda l, x: o.clip(o.cast(x, "float32"), 0, 6),
    "f_squeeze": lambda l, x: o.expand_dims(o.squeeze(o.max(x, axis=[1, 2], keepdims=True), (1, 2)), 1),
    "f_abs": lambda l, x: o.abs(x),
}

if __name__ == "__main__":
    cases = []
    for k, own in ((keras2, ONLY_2), (keras3, ONLY_3)):
        for name, build in {**both(k), **own}.items():
            record(cases, k, name, build, (3, 8, 6) if name.endswith("_first") else (8, 6, 3))
    print("[" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "]")
