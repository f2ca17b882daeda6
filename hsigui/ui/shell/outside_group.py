"""What the program may reach beyond the files that are opened: addresses that the user names, and other folders only
where allowed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGroupBox, QHBoxLayout, QLabel, QListWidget, QPushButton, QVBoxLayout, QWidget

from hsigui.texts import say, say_number

FEWEST_ROWS, MOST_ROWS = 2, 4  # of the list that are shown; it scrolls beyond


class OutsideGroup(QGroupBox):
    """Says what is asked of the network, and lists the files that may name others outside their folder."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(say("Network and other folders"), parent)
        network = QLabel(
            say(
                "hsigui opens no connection by itself: only addresses of scenes that you name, unless you forbid it "
                "above. Links that you click open in your browser."
            ),
            self,
        )
        self.told, self.files = QLabel(self), QListWidget(self)
        for label in (network, self.told):
            label.setWordWrap(True)
        self.files.setAccessibleName(say("Files that may name others outside their folder"))
        self.files.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.files.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        line = self.fontMetrics().height() + 6
        self.files.setMinimumHeight(FEWEST_ROWS * line)
        self.files.setMaximumHeight(MOST_ROWS * line)
        self.forget = QPushButton(say("Forget these"), self)
        self.forget.setToolTip(say("You are asked again when one of them is opened; no file is touched"))
        self.forget.setAutoDefault(False)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.forget)
        column = QVBoxLayout(self)
        for widget in (network, self.told, self.files):
            column.addWidget(widget)
        column.addLayout(row)

    def show_files(self, paths: Sequence[Path]) -> None:
        """Lists the files that are allowed."""
        self.told.setText(
            say_number(
                "{count} file may name others outside its folder, because you allowed it:",
                "{count} files may name others outside their folders, because you allowed it:",
                len(paths),
            )
            if paths
            else say("A file that names others outside its folder is read only if you allow it. None is allowed.")
        )
        self.files.clear()
        for path in paths:
            self.files.addItem(str(path))
            self.files.item(self.files.count() - 1).setToolTip(str(path))
        self.files.setVisible(bool(paths))
        self.forget.setVisible(bool(paths))
