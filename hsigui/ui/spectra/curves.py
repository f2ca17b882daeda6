"""How spectra lie in the plot: over which bands, after what was chosen to be done to them, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QWidget

from hsigui.analysis.processing import Bands, Processing
from hsigui.cube.gaps import gaps, pieces
from hsigui.document.values import Spectrum
from hsigui.ui.desk.plots import Plot, curve_pen, faded

Array = NDArray[np.float64]
SPREAD_ALPHA = 46
_DOT = 5.0  # logical pixels, of a band with no neighbour to be joined with


@dataclass(frozen=True, eq=False)
class Drawn:
    """A spectrum as it is drawn.

    Attributes:
        values: one a band of the plot, after what was done to them and set apart; NaN where there is none.
        spread: standard deviation beside them; None where there is none.
        apart: how far up it was set.
    """

    spectrum: Spectrum
    values: Array
    spread: Array | None
    apart: float = 0.0


class Processed:
    """Spectra of a scene's bands made ready to be drawn. What was made of a spectrum is kept until something changes.

    Args:
        x: wavelengths in nm, or numbers of bands, in any order; one a band.
        is_nm: whether they are wavelengths.
        bad: which bands are left out; one a band.
    """

    def __init__(self, x: Array, is_nm: bool, bad: NDArray[np.bool_]) -> None:
        self._order = np.argsort(x, kind="stable")
        self._bad = bad[self._order]
        self._own = Bands(x[self._order], is_nm)
        self.bands = self._own
        self.processing = Processing()
        self._made: dict[int, Drawn] = {}

    def choose(self, processing: Processing) -> None:
        """What is done to the spectra from now on.

        Raises:
            HsiError: it cannot be done to spectra over these bands; then nothing changes.
        """
        bands, _ = processing.at(self._own, np.zeros((1, len(self._own.x))))
        self.processing, self.bands, self._made = processing, bands, {}

    def drawn(self, spectra: Sequence[Spectrum]) -> list[Drawn]:
        """The spectra as they are drawn, from the lowest to the highest where they are set apart."""
        self._made = {id(spectrum): self._made.get(id(spectrum)) or self._one(spectrum) for spectrum in spectra}
        plain = [self._made[id(spectrum)] for spectrum in spectra]
        if not self.processing.offset or not plain:
            return plain
        offsets = self.processing.offsets(np.array([one.values for one in plain]))
        return [
            Drawn(one.spectrum, one.values + apart, one.spread, float(apart))
            for one, apart in zip(plain, offsets, strict=True)
        ]

    def _one(self, spectrum: Spectrum) -> Drawn:
        values = np.where(self._bad, np.nan, spectrum.values[self._order].astype(np.float64))[None]
        _, made = self.processing.at(self._own, values)
        if spectrum.spread is None:
            return Drawn(spectrum, made[0], None)
        spread = self.processing.spread_at(self._own, values, spectrum.spread[self._order][None])
        return Drawn(spectrum, made[0], None if spread is None else spread[0])


class CurveItems:
    """The items of a plot that one spectrum is drawn by: its line, dots where it is broken off, and its spread."""

    def __init__(self, plot: Plot, widget: QWidget) -> None:
        self._plot, self._widget = plot, widget
        self._line = pg.PlotDataItem()
        self._box = plot.getPlotItem().vb
        # Empty ones would count as a place of the plot.
        self._dots: pg.ScatterPlotItem | None = None
        self._spread: QGraphicsPathItem | None = None
        plot.addItem(self._line)

    def draw(self, x: Array, drawn: Drawn, color: QColor, width: float, depth: float) -> None:
        """Draws a spectrum over bands (rising, one a value) in a colour."""
        values = drawn.values
        known, lines = np.isfinite(values), joined(x, values)
        pen = curve_pen(self._widget, color, width)
        self._line.setData(x, values, pen=pen, connect=lines if known.any() else "finite")
        self._line.setZValue(depth)
        alone = known & (lines == 0) & (np.concatenate([[0], lines[:-1]]) == 0)
        if alone.any():
            self._dots = pg.ScatterPlotItem(x[alone], values[alone], size=_DOT, pen=pg.mkPen(None), brush=color)
            self._dots.setZValue(depth)
            self._box.addItem(self._dots)
        self._draw_spread(x, drawn, color, depth - 20)

    def remove(self) -> None:
        self._plot.removeItem(self._line)
        for item in (self._dots, self._spread):
            if item is not None:
                self._box.removeItem(item)

    def _draw_spread(self, x: Array, drawn: Drawn, color: QColor, depth: float) -> None:
        path = QPainterPath()
        for run in spread_runs(x, drawn):
            assert drawn.spread is not None
            upper, lower = (drawn.values + sign * drawn.spread for sign in (1, -1))
            xs = np.concatenate([x[run], x[run][::-1]])
            ys = np.concatenate([upper[run], lower[run][::-1]])
            path.addPolygon(QPolygonF([pg.QtCore.QPointF(a, b) for a, b in zip(xs.tolist(), ys.tolist(), strict=True)]))
        if path.isEmpty():
            return
        self._spread = QGraphicsPathItem(path)
        self._spread.setPen(pg.mkPen(None))
        self._spread.setBrush(faded(color, SPREAD_ALPHA))
        self._spread.setZValue(depth)
        self._box.addItem(self._spread)


def joined(x: Array, values: NDArray[np.floating]) -> NDArray[np.int32]:
    """Which values a line joins with the next one, 1 or 0, one a value: both are there and no gap is between them.

    Args:
        x: wavelengths in any unit, or numbers of bands; rising, one a value.
    """
    known, lines = np.isfinite(values), np.zeros(len(x), dtype=np.int32)
    if len(x) > 1:
        lines[:-1] = known[1:] & known[:-1] & ~gaps(x)
    return lines


def spread_runs(x: Array, drawn: Drawn) -> list[NDArray[np.intp]]:
    """Places of bands (one a band) that follow each other without a gap and have a value and a spread."""
    if drawn.spread is None:
        return []
    return runs(x, np.isfinite(drawn.values) & np.isfinite(drawn.spread))


def runs(x: Array, known: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Places of known bands that a line joins, run by run; one flag a band in."""
    places = np.flatnonzero(known)
    if not len(places):
        return []
    ends = np.flatnonzero((np.diff(places) > 1) | (np.diff(pieces(x)[places]) > 0)) + 1
    return list(np.split(places, ends))
