"""From pane to pane by the keyboard: tools, image, messages and panels; and from one panel to that behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QWidget

REASON = Qt.FocusReason.ShortcutFocusReason


class Panes(QObject):
    """Moves the focus. A pane that is shown again takes it where it was.

    Args:
        middle: what stands between the panels and can have the focus, from top to bottom; asked for anew each time.
        docks: of the panels, by their names.
    """

    def __init__(
        self, window: QMainWindow, middle: Callable[[], Sequence[QWidget]], docks: Mapping[str, QDockWidget]
    ) -> None:
        super().__init__(window)
        self._window, self._middle, self._docks = window, middle, docks

    def go_on(self, by: int) -> None:
        """Goes to the next pane (1) or the one before (-1); after the last comes the first."""
        panes = self.panes()
        here = self._pane_of(QApplication.focusWidget())
        at = panes.index(here) if here is not None and here in panes else -max(by, 0)
        for step in range(1, len(panes) + 1):
            if self._enter(panes[(at + by * step) % len(panes)]):
                return

    def turn(self, by: int) -> None:
        """Shows the next panel (1) of those behind one another, or the one before (-1), and goes there."""
        dock = self._pane_of(QApplication.focusWidget())
        if not isinstance(dock, QDockWidget):
            return
        group = [other for other in self._docks.values() if other is dock or other in self._tabbed_with(dock)]
        if len(group) > 1:
            self.show_panel(group[(group.index(dock) + by) % len(group)])

    def show_panel(self, dock: QDockWidget) -> None:
        """Brings a panel to the front and gives it the focus."""
        dock.show()
        dock.raise_()
        self._enter(dock)

    def panes(self) -> list[QWidget]:
        """All panes in sight, from left to right and from top to bottom; those in the middle stand together."""
        middle = [pane for pane in self._middle() if pane.isVisible()]
        docks = [dock for dock in self._docks.values() if not dock.visibleRegion().isEmpty()]
        edge = middle[-1].mapTo(self._window, QPoint()).x() if middle else 0
        left = [dock for dock in docks if self._place(dock)[0] < edge and not dock.isFloating()]
        return [*sorted(left, key=self._place), *middle, *sorted((d for d in docks if d not in left), key=self._place)]

    def _place(self, pane: QWidget) -> tuple[int, int]:
        at = pane.mapTo(self._window, QPoint()) if self._window.isAncestorOf(pane) else pane.pos()
        return at.x(), at.y()

    def _tabbed_with(self, dock: QDockWidget) -> list[QDockWidget]:
        return self._window.tabifiedDockWidgets(dock)

    def _pane_of(self, widget: QWidget | None) -> QWidget | None:
        panes = [*self._middle(), *self._docks.values()]
        while widget is not None and widget not in panes:
            widget = widget.parentWidget()
        return widget

    def _enter(self, pane: QWidget) -> bool:
        """Gives the focus to what had it last in a pane, else to the first that can have it."""
        for widget in (pane.focusWidget(), *controls(pane)):
            if widget is not None and widget.isVisible() and widget.isEnabled():
                widget.setFocus(REASON)
                return True
        return False


def controls(pane: QWidget) -> Iterator[QWidget]:
    """What of a pane can have the focus, in the order of the Tab key; at last a part that only a click reaches."""
    if pane.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield pane
    inside, widget = [], pane.nextInFocusChain()
    while widget is not None and widget is not pane:
        if pane.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            inside.append(widget)
        widget = widget.nextInFocusChain()
    yield from (w for w in inside if w.focusPolicy() & Qt.FocusPolicy.TabFocus)
    yield from (w for w in inside if w.focusPolicy() == Qt.FocusPolicy.ClickFocus)
