"""Where the panels stand around the scene."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QTabBar, QTabWidget, QWidget

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
# Title, area, and whether the panel gets scroll bars because it has none of its own.
_PLACES = (
    ("Display", _LEFT, True),
    ("Classes", _LEFT, False),
    ("Regions", _LEFT, False),
    ("History", _LEFT, False),
    ("Training", _RIGHT, True),
    ("Map", _RIGHT, True),
    ("Results", _RIGHT, True),
    ("Quality", _RIGHT, True),
    ("Spectra", _BOTTOM, False),
)


def build_docks(window: QMainWindow, panels: Mapping[str, QWidget]) -> dict[str, QDockWidget]:
    """Places the panels, named by their titles, and gives back their docks."""
    window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
    window.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)
    window.setTabPosition(_RIGHT, QTabWidget.TabPosition.North)
    docks = {}
    for title, area, scrolls in _PLACES:
        dock = QDockWidget(title, window)
        dock.setObjectName(f"dock {title}")
        dock.setWidget(_Scrolled(panels[title], dock) if scrolls else panels[title])
        window.addDockWidget(area, dock)
        docks[title] = dock
    window.tabifyDockWidget(docks["Map"], docks["Results"])
    window.tabifyDockWidget(docks["Results"], docks["Quality"])
    window.setTabPosition(_LEFT, QTabWidget.TabPosition.North)
    window.tabifyDockWidget(docks["Classes"], docks["Regions"])
    window.tabifyDockWidget(docks["Regions"], docks["History"])
    docks["Classes"].raise_()
    docks["Map"].raise_()
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    window.resizeDocks([docks["Display"], docks["Training"]], [290, 320], horizontal)
    window.resizeDocks([docks["Display"], docks["Classes"]], [225, 425], vertical)
    window.resizeDocks([docks["Training"], docks["Map"]], [385, 315], vertical)
    window.resizeDocks([docks["Spectra"]], [210], vertical)
    _DeadTabs(window, docks)
    return docks


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
            if titles & seen:
                bar.hide()
            seen |= titles


class _Scrolled(QScrollArea):
    """A panel that scrolls up and down and is never cut at its side, whatever its texts become."""

    def __init__(self, widget: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = widget
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
