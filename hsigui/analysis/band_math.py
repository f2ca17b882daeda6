"""Layers of one number a pixel: spectral indices, and formulas of the user's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis import formula as formulas
from hsigui.analysis.asked import Asked, taken
from hsigui.analysis.bands_at import band_at, bands_between, require_good
from hsigui.analysis.formula import Bands, Formula, FormulaError, Numbered, Wave
from hsigui.analysis.indices import index
from hsigui.analysis.layer import BandTaken, Layer
from hsigui.analysis.settings import FormulaSettings, IndexSettings
from hsigui.analysis.tiles import TileReader, empty_layer, squeezed
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

BRIGHTEST = 2.0  # no reflectance from 0 to 1 has such a median


def spectral_index(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """An index of the data file; see `indices` for its formula and paper.

    Raises:
        HsiError: a wavelength that it needs lies in no good band of the scene.
    """
    wanted = asked.of(IndexSettings)
    found = index(wanted.name)
    array, taken_for, bright = _computed(cube, formulas.read(found.formula), wanted.tolerance, ctx)
    notes = _as_told(taken_for)
    if found.reflectance and bright:
        notes += (say("This index is for reflectance from 0 to 1, and the values here are larger: set the scale."),)
    limits = (-np.inf if found.low is None else found.low, np.inf if found.high is None else found.high)
    name = found.name.upper() if len(found.name) < 6 else found.title
    return Layer(name, asked.made(taken_for), array, (name,), found.units, limits, notes=notes, geo=cube.geo)


def own_formula(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """What a formula of the user gives.

    Raises:
        FormulaError: it cannot be read, or a band that it names is not there; the error says where in its text.
    """
    wanted = asked.of(FormulaSettings)
    array, taken_for, _ = _computed(cube, formulas.read(wanted.formula), wanted.tolerance, ctx)
    name = " ".join(wanted.formula.split())
    return Layer(name, asked.made(taken_for), array, (name,), notes=_as_told(taken_for), geo=cube.geo)


def bands_for(cube: Cube, formula: Formula, tolerance: float) -> dict[str, list[int]]:
    """The numbers of the bands that a formula needs, by what it calls them.

    Args:
        tolerance: nm, as of `bands_at.band_at`.

    Raises:
        FormulaError: the scene has no such good band.
    """
    found = {}
    for each in formula.bands():
        try:
            found[str(each)] = _bands_of(cube, each, tolerance)
        except HsiError as error:
            raise FormulaError(error.message, error.hint, formula.text, each.column) from error
    return found


def _bands_of(cube: Cube, each: Bands, tolerance: float) -> list[int]:
    if isinstance(each, Wave):
        return [band_at(cube, each.nm, tolerance)]
    if isinstance(each, Numbered):
        if not 1 <= each.number <= cube.bands:
            raise HsiError(
                say("{name} has no band {number}.", name=cube.name, number=each.number),
                say("Its bands are 1 to {bands}.", bands=cube.bands),
            )
        require_good(cube, each.number - 1)
        return [each.number - 1]
    return bands_between(cube, each.low, each.high)


def _computed(
    cube: Cube, formula: Formula, tolerance: float, ctx: Context
) -> tuple[NDArray[np.float32], list[BandTaken], bool]:
    """The values of every pixel (rows x cols), which bands were taken, and whether they are too bright for
    reflectance."""
    wanted = bands_for(cube, formula, tolerance)
    numbers = sorted({band for bands in wanted.values() for band in bands})
    place = {band: column for column, band in enumerate(numbers)}
    reader, array, bright = TileReader(cube, numbers), empty_layer(cube, 1), False
    for tile in reader.tiles(ctx, say("Computing")):
        columns = tile.known.T
        values = {name: [columns[place[band]] for band in bands] for name, bands in wanted.items()}
        tile.put(array, formula.value(values)[:, None])
        bright = bright or (columns.size > 0 and float(np.median(columns[0])) > BRIGHTEST)
    return squeezed(array), [taken(cube, b, name) for name, bands in wanted.items() for b in bands], bright


def _as_told(bands: list[BandTaken]) -> tuple[str, ...]:
    """Which band was taken for what, in words; of a range of bands the first and the last."""
    by_name: dict[str, list[BandTaken]] = {}
    for band in bands:
        by_name.setdefault(band.asked, []).append(band)
    return tuple(
        str(found[0])
        if len(found) == 1
        else say("{first} to band {last}, {count} bands", first=found[0], last=found[-1].number + 1, count=len(found))
        for found in by_name.values()
    )
