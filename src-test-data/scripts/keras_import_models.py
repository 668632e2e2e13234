"""Small models for the Keras importer's tests: preprocessing operators, nesting, sharing, names, layouts, policies."""
from keras_import_cases import case, chain, joined


def head(k, image, classes=4):
    return k.layers.Dense(classes, activation="softmax")(k.layers.GlobalAveragePooling2D()(image))


def base(k, name, filters=4, channels=3, names=("conv", "norm", "relu"), pooling=False, size=(None, None)):
    """A base model as transfer learning has it; several have the same layer names inside."""
    layers = k.layers
    x = inputs = k.Input((*size, channels))
    x = layers.Conv2D(filters, 3, strides=2, padding="same", use_bias=False, name=names[0])(x)
    x = layers.BatchNormalization(name=names[1])(x)
    x = layers.ReLU(name=names[2])(x)
    if pooling:
        x = layers.GlobalAveragePooling2D()(x)
    return k.Model(inputs, x, name=name)


# Tensor operators

@case(split=True, pixels=True)
def operators_scale(k):
    x = k.Input((5, 4, 3))
    return k.Model(x, head(k, k.layers.Conv2D(4, 3)(x / 127.5 - 1)))


@case(split=True, pixels=True)
def operators_reverse(k):
    x = k.Input((5, 4, 3))
    return k.Model(x, head(k, k.layers.Conv2D(4, 3)(x[..., ::-1] * 0.01)))


@case(split=True)
def operators(k):
    x = k.Input((5, 4, 3))
    a, b = k.layers.Conv2D(3, 3, padding="same")(x), k.layers.Conv2D(3, 1)(x)
    return joined(k, x, a + b, a - b, a * b, 1 - a, a - 0.5, 2 * b, -b + 3.0 * x, x / 4)


@case(split=True)
def operators_subsample(k):
    """Every second row and column, as option A shortcuts have it, and a part of the channels."""
    x = k.Input((7, 6, 4))
    a = k.layers.Conv2D(4, 3, strides=2, padding="same")(x)
    return joined(k, x, k.layers.Add()([a, x[:, ::2, ::2, :]]), x[:, :, :, 1:3], x[..., :2])


@case(split=True, expect="either", reason="operators seldom seen: right or refused by name")
def operators_rare(k):
    x = k.Input((5, 4, 3))
    a = k.layers.Conv2D(3, 1)(x)
    return joined(k, x, x[:, 1:-1, 1:-1, :], abs(a), a ** 2, a / (a * a + 1))


@case(split=True, expect="either", reason="functions called on tensors: right or refused by name")
def functions(k):
    import tensorflow as tf
    x = k.Input((5, 4, 3))
    a = k.layers.Conv2D(3, 1)(x)
    if k.__name__ == "keras":
        return joined(k, x, k.activations.relu(a), k.activations.gelu(a, approximate=True), k.ops.add(a, x),
                      k.ops.concatenate([a, x], axis=-1), k.ops.sigmoid(a),
                      k.ops.expand_dims(k.ops.mean(a, (1, 2)), 1)[:, None])
    return joined(k, x, tf.nn.relu(a), tf.nn.gelu(a, approximate=True), tf.add(a, x), tf.concat([a, x], -1),
                  tf.sigmoid(a), tf.reduce_mean(a, (1, 2), keepdims=True))


def preprocessed(k, function):
    x = k.Input((6, 5, 3))
    y = k.layers.Conv2D(4, 3, strides=2, padding="same", name="conv1_conv")(function(x))
    return k.Model(x, head(k, k.layers.ReLU(name="conv1_relu")(y)))


@case(split=True, pixels=True)
def preprocess_caffe(k):
    return preprocessed(k, k.applications.resnet.preprocess_input)


@case(split=True, pixels=True)
def preprocess_tf(k):
    return preprocessed(k, k.applications.resnet_v2.preprocess_input)


@case(split=True, pixels=True)
def preprocess_torch(k):
    return preprocessed(k, lambda x: k.applications.imagenet_utils.preprocess_input(x, mode="torch"))


# Nested models

@case(files="weights")
def transfer_sequential(k):
    b = base(k, "small_base")
    b.trainable = False
    return k.Sequential([k.Input((8, 7, 3)), b, k.layers.GlobalAveragePooling2D(), k.layers.Dropout(0.2),
                         k.layers.Dense(5, activation="relu"), k.layers.Dense(3, activation="softmax")])


