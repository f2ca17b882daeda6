"""Given spectra in the bands and units of a scene, as far as their size tells these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.analysis.on_scene import as_bright, in_bands, left_out_of, require_values
from hsigui.analysis.targets import LEAST_BANDS
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

FAR = 30.0  # times brighter or darker than the scene: no surface is


def in_units(
    cube: Cube, targets: Sequence[Target]
) -> tuple[NDArray[np.float64], NDArray[np.intp], tuple[str, ...]]:  # fmt: skip
    """The spectra in the good bands in which all of them have a value; those with wavelengths of their own as wide as
    the bands of the scene are, and times ten thousand or a hundred where the scene is in parts of that.

    Returns:
        Values, targets x bands; the numbers of the bands; and what was done, a sentence each.

    Raises:
        HsiError: there is no spectrum, one has another number of bands than the scene, or fewer than two good bands
            have a value in all of them.
    """
    if not targets:
        raise HsiError(say("There is no spectrum to compare with."), say("Give one or several."))
    values, good = in_bands(cube, targets), cube.good_bands
    require_values(cube, targets, values)
    bands = good[np.isfinite(values[:, good]).all(axis=0)]
    if len(bands) < LEAST_BANDS:
        raise HsiError(
            say("The spectra and {name} have fewer than two good bands in common.", name=cube.name),
            say("Are the wavelengths of both in nm, and the bands not marked bad?"),
        )
    found, told = as_bright(cube, bands, values[:, bands], targets)
    return found, bands, (*left_out_of(cube, good, bands), *told)


def unlike_units(
    targets: Sequence[Target], values: NDArray[np.float64], mean: NDArray[np.float64]
) -> tuple[str, ...]:  # fmt: skip
    """A sentence for the brightest spectrum that is of another size than the scene; none where none is.

    Args:
        values: of the spectra, targets x bands.
        mean: of the scene, one number a band.
    """
    usual = float(np.sqrt(np.mean(mean**2)))
    for target, row in zip(targets, values, strict=True):
        own = float(np.sqrt(np.mean(row**2)))
        if not usual > 0 or not own > 0:
            continue
        if own > FAR * usual:
            return (say("“{target}” is {times:,.0f} times as bright as the scene: is it in the same units?",
                        target=target.name, times=own / usual),)  # fmt: skip
        if usual > FAR * own:
            return (say("The scene is {times:,.0f} times as bright as “{target}”: is it in the same units?",
                        target=target.name, times=usual / own),)  # fmt: skip
    return ()
