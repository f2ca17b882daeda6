"""What the key beside a single band says: which band it is, and the values at ends and middle of its colours."""

from __future__ import annotations

import numpy as np

from hsigui.cube.color_maps import colors_of
from hsigui.cube.cube import Cube
from hsigui.cube.picture import Picture
from hsigui.cube.stretch import CURVE_STEPS, Tones
from hsigui.texts import number_text, say
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.image.color_key import ColorKey


def key_of(picture: Picture, cube: Cube, unit: WavelengthUnit) -> ColorKey | None:
    """The key of a picture; None for a composite, whose three channels have no common scale."""
    view, tones = picture.view, picture.tones
    if view is None or tones is None or view.single is None or view.single >= cube.bands:
        return None
    low, high = tones.levels[0]
    values = (low, middle_of(tones, 0), high)
    return ColorKey(
        band_in_words(cube, view.single, unit), colors_of(view.colors), tuple(number_text(v, ".4g") for v in values)
    )


def middle_of(tones: Tones, channel: int) -> float:
    """The value that is drawn half as bright as can be."""
    (low, high), curve = tones.levels[channel], tones.curves[channel]
    at = 0.5 if curve is None else float(np.searchsorted(curve, 128)) / (CURVE_STEPS - 1)
    return low + min(at, 1.0) * (high - low)


def band_briefly(cube: Cube, band: int, unit: WavelengthUnit) -> str:
    """The wavelength of a band where it is known, else its number (from 1)."""
    if cube.wavelengths is not None:
        return unit.written(float(cube.wavelengths[band]))
    return say("Band {band}", band=band + 1)


def band_in_words(cube: Cube, band: int, unit: WavelengthUnit) -> str:
    """Number (from 1) and wavelength of a band, such as "Band 12, 670.0 nm"."""
    words = say("Band {band}", band=band + 1)
    if cube.wavelengths is None:
        return words
    return say("{band}, {wavelength}", band=words, wavelength=unit.written(float(cube.wavelengths[band])))
