"""The panels around the scene: each in one place, with one tab."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QTabBar

from hsigui.ui.shell.docks import restore_layout
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


def test_panels_that_an_older_layout_does_not_know_stand_behind_the_one_that_their_row_names(qtbot, window):
    later = [row for row in PANELS if row.name in ("Bands", "Stretch")]
    for row in later:
        window.removeDockWidget(window.docks[row.name])
        window.docks[row.name].setObjectName("dock of another day")
    layout = window.saveState()
    for row in later:
        window.docks[row.name].setObjectName(f"dock {row.name}")
        window.addDockWidget(row.area, window.docks[row.name])
        window.docks[row.name].show()
    restore_layout(window, PANELS, layout)
    for row in later:
        assert window.docks["Display"] in window.tabifiedDockWidgets(window.docks[row.name])
    qtbot.waitUntil(lambda: not window.display.visibleRegion().isEmpty())
    assert window.band_list.visibleRegion().isEmpty()
    qtbot.waitUntil(lambda: shown_tabs(window) == TABS)
