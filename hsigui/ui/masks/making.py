"""What is done on a worker to make masks."""

from __future__ import annotations

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.masks.making import make_mask
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import Making, MaskRecipe, MaskStep
from hsigui.masks.shaping import JOIN, Together
from hsigui.texts import say


def made_by(ctx: Context, cube: Cube, recipe: MaskRecipe, name: str) -> Mask:
    """A mask by a recipe, with its pixels and its area counted."""
    ctx.progress(0, 0, say("Looking for pixels to mask out…"))
    made = make_mask(cube, recipe, ctx, name)
    _ = made.pixels, made.area  # counted here, and not on the thread of the window
    return made


def reshaped(ctx: Context, cube: Cube, masks: tuple[Mask, ...], step: MaskStep) -> tuple[Mask, ...]:
    """Masks after a further step, each."""
    found = []
    for mask in masks:
        ctx.check()
        masked = step.on(Making(cube, ctx, mask.masked))
        made = Mask.of(mask.name, masked, mask.recipe.then(step), mask.geo, mask.notes)
        _ = made.pixels, made.area
        found.append(made)
    return tuple(found)


def put_together(ctx: Context, first: Mask, others: tuple[Mask, ...], how: str, name: str) -> Mask:
    """One mask of several: `JOIN` or `COMMON`."""
    masked, recipe = first.masked, first.recipe
    for other in others:
        ctx.check()
        masked = masked | other.masked if how == JOIN else masked & other.masked
        recipe = recipe.then(Together(how, other.name, other.recipe))
    made = Mask.of(name, masked, recipe, first.geo)
    _ = made.pixels, made.area
    return made
