"""A worker of the contest for contenders that run in PyTorch.

Gets a WorkerTask as JSON on its command line, and speaks as org.resnet4j.benchmarks.worker describes.
"""

import json
import os
import sys
import time
import traceback

# Libraries and compilers print: what was standard output is for replies alone.
replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import torch  # noqa: E402
from torch import nn  # noqa: E402

from nets import images, network  # noqa: E402
from training import Training  # noqa: E402

# As in Stopwatch.java and WorkerTask.java, which give the reasons.
LEAST_CALLS = 3
PATIENCE = 15
LONGEST_LEAD = 1


def say(kind, **values):
    print(json.dumps({"kind": kind, **values}), file=replies, flush=True)


def prepared(method, net, batch):
    """A function of the batch that computes what the module computes; may compile when it is called first."""
    if method == "TORCH_EAGER":
        return net
    if method == "TORCH_COMPILE":
        from torch._inductor import config  # half a second that the others shall not pay

        config.freezing = True
        return torch.compile(net)
    if method == "TORCH_JIT_ONEDNN":
        torch.jit.enable_onednn_fusion(True)
        # The fusion's own casting fights with a network that is in bfloat16 already.
        torch._C._jit_set_autocast_mode(False)
        return torch.jit.freeze(torch.jit.trace(net, batch))
    if method == "TORCH_JIT":
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(net, batch)))
    raise ValueError(f"{method} doesn't run in PyTorch")


class Inference:
    def __init__(self, task, layout):
        number = {"F32": torch.float32, "BF16": torch.bfloat16}[task["type"]]
        folder = task["files"]["folder"]
        shape = (task["batch"], task["channels"], task["height"], task["width"])
        net = nn.Sequential(network(task["model"], folder), nn.Softmax(1)).eval()
        self.method = task["method"]
        self.net = net.to(dtype=number, memory_format=layout)
        self.batch = images(os.path.join(folder, "images.f32"), shape).to(dtype=number, memory_format=layout)
        torch.set_grad_enabled(False)

    def compile(self):
        self.compiled = prepared(self.method, self.net, self.batch)

    def call(self):
        self.result = self.compiled(self.batch)

    def values(self):
        return self.result


def write(values, file):
    values.float().contiguous().numpy().astype("<f4").tofile(file)


class Stopwatch:
    def __init__(self, call, lead_calls):
        self.call = call
        self.lead_calls = lead_calls
        self.last = 0

    def calls(self, seconds):
        nanos = []
        total = 0
        while total < PATIENCE * 1e9 and (len(nanos) < LEAST_CALLS or total < seconds * 1e9):
            start = time.perf_counter_ns()
            self.call()
            self.last = time.perf_counter_ns() - start
            nanos.append(self.last)
            total += self.last
        return nanos

    def round(self, seconds):
        for _ in range(self.lead_calls):
            if self.last < LONGEST_LEAD * 1e9:
                self.call()
        return self.calls(seconds)


def run(task):
    torch.set_num_threads(task["threads"])
    torch.set_num_interop_threads(1)
    layout = torch.channels_last if task["variant"] == "CHANNELS_LAST" else torch.contiguous_format
    computation = {"INFERENCE": Inference, "TRAINING": Training}[task["job"]](task, layout)
    start = time.perf_counter()
    computation.compile()
    computation.call()
    compile_seconds = time.perf_counter() - start
    write(computation.values(), task["output"])
    say("first", compileSeconds=compile_seconds, versions={"PyTorch": torch.__version__})

    stopwatch = Stopwatch(computation.call, 1 + 2 * task["threads"] if task["pipeline"] == "ON" else 1)
    stopwatch.calls(task["warmUpSeconds"])
    write(computation.values(), task["output"])
    say("ready")
    for order in sys.stdin:
        if order.strip() != "run":
            break
        say("round", nanos=stopwatch.round(task["roundSeconds"]))


if __name__ == "__main__":
    try:
        run(json.loads(sys.argv[1]))
    except Exception as e:
        traceback.print_exc()
        say("failed", reason=(f"{type(e).__name__}: {e}".splitlines() or [""])[0])
        sys.exit(1)
