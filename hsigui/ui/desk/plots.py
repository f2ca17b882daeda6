"""What the program's plots have in common: colours of the palette, a quiet grid, no menu and no range button."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QContextMenuEvent, QMouseEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from hsigui.texts import number_of_others, say
from hsigui.ui.desk.roles import give_role
from hsigui.ui.desk.theme import is_dark

# Events after which a plot takes its colours and pens anew.
RESTYLE = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.DevicePixelRatioChange)


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no type hints
    """An axis whose numbers are written as the user's language writes them."""

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [number_of_others(text) for text in super().tickStrings(values, scale, spacing)]


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no type hints
    """An empty plot; a double click shows all of it again.

    Signals:
        right_clicked(QPoint): at a place of the screen; a drag of the right button is none, it magnifies.
    """

    right_clicked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False, axisItems={side: Axis(side) for side in ("left", "bottom", "right")})
        self.getPlotItem().hideAxis("right")  # of `SecondAxis`, where there is one
        give_role(self, QAccessible.Role.Chart)
        self.hideButtons()
        # pyqtgraph makes this menu without a parent; with one it goes when the plot goes.
        menu = self.getPlotItem().ctrlMenu
        menu.setParent(self, menu.windowFlags())
        self.scene().sigMouseClicked.connect(self._clicked)
        self.setAntialiasing(True)
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.getPlotItem().layout.setContentsMargins(6, 8, 12, 4)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=4, tickTextOffset=4)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.enableAutoRange()

    def setLabel(self, side: str, text: str) -> None:
        """Names an axis."""
        self.getPlotItem().setLabel(side, text)
        across, up = self.getAxis("bottom").labelText, self.getAxis("left").labelText
        self.setAccessibleDescription(
            say("{up} by {across}", up=up, across=across) if up and across else up or across or ""
        )
        self._fit_label()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.__dict__.get("plotItem") is not None:  # pyqtgraph calls this before there is one
            self._fit_label()

    def _fit_label(self) -> None:
        """The name of the upright axis is there where all of it can be read."""
        axis = self.getAxis("left")
        room = self.viewport().height() - self.getAxis("bottom").height()
        fits = bool(axis.labelText) and axis.label.boundingRect().width() <= room
        if fits != axis.label.isVisible():
            axis.showLabel(fits)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the keyboard; the right button tells by its click."""
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            event.accept()
        else:
            self.right_clicked.emit(self.mapToGlobal(self.rect().center()))

    def _clicked(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.right_clicked.emit(event.screenPos().toPoint())

    def curves(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """x and y of every curve, in the order in which they came."""
        drawn = (item.getData() for item in self.getPlotItem().listDataItems())
        return [(x, y) for x, y in drawn if x is not None]


class SecondAxis:
    """An axis on the right of a plot, with curves of its own over the same x; not there until it is shown."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._box = pg.ViewBox(enableMenu=False)
        self._box.setMouseEnabled(x=False, y=False)
        item = plot.getPlotItem()
        item.scene().addItem(self._box)
        axis = plot.getAxis("right")
        axis.linkToView(self._box)
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickLength=4, tickTextOffset=4)
        self._box.setXLink(item.vb)
        item.vb.sigResized.connect(self._follow)
        self.show(False)

    def add(self, curve: pg.PlotDataItem) -> None:
        self._box.addItem(curve)

    def remove(self, curve: pg.PlotDataItem) -> None:
        self._box.removeItem(curve)

    def show(self, shown: bool) -> None:
        self._plot.getPlotItem().showAxis("right", shown)
        self._box.setVisible(shown)
        self._follow()

    def curves(self) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """x and y of every curve, in the order in which they came."""
        return [(x, y) for x, y in (item.getData() for item in self._box.addedItems) if x is not None]

    def recolor(self, palette: QPalette) -> None:
        axis = self._plot.getAxis("right")
        axis.setPen(pg.mkPen(palette.color(QPalette.ColorRole.Mid)))
        axis.setTextPen(pg.mkPen(palette.color(QPalette.ColorRole.PlaceholderText)))
        axis.setGrid(False)  # the left one's lines are enough

    def _follow(self) -> None:
        """Lies where the plot's own curves lie."""
        self._box.setGeometry(self._plot.getPlotItem().vb.sceneBoundingRect())
        self._box.linkedViewChanged(self._plot.getPlotItem().vb, self._box.XAxis)


def color_plot(plot: Plot, palette: QPalette) -> None:
    """Gives a plot the colours of a palette."""
    plot.setBackground(palette.color(QPalette.ColorRole.Base))
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(pg.mkPen(palette.color(QPalette.ColorRole.Mid)))
        axis.setTextPen(pg.mkPen(palette.color(QPalette.ColorRole.PlaceholderText)))
    plot.showGrid(x=True, y=True, alpha=0.6 if is_dark(palette) else 0.5)


def curve_pen(widget: QWidget, color: QColor, width: float) -> QPen:
    """A pen of a width in logical pixels; pyqtgraph's pens are cosmetic and count device pixels."""
    pen = QPen(color, width * widget.devicePixelRatioF())
    pen.setCosmetic(True)
    return pen


def faded(color: QColor, alpha: int) -> QColor:
    """A colour with another opacity, 0-255."""
    made = QColor(color)
    made.setAlpha(alpha)
    return made
