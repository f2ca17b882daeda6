"""Batch normalisation by the statistics of the whole batch, of which each process has a part.

Torch's own `SyncBatchNorm` refuses what does not lie on a GPU. Here every process finds the mean and the variance of
its part, and these are put together (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing
sample variances", 1979, in float64 sums); the gradient is that of Ioffe and Szegedy (arXiv 1502.03167) with its two
sums over the batch taken over all processes.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn.modules.batchnorm import _BatchNorm

from hsigui.methods.distributed.processes import Processes


class SharedNorm(_BatchNorm):
    """A batch normalisation with the parameters and statistics of another one, which it takes the place of.

    In evaluation mode it is what it was.
    """

    def __init__(self, norm: _BatchNorm, processes: Processes) -> None:
        super().__init__(norm.num_features, norm.eps, norm.momentum, norm.affine, norm.track_running_stats)
        self.weight, self.bias = norm.weight, norm.bias
        self.running_mean, self.running_var = norm.running_mean, norm.running_var
        self.num_batches_tracked = norm.num_batches_tracked
        self.training = norm.training
        self._processes = processes

    def _check_input_dim(self, input: Tensor) -> None:
        """Takes what the one before took: samples x channels, or samples x channels x places on one to three axes."""
        if not 2 <= input.dim() <= 5:
            raise ValueError(f"{input.dim()} axes cannot be normalised")

    def forward(self, input: Tensor) -> Tensor:
        """Of the same shape, in and out: own samples x channels, or own samples x channels x places."""
        if not self.training:
            return super().forward(input)
        self._check_input_dim(input)
        mean, var, count = _statistics(input.detach(), self._processes)
        if self.running_mean is not None and self.running_var is not None:
            self._follow(mean, var * (count / max(1, count - 1)))
        shared: Tensor = _Normalised.apply(  # type: ignore[no-untyped-call]
            input, self.weight, self.bias, mean, torch.rsqrt(var + self.eps), count, self._processes
        )
        return shared

    @torch.no_grad()
    def _follow(self, mean: Tensor, var: Tensor) -> None:
        """Moves the statistics that are used in evaluation."""
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        self.num_batches_tracked.add_(1)
        part = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.mul_(1 - part).add_(mean, alpha=part)
        self.running_var.mul_(1 - part).add_(var, alpha=part)


def share_norms(module: nn.Module, processes: Processes) -> nn.Module:
    """Has all batch normalisations inside a module use the statistics of the whole batch; returns the module."""
    if processes.alone:
        return module
    for name, child in list(module.named_children()):
        if isinstance(child, _BatchNorm):
            setattr(module, name, SharedNorm(child, processes))
        else:
            share_norms(child, processes)
    return module


def _axes(x: Tensor) -> list[int]:
    """All but that of the channels."""
    return [0, *range(2, x.dim())]


def _as_channels(each: Tensor, x: Tensor) -> Tensor:
    """One number a channel, so that it can be multiplied with x."""
    return each.reshape(1, -1, *[1] * (x.dim() - 2))


def _statistics(x: Tensor, processes: Processes) -> tuple[Tensor, Tensor, int]:
    """Mean and variance (over all, not unbiased) of each channel of the whole batch, and over how many numbers."""
    var, mean = torch.var_mean(x.float(), dim=_axes(x), unbiased=False)
    share = processes.share
    assert share is not None
    own = x.numel() // x.shape[1]
    total = own // share.count * share.total  # known without asking, so that a GPU is not waited for
    mean64, var64 = mean.double(), var.double()
    sums = processes.summed(torch.cat([own * mean64, own * (var64 + mean64.square())])) / total
    whole, squares = torch.split(sums, len(mean))
    return whole.float(), (squares - whole.square()).clamp(min=0).float(), total


class _Normalised(Function):
    """(x - mean) / deviation * weight + bias, and its gradient where mean and deviation are those of the batch."""

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, mean: Tensor, inverse: Tensor, count: int,
        processes: Processes,
    ) -> Tensor:  # fmt: skip
        ctx.count, ctx.processes = count, processes
        ctx.save_for_backward(x, weight, mean, inverse)
        scale = inverse if weight is None else inverse * weight
        found = (x.float() - _as_channels(mean, x)) * _as_channels(scale, x)
        return (found if bias is None else found + _as_channels(bias, x)).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, mean, inverse = ctx.saved_tensors
        g, centred = gradient.float(), x.float() - _as_channels(mean, x)
        own_sum, own_product = g.sum(dim=_axes(x)), (g * centred).sum(dim=_axes(x)) * inverse
        sums = ctx.processes.summed(torch.cat([own_sum, own_product])) / ctx.count
        mean_of, along = torch.split(sums, len(own_sum))
        scale = inverse if weight is None else inverse * weight
        towards = g - _as_channels(mean_of, x) - centred * _as_channels(along * inverse, x)
        of_x = (towards * _as_channels(scale, x)).to(x.dtype)
        of_weights = (None, None) if weight is None else (own_product, own_sum)
        return of_x, *of_weights, None, None, None, None
