"""From a cube to a picture: which bands, which stretch, which pixels.

`ViewState` says what is wanted, `resolve` finds the stretch, `render` draws. All three are plain functions of their
inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

PRESETS: tuple[str, ...] = ("true colour", "colour infrared", "default bands")
# Band centres in nm for red, green, blue; near infrared, red, green for colour infrared.
_PRESET_NM = {"true colour": (640.0, 550.0, 460.0), "colour infrared": (860.0, 650.0, 550.0)}
_REACH_NM = 60.0  # a preset is not used when its nearest band is farther away
_SAMPLE_PIXELS = 250_000  # percentiles of more pixels look the same

Levels = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


CHANNELS = ("red", "green", "blue")  # of a ViewState, in the order of its bands


@dataclass(frozen=True)
class ViewState:
    """What to show: the bands (counted from 0) of red, green and blue, and the percentiles that become 0 and 255."""

    red: int
    green: int
    blue: int
    low: float = 2.0
    high: float = 98.0

    @property
    def bands(self) -> tuple[int, int, int]:
        return self.red, self.green, self.blue


def nearest_band(cube: Cube, nm: float) -> int:
    """The band whose centre is nearest to a wavelength in nm; bad bands only when there is no other.

    Raises:
        HsiError: the scene has no wavelengths.
    """
    centers = cube.wavelengths
    if centers is None:
        raise HsiError(say("{name} has no wavelengths.", name=cube.name), say("Choose bands by number."))
    good = cube.good_bands
    bands = good if good.size else np.arange(cube.bands)
    return int(bands[np.abs(centers[bands] - nm).argmin()])


def preset(cube: Cube, name: str) -> ViewState:
    """The view of a preset.

    Where the scene does not reach the preset's wavelengths, or has none, the default bands of the file are taken, and
    without these, bands spread over the good ones.

    Raises:
        HsiError: there is no such preset.
    """
    if name not in PRESETS:
        raise HsiError(
            say("There is no view “{name}”.", name=name), say("Choose one of {presets}.", presets=", ".join(PRESETS))
        )
    wanted = _PRESET_NM.get(name)
    if wanted is not None and reaches(cube, name):
        red, green, blue = (nearest_band(cube, nm) for nm in wanted)
        return ViewState(red, green, blue)
    default = cube.info.default_bands
    if default:
        return ViewState(default[0], default[len(default) // 2], default[-1])
    return _spread(cube)


def reaches(cube: Cube, name: str) -> bool:
    """Whether the scene has bands near the wavelengths of a preset; of “default bands”, whether the file names any."""
    wanted = _PRESET_NM.get(name)
    if wanted is None:
        return bool(cube.info.default_bands)
    centers = cube.wavelengths
    return centers is not None and all(abs(centers[nearest_band(cube, nm)] - nm) <= _REACH_NM for nm in wanted)


def first_view(cube: Cube) -> ViewState:
    """What to show when a scene is opened: its own default bands, else true colour, else spread bands."""
    return preset(cube, "default bands" if cube.info.default_bands else "true colour")


def resolve(cube: Cube, view: ViewState, step: int = 1) -> Levels:
    """The values that become black and full, for red, green and blue: percentiles of the valid, finite values.

    At most about 250,000 pixels are looked at, on a regular grid. A band of one single value is drawn mid-grey.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    _require_bands(cube, view)
    step = max(step, _sampling_step(cube))
    return _levels(_read_bands(cube, view.bands, *_every(step)), view)


