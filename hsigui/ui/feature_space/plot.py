"""The plot of the feature space: a density, points of classes, what is selected, and outlines that are drawn in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from hsigui.analysis.feature_points import Points
from hsigui.analysis.feature_space import Ends
from hsigui.analysis.outlines import Outline
from hsigui.cube.color_maps import colors_of
from hsigui.labels.classes import ClassTable, Color
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen, faded

PAN, LASSO, RECTANGLE = "pan", "lasso", "rectangle"
SELECTED: Color = (255, 0, 200)  # in the plot and on the image: no vegetation, soil or water, and no class at first
POINTED: Color = (0, 190, 255)  # what the image points at
COLORS = "viridis"
POINT, CURRENT_POINT, POINTED_POINT = 4.0, 6.0, 5.0  # logical pixels
APART = 2.0  # logical pixels between two corners of a lasso
BIN = 2.0  # logical pixels of the side of a bin of the density
LEAST_BINS, MOST_BINS = 32, 512
LEAST = QSize(100, 100)  # logical pixels
TITLED = 150  # logical pixels of the height from which on the axes have titles; the panel names them anyway
LEAST_RECTANGLE = 3.0  # logical pixels along each side


@dataclass(frozen=True, eq=False)
class Seen:
    """What the plot shows.

    Attributes:
        x, y: ends of the part that the densities are of.
        density: bins x bins, the lowest line first.
        selected: the same of the pixels that are selected; None without any.
        points: of classes; None for none.
        table: of these classes.
        current: the class whose points are drawn larger and last; 0 for none.
    """

    x: Ends
    y: Ends
    density: NDArray[np.int64]
    selected: NDArray[np.int64] | None = None
    points: Points | None = None
    table: ClassTable | None = None
    current: int = 0


class CloudPlot(Plot):
    """Draws it; outlines are drawn with the left button in the modes LASSO and RECTANGLE, with Shift beside others.

    Signals:
        outlined(outline, added): an outline is closed, corners x 2, in values of the axes; added with Shift.
        escaped(): Esc, while nothing is drawn.
        whole_asked(): a double click: all of it is to be seen.
        moved(): the user looks at another part.
    """

    outlined = Signal(object, bool)
    escaped = Signal()
    whole_asked = Signal()
    moved = Signal()
    _ready = False  # all of its items are there

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._titles = "", ""
        self._mode, self._drawing = PAN, list[QPointF]()
        self._seen: Seen | None = None
        self._outlines: tuple[Outline, ...] = ()
        self._density, self._chosen = pg.ImageItem(axisOrder="row-major"), pg.ImageItem(axisOrder="row-major")
        self._classes: list[pg.ScatterPlotItem] = []
        self._pointed = pg.ScatterPlotItem(size=POINTED_POINT, pen=None)
        self._pixel = pg.ScatterPlotItem(size=15.0, symbol="+", pen=None)
        self._shapes: list[pg.PlotCurveItem] = []
        self._open = pg.PlotCurveItem()
        for item, z in ((self._density, -20), (self._chosen, -10), (self._pointed, 8), (self._open, 12),
                        (self._pixel, 14)):  # fmt: skip
            item.setZValue(z)
            self.addItem(item, ignoreBounds=True)
        self.getPlotItem().vb.disableAutoRange()
        self.getPlotItem().vb.sigRangeChangedManually.connect(self.moved)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(LEAST)
        self._ready = True
        self.recolor()

    # What is shown

    def name_axes(self, x: str, y: str) -> None:
        """Titles of both axes."""
        self._titles = x, y
        self._place_titles()

    def look_at(self, x: Ends, y: Ends) -> None:
        """Shows a part of the plane."""
        self.getPlotItem().vb.setRange(xRange=x, yRange=y, padding=0)

    @property
    def ends(self) -> tuple[Ends, Ends]:
        """Which part is seen: along x and along y."""
        (left, right), (low, high) = self.getPlotItem().vb.viewRange()
        return (left, right), (low, high)

    @property
    def bins(self) -> tuple[int, int]:
        """How fine a density is worth drawing: along x and along y."""
        box = self.getPlotItem().vb
        wide, high = (min(max(round(side / BIN), LEAST_BINS), MOST_BINS) for side in (box.width(), box.height()))
        return wide, high

    @property
    def seen(self) -> Seen | None:
        """What is shown."""
        return self._seen

    def show_seen(self, seen: Seen | None) -> None:
        """Shows densities and points; None for nothing."""
        self._seen = seen
        self._draw()

    def show_outlines(self, outlines: Sequence[Outline]) -> None:
        """Shows closed outlines."""
        self._outlines = tuple(outlines)
        for shape in self._shapes:
            self.removeItem(shape)
        self._shapes = []
        for outline in self._outlines:
            ring = np.vstack([outline, outline[:1]])
            shape = pg.PlotCurveItem(ring[:, 0], ring[:, 1], pen=curve_pen(self, QColor(*SELECTED), 1.6))
            shape.setZValue(10)
            self.addItem(shape, ignoreBounds=True)
            self._shapes.append(shape)

    def point_at(self, place: tuple[float, float] | None) -> None:
        """Marks where the pixel under the mouse of the image lies."""
        self._pixel.setData(*(([], []) if place is None else ([place[0]], [place[1]])))

    def point_out(self, points: Points | None) -> None:
        """Marks where pixels lie that are marked in the image."""
        self._pointed.setData(*(([], []) if points is None else (points.x, points.y)))

    @property
    def pointed(self) -> int:
        """How many pixels of the image are marked."""
        return len(self._pointed.data)

    # Modes and outlines

    @property
    def mode(self) -> str:
        """PAN, LASSO or RECTANGLE: what the left button does."""
        return self._mode

    def set_mode(self, mode: str) -> None:
        """What the left button does from now on; an open outline is dropped."""
        self._mode = mode
        self._drop()
        cursor = Qt.CursorShape.OpenHandCursor if mode == PAN else Qt.CursorShape.CrossCursor
        self.viewport().setCursor(cursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._mode == PAN or event.button() != Qt.MouseButton.LeftButton or not self._inside(event.position()):
            super().mousePressEvent(event)
            return
        self.setFocus()
        self._drawing = [event.position()]
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._drawing:
            super().mouseMoveEvent(event)
            return
        at, last = event.position(), self._drawing[-1]
        if self._mode == RECTANGLE:
            self._drawing = [self._drawing[0], at]
        elif abs(at.x() - last.x()) + abs(at.y() - last.y()) >= APART:
            self._drawing.append(at)
        ring = self._ring()
        if len(ring):
            ring = np.vstack([ring, ring[:1]])
            self._open.setData(ring[:, 0], ring[:, 1])
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._drawing or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        ring, added = self._ring(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._drop()
        event.accept()
        if len(ring):
            self.outlined.emit(ring, added)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if event.button() == Qt.MouseButton.LeftButton:
            self.whole_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._drawing:
            self._drop()
        else:
            self.escaped.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._drop()
        super().focusOutEvent(event)

    # Inner doings

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_open"):  # pyqtgraph resizes while it is made
            self._place_titles()
            self.moved.emit()

    def _place_titles(self) -> None:
        shown = self.height() >= TITLED
        for side, title in zip(("bottom", "left"), self._titles, strict=True):
            self.getAxis(side).showLabel(shown and bool(title))
            if shown and title:
                self.setLabel(side, title)

    def _inside(self, at: QPointF) -> bool:
        return bool(self.getPlotItem().vb.sceneBoundingRect().contains(self.mapToScene(at.toPoint())))

    def _ring(self) -> Outline:
        """The corners of what is being drawn, in values of the axes; none while it is too small."""
        if len(self._drawing) < 2:
            return np.zeros((0, 2))
        corners = self._drawing
        if self._mode == RECTANGLE:
            (a, b) = corners
            if min(abs(a.x() - b.x()), abs(a.y() - b.y())) < LEAST_RECTANGLE:
                return np.zeros((0, 2))
            corners = [a, QPointF(b.x(), a.y()), b, QPointF(a.x(), b.y())]
        if len(corners) < 3:
            return np.zeros((0, 2))
        box = self.getPlotItem().vb
        places = (box.mapSceneToView(corner) for corner in corners)
        return np.array([(place.x(), place.y()) for place in places], dtype=np.float64)

    def _drop(self) -> None:
        self._drawing = []
        self._open.setData([], [])

    def _draw(self) -> None:
        seen = self._seen
        for item in self._classes:
            self.removeItem(item)
        self._classes = []
        if seen is None:
            self._density.clear()
            self._chosen.clear()
            return
        box = QRectF(seen.x[0], seen.y[0], seen.x[1] - seen.x[0], seen.y[1] - seen.y[0])
        ink = self._ink
        plain = seen.points is not None and len(seen.points.x) > 0  # colours are those of the classes then
        self._density.setImage(density_picture(seen.density, (ink.red(), ink.green(), ink.blue()) if plain else None))
        self._density.setRect(box)
        if seen.selected is None:
            self._chosen.clear()
        else:
            self._chosen.setImage(density_picture(seen.selected, SELECTED, least=150))
            self._chosen.setRect(box)
        if seen.points is not None and seen.table is not None:
            for number, (x, y) in points_by_class(seen.points, seen.current).items():
                self._add_class(seen.table, number, x, y, number == seen.current)

    def _add_class(
        self, table: ClassTable, number: int, x: NDArray[np.float32], y: NDArray[np.float32], current: bool
    ) -> None:
        info = table.get(number)
        if info.hidden:
            return
        pen = pg.mkPen(faded(self._ink, 190)) if current else pg.mkPen(None)
        item = pg.ScatterPlotItem(
            x, y, size=CURRENT_POINT if current else POINT, brush=pg.mkBrush(QColor(*info.color)), pen=pen
        )
        item.setZValue(2 if current else 0)
        self.addItem(item, ignoreBounds=True)
        self._classes.append(item)

    @property
    def _ink(self) -> QColor:
        """That of a plot that is in use: it may be made, and get other colours, while there is no scene to plot."""
        return QColor(self.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))

    def event(self, event: QEvent) -> bool:
        handled = bool(super().event(event))
        if event.type() in RESTYLE and self._ready:  # by itself: what is around it has new colours earlier than it
            self.recolor()
        return handled

    def recolor(self) -> None:
        """Takes colours of the palette, and pens of the screen, anew."""
        palette = QPalette(self.palette())
        palette.setCurrentColorGroup(QPalette.ColorGroup.Active)
        color_plot(self, palette)
        self._open.setPen(curve_pen(self, QColor(*SELECTED), 1.6))
        self._pixel.setBrush(pg.mkBrush(QColor(*POINTED)))
        self._pointed.setBrush(pg.mkBrush(QColor(*POINTED)))
        for side in ("left", "bottom"):
            self.getAxis(side).setTextPen(pg.mkPen(self._ink))
        self._draw()
        self.show_outlines(self._outlines)


def density_picture(counts: NDArray[np.int64], color: Color | None = None, least: int = 40) -> NDArray[np.uint8]:
    """Counts on a logarithmic scale, in colours or as shades of one, clear where there are none: of the shape of the
    counts x 4 uint8.

    Args:
        least: the opacity of a single pixel, 0-255, in shades of a colour.
    """
    logs = np.log1p(counts.astype(np.float64))
    shares = logs / max(float(logs.max(initial=0.0)), 1e-9)
    picture = np.zeros((*counts.shape, 4), dtype=np.uint8)
    if color is None:
        picture[..., :3] = colors_of(COLORS)[(shares * 255).astype(np.uint8)]
        picture[..., 3] = np.where(counts > 0, 255, 0)
    else:
        picture[..., :3] = color
        picture[..., 3] = np.where(counts > 0, least + shares * (215 - least), 0).astype(np.uint8)
    return picture


def points_by_class(points: Points, current: int) -> Mapping[int, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """x and y of the points of each class, the current one last; one number a point."""
    numbers = sorted(np.unique(points.numbers).tolist(), key=lambda number: (number == current, number))
    return {number: (points.x[points.numbers == number], points.y[points.numbers == number]) for number in numbers}
