"""The list of labelled regions in the whole window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.labels.label_map import VALIDATION
from tests.ui.windows import click, drag, idle, labels, press, texts

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


def show_regions(qtbot, window):
    window.docks["Regions"].raise_()
    qtbot.waitUntil(lambda: window.regions._seen)
    qtbot.waitUntil(lambda: not window.regions._timer.isActive() and not window.regions._stale)
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
    model = demo.explorer.model
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
    entry = demo.explorer.model.entries[0]
    press(demo, "F")
    demo.regions.jump(entry)
    press(demo, "Z", CTRL)  # of the rectangle: nothing is selected that it could drop
    assert not labels(demo).any()
    click(demo, 30, 30)
    qtbot.waitUntil(lambda: demo.labels.fill.area is not None)
    selected = demo.labels.fill.area
    demo.regions.jump(entry)
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
    assert demo.history.list.currentRow() == demo.session.history.place
    assert demo.actions_["redo"].isEnabled()
    press(demo, Qt.Key.Key_Escape)
    demo.actions_["add_class"].trigger()
    click(demo, 10, 10)
    demo.actions_["lock_class"].trigger()
    texts_shown = [demo.history.list.item(n).text() for n in range(demo.history.list.count())]
    assert texts_shown[1:] == demo.session.history.texts


def test_a_click_on_a_region_jumps_there(qtbot, demo):
    press(demo, "R")
    drag(demo, (60, 60), (64, 64))
    show_regions(qtbot, demo)
    demo.image.zoom_to_pixel(5, 5)
    table = demo.explorer.table
    at = table.visualRect(demo.explorer.model.index(0, 0)).center()
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
    panel = demo.explorer
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
    demo.explorer.table.selectRow(0)
    QTest.mouseClick(demo.explorer.delete, LEFT)
    assert (labels(demo)[60:65, 60:65] == 2).all()
    assert "locked classes stay" in texts(demo)
