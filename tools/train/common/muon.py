"""Muon for the weight matrices (orthogonalised momentum, batched over matrices of one shape) beside AdamW for the rest."""
from __future__ import annotations

import torch


def orthogonalise(g: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Newton-Schulz iteration towards the nearest orthogonal matrices; g [n, rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    wide = x.shape[1] <= x.shape[2]
    x = x if wide else x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * (s @ s)) @ x
    return x if wide else x.mT


class Muon(torch.optim.Optimizer):
    """Parameters are matrices, or stacks of matrices [n, rows, columns] of which each is one to orthogonalise."""

    def __init__(self, params, lr: float, momentum: float = 0.95, weight_decay: float = 0.02):
        shapes: dict[tuple, list] = {}
        for p in params:
            shapes.setdefault(tuple(p.shape), []).append(p)
        super().__init__([{"params": group} for group in shapes.values()], {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            params = group["params"]
            grads = torch.stack([p.grad for p in params]).float()
            state = self.state[params[0]]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(grads)
            momentum = state["momentum"]
            momentum.lerp_(grads, 1 - group["momentum"])
            rows, columns = grads.shape[-2:]
            update = orthogonalise(grads.lerp(momentum, group["momentum"]).view(-1, rows, columns)).float().view_as(grads)
            torch._foreach_mul_(params, 1 - group["lr"] * group["weight_decay"])
            torch._foreach_add_(params, list(update.unbind(0)), alpha=-group["lr"] * max(1.0, rows / columns) ** 0.5)
