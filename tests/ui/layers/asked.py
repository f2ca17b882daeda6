"""Derived layers in windows of tests: asked for as users do, by the dialog."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from hsigui.document.derived import DerivedLayer
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.cover import Cover
from hsigui.ui.layers.new_layer_dialog import NewLayerDialog
from hsigui.ui.layers.panel import LayersPanel
from hsigui.ui.layers.threshold_dialog import ThresholdDialog
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import idle

T = TypeVar("T")
D = TypeVar("D", bound=QDialog)


def part(window: MainWindow, kind: type[T]) -> T:
    """The one thing of a class that was made for the panels of a window."""
    return window._part(kind)


def panel(window: MainWindow) -> LayersPanel:
    return part(window, LayersPanel)


def layers(window: MainWindow) -> list[DerivedLayer]:
    return list(window.session.scene.derived)


def choose(window: MainWindow, number: int) -> None:
    part(window, LayersController).choose(number)


def dialog(window: MainWindow, kind: type[D]) -> D:
    """The open dialog of a class."""
    (found,) = (each for each in window.findChildren(kind) if each.isVisible())
    return found


def new_dialog(window: MainWindow, kind: str) -> NewLayerDialog:
    """The dialog for a new layer, with a kind that was chosen."""
    window.actions_["new_layer"].trigger()
    asked = dialog(window, NewLayerDialog)
    asked.choose(kind)
    return asked


def make(qtbot, window: MainWindow, kind: str, index: str = "") -> DerivedLayer:
    """A new layer of a kind with its usual settings, made and shown."""
    asked = new_dialog(window, kind)
    if index:
        assert asked.page.indices is not None
        QTest.keyClicks(asked.page.indices.search, index)
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    return layers(window)[-1]


def settle(qtbot, window: MainWindow) -> None:
    """Waits until nothing is made or drawn."""
    idle(qtbot, window)
    qtbot.waitUntil(lambda: not part(window, Cover).drawing)


def threshold(qtbot, window: MainWindow) -> ThresholdDialog:
    """The dialog of a threshold over the chosen layer."""
    window.actions_["layer_threshold"].trigger()
    settle(qtbot, window)
    return dialog(window, ThresholdDialog)
