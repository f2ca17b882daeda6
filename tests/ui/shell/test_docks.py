"""The panels around the scene: each in one place, with one tab."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QTabBar

from hsigui.ui.shell.panels import PANELS


def shown_tabs(window) -> list[str]:
    bars = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return sorted(bar.tabText(index) for bar in bars if bar.isVisible() for index in range(bar.count()))


# Panels in tabs: those that stand behind another, and those they stand behind.
TABS = sorted({row.title for row in PANELS if row.behind} | {row.behind for row in PANELS if row.behind})


def test_every_panel_in_tabs_has_one_tab(qtbot, window):
    qtbot.waitUntil(lambda: shown_tabs(window) == TABS)


def test_a_layout_that_is_restored_leaves_no_dead_tabs(qtbot, window):
    window.restoreState(window.saveState())
    qtbot.waitUntil(lambda: shown_tabs(window) == TABS)
    window.docks["History"].hide()
    qtbot.waitUntil(lambda: shown_tabs(window) == [t for t in TABS if t != "History"])
    window.docks["History"].show()
    qtbot.waitUntil(lambda: shown_tabs(window) == TABS)


def test_the_window_fits_a_small_screen_and_no_panel_is_cut(qtbot, window):
    window.resize(1000, 680)
    window.method.method.setCurrentIndex(window.method.method.findData("random-encoder"))  # a wider button
    for dock in window.docks.values():
        dock.raise_()
        qtbot.wait(5)
        panel = dock.widget()
        inside = panel.widget() if isinstance(panel, QScrollArea) else panel
        assert inside.width() >= inside.minimumSizeHint().width(), dock.windowTitle()
        if isinstance(panel, QScrollArea):
            assert inside.width() <= panel.viewport().width(), dock.windowTitle()
    assert window.width() == 1000
