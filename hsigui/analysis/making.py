"""The verb: a layer of a cube by a recipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsigui import plugins
from hsigui.analysis.asked import Asked
from hsigui.analysis.background import packed
from hsigui.analysis.indices import index_names
from hsigui.analysis.layer import Layer, LayerRecipe, Target
from hsigui.analysis.settings import finds_spectra
from hsigui.analysis.table import SPECTRA, WAVELENGTHS, kind
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.parameters import Value
from hsigui.texts import say


def recipe_of(
    name: str, parameters: Mapping[str, Value], targets: Iterable[Target] = (),
    left_out: NDArray[np.bool_] | None = None,
) -> LayerRecipe:  # fmt: skip
    """The recipe of a kind, with all its settings; the name of an index stands for the kind `index` with that name.

    Args:
        left_out: pixels that have no part in the background of a kind that has one, rows x cols; None for none.

    Raises:
        HsiError: there is no such kind or setting, a value is not allowed, or spectra or pixels to leave out are given
            to a kind that takes none.
    """
    short = name.casefold()
    if short in index_names() and short not in parameters:
        name, parameters = "index", {"name": short, **parameters}
    row, spectra = kind(name), tuple(targets)
    if spectra and SPECTRA not in row.needs:
        raise HsiError(say("{title} is not compared with spectra.", title=row.title), say("Leave the spectra out."))
    if left_out is not None and not row.background:
        raise HsiError(say("{title} has no background to leave pixels out of.", title=row.title), say("Take all."))
    out = "" if left_out is None else packed(left_out)
    return LayerRecipe(row.name, row.settings.of(parameters).to_json(), spectra, version=row.version, left_out=out)


def make(cube: Cube, recipe: LayerRecipe, ctx: Context) -> Layer:
    """The layer of a cube by a recipe, one that was made before or one of `recipe_of`.

    Raises:
        HsiError: the recipe is of a newer version, or asks for what there is not; the scene lacks what the kind needs,
            or too few of its pixels have data; this machine has not enough memory.
        Cancelled: through the context.
    """
    row = kind(recipe.kind)
    if recipe.version > row.version:
        raise HsiError(
            say("{title} was made by a newer version of the program.", title=row.title), say("Use that version.")
        )
    settings = row.settings.of(recipe.parameters)
    if WAVELENGTHS in row.needs and cube.wavelengths is None:
        raise HsiError(
            say("{title} needs the wavelengths of {name}, and they are not known.", title=row.title, name=cube.name),
            say("Choose its sensor under Edit > Bands, or a formula that names bands by number: band(12)."),
        )
    if SPECTRA in row.needs and not recipe.targets and not finds_spectra(settings):
        raise HsiError(say("{title} needs a spectrum to compare with.", title=row.title), say("Give one or several."))
    asked = LayerRecipe(recipe.kind, settings.to_json(), recipe.targets, version=row.version, left_out=recipe.left_out)
    made = plugins.resolved(row.make)(cube, Asked(asked, settings), ctx)
    ctx.check()
    made = replace(made, cube=cube)
    over = recipe.between
    return made if over is None else made.masked(over.low, over.high, over.measure)
