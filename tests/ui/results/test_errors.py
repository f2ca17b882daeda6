"""The errors of the map: over the scene, counted as the confusion matrix counts, and gone through one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from hsigui.document.taking_up import state_of, take_look
from hsigui.labels.label_map import VALIDATION, Edit
from hsigui.report.error_map import ALL, RIGHT, WRONG, Confused
from hsigui.specs import SplitSpec
from hsigui.ui.image.view import ImageView
from hsigui.ui.results.error_finding import ERROR, STATES
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.errors_strip import ErrorsStrip
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import idle, open_scene, press

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def wrong(qtbot, mapped) -> MainWindow:
    """A window whose map is wrong in some places: the truth is moved a little."""
    truth = np.roll(mapped.session.truth.array, 3, axis=1)
    mapped.session.set_truth(truth, mapped.session.classes, "a truth of another day")
    idle(qtbot, mapped)
    assert 0 < sum(mapped.session.accuracy.right) < mapped.session.accuracy.n_test
    return mapped


def controller(window: MainWindow) -> ErrorController:
    return window._part(ErrorController)


def strip(window: MainWindow) -> ErrorsStrip:
    return window.results.findChild(ErrorsStrip)


def shown(window: MainWindow) -> dict[str, int]:
    """Pixels of the layer in each colour, by what it means."""
    buffer = window.image._errors._buffer
    colours = {0xFF000000 | r << 16 | g << 8 | b: info.name for info in STATES for r, g, b in (info.color,)}
    values, sizes = np.unique(buffer, return_counts=True)
    return {colours[int(v)]: int(n) for v, n in zip(values, sizes, strict=True) if v}


def choose(qtbot, window: MainWindow, meant: Confused) -> None:
    """Chooses in the boxes of the panel."""
    for box, number in ((strip(window).of, meant.of), (strip(window).taken_for, meant.taken_for)):
        box.setCurrentIndex([box.itemData(n) for n in range(box.count())].index(number))
    idle(qtbot, window)
    assert controller(window).meant == meant


def test_the_key_shows_as_many_right_and_wrong_pixels_as_the_matrix_counts(qtbot, wrong, grabbed):
    row, col = np.argwhere(wrong.session.labels.array > 0)[0].tolist()
    color = wrong.session.classes.get(int(wrong.session.labels.array[row, col])).color
    middle = wrong.image.position_of(row, col)
    before = grabbed(wrong.image.viewport(), middle)
    press(wrong, "Y", SHIFT)
    idle(qtbot, wrong)
    veiled = grabbed(wrong.image.viewport(), middle)
    assert sum(map(abs, np.subtract(before, color))) < sum(map(abs, np.subtract(veiled, color))), "no colour of a state"
    idle(qtbot, wrong)
    accuracy = wrong.session.accuracy
    assert shown(wrong) == {"right": sum(accuracy.right), "wrong": accuracy.n_test - sum(accuracy.right)}
    key = wrong.image.class_key
    assert f"right: {sum(accuracy.right):,} pixels, {100 * accuracy.oa:.1f} %" in key.text
    assert f"not tested: {wrong.session.truth.array.size - accuracy.n_test:,} pixels" in key.text
    assert strip(wrong).counted.text() in key.text.replace(", n", "\nn").replace(", w", "\nw")
    press(wrong, "Y", SHIFT)
    assert wrong.image._errors.empty
    assert wrong.image.class_key is None


def test_every_choice_of_classes_counts_its_cell_of_the_matrix(qtbot, wrong):
    press(wrong, "Y", SHIFT)
    idle(qtbot, wrong)
    accuracy = wrong.session.accuracy
    of = int(np.argmax(accuracy.matrix.sum(axis=1) - np.diag(accuracy.matrix)))
    row = accuracy.matrix[of].copy()
    row[of] = 0
    to = int(np.argmax(row))
    choose(qtbot, wrong, Confused(accuracy.classes[of], accuracy.classes[to]))
    rest = int(row.sum() - row[to])
    expected = {"right": accuracy.right[of], "wrong": int(row[to])} | ({"wrong otherwise": rest} if rest else {})
    assert shown(wrong) == expected
    names = wrong.session.classes.get(accuracy.classes[of]).name, wrong.session.classes.get(accuracy.classes[to]).name
    assert wrong.image.class_key.title == f"{names[0]} taken for {names[1]}"
    assert strip(wrong).of.currentText() == f"{names[0]}: {int(row.sum()):,}"
    assert strip(wrong).taken_for.currentText() == f"{names[1]}: {int(row[to]):,}"


def test_the_keys_go_through_the_areas_largest_first_and_back(qtbot, wrong, monkeypatch):
    gone: list = []
    monkeypatch.setattr(ImageView, "point_out", lambda _self, area: gone.append(area))
    press(wrong, Qt.Key.Key_F3)
    idle(qtbot, wrong)
    assert wrong.actions_["show_errors"].isChecked()
    found = controller(wrong)._found
    for _ in range(3):
        press(wrong, Qt.Key.Key_F3)
    press(wrong, Qt.Key.Key_F3, SHIFT)
    sizes = [int(mask.sum()) for _, _, mask in gone]
    assert sizes[:4] == [area.size for area in found.areas[:4]] == sorted(sizes[:4], reverse=True)
    assert sizes[4] == sizes[2]
    top, left, mask = gone[0]
    rows, cols = np.nonzero(mask)
    reference, made = wrong.session.truth.array, wrong.session.class_map.classes
    assert (reference[rows + top, cols + left] != made[rows + top, cols + left]).all()
    assert len(set(reference[rows + top, cols + left].tolist())) == 1
    assert wrong.image.class_key.note.startswith(f"Error 3 of {len(found.areas):,}: {found.areas[2].size}")
    assert wrong.image.class_key.note == strip(wrong).place.text()
    assert sum(area.size for area in found.areas) == wrong.session.accuracy.n_test - sum(wrong.session.accuracy.right)


def test_back_from_the_start_goes_to_the_smallest(qtbot, wrong):
    press(wrong, Qt.Key.Key_F3, SHIFT)
    idle(qtbot, wrong)
    count = len(controller(wrong)._found.areas)
    assert wrong.image.class_key.note.startswith(f"Error {count:,} of {count:,}:")


def test_the_guard_of_a_sample_and_its_labels_are_not_tested(qtbot, mapped):
    mapped.sampler.sample(SplitSpec(3, 0, kind="block", guard=4))
    idle(qtbot, mapped)
    press(mapped, "Y", SHIFT)
    idle(qtbot, mapped)
    scene, accuracy = mapped.session.scene, mapped.session.accuracy
    assert scene.reference.array is not scene.truth.array
    counts = shown(mapped)
    assert sum(counts.values()) == accuracy.n_test < np.count_nonzero(scene.truth.array)
    assert not mapped.image._errors._buffer[scene.map.trained_on > 0].any()


def test_another_map_is_counted_anew_and_validation_labels_are_the_reference_where_there_are_any(qtbot, wrong):
    press(wrong, "Y", SHIFT)
    idle(qtbot, wrong)
    row, col = np.argwhere((wrong.session.class_map.classes > 0) & (wrong.session.labels.array == 0))[0].tolist()
    number = int(wrong.session.class_map.classes[row, col]) % len(wrong.session.classes) + 1
    wrong.session.edit(Edit(row, col, np.ones((1, 1), dtype=bool), number, None, VALIDATION), "Check")
    idle(qtbot, wrong)
    assert shown(wrong) == {"wrong": 1}
    wrong.session.undo()
    idle(qtbot, wrong)
    assert sum(shown(wrong).values()) == wrong.session.accuracy.n_test > 1


def test_other_views_are_offered_the_errors_that_are_meant(qtbot, wrong):
    scene, accuracy = wrong.session.scene, wrong.session.accuracy
    box = (0, 0, scene.cube.rows, scene.cube.cols)
    subject = wrong.subjects.named(scene, ERROR)
    drawn = subject.draw(box, 1)
    assert np.count_nonzero(drawn[..., 3]) == accuracy.n_test
    colour = (*STATES.get(WRONG).color, 255)
    assert np.count_nonzero((drawn == colour).all(axis=2)) == accuracy.n_test - sum(accuracy.right)
    np.testing.assert_array_equal(subject.draw((7, 9, 60, 90), 2), drawn[7:60:2, 9:90:2])
    assert [colour for _, colour in subject.legend] == [STATES.get(n).color for n in (RIGHT, WRONG)]
    told: list[str] = []
    wrong.subjects.changed.connect(told.append)
    of = accuracy.classes[int(np.argmax(accuracy.support))]
    choose(qtbot, wrong, Confused(of))
    assert ERROR in told
    part = wrong.subjects.named(scene, ERROR)
    assert part.title == f"Errors of {scene.classes.get(of).name}"
    assert np.count_nonzero(part.draw(box, 1)[..., 3]) == accuracy.support[accuracy.classes.index(of)]


def test_another_scene_shows_none_of_them_and_its_own_come_back(qtbot, wrong, demo_files):
    press(wrong, "Y", SHIFT)
    idle(qtbot, wrong)
    chosen = Confused(wrong.session.accuracy.classes[0])
    choose(qtbot, wrong, chosen)
    assert state_of(wrong.session.scene).errors_meant == chosen, "kept with the scene"
    before = shown(wrong)
    open_scene(qtbot, wrong, demo_files[0])
    assert controller(wrong).meant == ALL
    assert wrong.image._errors.empty
    assert wrong.image.class_key is None
    assert not strip(wrong).isVisibleTo(wrong.results)
    assert ERROR not in [subject.id for subject in wrong.subjects.of(wrong.session.scene)]
    wrong.actions_["next_scene"].trigger()
    idle(qtbot, wrong)
    assert controller(wrong).meant == strip(wrong).meant == chosen
    assert shown(wrong) == before


def test_errors_of_an_earlier_day_are_meant_as_soon_as_there_is_a_map_that_knows_their_class(qtbot, wrong):
    scene = wrong.session.scene
    took = state_of(scene)
    take_look(scene, replace(took, errors_meant=Confused(999)))
    assert (controller(wrong).meant, strip(wrong).meant, scene.errors_meant) == (ALL, ALL, Confused(999))
    take_look(scene, replace(took, errors_meant=Confused(1)))
    assert controller(wrong).meant == strip(wrong).meant == Confused(1)


def test_without_a_measure_nothing_is_offered(qtbot, demo):
    assert not demo.actions_["show_errors"].isEnabled()
    demo.actions_["next_error"].setEnabled(True)
    demo.actions_["next_error"].trigger()
    assert demo.image._errors.empty
    assert controller(demo).meant == ALL


def test_a_map_without_errors_says_so(qtbot, mapped):
    mapped.session.set_truth(mapped.session.class_map.classes, mapped.session.classes, "the map itself")
    idle(qtbot, mapped)
    press(mapped, Qt.Key.Key_F3)
    idle(qtbot, mapped)
    assert strip(mapped).place.text() == "No error."
    assert shown(mapped) == {"right": mapped.session.accuracy.n_test}
