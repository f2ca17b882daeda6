"""Projects of the user: one file for all scenes, written by one process, found again when scenes have moved."""

from __future__ import annotations

import shutil
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.storage.copies import copies
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import Change, Condition, SceneFacts
from hsigui.storage.locks import lock_path
from hsigui.storage.named import Place, create_project, find_scene, open_project, scene_in, with_suffix
from hsigui.storage.project_content import read_project
from hsigui.storage.projects import Projects
from tests.storage.scenes import assert_same, block, draw, make_cube, tracked


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "work" / "fields.hsigui"


def test_all_scenes_are_written_into_one_file(path, tmp_path):
    project, journal = create_project(path), Journal(Projects(tmp_path / "state", tmp_path / "none"))
    journal.use(project)
    one, _first = tracked(journal)
    two, _second = tracked(journal, make_cube(seed=1))
    draw(one)
    two.edit(block(0, 0, 3, 3, 4), "Another")
    assert journal.settle()
    assert journal.own_file(one.id) == journal.own_file(two.id) == path
    journal.close_scene(one.id)
    two.edit(block(5, 5, 3, 3, 4), "After the other was closed")
    assert journal.settle()
    first, second = read_project(path)
    assert_same(first, one)
    assert_same(second, two)
    assert not (tmp_path / "state").exists()
    assert journal.close()
    project.close()
    project.close()
    assert not lock_path(path).exists()


def test_work_that_is_written_over_stays_as_a_copy(path, tmp_path):
    def session(number: int) -> None:
        project = open_project(path).project if path.exists() else create_project(path)
        journal = Journal(Projects(tmp_path / "state", tmp_path / "none"))
        journal.use(project)
        scene, _tracker = tracked(journal)
        scene.edit(block(0, 0, 3, 3, number), "Block")
        assert journal.close()
        project.close()

    session(1)
    session(2)
    (now,) = read_project(path)
    assert int(now.labels[0, 0]) == 2
    assert len(now.steps) == 1
    assert int(read_project(copies(path)[0])[0].labels[0, 0]) == 1


def test_a_project_that_another_writes_to_is_read_and_the_other_is_named(path):
    project = create_project(path)
    opened = open_project(path)
    assert opened.project is None
    assert opened.holder is not None
    with pytest.raises(HsiError, match="written to by process"):
        create_project(path)
    project.close()
    again = open_project(path)
    assert again.project is not None
    again.project.close()


def test_a_project_of_the_same_name_becomes_a_copy_whole_or_damaged(path):
    create_project(path).close()
    create_project(path).close()
    assert len(copies(path)) == 1
    path.write_bytes(b"x")
    create_project(path).close()
    assert read_project(path) == []
    assert path.with_name("fields.hsigui.damaged").exists()


def test_a_damaged_project_is_replaced_by_its_newest_whole_copy(path):
    project = create_project(path)
    taken = project.take(SceneFacts("a" * 32, 4, 4, 1))
    taken.file.write(SceneFacts("a" * 32, 4, 4, 1), Change(Condition(), {(0, 0, 0): np.ones((4, 4), np.uint16)}))
    taken.file.copy_to(path.with_name("fields.copies") / "20260101-000000.hsigui")
    project.close()
    path.write_bytes(path.read_bytes()[:4096])
    opened = open_project(path)
    assert opened.project is not None
    assert int(opened.scenes[0].labels.sum()) == 16
    assert "damaged" in opened.told[0]
    opened.project.close()
    shutil.rmtree(path.with_name("fields.copies"))
    path.write_bytes(b"x")
    with pytest.raises(HsiError, match="damaged"):
        open_project(path)
    assert not lock_path(path).exists()


def test_what_is_no_project_is_refused_in_words(tmp_path):
    with pytest.raises(HsiError, match="does not exist"):
        open_project(tmp_path / "missing.hsigui")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError, match="cannot be written"):
        create_project(tmp_path / "file" / "a.hsigui")


def test_a_scene_is_found_beside_the_project_where_it_was_and_below(path, tmp_path):
    values = np.arange(60, dtype=np.int16).reshape(4, 5, 3)
    scene = tmp_path / "work" / "scenes" / "a.npy"
    scene.parent.mkdir(parents=True)
    np.save(scene, values)
    np.save(tmp_path / "work" / "a.npy", values[::-1])  # of the same name, and another
    facts = SceneFacts.of(open_cube(scene))
    project = create_project(path)
    project.take(facts).file.write(facts, Change(Condition()))
    project.close()
    kept = scene_in(path, facts.identity)
    assert kept is not None
    assert kept.facts.relative == "scenes/a.npy"
    moved = tmp_path / "elsewhere"
    shutil.copytree(path.parent, moved)
    found = partial(find_scene, kept.facts, moved / path.name)
    assert found() == Place(moved / "scenes" / "a.npy"), "both moved: as seen from it"
    (moved / "scenes").rename(moved / "other")
    assert found() == Place(scene), "where it was"
    np.save(scene, values + 1)
    assert found() == Place(moved / "other" / "a.npy"), "below the project"
    shutil.rmtree(moved / "other")
    assert found() == Place(scene, same=False), "it holds something else"
    shutil.rmtree(path.parent)
    assert found() == Place(None, same=False)
    assert find_scene(SceneFacts("b" * 32, 1, 1, 1), path) == Place()
    assert scene_in(moved / path.name, "b" * 32) is None


def test_a_name_without_an_ending_gets_one():
    assert [with_suffix(Path(name)).name for name in ("a", "a.b", "a.HSIGUI")] == [
        "a.hsigui", "a.b.hsigui", "a.HSIGUI",
    ]  # fmt: skip


def test_a_database_is_let_go_when_it_is_closed(path):
    project = create_project(path)
    taken = project.take(SceneFacts("a" * 32, 4, 4, 1))
    taken.close()
    with closing(taken.file):
        taken.file.write(SceneFacts("a" * 32, 4, 4, 1), Change(Condition()))
    project.close()
