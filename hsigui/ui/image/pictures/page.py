"""What stands around a picture: title, legend with shares and areas, key of colours, scale bar and arrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen

from hsigui.labels.classes import Color
from hsigui.texts import say
from hsigui.ui.desk import theme
from hsigui.ui.image.color_key import AWAY, BAR, PAD, WIDTH, ColorKey, paint_key
from hsigui.ui.image.pictures.body import Body
from hsigui.ui.image.pictures.sheet import Sheet

MARGIN, GAP, SWATCH = 16.0, 16.0, 12.0  # units: logical pixels of a screen of 96 dpi
TEXT, TITLE = 12, 17
LEAST_LINES = 8  # of a column of the legend, however low the picture
LEAST_TITLE = 240.0  # units that a title gets, however narrow the picture
Over = Callable[[QPainter, QSizeF, QPalette], None]


@dataclass(frozen=True)
class LegendRow:
    """A class of a legend.

    Attributes:
        share: of all that the picture shows a class for, 0 to 1; None to say nothing of it.
        hectares: None where they are not known, or not wanted.
        line: of lines, how wide they are in units; 0 for what is an area.
    """

    name: str
    color: Color
    share: float | None = None
    hectares: float | None = None
    line: float = 0.0

    @property
    def figures(self) -> tuple[str, str]:
        """Share and area in words; empty where there is nothing to say."""
        share = "" if self.share is None else say("{percent:.1f} %", percent=100 * self.share)
        area = "" if self.hectares is None else say("{hectares:,.2f} ha", hectares=self.hectares)
        return share, area


@dataclass(frozen=True)
class Around:
    """What stands around a picture.

    Attributes:
        title: empty for none.
        over: draws over the picture, which has its corner at (0, 0) and a size in units: scale bar, arrow.
    """

    title: str = ""
    legend: tuple[LegendRow, ...] = ()
    key: ColorKey | None = None
    dark: bool = False
    over: Over | None = None

    @property
    def palette(self) -> QPalette:
        return theme.palette(theme.DARK if self.dark else theme.LIGHT)


class Page:
    """Where everything stands around a picture of a size, in units.

    Args:
        body: width and height of the picture.
    """

    def __init__(self, body: QSizeF, around: Around) -> None:
        self._around = around
        self._palette = around.palette
        columns = _columns(around.legend, body.height())
        self._columns = [(rows, _widths(rows)) for rows in columns]
        beside = sum(sum(widths) + GAP for _, widths in self._columns)
        low = max((len(rows) for rows, _ in self._columns), default=0) * _line()
        self._key_height = 0.0 if around.key is None else 2 * PAD + 2 * _metrics(TEXT).height() + BAR + 4
        if around.key is not None:
            beside = max(beside, WIDTH + GAP)
            low += self._key_height + (GAP if around.legend else 0)
        margin = 0.0 if self.bare else MARGIN
        top = margin + (_metrics(TITLE, bold=True).height() + 8 if around.title else 0)
        inner = max(body.width() + beside, LEAST_TITLE if around.title else 0)
        self.body = QRectF(QPointF(margin, top), body)
        self.size = QSizeF(inner + 2 * margin, top + max(body.height(), low) + margin)

    @property
    def bare(self) -> bool:
        """Whether there is nothing but the picture."""
        around = self._around
        return not (around.title or around.legend or around.key)

    def paint(self, painter: QPainter) -> None:
        """Draws all but the picture itself."""
        painter.setPen(self._palette.color(QPalette.ColorRole.WindowText))
        if self._around.title:
            font, room = _font(TITLE, bold=True), self.size.width() - 2 * MARGIN
            painter.setFont(font)
            line = QRectF(MARGIN, MARGIN, room, QFontMetricsF(font).height())
            words = QFontMetricsF(font).elidedText(self._around.title, Qt.TextElideMode.ElideRight, room)
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        left, low = self.body.right() + GAP, self.body.top()
        for rows, widths in self._columns:
            for number, row in enumerate(rows):
                self._paint_row(painter, QPointF(left, self.body.top() + number * _line()), row, widths)
            low = max(low, self.body.top() + len(rows) * _line() + GAP)
            left += sum(widths) + GAP
        if self._around.key is not None:
            painter.save()
            painter.translate(self.body.right() + GAP - AWAY, low - AWAY)
            port = QSize(math.ceil(WIDTH + 2 * AWAY), math.ceil(self._key_height + 2 * AWAY))
            paint_key(painter, self._around.key, port, _font(TEXT), self._palette)
            painter.restore()
        if self._around.over is not None:
            painter.save()
            painter.setClipRect(self.body)
            painter.translate(self.body.topLeft())
            self._around.over(painter, self.body.size(), self._palette)
            painter.restore()

    def _paint_row(self, painter: QPainter, at: QPointF, row: LegendRow, widths: Sequence[float]) -> None:
        self._paint_swatch(painter, QPointF(at.x(), at.y() + _line() / 2), row)
        painter.setFont(_font(TEXT))
        painter.setPen(self._palette.color(QPalette.ColorRole.WindowText))
        left = at.x() + widths[0]
        painter.drawText(QRectF(left, at.y(), widths[1], _line()), Qt.AlignmentFlag.AlignVCenter, row.name)
        painter.setPen(self._palette.color(QPalette.ColorRole.PlaceholderText))
        left += widths[1]
        for text, width in zip(row.figures, widths[2:], strict=True):
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(QRectF(left, at.y(), width, _line()), right, text)
            left += width

    def _paint_swatch(self, painter: QPainter, at: QPointF, row: LegendRow) -> None:
        """The colour of a row, as an area or as a line; from the middle of its left edge."""
        if row.line:
            painter.setPen(QPen(QColor(*row.color), min(row.line, SWATCH), c=Qt.PenCapStyle.FlatCap))
            painter.drawLine(at, at + QPointF(SWATCH, 0))
            return
        edge = QColor(self._palette.color(QPalette.ColorRole.WindowText))
        edge.setAlpha(90)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(QColor(*row.color))
        painter.drawRoundedRect(QRectF(at.x(), at.y() - SWATCH / 2, SWATCH, SWATCH), 2, 2)


def sheet_of(body: Body, around: Around, scale: float, dpi: float, *, clear: bool = False) -> Sheet:
    """A picture with what stands around it.

    Args:
        scale: pixels of the picture a unit.
        clear: whether its pixels without data are holes in the sheet.
    """
    page = Page(QSizeF(body.width / scale, body.height / scale), around)
    at = QPoint(round(page.body.left() * scale), round(page.body.top() * scale))
    width = max(round(page.size.width() * scale), at.x() + body.width)
    height = max(round(page.size.height() * scale), at.y() + body.height)
    ground = around.palette.color(QPalette.ColorRole.Base)
    return Sheet(width, height, scale, page.paint, ground, dpi, around.title, body, at, clear)


def _font(size: int, *, bold: bool = False) -> QFont:
    font = QFont()
    font.setPixelSize(size)
    font.setBold(bold)
    return font


def _metrics(size: int, *, bold: bool = False) -> QFontMetricsF:
    return QFontMetricsF(_font(size, bold=bold))


def _line() -> float:
    return max(_metrics(TEXT).height() + 5, SWATCH + 6)


def _columns(rows: Sequence[LegendRow], height: float) -> list[tuple[LegendRow, ...]]:
    """The rows in columns that are as high as the picture, if it is not very low."""
    most = max(LEAST_LINES, int(height // _line()))
    return [tuple(rows[start : start + most]) for start in range(0, len(rows), most)]


def _widths(rows: Sequence[LegendRow]) -> tuple[float, float, float, float]:
    """Of swatch, name, share and area."""
    metrics = _metrics(TEXT)
    names = max(metrics.horizontalAdvance(row.name) for row in rows)
    figures = [max(metrics.horizontalAdvance(row.figures[i]) for row in rows) for i in (0, 1)]
    share, area = (width + GAP if width else 0.0 for width in figures)
    return SWATCH + 8, math.ceil(names) + 1.0, share, area
