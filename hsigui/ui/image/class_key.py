"""The key of a few classes, drawn over the upper left corner of the image: a colour each, and what it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette

from hsigui.labels.classes import Color
from hsigui.texts import as_sentence
from hsigui.ui.image.furniture import paint_ground, small

PAD, AWAY, SWATCH, GAP = 8.0, 10.0, 11.0, 7.0  # logical pixels
WIDEST, NARROWEST = 440.0, 150.0  # narrower, a longer key says nothing


@dataclass(frozen=True)
class ClassKey:
    """What the key says.

    Attributes:
        title: what is shown.
        rows: a colour and what it stands for; None for pixels that have no colour.
        note: a last line; empty for none.
    """

    title: str
    rows: tuple[tuple[str, Color | None], ...]
    note: str = ""

    @property
    def text(self) -> str:
        """All that it says."""
        said = f"{self.title}: {', '.join(name for name, _ in self.rows)}"
        return f"{as_sentence(said)} {self.note}" if self.note else said


def class_key_box(key: ClassKey, port: QSize, font: QFont) -> QRectF:
    """Where a key stands in a view of a size (logical pixels); empty where there is no room for it."""
    metrics = QFontMetricsF(small(font))
    rows = max((metrics.horizontalAdvance(name) for name, _ in key.rows), default=0) + SWATCH + GAP
    wanted = max(rows, metrics.horizontalAdvance(key.title), metrics.horizontalAdvance(key.note))
    wanted += 2 * PAD + 2
    width = min(wanted, WIDEST, port.width() - 2 * AWAY)
    height = 2 * PAD + _line(metrics) * (1 + len(key.rows) + bool(key.note))
    if width < min(wanted, NARROWEST) or height + 2 * AWAY > port.height():
        return QRectF()
    return QRectF(AWAY, AWAY, width, height)


def paint_class_key(painter: QPainter, key: ClassKey, port: QSize, font: QFont, palette: QPalette) -> None:
    """Draws a key into a view of a size (logical pixels), in the colours of the window; left out where there is no room
    for it."""
    box, font = class_key_box(key, port, font), small(font)
    if box.isEmpty():
        return
    metrics, width = QFontMetricsF(font), box.width()
    line = _line(metrics)
    painter.save()
    painter.setFont(font)
    paint_ground(painter, box, palette)
    _text(painter, metrics, key.title, QRectF(box.left() + PAD, box.top() + PAD, width - 2 * PAD, line))
    for number, (name, color) in enumerate(key.rows, start=1):
        top = box.top() + PAD + number * line
        swatch = QRectF(box.left() + PAD, top + (line - SWATCH) / 2, SWATCH, SWATCH)
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(Qt.BrushStyle.NoBrush if color is None else QColor(*color))
        painter.drawRect(swatch)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        left = swatch.right() + GAP
        _text(painter, metrics, name, QRectF(left, top, box.right() - PAD - left, line))
    if key.note:
        below = QRectF(box.left() + PAD, box.bottom() - PAD - line, width - 2 * PAD, line)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        _text(painter, metrics, key.note, below)
    painter.restore()


def _line(metrics: QFontMetricsF) -> float:
    return metrics.height() + 2


def _text(painter: QPainter, metrics: QFontMetricsF, text: str, box: QRectF) -> None:
    words = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
