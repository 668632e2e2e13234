"""What a case of the Keras importer's tests is, and how its models are put together."""
from dataclasses import dataclass
from typing import Callable, Optional

CASES = {}


@dataclass
class Case:
    """
    One small model.

    build: gives the model in the framework (tf_keras or keras) that it is given
    split: the frameworks compute or name something differently: one folder each
    only: "k2" or "k3" where only one has such a model
    files: "whole" (.h5 and .keras), "weights" (also weights only and architecture only)
    pixels: the input is 0..255; else it is within +-2 times scale
    size: height and width of x where the model leaves them open; other_size: of x_2
    policy: dtype policy of the files; y is float32's
    expect: "import", "refuse" or "either" (right or refused)
    """
    name: str
    build: Callable
    split: bool = False
    only: Optional[str] = None
    files: str = "whole"
    pixels: bool = False
    scale: float = 1
    size: tuple = ()
    other_size: tuple = ()
    policy: str = "float32"
    expect: str = "import"
    reason: str = ""
    train: Optional[dict] = None


def case(**options):
    def register(build):
        reason = options.pop("reason", build.__doc__ or "")
        CASES[build.__name__] = Case(build.__name__, build, reason=reason, **options)
        return build
    return register


def chain(k, shape, *layers):
    """Input, then one layer after the other, in a functional model."""
    x = inputs = k.Input(shape)
    for layer in layers:
        x = layer(x)
    return k.Model(inputs, x)


def joined(k, inputs, *images):
    """A model that ends in the mean of each of several images' channels, side by side."""
    return k.Model(inputs, k.layers.Concatenate(name="y")([
        k.layers.GlobalAveragePooling2D(name=f"mean{i}")(image) for i, image in enumerate(images)]))
