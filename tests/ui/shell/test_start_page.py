"""The start page: what was open last with its picture, demo scenes, first steps and guides, by mouse and keys."""

from __future__ import annotations

import dataclasses
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QBoxLayout

from hsigui.texts import say
from hsigui.ui.desk import theme
from hsigui.ui.shell import first_steps
from hsigui.ui.shell.help_contents import found_pages
from hsigui.ui.shell.help_dialog import HelpDialog
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.shell.recent_cards import Recent, RecentCard, when
from hsigui.ui.shell.scene_pictures import KEPT, ScenePictures
from hsigui.ui.shell.start_page import DEMOS, GUIDES, StartPage
from tests.ui.windows import idle, open_scene, paint, press

LEFT = Qt.MouseButton.LeftButton


def _cards(window: MainWindow) -> dict[str, RecentCard]:
    return {card.recent.name: card for card in window.start_page.recent.cards}


def _done(window: MainWindow) -> set[str]:
    return {name for name, row in window.start_page.steps.rows.items() if row.done}


def test_a_scene_comes_back_as_a_picture_that_opens_it(qtbot, make_window, demo_files) -> None:
    first = make_window()
    assert not first.start_page.recent.isVisible()
    open_scene(qtbot, first, demo_files[0])
    shown = first.scene._picture.rgb
    first.close()
    second = make_window()
    idle(qtbot, second)
    (card,) = second.start_page.recent.cards
    picture = card.recent.picture
    assert picture is not None
    assert picture.size == "128 x 128 x 120"
    assert card.recent.facts == "128 x 128 x 120 · today"
    assert picture.image.size() == QSize(128, 128)
    assert picture.image.pixelColor(40, 90).getRgb()[:3] == tuple(shown[90, 40])
    assert demo_files[0].name in card.accessibleName()
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: second.session.cube is not None, timeout=10_000)
    assert second.session.cube.path == demo_files[0]


def test_what_is_gone_is_grey_and_can_be_taken_off_the_list(qtbot, make_window, demo_files, tmp_path) -> None:
    window = make_window()
    gone = tmp_path / "gone.hdr"
    for path in (demo_files[0], gone):
        window.desk.remember(window.desk.settings.with_recent(str(path)))
    window.starting.pictures.keep(str(gone), "1 x 1 x 1", QImage(4, 4, QImage.Format.Format_RGB32))
    window.starting.renew()
    qtbot.waitUntil(lambda: _cards(window)["gone.hdr"].recent.missing)
    cards = _cards(window)
    assert not cards[demo_files[0].name].remove.isVisible()
    assert cards["gone.hdr"].recent.facts == "not there any more"
    QTest.mouseClick(cards["gone.hdr"].remove, LEFT)
    idle(qtbot, window)
    assert list(_cards(window)) == [demo_files[0].name]
    assert window.desk.store.load().recent == (str(demo_files[0]),)
    assert window.starting.pictures.of(str(gone)) is None


def test_a_project_is_listed_with_the_picture_of_its_scene(qtbot, make_window, demo_files, tmp_path) -> None:
    window = make_window()
    open_scene(qtbot, window, demo_files[0])
    window.projects.save_as(tmp_path / "mine.hsigui")
    qtbot.waitUntil(lambda: window.starting.pictures.of(str(tmp_path / "mine.hsigui")) is not None)
    window.actions_["start_page"].trigger()
    idle(qtbot, window)
    assert window.pages.currentWidget() is window.start_page
    assert _cards(window)["mine.hsigui"].recent.project
    assert window.start_page.back.isVisible()
    QTest.mouseClick(window.start_page.back, LEFT)
    assert window.image.isVisible()
    assert not window.start_page.isVisible()


def test_the_steps_are_ticked_as_they_are_done(qtbot, make_window, training) -> None:
    window = make_window()
    assert _done(window) == set()
    QTest.mouseClick(window.start_page.demo, LEFT)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert _done(window) == {first_steps.OPEN}
    press(window, "B")
    press(window, "1")
    paint(window, (60, 60), (60, 64))
    assert first_steps.PAINT not in _done(window)  # of one class
    press(window, "2")
    paint(window, (90, 60), (90, 64))
    assert first_steps.PAINT in _done(window)
    training.go.set()
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: first_steps.PRETRAIN in _done(window), timeout=10_000)
    idle(qtbot, window, timeout=60_000)  # a map is learned and drawn
    assert window.session.accuracy is not None
    assert window.docks["Results"].visibleRegion().isEmpty()
    assert not {first_steps.ACCURACY, first_steps.EXPORT} & _done(window)
    window.docks["Results"].raise_()
    qtbot.waitUntil(lambda: first_steps.ACCURACY in _done(window))
    window.exporter.exported.emit()
    assert len(_done(window)) == 5
    assert "done" in window.start_page.steps.rows[first_steps.EXPORT].accessibleName()
    window.close()
    assert len(_done(make_window())) == 5  # for good
    window.desk.store.save(dataclasses.replace(window.desk.store.load(), first_steps=("open", "look")))
    assert _done(make_window()) == {first_steps.OPEN}  # names of other versions are left alone


