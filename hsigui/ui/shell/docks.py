"""Where the panels stand around the scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QTabBar, QTabWidget, QWidget

from hsigui.texts import say
from hsigui.ui.desk.roles import give_role
from hsigui.ui.image.bench import PanelParts
from hsigui.ui.shell.panels import PanelRow

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea

LEAST = QSize(360, 260)  # logical pixels of the middle with which one can still work


def build_docks(
    window: QMainWindow, rows: Sequence[PanelRow], panels: Mapping[str, PanelParts]
) -> dict[str, QDockWidget]:
    """Places the panels, by their names, and gives back their docks."""
    window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
    window.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
    docks: dict[str, QDockWidget] = {}
    for row in rows:
        dock = QDockWidget(row.title, window)
        dock.setObjectName(f"dock {row.name}")
        parts = panels[row.name]
        dock.setWidget(_Scrolled(parts.widget, row.title, dock) if row.scrolls else parts.widget)
        window.addDockWidget(row.area, dock)
        if row.behind:  # at once: as wide as all side by side, the window would be wider than a screen
            window.tabifyDockWidget(docks[row.behind], dock)
        docks[row.name] = dock
        if parts.set_seen is not None:
            dock.visibilityChanged.connect(parts.set_seen)
    _place(window, rows, docks)
    _DeadTabs(window, docks)
    return docks


def _place(window: QMainWindow, rows: Sequence[PanelRow], docks: Mapping[str, QDockWidget]) -> None:
    """Puts the first of tabbed panels in front, and gives all their first sizes."""
    for row in rows:
        if row.behind:
            window.setTabPosition(row.area, QTabWidget.TabPosition.North)
    for row in rows:
        if not row.behind and any(other.behind == row.name for other in rows):
            docks[row.name].raise_()
    _give_first_sizes(window, rows, docks)


def _give_first_sizes(window: QMainWindow, rows: Sequence[PanelRow], docks: Mapping[str, QDockWidget]) -> None:
    wide = [row for row in rows if row.width]
    window.resizeDocks([docks[r.name] for r in wide], [r.width for r in wide], Qt.Orientation.Horizontal)
    for area in dict.fromkeys(row.area for row in rows):
        high = [row for row in rows if row.height and row.area == area]
        window.resizeDocks([docks[r.name] for r in high], [r.height for r in high], Qt.Orientation.Vertical)


def restore_layout(window: QMainWindow, rows: Sequence[PanelRow], state: QByteArray) -> None:
    """Places the panels as a layout says. Panels that it does not know yet, because an earlier version of the program
    wrote it, go behind the one that their row names; Qt would pile them up. Where a layout of a larger screen leaves
    nothing of the middle, the panels get their first sizes, once the window is there."""
    window.restoreState(state)
    written = bytes(state.data())
    docks = {dock.objectName().removeprefix("dock "): dock for dock in window.findChildren(QDockWidget)}
    unknown = [row for row in rows if row.behind and not _knows(written, docks[row.name])]
    for row in unknown:
        window.tabifyDockWidget(docks[row.behind], docks[row.name])
    for row in rows:
        if row not in unknown and any(other.behind == row.name for other in unknown):
            docks[row.name].raise_()

    QTimer.singleShot(0, window, partial(_give_room, window, rows, docks))


def _give_room(window: QMainWindow, rows: Sequence[PanelRow], docks: Mapping[str, QDockWidget]) -> None:
    middle = window.centralWidget()
    if (
        middle is not None
        and window.isVisible()
        and (middle.width() < LEAST.width() or middle.height() < LEAST.height())
    ):
        _give_first_sizes(window, rows, docks)


def _knows(layout: bytes, dock: QDockWidget) -> bool:
    """Whether a layout names a panel: Qt writes names as UTF-16."""
    return dock.objectName().encode("utf-16-be") in layout


class _DeadTabs(QObject):
    """Hides tab bars that Qt leaves where they were when docks are tabbed anew (seen with Qt 6.10 and 6.11, not 6.8).

    A dock stands in one living bar, the one that Qt made last.
    """

    def __init__(self, window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
        super().__init__(window)
        self._window = window
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._hide)
        for dock in docks.values():
            for moved in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
                moved.connect(self._soon.start)

    def _hide(self) -> None:
        seen: set[str] = set()
        for bar in reversed(self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)):
            titles = {bar.tabText(index) for index in range(bar.count())}
            bar.setAccessibleName(say("Panels behind one another"))
            if titles & seen:
                bar.hide()
            seen |= titles


class _Scrolled(QScrollArea):
    """A panel that scrolls up and down and is never cut at its side, whatever its texts become."""

    def __init__(self, widget: QWidget, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = widget
        give_role(self, QAccessible.Role.Pane, title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to what is in it
        self.setWidget(widget)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._panel.minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._panel:
            self.updateGeometry()
        return super().eventFilter(watched, event)
