"""What is drawn is on the disk soon after, whatever is drawn and however the disk behaves."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.storage import journal as journal_module
from hsigui.storage.copies import copies
from hsigui.storage.journal import Journal
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.projects import Projects
from tests.storage.scenes import COLS, ROWS, assert_same, block, draw, make_cube, tracked


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setattr(journal_module, "REST_SECONDS", 0.01)
    journal = Journal(Projects(tmp_path / "projects"))
    yield journal
    journal.close()


def on_disk(journal: Journal, scene):
    assert journal.settle()
    path = journal.own_file(scene.id)
    assert path is not None
    (found,) = read_project(path)
    return found


def test_all_that_is_drawn_is_written_with_its_history(journal):
    scene, _ = tracked(journal)
    draw(scene)
    found = on_disk(journal, scene)
    assert_same(found, scene)
    assert found.condition.unsaved
    assert found.at_stake


def test_nothing_done_is_nothing_written(journal, tmp_path):
    scene, tracker = tracked(journal)
    scene.set_truth(np.ones((ROWS, COLS), np.uint16), ClassTable.for_numbers([1]), "truth")
    tracker.hand_over()
    assert journal.settle()
    assert not (tmp_path / "projects").exists()


def test_pieces_of_a_stroke_that_goes_on_are_written_and_can_be_taken_back(journal):
    scene, tracker = tracked(journal)
    scene.edit(block(0, 0, 150, 300, 2), "Ground")
    before = scene.labels.array.copy()
    scene.begin_stroke("Long")
    for number in range(6):
        scene.edit(block(10, 10 + 5 * number, 9, 9, 3 + number % 2), "piece")
        tracker.hand_over()
        if number % 2:
            journal.settle()
    found = on_disk(journal, scene)
    np.testing.assert_array_equal(found.labels, scene.labels.array)
    assert [step.text for step in found.steps] == ["Ground", "Long"]
    assert found.place == 2
    undone = found.labels.copy()
    for edit in found.steps[-1].edits:
        edit = edit.unpacked()
        top, left, bottom, right = edit.box
        window = undone[top:bottom, left:right]
        window[edit.mask] = edit.new
    np.testing.assert_array_equal(undone, before)
    scene.end_stroke()
    assert_same(on_disk(journal, scene), scene)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_in_whatever_order_the_file_has_it(journal, seed):
    """Edits, strokes, undo, redo and jumps at random, handed over at random moments."""
    rng = random.Random(seed)
    scene, tracker = tracked(journal)
    scene.history._limit = 12  # steps are forgotten, too
    for _ in range(120):
        match rng.randrange(9):
            case 0 | 1 | 2:
                layer = rng.choice([TRAINING, TRAINING, VALIDATION])
                scene.edit(
                    block(rng.randrange(140), rng.randrange(280), rng.randint(1, 10), rng.randint(1, 20),
                          rng.randrange(5), layer),
                    f"edit {rng.random()}",
                )  # fmt: skip
            case 3:
                scene.begin_stroke(f"stroke {rng.random()}")
            case 4:
                scene.end_stroke()
            case 5:
                scene.undo()
            case 6:
                scene.redo()
            case 7:
                scene.go_to(rng.randint(0, 12))
            case 8:
                scene.set_classes(ClassTable.for_numbers(rng.sample(range(1, 9), 3)), "Classes")
        if rng.random() < 0.3:
            tracker.hand_over()
        if rng.random() < 0.2:
            tracker.hand_over()
            found = on_disk(journal, scene) if tracker.changed else None
            if found is not None:
                np.testing.assert_array_equal(found.labels, scene.labels.array)
                np.testing.assert_array_equal(found.validation, scene.labels.validation)
    scene.end_stroke()
    tracker.hand_over()
    assert_same(on_disk(journal, scene), scene)


def test_saved_and_given_up_labels_are_not_at_stake(journal, tmp_path):
    scene, tracker = tracked(journal)
    draw(scene)
    scene.labels_source, scene.labels_buffer = tmp_path / "points.gpkg", "10m"
    scene.mark_saved(tmp_path / "labels.tif")
    found = on_disk(journal, scene)
    assert not found.condition.unsaved
    assert (found.condition.labels_source, found.condition.labels_buffer) == (str(tmp_path / "points.gpkg"), "10m")
    assert found.condition.labels_path == str(tmp_path / "labels.tif")
    scene.edit(block(0, 0, 3, 3, 7), "More")
    assert on_disk(journal, scene).at_stake
    tracker.give_up()
    given_up = on_disk(journal, scene)
    assert not given_up.at_stake
    assert given_up.condition.given_up


def test_what_cannot_be_written_is_told_kept_and_tried_again(journal, monkeypatch):
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.05)
    scene, _ = tracked(journal)
    draw(scene)
    on_disk(journal, scene)
    tries = []

    def full(self, facts, change, around=None):
        tries.append(change)
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(ProjectFile, "write", full)
        scene.edit(block(0, 0, 3, 3, 7), "One")
        scene.edit(block(5, 5, 3, 3, 7), "Two")
        while len(tries) < 3:
            assert not journal.settle(0.05)
        health = journal.health()
        assert health.problem == "database or disk is full"
        assert health.failures >= 2
        assert journal.busy
    assert_same(on_disk(journal, scene), scene)
    assert journal.health().problem == ""


def test_a_folder_that_is_there_later_is_written_to_then(tmp_path, monkeypatch):
    monkeypatch.setattr(journal_module, "RETRY_SECONDS", 0.05)
    (tmp_path / "state").write_text("in the way")
    journal = Journal(Projects(tmp_path / "state" / "projects"))
    scene, _ = tracked(journal)
    draw(scene)
    assert not journal.settle(0.3)
    assert journal.health().problem
    (tmp_path / "state").unlink()
    assert_same(on_disk(journal, scene), scene)
    assert journal.close()


def test_all_is_on_the_disk_when_the_journal_is_closed_and_its_thread_is_gone(journal):
    scene, _ = tracked(journal)
    draw(scene)
    assert journal.close()
    (found,) = journal.projects.folder.glob("*.hsigui")
    assert_same(read_project(found)[0], scene)
    assert not any(thread.name == "journal" for thread in threading.enumerate())


def test_closing_says_when_something_could_not_be_written(journal, monkeypatch):
    def full(self, facts, change, around=None):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(ProjectFile, "write", full)
    scene, _ = tracked(journal)
    draw(scene)
    assert not journal.close()


def test_a_scene_that_is_closed_lets_go_of_its_file(journal):
    scene, _ = tracked(journal)
    draw(scene)
    facts = on_disk(journal, scene).facts
    assert journal.projects.look(facts).in_use
    journal.close_scene(scene.id)
    assert journal.settle()
    found = journal.projects.look(facts)
    assert not found.in_use
    assert len(found.left) == 1


def test_two_scenes_have_two_files(journal):
    one, _first = tracked(journal)
    two, _second = tracked(journal, make_cube(seed=1))
    draw(one)
    two.edit(block(0, 0, 3, 3, 4), "Another")
    assert_same(on_disk(journal, one), one)
    assert_same(on_disk(journal, two), two)
    assert journal.own_file(one.id) != journal.own_file(two.id)


def test_what_is_to_follow_a_write_follows_it(journal):
    scene, _ = tracked(journal)
    draw(scene)
    seen = []
    journal.after_writing(scene.id, lambda: seen.append(len(read_project(journal.own_file(scene.id)))))
    assert journal.settle()
    assert seen == [1]


def test_what_cannot_be_done_afterwards_is_told_and_takes_no_label_along(journal):
    def denied() -> None:
        raise PermissionError(13, "Permission denied")

    scene, _ = tracked(journal)
    draw(scene)
    journal.after_writing(scene.id, denied)
    assert_same(on_disk(journal, scene), scene)
    health = journal.health()
    assert health.problem == ""
    assert "Permission denied" in health.told[0]


def test_a_scene_that_is_closed_while_the_journal_turns_to_it_ends_nothing(journal, monkeypatch):
    to_do = journal._to_do
    monkeypatch.setattr(journal, "_to_do", lambda: [12_345, *to_do()] if to_do() else [])
    scene, _ = tracked(journal)
    draw(scene)
    assert_same(on_disk(journal, scene), scene)


def test_scenes_that_come_and_go_are_all_written(journal, monkeypatch):
    monkeypatch.setattr(journal_module, "REST_SECONDS", 0.0)
    for number in range(1, 40):
        scene, _tracker = tracked(journal)
        scene.edit(block(number, number, 3, 3, number), "Block")
        _tracker.give_up()
        journal.close_scene(scene.id)
    assert journal.settle(60)
    assert journal.health().problem == ""
    (path,) = journal.projects.folder.glob("*.hsigui")
    assert int(read_project(path)[0].labels[39, 39]) == 39
    assert len(copies(path)) == 5, "the last ones"


def test_a_copy_that_fails_is_told_and_the_journal_goes_on(journal, monkeypatch):
    def broken(*_args):
        raise ValueError("anything")

    monkeypatch.setattr(ProjectFile, "copy_to", broken)
    monkeypatch.setattr(journal_module, "FIRST_COPY_SECONDS", 0.0)
    scene, _ = tracked(journal)
    draw(scene)
    on_disk(journal, scene)
    assert "anything" in " ".join(journal.health().told)
    scene.undo()
    assert_same(on_disk(journal, scene), scene)


def test_copies_are_made_as_time_goes_by(journal, monkeypatch):
    scene, _ = tracked(journal)
    draw(scene)
    on_disk(journal, scene)
    assert copies(journal.own_file(scene.id)) == []
    monkeypatch.setattr(journal_module, "FIRST_COPY_SECONDS", 0.0)
    scene.undo()
    on_disk(journal, scene)
    found = copies(journal.own_file(scene.id))
    assert len(found) == 1
    assert_same(read_project(found[0])[0], scene)
    scene.edit(block(0, 0, 3, 3, 7), "More")
    on_disk(journal, scene)
    assert copies(journal.own_file(scene.id)) == found, "not at every stroke"


def test_a_slow_disk_does_not_keep_the_hand(journal, monkeypatch):
    """The thread that draws does nothing with the disk: it goes on while a write has not ended."""
    goes_on, began = threading.Event(), threading.Event()
    write = ProjectFile.write

    def slow(self, facts, change, around=None):
        began.set()
        assert goes_on.wait(20)
        write(self, facts, change, around)

    monkeypatch.setattr(ProjectFile, "write", slow)
    scene, _ = tracked(journal)
    scene.edit(block(0, 0, 3, 3, 1), "First")
    assert began.wait(20)
    for number in range(20):
        scene.edit(block(number, number, 3, 3, 2), "More")
    goes_on.set()
    assert_same(on_disk(journal, scene), scene)
