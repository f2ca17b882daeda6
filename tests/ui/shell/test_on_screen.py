"""The window opens inside its screen, with room for the scene, whatever screen it was left on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTabBar

from hsigui.ui.shell.docks import LEAST, restore_layout
from hsigui.ui.shell.on_screen import FRAME, inside
from hsigui.ui.shell.panels import PANELS
from tests.ui.windows import idle

LAPTOP = QRect(0, 0, 1366, 768)


@pytest.mark.parametrize(
    "wanted",
    [QRect(40, 60, 1100, 640), QRect(100, 100, 2560, 1400), QRect(3000, 2000, 1200, 700), QRect(-900, -900, 1280, 700)],
)
def test_a_window_is_kept_inside_its_screen(wanted):
    made = inside(wanted, LAPTOP)
    assert LAPTOP.contains(made)
    assert made.height() <= LAPTOP.height() - FRAME
    assert made.top() >= FRAME // 2
    if LAPTOP.contains(wanted):
        assert made == wanted


def test_it_opens_inside_the_screen_of_now(qtbot, make_window):
    first = make_window()
    first.setGeometry(-300, -200, 3000, 2000)
    first.close()
    second = make_window()
    room, made = QGuiApplication.primaryScreen().availableGeometry(), second.geometry()
    assert room.contains(made.topLeft())
    assert made.bottom() <= room.bottom()
    assert made.width() <= max(room.width(), second.minimumSizeHint().width())


def test_a_layout_of_a_larger_screen_leaves_room_for_the_scene(qtbot, demo):
    demo.resize(2560, 1400)
    sides = [demo.docks["Display"], demo.docks["Training"]]
    demo.resizeDocks(sides, [800, 900], Qt.Orientation.Horizontal)
    demo.resizeDocks([demo.docks["Spectra"]], [900], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: demo.docks["Display"].width() > 700)
    layout = demo.saveState()
    demo.resize(1366, 728)
    restore_layout(demo, PANELS, layout)
    qtbot.waitUntil(lambda: demo.pages.width() >= LEAST.width() and demo.pages.height() >= LEAST.height() - 40)
    assert demo.width() == 1366
    idle(qtbot, demo)


def test_panels_splitters_and_tabs_are_as_they_were_left(qtbot, make_window):
    first = make_window()
    first.resize(1366, 728)
    first.resizeDocks([first.docks["Display"]], [340], Qt.Orientation.Horizontal)
    first.docks["Stretch"].raise_()
    first.docks["Results"].raise_()
    first.docks["Spectra"].hide()
    qtbot.waitUntil(lambda: not first.stretch.visibleRegion().isEmpty())
    wide = first.docks["Stretch"].width()
    first.close()
    second = make_window()
    second.resize(1366, 728)
    qtbot.waitUntil(lambda: not second.stretch.visibleRegion().isEmpty())
    assert not second.results.visibleRegion().isEmpty()
    assert second.docks["Spectra"].isHidden()
    assert abs(second.docks["Stretch"].width() - wide) <= 120  # the screen of the test is narrower


@pytest.mark.parametrize("size", [(1100, 640), (1366, 728)])
def test_at_a_small_size_the_scene_has_the_most_room_and_no_tab_is_cut(qtbot, demo, size):
    demo.resize(*size)
    qtbot.waitUntil(lambda: demo.width() == size[0])
    assert demo.size().toTuple() == size
    assert demo.image.width() > 400
    assert demo.image.height() > 280
    for bar in demo.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
        for place in range(bar.count()) if bar.isVisible() else ():
            needed = bar.fontMetrics().horizontalAdvance(bar.tabText(place))
            assert bar.tabRect(place).width() >= needed + 8, bar.tabText(place)


def test_the_three_histograms_are_seen_at_once_on_a_laptop(qtbot, demo):
    demo.resize(1366, 728)
    demo.docks["Stretch"].raise_()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: all(not c.strip.visibleRegion().isEmpty() for c in demo.stretch.channels))
    for channel in demo.stretch.channels:
        assert channel.strip.visibleRegion().boundingRect() == channel.strip.rect()
