"""A denoising diffusion model of feature vectors: noising, a small denoiser, one-step refinement, and sampling.

Ho et al., NeurIPS 2020 (arXiv 2006.11239), with the linear schedule and 1000 times; the network predicts the clean
vector (x0), as the diffusion model of self-supervised representations in RCG does (Li et al., arXiv 2312.03701), whose
residual perceptron this one is a small relative of. Sampling is DDIM with eta 0 (Song et al., arXiv 2010.02502).
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

TIMES = 1000
FIRST_BETA, LAST_BETA = 1e-4, 0.02


def signal_kept() -> Tensor:
    """Part of the variance that is still signal (abar) at times 0..TIMES: 1 at time 0, about 4e-5 at the last. 1-D,
    TIMES + 1 long, one a time."""
    betas = torch.linspace(FIRST_BETA, LAST_BETA, TIMES, dtype=torch.float64)
    return torch.cat([torch.ones(1, dtype=torch.float64), torch.cumprod(1 - betas, dim=0)]).float()


class _Block(nn.Module):
    """LayerNorm-SiLU-Linear, plus the time, LayerNorm-SiLU-Linear (zero at first), and the shortcut."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.LayerNorm(hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden))
        self.leave = nn.Sequential(nn.LayerNorm(hidden), nn.SiLU(), _zero(nn.Linear(hidden, hidden)))

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        y: Tensor = x + self.leave(self.enter(x) + self.time(time))
        return y


class Denoiser(nn.Module):
    """Predicts the clean vector from a noisy one and its time: (vectors x width, times 1..TIMES) -> vectors x width.

    One time stands for all vectors.

    Args:
        width: of the vectors.
        hidden: width of the residual blocks.
        blocks: number of residual blocks.
        embedding: length of the sinusoidal code of the time.
    """

    kept: Tensor
    rates: Tensor

    def __init__(self, width: int, hidden: int = 256, blocks: int = 3, embedding: int = 128) -> None:
        super().__init__()
        rates = torch.exp(-math.log(10_000) * torch.arange(embedding // 2) / (embedding // 2))
        self.register_buffer("rates", rates, persistent=False)
        self.register_buffer("kept", signal_kept(), persistent=False)
        self.enter = nn.Linear(width, hidden)
        self.time = nn.Sequential(nn.Linear(embedding, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.blocks = nn.ModuleList(_Block(hidden) for _ in range(blocks))
        self.leave = nn.Sequential(nn.LayerNorm(hidden), nn.SiLU(), _zero(nn.Linear(hidden, width)))

    def forward(self, x: Tensor, times: Tensor) -> Tensor:
        """Predicts from noised vectors, vectors x width, at times (one a vector, or one for all): vectors x width."""
        angles = times[:, None].float() * self.rates
        time = self.time(torch.cat([angles.cos(), angles.sin()], dim=1))
        y = self.enter(x)
        for block in self.blocks:
            y = block(y, time)
        found: Tensor = self.leave(y)
        return found


def _zero(linear: nn.Linear) -> nn.Linear:
    nn.init.zeros_(linear.weight)
    nn.init.zeros_(linear.bias)
    return linear


def noised(clean: Tensor, times: Tensor, noise: Tensor, kept: Tensor) -> Tensor:
    """z_t = sqrt(abar_t) z_0 + sqrt(1 - abar_t) eps, for each vector (row) its own time. Vectors x width; `times` is
    one a vector."""
    part = kept[times][:, None]
    return part.sqrt() * clean + (1 - part).sqrt() * noise


def denoising_loss(denoiser: Denoiser, clean: Tensor, times: Tensor, noise: Tensor) -> Tensor:
    """Mean over vectors and elements of (z_0 - D(z_t, t))^2: 1 for standardised vectors and a network that says 0.
    `clean` and `noise` are vectors x width, `times` one a vector."""
    return functional.mse_loss(denoiser(noised(clean, times, noise, denoiser.kept), times), clean)


def refined(denoiser: Denoiser, clean: Tensor, time: int) -> Tensor:
    """One deterministic denoising step of real vectors: D(sqrt(abar_t) z_0, t), their posterior mean at that time.
    Vectors x width, in and out.

    It moves a vector toward the local mode of the density, so the spread within a cluster shrinks. A whole sampling
    chain would not: it returns a sample of p(z_0 | z_t), which puts that spread back.
    """
    if time == 0:
        return clean
    found: Tensor = denoiser(denoiser.kept[time].sqrt() * clean, _one_time(time, clean))
    return found


def _one_time(time: int, like: Tensor) -> Tensor:
    """One time for all vectors: its code is computed once, which saves nearly half of the work."""
    return torch.full((1,), time, dtype=torch.long, device=like.device)


def sampled(denoiser: Denoiser, noisy: Tensor, start: int, steps: int = 10) -> Tensor:
    """Vectors at time `start` taken to time 0 along the deterministic DDIM chain (eta 0) in so many steps. Vectors x
    width, in and out."""
    times = [round(start * (steps - n) / steps) for n in range(steps + 1)]
    x = noisy
    for now, then in itertools.pairwise(times):
        if now == then:
            continue
        kept, next_kept = denoiser.kept[now], denoiser.kept[then]
        clean = denoiser(x, _one_time(now, x))
        noise = (x - kept.sqrt() * clean) / (1 - kept).sqrt()
        x = next_kept.sqrt() * clean + (1 - next_kept).sqrt() * noise
    return x


def synthetic(denoiser: Denoiser, clean: Tensor, start: int, copies: int, generator: Generator) -> Tensor:
    """Neighbours of real vectors: each is noised to time `start` and sampled back, `copies` times (kept together).
    Vectors x width in, (vectors * copies) x width out.

    Args:
        generator: of the noise, on the cpu.
    """
    parents = clean.repeat_interleave(copies, dim=0)
    noise = torch.randn(parents.shape, generator=generator).to(parents)
    times = torch.full((len(parents),), start, dtype=torch.long, device=parents.device)
    return sampled(denoiser, noised(parents, times, noise, denoiser.kept), start)
