"""Which errors of the map are shown, how many there are, and the way from one to the next."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from hsigui.report.error_map import Confused
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.mnemonics import plain

Entry = tuple[str, int | None]


class ErrorsStrip(QWidget):
    """Show, the class that is meant, the class that it is taken for, what is counted, and the area one was taken to.

    Args:
        ways: back and on from error to error.

    Signals:
        meant_changed(meant): other errors are to be shown, a `report.error_map.Confused`.
    """

    meant_changed = Signal(object)

    def __init__(self, show: QAction, ways: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.box = QCheckBox(say("Show errors"), self)
        self.box.setToolTip(show.toolTip())
        self.box.setChecked(show.isChecked())
        self.box.toggled.connect(show.setChecked)
        show.toggled.connect(self.box.setChecked)
        self.of, self.taken_for = _chooser(self), _chooser(self)
        self.of.setToolTip(say("Errors of every class, or of one class of the ground truth"))
        self.taken_for.setToolTip(say("Whatever the map says instead, or one class that it says"))
        self.counted, self.place = QLabel(self), QLabel(self)
        for label in (self.counted, self.place):
            label.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self.box, 1)
        self.buttons = [tool_button(action, self) for action in ways]
        for button in self.buttons:
            top.addWidget(button)
        form = QGridLayout()
        for row, (text, chooser) in enumerate(
            ((say("E&rrors of"), self.of), (say("ta&ken for"), self.taken_for)),
        ):
            label = QLabel(text, self)
            label.setBuddy(chooser)
            chooser.setAccessibleName(plain(text))
            form.addWidget(label, row, 0)
            form.addWidget(chooser, row, 1)
            chooser.currentIndexChanged.connect(self._chosen)
        form.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addLayout(form)
        column.addWidget(self.counted)
        column.addWidget(self.place)
        for before, after in itertools.pairwise((self.box, *self.buttons, self.of, self.taken_for)):
            self.setTabOrder(before, after)
        self.tell("", "")

    @property
    def meant(self) -> Confused:
        """Which errors are chosen."""
        return Confused(self.of.currentData(), self.taken_for.currentData())

    def offer(self, of: Sequence[Entry], taken_for: Sequence[Entry], meant: Confused) -> None:
        """Offers classes (text and number, None for all) and shows which are chosen."""
        for chooser, entries, chosen in ((self.of, of, meant.of), (self.taken_for, taken_for, meant.taken_for)):
            with QSignalBlocker(chooser):
                chooser.clear()
                for text, number in entries:
                    chooser.addItem(text, number)
                chooser.setCurrentIndex(max(0, [number for _, number in entries].index(chosen)))

    def tell(self, counted: str, place: str) -> None:
        """Says what is counted, and which area was gone to; nothing where it is empty."""
        for label, text in ((self.counted, counted), (self.place, place)):
            label.setText(text)
            label.setVisible(bool(text))

    def _chosen(self, _index: int) -> None:
        self.meant_changed.emit(self.meant)


def _chooser(parent: QWidget) -> QComboBox:
    chooser = QComboBox(parent)
    chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    chooser.setMinimumContentsLength(10)
    chooser.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return chooser
