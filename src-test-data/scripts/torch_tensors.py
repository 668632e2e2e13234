"""A PyTorch net's tensors under ResNet4J's canonical names, and what the net computes at every endpoint."""
import re

import numpy as np
import torch

import formula
import record

TORCHVISION = {"conv1": "stem_conv", "bn1": "stem_norm", "fc": "logits"}
TORCHVISION_BLOCK = {"conv1": "conv1", "conv2": "conv2", "conv3": "conv3", "bn1": "norm1", "bn2": "norm2",
                     "bn3": "norm3", "downsample.0": "shortcut_conv", "downsample.1": "shortcut_norm"}
TIMM_V2 = {"stem.conv": "stem_conv", "norm": "final_norm", "head.fc": "logits"}
TIMM_V2_BLOCK = {"norm1": "preact_norm", "conv1": "conv1", "norm2": "norm1", "conv2": "conv2", "norm3": "norm2",
                 "conv3": "conv3", "downsample.conv": "shortcut_conv"}


def torchvision_name(key: str) -> str:
    return _name(key, r"layer(\d+)\.(\d+)\.(.+)", TORCHVISION, TORCHVISION_BLOCK)


def timm_v2_name(key: str) -> str:
    return _name(key, r"stages\.(\d+)\.blocks\.(\d+)\.(.+)", TIMM_V2, TIMM_V2_BLOCK)


def plain_name(key: str) -> str:
    """torch_plain's modules have the canonical names already; only a block's prefix ends in a dot."""
    return re.sub(r"^(stage\d+_block\d+)\.", r"\1_", key)


def _name(key, block_pattern, outside, inside):
    module, tensor = key.rsplit(".", 1)
    block = re.fullmatch(block_pattern, module)
    if not block:
        return f"{outside[module]}.{tensor}"
    first_stage = 0 if block_pattern.startswith("layer") else 1
    return f"stage{int(block[1]) + first_stage}_block{int(block[2]) + 1}_{inside[block[3]]}.{tensor}"


def canonical_tensors(net: torch.nn.Module, name_of) -> dict:
    """Every parameter and buffer by canonical name; fails on a tensor without a name or two with the same."""
    tensors = {}
    for key, tensor in net.state_dict().items():
        if key.endswith(".num_batches_tracked"):
            continue
        name = name_of(key)
        assert name not in tensors, f"{key} and another tensor are both called {name}"
        tensors[name] = tensor
    return tensors


def formula_value(name: str, shape) -> np.ndarray:
    """A tensor's value; timm's last 1x1 convolution has the values of the dense [out, in] weight."""
    vertex, tensor = name.rsplit(".", 1)
    if tensor == "weight" and len(shape) > 1:
        return formula.kernel(name, shape)
    kind = f"norm_{tensor}" if vertex.endswith(("norm", "norm1", "norm2", "norm3")) else tensor
    return formula.vector(name, shape[0], kind.replace("norm_running", "running"))


def set_formula(net: torch.nn.Module, name_of, except_for=()) -> None:
    for name, tensor in canonical_tensors(net, name_of).items():
        if name not in except_for:
            tensor.copy_(torch.from_numpy(formula_value(name, tuple(tensor.shape))))


def network_input(shape) -> torch.Tensor:
    return torch.from_numpy(formula.network_input(shape))


def trainable_parameters(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def endpoints(net: torch.nn.Module, points: dict, x: torch.Tensor) -> dict:
    """The arrays that leave the modules `points` (endpoint -> module path) in evaluation mode."""
    seen = {}
    hooks = []
    for endpoint, path in points.items():
        def keep(module, inputs, output, endpoint=endpoint):
            # A copy, for a later in-place ReLU would change it.
            value = output.detach().double().numpy().copy()
            seen[endpoint] = value.reshape(value.shape[:2]) if endpoint in ("pool", "logits") else value
        hooks.append(net.get_submodule(path).register_forward_hook(keep))
    net.eval()
    with torch.no_grad():
        net(x)
    for hook in hooks:
        hook.remove()
    assert list(seen) == list(points), f"endpoints reached {list(seen)}, expected {list(points)}"
    return seen


def recorded_endpoints(net: torch.nn.Module, points: dict, x: torch.Tensor) -> dict:
    """What the net computes in float32, after a check in float64 that rounding leaves the 1e-4 the Java tests grant."""
    single = endpoints(net, points, x)
    double = endpoints(net.double(), points, x.double())
    net.float()
    for endpoint, value in single.items():
        largest = np.abs(value).max()
        error = np.abs(value - double[endpoint]).max() / largest
        assert np.isfinite(largest) and 1e-6 < largest, f"{endpoint}: largest value {largest}"
        assert error < 2e-5, f"{endpoint}: float32 is {error} off float64"
    return {endpoint: record.endpoint(value.astype(np.float32)) for endpoint, value in single.items()}


def multiply_adds(net: torch.nn.Module, x: torch.Tensor) -> int:
    """Multiply-adds of convolutions and dense layers for one image."""
    total = 0
    hooks = []

    def count(module, inputs, output):
        nonlocal total
        total += output[0].numel() * module.weight[0].numel()

    for module in net.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            hooks.append(module.register_forward_hook(count))
    net.eval()
    with torch.no_grad():
        net(x[:1])
    for hook in hooks:
        hook.remove()
    return total