@case(files="weights")
def transfer_functional(k):
    b = base(k, "small_base", size=(8, 7))
    b.trainable = False
    x = k.Input((8, 7, 3))
    return k.Model(x, head(k, b(x, training=False)))


@case()
def transfer_training_false(k):
    """The base is trainable and called with training=False; a norm of the head isn't."""
    b = base(k, "small_base")
    x = k.Input((8, 7, 3))
    y = k.layers.BatchNormalization(name="head_norm")(b(x, training=False))
    return k.Model(x, head(k, y))


@case()
def transfer_frozen_norms(k):
    """Only the base's norms are frozen."""
    b = base(k, "small_base")
    b.get_layer("norm").trainable = False
    x = k.Input((8, 7, 3))
    return k.Model(x, head(k, b(x)))


@case(pixels=True, split=True)
def transfer_preprocessed(k):
    b = base(k, "resnet_like", pooling=True)
    b.trainable = False
    x = k.Input((8, 7, 3))
    y = k.layers.RandomFlip("horizontal")(x)
    y = k.applications.resnet_v2.preprocess_input(y)
    y = k.layers.Dropout(0.2)(b(y, training=False))
    return k.Model(x, k.layers.Dense(3)(y))


@case(files="weights")
def nested_three_levels(k):
    """Sequential in Functional in Sequential."""
    layers = k.layers
    inner = k.Sequential([k.Input((4, 4, 4)), layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization(),
                          layers.ReLU()], name="inner")
    x = k.Input((8, 7, 3))
    y = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    middle = k.Model(x, layers.Add()([y, inner(y)]), name="middle")
    return k.Sequential([k.Input((8, 7, 3)), middle, layers.Flatten(), layers.Dense(3)], name="outer")


@case()
def nested_functional_deep(k):
    """Functional in Functional in Functional, beside layers with the same names."""
    innermost = base(k, "innermost", channels=4)
    x = k.Input((None, None, 4))
    middle = k.Model(x, k.layers.Conv2D(4, 1, name="conv")(innermost(x)), name="middle")
    x = k.Input((9, 8, 3))
    y = k.layers.Conv2D(4, 3, padding="same", name="conv")(x)
    return k.Model(x, head(k, middle(y)))


@case()
def siamese(k):
    """The same base called on two inputs."""
    b = base(k, "tower", pooling=True)
    left, right = k.Input((8, 7, 3), name="left"), k.Input((8, 7, 3), name="right")
    y = k.layers.Concatenate()([b(left), b(right)])
    return k.Model([left, right], k.layers.Dense(2, activation="softmax", name="same")(y))


@case()
def shared_layers(k):
    """A convolution, a norm and a dense layer called twice."""
    layers = k.layers
    conv = layers.Conv2D(4, 3, padding="same", name="conv")
    norm = layers.BatchNormalization(name="norm")
    x = k.Input((6, 5, 4))
    y = layers.ReLU(name="relu")(norm(conv(x)))
    y = norm(conv(y))
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    dense = layers.Dense(4, activation="tanh", name="dense")
    return k.Model(x, layers.Dense(2, name="y")(dense(dense(y))))


@case(files="weights")
def nested_same_names(k):
    """Two nested models with the same layer names inside."""
    one, two = base(k, "one"), base(k, "two", filters=3, channels=4)
    x = k.Input((9, 8, 3))
    return k.Model(x, head(k, two(one(x))))


@case()
def nested_parallel(k):
    """Two nested models side by side, one of them Sequential, and a nested model inside a block."""
    layers = k.layers
    one = base(k, "one")
    two = k.Sequential([layers.Conv2D(4, 1, strides=2, padding="same"), layers.BatchNormalization()], name="two")
    x = k.Input((8, 7, 3))
    return k.Model(x, head(k, layers.Add()([one(x), two(x)])))


@case()
def nested_two_outputs(k):
    """A nested model of two outputs, used one by one, as feature pyramids have it."""
    layers = k.layers
    x = k.Input((8, 8, 3))
    a = layers.Conv2D(4, 3, strides=2, padding="same", name="a")(x)
    b = layers.Conv2D(4, 3, strides=2, padding="same", name="b")(a)
    pyramid = k.Model(x, [a, b], name="pyramid")
    x = k.Input((8, 8, 3))
    a, b = pyramid(x)
    return k.Model(x, head(k, layers.Add()([a, layers.UpSampling2D()(b)])))


