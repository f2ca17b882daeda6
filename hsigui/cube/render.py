"""From a cube to a picture: which bands, which stretch, which pixels.

`ViewState` says what is wanted, `resolve` finds the stretch, `render` draws. All three are plain functions of their
inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.color_maps import GREY, colors_of
from hsigui.cube.cube import Cube
from hsigui.cube.stretch import Box, Stretch, Tones, tones_of
from hsigui.errors import HsiError
from hsigui.texts import say

Triple = tuple[float, float, float]
# Band centres in nm for red, green and blue. The composites with short-wave infrared are those in use for Landsat and
# Sentinel-2 (B12-B8A-B4, B11-B8-B2, B12-B11-B2, B8-B11-B4), in which water, crops, rocks and burnt land stand out.
PRESET_NM: Mapping[str, Triple] = {
    "true colour": (640.0, 550.0, 460.0),
    "colour infrared": (860.0, 650.0, 550.0),
    "short-wave infrared": (2190.0, 865.0, 665.0),
    "agriculture": (1610.0, 840.0, 490.0),
    "geology": (2190.0, 1610.0, 490.0),
    "water": (840.0, 1610.0, 665.0),
}
DEFAULT_BANDS = "default bands"
PRESETS: tuple[str, ...] = (*PRESET_NM, DEFAULT_BANDS)
_REACH_NM = 60.0  # a preset is not used when its nearest band is farther away
_SAMPLE_PIXELS = 60_000  # statistics of more pixels look the same
_EXTREME_PIXELS = 1_000_000  # but the least and the greatest value of them do not

CHANNELS = ("red", "green", "blue")  # of a ViewState, in the order of its bands
SINGLE = "single"  # what the band is called that is shown alone


@dataclass(frozen=True)
class ViewState:
    """What to show: bands (counted from 0), and how their values become brightness.

    Attributes:
        red, green, blue: the bands of the composite.
        low, high: the percentiles that become 0 and 255.
        single: the band that is shown alone, in place of the composite; None for the composite.
        colors: of a single band, one of COLOR_MAPS.
        stretch: the rest of how values become brightness.
    """

    red: int
    green: int
    blue: int
    low: float = 2.0
    high: float = 98.0
    single: int | None = None
    colors: str = GREY
    stretch: Stretch = field(default_factory=Stretch)

    @property
    def bands(self) -> tuple[int, int, int]:
        """Those of the composite, whether it is shown or not."""
        return self.red, self.green, self.blue

    @property
    def shown(self) -> tuple[int, ...]:
        """The bands that are seen: three, or the single one."""
        return self.bands if self.single is None else (self.single,)

    def with_band(self, channel: str, band: int) -> ViewState:
        """This view with another band of a channel, one of CHANNELS, or of SINGLE."""
        return replace(self, single=band) if channel == SINGLE else replace(self, **{channel: band})  # type: ignore[arg-type]


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
    wanted = PRESET_NM.get(name)
    if wanted is not None and reaches(cube, name):
        return view_of(cube, wanted)
    default = cube.info.default_bands
    if default:
        return ViewState(default[0], default[len(default) // 2], default[-1])
    return _spread(cube)


def reaches(cube: Cube, name: str) -> bool:
    """Whether the scene has bands near the wavelengths of a preset; of “default bands”, whether the file names any."""
    wanted = PRESET_NM.get(name)
    return bool(cube.info.default_bands) if wanted is None else out_of_reach(cube, wanted) is None


def view_of(cube: Cube, nm: Triple) -> ViewState:
    """The view of the bands nearest to three wavelengths in nm.

    Raises:
        HsiError: the scene has no wavelengths.
    """
    red, green, blue = (nearest_band(cube, one) for one in nm)
    return ViewState(red, green, blue)


def out_of_reach(cube: Cube, nm: Triple) -> float | None:
    """The first of three wavelengths in nm that no band of the scene is near to; None where all have one."""
    centers = cube.wavelengths
    if centers is None:
        return nm[0]
    return next((one for one in nm if abs(centers[nearest_band(cube, one)] - one) > _REACH_NM), None)


def first_view(cube: Cube) -> ViewState:
    """What to show when a scene is opened: its own default bands, else true colour, else spread bands."""
    return preset(cube, "default bands" if cube.info.default_bands else "true colour")


def resolve(cube: Cube, view: ViewState, step: int = 1) -> Tones:
    """How the values of the shown bands become 0-255: found from valid, finite values on a regular grid.

    At most about 60,000 pixels are looked at (a million for the least and greatest values), of the scene or of the part
    that the stretch names. A band of one single value is drawn mid-grey.

    Args:
        step: every how many pixels the scene is shown; of these, some are looked at.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    return tones_of(sample_of(cube, view, step), view.stretch, view.shown, view.low, view.high)


