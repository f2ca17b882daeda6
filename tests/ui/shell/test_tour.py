"""The tour: every step lights what is there, all can be used meanwhile, and it ends as it began."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QWidget

from hsigui.settings import Settings
from hsigui.ui.desk import theme
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.shell.tour import EDGE, Tour, TourCard, place_of
from hsigui.ui.shell.tour_steps import STEPS, lit_areas, panels_of, parts_of
from tests.ui.windows import idle, labels, paint, press

LEFT = Qt.MouseButton.LeftButton


def _begin(window: MainWindow) -> Tour:
    window.actions_["tour"].trigger()
    tour = window.guiding.tour
    assert tour is not None
    return tour


def _go_to(tour: Tour, name: str) -> None:
    while tour.step.id != name:
        tour.go_on()


def _focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_each_step_lights_parts_that_the_window_has_and_tells_a_screen_reader_all(window: MainWindow) -> None:
    assert len(STEPS) == 6
    tour = _begin(window)
    for number, step in enumerate(STEPS, start=1):
        assert tour.step is step
        assert len(parts_of(window, step)) == len(step.lit)
        assert tour.veil.lit, step.id
        for said in (tour.card.accessibleDescription(), tour.card.next.accessibleDescription()):
            assert f"Step {number} of 6" in said
            assert step.title in said
            assert step.text.rstrip(".") in said
        assert step.title in tour.card.accessibleName()
        tour.go_on()
    assert window.guiding.tour is None
    for step in STEPS:  # a window that has changed is found out
        for name in step.lit:
            part = window.findChild(QDockWidget, name) or window.findChild(QAction, name) or window.tool_strip
            part.setObjectName("moved away")
            with pytest.raises(LookupError, match=name):
                parts_of(window, step)
            part.setObjectName(name)


def test_keys_lead_through_it_and_out_of_it(window: MainWindow) -> None:
    window.start_page.open.setFocus()
    tour = _begin(window)
    card, first = tour.card, STEPS[0]
    assert _focus() is card.next
    QTest.keyClick(_focus(), Qt.Key.Key_Left)
    assert tour.step is first  # there is none before
    QTest.keyClick(_focus(), Qt.Key.Key_Right)
    QTest.keyClick(_focus(), Qt.Key.Key_Return)
    assert tour.step is STEPS[2]
    QTest.keyClick(_focus(), Qt.Key.Key_Left)
    assert tour.step is STEPS[1]
    QTest.keyClick(_focus(), Qt.Key.Key_Tab)
    assert _focus() is card.back
    QTest.keyClick(_focus(), Qt.Key.Key_Space)
    assert tour.step is first
    QTest.keyClick(_focus(), Qt.Key.Key_Escape)
    assert window.guiding.tour is None
    assert _focus() is window.start_page.open
    assert window.findChild(TourCard) is None or window.findChild(TourCard).isHidden()


def test_the_last_step_ends_it_and_help_shows_it_again(window: MainWindow) -> None:
    tour = _begin(window)
    _go_to(tour, STEPS[-1].id)
    assert tour.card.next.text() == "Done"
    QTest.mouseClick(tour.card.next, LEFT)
    assert window.guiding.tour is None
    again = _begin(window)
    assert again.step is STEPS[0]
    again.go_on()
    window.image.setFocus()
    window.actions_["tour"].trigger()  # it is shown already: it gets the focus
    assert window.guiding.tour is again
    assert again.step is STEPS[1]
    assert again.card.next.hasFocus()


def test_the_demo_scene_is_offered_opened_and_not_offered_again(qtbot, window: MainWindow) -> None:
    tour = _begin(window)
    assert tour.card.demo.isVisible()
    QTest.mouseClick(tour.card.demo, LEFT)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=30_000)
    idle(qtbot, window)
    qtbot.waitUntil(lambda: not tour.card.demo.isVisible())
    assert window.focusWidget() is tour.card.next


def test_all_can_be_used_meanwhile_and_labels_are_the_users(qtbot, demo: MainWindow) -> None:
    tour = _begin(demo)
    _go_to(tour, "label")
    press(demo, "B")
    paint(demo, (20, 20), (20, 30))
    before = labels(demo).copy()
    assert before.any()
    _go_to(tour, "export")
    tour.end()
    assert np.array_equal(labels(demo), before)


def test_panels_come_forth_closed_ones_stay_closed_and_floating_ones_are_not_lit(qtbot, window: MainWindow) -> None:
    window.docks["Finish map"].raise_()
    window.docks["Map"].close()
    tour = _begin(window)
    _go_to(tour, "map")
    assert window.docks["Map"].isHidden()
    assert "View > Panels > Map" in tour.card.said
    assert tour.veil.lit == ()
    window.docks["Map"].show()
    qtbot.waitUntil(lambda: bool(tour.veil.lit))
    assert "View > Panels" not in tour.card.said
    tour.go_on()
    assert not window.docks["Results"].visibleRegion().isEmpty()
    assert [panel.isHidden() for panel in panels_of(window, tour.step)] == [False]
    while tour.step.id != "look":
        tour.go_back()
    window.docks["Spectra"].setFloating(True)
    qtbot.waitUntil(lambda: tour.veil.lit == ())
    window.docks["Spectra"].setFloating(False)
    qtbot.waitUntil(lambda: bool(tour.veil.lit))


def test_the_card_stays_in_the_window_and_hides_nothing_that_is_lit(window: MainWindow) -> None:
    for size in (QSize(1366, 720), QSize(900, 620)):
        tour = _begin(window)
        window.resize(size)
        for _ in STEPS:
            QApplication.processEvents()
            tour.follow()
            card = tour.card.geometry()
            assert tour.veil.geometry() == window.rect()
            assert window.rect().contains(card)
            assert not any(card.intersects(area) for area in tour.veil.lit), tour.step.id
            tour.go_on()


def test_what_is_lit_is_seen_as_it_is_and_the_rest_dimmed_in_both_themes(qtbot, qapp, window: MainWindow) -> None:
    plain = window.grab().toImage()
    tour = _begin(window)
    tour.go_on()
    seen = _follow_and_grab(tour, window)
    (area, *_) = lit_areas(window, tour.step)
    inside, outside = area.center(), window.toolbar.geometry().center()
    assert _color(seen, inside) == _color(plain, inside)
    assert _color(seen, outside).lightness() < _color(plain, outside).lightness() - 20
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: _color(_follow_and_grab(tour, window), tour.card.geometry().center()).lightness() < 128)
    finally:
        theme.apply(qapp, "light")


def _follow_and_grab(tour: Tour, window: MainWindow) -> QImage:
    tour.follow()
    QApplication.processEvents()
    return window.grab().toImage()


def _color(image: QImage, place) -> QColor:
    return image.pixelColor(place * image.devicePixelRatio())


def test_the_card_stands_in_the_middle_where_there_is_no_room_beside() -> None:
    room, size = QRect(0, 0, 800, 600), QSize(300, 200)
    assert place_of(size, (), room).toTuple() == (250, 200)
    assert place_of(size, (room,), room).toTuple() == (250, 200)
    place = place_of(size, (QRect(0, 0, 40, 30),), room)
    assert room.adjusted(EDGE, EDGE, -EDGE, -EDGE).contains(QRect(place, size))


def test_it_is_offered_once_not_forced_and_not_to_who_has_opened_scenes(make_window, demo_files) -> None:
    window = make_window()
    page, store = window.start_page, window.desk.store
    assert page.offer.isVisible()
    assert window.guiding.tour is None
    QTest.mouseClick(page.no_tour, LEFT)
    assert not page.offer.isVisible()
    assert window.guiding.tour is None
    assert store.load().tour_offered
    window.desk.remember(Settings().with_recent(str(demo_files[0])))
    assert not make_window().start_page.offer.isVisible()


def test_taking_it_is_an_answer_too_and_a_window_is_closed_in_the_middle_of_it(make_window) -> None:
    window = make_window()
    QTest.mouseClick(window.start_page.take_tour, LEFT)
    assert window.guiding.tour is not None
    assert not window.start_page.offer.isVisible()
    assert window.close()
    assert not make_window().start_page.offer.isVisible()
