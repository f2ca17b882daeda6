"""The verb: a mask of a scene by a recipe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.masked import scene_of
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import Making, MaskRecipe, MaskStep
from hsigui.texts import say


def make_mask(cube: Cube, recipe: MaskRecipe | Sequence[MaskStep], ctx: Context, name: str = "") -> Mask:
    """The mask of a scene by a recipe.

    Args:
        name: for lists and records; empty for the recipe.

    Raises:
        HsiError: there is no step, or one does not fit the scene.
        Cancelled: through the context.
    """
    wanted = recipe if isinstance(recipe, MaskRecipe) else MaskRecipe(tuple(recipe))
    making = Making(scene_of(cube), ctx)
    masked = pixels_of(wanted, making)
    if not masked.any():
        making.notes.append(say("No pixel is masked out."))
    elif masked.all():
        making.notes.append(say("All pixels are masked out."))
    notes = tuple(dict.fromkeys(making.notes))
    return Mask.of(name or wanted.told, masked, wanted, cube.geo, notes)


def pixels_of(recipe: MaskRecipe, making: Making) -> NDArray[np.bool_]:
    """What a recipe masks out, rows x cols.

    Raises:
        HsiError, Cancelled: as `make_mask`.
    """
    if not recipe.steps:
        raise HsiError(
            say("It is not said what is masked out."),
            say("Begin with what finds pixels: a formula, a layer, polygons, a class or a quality mask."),
        )
    for step in recipe.steps:
        making.ctx.check()
        making.masked = step.on(making)
    assert making.masked is not None
    return making.masked
