"""Records what the PyTorch nets compute in evaluation mode at every endpoint, one JSON file a model.

python torch_inference.py [MODEL ...]    (all of them without arguments)
"""
import sys

import timm
import torch
import torchvision
from timm.layers import BatchNormAct2d, create_conv2d
from timm.models.resnetv2 import ResNetV2
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

import record
import torch_plain
from torch_tensors import (canonical_tensors, endpoints, multiply_adds, network_input, plain_name, recorded_endpoints,
                           set_formula, timm_v2_name, torchvision_name, trainable_parameters)

TORCH = "torch " + torch.__version__.split("+")[0]
TORCHVISION = f"torchvision {torchvision.__version__.split('+')[0]} / {TORCH}"
TIMM = f"timm {timm.__version__} / {TORCH}"
PLAIN = f"plain PyTorch / {TORCH}"

TORCHVISION_POINTS = {"stem": "maxpool", "stage1": "layer1", "stage2": "layer2", "stage3": "layer3",
                      "stage4": "layer4", "pool": "avgpool", "logits": "fc"}
TIMM_POINTS = {"stem": "stem", "stage1": "stages.0", "stage2": "stages.1", "stage3": "stages.2",
               "stage4": "stages.3", "pool": "head.global_pool", "logits": "head"}

TORCHVISION_NETS = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d",
                    "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"]
SMALL = {"resnet18", "resnet34", "resnet18_v2", "resnet34_v2"}
HEAVY = ("resnet152", "resnet200", "resnext101", "wide_resnet101")
OPTION_SIZES = {"": (64, 64), "_odd": (97, 65)}

PLAIN_NETS = {
    **{f"cifar_resnet{d}": lambda d=d: torch_plain.cifar(d) for d in (20, 32, 44, 56, 110, 1202)},
    "cifar_resnet20_b": lambda: torch_plain.cifar(20, "B"),
    "cifar_resnet20_c": lambda: torch_plain.cifar(20, "C"),
    "cifar_resnet20_conv": lambda: torch_plain.cifar(20, "trunk"),
    "cifar_resnet32_conv": lambda: torch_plain.cifar(32, "trunk"),
    "cifar_resnet20_norm_after_add": lambda: torch_plain.cifar(20, norm_after_add=True),
    "cifar_plain20": lambda: torch_plain.cifar(20, "none"),
    "cifar_plain56": lambda: torch_plain.cifar(56, "none"),
    "cifar_resnet164_v2": lambda: torch_plain.cifar_v2(164),
    "cifar_resnet1001_v2": lambda: torch_plain.cifar_v2(1001),
    "cifar_wrn28_10": lambda: torch_plain.cifar_wide(28, 10),
    "cifar_wrn16_8": lambda: torch_plain.cifar_wide(16, 8),
}
# The other depths and variants that the zoo lists; their records hold fewer samples.
OTHER_PLAIN_NETS = {
    **{f"cifar_resnet{d}": lambda d=d: torch_plain.cifar(d) for d in (8, 14)},
    **{f"cifar_plain{d}": lambda d=d: torch_plain.cifar(d, "none") for d in (8, 14, 32, 44, 110)},
    **{f"cifar_resnet{d}{suffix}": lambda d=d, more=more: torch_plain.cifar(d, **more)
       for d in (8, 14, 20, 32, 44, 56, 110)
       for suffix, more in (("_b", {"shortcut": "B"}), ("_c", {"shortcut": "C"}), ("_conv", {"shortcut": "trunk"}),
                            ("_norm_after_add", {"norm_after_add": True}))
       if f"cifar_resnet{d}{suffix}" not in PLAIN_NETS},
    **{f"cifar_resnet{d}_v2": lambda d=d: torch_plain.cifar_v2(d) for d in (29, 56, 110)},
    "cifar_wrn40_4": lambda: torch_plain.cifar_wide(40, 4),
}
PUBLISHED_PARAMETERS = {"resnet18": 11_689_512, "resnet50": 25_557_032, "resnet50_v1": 25_557_032,
                        "wide_resnet50_2": 68_883_240, "resnext50_32x4d": 25_028_904,
                        "resnet18_cifar": 11_173_962, "resnet50_cifar": 23_520_842,
                        "cifar_resnet20": 269_722, "cifar_resnet32": 464_154, "cifar_resnet44": 658_586,
                        "cifar_resnet56": 853_018, "cifar_resnet110": 1_727_962, "cifar_resnet1202": 19_421_274,
                        "cifar_resnet32_conv": 498_666, "cifar_wrn28_10": 36_479_194}


