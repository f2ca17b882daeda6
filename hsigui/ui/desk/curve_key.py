"""Which curve is which: a short line in its colour and its name, one after the other, in as many lines as needed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from hsigui.labels.classes import Color
from hsigui.texts import say
from hsigui.ui.desk.roles import give_role

DASH = 16
GAP = 6
APART = 16
CROSS = 13
PAD = 4
MAX_LINES = 3
Entry = tuple[str, Color]


class CurveKey(QWidget):
    """The key of a plot; with no curves it shows a hint.

    Signals:
        remove_asked(number): the cross of an entry was clicked; it is there while the mouse is on the entry.
    """

    remove_asked = Signal(int)

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self._entries: list[Entry] = []
        self._removable = False
        self._under = -1  # the entry below the mouse
        give_role(self, QAccessible.Role.StaticText, hint)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_entries(self, entries: Sequence[Entry], removable: bool = False) -> None:
        """Names and colours, in the order in which they are shown.

        Args:
            removable: whether each has a cross to take it away.
        """
        self._entries, self._removable, self._under = list(entries), removable, -1
        self.setMouseTracking(removable)
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
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
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
        if 0 <= self._under < len(places):
            self._paint_cross(painter, self.cross_of(self._under))
        if left_out:
            painter.setPen(faint)
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(self.rect().adjusted(0, 0, 0, -PAD), corner, say("and {left_out} more", left_out=left_out))
        painter.end()

    def cross_of(self, number: int) -> QRectF:
        """Where the cross of an entry is."""
        at, width, _ = self._place(self.width())[0][number]
        middle = PAD + int(at.y()) * self._line() + self._line() / 2
        left = min(at.x() + DASH + GAP + width + 1, self.width() - CROSS)
        return QRectF(left, middle - CROSS / 2, CROSS, CROSS)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._look_under(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._look_under(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._removable:
            super().mousePressEvent(event)
            return
        self._look_under(event.position())
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self._under >= 0 and self.cross_of(self._under).contains(event.position()):
            self.remove_asked.emit(self._under)

    def _look_under(self, at: QPointF | None) -> None:
        found = -1
        if at is not None and self._removable:
            for number, (place, width, _) in enumerate(self._place(self.width())[0]):
                top = PAD + int(place.y()) * self._line()
                entry = QRectF(place.x(), top, DASH + GAP + width + APART - 1, self._line())
                if entry.contains(at):
                    found = number
        if found != self._under:
            self._under = found
            self.update()

    def _paint_cross(self, painter: QPainter, where: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawEllipse(where)
        pen = QPen(self.palette().color(QPalette.ColorRole.Text), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        arm = where.adjusted(4, 4, -4, -4)
        painter.drawLine(arm.topLeft(), arm.bottomRight())
        painter.drawLine(arm.topRight(), arm.bottomLeft())

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
            room, whole = self._room(width, line), metrics.horizontalAdvance(entry[0]) + 1
            wide = min(whole, max(room - DASH - GAP, 20))
            if x and x + DASH + GAP + wide > room:
                if line == MAX_LINES - 1:
                    return places, len(self._entries) - number
                x, line = 0, line + 1
                wide = min(whole, max(self._room(width, line) - DASH - GAP, 20))
            places.append((QPointF(x, line), wide, entry))
            x += DASH + GAP + wide + APART
        return places, 0

    def _room(self, width: int, line: int) -> int:
        """How wide a line may be; the last one leaves room to say how many have none."""
        told = self.fontMetrics().horizontalAdvance(say("and {left_out} more", left_out=99)) + APART
        return width - (told if line == MAX_LINES - 1 else 0)

    def _line(self) -> int:
        return self.fontMetrics().height() + 4
