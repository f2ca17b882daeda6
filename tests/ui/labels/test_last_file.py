"""The file with the labels of a scene is offered when the scene is opened again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.storage import label_places
from tests.ui.windows import button, idle, labels, opened, paint, press, texts


@pytest.fixture
def saved(qtbot, make_window, demo_files, answers, tmp_path):
    """A file of labels that a window, closed since, wrote; and what is in it."""
    window = make_window()
    opened(qtbot, window, demo_files[0])
    assert "labels of this scene are in" not in texts(window)
    press(window, "B")
    press(window, "4")
    paint(window, (60, 60), (60, 70))
    answers.save = tmp_path / "of-last-week.tif"
    window.actions_["save_labels"].trigger()
    idle(qtbot, window)
    drawn = labels(window).copy()
    assert drawn.any()
    window.close()
    return answers.save, drawn


def test_saved_labels_are_offered_with_their_scene_and_opened_by_one_click(qtbot, make_window, demo_files, saved):
    path, drawn = saved
    window = make_window()
    opened(qtbot, window, demo_files[0])
    assert f"The labels of this scene are in {path.name}." in texts(window)
    assert not labels(window).any(), "nothing comes unasked"
    QTest.mouseClick(button(window, "Open labels"), Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert np.array_equal(labels(window), drawn)
    assert not window.session.unsaved
    assert "labels of this scene are in" not in texts(window)


def test_a_file_that_is_gone_is_not_offered(qtbot, make_window, demo_files, saved):
    for file in saved[0].parent.glob(f"{saved[0].stem}.*"):
        file.unlink()
    window = make_window()
    opened(qtbot, window, demo_files[0])
    assert "labels of this scene are in" not in texts(window)


def test_labels_that_were_opened_are_offered_the_next_time_too(qtbot, make_window, demo_files, saved):
    label_places.store_path().unlink()
    window = make_window()
    opened(qtbot, window, demo_files[0])
    assert "labels of this scene are in" not in texts(window)
    window.label_files.open_labels(saved[0])
    idle(qtbot, window)
    window.close()
    again = make_window()
    opened(qtbot, again, demo_files[0])
    assert f"The labels of this scene are in {saved[0].name}." in texts(again)


def test_what_cannot_be_kept_is_told_and_the_labels_are_in_their_file(
    qtbot, make_window, demo_files, answers, tmp_path
):
    window = make_window()
    opened(qtbot, window, demo_files[0])
    label_places.store_path().mkdir(parents=True)
    press(window, "B")
    paint(window, (60, 60), (60, 70))
    answers.save = tmp_path / "labels.tif"
    window.actions_["save_labels"].trigger()
    idle(qtbot, window)
    assert answers.save.exists()
    assert not window.session.unsaved
    assert "warning:" in texts(window)