def test_the_list_of_first_steps_is_closed_for_good_and_brought_back(qtbot, make_window) -> None:
    window = make_window()
    page = window.start_page
    assert page.steps.isVisible()
    QTest.mouseClick(page.steps.close_button, LEFT)
    assert not page.steps.isVisible()
    assert window.focusWidget() is page.more_steps
    other = make_window()
    assert not other.start_page.steps.isVisible()
    QTest.mouseClick(other.start_page.more_steps, LEFT)
    assert other.start_page.steps.isVisible()
    assert not other.start_page.more_steps.isVisible()


def test_another_demo_is_opened_from_the_menu(qtbot, window) -> None:
    menu = window.start_page.other_demos.menu()
    menu.aboutToShow.emit()
    (wide,) = (action for action in menu.actions() if action.text() == DEMOS["wide"])
    wide.trigger()
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert "wide" in window.session.cube.name


def test_guides_and_steps_lead_to_their_pages(qtbot, window) -> None:
    pages = {path.stem for path in found_pages()}
    assert set(GUIDES) <= pages
    assert {step.page for step in first_steps.STEPS} <= pages
    row = window.start_page.steps.rows[first_steps.PAINT]
    row.setFocus()
    QTest.keyClick(row, Qt.Key.Key_Space)
    dialog = window.findChild(HelpDialog)
    assert dialog.list.currentItem().text() == "Labelling"
    window.start_page.guides.linkActivated.emit("maps")
    assert "GIS" in dialog.list.currentItem().text()
    dialog.close()


@pytest.mark.parametrize(("width", "beside"), [(420, False), (700, True), (1200, True)])
def test_nothing_is_cut_off_at_any_width(qtbot, width, beside) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent([Recent(f"/data/{n}.hdr", f"{n}.hdr", "/data") for n in range(5)])
    page.resize(width, 420)
    page.show()
    qtbot.waitExposed(page)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    assert (page._columns.direction() == QBoxLayout.Direction.LeftToRight) == beside
    for part in (page.open, page.other_demos, page.samples, page.guides, page.steps, *page.recent.cards):
        assert part.mapTo(page.widget(), QPoint(part.width(), 0)).x() <= page.viewport().width()
        assert part.width() >= part.minimumSizeHint().width()


def test_buttons_of_long_words_stand_below_one_another_where_a_row_is_too_narrow(qtbot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    for button in (page.open, page.address, page.demo, page.other_demos, page.samples):
        button.setText("Beispielszenen holen und öffnen…")
    page.resize(850, 420)
    page.show()
    qtbot.waitExposed(page)
    qtbot.waitUntil(lambda: page.widget().width() <= page.viewport().width())
    for part in (page.open, page.other_demos, page.samples):
        assert part.mapTo(page.widget(), QPoint(part.width(), 0)).x() <= page.viewport().width()
        assert part.width() >= part.minimumSizeHint().width()


def test_links_have_the_colour_of_links_after_the_theme_has_changed(qtbot, qapp) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    assert theme.LIGHT.accent in page.guides.text()
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: theme.DARK.accent in page.guides.text())
    finally:
        theme.apply(qapp, "light")


def test_the_buttons_are_reached_by_the_tabulator_in_their_order(qtbot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.set_recent([Recent("/data/a.hdr", "a.hdr", "/data")])
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    page.open.setFocus()
    reached = [page.focusWidget()]
    for _ in range(12):
        QTest.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        reached.append(page.focusWidget())
    for widget in (page.address, page.demo, page.other_demos, page.samples, page.recent.cards[0], page.guides):
        assert widget in reached
    assert set(page.steps.rows.values()) <= set(reached)


def test_at_most_so_many_pictures_are_kept_the_oldest_go(tmp_path: Path) -> None:
    pictures = ScenePictures(tmp_path / "pictures")
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor(9, 8, 7))
    for number in range(KEPT + 3):
        assert pictures.keep(f"/{number}", "3 x 2 x 1", image)
        os.utime(pictures._path(f"/{number}"), (number, number))
    assert pictures.keep("/new", "3 x 2 x 1", image)
    assert len(list(pictures.folder.iterdir())) == KEPT
    assert pictures.of("/0") is None
    found = pictures.of("/new")
    assert found is not None
    assert found.image.pixelColor(2, 1).getRgb()[:3] == (9, 8, 7)


def test_a_damaged_picture_and_one_of_another_file_are_none(tmp_path: Path) -> None:
    pictures = ScenePictures(tmp_path)
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    assert pictures.keep("/a", "", image)
    pictures._path("/a").rename(pictures._path("/b"))
    assert pictures.of("/b") is None
    pictures._path("/a").write_bytes(b"no picture")
    assert pictures.of("/a") is None


def test_a_picture_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert not ScenePictures(tmp_path / "file").keep("/a", "", QImage(3, 2, QImage.Format.Format_RGB32))


def test_days_in_words() -> None:
    today = date(2026, 3, 14)
    assert when(datetime(2026, 3, 14, 1), today) == say("today")
    assert when(datetime(2026, 3, 13, 23), today) == "yesterday"
    assert when(datetime(2026, 3, 1, 12), today) == "01 Mar 2026"