def v1(net):
    """Moves torchvision's stride to the first 1x1 convolution, where He et al. 2015 have it."""
    for stage in (net.layer2, net.layer3, net.layer4):
        stage[0].conv1.stride, stage[0].conv2.stride = (2, 2), (1, 1)
    return net


def cifar_stem(net):
    net.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
    net.maxpool = nn.Identity()
    return net


def channels(net, count):
    net.conv1 = nn.Conv2d(count, 64, 7, 2, 3, bias=False)
    return net


def no_head(net):
    net.fc = nn.Identity()
    return net


def shortcuts(net, option):
    """Gives torchvision's ResNet-18 the shortcuts of option A or C."""
    for stage in (net.layer1, net.layer2, net.layer3, net.layer4):
        for block in stage:
            inputs, outputs, stride = block.conv1.in_channels, block.conv2.out_channels, block.stride
            if option == "C":
                block.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                                 nn.BatchNorm2d(outputs))
            elif block.downsample is not None:
                block.downsample = torch_plain.Pad(inputs, outputs, stride)
    return net


def library_net(model):
    """(net, framework, naming, endpoint modules, classes) of a model."""
    plain = PLAIN_NETS.get(model) or OTHER_PLAIN_NETS.get(model)
    if plain:
        net = plain()
        return net, PLAIN, plain_name, net.points, 10
    if model == "resnet200_v2":
        net = ResNetV2([3, 24, 36, 3], norm_layer=BatchNormAct2d, conv_layer=create_conv2d)
        return net, TIMM, timm_v2_name, TIMM_POINTS, 1000
    if model.endswith("_v2"):
        net = timm.create_model("resnetv2_" + model[len("resnet"):-len("_v2")])
        return net, TIMM, timm_v2_name, TIMM_POINTS, 1000
    if model.endswith("_v1"):
        return v1(getattr(torchvision.models, model[:-3])()), TORCHVISION, torchvision_name, TORCHVISION_POINTS, 1000
    if model.endswith("_cifar"):
        net = cifar_stem(getattr(torchvision.models, model[:-6])(num_classes=10))
        return net, TORCHVISION, torchvision_name, TORCHVISION_POINTS, 10
    return getattr(torchvision.models, model)(), TORCHVISION, torchvision_name, TORCHVISION_POINTS, 1000


def usual_and_odd(model, classes):
    if classes == 10:
        batch = 1 if "wrn" in model or "_v2" in model or "1202" in model or "resnet50" in model else 2
        deep = "1202" in model or "1001" in model
        return [(batch, 3, 16, 16), (batch, 3, 17, 11)] if deep else [(batch, 3, 32, 32), (batch, 3, 29, 37)]
    batch = 2 if model in SMALL else 1
    size = 112 if model.startswith(HEAVY) else 224
    return [(batch, 3, size, size), (batch, 3, 123, 97)]


def option_nets(model):
    """(case, options, net, input channels) for the options that are recorded with this model."""
    if model == "resnet50":
        make = torchvision.models.resnet50
        for dilation in ([False, True, True], [False, False, True]):
            name = "dilation_" + "_".join(str(d).lower() for d in dilation)
            yield name, {"dilation": dilation}, make(replace_stride_with_dilation=dilation), 3
        yield "norm_group", {"norm": "group"}, make(norm_layer=lambda c: nn.GroupNorm(32, c)), 3
        yield "norm_frozen", {"norm": "frozen"}, make(norm_layer=FrozenBatchNorm2d), 3
        yield "zero_init", {"zeroInit": True}, make(zero_init_residual=True), 3
    if model == "resnet18":
        make = torchvision.models.resnet18
        yield "shortcut_a", {"shortcut": "A"}, shortcuts(make(), "A"), 3
        yield "shortcut_c", {"shortcut": "C"}, shortcuts(make(), "C"), 3
        yield "zero_init", {"zeroInit": True}, make(zero_init_residual=True), 3
        yield "channels_1", {"channels": 1}, channels(make(), 1), 1
        yield "channels_4", {"channels": 4}, channels(make(), 4), 4
        yield "no_head", {"head": False}, no_head(make()), 3


def case(name, options, classes, shape, values, **more):
    return {"name": name, "options": options, "classes": classes, "input": list(shape), **more, "endpoints": values}


def option_cases(model):
    for name, options, net, inputs in option_nets(model):
        # Zero-init is a matter of the start values, so the tensors that torchvision starts at zero stay so.
        zeros = [tensor for tensor, value in canonical_tensors(net, torchvision_name).items()
                 if tensor.endswith("norm3.weight" if model == "resnet50" else "norm2.weight") and not value.any()]
        assert bool(zeros) == ("zeroInit" in options)
        set_formula(net, torchvision_name, except_for=zeros)
        points = dict(TORCHVISION_POINTS)
        if "head" in options:
            del points["logits"]
        more = {"trainableParameters": trainable_parameters(net)} | ({"zeroTensors": zeros} if zeros else {})
        for suffix, size in OPTION_SIZES.items():
            shape = (1, inputs, *size)
            yield case(name + suffix, options, 1000, shape, recorded_endpoints(net, points, network_input(shape)),
                       **more)


