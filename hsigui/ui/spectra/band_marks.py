"""Marks of bands in the plot of spectra: lines that can be dragged where some are shown, shades where some are bad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPalette, QPen
from PySide6.QtWidgets import QWidget

from hsigui.labels.classes import Color
from hsigui.ui.desk.plots import Plot, curve_pen, faded

LINE, HOVERED = 1.2, 3.0  # logical pixels


class BandMarks(QObject):
    """What a plot shows of the bands themselves.

    Args:
        owner: whose colours they have.

    Signals:
        picked(channel, band): the line of a channel (its place in `mark`) is dragged over a band.

    Attributes:
        lines: one a channel.
        left_out: start and end on the axis of every run of bad bands.
    """

    picked = Signal(int, int)

    def __init__(self, plot: Plot, owner: QWidget) -> None:
        super().__init__(owner)
        self._plot, self._owner = plot, owner
        self._x: NDArray[np.float64] = np.zeros(0)
        self._ink: Color = (0, 0, 0)
        self.lines: list[pg.InfiniteLine] = []
        self._marked: list[tuple[int, object]] = []  # the band and the colour of each line
        self._regions: list[pg.LinearRegionItem] = []
        self.left_out: list[tuple[float, float]] = []

    def lie_over(self, x: NDArray[np.float64], bad: NDArray[np.bool_]) -> None:
        """Takes the bands of another cube, in any order along the axis, and forgets the lines.

        Args:
            x: where each band lies on the axis; one a band.
            bad: which are left out; one a band.
        """
        self.mark([])
        self._x = x
        order = np.argsort(x, kind="stable")
        self.left_out = bad_ranges(x[order], bad[order])
        for region in self._regions:
            self._plot.removeItem(region)
        self._regions = []
        for ends in self.left_out:
            region = pg.LinearRegionItem(ends, movable=False, pen=pg.mkPen(None))
            region.setZValue(-20)
            self._plot.addItem(region, ignoreBounds=True)
            self._regions.append(region)
        self._recolor_regions()

    def mark(self, bands: Sequence[tuple[int, object]]) -> None:
        """Marks bands (number, colour) by lines; no colour is that of text. As long as there are as many lines of the
        same colours, they move; one that is being dragged stays under the mouse."""
        if [color for _, color in bands] == [color for _, color in self._marked] and bands:
            self._marked = list(bands)
            for line, (band, _) in zip(self.lines, bands, strict=True):
                if not line.moving:
                    line.setValue(float(self._x[band]))
            return
        for line in self.lines:
            self._plot.removeItem(line)
        self.lines, self._marked = [], list(bands)
        for band, color in bands:
            line = pg.InfiniteLine(float(self._x[band]), movable=True, pen=self._pen(color, LINE))
            line.setHoverPen(self._pen(color, HOVERED))
            line.setZValue(5)  # above the view box, or a quick press would pan the plot instead
            line.setCursor(Qt.CursorShape.SizeHorCursor)
            line.setBounds((float(self._x.min()), float(self._x.max())))
            line.sigDragged.connect(self._drag)
            line.sigPositionChangeFinished.connect(self._pick)
            self._plot.addItem(line, ignoreBounds=True)
            self.lines.append(line)

    def recolor(self, ink: Color) -> None:
        """Takes the colours of the window, of which that of text is given."""
        self._ink = ink
        self._recolor_regions()
        for line, (_, color) in zip(self.lines, self._marked, strict=True):
            line.setPen(self._pen(color, LINE))
            line.setHoverPen(self._pen(color, HOVERED))

    def _recolor_regions(self) -> None:
        shade = faded(self._owner.palette().color(QPalette.ColorRole.PlaceholderText), 40)
        for region in self._regions:
            region.setBrush(shade)

    def _pen(self, color: object, width: float) -> QPen:
        return curve_pen(self._owner, faded(pg.mkColor(self._ink if color is None else color), 190), width)

    def _drag(self, line: pg.InfiniteLine) -> None:
        """The bands on the way are told, too."""
        self._tell_band(line, self._band_at(line))

    def _pick(self, line: pg.InfiniteLine) -> None:
        band = self._band_at(line)
        line.setValue(float(self._x[band]))
        self._tell_band(line, band)

    def _tell_band(self, line: pg.InfiniteLine, band: int) -> None:
        channel = self.lines.index(line)
        before, color = self._marked[channel]
        if band != before:
            self._marked[channel] = band, color
            self.picked.emit(channel, band)

    def _band_at(self, line: pg.InfiniteLine) -> int:
        return int(np.abs(self._x - line.value()).argmin())


def bad_ranges(x: NDArray[np.float64], bad: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and end on the axis of every run of bad bands, up to half-way to their good neighbours; x ascends."""
    if not bad.any():
        return []
    middles = (x[1:] + x[:-1]) / 2
    edges = np.concatenate((x[:1], middles, x[-1:]))
    change = np.diff(np.concatenate(([False], bad, [False])).astype(np.int8))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    return [(float(edges[start]), float(edges[end])) for start, end in zip(starts, ends, strict=True)]
