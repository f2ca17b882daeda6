"""What one room asks of another, told as changes are: who can do it has subscribed to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.document.hub import Changed
from hsigui.labels.classes import Color
from hsigui.labels.strokes import Area
from hsigui.specs import PretrainSpec


@dataclass(frozen=True)
class Intention(Changed):
    """Nothing changed yet: one room asks for something that another one does."""


@dataclass(frozen=True)
class SceneAsked(Intention):
    """The scene of a file that was just written is to be opened."""

    path: Path


@dataclass(frozen=True)
class PixelPicked(Intention):
    """The spectrum of a pixel is to be shown.

    Attributes:
        keep: whether it stays beside those that are picked later.
    """

    row: int
    col: int
    keep: bool = False


@dataclass(frozen=True, eq=False)
class SpectrumWanted(Intention):
    """A spectrum that was not clicked is to be kept beside the others.

    Attributes:
        values: one a band of the shown scene; NaN where there is none.
        color: that it is drawn in; None for the next of the plot's own.
        place: row and column of its pixel; None where it is of none.
    """

    label: str
    values: NDArray[np.float32]
    color: Color | None = None
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class AreaAnswered(Intention):
    """Pixels are to get the current class, as one step that can be taken back.

    Attributes:
        area: top, left and mask.
        text: what the step is called.
    """

    area: Area
    text: str


@dataclass(frozen=True)
class ClassNamed(Intention):
    """A class of a name is to be added, and painted from now on.

    Attributes:
        name: that no class has yet.
    """

    name: str


@dataclass(frozen=True)
class RunAsked(Intention):
    """A run is to be taken into use for the shown scene.

    Attributes:
        folder: where it is kept.
    """

    folder: Path


@dataclass(frozen=True)
class TrainingAsked(Intention):
    """The shown scene is to be trained on again.

    Attributes:
        spec: with these settings and this seed.
    """

    spec: PretrainSpec


@dataclass(frozen=True)
class TilesAsked(Intention):
    """The shown scene is to be mapped by tiles."""


@dataclass(frozen=True)
class OverlayAsked(Intention):
    """A picture of the shown scene is to lie over the image, by the id of its subject."""

    name: str


@dataclass(frozen=True)
class PicturesCompared(Intention):
    """Pictures of the shown scene are to be looked at together.

    Attributes:
        how: "swipe" for two over each other, "views" for each in a view beside the image.
        names: the ids of their subjects.
    """

    how: str
    names: tuple[str, ...]
