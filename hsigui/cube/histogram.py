"""How often which values are shown: a histogram of each shown channel, from a sample of the scene or a part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState, sample_of
from hsigui.cube.stretch import Tones, tones_of

BINS = 128
_SEEN = (0.1, 99.9)  # percentiles that are inside in any case; single odd values would leave no room for all others
_ROOM = 0.04  # beside them, as a part of their distance


@dataclass(frozen=True, eq=False)
class Histogram:
    """Counts of BINS equal steps between two values; what lies beyond is not counted."""

    counts: NDArray[np.intp]
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Spread:
    """What is known of the values of a view: a histogram a channel, and its tones.

    Attributes:
        view: the view that it is of.
    """

    view: ViewState
    tones: Tones
    histograms: tuple[Histogram, ...]


def spread_of(cube: Cube, view: ViewState, step: int = 1, check: Callable[[], None] = lambda: None) -> Spread:
    """Histograms and tones of the shown channels, of the same sample that the picture's stretch is found from.

    Args:
        step: every how many pixels the scene is shown.
        check: may raise to stop.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    sample = sample_of(cube, view, step)
    check()
    tones = tones_of(sample, view.stretch, view.shown, view.low, view.high)
    check()
    channels = tones.mixed(sample)
    found = []
    for channel in range(len(view.shown)):
        values = channels[:, :, channel]
        found.append(histogram(values[np.isfinite(values)], tones.levels[channel]))
    return Spread(view, tones, tuple(found))


def histogram(values: NDArray[np.float32], ends: tuple[float, float]) -> Histogram:
    """A histogram of values, pixels long, over nearly all of them and both ends of the stretch."""
    low, high = ends
    if values.size:
        seen = np.percentile(values, _SEEN)
        low, high = min(low, float(seen[0])), max(high, float(seen[1]))
    room = _ROOM * (high - low)
    low, high = low - room, high + room
    # As float64: in float32 the distance of the two may be more than there is.
    counts, _ = np.histogram(values.astype(np.float64), bins=BINS, range=(low, high))
    return Histogram(counts, low, high)
