"""Labels drawn in the whole window with real mouse and keys: every tool, the classes, the layers, the history."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPushButton

from hsigui.labels.label_map import VALIDATION
from hsigui.labels.palettes import PALETTES
from hsigui.labels.selection import flood, likeness, usual_distance
from hsigui.ui.image.tools_options import HINTS
from hsigui.ui.image.tools_table import TOOLS
from hsigui.ui.labels.class_chooser import ClassChooser
from hsigui.ui.labels.classes_panel import EYE, LOCK
from tests.ui.windows import click, idle, labels, open_scene, paint, press, texts

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def drag(window, *pixels, modifier=NONE):
    port = window.image.viewport()
    places = [window.image.position_of(*pixel) for pixel in pixels]
    QTest.mousePress(port, LEFT, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(port, place)
    QTest.mouseRelease(port, LEFT, modifier, places[-1])


def validation(window):
    return window.session.labels.validation


def wheel(window, clicks, modifier=NONE):
    port = window.image.viewport()
    at = window.image.position_of(60, 60)
    turn = QPoint(0, 120 * clicks)
    event = QWheelEvent(
        QPointF(at), QPointF(port.mapToGlobal(at)), QPoint(), turn, Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)


# Tools


def test_every_tool_has_its_key_its_button_and_a_hint(demo):
    assert set(HINTS) == set(TOOLS)
    for name in TOOLS:
        action = demo.actions_[f"tool_{name}"]
        press(demo, action.shortcut().toString())
        assert demo.image.tool == name
        assert action.isChecked()
        assert demo.labels.options.hint.text() == HINTS[name]
        assert action.shortcut().toString() in action.toolTip()


def test_a_square_brush_paints_its_corners_and_a_round_one_does_not(demo):
    press(demo, "B")
    demo.image.brush_size = 7
    press(demo, "Q")
    click(demo, 60, 60)
    assert (labels(demo)[57:64, 57:64] > 0).all()
    press(demo, "Q")
    click(demo, 90, 60)
    assert labels(demo)[90, 57]
    assert not labels(demo)[87, 57]


def test_single_pixels_need_no_small_brush(demo):
    press(demo, "X")
    demo.image.brush_size = 9
    click(demo, 60, 60)
    click(demo, 60, 63)
    assert np.argwhere(labels(demo)).tolist() == [[60, 60], [60, 63]]


@pytest.mark.parametrize("key", ["B", "X", "E"])
def test_shift_draws_straight_from_the_last_point(demo, key):
    if key == "E":
        press(demo, "R")
        drag(demo, (50, 50), (100, 100))
    press(demo, key)
    demo.image.brush_size = 1
    before = labels(demo).copy()
    click(demo, 60, 60)
    click(demo, 60, 80, SHIFT)
    click(demo, 90, 80, SHIFT)
    changed = labels(demo) != before
    assert changed[60, 60:81].all()
    assert changed[60:91, 80].all()
    assert changed.sum() == 21 + 30
    demo.session.undo()
    assert (labels(demo) != before).sum() == 21


def test_shift_without_a_last_point_paints_where_it_is_clicked(demo):
    press(demo, "X")
    click(demo, 60, 60, SHIFT)
    assert np.argwhere(labels(demo)).tolist() == [[60, 60]]


def test_a_line_is_as_wide_as_the_brush_and_one_step(demo):
    press(demo, "D")
    demo.image.brush_size = 3
    drag(demo, (60, 40), (62, 50), (60, 70))
    assert (labels(demo)[59:62, 40:71] > 0).all()
    assert not labels(demo)[64].any(), "only the ends of the drag count"
    demo.session.undo()
    assert not labels(demo).any()


def test_shift_makes_a_line_level(demo):
    press(demo, "D")
    demo.image.brush_size = 1
    drag(demo, (60, 40), (64, 70), modifier=SHIFT)
    assert np.unique(np.nonzero(labels(demo))[0]).tolist() == [60]


def test_a_rectangle_covers_both_corners_whichever_way_it_is_drawn(demo):
    press(demo, "R")
    drag(demo, (80, 70), (60, 50))
    rows, cols = np.nonzero(labels(demo))
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (60, 80, 50, 70)
    assert len(rows) == 21 * 21


def test_shift_makes_a_rectangle_square(demo):
    press(demo, "R")
    drag(demo, (60, 50), (64, 70), modifier=SHIFT)
    assert labels(demo).astype(bool).sum() == 21 * 21


def test_a_rectangle_may_reach_over_the_edge(demo):
    press(demo, "R")
    drag(demo, (5, 5), (-4, -4))
    assert (labels(demo)[:6, :6] > 0).all()
    assert labels(demo).astype(bool).sum() == 36


def test_a_lasso_labels_its_inside(demo):
    press(demo, "O")
    drag(demo, (60, 40), (60, 60), (80, 60), (80, 40), (62, 40))
    assert (labels(demo)[62:79, 42:59] > 0).all()
    assert labels(demo).astype(bool).sum() == pytest.approx(400, abs=45)
    assert demo.session.history.undo_text.startswith("Lasso")


@pytest.mark.parametrize("key", ["O", "R", "D"])
def test_escape_drops_a_shape_that_is_being_drawn(demo, key):
    press(demo, key)
    port = demo.image.viewport()
    QTest.mousePress(port, LEFT, NONE, demo.image.position_of(60, 60))
    QTest.mouseMove(port, demo.image.position_of(60, 80))
    QTest.mouseMove(port, demo.image.position_of(80, 80))
    assert demo.image.drawing
    QTest.keyClick(demo.image, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, LEFT, NONE, demo.image.position_of(80, 80))
    assert not labels(demo).any()


def test_a_picked_class_is_painted_next(demo):
    press(demo, "B")
    press(demo, "4")
    click(demo, 60, 60)
    press(demo, "2")
    press(demo, "C")
    click(demo, 60, 60)
    assert demo.session.current_class == 4
    click(demo, 10, 10)
    assert demo.session.current_class == 4
    assert "no label here" in texts(demo)


def test_superpixels_are_labelled_by_click_and_drag(qtbot, demo):
    press(demo, "U")
    idle(qtbot, demo)
    assert demo.actions_["superpixels"].isChecked()
    qtbot.waitUntil(lambda: demo.superpixels.area_at(60, 60) is not None)
    top, left, mask = demo.superpixels.area_at(60, 60)
    click(demo, 60, 60)
    expected = np.zeros(labels(demo).shape, dtype=bool)
    expected[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    np.testing.assert_array_equal(labels(demo) > 0, expected)
    drag(demo, (60, 60), (60, 110))
    assert labels(demo)[60, 60]
    assert labels(demo)[60, 110]
    assert np.count_nonzero(labels(demo)) > mask.sum()
    demo.session.undo()
    np.testing.assert_array_equal(labels(demo) > 0, expected)


def test_the_superpixel_under_the_mouse_is_marked(qtbot, demo):
    press(demo, "U")
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.superpixels.area_at(60, 60) is not None)
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(60, 60))
    top, left, mask = demo.superpixels.area_at(60, 60)
    assert demo.image._selection.box == (top, left, top + mask.shape[0], left + mask.shape[1])
    press(demo, "N")
    assert demo.image._selection.box[0] == demo.image._selection.box[2]


def test_without_superpixels_a_click_says_so(demo):
    demo.image.set_tool("superpixel")
    click(demo, 60, 60)
    assert "no superpixel here" in texts(demo)
    assert not labels(demo).any()


# Flood fill


def select(qtbot, window, row=60, col=60):
    press(window, "F")
    click(window, row, col)
    idle(qtbot, window)
    qtbot.waitUntil(lambda: window.labels.fill.area is not None)


@pytest.mark.parametrize("way", ["Enter", "click inside", "right click"])
def test_a_flood_fill_labels_what_it_shows(qtbot, demo, way):
    select(qtbot, demo)
    assert not labels(demo).any(), "only selected so far"
    top, left, mask = demo.labels.fill.area
    like = likeness(demo.session.cube, 60, 60)
    np.testing.assert_array_equal(mask, flood(like, demo.labels.options.tolerance.value())[2])
    if way == "Enter":
        press(demo, Qt.Key.Key_Return)
    elif way == "click inside":
        click(demo, 60, 60)
    else:
        at = demo.image.position_of(10, 10)
        QTest.mouseClick(demo.image.viewport(), Qt.MouseButton.RightButton, NONE, at)
    np.testing.assert_array_equal(labels(demo)[top : top + mask.shape[0], left : left + mask.shape[1]] > 0, mask)
    assert np.count_nonzero(labels(demo)) == mask.sum()
    assert demo.labels.fill.area is None


def test_the_selection_follows_tolerance_measure_and_connection(qtbot, demo):
    select(qtbot, demo)
    options, sizes = demo.labels.options, []
    for value in (0.5, 4.0, 12.0):
        options.tolerance.setValue(value)
        sizes.append(int(demo.labels.fill.area[2].sum()))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    options.tolerance.setValue(4.0)
    connected = int(demo.labels.fill.area[2].sum())
    options.connected.setChecked(False)
    assert demo.labels.fill.area[2].sum() > connected
    options.measure.setCurrentIndex(1)
    idle(qtbot, demo)
    like = likeness(demo.session.cube, 60, 60, "euclidean")
    expected = flood(like, options.tolerance.value(), connected=False)[2]
    qtbot.waitUntil(lambda: demo.labels.fill.area is not None and demo.labels.fill.area[2].sum() == expected.sum())
    assert f"{expected.sum():,} px" in options.hint.text()


def test_the_tolerance_fits_the_pixel_clicked_until_the_user_sets_it(qtbot, demo):
    tolerance, found = demo.labels.options.tolerance, []
    for place in ((60, 60), (20, 100)):
        select(qtbot, demo, *place)
        expected = usual_distance(likeness(demo.session.cube, *place))
        assert tolerance.value() == pytest.approx(expected, abs=0.01)
        found.append(tolerance.value())
        press(demo, Qt.Key.Key_Escape)
    assert found[0] != found[1]
    tolerance.setValue(2.5)
    select(qtbot, demo)
    assert tolerance.value() == 2.5


@pytest.mark.parametrize("way", ["Esc", "another tool", "undo"])
def test_a_selection_is_dropped_without_labels(qtbot, demo, way):
    steps = demo.session.history.place
    select(qtbot, demo)
    if way == "Esc":
        press(demo, Qt.Key.Key_Escape)
    elif way == "undo":
        press(demo, Qt.Key.Key_Z, CTRL)
    else:
        press(demo, "B")
    assert demo.labels.fill.area is None
    assert demo.image._selection.box[0] == demo.image._selection.box[2]
    assert not labels(demo).any()
    assert demo.session.history.place == steps


# Wheel and space


def test_the_plain_wheel_zooms_and_with_control_it_sizes_the_brush(demo):
    press(demo, "B")
    scale, size = demo.image.scale, demo.image.brush_size
    wheel(demo, 1, CTRL)
    assert (demo.image.scale, demo.image.brush_size) == (scale, size + 1)
    wheel(demo, -2, CTRL)
    assert demo.image.brush_size == size
    wheel(demo, 1)
    assert demo.image.scale > scale
    press(demo, "G")
    before = demo.image.scale
    wheel(demo, 1, CTRL)
    assert demo.image.scale > before, "a tool without a brush has no use for another size"


def test_space_pans_while_it_is_held_in_every_tool(demo):
    for name in TOOLS:
        demo.image.set_tool(name)
        demo.image.zoom_to_pixel(60, 60)
        QTest.keyPress(demo.image, Qt.Key.Key_Space)
        start = demo.image.position_of(60, 60)
        QTest.mousePress(demo.image.viewport(), LEFT, NONE, start)
        QTest.mouseMove(demo.image.viewport(), start + QPoint(30, 0))
        QTest.mouseRelease(demo.image.viewport(), LEFT, NONE, start + QPoint(30, 0))
        QTest.keyRelease(demo.image, Qt.Key.Key_Space)
        assert demo.image.position_of(60, 60).x() == start.x() + 30, name
    assert not labels(demo).any()


# Classes


def test_labels_of_a_locked_class_are_neither_painted_over_nor_erased(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    press(demo, "K")
    assert demo.session.classes.get(2).locked
    before = labels(demo).copy()
    press(demo, "3")
    drag(demo, (62, 62), (68, 68))
    np.testing.assert_array_equal(labels(demo), before)
    assert "locked classes stay" in texts(demo)
    press(demo, "E")
    paint(demo, (65, 55), (65, 80))
    np.testing.assert_array_equal(labels(demo), before)
    press(demo, "2")
    demo.actions_["delete_class"].trigger()
    demo.actions_["merge_class"].trigger()
    assert demo.findChild(ClassChooser) is None
    np.testing.assert_array_equal(labels(demo), before)
    press(demo, "K")
    press(demo, "E")
    paint(demo, (65, 55), (65, 80))
    assert not labels(demo)[65, 60:71].any()


def test_painting_over_a_locked_class_paints_round_it(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    demo.session.set_classes(demo.session.classes.with_lock(2, True), "Lock")
    press(demo, "3")
    drag(demo, (50, 50), (80, 80))
    assert (labels(demo)[60:71, 60:71] == 2).all()
    assert (labels(demo) == 3).sum() == 31 * 31 - 11 * 11


def test_a_hidden_class_is_not_drawn_and_shows_again_when_it_is_painted(demo, grabbed):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (50, 50), (80, 80))
    port, at = demo.image.viewport(), demo.image.position_of(65, 65)
    press(demo, "N")
    seen = grabbed(port, at)
    press(demo, "H")
    assert demo.session.classes.get(2).hidden
    assert grabbed(port, at) != seen
    assert (labels(demo)[50:81, 50:81] == 2).all(), "hidden is not deleted"
    press(demo, "B")
    paint(demo, (90, 90))
    press(demo, "N")
    assert not demo.session.classes.get(2).hidden
    assert grabbed(port, at) == seen
    press(demo, "H")
    demo.actions_["show_classes"].trigger()
    assert grabbed(port, at) == seen


def test_locking_and_hiding_are_no_work_that_could_be_lost(demo):
    demo.session.mark_saved()
    press(demo, "K")
    press(demo, "H")
    assert not demo.session.unsaved
    assert demo.session.history.undo_text.startswith("Hide")


def test_lock_and_eye_are_clicked_in_the_panel(demo):
    table = demo.classes.table
    for column in (LOCK, EYE):
        at = table.visualItemRect(table.item(1, column)).center()
        QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    info = demo.session.classes.classes[1]
    assert info.locked
    assert info.hidden


def test_merging_gives_the_labels_of_both_layers_to_the_other_class(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (64, 64))
    press(demo, "V")
    drag(demo, (70, 60), (74, 64))
    press(demo, "V")
    before, classes = labels(demo).copy(), demo.session.classes
    demo.actions_["merge_class"].trigger()
    dialog = demo.findChild(ClassChooser)
    dialog.choice.setCurrentIndex(dialog.choice.findData(5))
    assert dialog.choice.findData(2) == -1
    dialog.accept()
    assert 2 not in demo.session.classes
    assert demo.session.current_class == 5
    assert (labels(demo)[60:65, 60:65] == 5).all()
    assert (validation(demo)[70:75, 60:65] == 5).all()
    assert "ground truth still has" in texts(demo)
    demo.session.undo()
    np.testing.assert_array_equal(labels(demo), before)
    assert (validation(demo)[70:75, 60:65] == 2).all()
    assert demo.session.classes == classes


def test_classes_move_up_and_down_and_by_dragging(demo):
    press(demo, "3")
    press(demo, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:4] == (1, 3, 2, 4)
    press(demo, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:4] == (1, 2, 3, 4)
    demo.classes.table.row_dropped.emit(0, 2)
    assert demo.session.classes.numbers[:4] == (2, 3, 1, 4)
    demo.session.undo()
    assert demo.session.classes.numbers[:4] == (1, 2, 3, 4)
    press(demo, "1")
    press(demo, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert demo.session.classes.numbers[:2] == (1, 2), "the first stays the first"


def test_a_palette_colours_the_classes_and_can_be_undone(demo):
    before = demo.session.classes
    demo.actions_["palette_okabe_ito"].trigger()
    assert [c.color for c in demo.session.classes][:7] == list(PALETTES["Okabe-Ito"])
    assert len({c.color for c in demo.session.classes}) == len(before)
    demo.session.undo()
    assert demo.session.classes == before


def test_renaming_opens_the_name_for_typing(qtbot, demo):
    press(demo, "2")
    demo.actions_["rename_class"].trigger()
    editor = demo.classes.table.findChild(QLineEdit)
    QTest.keyClicks(editor, "Barley")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: demo.session.classes.get(2).name == "Barley")


def test_more_than_255_classes_are_painted_saved_and_read_again(qtbot, demo, answers, tmp_path):
    table = demo.session.classes
    while len(table) < 300:
        table, _ = table.added()
    demo.session.set_classes(table, "Many")
    demo.session.choose_class(300)
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    assert (labels(demo)[60:65, 60:65] == 300).all()
    answers.save = tmp_path / "many.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    drawn = labels(demo).copy()
    demo.session.undo()
    demo.label_files.open_labels(answers.save)
    idle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo), drawn)


# Validation labels


def test_validation_labels_are_a_layer_of_their_own(demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (70, 70))
    press(demo, "V")
    assert demo.labels.options.validation.isVisible()
    drag(demo, (65, 65), (80, 80))
    trained = labels(demo)[60:71, 60:71]
    assert (trained == 2).all(), "training labels stay"
    assert validation(demo)[80, 80] == 2
    assert not (validation(demo).astype(bool) & labels(demo).astype(bool)).any()
    press(demo, "E")
    paint(demo, (62, 62), (80, 80))
    assert (labels(demo)[60:71, 60:71] == 2).all(), "the eraser takes the layer that is painted"
    press(demo, "V")
    assert not demo.labels.options.validation.isVisible()


def test_validation_labels_are_drawn_in_stripes(demo, grabbed):
    press(demo, "R")
    press(demo, "V")
    demo.image.zoom_to_pixel(65, 65)
    drag(demo, (60, 60), (70, 70))
    press(demo, "N")
    color = demo.session.classes.get(demo.session.current_class).color
    at = demo.image.position_of(65, 65)
    row = [grabbed(demo.image.viewport(), at + QPoint(x, 0)) for x in range(-12, 12)]
    near = [max(abs(a - b) for a, b in zip(pixel, color, strict=True)) < 40 for pixel in row]
    assert 6 <= sum(near) <= 18


def test_the_map_is_measured_on_validation_labels_and_never_trained_on_them(qtbot, demo, training):
    training.go.set()
    press(demo, "R")
    for number, row in ((1, 20), (2, 60)):
        press(demo, str(number))
        drag(demo, (row, 20), (row + 6, 26))
    demo.actions_["pretrain"].trigger()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None)
    on_truth = demo.session.accuracy.n_test
    trained = demo.session.trained_on.copy()
    press(demo, "V")
    drag(demo, (90, 90), (96, 96))
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None and demo.session.accuracy.n_test == 49)
    assert on_truth > 49
    np.testing.assert_array_equal(demo.session.trained_on, trained)
    assert demo.session.labelled_classes == 2
    demo.session.undo()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: demo.session.accuracy is not None and demo.session.accuracy.n_test == on_truth)


# History


def test_a_click_in_the_history_goes_there_and_back(demo):
    states = [labels(demo).copy()]
    start = demo.session.history.place
    press(demo, "X")
    for col in range(5):
        click(demo, 60, 60 + 3 * col)
        states.append(labels(demo).copy())
    rows = demo.labels.history.list
    assert rows.count() == start + 6
    for place in (2, 5, 0, 3):
        rows.setCurrentRow(start + place)
        np.testing.assert_array_equal(labels(demo), states[place])
        assert demo.session.history.place == start + place
        assert rows.currentRow() == start + place
    demo.docks["History"].raise_()
    at = rows.visualItemRect(rows.item(start + 1)).center()
    QTest.mouseClick(rows.viewport(), LEFT, NONE, at)
    np.testing.assert_array_equal(labels(demo), states[1])
    click(demo, 90, 90)
    assert rows.count() == start + 3, "what was taken back is gone"


def test_a_new_class_never_takes_the_number_of_a_class_of_the_ground_truth(demo):
    last = max(demo.session.classes.numbers)
    press(demo, "3")
    demo.actions_["delete_class"].trigger()
    press(demo, "3")
    assert 3 not in demo.session.classes
    assert "no class number 3" in texts(demo)
    demo.actions_["add_class"].trigger()
    assert demo.session.current_class == last + 1
    demo.session.go_to(0)
    demo.session.set_scene(demo.session.cube, demo.session.view)  # without a truth the gaps are filled
    press(demo, "1")
    assert demo.session.current_class == 1


def test_f2_twice_goes_on_typing_whichever_window_is_active(qtbot, demo):
    other = QDialog()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    for _ in range(2):
        demo.actions_["rename_class"].trigger()
    (editor,) = demo.classes.table.viewport().findChildren(QLineEdit)
    assert editor.text() == demo.session.classes.get(demo.session.current_class).name


# Regions


def show_regions(qtbot, window):
    window.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: window.labels.regions._seen)
    qtbot.waitUntil(lambda: not window.labels.regions._timer.isActive() and not window.labels.regions._stale)
    idle(qtbot, window)


def test_each_region_is_a_row_with_its_pixels_and_its_mean_spectrum(qtbot, demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (64, 64))
    drag(demo, (60, 80), (60, 81))
    press(demo, "1")
    drag(demo, (20, 20), (21, 20))
    press(demo, "V")
    drag(demo, (90, 90), (90, 92))
    show_regions(qtbot, demo)
    model = demo.labels.explorer.model
    shown = [(e.layer, e.region.number, e.region.size, e.region.first) for e in model.entries]
    assert shown == [(0, 1, 2, (20, 20)), (0, 2, 25, (60, 60)), (0, 2, 2, (60, 80)), (VALIDATION, 1, 3, (90, 90))]
    qtbot.waitUntil(lambda: len(model.spectra) == 4)
    cube = demo.session.cube
    expected = (cube.spectrum(20, 20) + cube.spectrum(21, 20)) / 2
    good = cube.good_bands
    np.testing.assert_allclose(model.spectra[model.entries[0].key][good], expected[good], rtol=1e-5)


def test_a_region_that_is_shown_is_not_taken_for_what_the_fill_selected(qtbot, demo):
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    show_regions(qtbot, demo)
    entry = demo.labels.explorer.model.entries[0]
    press(demo, "F")
    demo.labels.regions.jump(entry)
    press(demo, "Z", CTRL)  # of the rectangle: nothing is selected that it could drop
    assert not labels(demo).any()
    click(demo, 30, 30)
    qtbot.waitUntil(lambda: demo.labels.fill.area is not None)
    selected = demo.labels.fill.area
    demo.labels.regions.jump(entry)
    demo.image.flash(None)
    assert demo.image._tool.selection is selected
    press(demo, Qt.Key.Key_Return)
    assert labels(demo)[30, 30] == demo.session.current_class


def test_the_history_is_up_to_date_while_a_polygon_is_open(demo):
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    press(demo, "G")
    click(demo, 10, 10)
    demo.actions_["undo"].trigger()
    assert demo.labels.history.list.currentRow() == demo.session.history.place
    assert demo.actions_["redo"].isEnabled()
    press(demo, Qt.Key.Key_Escape)
    demo.actions_["add_class"].trigger()
    click(demo, 10, 10)
    demo.actions_["lock_class"].trigger()
    texts_shown = [demo.labels.history.list.item(n).text() for n in range(demo.labels.history.list.count())]
    assert texts_shown[1:] == demo.session.history.texts


def test_a_click_on_a_region_jumps_there(qtbot, demo):
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    show_regions(qtbot, demo)
    demo.image.zoom_to_pixel(5, 5)
    table = demo.labels.explorer.table
    at = table.visualRect(demo.labels.explorer.model.index(0, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, NONE, at)
    top, left, bottom, right = demo.image.visible_box()
    assert top <= 60
    assert left <= 60
    assert bottom >= 65
    assert right >= 65
    middle = demo.image.viewport().rect().center()
    assert demo.image.pixel_at(middle) in [(row, col) for row in (61, 62, 63) for col in (61, 62, 63)]


def test_a_region_is_reassigned_or_deleted_and_can_be_undone(qtbot, demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (64, 64))
    drag(demo, (80, 60), (84, 64))
    show_regions(qtbot, demo)
    panel = demo.labels.explorer
    panel.table.selectRow(0)
    panel.reassign_asked.emit(panel.selected(), 5)
    assert (labels(demo)[60:65, 60:65] == 5).all()
    assert (labels(demo)[80:85, 60:65] == 2).all()
    show_regions(qtbot, demo)
    panel.table.selectRow(0)
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert not labels(demo)[80:85, 60:65].any()
    demo.session.undo()
    demo.session.undo()
    assert (labels(demo)[60:65, 60:65] == 2).all()
    assert (labels(demo)[80:85, 60:65] == 2).all()


def test_regions_of_locked_classes_stay(qtbot, demo):
    press(demo, "R")
    press(demo, "2")
    drag(demo, (60, 60), (64, 64))
    press(demo, "K")
    show_regions(qtbot, demo)
    demo.labels.explorer.table.selectRow(0)
    QTest.mouseClick(demo.labels.explorer.delete, LEFT)
    assert (labels(demo)[60:65, 60:65] == 2).all()
    assert "locked classes stay" in texts(demo)


# Journeys


def draw_with_everything(qtbot, window):
    """Each tool once, on both layers."""
    press(window, "R")
    press(window, "1")
    drag(window, (10, 10), (20, 30))
    press(window, "B")
    press(window, "2")
    paint(window, (40, 10), (50, 60))
    press(window, "G")
    press(window, "3")
    for pixel in ((60, 10), (60, 30), (80, 20)):
        click(window, *pixel)
    press(window, Qt.Key.Key_Return)
    press(window, "O")
    drag(window, (90, 10), (90, 30), (110, 30), (110, 10))
    press(window, "D")
    press(window, "4")
    drag(window, (20, 60), (30, 110))
    press(window, "E")
    paint(window, (45, 30), (47, 40))
    press(window, "V")
    press(window, "R")
    drag(window, (60, 80), (80, 100))
    press(window, "X")
    press(window, "2")
    click(window, 100, 100)
    press(window, "V")


def test_labels_painted_undone_redone_saved_and_opened_again_are_the_same_pixels(
    qtbot, demo, make_window, answers, tmp_path
):
    start = demo.session.history.place
    draw_with_everything(qtbot, demo)
    drawn, checked = labels(demo).copy(), validation(demo).copy()
    assert len(np.unique(drawn)) == 5
    assert checked.any()
    demo.session.go_to(start)
    assert not labels(demo).any()
    assert not validation(demo).any()
    while demo.session.history.redo_text:
        press(demo, Qt.Key.Key_Y, CTRL)
    np.testing.assert_array_equal(labels(demo), drawn)
    np.testing.assert_array_equal(validation(demo), checked)
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    assert (tmp_path / "mine-validation.tif").exists()
    assert not demo.session.unsaved
    other = make_window()
    other.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: other.session.cube is not None)
    idle(qtbot, other)
    other.label_files.open_labels(tmp_path / "mine.tif")
    idle(qtbot, other)
    idle(qtbot, other)
    np.testing.assert_array_equal(other.session.labels.array, drawn)
    qtbot.waitUntil(lambda: other.session.labels.labelled(VALIDATION) > 0)
    np.testing.assert_array_equal(other.session.labels.validation, checked)
    assert not other.session.unsaved
    names = {c.number: c.name for c in demo.session.classes}
    assert {c.number: c.name for c in other.session.classes} == names


def test_both_layers_are_offered_again_after_a_crash(qtbot, demo, make_window):
    draw_with_everything(qtbot, demo)
    drawn, checked = labels(demo).copy(), validation(demo).copy()
    demo.label_files.keep_safe()
    idle(qtbot, demo)
    other = make_window()
    other.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: other.session.cube is not None)
    idle(qtbot, other)
    (offer,) = [m for m in other.messages.messages if "unsaved labels" in m.text]
    assert f"{np.count_nonzero(drawn) + np.count_nonzero(checked):,}" in offer.text
    (restore,) = [b for b in offer.findChildren(QPushButton) if b.text() == "Restore"]
    restore.click()
    idle(qtbot, other)
    np.testing.assert_array_equal(other.session.labels.array, drawn)
    np.testing.assert_array_equal(other.session.labels.validation, checked)


def test_opening_labels_over_validation_labels_keeps_the_layers_apart(qtbot, demo, answers, tmp_path):
    press(demo, "R")
    drag(demo, (60, 60), (70, 70))
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.session.undo()
    press(demo, "V")
    drag(demo, (65, 65), (80, 80))
    demo.label_files.open_labels(tmp_path / "mine.tif")
    idle(qtbot, demo)
    assert not ((labels(demo) > 0) & (validation(demo) > 0)).any()
    assert validation(demo)[80, 80]
    demo.session.undo()
    assert (validation(demo)[65:81, 65:81] > 0).all()


def test_a_large_scene_is_flooded_only_round_the_click(qtbot, window, tmp_path):
    np.save(tmp_path / "large.npy", np.random.default_rng(0).random((700, 800, 4), dtype=np.float32))
    open_scene(qtbot, window, tmp_path / "large.npy")
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    press(window, "F")
    window.labels.options.tolerance.setValue(45)
    window.labels.options.connected.setChecked(False)
    click(window, 400, 400)
    idle(qtbot, window)
    qtbot.waitUntil(lambda: window.labels.fill.area is not None)
    assert "512 × 512" in window.labels.options.hint.text()
    press(window, Qt.Key.Key_Return)
    assert labels(window)[400, 400]
    assert not labels(window)[:140].any()
