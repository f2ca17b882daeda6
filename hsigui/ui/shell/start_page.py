"""What a window without a scene shows: how to begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QCommandLinkButton, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from hsigui.cube.formats.table import readers, titles_in_words
from hsigui.cube.remote.address import name_and_place
from hsigui.texts import say


class StartPage(QWidget):
    """Open, demo scene, recent files, and a hint that files can be dropped."""

    open_asked = Signal()
    demo_asked = Signal()
    recent_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(say("Hyperspectral scenes, few labels, a live map"), self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        steps = QLabel(
            say("Open a scene, label a few pixels, press Pretrain, and watch the map follow your labels."), self
        )
        steps.setWordWrap(True)
        self.open = QPushButton(say("Open scene…"), self)
        self.open.setDefault(True)
        self.demo = QPushButton(say("Open demo scene"), self)
        self.open.clicked.connect(self.open_asked)
        self.demo.clicked.connect(self.demo_asked)
        buttons = QHBoxLayout()
        for button in (self.open, self.demo):
            button.setMinimumHeight(36)
            buttons.addWidget(button)
        hint = QLabel(
            say(
                "or drop files here: {titles_in_words}; labels and libraries, too",
                titles_in_words=titles_in_words(readers()),
            ),
            self,
        )
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        hint.setWordWrap(True)
        self._recent_title = QLabel(say("Recent"), self)
        self._recent = QVBoxLayout()
        self._recent_buttons: list[QCommandLinkButton] = []
        self._recent.setSpacing(0)
        inner = QWidget(self)
        inner.setMaximumWidth(560)
        column = QVBoxLayout(inner)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (title, steps):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(hint)
        column.addSpacing(12)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch(2)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(inner, 4)
        row.addStretch(1)
        self.set_recent(())

    def set_recent(self, paths: Sequence[str]) -> None:
        """Lists the scenes opened last, at most six."""
        for old in self._recent_buttons:
            old.setParent(None)
            old.deleteLater()
        self._recent_buttons = []
        self._recent_title.setVisible(bool(paths))
        for text in paths[:6]:
            button = QCommandLinkButton(*name_and_place(text), self)
            button.setToolTip(text)
            button.clicked.connect(partial(self._recent_clicked, text))
            self._recent_buttons.append(button)
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _recent_clicked(self, path: str, _checked: bool = False) -> None:
        self.recent_asked.emit(path)
