"""What of a class map is drawn: its classes, or how sure it is of them, on a scale of colours.

The scale is viridis (Smith and van der Walt, 2015, CC0): its lightness rises evenly, so it reads the same in grey and
to the colour-blind. A scale is drawn as classes of as many colours as there are levels, so that the map's own layer can
show either, with its opacity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFontMetrics, QLinearGradient, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role

if TYPE_CHECKING:
    from hsigui.document.values import ClassMap

LEVELS = 255


@dataclass(frozen=True)
class MapLayer:
    """One way to draw a map: its id, what it is called, what it tells, and the words at both ends of its scale."""

    id: str
    title: str
    tip: str
    ends: tuple[str, str] = ("", "")


LAYERS = (
    MapLayer("classes", say("Classes"), say("The class of every pixel in its colour")),
    MapLayer("confidence", say("Confidence"), say("The probability of the class that was chosen"),
             ("0 %", say("100 % sure"))),
    MapLayer("entropy", say("Uncertainty: entropy"), say("How evenly the probability is spread over all classes"),
             (say("sure"), say("all classes alike"))),
    MapLayer("margin", say("Uncertainty: margin"), say("How close the second best class comes to the best"),
             (say("sure"), say("two classes alike"))),
)  # fmt: skip


def layer_values(found: ClassMap, name: str) -> NDArray[np.float32]:
    """What a layer of a scale shows, rows x cols, 0 to 1; NaN where there is no data."""
    if name == "margin":
        return np.asarray(1.0 - found.margin, dtype=np.float32)
    return found.confidence if name == "confidence" else found.entropy


def layer_raster(found: ClassMap, name: str) -> NDArray[np.uint16]:
    """What is drawn of a layer: class numbers, or levels of the scale, 1 (lowest) to LEVELS; 0 for no data."""
    if name == "classes":
        return found.classes
    values = layer_values(found, name)
    known = np.isfinite(values)
    levels = 1 + np.clip(np.where(known, values, 0.0) * (LEVELS - 1) + 0.5, 0, LEVELS - 1).astype(np.uint16)
    return np.where(known, levels, 0).astype(np.uint16)


@cache
def scale() -> ClassTable:
    """The colours of the levels."""
    colors = pg.colormap.get("viridis").getLookupTable(nPts=LEVELS, alpha=False)
    return ClassTable(tuple(ClassInfo(n + 1, f"level {n + 1}", _color(c)) for n, c in enumerate(colors)))


def _color(values: NDArray[np.uint8]) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in values)
    return red, green, blue


class ColorBar(QWidget):
    """The scale with the words at its ends."""

    HEIGHT = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        give_role(self, QAccessible.Role.Graphic, say("Colour scale"))

    def set_ends(self, ends: tuple[str, str]) -> None:
        self.ends = ends
        self.setAccessibleDescription(
            say("from {first_ends} to {second_ends}", first_ends=ends[0], second_ends=ends[1])
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.HEIGHT + QFontMetrics(self.font()).height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
        bar = QRect(0, 0, self.width() - 1, self.HEIGHT)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        colors = list(scale())
        for info in (*colors[:: LEVELS // 15], colors[-1]):
            gradient.setColorAt((info.number - 1) / (LEVELS - 1), QColor(*info.color))
        painter.fillRect(bar, gradient)
        edge = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        edge.setAlpha(90)
        painter.setPen(QPen(edge, 1))
        painter.drawRect(bar)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        text = QRect(0, self.HEIGHT + 3, self.width(), QFontMetrics(self.font()).height())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, self.ends[0])
        painter.drawText(text, Qt.AlignmentFlag.AlignRight, self.ends[1])
        painter.end()