def record_model(model):
    record.SAMPLES = 64 if model in OTHER_PLAIN_NETS else 256
    net, framework, name_of, points, classes = library_net(model)
    set_formula(net, name_of)
    parameters = trainable_parameters(net)
    assert parameters == PUBLISHED_PARAMETERS.get(model, parameters), f"{model} has {parameters} parameters"
    check_norms(net)
    cases = []
    for name, shape in zip(("usual", "odd"), usual_and_odd(model, classes)):
        x = network_input(shape)
        more = {"multiplyAdds": multiply_adds(net, x)} if name == "usual" else {}
        cases.append(case(name, {}, classes, shape, recorded_endpoints(net, points, x), **more))
    if model in TORCHVISION_NETS:
        check_published(model, parameters, cases[0])
    cases += option_cases(model)
    record.write("inference", model, {"model": model, "framework": framework, "trainableParameters": parameters,
                                      "cases": cases})


def check_norms(net):
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.eps == 1e-5
        if isinstance(module, BatchNormAct2d):
            assert isinstance(module.act, nn.ReLU) and isinstance(module.drop, nn.Identity)


def check_published(model, parameters, usual):
    """torchvision's weights entries state parameters and billions of multiply-adds (at 224x224)."""
    published = torchvision.models.get_model_weights(model).DEFAULT.meta
    assert parameters == published["num_params"]
    if usual["input"][2] == 224:
        assert abs(usual["multiplyAdds"] / 1e9 - published["_ops"]) < 6e-4, usual["multiplyAdds"]


def check_plain_nets():
    """The plain code, given the libraries' dimensions, must compute what the libraries compute."""
    big = dict(stem_channels=64, width=64, classes=1000, imagenet_stem=True)
    four = (3, 4, 6, 3)
    plans = {"resnet18": torch_plain.Plan((2, 2, 2, 2), **big),
             "resnet50": torch_plain.Plan(four, bottleneck=True, **big),
             "resnet50_v1": torch_plain.Plan(four, bottleneck=True, version="v1", **big),
             "resnext50_32x4d": torch_plain.Plan(four, bottleneck=True, groups=32, width_per_group=4, **big),
             "wide_resnet50_2": torch_plain.Plan(four, bottleneck=True, width_per_group=128, **big),
             "resnet18_v2": torch_plain.Plan((2, 2, 2, 2), version="v2", **big),
             "resnet50_v2": torch_plain.Plan(four, bottleneck=True, version="v2", **big)}
    for model, plan in plans.items():
        check_equal(library_net(model), torch_plain.ResNet(plan))
    dilation = (False, True, True)
    dilated = torchvision.models.resnet50(replace_stride_with_dilation=dilation)
    check_equal((dilated, TORCHVISION, torchvision_name, TORCHVISION_POINTS, 1000),
                torch_plain.ResNet(torch_plain.Plan(four, bottleneck=True, dilation=dilation, **big)))
    assert trainable_parameters(torch_plain.cifar(44, "trunk")) == 693_546
    print("the plain nets equal the libraries'")


def check_equal(library, plain):
    net, _, name_of, points, _ = library
    set_formula(net, name_of)
    set_formula(plain, plain_name)
    x = network_input((1, 3, 65, 97))
    theirs, ours = endpoints(net, points, x), endpoints(plain, plain.points, x)
    for endpoint, value in theirs.items():
        assert abs(value - ours[endpoint]).max() <= 1e-5 * abs(value).max(), endpoint


MODELS = (TORCHVISION_NETS + [f"resnet{d}_v1" for d in (50, 101, 152)]
          + [f"resnet{d}_v2" for d in (18, 34, 50, 101, 152, 200)]
          + [f"resnet{d}_cifar" for d in (18, 34, 50, 101, 152)]
          + list(PLAIN_NETS) + list(OTHER_PLAIN_NETS))

if __name__ == "__main__":
    torch.set_num_threads(1)
    wanted = sys.argv[1:] or MODELS
    unknown = set(wanted) - set(MODELS)
    if unknown:
        sys.exit(f"unknown: {sorted(unknown)}; models: {' '.join(MODELS)}")
    check_plain_nets()
    for wanted_model in wanted:
        record_model(wanted_model)
