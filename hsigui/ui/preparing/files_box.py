"""Further files that become one scene with the open one: which, and how."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from hsigui.preparing.wish import Joined
from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.icons import icon

WAYS = (
    ("stack", say("bands after those of the scene")),
    ("sort", say("bands sorted by wavelength")),
    ("first", say("flight lines: the first with data")),
    ("feather", say("flight lines: one fades into the other")),
)
ROWS_SEEN = 3


class FilesBox(QWidget):
    """The files, and how they are put together with the scene.

    Signals:
        changed(): by the user.
    """

    changed = Signal()

    def __init__(self, ask: Callable[[str], Path | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._files: tuple[Path, ...] = ()
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Further files"))
        self.list.setMaximumHeight(ROWS_SEEN * (self.list.fontMetrics().height() + 6))
        self.add = QPushButton(icon("add"), say("Add &file…"), self)
        self.add.setToolTip(say("Another scene of the same pixels, or another flight line"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        self.remove = picture_button(self, "trash", say("Leave the chosen file out"))
        self.remove.clicked.connect(self._take_away)
        self.ways = QComboBox(self)
        for word, title in WAYS:
            self.ways.addItem(title, word)
        self.ways.setAccessibleName(say("How the files are put together"))
        self.ways.currentIndexChanged.connect(self._tell)
        self.onto = QCheckBox(say("Resample other grids to that of the scene"), self)
        self.onto.toggled.connect(self._tell)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addStretch(1)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addLayout(row)
        column.addWidget(self.ways)
        column.addWidget(self.onto)
        self._show()

    @property
    def joined(self) -> Joined:
        """What is asked for."""
        word = str(self.ways.currentData())
        return Joined(
            self._files, by_wavelength=word == "sort", mosaic=word if word in ("first", "feather") else "",
            onto="first" if self.onto.isChecked() else "",
        )  # fmt: skip

    def show_joined(self, joined: Joined) -> None:
        """Shows what was asked for; tells nobody."""
        self._files = joined.files
        word = joined.mosaic or ("sort" if joined.by_wavelength else "stack")
        for widget in (self.ways, self.onto):
            widget.blockSignals(True)
        self.ways.setCurrentIndex(max(0, self.ways.findData(word)))
        self.onto.setChecked(bool(joined.onto))
        for widget in (self.ways, self.onto):
            widget.blockSignals(False)
        self._show()

    def _add(self) -> None:
        path = self._ask(say("Add a file"))
        if path is not None:
            self._files = (*self._files, path)
            self._show()
            self._tell()

    def _take_away(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._files):
            self._files = tuple(path for n, path in enumerate(self._files) if n != row)
            self._show()
            self._tell()

    def _show(self) -> None:
        self.list.clear()
        for path in self._files:
            self.list.addItem(path.name)
            self.list.item(self.list.count() - 1).setToolTip(str(path))
        self.list.setCurrentRow(len(self._files) - 1)
        for widget in (self.list, self.remove, self.ways, self.onto):
            widget.setVisible(bool(self._files))

    def _tell(self, *_value: object) -> None:
        self.changed.emit()
