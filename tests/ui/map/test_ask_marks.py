"""Ask me: several places at once as numbered marks, a key each to answer and to pass over, and what it brings."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import Edit
from hsigui.ui.map.asking import AT_ONCE
from tests.ui.windows import FakeEncoder, click, features_of, idle, labels, press, texts


def ask(qtbot, window) -> tuple[int, int]:
    press(window, "J")
    idle(qtbot, window)
    assert window.asking.target is not None
    return window.asking.target


def marks(window) -> list[tuple[int, int, int]]:
    return list(window.image.marks)


def test_five_places_are_proposed_and_numbered_the_asked_one_first(qtbot, mapped):
    spot = ask(qtbot, mapped)
    assert [number for *_, number in marks(mapped)] == list(range(1, AT_ONCE + 1))
    assert marks(mapped)[0][:2] == spot
    assert len({mark[:2] for mark in marks(mapped)}) == AT_ONCE


def test_passing_over_goes_through_the_marks_without_new_ones_until_they_run_out(qtbot, mapped):
    ask(qtbot, mapped)
    others = [mark[:2] for mark in marks(mapped)[1:]]
    assert [ask(qtbot, mapped) for _ in others] == others
    assert len(marks(mapped)) == 1
    assert ask(qtbot, mapped) not in others
    assert len(marks(mapped)) == AT_ONCE


def test_alt_and_a_number_answer_at_once_with_a_dab_of_that_class(qtbot, mapped):
    spot = ask(qtbot, mapped)
    before = np.count_nonzero(labels(mapped))
    press(mapped, "2", Qt.KeyboardModifier.AltModifier)
    assert labels(mapped)[spot] == mapped.session.current_class == 2
    assert 1 < np.count_nonzero(labels(mapped)) - before <= 21
    assert mapped.asking.target not in (None, spot)  # the next one is there at once
    press(mapped, "Z", Qt.KeyboardModifier.ControlModifier)
    assert np.count_nonzero(labels(mapped)) == before


def test_a_number_without_a_class_answers_nothing(qtbot, demo):
    demo.session.set_classes(ClassTable.for_numbers([1, 2]), "Two classes")
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    spot = ask(qtbot, demo)
    press(demo, "9", Qt.KeyboardModifier.AltModifier)
    assert not labels(demo).any()
    assert demo.asking.target == spot


def test_a_dab_leaves_other_labels_as_they_are(qtbot, mapped):
    row, col = ask(qtbot, mapped)
    mapped.session.set_live(False)
    mapped.session.edit(Edit(row, col + 1, np.ones((1, 1), dtype=bool), 7), "Stroke")
    press(mapped, "2", Qt.KeyboardModifier.AltModifier)
    assert labels(mapped)[row, col] == 2
    assert labels(mapped)[row, col + 1] == 7


def test_the_places_are_renewed_with_the_map_and_the_asked_one_stays(qtbot, mapped):
    ask(qtbot, mapped)
    press(mapped, "2", Qt.KeyboardModifier.AltModifier)
    second, others = mapped.asking.target, marks(mapped)[1:]
    idle(qtbot, mapped)
    assert mapped.asking.target == second
    assert marks(mapped)[0] == (*second, 2)
    assert len(marks(mapped)) == AT_ONCE > len(others) + 1
    assert mapped.asking.field.place.text() == f"Place 2 of {marks(mapped)[-1][2]}"


def test_a_place_that_was_passed_over_is_no_mark_again(qtbot, mapped):
    passed = [ask(qtbot, mapped) for _ in range(3)]
    press(mapped, "2", Qt.KeyboardModifier.AltModifier)
    idle(qtbot, mapped)
    for _ in range(6):
        ask(qtbot, mapped)
        assert not set(passed) & {mark[:2] for mark in marks(mapped)}


def test_a_click_on_a_mark_asks_about_it_first(qtbot, mapped):
    first = ask(qtbot, mapped)
    mapped.image.fit()
    chosen = marks(mapped)[2][:2]
    click(mapped, *chosen)
    assert mapped.asking.target == chosen
    assert f"row {chosen[0]}, column {chosen[1]}" in mapped.map_panel.asked.text()
    assert {mark[:2] for mark in marks(mapped)} >= {first, chosen}
    assert ask(qtbot, mapped) == first


def test_a_mark_is_light_and_dark_and_its_number_is_as_large_at_every_zoom(qtbot, mapped, grabbed):
    ask(qtbot, mapped)
    mapped.image.set_markers([])
    for zoom in (mapped.image.fit, lambda: mapped.image.look_at((*marks(mapped)[1][:2], 12.0))):
        zoom()
        row, col, _ = marks(mapped)[1]
        at, half = mapped.image.position_of(row, col), round(max(mapped.image.scale / 2, 3.0) + 2)
        around = [
            grabbed(mapped.image.viewport(), at + QPoint(half + 10 + x, -half - 10 + y))
            for x in range(-10, 11)
            for y in range(-10, 11)
        ]
        assert (255, 255, 255) in around
        assert min(map(sum, around)) < 3 * 40


def test_the_marks_go_with_the_features(qtbot, mapped):
    ask(qtbot, mapped)
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))
    idle(qtbot, mapped)
    assert marks(mapped) == []


def test_the_bar_tells_what_more_strokes_would_bring_where_the_map_is_measured(qtbot, mapped):
    for _ in range(4):
        ask(qtbot, mapped)
        press(mapped, Qt.Key.Key_Return)
        idle(qtbot, mapped)
    gains = mapped.map_panel.gains
    assert gains.isVisibleTo(mapped.map_panel)
    assert "5 more strokes" in gains.words.text()
    assert "% now" in gains.bar.text()
    assert "no promise" in gains.bar.whatsThis()


def test_without_truth_the_bar_tells_only_what_the_last_strokes_changed(qtbot, mapped):
    mapped.session.scene.truth = None
    for _ in range(2):
        ask(qtbot, mapped)
        press(mapped, Qt.Key.Key_Return)
        idle(qtbot, mapped)
    gains = mapped.map_panel.gains
    assert "of the map" in gains.words.text()
    assert "now" not in gains.bar.text()
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))
    assert not gains.isVisibleTo(mapped.map_panel)
    idle(qtbot, mapped)


def test_the_places_do_not_depend_on_the_truth(qtbot, mapped):
    ask(qtbot, mapped)
    found, truth = marks(mapped), mapped.session.truth.array
    mapped.session.set_truth(np.roll(truth, 31, axis=1), mapped.session.classes, "another truth")
    mapped.session.set_trained(FakeEncoder(), features_of(mapped.session.cube))
    idle(qtbot, mapped)
    ask(qtbot, mapped)
    assert marks(mapped) == found


def test_the_words_say_that_several_fields_teach_more(qtbot, demo):
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    assert "several fields" in demo.map_panel.state.text()
    assert "several fields" in demo.map_panel.ask.whatsThis()
    assert not texts(demo)
