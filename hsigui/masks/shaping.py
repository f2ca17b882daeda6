"""Steps that change what is masked out: grown, shrunk, inverted, and put together with other masks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.recipe import Making, MaskRecipe
from hsigui.masks.sources import option
from hsigui.texts import say

Pixels = NDArray[np.bool_]
AT_ONCE = 4_000_000  # pixels whose distances are computed together
JOIN, COMMON = "join", "common"


@dataclass(frozen=True)
class Grow:
    """Pixels whose centre lies within so many pixels of the centre of a masked one are masked out too (a disk)."""

    by: int

    @property
    def told(self) -> str:
        return option("grow", str(self.by))

    def to_json(self) -> dict[str, Any]:
        return {"step": "grow", "text": str(self.by)}

    def on(self, making: Making) -> Pixels:
        return _near(_before(making, self.told), self.by, making.ctx)


@dataclass(frozen=True)
class Shrink:
    """Pixels with an unmasked one within so many pixels are masked out no more; the border of the scene is none."""

    by: int

    @property
    def told(self) -> str:
        return option("shrink", str(self.by))

    def to_json(self) -> dict[str, Any]:
        return {"step": "shrink", "text": str(self.by)}

    def on(self, making: Making) -> Pixels:
        return ~_near(~_before(making, self.told), self.by, making.ctx)


@dataclass(frozen=True)
class Invert:
    """What was masked out is not, and all else is."""

    told = "--invert"

    def to_json(self) -> dict[str, Any]:
        return {"step": "invert"}

    def on(self, making: Making) -> Pixels:
        return ~_before(making, self.told)


@dataclass(frozen=True)
class Together:
    """What is masked out here or in another mask (join), or in both (common).

    Attributes:
        how: `JOIN` or `COMMON`.
        source: the other mask: its name, or the path of its file.
        recipe: of the other mask; None where it is read from its file.
    """

    how: str
    source: str
    recipe: MaskRecipe | None = None

    @property
    def told(self) -> str:
        about = "" if self.recipe is None else f" ({self.recipe.told})"
        return f"{option(self.how, self.source)}{about}"

    def to_json(self) -> dict[str, Any]:
        more = {} if self.recipe is None else {"recipe": self.recipe.to_json()}
        return {"step": self.how, "text": self.source, **more}

    def on(self, making: Making) -> Pixels:
        from hsigui.masks.files import read_mask
        from hsigui.masks.making import pixels_of

        if self.recipe is None:
            other = read_mask(Path(self.source), making.cube).masked
        else:
            other = pixels_of(self.recipe, Making(making.cube, making.ctx, notes=making.notes))
        if self.how == COMMON:
            return _before(making, self.told) & other
        return other if making.masked is None else making.masked | other


def _before(making: Making, told: str) -> Pixels:
    if making.masked is None:
        raise HsiError(
            say("Nothing is masked out yet before {step}.", step=told),
            say("Begin with what finds pixels: a formula, a layer, polygons, a class or a quality mask."),
        )
    return making.masked


def _near(pixels: Pixels, distance: int, ctx: Context) -> Pixels:
    """The pixels within a distance, in pixels between centres, of some pixels; rows x cols. By tiles of rows, each with
    as many rows around it as the distance, beyond which nothing counts."""
    from scipy.ndimage import distance_transform_edt

    rows, cols = pixels.shape
    found, step = pixels.copy(), max(1, AT_ONCE // max(1, cols))
    for start in range(0, rows, step):
        ctx.progress(start, rows, say("Measuring distances"))
        stop = min(rows, start + step)
        top = max(0, start - distance)
        part = pixels[top : min(rows, stop + distance)]
        if part.any():
            near = distance_transform_edt(~part) <= distance
            found[start:stop] = near[start - top : stop - top]
    return found
