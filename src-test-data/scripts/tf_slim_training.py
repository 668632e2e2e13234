"""Records five SGD steps of small slim nets: the official units and the reference net."""
import inspect

import tf_canonical

import tf_sgd
import tf_slim_nets as nets
from tf_slim_nets import resnet_v2, slim, tf, v1


def norm_variance() -> str:
    with tf.Graph().as_default(), v1.Session() as session:
        slim.batch_norm(tf.constant(tf_sgd.PROBE), decay=0.0, scope="probe")
        session.run(v1.global_variables_initializer())
        session.run(v1.get_collection(v1.GraphKeys.UPDATE_OPS))
        return tf_sgd.variance_kind(float(session.run(slim.get_variables("probe/moving_variance")[0])[0]))


def default(function, parameter: str) -> float:
    return inspect.signature(function).parameters[parameter].default


def train(kind: str, base: str, net, norm_momentum: float) -> None:
    """`net(images)` gives the training-mode logits; `norm_momentum` is the decay of its norms."""
    with tf.Graph().as_default(), v1.Session() as session:
        images = tf.constant(tf_canonical.network_input(tf_sgd.INPUT))
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf_sgd.LABELS, net(images)))
        variables = nets.variables()
        statistics = {name: v for name, v in variables.items() if name.endswith(tf_canonical.NORM_STATISTICS)}
        trained = [name for name in variables if name not in statistics]
        gradients = dict(zip(trained, tf.gradients(loss, [variables[name] for name in trained])))
        updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS)

        def step(values):
            nets.assign(session, values)
            loss_value, gradient_values, _ = session.run([loss, gradients, updates])
            return loss_value, gradient_values, session.run(statistics)

        values = tf_canonical.formula_values(nets.shapes())
        tf_sgd.record_steps(kind, base, nets.FRAMEWORK, values, step, norm_momentum, norm_variance())


depths, width, classes = tf_sgd.DEPTHS, tf_sgd.WIDTH, tf_sgd.CLASSES
train("slim_v2", "resnet50_v2_slim",
      lambda images: nets.small_official(images, depths, width, classes),
      norm_momentum=default(resnet_v2.resnet_arg_scope, "batch_norm_decay"))
train("ref_slim", "resnet50_v2_ref_slim",
      lambda images: nets.reference(images, depths, width, classes, training=True)["logits"],
      norm_momentum=default(slim.batch_norm, "decay"))
