"""Five SGD steps of one small net, recorded; the framework computes loss and gradients, the update is plain NumPy."""
import numpy as np

import record
import tf_canonical

STEPS = 5
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.05, 0.9, 1e-3
INPUT, LABELS = [4, 3, 64, 64], [0, 1, 2, 3]
CLASSES, DEPTHS, WIDTH = 5, [1, 2], 8
# A norm layer with momentum 0 that saw these four values shows which variance it keeps.
PROBE = np.float32([0, 1, 2, 3]).reshape(2, 1, 2, 1)


def variance_kind(moving_variance: float) -> str:
    """Whether the variance kept of PROBE is divided by n or by n - 1."""
    for kind, expected in ("biased", np.var(PROBE)), ("unbiased", np.var(PROBE, ddof=1)):
        if np.isclose(moving_variance, expected, rtol=1e-5):
            return kind
    raise ValueError(f"{moving_variance} is no variance of 0, 1, 2, 3")


def record_steps(kind: str, base: str, framework: str, values: dict, step, norm_momentum: float, variance: str) -> None:
    """`values`: TensorFlow's arrays by canonical name; `step(values)` gives loss, gradients, running statistics."""
    values = dict(values)
    velocities = {name: np.float32(0) for name in values}
    losses, first_gradients = [], None
    for _ in range(STEPS):
        loss, gradients, statistics = step(values)
        losses.append(float(loss))
        first_gradients = first_gradients or gradients
        trained = {name for name in values if not name.endswith(tf_canonical.NORM_STATISTICS)}
        if trained != set(gradients) or set(values) - trained != set(statistics):
            raise ValueError(f"{kind}: a parameter without gradient or a statistic that was not read")
        for name, gradient in gradients.items():
            if values[name].ndim > 1:
                gradient = gradient + np.float32(WEIGHT_DECAY) * values[name]
            velocities[name] = np.float32(MOMENTUM) * velocities[name] + gradient
            values[name] = values[name] - np.float32(LEARNING_RATE) * velocities[name]
        values |= statistics
    recorded = {name: record.endpoint(tf_canonical.to_canonical(name, gradient))
                for name, gradient in first_gradients.items()}
    record.write("training", kind, {
        "kind": kind, "base": base, "framework": framework, "depths": DEPTHS, "width": WIDTH, "classes": CLASSES,
        "input": INPUT, "labels": LABELS, "options": {},
        "optimizer": {"name": "sgd", "learningRate": LEARNING_RATE, "momentum": MOMENTUM,
                      "weightDecay": WEIGHT_DECAY},
        "losses": losses, "gradients": recorded,
        "runningStatistics": {name: record.endpoint(values[name]) for name in statistics},
        "runningVariance": variance, "normMomentum": norm_momentum,
    })