def render(cube: Cube, view: ViewState, levels: Levels | None = None, step: int = 1) -> NDArray[np.uint8]:
    """The picture of a view, uint8 rows x cols x 3; every `step`-th pixel of each axis.

    Pixels without a value (no-data, NaN) are black in all three channels, and no others: of the darkest measurement
    blue is 1.

    Args:
        levels: the stretch; None resolves it from this scene.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    _require_bands(cube, view)
    values = _read_bands(cube, view.bands, *_every(step))
    if levels is None:
        every = max(1, _sampling_step(cube) // step)
        levels = _levels(values[::every, ::every], view)
    return _picture(values, levels)


def render_window(cube: Cube, view: ViewState, levels: Levels, rows: slice, cols: slice) -> NDArray[np.uint8]:
    """The picture of a part of the scene with a stretch resolved before; the slices may have steps. Rows x cols x 3.

    Raises:
        HsiError: a band does not exist.
    """
    _require_bands(cube, view)
    return _picture(_read_bands(cube, view.bands, rows, cols), levels)


def _picture(values: NDArray[np.float32], levels: Levels) -> NDArray[np.uint8]:
    picture = np.empty((*values.shape[:2], 3), dtype=np.uint8)
    for channel, (low, high) in enumerate(levels):
        picture[:, :, channel] = _grey(values[:, :, channel], low, high, least=channel // 2)
    invalid = ~np.isfinite(values).all(axis=2)
    if invalid.any():
        picture[invalid] = 0
    return picture


def _grey(values: NDArray[np.float32], low: float, high: float, least: int = 0) -> NDArray[np.uint8]:
    """0, or what is the least, at `low`, 255 at `high`; anything where there is no value. One a value."""
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.subtract(values, np.float32(low), order="C")
        scaled *= np.float32(255.0) / (np.float32(high) - np.float32(low))
        scaled += np.float32(0.5)
        # fmax and fmin take the number where the other side is NaN.
        np.fmin(np.fmax(scaled, least, out=scaled), 255, out=scaled)
    return scaled.astype(np.uint8)


def _every(step: int) -> tuple[slice, slice]:
    return slice(None, None, step), slice(None, None, step)


def _read_bands(cube: Cube, bands: Sequence[int], rows: slice, cols: slice) -> NDArray[np.float32]:
    different = sorted(set(bands))
    values = cube.read(rows, cols, different)
    # One plane after the other, because the channels are stretched one by one.
    planes = np.empty((len(bands), *values.shape[:2]), dtype=np.float32)
    for channel, band in enumerate(bands):
        planes[channel] = values[:, :, different.index(band)]
    return planes.transpose(1, 2, 0)


def _levels(values: NDArray[np.float32], view: ViewState) -> Levels:
    red, green, blue = (_stretch(values[:, :, channel], view.low, view.high) for channel in range(3))
    return red, green, blue


def _stretch(values: NDArray[np.float32], low: float, high: float) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    lo, hi = (float(v) for v in np.percentile(finite, (low, high)))
    if lo == hi:
        # Nearly constant: the few other values decide, and without any the band becomes mid-grey.
        lo, hi = float(finite.min()), float(finite.max())
    if lo == hi:
        half = max(0.5, abs(lo) * 1e-3)
        return lo - half, hi + half
    return lo, hi


def _sampling_step(cube: Cube) -> int:
    return max(1, int(np.ceil(np.sqrt(cube.rows * cube.cols / _SAMPLE_PIXELS))))


def _spread(cube: Cube) -> ViewState:
    good = cube.good_bands if cube.good_bands.size else np.arange(cube.bands)
    red, green, blue = (int(good[min(len(good) - 1, len(good) * part // 6)]) for part in (5, 3, 1))
    return ViewState(red, green, blue)


def _require_bands(cube: Cube, view: ViewState) -> None:
    for band in view.bands:
        if not 0 <= band < cube.bands:
            raise HsiError(
                say("Band {band} does not exist: {name} has {bands}.", band=band, name=cube.name, bands=cube.bands),
                say("Bands count from 0."),
            )
    if not 0 <= view.low < view.high <= 100:
        raise HsiError(
            say("The stretch from {low:g} % to {high:g} % is none.", low=view.low, high=view.high),
            say("Take for example 2 and 98."),
        )
