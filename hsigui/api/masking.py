"""Masks: pixels of a scene that are masked out for pretraining, for the map or for statistics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.api.given import PathLike
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.labels.label_map import require_same_size
from hsigui.masks.asked import step_of
from hsigui.masks.drawn import Drawn
from hsigui.masks.files import read_mask as read_file
from hsigui.masks.making import make_mask
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe, MaskStep
from hsigui.masks.using import without
from hsigui.texts import say

StepLike = MaskStep | tuple[str, str | int] | str | NDArray[np.bool_]
MaskLike = Mask | PathLike | NDArray[np.bool_]
MasksLike = MaskLike | Sequence[MaskLike] | None


def mask(cube: Cube, *steps: StepLike, name: str = "", ctx: Context | None = None) -> Mask:
    """Finds pixels of a scene to mask out, by steps that are done in the order given.

    Args:
        steps: each a word and what is given with it, as the options of `hsigui mask` (`("formula", "ndvi > 0.3")`,
            `("polygons", "lake.gpkg")`, `("grow", 2)`, `"invert"`), or a raster, rows x cols, True for masked out. The
            first finds pixels; each further one that finds some adds them.
        name: for lists and records; empty for the steps.

    Returns:
        `Mask`: `masked` is rows x cols, True for masked out; `pixels` and `area` (square metres, None without a place)
        say how large it is, `recipe` how it was found. `save` writes it; `mask=` of `pretrain`, `embed`, `classify`,
        `classify_by`, `derive`, `statistics` and `separability` takes its pixels out of what they see.

    Raises:
        HsiError: there is no step, one is none or does not fit the scene, or a file cannot be read.
    """
    return make_mask(cube, [_step(step, cube) for step in steps], ctx or quiet(), name)


def read_mask(path: PathLike, cube: Cube) -> Mask:
    """Reads a mask for a scene: what `save` wrote, or any raster of the scene's pixels, of which those other than 0 are
    masked out; or shapes.

    Raises:
        HsiError: it cannot be read, or is of another size or place.
    """
    return read_file(path, cube)


def seen_by(cube: Cube, masks: MasksLike, use: str) -> Cube:
    """A scene as a use sees it.

    Raises:
        HsiError: a mask cannot be read, or is of another size or place.
    """
    if masks is None:
        return cube
    many: Sequence[MaskLike] = [masks] if isinstance(masks, Mask | str | Path | np.ndarray) else list(masks)
    return without(cube, [_mask(each, cube) for each in many], use)


def _mask(given: MaskLike, cube: Cube) -> Mask:
    if isinstance(given, Mask):
        return given
    if isinstance(given, str | Path):
        return read_file(given, cube)
    pixels = _raster(given, cube)
    return Mask.of(say("array"), pixels, MaskRecipe((Drawn.of(pixels),)), cube.geo)


def _step(given: StepLike, cube: Cube) -> MaskStep:
    if isinstance(given, np.ndarray):
        return Drawn.of(_raster(given, cube))
    if isinstance(given, str):
        return step_of(given)
    if isinstance(given, tuple):
        if len(given) != 2:
            raise HsiError(
                say("A step is a word and what is given with it."), say('Write it such as ("grow", 2), or "invert".')
            )
        return step_of(str(given[0]), str(given[1]))
    return given


def _raster(given: NDArray[np.bool_], cube: Cube) -> NDArray[np.bool_]:
    require_same_size(given.shape, (cube.rows, cube.cols), say("pixels of the mask"))
    return np.asarray(given) != 0
