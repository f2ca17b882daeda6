"""What a layer is asked for with, as its maker gets it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from hsigui.analysis.layer import BandTaken, LayerRecipe
from hsigui.cube.cube import Cube
from hsigui.parameters import Parameters

P = TypeVar("P", bound=Parameters)


@dataclass(frozen=True)
class Asked:
    """A recipe, and its settings as the kind's own type."""

    recipe: LayerRecipe
    settings: Parameters

    def of(self, kind: type[P]) -> P:
        """The settings, of the type that the maker knows."""
        assert isinstance(self.settings, kind)
        return self.settings

    def made(self, bands: Iterable[BandTaken]) -> LayerRecipe:
        """The recipe with the bands that were read."""
        return dataclasses.replace(self.recipe, bands=tuple(bands), parameters=self.settings.to_json())

    def made_of(self, cube: Cube, bands: Iterable[int]) -> LayerRecipe:
        """The same for bands that are used alike, by their numbers."""
        return self.made(taken(cube, int(band)) for band in bands)


def taken(cube: Cube, band: int, asked: str = "") -> BandTaken:
    """A band as it is told of."""
    return BandTaken(asked, band, cube.info.wavelengths[band] if cube.info.wavelengths else None)
