"""The list of heavy work: what is at work and what waits, each with a cross that takes it out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from hsigui.document.queue import HeavyJob, State
from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button

WORDS = {
    State.WAITING: say("waits"),
    State.RUNNING: say("running"),
    State.HELD: say("held"),
    State.ENDING: say("ending"),
}


class _Cut(QLabel):
    """Plain text that is cut at its end where there is no room: long names must not make the panel wider."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


class QueueList(QWidget):
    """One row a job: its scene, what is done, how far it is. Not there while there is none.

    Signals:
        out_asked(HeavyJob): the user takes one out.
    """

    out_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(say("Work of all scenes"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(10, 4, 6, 4)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._shown: list[tuple[HeavyJob, State]] = []
        self._cells: list[QWidget] = []
        self.hide()

    def show_entries(self, entries: Sequence[HeavyJob]) -> None:
        """Shows the jobs in the order in which they run."""
        shown = [(entry, entry.state) for entry in entries]
        if shown == self._shown:
            return
        self._shown = shown
        for widget in self._cells:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._cells = []
        for row, (entry, state) in enumerate(shown):
            self._add(row, entry, state)
        self.setVisible(bool(shown))

    def texts(self) -> list[tuple[str, str, str]]:
        """Scene, title and state of every row."""
        return [(entry.scene_name, entry.title, WORDS[state]) for entry, state in self._shown]

    def _add(self, row: int, entry: HeavyJob, state: State) -> None:
        scene, title = _Cut(entry.scene_name, self), _Cut(entry.title, self)
        word = QLabel(WORDS[state], self)
        bold = scene.font()
        bold.setBold(state is not State.WAITING)
        scene.setFont(bold)
        word.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        for label in (scene, title):
            label.setToolTip(say("{name}: {text}", name=entry.scene_name, text=entry.title))
        tip = (
            say("Take it out of the list")
            if state is State.WAITING
            else say("Stop it; labels and earlier results stay")
        )
        name = say("{tip}: {title} of {scene_name}", tip=tip, title=entry.title, scene_name=entry.scene_name)
        cross = picture_button(self, "close", tip, name, 12)
        cross.setEnabled(state is not State.ENDING)
        cross.clicked.connect(partial(self.out_asked.emit, entry))
        for column, widget in enumerate((scene, title, word, cross)):
            self._grid.addWidget(widget, row, column)
            self._cells.append(widget)
            widget.show()
