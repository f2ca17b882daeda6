"""A mask: which pixels of a scene are masked out, and by which recipe they were found."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Geo
from hsigui.masks.recipe import MaskRecipe
from hsigui.texts import say

COUNTED = ("pixels", "area", "sha256")  # of the pixels alone
HECTARE = 10_000.0  # square metres


@dataclass(frozen=True, eq=False)
class Mask:
    """Pixels of a scene that are masked out.

    Attributes:
        name: for lists and records.
        shape: rows and columns of the scene.
        bits: the pixels as bits, row by row from the upper left one on: 1 is masked out.
        recipe: how they were found.
        geo: where the scene lies.
        notes: what was assumed when it was made, a sentence each.
        file: that it was read from; empty for none.
        commands: command lines that made that file, as far as it says.
    """

    name: str
    shape: tuple[int, int]
    bits: bytes = field(repr=False)
    recipe: MaskRecipe
    geo: Geo = field(default_factory=Geo, repr=False)
    notes: tuple[str, ...] = ()
    file: str = ""
    commands: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, name: str, masked: NDArray[np.bool_], recipe: MaskRecipe, geo: Geo | None = None,
        notes: tuple[str, ...] = (), file: str = "",
    ) -> Self:  # fmt: skip
        """The mask of a raster: rows x cols, True for masked out."""
        rows, cols = masked.shape
        return cls(name, (rows, cols), np.packbits(masked).tobytes(), recipe, geo or Geo(), notes, file)

    @property
    def masked(self) -> NDArray[np.bool_]:
        """The pixels, rows x cols, True for masked out; a new array each time."""
        rows, cols = self.shape
        flat = np.unpackbits(np.frombuffer(self.bits, dtype=np.uint8), count=rows * cols)
        return flat.reshape(rows, cols).view(np.bool_)

    @cached_property
    def pixels(self) -> int:
        """How many pixels are masked out."""
        return int(np.count_nonzero(self.masked))

    @cached_property
    def area(self) -> float | None:
        """Square metres that are masked out, on the ellipsoid; None where the scene has no place on the earth."""
        found = pixel_areas(self.geo, self.shape)
        if found is None:
            return None
        areas = found.of_classes(self.masked.view(np.uint8))
        return float(areas[1]) if len(areas) > 1 else 0.0

    @cached_property
    def sha256(self) -> str:
        """Of the size and the pixels, whatever the name and the recipe."""
        return hashlib.sha256(repr(self.shape).encode() + self.bits).hexdigest()

    @property
    def size_told(self) -> str:
        """Pixels and area in words, such as "1,234 pixels (3.2 %), 0.49 ha"."""
        rows, cols = self.shape
        told = say("{pixels:,} pixels ({share:.2%})", pixels=self.pixels, share=self.pixels / max(1, rows * cols))
        return told if self.area is None else say("{told}, {area}", told=told, area=area_told(self.area))

    def rows(self, top: int, bottom: int) -> NDArray[np.bool_]:
        """The pixels of some rows, rows x cols, True for masked out; a new array each time."""
        cols = self.shape[1]
        first, last = top * cols, bottom * cols
        part = np.frombuffer(self.bits, dtype=np.uint8)[first // 8 : -(-last // 8)]
        flat = np.unpackbits(part)[first % 8 : first % 8 + last - first]
        return flat.reshape(bottom - top, cols).view(np.bool_)

    def same_pixels(self, other: Mask) -> bool:
        """Whether another mask masks out the same pixels, whatever its name and its recipe."""
        return self.shape == other.shape and self.bits == other.bits

    def sized(self, pixels: int, area: float | None) -> Mask:
        """The same mask, whose pixels and square metres were counted elsewhere."""
        made = replace(self)
        made.__dict__.update(pixels=pixels, area=area)
        return made

    def named(self, name: str) -> Mask:
        """The same mask by another name."""
        return self._like(replace(self, name=name))

    def in_file(self, path: Path) -> Mask:
        """The same mask, which a file has."""
        return self._like(replace(self, file=str(path)))

    def told(self, use: str) -> dict[str, Any]:
        """What the record of something that was made without its pixels says of it, as JSON values."""
        return {
            "name": self.name, "use": use, "recipe": self.recipe.told, "steps": self.recipe.to_json(),
            "pixels": self.pixels, **({} if self.area is None else {"area_m2": round(self.area, 3)}),
            "sha256": self.sha256, **({"file": self.file} if self.file else {}),
            **({"commands": list(self.commands)} if self.commands else {}),
        }  # fmt: skip

    def _like(self, other: Mask) -> Mask:
        """Another mask of the same pixels: what was counted is not counted once more."""
        other.__dict__.update({name: found for name, found in self.__dict__.items() if name in COUNTED})
        return other


def area_told(area: float) -> str:
    """An area in square metres, or in hectares from one on."""
    if area >= HECTARE:
        return say("{area:,.2f} ha", area=area / HECTARE)
    return say("{area:,.4g} m²", area=area)
