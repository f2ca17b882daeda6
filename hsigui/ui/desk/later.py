"""The place of a widget that is dear to make and often never seen, such as a plot of a panel behind others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

T = TypeVar("T", bound=QWidget)


class Later(QWidget, Generic[T]):
    """Makes the widget when its place is first seen, or when it is asked for; fills the place with it.

    Args:
        make: the widget, with what becomes its parent.
        least: the smallest size of the place, as the widget will have it.
        name: what it is called where controls are listed, until the widget is there.
    """

    def __init__(self, make: Callable[[QWidget], T], least: QSize, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._make = make
        self.setMinimumSize(least)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # so that it has a place in the order of Tab, for the widget
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @cached_property
    def widget(self) -> T:
        """The widget; made now at the latest."""
        made = self._make(self)
        self._column.addWidget(made)
        before: QWidget = self
        parts: list[QWidget] = [made, *made.findChildren(QWidget)]
        for part in parts:
            if part.window() is self.window() and part.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, part)  # else it would be the last of the window
                before = part
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("")
        return made

    @property
    def made(self) -> T | None:
        """The widget, where it is there already."""
        found: T | None = vars(self).get("widget")
        return found

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.visibleRegion().isEmpty():
            self._fill()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A panel behind others is shown to Qt, too: that it is painted tells that it is seen."""
        super().paintEvent(event)
        if self.made is None:
            QTimer.singleShot(0, self, self._fill)  # nothing is made in the middle of painting

    def _fill(self) -> None:
        if self.made is None:
            self.widget.show()  # with its place: Qt has shown what was in it already
            self._column.activate()
