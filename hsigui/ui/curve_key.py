"""Which curve is which: a short line in its colour and its name, one after the other, in as many lines as needed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.labels.classes import Color

DASH = 16
GAP = 6
APART = 16
PAD = 4
MAX_LINES = 3
Entry = tuple[str, Color]


class CurveKey(QWidget):
    """The key of a plot; with no curves it shows a hint."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._entries: list[Entry] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Names and colours, in the order in which they are shown."""
        self._entries = list(entries)
        self.setToolTip("\n".join(label for label, _ in self._entries))
        self.setAccessibleName(", ".join(label for label, _ in self._entries) or self._hint)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """What is written: the names, or the hint."""
        return "\n".join(label for label, _ in self._entries) or self._hint

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(self.width(), 240)))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._line() + 2 * PAD)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places, _ = self._place(width)
        lines = places[-1][0].y() if places else 0
        return int(lines) * self._line() + self._line() + 2 * PAD

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text, faint = (self.palette().color(r) for r in (QPalette.ColorRole.Text, QPalette.ColorRole.PlaceholderText))
        if not self._entries:
            painter.setPen(faint)
            shown = painter.fontMetrics().elidedText(self._hint, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, shown)
        places, left_out = self._place(self.width())
        for at, width, (label, color) in places:
            top = PAD + int(at.y()) * self._line()
            middle = top + self._line() / 2
            painter.setPen(QPen(QColor(*color), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(at.x() + 2, middle), QPointF(at.x() + DASH - 2, middle))
            painter.setPen(text)
            shown = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, width)
            painter.drawText(int(at.x()) + DASH + GAP, top, width, self._line(), Qt.AlignmentFlag.AlignVCenter, shown)
        if left_out:
            painter.setPen(faint)
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(self.rect().adjusted(0, 0, 0, -PAD), corner, f"and {left_out} more")
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)

    def _place(self, width: int) -> tuple[list[tuple[QPointF, int, Entry]], int]:
        """Where each entry goes (x in pixels, y as number of the line), its text's width, and how many have no room."""
        metrics = self.fontMetrics()
        places: list[tuple[QPointF, int, Entry]] = []
        x, line = 0, 0
        for number, entry in enumerate(self._entries):
            wide = min(metrics.horizontalAdvance(entry[0]) + 1, max(width - DASH - GAP, 20))
            room = width - (metrics.horizontalAdvance("and 99 more") + APART if line == MAX_LINES - 1 else 0)
            if x and x + DASH + GAP + wide > room:
                if line == MAX_LINES - 1:
                    return places, len(self._entries) - number
                x, line = 0, line + 1
            places.append((QPointF(x, line), wide, entry))
            x += DASH + GAP + wide + APART
        return places, 0

    def _line(self) -> int:
        return self.fontMetrics().height() + 4
