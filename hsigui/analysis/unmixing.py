"""Linear unmixing as layers: the share of each spectrum in every pixel with what is left, and the largest share as a
class."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.abundances import Unmixer
from hsigui.analysis.asked import Asked
from hsigui.analysis.endmembers import find_endmembers
from hsigui.analysis.layer import Layer, LayerRecipe, Target
from hsigui.analysis.settings import FCLS, GIVEN, MOST_ENDMEMBERS, UnmixedMapSettings, UnmixSettings
from hsigui.analysis.tiles import Tile, TileReader, empty_layer
from hsigui.analysis.units import in_units, unlike_units
from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.texts import say

UNCLASSIFIED = (128, 128, 128)


def shares(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The share of each spectrum in every pixel, and the root mean square of what they leave of its spectrum, in the
    units of the scene; see `abundances` for the method and `table` for the source.

    Raises:
        HsiError: see `endmembers_of`.
    """
    mixed = Mixed(cube, asked, asked.of(UnmixSettings), ctx)
    array = empty_layer(cube, len(mixed.targets) + 1)
    mean, count = np.zeros(len(mixed.reader.bands)), 0
    for tile in mixed.reader.tiles(ctx, say("Unmixing")):
        spectra = tile.known
        found = mixed.unmixer.shares(spectra)
        tile.put(array, np.column_stack([found, mixed.unmixer.rest(spectra, found)]))
        mean, count = mean + spectra.sum(axis=0, dtype=np.float64), count + len(spectra)
    names = (*(target.name for target in mixed.targets), say("Residual"))
    notes = mixed.notes + unlike_units(mixed.targets, mixed.values, mean / max(1, count))
    title = say("Shares of {count} spectra", count=len(mixed.targets))
    return Layer(title, mixed.recipe, array, names, notes=notes, geo=cube.geo)


def largest_share(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The spectrum with the largest share of each pixel as its class, in the order of the spectra; the last class is
    what has no share that is large enough.

    Raises:
        HsiError: see `endmembers_of`.
    """
    require_room(say("The classes of {name}", name=cube.name), cube.rows, cube.cols, 2)
    wanted = asked.of(UnmixedMapSettings)
    mixed = Mixed(cube, asked, wanted, ctx)
    array = np.zeros((cube.rows, cube.cols), dtype=np.uint16)
    for tile in mixed.reader.tiles(ctx, say("Unmixing")):
        array[tile.rows] = _classes(tile, mixed.unmixer.shares(tile.known), wanted.least, cube.cols)
    title = say("Largest share")
    limits = (0.0, float(len(mixed.targets) + 1))
    return Layer(
        title, mixed.recipe, array, (title,), classes=class_table(mixed.targets), limits=limits, notes=mixed.notes,
        geo=cube.geo,
    )  # fmt: skip


class Mixed:
    """What a scene is mixed of, found first where that is asked for.

    Attributes:
        targets: the endmembers, and `values` of them, endmembers x bands.
        recipe: with them in it, so that the same ones are used again.
        notes: what was assumed, a sentence each.

    Raises:
        HsiError: see `endmembers_of`.
    """

    def __init__(self, cube: Cube, asked: Asked, wanted: UnmixSettings, ctx: Context) -> None:
        recipe, self.notes = endmembers_of(cube, asked, wanted, ctx)
        self.targets = recipe.targets
        self.values, bands, changed = in_units(cube, self.targets)
        self.notes += changed
        self.unmixer = Unmixer(self.values, wanted.method == FCLS)
        self.reader = TileReader(cube, bands)
        self.recipe = replace(recipe, bands=asked.made_of(cube, bands).bands)
        if self.unmixer.alike:
            self.notes += (
                say("Some of the spectra are alike, or sums of others: their shares are one answer of many."),
            )


def endmembers_of(
    cube: Cube, asked: Asked, wanted: UnmixSettings, ctx: Context
) -> tuple[LayerRecipe, tuple[str, ...]]:  # fmt: skip
    """The recipe with the spectra that are mixed, given or found, and what was assumed.

    Raises:
        HsiError: there are too many, or they are to be found, too; or none can be found.
        Cancelled: through the context.
    """
    recipe, notes = asked.recipe, tuple[str, ...]()
    if recipe.targets and wanted.find != GIVEN:
        raise HsiError(
            say("Spectra are given, and others are to be found by {find}.", find=wanted.find),
            say("Leave out the spectra, or the setting find."),
        )
    if recipe.targets:
        parameters = wanted.to_json()
    else:
        found = find_endmembers(cube, wanted.find, wanted.count, wanted.seed, ctx)
        recipe, notes = replace(recipe, targets=found.targets), found.notes
        parameters = {**wanted.to_json(), "find": GIVEN, "count": 0, "seed": 0}
    if len(recipe.targets) > MOST_ENDMEMBERS:
        raise HsiError(
            say("{count} spectra are too many to be unmixed.", count=len(recipe.targets)),
            say("Choose at most {most}.", most=MOST_ENDMEMBERS),
        )
    return replace(recipe, parameters=parameters, targets=_called_apart(recipe.targets)), notes


def _called_apart(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """The same, with a number behind names that come twice."""
    taken: set[str] = set()
    found = []
    for target in targets:
        name, number = target.name, 2
        while name in taken:
            name, number = f"{target.name} {number}", number + 1
        taken.add(name)
        found.append(replace(target, name=name))
    return tuple(found)


def class_table(targets: tuple[Target, ...]) -> ClassTable:
    """A class for each spectrum, and the last for what is unclassified."""
    rows = [ClassInfo(n, each.name, each.color or color_for(n)) for n, each in enumerate(targets, 1)]
    return ClassTable((*rows, ClassInfo(len(targets) + 1, say("Unclassified"), UNCLASSIFIED)))


def _classes(tile: Tile, found: NDArray[np.float64], least: float, cols: int) -> NDArray[np.uint16]:
    """Class numbers of a tile, rows x cols, from the shares of its pixels with data (pixels x endmembers)."""
    numbers = np.zeros(len(tile.valid), dtype=np.uint16)
    if len(found):
        best = found.argmax(axis=1)
        enough = found[np.arange(len(found)), best] >= least
        numbers[tile.valid] = np.where(enough, best + 1, found.shape[1] + 1)
    return numbers.reshape(-1, cols)
