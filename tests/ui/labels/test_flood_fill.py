"""Flood fill: what it selects, how the selection follows its settings, and how it becomes labels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from hsigui.labels.selection import flood, likeness, usual_distance
from tests.ui.windows import click, idle, labels, open_scene, press

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CTRL, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.MouseButton.LeftButton


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
        expected = min(usual_distance(likeness(demo.session.cube, *place)), tolerance.maximum())
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
