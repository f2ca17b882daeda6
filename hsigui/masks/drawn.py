"""Steps of a hand: pixels that were given one by one, and what was drawn on a mask that was found otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.background import packed, unpacked
from hsigui.errors import HsiError
from hsigui.labels.strokes import trimmed
from hsigui.masks.recipe import Making, MaskRecipe, added
from hsigui.texts import say

Pixels = NDArray[np.bool_]


@dataclass(frozen=True)
class Drawn:
    """Pixels that were given one by one: drawn in the window, or a raster.

    Attributes:
        pixels: as `analysis.background.packed` writes them; empty for none.
    """

    pixels: str = field(repr=False)

    @classmethod
    def of(cls, masked: NDArray[np.bool_]) -> Drawn:
        """Of a raster, rows x cols, True for masked out."""
        return cls(packed(masked))

    @property
    def told(self) -> str:
        return say("(drawn)")

    def to_json(self) -> dict[str, Any]:
        return {"step": "drawn", "pixels": self.pixels}

    def on(self, making: Making) -> Pixels:
        shape = making.cube.rows, making.cube.cols
        found = unpacked(self.pixels, *shape)
        return added(making, np.zeros(shape, dtype=bool) if found is None else found)


@dataclass(frozen=True)
class DrawnOn:
    """Pixels that a hand masks out, and others that it keeps, whatever the steps before have found.

    Attributes:
        shape: rows and columns of the scene.
        at, size: upper left pixel, and rows and columns, of the box around what was drawn.
        more, fewer: the pixels in the box that are masked out by hand, and those that are not, as
            `analysis.background.packed` writes them; empty for none.
    """

    shape: tuple[int, int]
    at: tuple[int, int] = (0, 0)
    size: tuple[int, int] = (0, 0)
    more: str = field(default="", repr=False)
    fewer: str = field(default="", repr=False)

    @classmethod
    def of(cls, shape: tuple[int, int], at: tuple[int, int], more: Pixels, fewer: Pixels) -> DrawnOn:
        """Of two rasters of a box of the scene, rows x cols of it, of which no pixel is True in both."""
        found = trimmed(*at, more | fewer)
        if found is None:
            return cls(shape)
        top, left, both = found
        rows = slice(top - at[0], top - at[0] + both.shape[0])
        part = rows, slice(left - at[1], left - at[1] + both.shape[1])
        return cls(shape, (top, left), (both.shape[0], both.shape[1]), packed(more[part]), packed(fewer[part]))

    @property
    def told(self) -> str:
        more, fewer = self._counts
        return say("(drawn: {more:,} pixels masked out, {fewer:,} kept)", more=more, fewer=fewer)

    def to_json(self) -> dict[str, Any]:
        return {
            "step": "drawn-on", "shape": list(self.shape), "at": list(self.at), "size": list(self.size),
            "more": self.more, "fewer": self.fewer,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> DrawnOn:
        """Reads what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is none, or its box lies beside its scene.
        """
        (rows, cols), (top, left), (height, width) = (
            (int(values[name][0]), int(values[name][1])) for name in ("shape", "at", "size")
        )
        if not (0 <= top <= top + height <= rows and 0 <= left <= left + width <= cols):
            raise ValueError(f"a box at {top}, {left} of {height} x {width} pixels in {rows} x {cols}")
        return cls((rows, cols), (top, left), (height, width), str(values["more"]), str(values["fewer"]))

    def after(self, other: DrawnOn) -> DrawnOn:
        """What was drawn before, and then this, as one."""
        top, left = (min(a, b) for a, b in zip(self._corner, other._corner, strict=True))
        bottom, right = (max(a, b) for a, b in zip(self._end, other._end, strict=True))
        if bottom <= top or right <= left:
            return DrawnOn(self.shape)
        (more, fewer), (more_before, fewer_before) = (step._within(top, left, bottom, right) for step in (self, other))
        return DrawnOn.of(self.shape, (top, left), (more_before & ~fewer) | more, (fewer_before & ~more) | fewer)

    def on(self, making: Making) -> Pixels:
        rows, cols = making.cube.rows, making.cube.cols
        if (rows, cols) != self.shape:
            raise HsiError(
                say("What was drawn is of a scene of {shape} pixels, and this one has {rows} x {cols}.",
                    shape=" x ".join(map(str, self.shape)), rows=rows, cols=cols),
                say("Draw on a mask of this scene."),
            )  # fmt: skip
        found = np.zeros(self.shape, dtype=bool) if making.masked is None else making.masked.copy()
        (top, left), (bottom, right) = self.at, self._end
        more, fewer = self._within(top, left, bottom, right)
        found[top:bottom, left:right] = (found[top:bottom, left:right] | more) & ~fewer
        return found

    @cached_property
    def _counts(self) -> tuple[int, int]:
        (top, left), (bottom, right) = self.at, self._end
        more, fewer = self._within(top, left, bottom, right)
        return int(np.count_nonzero(more)), int(np.count_nonzero(fewer))

    @property
    def _empty(self) -> bool:
        return not self.size[0] * self.size[1]

    @property
    def _corner(self) -> tuple[int, int]:
        return self.shape if self._empty else self.at

    @property
    def _end(self) -> tuple[int, int]:
        return self.at[0] + self.size[0], self.at[1] + self.size[1]

    def _within(self, top: int, left: int, bottom: int, right: int) -> tuple[Pixels, Pixels]:
        """Both rasters of a box around that of what was drawn."""
        rows, cols = self.at[0] - top, self.at[1] - left
        made = []
        for text in (self.more, self.fewer):
            whole = np.zeros((bottom - top, right - left), dtype=bool)
            found = unpacked(text, *self.size)
            if found is not None:
                whole[rows : rows + self.size[0], cols : cols + self.size[1]] = found
            made.append(whole)
        return made[0], made[1]


def drawn_on(recipe: MaskRecipe, step: DrawnOn) -> MaskRecipe:
    """A recipe with what was drawn at its end; drawn on once more, it is one step."""
    last = recipe.steps[-1] if recipe.steps else None
    if isinstance(last, DrawnOn):
        return MaskRecipe((*recipe.steps[:-1], step.after(last)))
    return recipe.then(step)
