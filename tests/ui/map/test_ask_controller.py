"""Ask me: takes the user to the spot that helps most, to the next on the next press, and is content with an answer."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import QPoint, Qt

from hsigui.labels.label_map import VALIDATION, Edit
from hsigui.pipeline import live
from hsigui.pipeline.features import finished
from tests.ui.windows import FakeEncoder, click, features_of, idle, labels, press, texts


def ask(qtbot, window) -> tuple[int, int]:
    press(window, "J")
    idle(qtbot, window)
    assert window.asking.target is not None
    return window.asking.target


def test_the_key_goes_to_an_unlabelled_spot_in_doubt_and_says_what_the_map_thinks(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    assert labels(mapped)[row, col] == 0
    assert mapped.session.class_map.margin[row, col] < np.nanmedian(mapped.session.class_map.margin)
    top, _, bottom, _ = mapped.image.visible_box()
    assert abs(row - (top + bottom) / 2) <= 2 or top == 0 or bottom == mapped.session.cube.rows
    assert mapped.image.pixel_at(mapped.image.position_of(row, col)) == (row, col)
    text = mapped.map_panel.asked.text()
    assert f"row {row}, column {col}" in text
    assert "% sure" in text
    assert mapped.map_panel.asked.isVisible()
    shown = mapped.spectra.current()
    assert shown.label.startswith(f"row {row}, col {col}")
    assert np.array_equal(shown.values, mapped.session.cube.spectrum(row, col))


def test_the_next_press_goes_on_and_never_comes_back(qtbot, mapped):
    spots = [ask(qtbot, mapped) for _ in range(4)]
    assert len(set(spots)) == 4


def test_the_button_of_the_panel_does_the_same(qtbot, mapped):
    mapped.docks["Map"].raise_()
    mapped.map_panel.ask.click()
    idle(qtbot, mapped)
    assert mapped.asking.target is not None


def test_an_answer_is_taken_and_renews_the_map_before_the_next_question(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    before = mapped.session.class_map
    number = int(mapped.session.truth.array[row, col]) or 1
    mapped.session.edit(Edit(row, col, np.ones((1, 1), dtype=bool), number), "Answer")
    assert mapped.asking.target is None
    press(mapped, "J")  # the map is being renewed: the question waits for it
    assert "Waiting" in mapped.map_panel.asked.text()
    qtbot.waitUntil(lambda: mapped.asking.target is not None, timeout=10_000)
    idle(qtbot, mapped)
    assert mapped.session.class_map is not before
    assert mapped.asking.target != (row, col)


def test_enter_gives_the_current_class_and_asks_the_next_question(qtbot, mapped):
    spot = ask(qtbot, mapped)
    press(mapped, "2")
    press(mapped, Qt.Key.Key_Return)
    assert labels(mapped)[spot] == mapped.session.current_class == 2
    assert mapped.session.history.undo_text.startswith("Answer")
    qtbot.waitUntil(lambda: mapped.asking.target not in (None, spot), timeout=10_000)
    press(mapped, "Z", Qt.KeyboardModifier.ControlModifier)
    assert labels(mapped)[spot] == 0


def test_enter_closes_a_polygon_first_and_labels_nothing_where_nothing_is_asked(qtbot, mapped):
    before = labels(mapped).copy()
    press(mapped, Qt.Key.Key_Return)
    assert np.array_equal(labels(mapped), before)
    spot = ask(qtbot, mapped)
    press(mapped, "G")
    row, col = (place + (3 if place < 64 else -7) for place in spot)
    for corner in ((row, col), (row, col + 4), (row + 4, col + 4)):
        click(mapped, *corner)
    press(mapped, Qt.Key.Key_Return)
    assert mapped.session.history.undo_text.startswith("Polygon")
    assert mapped.asking.target == spot
    assert labels(mapped)[spot] == 0


def test_without_a_map_it_asks_for_what_the_scene_is_made_of(qtbot, demo):
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    spots = {ask(qtbot, demo) for _ in range(3)}
    assert len(spots) == 3
    assert "None of these" in demo.map_panel.asked.text()


def test_the_target_is_drawn_and_goes_with_the_features(qtbot, mapped, grabbed):
    row, col = ask(qtbot, mapped)
    mapped.image.set_markers([])
    at = mapped.image.position_of(row, col)
    half = round(max(mapped.image.scale / 2, 3.0) + 2)
    edge = [grabbed(mapped.image.viewport(), at + QPoint(half + d, 0)) for d in (-1, 0, 1)]
    assert (255, 255, 255) in edge
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))  # other features: other questions
    idle(qtbot, mapped)
    assert mapped.asking.target is None
    assert not mapped.map_panel.asked.isVisible()


def test_it_never_asks_for_the_rim_of_the_scene(qtbot, mapped):
    odd = mapped.session.features.array.copy()
    odd[0, 0] = odd[-1, 40] = odd[50, -1] = 60_000  # unlike all else, as what lies beside mirrored surroundings can be
    mapped.session.set_trained(FakeEncoder(), finished(odd, mapped.session.features.valid, "test"))
    idle(qtbot, mapped)
    rows, cols = mapped.session.cube.rows, mapped.session.cube.cols
    for _ in range(4):
        row, col = ask(qtbot, mapped)
        assert 2 <= row < rows - 2
        assert 2 <= col < cols - 2


def test_an_answer_is_no_validation_label(qtbot, mapped):
    spot = ask(qtbot, mapped)
    press(mapped, "V")
    press(mapped, "2")
    press(mapped, Qt.Key.Key_Return)
    assert not mapped.session.labels.labelled(VALIDATION)
    assert mapped.asking.target == spot
    assert "to train on" in texts(mapped)
    press(mapped, "V")
    press(mapped, Qt.Key.Key_Return)
    assert labels(mapped)[spot] == 2


def test_it_never_asks_for_a_pixel_with_a_validation_label(qtbot, mapped):
    spot = ask(qtbot, mapped)
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))  # forgets what was asked
    idle(qtbot, mapped)
    mapped.session.edit(Edit(*spot, np.ones((1, 1), dtype=bool), 1, None, VALIDATION), "Check")
    idle(qtbot, mapped)
    assert ask(qtbot, mapped) != spot


def test_a_spot_that_was_labelled_while_it_was_looked_for_is_passed_over(qtbot, mapped, monkeypatch):
    find, spots, painted = live.find_spots, [], threading.Event()

    def found_late(ctx, **what):
        spots.extend(find(ctx, **what))
        painted.wait(10)
        return spots[-1:]

    monkeypatch.setattr(live, "find_spots", found_late)
    mapped.session.set_live(False)
    press(mapped, "J")
    qtbot.waitUntil(lambda: bool(spots))
    mapped.session.edit(Edit(*spots[0], np.ones((1, 1), dtype=bool), 1), "Stroke")
    painted.set()
    idle(qtbot, mapped)
    assert mapped.asking.target not in (None, spots[0])