def sample_of(cube: Cube, view: ViewState, step: int = 1) -> NDArray[np.float32]:
    """Values of the shown bands on the grid that a stretch is found from, rows x cols x channels, float32.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    _require_bands(cube, view)
    box = part_of(cube, view)
    if box is None:
        return values_of(cube, view, *_every(step * _every_of(cube, view, step)))
    top, left, bottom, right = box
    step = _sampling_step((bottom - top) * (right - left), view)
    return values_of(cube, view, slice(top, bottom, step), slice(left, right, step))


def values_of(cube: Cube, view: ViewState, rows: slice, cols: slice) -> NDArray[np.float32]:
    """Values of the shown bands in a window, rows x cols x channels, float32; NaN where there is no data.

    Where zero is the no-data value it means so only if other bands are zero as well: those of the composite are looked
    at beside a band that is shown alone.
    """
    bands = view.shown
    different = sorted({*bands, *(view.bands if cube.info.nodata == 0 else ())})
    values = cube.read(rows, cols, different)
    # One plane after the other, because the channels are stretched one by one.
    planes = np.empty((len(bands), *values.shape[:2]), dtype=np.float32)
    for channel, band in enumerate(bands):
        planes[channel] = values[:, :, different.index(band)]
    return planes.transpose(1, 2, 0)


def part_of(cube: Cube, view: ViewState) -> Box | None:
    """The part of the scene that the stretch is found from; None for all of it, also where it names none of it."""
    if view.stretch.within is None:
        return None
    top, left, bottom, right = view.stretch.within
    top, left = max(top, 0), max(left, 0)
    bottom, right = min(bottom, cube.rows), min(right, cube.cols)
    return (top, left, bottom, right) if top < bottom and left < right else None


def render(cube: Cube, view: ViewState, tones: Tones | None = None, step: int = 1) -> NDArray[np.uint8]:
    """The picture of a view, uint8 rows x cols x 3; every `step`-th pixel of each axis.

    Pixels without a value (no-data, NaN) are black in all three channels, and no others: of the darkest measurement
    blue is 1.

    Args:
        tones: the stretch; None resolves it from this scene.

    Raises:
        HsiError: a band does not exist or the percentiles are out of order.
    """
    return render_with_tones(cube, view, tones, step)[0]


def render_with_tones(
    cube: Cube, view: ViewState, tones: Tones | None = None, step: int = 1
) -> tuple[NDArray[np.uint8], Tones]:
    """As `render`, with the stretch that the picture (uint8 rows x cols x 3) was drawn with."""
    _require_bands(cube, view)
    values = values_of(cube, view, *_every(step))
    if tones is None and part_of(cube, view) is None:
        every = _every_of(cube, view, step)
        tones = tones_of(values[::every, ::every], view.stretch, view.shown, view.low, view.high)
    elif tones is None:
        tones = resolve(cube, view)
    return _picture(values, view, tones), tones


def render_window(cube: Cube, view: ViewState, tones: Tones, rows: slice, cols: slice) -> NDArray[np.uint8]:
    """The picture of a part of the scene with a stretch resolved before; the slices may have steps. Rows x cols x 3.

    Raises:
        HsiError: a band does not exist.
    """
    _require_bands(cube, view)
    return _picture(values_of(cube, view, rows, cols), view, tones)


def _picture(values: NDArray[np.float32], view: ViewState, tones: Tones) -> NDArray[np.uint8]:
    invalid = ~np.isfinite(values).all(axis=2)
    channels = tones.mixed(values)
    if len(view.shown) == 1:
        picture = colors_of(view.colors).take(tones.brightness(channels[:, :, 0], 0), axis=0)
    else:
        picture = np.empty((*values.shape[:2], 3), dtype=np.uint8)
        for channel in range(3):
            picture[:, :, channel] = tones.brightness(channels[:, :, channel], channel, least=channel // 2)
    if invalid.any():
        picture[invalid] = 0
    return picture


def _every(step: int) -> tuple[slice, slice]:
    return slice(None, None, step), slice(None, None, step)


def _every_of(cube: Cube, view: ViewState, step: int) -> int:
    """Every how many of the pixels that are shown are looked at, so that a picture and its figures are of the same."""
    return max(1, _sampling_step(cube.rows * cube.cols, view) // step)


def _sampling_step(pixels: int, view: ViewState) -> int:
    most = _EXTREME_PIXELS if view.stretch.kind == "extremes" else _SAMPLE_PIXELS
    return max(1, int(np.ceil(np.sqrt(pixels / most))))


def _spread(cube: Cube) -> ViewState:
    good = cube.good_bands if cube.good_bands.size else np.arange(cube.bands)
    red, green, blue = (int(good[min(len(good) - 1, len(good) * part // 6)]) for part in (5, 3, 1))
    return ViewState(red, green, blue)


def _require_bands(cube: Cube, view: ViewState) -> None:
    for band in (*view.bands, *view.shown):
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
