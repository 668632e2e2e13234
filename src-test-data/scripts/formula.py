"""Values that Python and Java both compute from a tensor's name, so that no weight file is needed.

The Java twin is org.resnet4j.zoo.FormulaWeights in zoo-resnet's tests.
"""
import numpy as np

MASK = (1 << 64) - 1


def unit_values(name: str, count: int) -> np.ndarray:
    """float32 values in [-1, 1): splitmix64 of the tensor name's FNV-1a hash and the element's row-major index."""
    h = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        h = ((h ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(h) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1).astype(np.float32)


def kernel(name: str, shape) -> np.ndarray:
    """A convolution's [out, in/groups, kH, kW] or a dense layer's [out, in] weight."""
    fan_in = int(np.prod(shape[1:]))
    return (unit_values(name, int(np.prod(shape))) * np.float32(np.sqrt(1.5 / fan_in))).reshape(shape)


def vector(name: str, size: int, kind: str) -> np.ndarray:
    """A vector of `size` values; kind: bias, norm_weight, norm_bias, running_mean or running_var."""
    v = unit_values(name, size)
    if kind == "norm_weight":
        return np.float32(1) + np.float32(0.2) * v
    if kind == "running_var":
        return np.float32(1) + np.float32(0.5) * v
    return np.float32(0.1) * v


def network_input(shape) -> np.ndarray:
    """The input [N, C, H, W], in [-2, 2)."""
    return (np.float32(2) * unit_values("input", int(np.prod(shape)))).reshape(shape)
