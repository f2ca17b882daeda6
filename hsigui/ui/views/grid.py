"""The middle of the window: the image, and beside or below it other views of the scene, all of one size at first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

EQUAL = 10_000  # Qt takes such sizes as shares of what there is


class ViewsGrid(QWidget):
    """Two rows of two places, of which the first is the image's; what is above them is for who compares."""

    def __init__(self, image: QWidget) -> None:
        super().__init__()
        self._image = image
        self._rows = (_splitter(Qt.Orientation.Horizontal), _splitter(Qt.Orientation.Horizontal))
        self._rows[0].addWidget(image)
        whole = _splitter(Qt.Orientation.Vertical)
        for row, other in zip(self._rows, self._rows[::-1], strict=True):
            whole.addWidget(row)
            row.splitterMoved.connect(partial(self._keep_in_line, row, other))
        self._whole = whole
        self._rows[1].hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(whole, 1)

    def put_above(self, widget: QWidget) -> None:
        """Places a bar above the views."""
        self._column.insertWidget(0, widget)

    def place(self, beside: Sequence[QWidget], below: Sequence[QWidget]) -> None:
        """Shows other views beside the image and in the row below it, each as large as the image."""
        for row, views in ((self._rows[0], [self._image, *beside]), (self._rows[1], list(below))):
            for view in views:
                row.addWidget(view)
                view.show()
            row.setVisible(bool(views))
            row.setSizes([EQUAL] * row.count())
        self._whole.setSizes([EQUAL, EQUAL])

    def _keep_in_line(self, row: QSplitter, other: QSplitter, _place: int, _index: int) -> None:
        """Four views meet in one point."""
        if other.isVisible() and other.count() == row.count():
            other.setSizes(row.sizes())


def _splitter(orientation: Qt.Orientation) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(4)
    return splitter
