"""The field of Ask me: takes numbers and names wherever the pointer is, fires no key of the menus, hides no pixel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import Edit
from hsigui.ui.desk import theme
from hsigui.ui.image.view import ImageView
from hsigui.ui.map.ask_field import AskEdit, AskField
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import FakeEncoder, click, drag, features_of, idle, labels, open_scene, press

Key = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def ask(qtbot, window: MainWindow) -> tuple[int, int]:
    press(window, "J")
    idle(qtbot, window)
    assert window.asking.target is not None
    return window.asking.target


def field(window: MainWindow) -> AskField:
    return window.asking.field


def keys(window: MainWindow, *keys: str | Key) -> None:
    """Keys as they come from the keyboard: to whatever has the focus; a text letter by letter."""
    for key in keys:
        for one in key if isinstance(key, str) else (key,):
            target = window.focusWidget()
            assert target is not None
            QTest.keyClick(target, one)


def rows(window: MainWindow) -> list[str]:
    shown = field(window).matches
    return [shown.item(n).text() for n in range(shown.count())] if not shown.isHidden() else []


def test_it_has_the_keys_and_says_which_place_is_asked_about(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    assert field(mapped).isVisible()
    assert isinstance(mapped.focusWidget(), AskEdit)
    assert field(mapped).place.text() == "Place 1 of 5"
    assert f"Row {row}, column {col}. The map says" in field(mapped).text.text()
    ask(qtbot, mapped)
    assert field(mapped).place.text() == "Place 2 of 5"


def test_a_number_and_enter_label_the_place_and_the_next_is_asked_about(qtbot, mapped):
    spot = ask(qtbot, mapped)
    QTest.mouseMove(mapped.image.viewport(), QPoint(40, 40))  # the pointer may be anywhere
    QTest.mouseMove(mapped.map_panel)
    keys(mapped, "2", Key.Key_Return)
    assert labels(mapped)[spot] == 2
    assert mapped.asking.target not in (None, spot)
    assert field(mapped).edit.text() == ""
    assert field(mapped).place.text().startswith("Place 2 of ")
    idle(qtbot, mapped)
    assert isinstance(mapped.focusWidget(), AskEdit)


def test_letters_complete_to_a_class_and_fire_no_key_of_the_window(qtbot, mapped):
    spot = ask(qtbot, mapped)
    before = mapped.image.tool, mapped.image.labels_visible, mapped.session.live, mapped.map_panel.opacity.value()
    current = mapped.session.current_class
    keys(mapped, "wood")
    assert field(mapped).edit.text() == "wood"
    assert rows(mapped) == ["3  Woodland", "New class: wood"]
    assert mapped.session.current_class == current
    for typed in ("b", "S", "l", "P", "j", "?", "[", ",", "t", "9", " "):
        keys(mapped, typed)
    assert field(mapped).edit.text() == "woodbSlPj?[,t9 "
    now = mapped.image.tool, mapped.image.labels_visible, mapped.session.live, mapped.map_panel.opacity.value()
    assert now == before
    assert mapped.asking.target == spot
    assert mapped.session.current_class == current
    field(mapped).edit.clear()
    keys(mapped, "wood", Key.Key_Return)
    assert labels(mapped)[spot] == 3


def test_letters_on_its_buttons_are_typed_into_the_line_and_fire_nothing(qtbot, mapped):
    spot = ask(qtbot, mapped)
    tool = mapped.image.tool
    keys(mapped, Key.Key_Tab)
    assert mapped.focusWidget() is field(mapped).none
    keys(mapped, "b", "a")
    assert isinstance(mapped.focusWidget(), AskEdit)
    assert field(mapped).edit.text() == "ba"
    assert mapped.image.tool == tool
    field(mapped).edit.clear()
    keys(mapped, Key.Key_Tab, Key.Key_Space)
    qtbot.waitUntil(lambda: mapped.asking.target != spot)
    keys(mapped, Key.Key_Tab, Key.Key_Tab, Key.Key_Escape)
    assert not field(mapped).isVisible()


def test_the_arrows_choose_another_row_and_a_click_takes_one(qtbot, mapped):
    spot = ask(qtbot, mapped)
    keys(mapped, "oa")
    assert rows(mapped) == ["5  Loam", "New class: oa"]
    field(mapped).edit.clear()
    keys(mapped, "a", Key.Key_Down, Key.Key_Return)
    wanted = [info for info in mapped.session.classes if "a" in info.name.casefold()]
    assert labels(mapped)[spot] in [info.number for info in wanted]
    assert mapped.session.classes.get(int(labels(mapped)[spot])).name != "Asphalt"
    second = mapped.asking.target
    keys(mapped, "kao")
    shown = field(mapped).matches
    QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=shown.visualItemRect(shown.item(0)).center())
    assert mapped.session.classes.get(int(labels(mapped)[second])).name == "Kaolinite"
    assert isinstance(mapped.focusWidget(), AskEdit)


def test_a_name_that_no_class_has_asks_before_it_makes_one(qtbot, mapped):
    spot = ask(qtbot, mapped)
    count = len(mapped.session.classes)
    keys(mapped, "Reed bed", Key.Key_Return)
    assert len(mapped.session.classes) == count
    assert field(mapped).matches.currentItem().text() == "New class: Reed bed"
    assert field(mapped).text.text() == "No class is called Reed bed. Enter makes it."
    keys(mapped, Key.Key_Return)
    assert len(mapped.session.classes) == count + 1
    assert mapped.session.classes.get(int(labels(mapped)[spot])).name == "Reed bed"
    assert mapped.session.history.undo_text.startswith("Answer: Reed bed")


def test_a_number_without_a_class_says_so_and_the_next_number_makes_one(qtbot, demo):
    demo.session.scene.truth = None
    demo.session.set_classes(ClassTable.for_numbers([1, 2]), "Two classes")
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    spot = ask(qtbot, demo)
    keys(demo, "9", Key.Key_Return)
    assert field(demo).text.text() == "There is no class number 9."
    assert not labels(demo).any()
    keys(demo, Key.Key_Backspace, "3")
    assert rows(demo) == ["New class 3"]
    keys(demo, Key.Key_Return)
    assert labels(demo)[spot] == 3


def test_none_of_these_passes_the_place_over_by_key_number_and_button_and_it_never_comes_back(qtbot, mapped):
    passed = [ask(qtbot, mapped)]
    QTest.keyClick(mapped.focusWidget(), Key.Key_N, ALT)
    qtbot.waitUntil(lambda: mapped.asking.target not in (None, *passed))  # the button is seen to go down first
    idle(qtbot, mapped)
    passed.append(mapped.asking.target)
    keys(mapped, "0", Key.Key_Return)
    idle(qtbot, mapped)
    passed.append(mapped.asking.target)
    QTest.mouseClick(field(mapped).none, Qt.MouseButton.LeftButton)
    idle(qtbot, mapped)
    assert len({*passed, mapped.asking.target}) == 4
    assert not any(labels(mapped)[spot] for spot in passed)
    assert isinstance(mapped.focusWidget(), AskEdit)
    for _ in range(6):
        ask(qtbot, mapped)
        assert not set(passed) & {mark[:2] for mark in mapped.image.marks}


def test_undo_takes_the_answer_back_and_asks_again_and_the_other_place_waits(qtbot, mapped):
    first = ask(qtbot, mapped)
    keys(mapped, "2", Key.Key_Return)
    second = mapped.asking.target
    keys(mapped, "4", Key.Key_Return)
    third = mapped.asking.target
    QTest.keyClick(mapped.focusWidget(), Key.Key_Z, CTRL)
    assert labels(mapped)[second] == 0
    assert mapped.asking.target == second
    assert field(mapped).place.text().startswith("Place 2 of ")
    QTest.keyClick(mapped.focusWidget(), Key.Key_Z, CTRL)
    assert mapped.asking.target == first
    assert field(mapped).place.text().startswith("Place 1 of ")
    assert {second, third} <= {mark[:2] for mark in mapped.image.marks}
    idle(qtbot, mapped)
    keys(mapped, "5", Key.Key_Return)
    assert labels(mapped)[first] == 5
    assert isinstance(mapped.focusWidget(), AskEdit)


def test_undo_of_what_is_typed_is_the_lines_own(qtbot, mapped):
    ask(qtbot, mapped)
    steps = mapped.session.history.place
    keys(mapped, "wood")
    QTest.keyClick(mapped.focusWidget(), Key.Key_Z, CTRL)
    assert field(mapped).edit.text() == ""
    assert mapped.session.history.place == steps


@pytest.mark.parametrize("where", ["field", "image", "cross"])
def test_esc_and_the_cross_end_it_and_give_the_image_its_keys(qtbot, mapped, where):
    spot = ask(qtbot, mapped)
    if where == "field":
        keys(mapped, "wo", Key.Key_Escape)
    elif where == "image":
        press(mapped, Key.Key_Escape)
    else:
        QTest.mouseClick(field(mapped).cross, Qt.MouseButton.LeftButton)
    assert not field(mapped).isVisible()
    assert mapped.asking.target is None
    assert mapped.image.marks == ()
    assert not mapped.map_panel.asked.isVisible()
    assert isinstance(mapped.focusWidget(), ImageView)
    assert not labels(mapped)[spot]
    before = labels(mapped).copy()
    press(mapped, Key.Key_Return)
    assert np.array_equal(labels(mapped), before)
    assert ask(qtbot, mapped) == spot  # it was not passed over
    assert field(mapped).place.text() == "Place 1 of 5"


def test_a_click_to_look_around_leaves_the_keys_with_the_field_and_one_that_draws_does_not(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    click(mapped, row + 4, col + 4)
    qtbot.waitUntil(lambda: isinstance(mapped.focusWidget(), AskEdit))
    assert mapped.spectra.current().label.startswith(f"row {row + 4}, col {col + 4}")
    before = mapped.image.looked_at()
    drag(mapped, (row + 2, col + 2), (row + 8, col + 8))
    assert mapped.image.looked_at() != before
    qtbot.waitUntil(lambda: isinstance(mapped.focusWidget(), AskEdit))
    press(mapped, "B")
    drag(mapped, (row + 9, col + 9), (row + 9, col + 11))
    assert isinstance(mapped.focusWidget(), ImageView)
    press(mapped, "2")
    press(mapped, Key.Key_Return)
    assert labels(mapped)[row, col] == 2


def test_enter_in_the_image_takes_what_is_typed(qtbot, mapped):
    spot = ask(qtbot, mapped)
    keys(mapped, "loa")
    press(mapped, Key.Key_Return)
    assert mapped.session.classes.get(int(labels(mapped)[spot])).name == "Loam"


def test_a_place_that_was_painted_by_hand_is_answered_and_enter_goes_on(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    mapped.session.edit(Edit(row, col, np.ones((1, 1), dtype=bool), 4), "Stroke")
    assert "Thank you" in field(mapped).text.text()
    keys(mapped, Key.Key_Return)
    qtbot.waitUntil(lambda: mapped.asking.target is not None)
    idle(qtbot, mapped)
    assert mapped.asking.target != (row, col)


def covers(window: MainWindow) -> bool:
    """Whether the field lies over the pixel that is asked about, with its frame."""
    at, half = window.image.position_of(*window.asking.target), round(window.image.scale / 2) + 6
    return field(window).geometry().intersects(QRect(at - QPoint(half, half), at + QPoint(half, half)))


def test_it_never_covers_the_pixel_in_a_small_window_wherever_that_is(qtbot, mapped):
    mapped.resize(1366, 768)
    ask(qtbot, mapped)
    port = mapped.image.viewport().rect()
    assert port.contains(field(mapped).geometry())
    assert not covers(mapped)
    assert abs(field(mapped).geometry().center().x() - port.center().x()) <= 1
    assert port.bottom() - field(mapped).geometry().bottom() < 20
    for typed in ("a", Key.Key_Backspace):
        keys(mapped, typed)
        assert not covers(mapped)
    for dy in (60, 60, 60, 40, -150, -150, -60):
        mapped.image._pan(0, dy)
        assert not covers(mapped)
        assert port.contains(field(mapped).geometry())
    mapped.resize(1366, 700)
    qtbot.waitUntil(lambda: mapped.image.viewport().rect().contains(field(mapped).geometry()))


def test_it_says_what_enter_alone_gives_and_follows_the_chosen_class(qtbot, mapped):
    ask(qtbot, mapped)
    press(mapped, "3")
    assert field(mapped).edit.placeholderText() == "Number or name; Enter alone: Woodland"


def test_it_goes_with_the_scene_and_with_the_features(qtbot, mapped, demo_files):
    ask(qtbot, mapped)
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))
    assert not field(mapped).isVisible()
    idle(qtbot, mapped)
    ask(qtbot, mapped)
    open_scene(qtbot, mapped, demo_files[0])
    assert not field(mapped).isVisible()
    assert not mapped.image.marks


def test_it_follows_the_colours_of_the_window(qtbot, qapp: QApplication, mapped, grabbed):
    ask(qtbot, mapped)
    inside = QPoint(6, field(mapped).height() // 2)
    light = grabbed(field(mapped), inside)
    theme.apply(qapp, "dark")
    qtbot.waitUntil(lambda: theme.is_dark(field(mapped).palette()))
    dark = grabbed(field(mapped), inside)
    assert QColor(*light).lightness() > 200 > 60 > QColor(*dark).lightness()
