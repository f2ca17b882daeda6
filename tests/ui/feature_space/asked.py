"""What tests of the feature space do and ask."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from hsigui.ui.feature_space.controller import FeatureSpace
from hsigui.ui.feature_space.panel import FeatureSpacePanel
from hsigui.ui.feature_space.plot import CloudPlot
from hsigui.ui.feature_space.selecting import Selecting
from hsigui.ui.shell.main_window import MainWindow


def place(plot: CloudPlot, x: float, y: float) -> QPoint:
    """Where a value lies in the plot's viewport."""
    return plot.mapFromScene(plot.getPlotItem().vb.mapViewToScene(QPointF(x, y)))


def draw(
    plot: CloudPlot, *corners: tuple[float, float], modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A drag of the left button through values of the axes."""
    port, left = plot.viewport(), Qt.MouseButton.LeftButton
    places = [place(plot, *corner) for corner in corners]
    QTest.mousePress(port, left, modifier, places[0])
    for at in places[1:]:
        QTest.mouseMove(port, at)
    QTest.mouseRelease(port, left, modifier, places[-1])


def choose(combo: QComboBox, name: str) -> None:
    """As the user chooses in a list."""
    place = combo.findData(name)
    assert place >= 0, name
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def panel(window: MainWindow) -> FeatureSpacePanel:
    return window._part(FeatureSpacePanel)


def space(window: MainWindow) -> FeatureSpace:
    return window._part(FeatureSpace)


def selecting(window: MainWindow) -> Selecting:
    return window._part(Selecting)


def settle(qtbot, window: MainWindow) -> None:
    """Waits until all that was asked for is shown."""
    held = space(window)

    def quiet() -> bool:
        waiting = (held._reading, held._seeing, selecting(window)._finding)
        timers = (held._moves, held._looks)
        drawn = not selecting(window)._drawing.busy and not held.pointing.busy
        return drawn and not any(each.busy for each in waiting) and not any(t.isActive() for t in timers)

    qtbot.waitUntil(lambda: quiet() and not window.bridge.running, timeout=20_000)


def shown(qtbot, window: MainWindow) -> FeatureSpacePanel:
    """The panel, in front."""
    window.docks["Feature space"].raise_()
    qtbot.waitUntil(lambda: space(window)._seen, timeout=5000)
    settle(qtbot, window)
    return panel(window)
