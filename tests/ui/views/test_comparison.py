"""Swipe and blink: two pictures of the scene in the image."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.ui.image.turning import Turn
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.overlays import Overlays
from tests.ui.views.conftest import BLUE, RED
from tests.ui.windows import idle, labels, paint, press

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def swiped(qtbot, colored: MainWindow) -> MainWindow:
    """A window whose scene is red right of a line in the middle, and the composite left of it."""
    comparison = colored._part(Comparison)
    comparison.choose(0, "composite")
    comparison.choose(1, "red")
    press(colored, Qt.Key.Key_F9)
    _drawn(qtbot, colored)
    return colored


def _drawn(qtbot, window: MainWindow) -> None:
    comparison = window._part(Comparison)
    qtbot.waitUntil(lambda: not any(drawing.busy for drawing in comparison._drawings), timeout=10_000)


def _color(window: MainWindow, name: str, row: int, col: int) -> tuple[int, ...]:
    """What a subject shows at a pixel."""
    subject = window.subjects.named(window.session.scene, name)
    return tuple(int(value) for value in subject.draw((row, col, row + 1, col + 1), 1)[0, 0, :3])


def _seen(window: MainWindow, grabbed, row: int, col: int) -> tuple[int, int, int]:
    return grabbed(window.image.viewport(), window.image.position_of(row, col))


def _drag_line(window: MainWindow, to: int, high: int = 30) -> None:
    port, comparison = window.image.viewport(), window._part(Comparison)
    start = QPoint(round(comparison.share * port.width()), high)
    QTest.mouseMove(port, start)
    QTest.mousePress(port, LEFT, NONE, start)
    QTest.mouseMove(port, QPoint((start.x() + to) // 2, high + 10))
    QTest.mouseMove(port, QPoint(to, high + 20))
    QTest.mouseRelease(port, LEFT, NONE, QPoint(to, high + 20))


def test_left_of_the_line_is_one_picture_and_right_of_it_the_other(swiped, grabbed) -> None:
    assert swiped._part(Comparison).bar.isVisible()
    assert _seen(swiped, grabbed, 30, 20) == _color(swiped, "composite", 30, 20)
    assert _seen(swiped, grabbed, 30, 100) == RED


def test_the_line_can_be_dragged_and_the_scene_stays_where_it_is(swiped, grabbed) -> None:
    before = swiped.image.position_of(30, 100)
    at = swiped.image.position_of(30, 110).x()
    _drag_line(swiped, at)
    comparison = swiped._part(Comparison)
    assert comparison.share == pytest.approx(at / swiped.image.viewport().width(), abs=0.003)
    assert comparison.bar.place.value() == round(1000 * comparison.share)
    assert swiped.image.position_of(30, 100) == before
    assert _seen(swiped, grabbed, 30, 100) == _color(swiped, "composite", 30, 100)


def test_the_slider_of_the_bar_moves_the_line(swiped) -> None:
    comparison = swiped._part(Comparison)
    comparison.bar.place.setFocus()
    QTest.keyClick(comparison.bar.place, Qt.Key.Key_End)
    assert comparison.share == 1.0


def test_one_can_paint_while_comparing_and_beside_the_line_only(swiped) -> None:
    press(swiped, "B")
    middle, high = swiped.image.viewport().width() // 2, swiped.image.position_of(30, 64).y()
    assert swiped.image.pixel_at(QPoint(middle, high + 20)) is not None
    _drag_line(swiped, middle + 1, high)
    assert not labels(swiped).any()
    paint(swiped, (60, 20), (60, 25))
    assert labels(swiped)[60, 20:26].all()


def test_the_image_as_it_is_keeps_its_layers_on_its_side(qtbot, swiped, grabbed) -> None:
    swiped._part(Comparison).choose(0, "")
    overlays = swiped._part(Overlays)
    overlays.add_subject("blue")
    swiped.image.stack.set_opacity("subject:blue", 1.0)
    qtbot.waitUntil(lambda: not swiped.image.stack.find("subject:blue").layer.empty)
    assert _seen(swiped, grabbed, 30, 20) == BLUE
    assert _seen(swiped, grabbed, 30, 100) == RED
    overlays.remove("subject:blue")
    assert _seen(swiped, grabbed, 30, 20) == _color(swiped, "composite", 30, 20)


def test_a_chosen_subject_is_shown_on_its_side(qtbot, swiped, grabbed) -> None:
    bar = swiped._part(Comparison).bar
    bar.choosers[1].setCurrentIndex(bar.choosers[1].findData("blue"))
    bar.choosers[1].activated.emit(bar.choosers[1].currentIndex())
    _drawn(qtbot, swiped)
    assert _seen(swiped, grabbed, 30, 100) == BLUE


def test_closing_the_bar_shows_the_image_as_it_was(swiped, grabbed) -> None:
    swiped._part(Comparison).bar.closed.emit()
    assert not swiped.actions_["swipe"].isChecked()
    assert not swiped._part(Comparison).bar.isVisible()
    assert _seen(swiped, grabbed, 30, 100) == _color(swiped, "composite", 30, 100)


def test_blinking_shows_them_in_turns_and_ends_the_swipe(qtbot, swiped, grabbed) -> None:
    comparison = swiped._part(Comparison)
    comparison.bar.seconds.setValue(0.1)
    press(swiped, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    assert not swiped.actions_["swipe"].isChecked()
    assert comparison.mode == "blink"
    _drawn(qtbot, swiped)
    for second in (True, False, True):
        qtbot.waitUntil(lambda second=second: comparison.second == second, timeout=2000)
        comparison._timer.stop()  # a grab may take longer than a turn
        assert _seen(swiped, grabbed, 30, 100) == (RED if second else _color(swiped, "composite", 30, 100))
        comparison._timer.start()


def test_the_second_picture_is_seen_as_long_as_the_key_is_held(qtbot, colored, grabbed) -> None:
    colored._part(Comparison).choose(1, "red")
    before = _seen(colored, grabbed, 30, 20)
    press(colored, "N")  # the window is active then, and the image has the focus
    QTest.keyPress(colored.image, "Z")
    _drawn(qtbot, colored)
    assert _seen(colored, grabbed, 30, 20) == RED
    QTest.keyRelease(colored.image, "Z")
    assert _seen(colored, grabbed, 30, 20) == before
    assert not colored._part(Comparison).bar.isVisible()


def test_without_a_map_the_composite_is_compared_with_the_image_as_it_is(qtbot, demo) -> None:
    press(demo, Qt.Key.Key_F9)
    assert demo._part(Comparison).names == ("", "composite")
    assert [chooser.currentText() for chooser in demo._part(Comparison).bar.choosers] == [
        "The image as it is", "Composite",
    ]  # fmt: skip


def test_a_swipe_goes_on_in_another_scene(qtbot, swiped, demo_files, grabbed) -> None:
    swiped.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: swiped.session.cube.path is not None, timeout=10_000)
    idle(qtbot, swiped)
    _drawn(qtbot, swiped)
    swiped.messages.clear()
    assert swiped._part(Comparison).names == ("composite", "red")
    assert _seen(swiped, grabbed, 30, 20) == _color(swiped, "composite", 30, 20)
    assert _seen(swiped, grabbed, 60, 110) == RED


def test_what_is_compared_comes_back_and_nonsense_changes_nothing(demo) -> None:
    comparison = demo._part(Comparison)
    comparison.restore({"sides": ["labels", "entropy"], "share": 0.25, "seconds": 1.5})
    assert comparison.state() == {"sides": ["labels", "entropy"], "share": 0.25, "seconds": 1.5}
    comparison.restore({"sides": ["labels"], "share": "half", "seconds": None})
    comparison.restore(None)
    assert comparison.state() == {"sides": ["labels", "entropy"], "share": 0.25, "seconds": 1.5}


def test_the_line_is_upright_over_a_turned_scene(qtbot, swiped, grabbed) -> None:
    swiped.image.set_turn(Turn(-1.0, 0.0, 0.0, -1.0))
    assert swiped.image.position_of(60, 20).x() > swiped.image.position_of(60, 110).x()
    assert _seen(swiped, grabbed, 60, 20) == RED
    assert _seen(swiped, grabbed, 60, 110) == _color(swiped, "composite", 60, 110)
