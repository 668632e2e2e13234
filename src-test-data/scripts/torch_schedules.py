"""Records learning rates of torch.optim.lr_scheduler, an iteration each.

python torch_schedules.py
"""
import warnings

import torch
from torch.optim import lr_scheduler

import record


def warmed_cosine(optimizer, start_factor, warm_up, peak_steps, last):
    rise = lr_scheduler.LinearLR(optimizer, start_factor=start_factor, total_iters=warm_up)
    fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=peak_steps, eta_min=last)
    return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warm_up])


def one_cycle(optimizer, peak, steps, share, start_divisor, end_divisor):
    return lr_scheduler.OneCycleLR(optimizer, peak, total_steps=steps, pct_start=share, div_factor=start_divisor,
                                   final_div_factor=end_divisor, cycle_momentum=False)


# Kind, the arguments of the Java record, the optimiser's rate, how many rates, the scheduler.
RUNS = [
    ("multiStep", [0.1, 0.1, 3, 5, 5, 9], 12,
     lambda o: lr_scheduler.MultiStepLR(o, [3, 5, 5, 9], gamma=0.1)),
    ("multiStep", [0.1, 0.5, 0, 40], 50, lambda o: lr_scheduler.MultiStepLR(o, [0, 40], gamma=0.5)),
    ("cosine", [0.2, 0.0, 50], 51, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=50)),
    ("cosine", [0.5, 0.01, 7], 8, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=7, eta_min=0.01)),
    ("cosine", [0.5, 0.0, 1], 2, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=1)),
    ("oneCycle", [0.2, 60, 0.2, 25, 10000], 60, lambda o: one_cycle(o, 0.2, 60, 0.2, 25, 10000)),
    ("oneCycle", [1.0, 37, 0.3, 10, 100], 37, lambda o: one_cycle(o, 1.0, 37, 0.3, 10, 100)),
    ("oneCycle", [0.2, 10, 0.0, 25, 10000], 10, lambda o: one_cycle(o, 0.2, 10, 0.0, 25, 10000)),
    ("oneCycle", [0.2, 3, 0.25, 25, 10000], 3, lambda o: one_cycle(o, 0.2, 3, 0.25, 25, 10000)),
    ("warmUpCosine", [0.5, 0.0, 45, 5, 0.01], 51, lambda o: warmed_cosine(o, 0.01, 5, 45, 0.0)),
    ("warmUpCosine", [0.05, 0.001, 20, 1, 0.1], 22, lambda o: warmed_cosine(o, 0.1, 1, 20, 0.001)),
]


def rates(start, count, scheduler_of):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True, dtype=torch.float64)], lr=start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps of the scheduler without the optimiser's, and SequentialLR's own
        scheduler = scheduler_of(optimizer)
        values = []
        for _ in range(count):
            values.append(optimizer.param_groups[0]["lr"])
            if len(values) < count:
                scheduler.step()
    return values


if __name__ == "__main__":
    record.write("schedules", "torch", {
        "framework": "torch " + torch.__version__.split("+")[0],
        "runs": [{"kind": kind, "arguments": arguments, "rates": rates(arguments[0], count, scheduler_of)}
                 for kind, arguments, count, scheduler_of in RUNS]})
