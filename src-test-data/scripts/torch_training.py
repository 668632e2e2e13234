"""Records five training steps of one tiny member of each block kind, and the optimisers alone on a small vector.

python torch_training.py [KIND ... | updaters]    (all of them without arguments)
"""
import dataclasses
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torchvision.ops import FrozenBatchNorm2d

import formula
import record
from torch_plain import Plan, ResNet
from torch_tensors import canonical_tensors, network_input, plain_name, set_formula

# Weight decay is far above what one trains with, for five steps of 1e-3 would change no weight by the tests' tolerance.
SGD = {"name": "sgd", "learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.05}
SGD_WITHOUT_DECAY = SGD | {"weightDecay": 0.0}
ADAMW = {"name": "adamw", "learningRate": 0.002, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.5}
SGD_RATES = [0.05, 0.04, 0.03, 0.025, 0.02, 0.015, 0.01, 0.0075, 0.005]
ROUNDINGS = 12
RUNNING_MOMENTUM = 0.1
INPUT = (4, 3, 32, 32)
LABELS = [0, 3, 1, 4]
STEPS = 5

IMAGENET = Plan((2, 1, 1), 8, 8, classes=5, imagenet_stem=True)
BOTTLENECK = dataclasses.replace(IMAGENET, depths=(1, 2), bottleneck=True)
CIFAR = Plan((2, 1, 1), 8, 8, classes=5, shortcut="A")


def group_norm(channels):
    return nn.GroupNorm(32, channels)


def changed(plan, **changes):
    return dataclasses.replace(plan, **changes)


# kind: (the model whose spec the plan shrinks, plan, options, optimiser)
KINDS = {
    "basic_v1": ("resnet18", IMAGENET, {}, SGD),
    "basic_v1_adamw": ("resnet18", IMAGENET, {}, ADAMW),
    "bottleneck_v1_5": ("resnet50", BOTTLENECK, {}, SGD),
    "bottleneck_v1": ("resnet50_v1", changed(BOTTLENECK, version="v1"), {}, SGD),
    "resnext": ("resnext50_32x4d", changed(BOTTLENECK, groups=4, width_per_group=32), {}, SGD),
    "wide": ("wide_resnet50_2", changed(BOTTLENECK, width_per_group=128), {}, SGD),
    "basic_v2": ("resnet18_v2", changed(IMAGENET, version="v2"), {}, SGD),
    "bottleneck_v2": ("resnet50_v2", changed(BOTTLENECK, version="v2"), {}, SGD),
    "dilation": ("resnet50", changed(BOTTLENECK, dilation=(True,)), {"dilation": [True]}, SGD),
    "group_norm": ("resnet50", changed(BOTTLENECK, stem_channels=32, width=32, norm=group_norm), {"norm": "group"},
                   SGD),
    "frozen_norm": ("resnet50", changed(BOTTLENECK, norm=FrozenBatchNorm2d), {"norm": "frozen"}, SGD),
    "cifar_a": ("cifar_resnet20", CIFAR, {}, SGD),
    "cifar_b": ("cifar_resnet20_b", changed(CIFAR, shortcut="B"), {}, SGD),
    "cifar_c": ("cifar_resnet20_c", changed(CIFAR, shortcut="C"), {}, SGD),
    "cifar_conv": ("cifar_resnet20_conv", changed(CIFAR, shortcut="trunk"), {}, SGD),
    "cifar_norm_after_add": ("cifar_resnet20_norm_after_add", changed(CIFAR, norm_after_add=True), {}, SGD),
    "cifar_plain": ("cifar_plain20", changed(CIFAR, shortcut="none"), {}, SGD_WITHOUT_DECAY),
    "cifar_wrn": ("cifar_wrn16_8", Plan((1, 2), 4, 4 * 8, classes=5, version="v2"), {}, SGD),
}


def optimizer_of(settings, decayed, others):
    groups = [{"params": decayed, "weight_decay": settings["weightDecay"]}, {"params": others, "weight_decay": 0.0}]
    if settings["name"] == "sgd":
        return torch.optim.SGD(groups, lr=settings["learningRate"], momentum=settings["momentum"])
    return torch.optim.AdamW(groups, lr=settings["learningRate"], betas=(settings["beta1"], settings["beta2"]),
                             eps=settings["epsilon"])


def train(plan, settings, dtype, noise=0.0, seed=0):
    """(losses, gradients of step 1, all tensors at the end, samples a channel of each batch norm)."""
    net = ResNet(plan)
    set_formula(net, plain_name)
    net.to(dtype).train()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= 1 + noise * torch.randn(parameter.shape, generator=generator, dtype=dtype)
    samples = {}
    for path, module in net.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.momentum == RUNNING_MOMENTUM and module.eps == 1e-5

            def count(module, inputs, path=path):
                samples[plain_name(path)] = inputs[0].numel() // inputs[0].shape[1]
            module.register_forward_pre_hook(count)
    parameters = {plain_name(key): parameter for key, parameter in net.named_parameters()}
    # Decay is for the weights of convolutions and dense layers: the tensors with more than one dimension.
    optimizer = optimizer_of(settings, [p for p in parameters.values() if p.ndim > 1],
                             [p for p in parameters.values() if p.ndim == 1])
    x, labels = network_input(INPUT).to(dtype), torch.tensor(LABELS)
    losses, gradients = [], {}
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = functional.cross_entropy(net(x), labels)
        loss.backward()
        losses.append(loss.item())
        gradients = gradients or {name: p.grad.numpy().copy() for name, p in parameters.items()}
        optimizer.step()
    tensors = {name: tensor.numpy().copy() for name, tensor in canonical_tensors(net, plain_name).items()}
    return losses, gradients, tensors, samples


def insensitive(plan, settings, run):
    """Whether other roundings stay well inside the 1e-3 that the Java tests grant; else the run would prove nothing.

    They don't when an input of a ReLU is so close to zero that rounding decides its sign, and thus its gradient.
    """
    for seed in range(ROUNDINGS):
        other = train(plan, settings, torch.float64, noise=3e-7 if seed else 0.0, seed=seed)
        if not np.allclose(run[0], other[0], rtol=1e-5, atol=0):
            return False
        for values, others in zip(run[1:3], other[1:3]):
            # A convolution's bias before a batch norm has the gradient zero: what is left of it is rounding.
            floor = 1e-2 * max(np.abs(v).max() for v in others.values())
            if any(np.abs(value - others[name]).max() > 1e-4 * max(floor, np.abs(others[name]).max())
                   for name, value in values.items()):
                return False
    return True


def record_kind(kind):
    base, plan, options, settings = KINDS[kind]
    for rate in SGD_RATES if settings["name"] == "sgd" else [settings["learningRate"]]:
        settings = settings | {"learningRate": rate}
        run = train(plan, settings, torch.float32)
        if insensitive(plan, settings, run):
            break
    else:
        sys.exit(f"{kind}: at every learning rate rounding decides the result; give it another size or depth")
    losses, gradients, tensors, samples = run
    last = f"stage{len(plan.depths)}_block{plan.depths[-1]}_"
    some = ["stem_conv.weight", "stage1_block1_conv1.weight", "stage2_block1_norm1.weight", "stage2_block1_norm1.bias",
            f"{last}conv{3 if plan.bottleneck else 2}.weight", "logits.weight", "logits.bias"]
    record.write("training", kind, {
        "kind": kind, "base": base, "framework": "torch " + torch.__version__.split("+")[0],
        "depths": plan.depths, "width": plan.stem_channels,
        **({"groups": plan.groups} if plan.groups > 1 else {}),
        **({"widthPerGroup": plan.width_per_group} if plan.width_per_group != 64 else {}),
        "classes": plan.classes, "input": INPUT, "labels": LABELS, "options": options, "optimizer": settings,
        "runningMomentum": RUNNING_MOMENTUM,
        "losses": losses,
        "gradients": {name: record.endpoint(value) for name, value in gradients.items()},
        "samplesPerChannel": samples,
        "runningStatistics": {name: record.endpoint(value) for name, value in tensors.items()
                              if ".running_" in name and name.rsplit(".", 1)[0] in samples},
        "parameters": {name: record.endpoint(tensors[name]) for name in some}})


def record_updaters():
    """Each optimiser on one vector, ten steps, the learning rate cut to a tenth after the fifth."""
    runs = []
    size, steps = 6, 10
    for settings in (SGD, SGD_WITHOUT_DECAY, SGD | {"momentum": 0.0}, ADAMW, ADAMW | {"weightDecay": 0.0}):
        start = formula.unit_values("parameter", size)
        parameter = nn.Parameter(torch.from_numpy(start.copy()))
        optimizer = optimizer_of(settings, [parameter], [])
        rates, gradients, values = [], [], []
        for step in range(steps):
            rate = settings["learningRate"] * (1 if step < steps // 2 else 0.1)
            for group in optimizer.param_groups:
                group["lr"] = rate
            gradient = formula.unit_values(f"gradient{step + 1}", size)
            parameter.grad = torch.from_numpy(gradient.copy())
            optimizer.step()
            rates.append(rate)
            gradients.append(decimals(gradient))
            values.append(decimals(parameter.detach().numpy()))
        runs.append({"optimizer": settings, "start": decimals(start), "learningRates": rates, "gradients": gradients,
                     "parameters": values})
    record.write("training", "updaters", {"framework": "torch " + torch.__version__.split("+")[0], "runs": runs})


def decimals(values):
    return [float(f"{v:.9g}") for v in values]


if __name__ == "__main__":
    torch.set_num_threads(1)
    # A net's gradients are dozens of tensors: fewer samples of each keep the files small.
    record.SAMPLES = 64
    for wanted in sys.argv[1:] or [*KINDS, "updaters"]:
        if wanted == "updaters":
            record_updaters()
        else:
            record_kind(wanted)
