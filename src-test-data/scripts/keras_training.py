"""Records five SGD steps of small Keras nets: blocks of keras.applications, v1 and v2, and the reference net."""
import tf_canonical

import keras
import keras_nets
import tensorflow as tf
import tf_sgd

FRAMEWORK = f"keras {keras.__version__} / tensorflow {tf.__version__}"


def norm_variance() -> str:
    norm = keras.layers.BatchNormalization(momentum=0.0)
    norm(tf_sgd.PROBE, training=True)
    return tf_sgd.variance_kind(float(norm.moving_variance.numpy()[0]))


def train(kind: str, base: str, model) -> None:
    variables = keras_nets.variables(model)
    statistics = [name for name in variables if name.endswith(tf_canonical.NORM_STATISTICS)]
    trained = [name for name in variables if name not in statistics]
    images = tf_canonical.network_input(tf_sgd.INPUT)

    def step(values):
        for name, value in values.items():
            variables[name].assign(value)
        with tf.GradientTape() as tape:
            logits = model(images, training=True)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf_sgd.LABELS, logits))
        gradients = tape.gradient(loss, [variables[name].value for name in trained])
        return (loss.numpy(), {name: g.numpy() for name, g in zip(trained, gradients)},
                {name: variables[name].numpy() for name in statistics})

    momenta = {layer.momentum for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)}
    if len(momenta) != 1:
        raise ValueError(f"{kind}: the norms have momenta {momenta}")
    values = tf_canonical.formula_values({name: variable.shape for name, variable in variables.items()})
    tf_sgd.record_steps(kind, base, FRAMEWORK, values, step, momenta.pop(), norm_variance())


depths, width, classes, size = tf_sgd.DEPTHS, tf_sgd.WIDTH, tf_sgd.CLASSES, tf_sgd.INPUT[-1]
train("keras_v1", "resnet50_keras", keras_nets.small_application(1, depths, width, classes, size))
train("keras_v2", "resnet50_v2_keras", keras_nets.small_application(2, depths, width, classes, size))
train("ref_keras", "resnet50_v2_ref_keras", keras_nets.reference(depths, width, classes, size, size))