@case()
def nested_two_inputs(k):
    layers = k.layers
    a, b = k.Input((6, 5, 3)), k.Input((6, 5, 4))
    merge = k.Model([a, b], layers.Concatenate(name="both")([layers.Conv2D(2, 1, name="first")(a),
                                                             layers.Conv2D(3, 1, name="second")(b)]), name="merge")
    x = k.Input((6, 5, 3))
    return k.Model(x, head(k, merge([x, layers.Conv2D(4, 3, padding="same", name="four")(x)])))


# Sequential models

@case()
def sequential_input_layer(k):
    layers = k.layers
    return k.Sequential([k.Input((8, 7, 3)), layers.Conv2D(4, 3, activation="relu"), layers.MaxPooling2D(),
                         layers.Flatten(), layers.Dense(3, activation="softmax")])


@case(files="weights")
def sequential_input_shape(k):
    layers = k.layers
    return k.Sequential([layers.Conv2D(4, 3, activation="relu", input_shape=(8, 7, 3)), layers.BatchNormalization(),
                         layers.GlobalMaxPooling2D(), layers.Dense(1, activation="sigmoid")])


@case()
def sequential_built(k):
    """No input shape at all: the model was built by its first batch."""
    layers = k.layers
    model = k.Sequential([layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(3)])
    model.build((None, 6, 5, 3))
    return model


# Ends

@case()
def end_several_outputs(k):
    layers = k.layers
    x = k.Input((6, 5, 3))
    y = layers.Conv2D(4, 3, name="conv")(x)
    p = layers.GlobalAveragePooling2D(name="pool")(y)
    return k.Model(x, [layers.Dense(3, activation="softmax", name="kind")(p), layers.Dense(1, name="size")(p), y])


@case()
def end_dense_linear(k):
    return chain(k, (6, 5, 3), k.layers.Conv2D(4, 3), k.layers.GlobalAveragePooling2D(), k.layers.Dense(3))


@case()
def end_activation_softmax(k):
    return chain(k, (6, 5, 3), k.layers.Conv2D(4, 3), k.layers.GlobalMaxPooling2D(), k.layers.Dense(3),
                 k.layers.Activation("softmax"))


@case()
def end_softmax_layer(k):
    return chain(k, (6, 5, 3), k.layers.Conv2D(4, 3), k.layers.Flatten(), k.layers.Dense(3), k.layers.Softmax())


@case()
def end_convolution_classifier(k):
    """A 1x1 convolution instead of a dense layer."""
    return chain(k, (6, 5, 3), k.layers.Conv2D(4, 3), k.layers.Conv2D(3, 1), k.layers.GlobalAveragePooling2D(),
                 k.layers.Activation("softmax"))


# Names

@case(only="k2", files="weights")
def names_with_slashes(k):
    layers = k.layers
    return chain(k, (6, 5, 3), layers.Conv2D(4, 3, name="block1/unit_1/conv"),
                 layers.BatchNormalization(name="block1/unit_1/norm"), layers.Conv2D(4, 1, name="block1/conv"),
                 layers.GlobalAveragePooling2D(name="head/pool"), layers.Dense(2, name="head/dense"))


@case(only="k3", files="weights")
def names_odd(k):
    layers = k.layers
    return chain(k, (6, 5, 3), layers.Conv2D(4, 3, name="first conv"), layers.BatchNormalization(name="norm.1"),
                 layers.Conv2D(4, 1, name="größe_2"), layers.GlobalAveragePooling2D(name="pool:0"),
                 layers.Dense(2, name="dense-1"))


# channels_first

# Keras 3.15 on TensorFlow adds a bias along the width where that equals the channels: none of these has such a size.

@case(files="weights")
def channels_first(k):
    layers = k.layers
    first = {"data_format": "channels_first"}
    return chain(k, (3, 9, 8), layers.ZeroPadding2D(((1, 0), (0, 2)), **first), layers.Conv2D(5, 3, strides=2, **first),
                 layers.BatchNormalization(axis=1), layers.ReLU(), layers.MaxPooling2D(2, 1, padding="same", **first),
                 layers.Flatten(**first), layers.Dense(5), layers.BatchNormalization())


