"""What was done to the labels, step by step; a click goes back, or forth again, to that step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsigui.texts import say

ROW = 22  # logical pixels high


class HistoryPanel(QWidget):
    """A list of the steps, oldest first; those that were taken back are faint.

    Signals:
        place_asked(place): so many steps shall be done.
    """

    place_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setUniformItemSizes(True)
        self.list.setAlternatingRowColors(True)
        self.list.setAccessibleName(say("History of the labels"))
        self.list.setToolTip(say("Click a step to take back all that came after it, or to do it again"))
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        self.list.currentRowChanged.connect(self._chosen)
        self._texts: list[str] = []
        self._place = 0
        self._forgotten = 0
        self.set_steps([], 0)

    def set_steps(self, texts: Sequence[str], place: int, forgotten: int = 0) -> None:
        """Shows the steps, of which the first `place` are done; earlier ones were forgotten."""
        place_moved = place != self._place
        with QSignalBlocker(self.list):
            if list(texts) != self._texts or forgotten != self._forgotten or not self.list.count():
                self._texts, self._forgotten, place_moved = list(texts), forgotten, True
                start = say("{forgotten:,} earlier steps", forgotten=forgotten) if forgotten else say("Start")
                self.list.clear()
                self.list.addItems([start, *self._texts])
            self._place = place
            if place_moved:
                self._show_place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # the rows have colours of their own
            with QSignalBlocker(self.list):
                self._show_place()

    def _show_place(self) -> None:
        faint = self.palette().brush(QPalette.ColorRole.PlaceholderText)
        plain = self.palette().brush(QPalette.ColorRole.Text)
        for row in range(self.list.count()):
            item: QListWidgetItem = self.list.item(row)
            undone = row > self._place
            item.setForeground(faint if undone else plain)
            font = item.font()
            font.setItalic(undone)
            item.setFont(font)
            item.setSizeHint(QSize(0, ROW))
        self.list.setCurrentRow(self._place)
        self.list.scrollToItem(self.list.item(self._place))

    def _chosen(self, row: int) -> None:
        if row >= 0 and row != self._place:
            self.place_asked.emit(row)
