"""What of a scene a view can show: its composite, its labels, its map, a layer. Each room offers what it has; who shows
pictures of them (linked views, an overlay, a picture on the disk) knows only this."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter

from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.classes import ClassTable, Color
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.color_key import ColorKey

Draw = Callable[[Box, int], NDArray[np.uint8]]


@dataclass(frozen=True, eq=False)
class Subject:
    """One thing that can be shown of a scene.

    Attributes:
        id: never translated; no other subject of the scene has it.
        title: what it is called.
        draw: the picture of a box (top, left, bottom, right; the last two exclusive), every so many pixels of it:
            rows x cols x 4 uint8, red, green, blue and alpha, 0 where there is nothing. Called on worker threads, and
            so made of values that do not change; labels may be read while they are drawn: who shows them is told then.
        key: of a scale of colours.
        legend: of classes, name and colour.
        make: has made what is not there yet, and says whether that was begun; None where it is there. Until then
            `draw` draws nothing. Who shows it is told when it got on and when it is there.
        state: how far that is, or why it cannot be, in words.
        empty: there is nothing to be seen of it yet, as of labels before the first one.
    """

    id: str
    title: str
    draw: Draw
    key: ColorKey | None = None
    legend: tuple[tuple[str, Color], ...] = ()
    make: Callable[[], bool] | None = None
    state: str = ""
    empty: bool = False

    @property
    def there(self) -> bool:
        """Whether there is something to be drawn."""
        return self.make is None


PaintLines = Callable[[QPainter, Camera], None]


@dataclass(frozen=True, eq=False)
class OverLines:
    """Lines that lie over whatever is shown of a scene.

    Attributes:
        title: what they are called.
        width: logical pixels.
        ready: makes what lies in a box of the scene ready; what it gives paints in logical pixels, and nothing beside
            the box. Both are called on worker threads.
    """

    title: str
    color: Color
    width: float
    ready: Callable[[Box], PaintLines]


Source = Callable[[Scene], Iterable[Subject]]
LineSource = Callable[[Scene], Iterable[OverLines]]


class Subjects(QObject):
    """What all rooms offer of a scene.

    Signals:
        changed(id): the picture of a subject of the scene that is shown is another, or "" where others are offered;
            told by the rooms.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources: list[Source] = []
        self._line_sources: list[LineSource] = []

    def offer(self, source: Source) -> None:
        """Takes a room's source: called whenever somebody wants to know what a scene has now; must be quick."""
        self._sources.append(source)

    def offer_lines(self, source: LineSource) -> None:
        """Takes a room's source of lines over a scene; must be quick, too."""
        self._line_sources.append(source)

    def lines_of(self, scene: Scene) -> tuple[OverLines, ...]:
        """The lines that are seen over a scene now, the lowest first."""
        return tuple(lines for source in self._line_sources for lines in source(scene))

    def tell(self, *names: str) -> None:
        """Says that subjects changed, by their ids."""
        for name in names:
            self.changed.emit(name)

    def of(self, scene: Scene) -> tuple[Subject, ...]:
        """All that can be shown of a scene now, in the order of the rooms."""
        return tuple(subject for source in self._sources for subject in source(scene))

    def named(self, scene: Scene, name: str) -> Subject | None:
        """A subject by its id; None where the scene has it no more."""
        return next((subject for subject in self.of(scene) if subject.id == name), None)


def draw_nothing(box: Box, step: int) -> NDArray[np.uint8]:
    """Draws nothing anywhere: rows x cols x 4 zeros."""
    top, left, bottom, right = box
    return np.zeros((len(range(top, bottom, step)), len(range(left, right, step)), 4), dtype=np.uint8)


def draw_classes(numbers: NDArray[np.integer], table: ClassTable, hidden: bool = False) -> Draw:
    """How class numbers (rows x cols, 0 for none) are drawn: opaque in their colours.

    Args:
        hidden: whether hidden classes are drawn, too.
    """
    colors = np.zeros((max((info.number for info in table), default=0) + 1, 4), dtype=np.uint8)
    for info in table:
        if hidden or not info.hidden:
            colors[info.number] = (*info.color, 255)

    def draw(box: Box, step: int) -> NDArray[np.uint8]:
        top, left, bottom, right = box
        return np.asarray(colors.take(numbers[top:bottom:step, left:right:step], axis=0, mode="clip"))

    return draw


def legend_of(table: ClassTable) -> tuple[tuple[str, Color], ...]:
    """Name and colour of every class that is not hidden."""
    return tuple((info.name, info.color) for info in table if not info.hidden)
