"""A map by tiles as a picture over the image: while it is made from a small picture of it, then from its file."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.tiling.overview import Overview
from hsigui.report.map_windows import MapWindows
from hsigui.texts import say
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of

ID = "tiled map"


@dataclass(eq=False)
class Shown:
    """A map by tiles of a scene, in work, stopped or finished.

    Attributes:
        out: its file.
        overview: the small picture.
        classes: names and colours of its classes.
        tiles, done: how many there are, and how many are finished.
        labels: what it is made from, in words.
        revision: of the labels of the scene when it was begun.
        file: the finished map; None before.
        changed: whether the labels have changed since it was begun.
        in_work: whether somebody is at it.
    """

    out: Path
    overview: Overview
    classes: ClassTable
    tiles: int
    labels: str
    revision: int
    done: int = 0
    file: MapWindows | None = None
    changed: bool = False
    in_work: bool = True
    begun: float = field(default_factory=time.time)

    @property
    def state(self) -> str:
        """How far it is, and which labels it is of."""
        if self.file is not None:
            told = say("Map by tiles “{name}”, of {labels}", name=self.out.name, labels=self.labels)
        elif self.in_work:
            told = say(
                "Map by tiles (in work): {done:,} of {tiles:,} tiles, of {labels}",
                done=self.done, tiles=self.tiles, labels=self.labels,
            )  # fmt: skip
        else:
            told = say(
                "Map by tiles (stopped): {done:,} of {tiles:,} tiles, of {labels}",
                done=self.done, tiles=self.tiles, labels=self.labels,
            )  # fmt: skip
        return say("{told}; the labels have changed since", told=told) if self.changed else told

    def subject(self) -> Subject:
        """The picture as it is now."""
        draw = partial(_draw, overview=self.overview, file=self.file, classes=self.classes)
        return Subject(ID, say("Map by tiles"), draw, legend=legend_of(self.classes), state=self.state)


def _draw(box: Box, step: int, overview: Overview, file: MapWindows | None, classes: ClassTable) -> NDArray[np.uint8]:
    """A part of the map, rows x cols x 4; clear where there is no class or its tile is missing."""
    numbers = _numbers(box, step, overview, file)
    rows, cols = numbers.shape
    return draw_classes(numbers, classes)((0, 0, rows, cols), 1)


def _numbers(box: Box, step: int, overview: Overview, file: MapWindows | None) -> NDArray[np.uint16]:
    if file is None or step >= overview.step:
        return overview.at(box, step)
    try:
        return file.read(box, step)
    except HsiError:  # moved or written over since: what is known of it is coarser, but right
        return overview.at(box, step)
