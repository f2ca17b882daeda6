"""The confusion matrix as a picture for a paper: cells, names and totals as words and lines of their own."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen

from hsigui.report.metrics import Accuracy
from hsigui.texts import say
from hsigui.ui.desk import theme
from hsigui.ui.desk.contrast import ink_on
from hsigui.ui.image.pictures.sheet import Sheet
from hsigui.ui.results.matrix import COUNTS, KINDS, shares, text_of, tint

DPI = 300.0
_UNIT_DPI = 96.0
TEXT, LINE, EDGE, SWATCH = 11, 20.0, 14.0, 9.0  # units: logical pixels of a screen of 96 dpi
LONGEST = 150.0  # of a name
CAPTION = 22.0


def sheet_of(accuracy: Accuracy, kind: str, title: str, dpi: float = DPI) -> Sheet:
    """The matrix on a sheet in light colours, as large as it needs."""
    drawing = _Drawing(accuracy, kind)
    scale = dpi / _UNIT_DPI
    return Sheet(
        round(drawing.width * scale), round(drawing.height * scale), scale, drawing.paint, drawing.ground, dpi, title
    )


class _Drawing:
    """Where everything stands, and how it is drawn."""

    def __init__(self, accuracy: Accuracy, kind: str) -> None:
        self._accuracy, self._kind = accuracy, kind
        self._palette = theme.palette(theme.LIGHT)
        self.ground = self._palette.color(QPalette.ColorRole.Base)
        self._shares = shares(accuracy, kind).tolist()
        rows, columns = accuracy.matrix.shape
        self._font = QFont()
        self._font.setPixelSize(TEXT)
        metrics = QFontMetricsF(self._font)
        most = say("{count:,}", count=int(accuracy.matrix.max())) if kind == COUNTS else "100.0"
        self._cell = max(metrics.horizontalAdvance(most) + 10, LINE)
        longest = max((metrics.horizontalAdvance(name) for name in accuracy.columns), default=0.0)
        self._names = min(longest, LONGEST) + SWATCH + 14
        self._left, self._top = EDGE + CAPTION + self._names, EDGE + CAPTION + self._names
        self.width = self._left + columns * self._cell + EDGE
        self.height = self._top + rows * LINE + CAPTION + EDGE
        self.width = max(self.width, EDGE * 2 + metrics.horizontalAdvance(self._foot()))

    def paint(self, painter: QPainter) -> None:
        """Draws all of it."""
        painter.setFont(self._font)
        rows, columns = self._accuracy.matrix.shape
        for row in range(rows):
            for column in range(columns):
                self._paint_cell(painter, row, column)
        for row, name in enumerate(self._accuracy.names):
            self._paint_name(painter, name, row, QRectF(EDGE + CAPTION, self._top + row * LINE, self._names, LINE))
        for column, name in enumerate(self._accuracy.columns):
            painter.save()
            painter.translate(QPointF(self._left + column * self._cell, self._top))
            painter.rotate(-90)
            self._paint_name(painter, name, column, QRectF(0, 0, self._names, self._cell), first=True)
            painter.restore()
        self._paint_captions(painter, rows, columns)

    def _paint_cell(self, painter: QPainter, row: int, column: int) -> None:
        place = QRectF(self._left + column * self._cell, self._top + row * LINE, self._cell, LINE)
        color = tint(self._shares[row][column], row == column, self.ground)
        painter.fillRect(place, color)
        painter.setPen(QPen(self._palette.color(QPalette.ColorRole.Mid), 0.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        painter.setPen(ink_on(color))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text_of(self._accuracy, self._kind, row, column))

    def _paint_name(self, painter: QPainter, name: str, place: int, room: QRectF, *, first: bool = False) -> None:
        """A swatch and a name beside the matrix: the swatch is next to the cells."""
        at = room.left() + 4 if first else room.right() - 4 - SWATCH
        if place < len(self._accuracy.colors):
            painter.setPen(QPen(QColor(0, 0, 0, 90), 0.6))
            painter.setBrush(QColor(*self._accuracy.colors[place]))
            painter.drawRect(QRectF(at, room.center().y() - SWATCH / 2, SWATCH, SWATCH))
        wide = room.width() - SWATCH - 12
        shown = QFontMetricsF(self._font).elidedText(name, Qt.TextElideMode.ElideRight, wide)
        side = Qt.AlignmentFlag.AlignLeft if first else Qt.AlignmentFlag.AlignRight
        left = room.left() + SWATCH + 9 if first else room.left()
        painter.setPen(self._palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(QRectF(left, room.top(), wide, room.height()), side | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_captions(self, painter: QPainter, rows: int, columns: int) -> None:
        painter.setPen(self._palette.color(QPalette.ColorRole.PlaceholderText))
        across = QRectF(self._left, EDGE, columns * self._cell, CAPTION)
        painter.drawText(across, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextDontClip, say("Map"))
        painter.save()
        painter.translate(QPointF(EDGE, self._top + rows * LINE))
        painter.rotate(-90)
        down = QRectF(0, 0, rows * LINE, CAPTION)
        painter.drawText(down, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextDontClip, say("Reference"))
        painter.restore()
        foot = QRectF(EDGE, self._top + rows * LINE + 4, self.width - 2 * EDGE, CAPTION)
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._foot())

    def _foot(self) -> str:
        found = self._accuracy
        kappa = say("n/a") if math.isnan(found.kappa) else say("{kappa:.3f}", kappa=found.kappa)
        return say(
            "{kind}. {n_test:,} test pixels, overall accuracy {oa:.1f} %, kappa {kappa}",
            kind=KINDS[self._kind][0], n_test=found.n_test, oa=100 * found.oa, kappa=kappa,
        )  # fmt: skip
