"""The plot of spectra as a picture: axes, curves and key as lines and words of their own.

Not by pyqtgraph's exporters: they write what is on the screen, with widths and letters that do not grow with it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF

from hsigui.document.values import Spectrum
from hsigui.report.spectra_svg import Axis, axis
from hsigui.texts import say
from hsigui.ui.desk import theme
from hsigui.ui.image.pictures.sheet import Sheet
from hsigui.ui.spectra.curves import SPREAD_ALPHA, Drawn, runs, spread_runs

WIDTH, HEIGHT = 640.0, 360.0  # units of the plot with its axes: logical pixels of a screen of 96 dpi
LEFT, RIGHT, TOP, BOTTOM = 62.0, 16.0, 14.0, 46.0
TEXT, LINE, GAP, SAMPLE = 12, 18.0, 18.0, 18.0
DPI = 300.0
INK = (27, 31, 36)  # of the curve under study, which in the window has the colour of text
_UNIT_DPI = 96.0
_TICKS = (8, 5)  # about so many across and up


@dataclass(frozen=True, eq=False)
class SpectraPlot:
    """What is drawn.

    Attributes:
        curves: the first is drawn last, over the others.
        x: of every band, in the unit of the axis; ascending. Bands.
        gaps: from where to where bands are left out, in the unit of the axis.
        across, up: what the axes are called.
        seen: the ends of both axes: left, right, lower, upper.
    """

    curves: tuple[Drawn, ...]
    x: NDArray[np.float64]
    gaps: tuple[tuple[float, float], ...]
    across: str
    up: str
    seen: tuple[float, float, float, float]


def sheet_of(plot: SpectraPlot, title: str, dpi: float = DPI) -> Sheet:
    """The plot on a sheet in light colours, as wide as a page of text."""
    palette = theme.palette(theme.LIGHT)
    rows = _key_rows([drawn.spectrum for drawn in plot.curves])
    height = HEIGHT + len(rows) * LINE + (6 if rows else 0)

    def paint(painter: QPainter) -> None:
        _Painting(painter, plot, palette).draw(rows)

    scale = dpi / _UNIT_DPI
    ground = palette.color(QPalette.ColorRole.Base)
    return Sheet(round(WIDTH * scale), round(height * scale), scale, paint, ground, dpi, title)


class _Painting:
    """One drawing of a plot."""

    def __init__(self, painter: QPainter, plot: SpectraPlot, palette: QPalette) -> None:
        self._painter, self._plot, self._palette = painter, plot, palette
        self._box = QRectF(LEFT, TOP, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM)
        left, right, low, high = plot.seen
        self._across, self._up = axis(left, right, _TICKS[0]), axis(low, high, _TICKS[1])

    def draw(self, rows: Sequence[Sequence[Spectrum]]) -> None:
        painter = self._painter
        painter.setFont(_font())
        painter.save()
        painter.setClipRect(self._box)
        shade = QColor(self._palette.color(QPalette.ColorRole.PlaceholderText))
        shade.setAlpha(40)
        for start, end in self._plot.gaps:
            at = self._at(start, self._up.low).x()
            width = self._at(end, self._up.low).x() - at
            painter.fillRect(QRectF(at, TOP, width, self._box.height()), shade)
        painter.restore()
        self._draw_axes()
        painter.save()
        painter.setClipRect(self._box)
        for drawn in reversed(self._plot.curves):
            self._draw_spread(drawn)
        for drawn in reversed(self._plot.curves):
            self._draw_curve(drawn)
        painter.restore()
        self._draw_key(rows)

    def _at(self, x: float, y: float) -> QPointF:
        box = self._box
        return QPointF(self._across.at(x, box.left(), box.right()), self._up.at(y, box.bottom(), box.top()))

    def _draw_axes(self) -> None:
        painter, box = self._painter, self._box
        grid = QPen(self._palette.color(QPalette.ColorRole.Mid), 0.6)
        words = self._palette.color(QPalette.ColorRole.WindowText)
        for value in self._across.ticks:
            x = self._at(value, self._up.low).x()
            painter.setPen(grid)
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.setPen(words)
            middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
            painter.drawText(QRectF(x - 40, box.bottom() + 4, 80, LINE), middle, _number(value, self._across))
        for value in self._up.ticks:
            y = self._at(self._across.low, value).y()
            painter.setPen(grid)
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(words)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(16, y - LINE / 2, LEFT - 22, LINE), right, _number(value, self._up))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._palette.color(QPalette.ColorRole.PlaceholderText), 1.0))
        painter.drawRect(box)
        painter.setPen(words)
        low = QRectF(box.left(), box.bottom() + 22, box.width(), LINE)
        painter.drawText(low, Qt.AlignmentFlag.AlignCenter, self._plot.across)
        painter.save()
        painter.translate(10, box.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-box.height() / 2, -8, box.height(), 16), Qt.AlignmentFlag.AlignCenter, self._plot.up)
        painter.restore()

    def _draw_spread(self, drawn: Drawn) -> None:
        x, color = self._plot.x, QColor(*drawn.spectrum.color)
        color.setAlpha(SPREAD_ALPHA)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(color)
        for run in spread_runs(x, drawn):
            assert drawn.spread is not None
            upper, lower = drawn.values + drawn.spread, drawn.values - drawn.spread
            there = [self._at(float(a), float(b)) for a, b in zip(x[run], upper[run], strict=True)]
            back = [self._at(float(a), float(b)) for a, b in zip(x[run], lower[run], strict=True)]
            self._painter.drawPolygon(QPolygonF([*there, *back[::-1]]))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_curve(self, drawn: Drawn) -> None:
        x, values = self._plot.x, drawn.values
        pen = QPen(QColor(*drawn.spectrum.color), 1.4)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._painter.setPen(pen)
        for run in runs(x, np.isfinite(values)):
            points = [self._at(float(a), float(b)) for a, b in zip(x[run], values[run], strict=True)]
            if len(points) == 1:
                self._painter.drawEllipse(points[0], 1.2, 1.2)
            else:
                self._painter.drawPolyline(QPolygonF(points))

    def _draw_key(self, rows: Sequence[Sequence[Spectrum]]) -> None:
        painter, top = self._painter, HEIGHT
        for row in rows:
            left = LEFT
            for curve in row:
                painter.setPen(QPen(QColor(*curve.color), 2.0))
                painter.drawLine(QPointF(left, top + LINE / 2), QPointF(left + SAMPLE, top + LINE / 2))
                painter.setPen(self._palette.color(QPalette.ColorRole.WindowText))
                place = QRectF(left + SAMPLE + 6, top, WIDTH, LINE)
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, curve.label)
                left += _wide(curve.label)
            top += LINE


def _key_rows(curves: Iterable[Spectrum]) -> list[list[Spectrum]]:
    """The names of the curves in rows that are as wide as the plot."""
    rows: list[list[Spectrum]] = []
    left = math.inf
    for curve in curves:
        if left + _wide(curve.label) - GAP > WIDTH - RIGHT:
            rows.append([])
            left = LEFT
        rows[-1].append(curve)
        left += _wide(curve.label)
    return rows


def _wide(label: str) -> float:
    return SAMPLE + 6 + QFontMetricsF(_font()).horizontalAdvance(label) + GAP


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(TEXT)
    return font


def _number(value: float, on: Axis) -> str:
    """A tick's number, with as many decimals as its step needs."""
    step = on.ticks[1] - on.ticks[0] if len(on.ticks) > 1 else max(abs(value), 1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return say("{value:.{decimals}f}", value=value + 0.0, decimals=decimals)
