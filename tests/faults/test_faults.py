"""A share of what the scripts beside this file try at length: processes killed while they label, damaged projects."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
from tests.faults import fuzz_projects, killed_transactions

if sys.platform == "win32":
    pytest.skip("processes are killed by a signal", allow_module_level=True)

from tests.faults import kill_labels

KILLS = 6  # one of each kind; the script is run at length by hand


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_label_is_lost_when_the_window_is_killed(tmp_path: Path):
    found = kill_labels.run(KILLS, ("brisk", "held", "save", "slow", "export", "train"), 7, tmp_path)
    assert found["wrong"] == []
    assert (found["lost"], found["corrupt"], found["offered"]) == (0, 0, KILLS)
    assert (found["not_taken_up"], found["not_begun"]) == (0, 0), found["why"]
    assert found["left_over"] == 0


def test_a_kill_that_loses_labels_would_be_seen(tmp_path: Path):
    """The judge is no friend: a log with strokes that are nowhere is a loss."""
    user = kill_labels.User(tmp_path, kill_labels.write_demo(tmp_path / "scene", rows=16, cols=16)[0])
    empty = kill_labels.digest(*(kill_labels.np.zeros((2, 16, 16), kill_labels.np.uint16)))
    lines = [{"t": 10.0, "what": "working", "state": empty}, {"t": 11.0, "what": "step", "state": "a stroke"}]
    assert kill_labels._look(user, "brisk", lines, 13.0).lost
    assert kill_labels._look(user, "brisk", lines, 13.0).missing_s == 2.0
    assert not kill_labels._look(user, "brisk", lines, 11.5).lost, "the last second may be missing"


def test_the_newest_whole_project_is_offered_however_the_others_are_damaged(tmp_path: Path):
    found = fuzz_projects.run(120, 3, tmp_path)
    assert found["examples"] == []
    assert found["right"] == 120


def test_the_newest_whole_project_is_offered_whatever_became_of_the_journal_of_a_killed_process(tmp_path: Path):
    found = killed_transactions.run(90, 3, tmp_path)
    assert found["examples"] == []
    assert found["right"] == 90


def test_labels_that_are_saved_in_two_files_are_no_loss(tmp_path: Path):
    scene, _ = kill_labels.write_demo(tmp_path / "scene", rows=16, cols=16)
    user = kill_labels.User(tmp_path, scene)
    user.out.mkdir()
    labels, validation = np.eye(16, dtype=np.uint16), np.eye(16, k=3, dtype=np.uint16)
    classes = ClassTable.for_numbers([1])
    write_classes(user.out / "labels.tif", labels, classes)
    lines = [{"t": 11.0, "what": "step", "state": kill_labels.digest(labels, validation)}]
    assert kill_labels._look(user, "save", lines, 13.0).lost
    write_classes(user.out / "labels-validation.tif", validation, classes)
    kill = kill_labels._look(user, "save", lines, 13.0)
    assert (kill.lost, kill.offered, kill.missing_s) == (False, True, 0.0)
