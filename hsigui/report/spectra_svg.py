"""The spectra of the classes as small drawings in SVG, all on the same axes, to stand in a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.formats.attributes import color_text
from hsigui.report.context import Spectra

WIDTH, HEIGHT = 260, 150
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 8, 24
POINTS = 160  # a curve of more bands is thinned to about so many
BROKEN = 3.0  # a line is broken where neighbouring bands are so many usual steps apart


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, with round numbers to mark."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def at(self, value: float, start: float, end: float) -> float:
        """Where a value lies between two positions."""
        return start + (end - start) * (value - self.low) / (self.high - self.low)


def drawings(spectra: Spectra) -> list[str]:
    """One SVG a class: mean, and a band of one standard deviation to each side. Axes are shared, so heights compare."""
    count = len(spectra.classes[0].mean) if spectra.classes else 0
    x = np.array(spectra.wavelengths or range(1, count + 1), dtype=float)
    order = np.argsort(x, kind="stable")
    kept = _thinned(order)
    pieces = _pieces(x[order])
    lows, highs = [], []
    for found in spectra.classes:
        mean, sd = np.array(found.mean), np.array(found.sd)
        if np.isfinite(mean).any():
            lows.append(float(np.nanmin(mean - sd)))
            highs.append(float(np.nanmax(mean + sd)))
    if not lows:
        return ["" for _ in spectra.classes]
    across = axis(float(x.min()), float(x.max()), 4)
    margin = 0.04 * (max(highs) - min(lows))
    up = axis(min(lows) - margin, max(highs) + margin, 3)
    drawn = []
    for found in spectra.classes:
        mean, sd = np.array(found.mean)[order], np.array(found.sd)[order]
        parts = [_frame(across, up)]
        for run in _runs(np.isfinite(mean), pieces, kept):
            parts += _curve(x[order][run], mean[run], sd[run], across, up, color_text(found.color))
        drawn.append(
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Mean spectrum">{"".join(parts)}</svg>'
        )
    return drawn


def axis(low: float, high: float, wanted: int) -> Axis:
    """An axis over just these values, with about so many ticks at multiples of 1, 2 or 5."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough * 0.99)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, tuple(n * step for n in range(first, last + 1)))


def _thinned(order: NDArray[np.intp]) -> NDArray[np.bool_]:
    kept = np.zeros(len(order), dtype=bool)
    kept[:: max(1, len(order) // POINTS)] = True
    return kept


def _pieces(x: NDArray[np.float64]) -> NDArray[np.intp]:
    """A number for each band; it changes where bands were taken out (water vapour), so that no line crosses the gap."""
    if len(x) < 3:
        return np.zeros(len(x), dtype=np.intp)
    steps = np.diff(x)
    return np.concatenate([[0], np.cumsum(steps > BROKEN * np.median(steps))]).astype(np.intp)


def _runs(known: NDArray[np.bool_], pieces: NDArray[np.intp], kept: NDArray[np.bool_]) -> list[list[int]]:
    """Bands that are joined by a line; the ends of each run are always among them."""
    found = []
    for key, group in groupby(range(len(known)), key=lambda i: (bool(known[i]), int(pieces[i]))):
        run = list(group)
        if key[0]:
            found.append([i for i in run if kept[i] or i in (run[0], run[-1])])
    return found


def _curve(
    x: NDArray[np.float64], mean: NDArray[np.float64], sd: NDArray[np.float64], across: Axis, up: Axis, color: str
) -> list[str]:
    upper, lower, middle = (
        [(across.at(a, LEFT, WIDTH - RIGHT), up.at(b, HEIGHT - BOTTOM, TOP)) for a, b in zip(x, values, strict=True)]
        for values in (mean + sd, mean - sd, mean)
    )
    if len(middle) == 1:
        (a, b), top, bottom = middle[0], upper[0][1], lower[0][1]
        return [f'<path d="M{a:.1f} {top:.1f}V{bottom:.1f}" stroke="{color}" class="line"/>'
                f'<circle cx="{a:.1f}" cy="{b:.1f}" r="1.5" fill="{color}"/>']  # fmt: skip
    return [
        f'<path d="M{_points(upper)}L{_points(lower[::-1])}Z" fill="{color}" class="spread"/>',
        f'<path d="M{_points(middle)}" class="under"/>',
        f'<path d="M{_points(middle)}" stroke="{color}" class="line"/>',
    ]


def _points(places: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _frame(across: Axis, up: Axis) -> str:
    parts = []
    for value in up.ticks:
        y = up.at(value, HEIGHT - BOTTOM, TOP)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{y + 3:.1f}" text-anchor="end">{_number(value, up)}</text>')
    for value in across.ticks:
        x = across.at(value, LEFT, WIDTH - RIGHT)
        parts.append(f'<path d="M{x:.1f} {HEIGHT - BOTTOM}v3" class="tick"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 14}" text-anchor="middle">{_number(value, across)}</text>'
        )
    return "".join(parts)


def _number(value: float, on: Axis) -> str:
    """A tick's number, with as many decimals as its step needs."""
    step = on.ticks[1] - on.ticks[0] if len(on.ticks) > 1 else max(abs(value), 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:.{decimals}f}".replace("-", "−") if abs(value) < 1e6 else f"{value:.1e}"
