"""Records Grad-CAM (arXiv 1610.02391) maps as PyTorch's autograd gives them, to gradcam/torch.json.

python torch_gradcam.py [--published FOLDER]

FOLDER has github.com/akamaster/pytorch_resnet_cifar10's resnet20-12fca82f.th; without it that case is left out.
The activation is what the global pool takes, or an earlier endpoint. A map is ReLU(sum of channels, weighted by the
spatial mean of the logit's gradient), divided by its largest value.
"""
import argparse
import pathlib

import numpy as np
import torch

import record
import torch_plain
from torch_inference import TORCH, library_net
from torch_tensors import network_input, set_formula

CASES = {"resnet18": (1, 3, 160, 128), "resnet50": (1, 3, 96, 128), "resnet18_v2": (1, 3, 128, 128),
         "resnet18_cifar": (1, 3, 32, 32),
         "cifar_resnet20": (1, 3, 32, 32), "cifar_resnet20_conv": (1, 3, 29, 37), "cifar_resnet56_v2": (1, 3, 32, 32)}
# Earlier activations, with norms and convolutions behind them.
EARLIER = {"resnet18": ("stage3", (1, 3, 96, 64)), "cifar_resnet20": ("stage1", (1, 3, 32, 32))}
LABELS = 3
WEIGHTS = "resnet20-12fca82f.th"


def maps(net, module, x, taken):
    """Class -> map, for the classes with the highest logits, at what the module gives or, if `taken`, takes."""
    seen = []

    def keep(activation):
        seen.append(activation)
        activation.retain_grad()

    if taken:
        hook = net.get_submodule(module).register_forward_pre_hook(lambda m, inputs: keep(inputs[0]))
    else:
        # The next module's ReLU may be in place.
        hook = net.get_submodule(module).register_forward_hook(lambda m, inputs, output: keep(output) or output.clone())
    net.eval()
    logits = net(x)
    hook.remove()
    found = {}
    for label in logits[0].argsort(descending=True)[:LABELS].tolist():
        seen[0].grad = None
        logits[0, label].backward(retain_graph=True)
        weights = seen[0].grad.mean(dim=(2, 3), keepdim=True)
        cam = torch.relu((weights * seen[0].detach()).sum(dim=1))[0]
        assert cam.max() > 0, f"class {label} has no evidence"
        found[label] = (cam / cam.max()).numpy()
    return found


def case(model, net, points, classes, shape, endpoint="pool"):
    module, taken = points[endpoint], endpoint == "pool"
    single = maps(net, module, network_input(shape), taken)
    double = maps(net.double(), module, network_input(shape).double(), taken)
    for label, values in single.items():
        error = np.abs(values - double[label]).max()
        assert error < 2e-5, f"{model}, class {label}: float32 is {error} off float64"
    return {"model": model, "classes": classes, "input": list(shape), "endpoint": endpoint,
            "maps": {str(label): [[float(f"{v:.7g}") for v in row] for row in values]
                     for label, values in single.items()}}


def published(folder):
    net = torch_plain.cifar(20)
    state = torch.load(folder / WEIGHTS, map_location="cpu", weights_only=True)["state_dict"]
    own = [key for key in net.state_dict() if not key.endswith(".num_batches_tracked")]
    theirs = [value for key, value in state.items() if not key.endswith(".num_batches_tracked")]
    assert len(own) == len(theirs)
    net.load_state_dict(dict(zip(own, theirs)), strict=False)
    return case(WEIGHTS, net, net.points, 10, (1, 3, 32, 32))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--published", type=pathlib.Path)
    arguments = parser.parse_args()
    cases = []
    wanted = [(model, "pool", shape) for model, shape in CASES.items()]
    wanted += [(model, endpoint, shape) for model, (endpoint, shape) in EARLIER.items()]
    for model, endpoint, shape in wanted:
        net, _, name_of, points, classes = library_net(model)
        with torch.no_grad():
            set_formula(net, name_of)
        cases.append(case(model, net, points, classes, shape, endpoint))
    if arguments.published:
        cases.append(published(arguments.published))
    record.write("gradcam", "torch", {"framework": TORCH, "cases": cases})


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
