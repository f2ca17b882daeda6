"""The menus of the right button and of the Menu key: about what they were opened at, with nothing of their own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from hsigui.cube.demo import write_demo
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.shell.actions import ACTIONS
from hsigui.ui.shell.command_palette import CommandPalette
from hsigui.ui.shell.context_menus import ON_PIXEL, ON_RUN, ON_SPECTRA, ON_TAB
from tests.ui.windows import click, idle, labels, open_scene, paint, press, texts

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def right_click(widget: QWidget, at: QPoint) -> QMenu | None:
    """A press of the right button, as the system sends it: the mouse first, the menu after it."""
    QTest.mousePress(widget, Qt.MouseButton.RightButton, pos=at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, Qt.MouseButton.RightButton, pos=at)
    return QApplication.activePopupWidget()


def menu_key(widget: QWidget) -> QMenu | None:
    """The Menu key, of which the system makes the wish for a menu."""
    at = widget.rect().center()
    QApplication.sendEvent(widget, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, widget.mapToGlobal(at)))
    return QApplication.activePopupWidget()


def on_pixel(window, row: int, col: int) -> QMenu | None:
    return right_click(window.image.viewport(), window.image.position_of(row, col))


def choose(menu: QMenu, action) -> None:
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_the_menu_of_a_pixel_copies_its_coordinates_and_says_which_it_is(demo):
    menu = on_pixel(demo, 40, 50)
    assert menu.actions()[0].text() == "row 40, col 50"
    choose(menu, demo.actions_["copy_coordinates"])
    x, y = demo.session.cube.geo.to_map(40.5, 50.5)
    assert QGuiApplication.clipboard().text() == f"row 40, col 50, x {x:.1f}, y {y:.1f}"
    assert "row 40, col 50" in texts(demo)


def test_the_menu_of_a_pixel_keeps_and_copies_its_spectrum(qtbot, demo):
    choose(on_pixel(demo, 40, 50), demo.actions_["keep_spectrum_here"])
    qtbot.waitUntil(lambda: len(demo.spectra.kept()) == 1)
    assert demo.spectra.kept()[0].place == (40, 50)
    choose(on_pixel(demo, 41, 51), demo.actions_["copy_spectrum_here"])
    qtbot.waitUntil(lambda: "row 41, col 51" in QGuiApplication.clipboard().text())
    assert len(QGuiApplication.clipboard().text().splitlines()) == demo.session.cube.bands + 1
    idle(qtbot, demo)


def test_the_menu_of_a_pixel_takes_the_class_of_its_label_and_goes_there(demo):
    press(demo, "B")
    press(demo, "2")
    paint(demo, (60, 60), (60, 64))
    press(demo, "1")
    menu = on_pixel(demo, 60, 62)
    assert menu.actions()[0].text().startswith("row 60, col 62 · ")
    choose(menu, demo.actions_["take_class_here"])
    assert demo.session.current_class == 2
    choose(on_pixel(demo, 60, 62), demo.actions_["zoom_to_pixel"])
    middle = demo.image.viewport().rect().center()
    assert (demo.image.position_of(60, 62) - middle).manhattanLength() <= 2


def test_the_right_button_that_closes_a_polygon_opens_no_menu(demo):
    press(demo, "G")
    for place in ((20, 20), (20, 40), (40, 40)):
        click(demo, *place)
    assert on_pixel(demo, 40, 20) is None
    assert labels(demo)[25, 35]
    menu = on_pixel(demo, 40, 20)
    assert menu is not None
    menu.close()


def test_while_a_polygon_is_open_the_menu_key_opens_none(demo):
    press(demo, "G")
    click(demo, 20, 20)
    assert menu_key(demo.image) is None
    press(demo, Qt.Key.Key_Escape)
    menu = menu_key(demo.image)
    assert "row" in menu.actions()[0].text()
    menu.close()


def test_without_a_scene_there_is_no_menu_and_without_a_pixel_it_is_said(window, demo):
    demo.actions_["zoom_to_pixel"].trigger()
    assert "Click a pixel of the scene first" in texts(demo)
    click(demo, 60, 60)
    demo.actions_["copy_coordinates"].trigger()
    assert QGuiApplication.clipboard().text().startswith("row 60, col 60")


@pytest.fixture
def three(qtbot, demo, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        open_scene(qtbot, demo, write_demo(tmp_path / name)[0])
    return demo


def test_the_menu_of_a_tab_is_about_its_scene(qtbot, three, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    menu = right_click(three.tabs, three.tabs.tabRect(1).center())
    assert three.session.place == 1
    choose(menu, three.actions_["show_in_folder"])
    assert [url.toLocalFile() for url in shown] == [str(tmp_path / "one")]
    idle(qtbot, three)


def test_close_others_leaves_the_scene_of_the_tab(qtbot, three, tmp_path):
    menu = right_click(three.tabs, three.tabs.tabRect(1).center())
    choose(menu, three.actions_["close_others"])
    assert three.session.open_scenes == 1
    assert three.session.cube.path.parent == tmp_path / "one"
    idle(qtbot, three)


def test_a_scene_that_the_user_keeps_ends_closing_others(qtbot, three, answers):
    three.tabs.setCurrentIndex(0)
    press(three, "B")
    paint(three, (60, 60), (60, 64))
    three.tabs.setCurrentIndex(2)
    answers.unsaved = "cancel"
    three.actions_["close_others"].trigger()
    assert "unsaved" in answers.asked
    assert three.session.open_scenes == 3
    idle(qtbot, three)


def test_the_menu_key_in_the_tabs_opens_that_of_the_one_shown(qtbot, three):
    menu = menu_key(three.tabs)
    assert menu.actions()[0].text() == three.session.cube.name
    menu.close()
    idle(qtbot, three)


def test_the_plots_have_menus_by_a_click_and_by_the_key(qtbot, demo):
    plot = demo.spectra._plot
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=plot.viewport().rect().center())
    menu = QApplication.activePopupWidget()
    assert menu.actions()[0].text() == "Spectra"
    menu.close()
    menu = menu_key(plot)
    assert menu.actions()[0].text() == "Spectra"
    menu.close()
    menu = right_click(demo.training, demo.training.rect().center())
    assert demo.actions_["open_run"] in menu.actions()
    menu.close()


def test_what_stands_in_a_menu_of_the_right_button_is_found_elsewhere_too(demo):
    placed = {id(action) for menu in demo.menuBar().findChildren(QMenu) for action in menu.actions()}
    here = {name for names in (ON_PIXEL, ON_SPECTRA, ON_TAB, ON_RUN) for name in names if name}
    known = here & {row.id for row in ACTIONS}
    assert len(known) > 15
    assert all(id(demo.actions_[name]) in placed for name in known)


def test_the_palette_finds_every_action_and_those_of_menus_of_rows(demo):
    palette = next(child for child in demo.children() if isinstance(child, CommandPalette))
    found = {entry.text for entry in palette.entries()}
    for name in demo.actions_.names:
        assert plain(demo.actions_[name].text()) in found, name
    assert {"Show in the image", "Delete"} <= found
