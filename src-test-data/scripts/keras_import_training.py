"""Compiled models for the Keras importer's tests, and a few of Keras's own training steps."""
import numpy as np

from keras_import_cases import case
from keras_import_models import base


def small(k, end="softmax", units=3, l2=0.0):
    layers = k.layers
    regularizer = k.regularizers.l2(l2) if l2 else None
    x = k.Input((6, 5, 3))
    y = layers.Conv2D(4, 3, padding="same", use_bias=False, kernel_regularizer=regularizer, name="conv")(x)
    y = layers.BatchNormalization(momentum=0.9, name="norm")(y)
    y = layers.ReLU(name="relu")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return k.Model(x, layers.Dense(units, activation=end, kernel_regularizer=regularizer, name="head")(y))


def compiled(model, optimizer, loss, **options):
    model.compile(optimizer, loss, **options)
    return model


@case()
def compiled_sgd(k):
    return compiled(small(k), k.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])


@case()
def compiled_sgd_nesterov_sparse_logits(k):
    return compiled(small(k, end=None), k.optimizers.SGD(0.02, momentum=0.8, nesterov=True),
                    k.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])


@case()
def compiled_adam_smoothing(k):
    return compiled(small(k, l2=1e-4), k.optimizers.Adam(2e-3, beta_1=0.85, beta_2=0.99, epsilon=1e-6),
                    k.losses.CategoricalCrossentropy(label_smoothing=0.1))


@case()
def compiled_adamw(k):
    return compiled(small(k), k.optimizers.AdamW(1e-3, weight_decay=0.01), "sparse_categorical_crossentropy")


@case()
def compiled_rmsprop_binary(k):
    return compiled(small(k, end="sigmoid", units=1), k.optimizers.RMSprop(1e-3, rho=0.8, momentum=0.1, epsilon=1e-5),
                    "binary_crossentropy")


@case()
def compiled_amsgrad_mse(k):
    return compiled(small(k, end=None, units=2), k.optimizers.Adam(1e-3, amsgrad=True), "mse")


@case()
def compiled_schedule(k):
    schedule = k.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.9, staircase=True)
    return compiled(small(k), k.optimizers.SGD(schedule, momentum=0.9),
                    k.losses.BinaryCrossentropy(label_smoothing=0.2))


@case()
def compiled_piecewise(k):
    schedule = k.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
    return compiled(small(k), k.optimizers.Adam(schedule), k.losses.KLDivergence())


@case()
def compiled_clipped(k):
    """A setting that DL4J has elsewhere: the gradients' norm is clipped."""
    return compiled(small(k), k.optimizers.SGD(0.1, clipnorm=1.0), "sparse_categorical_crossentropy")


@case()
def compiled_and_trained(k):
    """Optimizer state is in the file."""
    model = compiled(small(k), k.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    random = np.random.default_rng(5)
    model.train_on_batch(random.uniform(-2, 2, (4, 6, 5, 3)).astype("float32"), np.arange(4) % 3)
    return model


@case(only="k2")
def compiled_legacy(k):
    """The optimizers of Keras 2.10 and before, with their decay."""
    return compiled(small(k), k.optimizers.legacy.SGD(0.1, momentum=0.9, decay=1e-4, nesterov=True),
                    "sparse_categorical_crossentropy")


@case()
def compiled_two_outputs(k):
    """A loss for each output."""
    x = k.Input((6, 5, 3))
    y = k.layers.Flatten(name="flat")(k.layers.Conv2D(2, 3, name="conv")(x))
    outputs = [k.layers.Dense(3, activation="softmax", name="kind")(y), k.layers.Dense(1, name="size")(y)]
    return compiled(k.Model(x, outputs), "sgd", {"kind": "sparse_categorical_crossentropy", "size": "mse"},
                    loss_weights={"kind": 1.0, "size": 0.5})


def focal(labels, probabilities):
    return -((1 - probabilities) ** 2) * labels


@case()
def compiled_own_loss(k):
    """The loss is a function of the user's program, of which the file has the name only: it imports without a loss."""
    return compiled(small(k), "adam", focal)


@case(policy="mixed_float16")
def compiled_loss_scale(k):
    """In half precision, Keras wraps the optimizer."""
    return compiled(small(k), k.optimizers.Adam(2e-3), "sparse_categorical_crossentropy")


SGD = {"batch": 6, "classes": 3, "steps": 4}


@case(split=True, train=SGD)
def train_sgd(k):
    return compiled(small(k, l2=0.02), k.optimizers.SGD(0.1), "sparse_categorical_crossentropy")


@case(split=True, train=SGD)
def train_momentum(k):
    return compiled(small(k, l2=0.02), k.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy")


@case(split=True, train=SGD)
def train_nesterov_logits(k):
    return compiled(small(k, end=None), k.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
                    k.losses.SparseCategoricalCrossentropy(from_logits=True))


@case(split=True, train=SGD)
def train_adam(k):
    return compiled(small(k), k.optimizers.Adam(0.01), "sparse_categorical_crossentropy")


def transfer(k, adapt, **call):
    b = base(k, "small_base", pooling=True)
    adapt(b)
    x = k.Input((8, 7, 3))
    y = k.layers.BatchNormalization(momentum=0.8, name="head_norm")(b(x, **call))
    y = k.layers.Dense(3, activation="softmax", name="head")(y)
    return compiled(k.Model(x, y), k.optimizers.SGD(0.1, momentum=0.5), "sparse_categorical_crossentropy")


@case(split=True, train=SGD)
def train_frozen_base(k):
    """base.trainable = False and training=False: the base stays as it is, statistics too."""
    return transfer(k, lambda b: setattr(b, "trainable", False), training=False)


@case(split=True, train=SGD)
def train_frozen_base_training_unset(k):
    """base.trainable = False alone: Keras's norms then use their moving statistics in training."""
    return transfer(k, lambda b: setattr(b, "trainable", False))


@case(split=True, train=SGD)
def train_base_inference(k):
    """training=False alone: the base's weights learn, its norms use their moving statistics."""
    return transfer(k, lambda b: None, training=False)


@case(split=True, train=SGD)
def train_frozen_norms(k):
    return transfer(k, lambda b: setattr(b.get_layer("norm"), "trainable", False))


def train(model, options, random):
    """
    The same batch in each of a few steps: train_x, train_labels (classes), train_losses before each step's update, all
    terms of the loss together, y_after (of x = train_x, inference), and moving statistics and kernels afterwards as
    after__LAYER__WEIGHT.
    """
    shape = (options["batch"], *model.inputs[0].shape[1:])
    x = random.uniform(-2, 2, shape).astype("float32")
    labels = random.integers(0, options["classes"], options["batch"])
    losses = []
    for _ in range(options["steps"]):
        model.reset_metrics()
        losses.append(float(np.ravel(model.train_on_batch(x, labels))[0]))
    result = {"train_x": x, "train_labels": labels.astype("int32"), "train_losses": np.array(losses, "float32"),
              "y_after": np.asarray(model(x, training=False))}
    for layer in model.layers:
        for part in [layer, *getattr(layer, "layers", [])]:
            if not hasattr(part, "layers"):
                for weight in part.weights:
                    name = weight.name.split("/")[-1].split(":")[0]
                    result[f"after__{part.name}__{name}"] = np.asarray(weight)
    return result
