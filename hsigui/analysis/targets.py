"""Spectra that pixels are compared with, brought to the bands of a scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

LEAST_BANDS = 2


def on_bands(cube: Cube, targets: Sequence[Target]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The spectra in the good bands in which all of them have a value.

    Spectra with wavelengths of their own are interpolated linearly between these; bands beyond their ends are left out.

    Returns:
        Values, targets x bands, and the numbers of the bands.

    Raises:
        HsiError: there is no spectrum, one has another number of bands than the scene, or fewer than two good bands
            have a value in all of them.
    """
    if not targets:
        raise HsiError(say("There is no spectrum to compare with."), say("Give one or several."))
    values = np.array([require_bands(cube, target) for target in targets])
    good = cube.good_bands
    good = good[np.isfinite(values[:, good]).all(axis=0)]
    if len(good) < LEAST_BANDS:
        raise HsiError(
            say("The spectra and {name} have fewer than two good bands in common.", name=cube.name),
            say("Are the wavelengths of both in nm, and the bands not marked bad?"),
        )
    return values[:, good], good


def require_bands(cube: Cube, target: Target) -> NDArray[np.float64]:
    """One spectrum in all bands of a scene, NaN where it has no value; one a band.

    Raises:
        HsiError: as `on_bands`.
    """
    values = np.asarray(target.values, dtype=np.float64)
    if not target.wavelengths:
        if len(values) != cube.bands:
            raise HsiError(
                say("The spectrum “{target}” has {count} values, and {name} {bands} bands.",
                    target=target.name, count=len(values), name=cube.name, bands=cube.bands),
                say("Give its wavelengths too, and it is brought to these bands."),
            )  # fmt: skip
        return values
    if len(values) != len(target.wavelengths):
        raise HsiError(
            say("The spectrum “{target}” has {count} values and {count2} wavelengths.",
                target=target.name, count=len(values), count2=len(target.wavelengths)),
            say("Give one for each."),
        )  # fmt: skip
    own = np.asarray(target.wavelengths)
    waves = cube.wavelengths
    if waves is None:
        if len(values) == cube.bands:
            return values
        raise HsiError(
            say("The wavelengths of {name} are not known, so the spectrum “{target}” cannot be brought to its bands.",
                name=cube.name, target=target.name),
            say("Choose its sensor under Edit > Bands."),
        )  # fmt: skip
    known = np.isfinite(values)
    order = np.argsort(own[known], kind="stable")
    if not len(order):
        return np.full(cube.bands, np.nan)
    return np.interp(waves, own[known][order], values[known][order], left=np.nan, right=np.nan)
