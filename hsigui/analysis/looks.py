"""How a layer is looked at: which measurement, in which colours, between which values; and the picture that this gives.

Pictures are red, green, blue and alpha, rows x cols x 4 uint8, alpha 0 where there is no data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Layer
from hsigui.cube.color_maps import COLOR_MAPS, colors_of

Box = tuple[int, int, int, int]  # top, left, bottom, right; the last two exclusive
Ends = tuple[float, float]

FIRST_COLORS, TWO_SIDED = "viridis", "diverging"
SEEN = (2.0, 98.0)  # percentiles that are the ends where the user sets none
SAMPLE_PIXELS = 60_000  # that they are found from
BINS = 128
_NOTHING = 256  # in place of a level, where there is no data


@dataclass(frozen=True)
class Look:
    """How a layer is shown.

    Attributes:
        measure: which of its measurements, from 0.
        colors: one of COLOR_MAPS.
        low, high: the values at the ends of the colours; None for what most of its values lie between.
    """

    measure: int = 0
    colors: str = FIRST_COLORS
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote; colours that there are no more become the first ones.

        Raises:
            KeyError, TypeError, ValueError: it is no look.
        """
        colors = str(values["colors"])
        low, high = (None if values[name] is None else float(values[name]) for name in ("low", "high"))
        if any(end is not None and not math.isfinite(end) for end in (low, high)):
            raise ValueError("ends that are no numbers")
        return cls(max(int(values["measure"]), 0), colors if colors in COLOR_MAPS else FIRST_COLORS, low, high)


@dataclass(frozen=True)
class _Seen:
    """What a sample of a measurement tells: ends that most of it lies between, its least and its greatest value."""

    usual: Ends
    least: float
    greatest: float


_known: WeakKeyDictionary[Layer, dict[int, _Seen]] = WeakKeyDictionary()


def _seen(layer: Layer, measure: int) -> _Seen:
    known = _known.setdefault(layer, {})
    if measure not in known:
        values = sample_of(layer, measure)
        if values.size:
            usual = apart(*map(float, np.percentile(values, SEEN)))
            known[measure] = _Seen(usual, float(values.min()), float(values.max()))
        else:
            known[measure] = _Seen((0.0, 1.0), math.nan, math.nan)
    return known[measure]


def usual_ends(layer: Layer, measure: int) -> Ends:
    """The values that most of a measurement lies between, by a sample; never the same twice."""
    return _seen(layer, measure).usual


def seen_limits(layer: Layer, measure: int) -> Ends:
    """The least and the greatest value of a measurement, by a sample; NaN where no pixel has one."""
    found = _seen(layer, measure)
    return found.least, found.greatest


def ends_of(layer: Layer, look: Look) -> Ends:
    """The values at the ends of the colours. Without any by hand, those of two-sided colours lie around 0 alike."""
    low, high = usual_ends(layer, look.measure)
    if look.colors == TWO_SIDED and look.low is None and look.high is None:
        far = max(abs(low), abs(high))
        return -far, far
    return apart(low if look.low is None else look.low, high if look.high is None else look.high)


def apart(low: float, high: float) -> Ends:
    """Two ends that differ, the lower first."""
    low, high = min(low, high), max(low, high)
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-30):
        return low, high
    wide = 0.5 * abs(low) or 0.5
    return low - wide, high + wide


def sample_of(layer: Layer, measure: int) -> NDArray[np.float32]:
    """Values of a measurement on a grid, those without data left out. One number a pixel."""
    rows, cols = layer.shape
    step = max(1, math.ceil(math.sqrt(rows * cols / SAMPLE_PIXELS)))
    values = layer.stack[::step, ::step, measure]
    return np.asarray(values[np.isfinite(values)], dtype=np.float32)


def histogram_of(layer: Layer, measure: int) -> tuple[NDArray[np.intp], Ends]:
    """Counts of a sample of a measurement in BINS equal steps, one a step, and the values at both ends of them."""
    values = sample_of(layer, measure)
    low, high = apart(float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    return np.histogram(values, bins=BINS, range=(low, high))[0], (low, high)


def levels(layer: Layer, measure: int, ends: Ends, box: Box, step: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A measurement in a box as 0-255 between two values, and where it has data; each rows x cols of every `step`-th
    pixel."""
    top, left, bottom, right = box
    values = layer.stack[top:bottom:step, left:right:step, measure]
    known = np.isfinite(values)
    low, high = ends
    scaled = np.where(known, (values.astype(np.float64) - low) * (255 / (high - low)) + 0.5, 0.0)
    return np.clip(scaled, 0, 255).astype(np.uint8), known


def picture_of(layer: Layer, look: Look, box: Box, step: int = 1) -> NDArray[np.uint8]:
    """A layer in its colours: a measurement by its look, classes as their table has them. Rows x cols x 4.

    Args:
        box: top, left, bottom, right (the last two exclusive).
        step: every how many pixels are drawn.
    """
    if layer.classes is not None:
        return _classes(layer, box, step)
    found, known = levels(layer, look.measure, ends_of(layer, look), box, step)
    colors = np.zeros((_NOTHING + 1, 4), dtype=np.uint8)  # none of a map is wholly black
    colors[:_NOTHING, :3], colors[:_NOTHING, 3] = colors_of(look.colors), 255
    return np.asarray(colors.take(np.where(known, found, np.uint16(_NOTHING)), axis=0))


def with_alpha(rgb: NDArray[np.uint8], known: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A picture, rows x cols x 3, opaque where there is data: rows x cols x 4. There it is nowhere wholly black, which
    pictures keep for pixels without data."""
    made = np.zeros((*known.shape, 4), dtype=np.uint8)
    made[..., :3] = np.where(known[..., None], rgb, 0)
    made[..., 2] = np.where(known, np.maximum(made[..., 2], 1), 0)
    made[..., 3] = np.where(known, 255, 0)
    return made


def _classes(layer: Layer, box: Box, step: int) -> NDArray[np.uint8]:
    assert layer.classes is not None
    colors = np.zeros((max(layer.classes.numbers, default=0) + 1, 4), dtype=np.uint8)
    for info in layer.classes:
        red, green, blue = info.color
        colors[info.number] = (red, green, max(blue, 1), 255)
    top, left, bottom, right = box
    return np.asarray(colors.take(layer.array[top:bottom:step, left:right:step], axis=0, mode="clip"))
