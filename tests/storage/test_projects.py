"""The files of scenes without a project: found by what the scene holds, one a window, and nothing is offered twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import write_demo
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.storage import journal as journal_module
from hsigui.storage.copies import copies
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import SceneFacts
from hsigui.storage.projects import Projects
from tests.storage.scenes import assert_same, block, draw, make_cube, tracked

FACTS = SceneFacts.of(make_cube())


@pytest.fixture
def projects(tmp_path: Path) -> Projects:
    return Projects(tmp_path / "projects", tmp_path / "recovery")


@pytest.fixture
def window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Journal]]:
    """Makes the journals of several windows."""
    monkeypatch.setattr(journal_module, "REST_SECONDS", 0.01)
    made: list[Journal] = []

    def make() -> Journal:
        made.append(Journal(Projects(tmp_path / "projects", tmp_path / "recovery")))
        return made[-1]

    yield make
    for journal in made:
        journal.close()


def labelled(journal: Journal, number: int = 1, cube: Cube | None = None):
    """A scene with a block of labels, on the disk."""
    scene, tracker = tracked(journal, cube)
    scene.edit(block(0, 0, 3, 4, number), "Block")
    assert journal.settle()
    return scene, tracker


def test_labels_that_were_left_are_found_with_their_history(projects, window):
    journal = window()
    scene, _tracker = tracked(journal)
    draw(scene)
    journal.close()  # as a crash does: without a word of what is to become of them
    found = projects.look(FACTS)
    assert (len(found.left), found.in_use, found.told, found.earlier) == (1, [], [], [])
    assert_same(found.left[0].scene, scene)
    assert projects.look(FACTS).left, "as often as one looks, until it is answered"
    projects.retire(found.left[0].path)
    assert not projects.look(FACTS).left
    assert len(copies(found.left[0].path)) == 1


def test_nothing_is_found_of_another_scene_or_in_an_empty_folder(projects, window):
    assert projects.look(FACTS).left == []
    labelled(window())
    assert projects.look(SceneFacts.of(make_cube(seed=1))).in_use == []


def test_a_scene_is_found_at_another_path_and_by_its_data_instead_of_its_header(projects, window, tmp_path):
    header, _ = write_demo(tmp_path / "demo")
    journal = window()
    labelled(journal, cube=open_cube(header))
    journal.close()
    moved = tmp_path / "elsewhere"
    header.parent.rename(moved)
    for path in (moved / header.name, *moved.glob(f"{header.stem}.*")):
        found = projects.look(SceneFacts.of(open_cube(path)))
        assert len(found.left) == 1, path
        assert found.left[0].scene.facts.path == str(header.resolve())


def test_a_file_that_a_living_process_holds_is_not_offered_and_the_second_window_has_its_own(projects, window):
    first, second = window(), window()
    one, _one = labelled(first, 1)
    (in_use,) = projects.look(FACTS).in_use
    assert in_use.holder.pid == os.getpid()
    assert projects.look(FACTS).left == []
    two, _two = labelled(second, 2)
    assert first.own_file(one.id) != second.own_file(two.id)
    assert [use.path for use in second.health().in_use] == [first.own_file(one.id)]
    assert second.health().in_use == (), "told once"
    shown = projects.read_only(in_use, FACTS.identity)
    assert shown is not None
    assert int(shown.labels[0, 0]) == 1
    first.close()
    second.close()
    assert sorted(int(left.scene.labels[0, 0]) for left in projects.look(FACTS).left) == [1, 2]


def test_what_waits_for_an_answer_is_not_written_over(projects, window):
    first = window()
    labelled(first, 1)
    first.close()
    second = window()
    labelled(second, 2)
    second.close()
    newest, older = projects.look(FACTS).left
    assert int(newest.scene.labels[0, 0]) == 2
    assert int(older.scene.labels[0, 0]) == 1


def test_the_place_of_labels_that_are_safe_is_used_again_and_they_stay_as_a_copy(projects, window):
    first = window()
    scene, _tracker = labelled(first, 1)
    scene.mark_saved()
    path = first.own_file(scene.id)
    first.close()
    assert projects.look(FACTS).left == []
    second = window()
    again, _again = labelled(second, 2)
    assert second.own_file(again.id) == path
    assert len(copies(path)) == 1


def test_a_damaged_file_is_told_and_its_copy_is_offered(projects, window, monkeypatch):
    journal = window()
    scene, _tracker = labelled(journal, 1)
    monkeypatch.setattr(journal_module, "FIRST_COPY_SECONDS", 0.0)
    scene.edit(block(9, 9, 3, 3, 2), "More")
    journal.settle()
    path = journal.own_file(scene.id)
    journal.close()
    path.write_bytes(path.read_bytes()[:-4096])
    found = projects.look(FACTS)
    assert [left.from_copy for left in found.left] == [True]
    assert_same(found.left[0].scene, scene)
    assert "damaged" in found.told[0]
    assert projects.look(FACTS).left, "still, after another crash"


def test_one_damaged_file_does_not_hide_another(projects, window):
    for number in (1, 2):
        journal = window()
        labelled(journal, number)
        journal.close()
    first, second = projects.files(FACTS.identity)
    first.write_bytes(b"x")
    found = projects.look(FACTS)
    assert [left.path for left in found.left] == [second]
    assert len(found.told) == 2


def test_a_damaged_file_found_when_the_first_label_is_drawn_is_told_by_the_journal(projects, window):
    journal = window()
    labelled(journal)
    journal.close()
    (path,) = projects.files(FACTS.identity)
    path.write_bytes(b"x")
    second = window()
    labelled(second, 2)
    assert "damaged" in second.health().told[0]


def test_labels_of_what_a_path_held_before_are_found_as_such(projects, window, tmp_path):
    path = tmp_path / "scene.npy"
    earlier, later = (Cube(ArraySource(np.full((rows, 8, 2), 5)), name="s", path=path) for rows in (6, 9))
    journal = window()
    labelled(journal, cube=earlier)
    journal.close()
    found = projects.look(SceneFacts.of(later))
    assert found.left == []
    assert [left.scene.facts.shape for left in found.earlier] == [(6, 8)]


def test_a_folder_that_cannot_be_read_is_told_and_nothing_else(projects, window, monkeypatch):
    journal = window()
    labelled(journal)
    journal.close()

    def denied(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hsigui.storage.projects.take", denied)
    found = projects.look(FACTS)
    assert found.left == []
    assert "Permission denied" in found.told[0]


def test_reading_beside_another_window_fails_in_words(projects, window):
    journal = window()
    labelled(journal)
    (in_use,) = projects.look(FACTS).in_use
    journal.close()
    in_use.path.write_bytes(b"x")
    with pytest.raises(HsiError, match="cannot be read"):
        projects.read_only(in_use, FACTS.identity)


def test_an_index_that_cannot_be_understood_costs_only_itself(projects, window):
    journal = window()
    labelled(journal)
    journal.close()
    for content in (b"", b"{", b'{"format": 1, "scenes": {"": 3}}'):
        (projects.folder / "scenes.json").write_bytes(content)
        assert len(projects.look(FACTS).left) == 1
