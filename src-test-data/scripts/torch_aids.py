"""Records five steps of a small net with each of PyTorch's training aids: what they are is in the folder's record.

python torch_aids.py
"""
import torch
from torch import nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

import formula
import record

STEPS = 5
INPUT = (6, 3, 6, 6)
CLASSES = 3
LABELS = [[0, 1, 2, 2, 1, 0], [1, 1, 0, 2, 0, 2], [2, 0, 1, 0, 1, 1], [0, 2, 2, 1, 1, 0], [1, 0, 2, 0, 2, 1]]
RATE = 0.05
MOMENTUM = 0.9
# Far above what one trains with, so that five steps show it.
DECAY = 0.1
ADAMW_RATE = 0.01
ADAMW_DECAY = 2.0
LIMIT = 0.4
EMA_DECAY = 0.7
EMA_EVERY = 2
EMA_COPIED = 3
PARTS = [3, 1, 2]
FALLOFF = 0.25


class BiasedNorm(nn.BatchNorm2d):
    """Keeps the biased variance, as Deeplearning4j does; otherwise PyTorch's own."""

    def forward(self, x):
        before = self.running_var.clone()
        y = super().forward(x)
        if self.training:
            biased = x.detach().var(dim=(0, 2, 3), unbiased=False)
            # Not in place: the gradient's graph has the other one.
            self.running_var = before + self.momentum * (biased - before)
        return y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stage1_conv = nn.Conv2d(INPUT[1], 4, 3, padding=1, bias=False)
        self.stage1_norm = BiasedNorm(4)
        self.logits = nn.Linear(4, CLASSES)
        with torch.no_grad():
            for name, tensor in tensors(self).items():
                shape = tuple(tensor.shape)
                kind = {"stage1_norm.weight": "norm_weight", "stage1_norm.running_var": "running_var"}.get(name, "bias")
                values = formula.kernel(name, shape) if len(shape) > 1 else formula.vector(name, shape[0], kind)
                tensor.copy_(torch.from_numpy(values))

    def forward(self, x):
        return self.logits(functional.relu(self.stage1_norm(self.stage1_conv(x))).mean(dim=(2, 3)))


def tensors(net):
    return {name.removeprefix("module."): tensor for name, tensor in net.state_dict().items()
            if not name.endswith(("num_batches_tracked", "n_averaged"))}


def values(net):
    return {name: [float(f"{v:.8g}") for v in tensor.reshape(-1).tolist()] for name, tensor in tensors(net).items()}


def sgd(parameters, **more):
    return torch.optim.SGD(parameters, lr=RATE, momentum=MOMENTUM, **more)


def run(optimizer_of, parts=(INPUT[0],), limit=None, after=lambda step, net: None):
    """Trains; the losses, the norms before clipping, and the parameters at the end."""
    net = Net().train()
    optimizer = optimizer_of(net)
    losses, norms = [], []
    for step in range(STEPS):
        x = torch.from_numpy(formula.unit_values(f"input{step}", torch.Size(INPUT).numel()).reshape(INPUT) * 2)
        labels = torch.tensor(LABELS[step])
        optimizer.zero_grad()
        loss = 0
        for images, wanted in zip(x.split(list(parts)), labels.split(list(parts))):
            part = functional.cross_entropy(net(images), wanted, reduction="sum") / INPUT[0]
            part.backward()
            loss += part.item()
        if limit:
            norms.append(float(nn.utils.clip_grad_norm_(net.parameters(), limit)))
        optimizer.step()
        losses.append(loss)
        after(step, net)
    return {"losses": losses, "parameters": values(net), **({"norms": norms} if norms else {})}


def averaged():
    holder = {}

    def after(step, net):
        if not holder:
            holder["all"] = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(EMA_DECAY), use_buffers=True)
            # As torchvision's reference does it: references/classification/train.py, train_one_epoch.
            holder["copied"] = AveragedModel(net, use_buffers=True, avg_fn=lambda average, now, count:
                                             EMA_DECAY * average + (1 - EMA_DECAY) * now)
        if step % EMA_EVERY == 0:
            holder["all"].update_parameters(net)
        holder["copied"].update_parameters(net)
        if step < EMA_COPIED:
            holder["copied"].n_averaged.fill_(0)
    result = run(lambda net: sgd(net.parameters()), after=after)
    return result | {"average": values(holder["all"]), "copiedAverage": values(holder["copied"])}


if __name__ == "__main__":
    torch.set_num_threads(1)
    everywhere = {
        "sgd": run(lambda net: sgd(net.parameters(), weight_decay=DECAY)),
        "adamw": run(lambda net: torch.optim.AdamW(net.parameters(), lr=ADAMW_RATE, weight_decay=ADAMW_DECAY)),
        "clipped": run(lambda net: sgd(net.parameters(), weight_decay=DECAY), limit=LIMIT),
        "average": averaged(),
        "accumulated": run(lambda net: sgd(net.parameters()), parts=PARTS),
        "rates": run(lambda net: sgd([{"params": net.logits.parameters()},
                                      {"params": [*net.stage1_conv.parameters(), *net.stage1_norm.parameters()],
                                       "lr": RATE * FALLOFF}])),
    }
    assert min(everywhere["clipped"]["norms"]) < LIMIT < max(everywhere["clipped"]["norms"]), everywhere["clipped"]
    record.write("aids", "steps", {
        "framework": "torch " + torch.__version__.split("+")[0], "input": INPUT, "labels": LABELS, "rate": RATE,
        "momentum": MOMENTUM, "decay": DECAY, "adamwRate": ADAMW_RATE, "adamwDecay": ADAMW_DECAY, "limit": LIMIT,
        "averageDecay": EMA_DECAY, "averageEvery": EMA_EVERY, "averageCopied": EMA_COPIED, "parts": PARTS,
        "falloff": FALLOFF, "start": values(Net()), "runs": everywhere})