@case()
def channels_first_plain_flatten(k):
    """Flatten itself is channels_last: the order of memory."""
    layers = k.layers
    return chain(k, (3, 6, 5), layers.Conv2D(4, 3, padding="same", data_format="channels_first", activation="softmax"),
                 layers.PReLU(shared_axes=[2, 3]), layers.Flatten(), layers.Dense(3))


@case()
def channels_first_kinds(k):
    layers = k.layers
    first = {"data_format": "channels_first"}
    x = k.Input((3, 6, 7))
    a = layers.DepthwiseConv2D(3, strides=2, padding="same", **first)(x)
    a = layers.SeparableConv2D(5, 3, padding="same", **first)(a)
    b = layers.AveragePooling2D(3, 2, padding="same", **first)(x)
    y = layers.Concatenate(axis=1)([a, b])
    y = layers.UpSampling2D(2, **first)(y)
    y = layers.Cropping2D(((1, 0), (0, 1)), **first)(y)
    s = layers.GlobalMaxPooling2D(keepdims=True, **first)(y)
    y = layers.Multiply()([y, s])
    y = layers.SpatialDropout2D(0.1, **first)(y)
    return k.Model(x, layers.GlobalAveragePooling2D(**first)(y))


@case()
def mixed_formats(k):
    """Channels first, then last, with a permutation between."""
    layers = k.layers
    return chain(k, (3, 6, 5), layers.Conv2D(4, 3, padding="same", data_format="channels_first"),
                 layers.BatchNormalization(axis=1), layers.Permute((2, 3, 1)), layers.Conv2D(3, 3),
                 layers.BatchNormalization(), layers.GlobalAveragePooling2D())


# Input sizes

@case(size=(9, 7), other_size=(6, 11))
def any_size(k):
    layers = k.layers
    x = k.Input((None, None, 3))
    y = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    y = layers.BatchNormalization()(y)
    z = layers.MaxPooling2D(1, 1)(y)
    y = layers.Add()([layers.Conv2D(4, 3, padding="same")(y), z])
    y = layers.MaxPooling2D(3, 2, padding="same")(y)
    return k.Model(x, head(k, y))


@case(size=(7, 9), other_size=(8, 8))
def any_width(k):
    return chain(k, (None, None, 1), k.layers.ZeroPadding2D(1), k.layers.Conv2D(3, 3), k.layers.GlobalMaxPooling2D())


@case()
def fixed_batch(k):
    x = k.Input(batch_shape=(2, 6, 5, 3))
    return k.Model(x, head(k, k.layers.Conv2D(4, 3)(x)))


# Dtypes and regularisers

def residual(k):
    layers = k.layers
    x = k.Input((8, 7, 3))
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    z = layers.ReLU()(layers.BatchNormalization()(y))
    y = layers.Add()([y, layers.Conv2D(4, 3, padding="same")(z)])
    return k.Model(x, layers.Activation("softmax", dtype=None)(layers.Dense(3)(layers.GlobalAveragePooling2D()(y))))


@case(policy="mixed_float16")
def policy_mixed_float16(k):
    return residual(k)


@case(policy="mixed_bfloat16")
def policy_mixed_bfloat16(k):
    return residual(k)


@case(policy="float64")
def policy_float64(k):
    return residual(k)


@case(policy="mixed_float16", split=True)
def policy_mixed_float16_transfer(k):
    """The usual recipe: half precision in the base, the softmax in float32."""
    b = base(k, "small_base", pooling=True)
    x = k.Input((8, 7, 3))
    y = k.layers.Dense(3)(b(x / 127.5 - 1, training=False))
    return k.Model(x, k.layers.Activation("softmax", dtype="float32")(y))


@case()
def regularizers(k):
    layers, r = k.layers, k.regularizers
    x = k.Input((6, 5, 3))
    y = layers.Conv2D(4, 3, kernel_regularizer=r.l2(1e-4), bias_regularizer=r.l1(2e-4))(x)
    y = layers.DepthwiseConv2D(3, depthwise_regularizer=r.l2(3e-4), padding="same")(y)
    y = layers.SeparableConv2D(4, 3, depthwise_regularizer=r.l1(1e-3), pointwise_regularizer=r.l2(2e-3))(y)
    y = layers.Flatten()(y)
    return k.Model(x, layers.Dense(3, kernel_regularizer=r.L1L2(1e-5, 2e-5), bias_regularizer="l2")(y))
