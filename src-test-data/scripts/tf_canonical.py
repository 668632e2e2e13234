"""Tensors in TensorFlow's layouts (NHWC, HWIO, [in, out]) and in the canonical ones (NCHW, OIHW, [out, in])."""
import os

# Set before TensorFlow loads: one order of summation on every CPU, and no chatter.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np

import formula

TENSORS = {
    "weights": "weight", "biases": "bias",
    "kernel": "weight", "bias": "bias",
    "gamma": "weight", "beta": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var",
}
NORM_STATISTICS = ("running_mean", "running_var")


def to_canonical(name: str, value: np.ndarray) -> np.ndarray:
    """A kernel [kH, kW, in, out] becomes [out, in, kH, kW], a dense one [out, in]; the logits' 1x1 kernel is dense."""
    value = np.asarray(value)
    if name == "logits.weight":
        return value.reshape(-1, value.shape[-1]).T
    return value.transpose(3, 2, 0, 1) if value.ndim == 4 else value


def formula_value(name: str, shape) -> np.ndarray:
    """The formula's values of a canonical tensor, in TensorFlow's `shape`."""
    shape = tuple(int(size) for size in shape)
    if name == "logits.weight":
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        return formula.kernel(name, (columns, rows)).T.reshape(shape)
    if len(shape) == 4:
        return formula.kernel(name, (shape[3], shape[2], shape[0], shape[1])).transpose(2, 3, 1, 0)
    tensor = name.rsplit(".", 1)[1]
    return formula.vector(name, shape[0], "norm_weight" if tensor == "weight" else tensor)


def formula_values(shapes: dict) -> dict:
    """The formula's value of each canonical name; `shapes` are TensorFlow's."""
    return {name: formula_value(name, shape) for name, shape in shapes.items()}


def unique(pairs) -> dict:
    """A dictionary of (canonical name, variable) that refuses a name seen twice."""
    result = {}
    for name, variable in pairs:
        if name in result:
            raise ValueError(f"two variables are called {name}")
        result[name] = variable
    return result


def nhwc(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values.transpose(0, 2, 3, 1))


def nchw(values) -> np.ndarray:
    """[N, H, W, C] as [N, C, H, W]; [N, C] stays."""
    values = np.asarray(values)
    return values.transpose(0, 3, 1, 2) if values.ndim == 4 else values


def network_input(shape) -> np.ndarray:
    """The formula's input of NCHW `shape`, in NHWC."""
    return nhwc(formula.network_input(shape))
