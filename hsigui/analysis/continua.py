"""Spectra without their continuum, and the depth, place and area of an absorption feature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.asked import Asked, taken
from hsigui.analysis.bands_at import band_at, bands_between, wavelengths_of
from hsigui.analysis.hull import continuum
from hsigui.analysis.layer import Layer
from hsigui.analysis.settings import ContinuumSettings, FeatureSettings
from hsigui.analysis.tiles import TileReader, empty_layer
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

ROUNDING = 1e-6  # of float32: a depth that is none
LEAST_BANDS = 3  # two shoulders and something between them


def without_continuum(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Every spectrum divided by its upper hull, 1 where it touches it; one measurement a band. NaN where the hull is
    not positive.

    Raises:
        HsiError: wavelengths are not known, or fewer than three good bands lie in the range.
    """
    wanted = asked.of(ContinuumSettings)
    waves = wavelengths_of(cube)
    bands = rising(cube, wanted.first or float(waves.min()), wanted.last or float(waves.max()))
    reader, array = TileReader(cube, bands), empty_layer(cube, len(bands))
    for tile in reader.tiles(ctx, say("Removing the continuum")):
        tile.put(array, removed(waves[bands], tile.known))
    names = tuple(say("{nm:.1f} nm", nm=waves[band]) for band in bands)
    return Layer(
        say("Continuum removed"), asked.made_of(cube, bands), array, names, limits=(-np.inf, 1.0), geo=cube.geo
    )


def feature(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The absorption between two shoulders: its depth, 1 − R / continuum where that is largest; its centre in nm, by a
    parabola through the largest depth and those beside it; and its area in nm, the depth summed up over wavelength.
    Where nothing is absorbed the depth is 0 and there is no centre (NaN).

    Clark & Roush, J. Geophys. Res. 89, 1984; the parabola after Rodger, Laukamp, Haest & Cudahy, Remote Sens. Environ.
    118, 2012.

    Raises:
        HsiError: a shoulder lies in no good band, or nothing lies between them.
    """
    wanted = asked.of(FeatureSettings)
    if wanted.left >= wanted.right:
        raise HsiError(
            say("The left shoulder, {left:g} nm, is not left of the right one, {right:g} nm.",
                left=wanted.left, right=wanted.right),
            say("Exchange them."),
        )  # fmt: skip
    waves = wavelengths_of(cube)
    ends = [band_at(cube, nm, wanted.tolerance) for nm in (wanted.left, wanted.right)]
    bands = rising(cube, float(waves[ends[0]]), float(waves[ends[1]]))
    reader, array = TileReader(cube, bands), empty_layer(cube, 3)
    for tile in reader.tiles(ctx, say("Measuring the feature")):
        tile.put(array, measured(waves[bands], tile.known, hull=wanted.continuum == "hull"))
    recipe = asked.made(
        taken(cube, band, say("left shoulder") if n == 0 else say("right shoulder") if n == len(bands) - 1 else "")
        for n, band in enumerate(bands)
    )
    name = say("Feature from {left:g} to {right:g} nm", left=waves[bands[0]], right=waves[bands[-1]])
    names = (say("depth"), say("centre (nm)"), say("area (nm)"))
    return Layer(name, recipe, array, names, notes=(str(recipe.bands[0]), str(recipe.bands[-1])), geo=cube.geo)


def rising(cube: Cube, first: float, last: float) -> list[int]:
    """The good bands from one wavelength (nm) to another, in order of wavelength; of several at one the first.

    Raises:
        HsiError: they are fewer than three.
    """
    waves, bands = wavelengths_of(cube), bands_between(cube, first, last)
    _, places = np.unique(waves[bands], return_index=True)
    found = [bands[place] for place in places.tolist()]
    if len(found) < LEAST_BANDS:
        raise HsiError(
            say("Only {count} good bands of {name} lie from {first:g} to {last:g} nm.",
                count=len(found), name=cube.name, first=first, last=last),
            say("A continuum needs three: choose a wider range."),
        )  # fmt: skip
    return found


def removed(wavelengths: NDArray[np.float64], spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spectra (spectra x bands) divided by their upper hulls; NaN where a hull is not positive.

    Args:
        wavelengths: nm, rising; one a band.
    """
    return _divided(spectra, continuum(wavelengths, spectra))


def measured(wavelengths: NDArray[np.float64], spectra: NDArray[np.float32], *, hull: bool) -> NDArray[np.float32]:
    """Depth, centre (nm) and area (nm) of the feature that some spectra (spectra x bands) show; spectra x 3 float32.

    Args:
        wavelengths: nm, rising, from shoulder to shoulder; one a band.
        hull: the continuum is the upper hull; a line between the shoulders otherwise.
    """
    if hull:
        base = continuum(wavelengths, spectra)
    else:
        share = ((wavelengths - wavelengths[0]) / (wavelengths[-1] - wavelengths[0])).astype(np.float32)
        base = spectra[:, :1] * (1 - share) + spectra[:, -1:] * share
    shallow = 1 - _divided(spectra, base)
    out = np.full((len(spectra), 3), np.nan, dtype=np.float32)
    known = np.isfinite(shallow).all(axis=1)
    depths = shallow[known].astype(np.float64)
    deepest = depths.argmax(axis=1)
    rows = np.arange(len(depths))
    depth = np.maximum(depths[rows, deepest], 0)
    centre = _vertex(wavelengths, depths, np.clip(deepest, 1, len(wavelengths) - 2))
    outside = (deepest == 0) | (deepest == len(wavelengths) - 1)
    centre = np.where(outside, wavelengths[deepest], centre)
    area = np.trapezoid(np.maximum(depths, 0), wavelengths, axis=1)
    out[known] = np.column_stack([depth, np.where(depth > ROUNDING, centre, np.nan), area])
    return out


def _vertex(
    waves: NDArray[np.float64], depths: NDArray[np.float64], at: NDArray[np.intp]
) -> NDArray[np.float64]:  # fmt: skip
    """Where parabolas through three neighbouring depths are highest; the middle where they are flat."""
    rows = np.arange(len(depths))
    left, middle, right = (depths[rows, at + step] for step in (-1, 0, 1))
    before, after = waves[at] - waves[at - 1], waves[at + 1] - waves[at]
    rise, fall = (middle - left) / before, (right - middle) / after
    bend = (fall - rise) / (before + after)  # of the parabola; below 0 where it has a top
    with np.errstate(divide="ignore", invalid="ignore"):
        top = waves[at] - (rise * after + fall * before) / (before + after) / (2 * bend)
    return np.where(bend < 0, np.clip(top, waves[at - 1], waves[at + 1]), waves[at])


def _divided(spectra: NDArray[np.float32], base: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(base > 0, spectra / base, np.float32(np.nan))
