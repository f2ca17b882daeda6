"""What to do with a file that would be written over and was changed by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.dialogs import keep_wide


@dataclass(frozen=True)
class Comparison:
    """What is in a file beside what would be written to it.

    Attributes:
        name: of the file.
        what: is counted, as a title of the first column.
        rows: a name, what is there, what is here.
        note: said instead, where the file cannot be read.
    """

    name: str
    what: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Changed:
    """Files that would be written over, and that somebody else has changed.

    Attributes:
        text, detail: what is said of them.
        copy: the name under which a copy would be saved.
        comparison: of one of them; None where there is nothing to compare.
    """

    text: str
    detail: str
    copy: str
    comparison: Comparison | None = None


class ChangedDialog(QDialog):
    """Asks what to do; `answer` is "overwrite", "copy" or "cancel", which Enter and Escape mean."""

    def __init__(self, changed: Changed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Changed meanwhile"))
        self.answer = "cancel"
        text, detail = (self._label(words) for words in (changed.text, changed.detail))
        bold = text.font()
        bold.setBold(True)
        text.setFont(bold)
        self.comparison = _comparison(changed.comparison, self)
        self.comparison.hide()
        column = QVBoxLayout(self)
        for widget in (text, detail, self.comparison):
            column.addWidget(widget)
        column.addWidget(self._make_buttons(changed))
        keep_wide(column, 480)

    def _make_buttons(self, changed: Changed) -> QDialogButtonBox:
        roles = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox(self)
        self.copy = self.buttons.addButton(say("Save as {name}", name=changed.copy), roles.ActionRole)
        self.overwrite = self.buttons.addButton(say("Overwrite"), roles.DestructiveRole)
        self.compare = self.buttons.addButton(say("Compare"), roles.HelpRole)
        self.compare.setCheckable(True)
        self.compare.setToolTip(say("What is in the file, beside what would be written"))
        self.compare.setEnabled(changed.comparison is not None)
        self.compare.toggled.connect(self._show_comparison)
        cancel = self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.clicked.connect(self.reject)
        for button in (self.copy, self.overwrite, self.compare):
            button.setAutoDefault(False)  # else the first of them would be what Enter means
        cancel.setDefault(True)
        cancel.setFocus()
        for word, button in (("copy", self.copy), ("overwrite", self.overwrite)):
            button.clicked.connect(partial(self._decide, word))
        return self.buttons

    def _label(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _decide(self, word: str, _checked: bool = False) -> None:
        self.answer = word
        self.accept()

    def _show_comparison(self, shown: bool) -> None:
        self.comparison.setVisible(shown)
        self.adjustSize()


def _comparison(comparison: Comparison | None, parent: QWidget) -> QWidget:
    """A table of what is there and here, or what is said instead."""
    if comparison is None or comparison.note:
        label = QLabel("" if comparison is None else comparison.note, parent)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label
    table = QTableWidget(len(comparison.rows), 3, parent)
    table.setTabKeyNavigation(False)
    table.setHorizontalHeaderLabels([comparison.what, comparison.name, say("here")])
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setAccessibleName(say("What is in {name}, beside what would be written", name=comparison.name))
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    for place, (name, there, here) in enumerate(comparison.rows):
        cells = [QTableWidgetItem(name), QTableWidgetItem(there), QTableWidgetItem(here)]
        for column, cell in enumerate(cells):
            if column:
                cell.setTextAlignment(right)
            if there != here:
                bold = cell.font()
                bold.setBold(True)
                cell.setFont(bold)
            table.setItem(place, column, cell)
    return table
