"""Two looks at the same ground: noise, band gains, dropped bands, flips and turns. Label-safe and seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from hsigui.methods.distributed.share import Share, drawn


@dataclass(frozen=True)
class ViewNoise:
    """Strengths of the spectral part of a view, in units of the standardised input.

    Attributes:
        times, plus: standard deviations of multiplicative and additive noise an element.
        gain: standard deviation of one gain for each channel of the view.
        drop: part of the channels that is set to 0 in the view.
    """

    times: float = 0.1
    plus: float = 0.1
    gain: float = 0.1
    drop: float = 0.1


def randn(shape: tuple[int, ...], like: Tensor, generator: Generator, share: Share | None = None) -> Tensor:
    """Normal numbers drawn by the generator's device, so that a seed gives the same run on the same device. A x B x ...
    as `shape` says.

    Args:
        share: which part of a batch they are for, where the first axis is samples of one that processes share.
    """

    def draw(count: int) -> Tensor:
        return torch.randn((count, *shape[1:]), generator=generator, device=generator.device)

    return drawn(draw, shape[0], share).to(like)


def noisy(x: Tensor, noise: ViewNoise, generator: Generator) -> Tensor:
    """A noisy copy of a tile: batch x channels x rows x cols."""
    each_channel = (1, x.shape[1], 1, 1)
    gain = 1 + noise.gain * randn(each_channel, x, generator)
    kept = torch.rand(each_channel, generator=generator, device=generator.device).to(x.device) >= noise.drop
    factor = 1 + noise.times * randn(tuple(x.shape), x, generator)
    return (x * factor * gain + noise.plus * randn(tuple(x.shape), x, generator)) * kept


def multiplied(x: Tensor, sd: float, generator: Generator, share: Share | None = None) -> Tensor:
    """LSCoSa's published view: every element times an independent normal number of mean 1.

    batch x channels x rows x cols; the numbers are drawn in the order of channels-last memory, as patches lie there.
    `share` is which part of the batch that is, where processes share it.
    """
    batch, channels, rows, cols = x.shape
    noise = randn((batch, rows, cols, channels), x, generator, share).permute(0, 3, 1, 2)
    return x * (1 + sd * noise)


def generator_on(device: torch.device, *seed: int) -> Generator:
    """A generator that draws on the device itself, so that noise for a GPU is never copied there.

    `seed` may be several numbers: (3, 1) and (3, 2) give streams that have nothing in common with each other or with 3.
    """
    return Generator(device=device).manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))


def noise_generator(device: torch.device, own: Generator, seed: int) -> Generator:
    """What draws a training's noise: its own generator on the cpu, another one on the device elsewhere."""
    return own if device.type == "cpu" else generator_on(device, seed, 1)


def turned(x: Tensor, which: int) -> Tensor:
    """One of the eight flips and quarter turns of the last two axes: (..., rows, cols), which some of them make
    (..., cols, rows)."""
    if which & 4:
        x = x.transpose(-1, -2)
    return torch.rot90(x, which & 3, (-2, -1))


def positions_after_turn(rows: int, cols: int, which: int, device: torch.device) -> Tensor:
    """Where each pixel of a rows x cols tile (flat, row-major) lies in the flat turned tile."""
    origin = turned(torch.arange(rows * cols, device=device).reshape(rows, cols), which).reshape(-1)
    positions = torch.empty_like(origin)
    positions[origin] = torch.arange(rows * cols, device=device)
    return positions
