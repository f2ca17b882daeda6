"""From values to 0-255: which values become black and full, what lies between them, and how channels are told apart.

A stretch is found from a sample of the scene, or of a part of it; a `Tones` is what was found, and draws any part of
the scene alike.

Decorrelation: A. R. Gillespie, A. B. Kahle and R. E. Walker, "Color enhancement of highly correlated images. I.
Decorrelation and HSI contrast stretches", Remote Sensing of Environment 20 (1986), 209-235; by the correlations,
so that a band of large numbers does not rule the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.texts import say

Box = tuple[int, int, int, int]  # top, left, bottom, right of pixels; the last two exclusive
Level = tuple[float, float]  # the values that become 0 and 255

KINDS = ("percentiles", "extremes", "deviations", "equalised", "root", "gamma")
CURVE_STEPS = 1024  # of a curve between the ends
_EQUALISED = (0.1, 99.9)  # percentiles between which pixels are spread evenly: single odd values would leave no room
_LARGEST = float(np.finfo(np.float32).max)
_NO_SPREAD = 1e-6  # a component of less variance than this part of all says nothing


@dataclass(frozen=True)
class ByHand:
    """Ends of one channel that the user set; they are of the bands, and come back with them.

    Attributes:
        bands: the band (from 0) that the values are of; of decorrelated channels, all three.
        channel: 0 but for decorrelated channels.
        low, high: the values that become black and full.
    """

    bands: tuple[int, ...]
    channel: int
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (np.isfinite((self.low, self.high)).all() and _apart(self.low, self.high)):
            raise HsiError(
                say("A stretch from {low:g} to {high:g} is none.", low=self.low, high=self.high),
                say("The value shown black is the smaller one."),
            )


@dataclass(frozen=True)
class Stretch:
    """How values become brightness; its percentiles stand in the view, for older versions of the program.

    Attributes:
        kind: of KINDS. "percentiles", "root" and "gamma" begin and end at the view's percentiles, "extremes" at the
            least and the greatest value, "deviations" so many standard deviations beside the mean; "equalised" gives
            each brightness as many pixels.
        deviations: for that kind.
        gamma: for that kind; above 1 brightens.
        decorrelated: whether red, green and blue are made independent of each other first.
        within: the part of the scene that it is found from; None for all of it.
        by_hand: ends that the user set.
    """

    kind: str = "percentiles"
    deviations: float = 2.0
    gamma: float = 2.0
    decorrelated: bool = False
    within: Box | None = None
    by_hand: tuple[ByHand, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise HsiError(
                say("There is no stretch “{kind}”.", kind=self.kind),
                say("Choose one of {kinds}.", kinds=", ".join(KINDS)),
            )
        if not (np.isfinite((self.deviations, self.gamma)).all() and self.deviations > 0 and self.gamma > 0):
            raise HsiError(
                say("A stretch of {deviations:g} standard deviations or gamma {gamma:g} is none.",
                    deviations=self.deviations, gamma=self.gamma),
                say("Both are positive, for example 2."),
            )  # fmt: skip

    def ends_by_hand(self, bands: Sequence[int], channel: int) -> Level | None:
        """The ends that the user set for a channel of the shown bands; None where there are none."""
        key = self._key(bands, channel)
        found = (ends for ends in self.by_hand if (ends.bands, ends.channel) == key)
        ends = next(found, None)
        return None if ends is None else (ends.low, ends.high)

    def with_ends(self, bands: Sequence[int], channel: int, ends: Level | None) -> tuple[ByHand, ...]:
        """What `by_hand` is with other ends of a channel of the shown bands; None gives them up."""
        key = self._key(bands, channel)
        others = tuple(known for known in self.by_hand if (known.bands, known.channel) != key)
        return others if ends is None else (*others, ByHand(*key, *ends))

    def _key(self, bands: Sequence[int], channel: int) -> tuple[tuple[int, ...], int]:
        if self.decorrelated and len(bands) == 3:
            return tuple(bands), channel
        return (bands[channel],), 0


@dataclass(frozen=True, eq=False)
class Tones:
    """How the values of the shown bands become 0-255.

    Attributes:
        levels: for each channel, the values that become 0 and 255.
        curves: for each channel 0-255 at CURVE_STEPS places between its levels; None for a straight line.
        mixing: for decorrelated channels: 3 x 3 factors and 3 offsets, float32, that make them of the values.
    """

    levels: tuple[Level, ...]
    curves: tuple[NDArray[np.uint8] | None, ...]
    mixing: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None

    def mixed(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Channels, rows x cols x channels, of the values of the shown bands."""
        if self.mixing is None:
            return values
        factors, offsets = self.mixing
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(values @ factors.T + offsets, dtype=np.float32)

    def brightness(self, values: NDArray[np.float32], channel: int, least: int = 0) -> NDArray[np.uint8]:
        """0-255 of the values of one channel (`mixed`, rows x cols), never below the least; anything where there is no
        value."""
        low, high = self.levels[channel]
        curve = self.curves[channel]
        top = 255 if curve is None else CURVE_STEPS - 1
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.subtract(values, np.float32(low), order="C")
            scaled *= np.float32(min(top / (high - low), _LARGEST))  # of float64, in which no distance is too large
            scaled += np.float32(0.5)
            # fmax and fmin take the number where the other side is NaN.
            np.fmin(np.fmax(scaled, least if curve is None else 0, out=scaled), top, out=scaled)
        if curve is None:
            return scaled.astype(np.uint8)
        return np.maximum(curve, np.uint8(least)).take(scaled.astype(np.uint16))


def tones_of(sample: NDArray[np.float32], stretch: Stretch, bands: Sequence[int], low: float, high: float) -> Tones:
    """The tones of a stretch, found from a sample.

    Args:
        sample: values of the shown bands, rows x cols x channels; NaN where there are none.
        bands: the shown bands, one a channel.
        low, high: the percentiles of the view.
    """
    tones = Tones((), ())
    if stretch.decorrelated and len(bands) == 3:
        tones = Tones((), (), decorrelation(sample))
    channels = tones.mixed(sample)
    levels, curves = [], []
    for channel in range(len(bands)):
        values = channels[:, :, channel]
        finite = values[np.isfinite(values)]
        ends = stretch.ends_by_hand(bands, channel) or _ends(finite, stretch, low, high)
        levels.append(ends)
        curves.append(_curve(finite, stretch, ends))
    return Tones(tuple(levels), tuple(curves), tones.mixing)


def decorrelation(sample: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """What makes three channels independent of each other and leaves each its mean and spread: 3 x 3 and 3, float32.

    A combination of the channels that does not vary is left out. None where no pixel has a value in all three.

    Args:
        sample: rows x cols x 3.
    """
    pixels = sample.reshape(-1, 3).astype(np.float64)
    pixels = pixels[np.isfinite(pixels).all(axis=1)]
    if len(pixels) < 2:
        return None
    mean, spread = pixels.mean(axis=0), pixels.std(axis=0)
    known = np.where(spread > 0, spread, 1.0)
    values, vectors = np.linalg.eigh(np.cov((pixels - mean) / known, rowvar=False, bias=True))
    gain = np.where(values > _NO_SPREAD * values.max(initial=0.0), 1 / np.sqrt(np.maximum(values, 1e-300)), 0.0)
    factors = known[:, None] * ((vectors * gain) @ vectors.T) / known
    with np.errstate(over="ignore"):
        return factors.astype(np.float32), (mean - factors @ mean).astype(np.float32)


def _ends(finite: NDArray[np.float32], stretch: Stretch, low: float, high: float) -> Level:
    if not finite.size:
        return 0.0, 1.0
    if stretch.kind == "extremes":
        lo, hi = float(finite.min()), float(finite.max())
    elif stretch.kind == "deviations":
        mean, spread = float(finite.mean(dtype=np.float64)), float(finite.std(dtype=np.float64))
        lo, hi = mean - stretch.deviations * spread, mean + stretch.deviations * spread
    else:
        percentiles = _EQUALISED if stretch.kind == "equalised" else (low, high)
        lo, hi = (float(v) for v in np.percentile(finite, percentiles))
    if lo == hi:
        # Nearly constant: the few other values decide, and without any the band becomes mid-grey.
        lo, hi = float(finite.min()), float(finite.max())
    lo, hi = max(lo, -_LARGEST), min(hi, _LARGEST)
    return (lo, hi) if _apart(lo, hi) else _around(lo)


def _apart(low: float, high: float) -> bool:
    """Whether two ends differ as float32, in which values are."""
    with np.errstate(over="ignore"):
        return bool(np.float32(high) > np.float32(low))


def _around(value: float) -> Level:
    half = max(0.5, abs(value) * 1e-3)
    return value - half, value + half


def _curve(finite: NDArray[np.float32], stretch: Stretch, ends: Level) -> NDArray[np.uint8] | None:
    at = np.linspace(0.0, 1.0, CURVE_STEPS)
    if stretch.kind == "root":
        return _bytes(np.sqrt(at))
    if stretch.kind == "gamma":
        return _bytes(at ** (1.0 / stretch.gamma))
    if stretch.kind != "equalised" or not finite.size:
        return None
    low, high = ends
    with np.errstate(over="ignore"):
        places = np.clip((finite.astype(np.float64) - low) / (high - low), 0.0, 1.0)
    counts = np.bincount((places * (CURVE_STEPS - 1) + 0.5).astype(np.intp), minlength=CURVE_STEPS)
    below = np.cumsum(counts) - counts / 2  # the middle of a step, so that a constant band is mid-grey
    return _bytes(below / finite.size)


def _bytes(shares: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(shares * 255 + 0.5, 0, 255), dtype=np.uint8)
