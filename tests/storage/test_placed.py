"""Projects in folders that cannot lock: written on this machine, copied into place, and nothing lost by a kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

if sys.platform == "win32":
    pytest.skip("there, what cannot lock cannot be made", allow_module_level=True)

from hsigui import cli
from hsigui.errors import HsiError
from hsigui.storage import placing
from hsigui.storage.can_lock import can_lock
from hsigui.storage.copies import copies
from hsigui.storage.database import journal_path
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import Change, Condition, SceneFacts
from hsigui.storage.locks import Holder, Lock, holder_of, lock_path
from hsigui.storage.named import NamedProject, create_project, open_project
from hsigui.storage.on_this_machine import left_of
from hsigui.storage.placed import PlacedFile, content_of
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.projects import Projects
from hsigui.storage.taking import take
from tests.storage.scenes import assert_same, block, draw, make_cube, tracked
from tests.storage.without_locks import forbid, labels_at, values

FACTS = SceneFacts("a" * 32, 4, 4, 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    forbid(monkeypatch, tmp_path / "drive", tmp_path / "local")
    yield tmp_path / "drive"
    can_lock.cache_clear()


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "fields.hsigui"


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return tmp_path / "local"


def write(project: NamedProject | ProjectFile, number: int, at: float = 0.0) -> None:
    """Labels of a class, written at a time."""
    file = project if isinstance(project, ProjectFile) else project.take(FACTS).file
    file.write(FACTS, Change(Condition(True, at), {(0, 0, 0): np.full((4, 4), number, np.uint16)}))


def opened(path: Path) -> NamedProject:
    project = open_project(path).project
    assert project is not None
    return project


def placed(project: NamedProject) -> PlacedFile:
    file = project.take(FACTS).file
    assert isinstance(file, PlacedFile)
    return file


def elsewhere(path: Path, number: int, at: float) -> None:
    """Another machine writes to a project, as this one does."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch) / path.name
        with closing(ProjectFile(work)) as file:
            write(file, number, at)
        path.write_bytes(work.read_bytes())


def wait_until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.02)


def killed(folder: Path, local: Path) -> None:
    """A session as in `without_locks.work`, ended by force."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.without_locks", str(folder), str(local)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        process.kill()


def test_what_is_drawn_is_copied_into_place_some_seconds_later_and_at_the_end(path, local, tmp_path, monkeypatch):
    monkeypatch.setattr(placing, "PLACE_SECONDS", 0.2)
    project, journal = create_project(path), Journal(Projects(tmp_path / "state", tmp_path / "none"))
    assert read_project(path) == [], "there at once"
    assert f"The folder {path.parent} cannot lock files" in project.told
    assert str(local) in project.told
    journal.use(project)
    scene, _tracker = tracked(journal)
    draw(scene)
    assert journal.settle()
    assert journal.busy, "it is not in its place yet"
    wait_until(lambda: not journal.busy)
    assert_same(read_project(path)[0], scene)
    scene.edit(block(0, 0, 9, 9, 7), "At the end")
    assert journal.close()
    project.close()
    project.close()
    assert_same(read_project(path)[0], scene)
    assert [*local.iterdir()] == [], "nothing stays on this machine"
    assert [file for file in path.parent.iterdir() if file.is_file()] == [path]


def test_a_scene_that_is_opened_again_has_what_is_not_in_its_place_yet(path):
    project = create_project(path)
    write(project, 3)
    kept = project.scene(FACTS.identity)
    assert kept is not None
    assert values(kept) == [3]
    assert read_project(path) == []
    placed(project).place()
    project.close()


def test_what_a_killed_process_did_not_copy_is_there_when_the_project_is_opened(folder, path, local):
    killed(folder, local)
    assert labels_at(path) == [1]
    found = open_project(path)
    assert found.project is not None
    assert values(found.scenes[0]) == [1, 2]
    assert found.told == (), "nothing is wrong"
    assert labels_at(path) == [1, 2]
    found.project.close()
    assert [*local.glob("fields*")] == []


def test_a_kill_between_the_copy_and_the_word_of_it_looks_like_no_other_machine(path, monkeypatch):
    project = create_project(path)
    write(project, 3)
    file = placed(project)
    monkeypatch.setattr(PlacedFile, "_note", lambda _self: None)
    known = _noted(file)
    file.place()
    monkeypatch.undo()
    _kill(project)
    assert _noted(file) == known


def _noted(file: PlacedFile) -> object:
    return json.loads(file.database.with_name(f"{file.database.name}.json").read_text())


def _kill(project: NamedProject) -> None:
    """As a kill leaves it."""
    ProjectFile.close(project._file)
    os.close(project._lock._descriptor)
    project._lock._descriptor = -1


def test_where_another_machine_wrote_and_this_one_did_not_the_other_has_it(path):
    project = create_project(path)
    write(project, 3, at=100.0)
    placed(project).place()
    _kill(project)
    elsewhere(path, 5, at=50.0)
    found = open_project(path)
    assert values(found.scenes[0]) == [5]
    assert found.told == ()
    found.project.close()


@pytest.mark.parametrize(("here", "there"), [(100.0, 50.0), (50.0, 100.0)])
def test_where_both_wrote_the_newer_one_is_taken_and_the_other_is_a_copy(path, here, there):
    project = create_project(path)
    write(project, 3, at=here)
    _kill(project)
    elsewhere(path, 5, at=there)
    os.utime(path, (1e9, 1e9) if here < there else None)  # a time of the file tells nothing
    found = open_project(path)
    assert found.project is not None
    assert values(found.scenes[0]) == ([3] if here > there else [5])
    (copy,) = copies(path)
    assert labels_at(copy) == ([5] if here > there else [3])
    assert "Another machine has written" in found.told[0]
    assert str(copy) in found.told[0]
    found.project.close()


def test_what_another_machine_wrote_meanwhile_is_not_written_over(path):
    project = create_project(path)
    write(project, 3)
    elsewhere(path, 5, at=1.0)
    told = placed(project).place()
    own = path.with_name("fields.2.hsigui")
    assert str(own) in told
    assert (labels_at(path), labels_at(own)) == ([5], [3])
    write(project, 4)
    assert placed(project).place() == "", "told once"
    _kill(project)
    again = opened(path)
    assert (labels_at(path), labels_at(own)) == ([5], [4])
    again.close()


def test_a_project_that_was_only_touched_or_is_gone_is_written_again(path):
    project = create_project(path)
    write(project, 3)
    os.utime(path, (1e9, 1e9))
    assert placed(project).place() == ""
    path.unlink()
    write(project, 4)
    assert placed(project).place() == ""
    assert labels_at(path) == [4]
    project.close()


def test_a_drive_that_is_gone_for_a_while_loses_nothing_and_is_told_once(path, tmp_path, monkeypatch):
    monkeypatch.setattr(placing, "PLACE_SECONDS", 0.0)
    project = create_project(path)
    file, waiting = placed(project), placing.Placing()
    put = PlacedFile.place
    monkeypatch.setattr(PlacedFile, "place", lambda _self: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    write(project, 3)
    waiting.note(file)
    (told,) = waiting.place_due()
    assert "Input/output error" in told
    assert str(file.database) in told
    assert waiting.place_due() == []
    project.close()
    assert file.database.exists(), "it is safe on this machine"
    monkeypatch.setattr(PlacedFile, "place", put)
    again = opened(path)
    assert labels_at(path) == [3]
    again.close()


def test_a_damaged_file_on_this_machine_is_set_aside_and_said(path):
    project = create_project(path)
    write(project, 3)
    placed(project).place()
    _kill(project)
    live = left_of(path)
    assert live is not None
    live.write_bytes(live.read_bytes()[:5000])
    found = open_project(path)
    assert values(found.scenes[0]) == [3]
    assert "damaged" in found.told[0]
    assert live.with_name(f"{live.name}.damaged").exists()
    found.project.close()


def test_a_damaged_file_in_place_is_set_aside_and_that_of_this_machine_taken(path):
    project = create_project(path)
    write(project, 3)
    _kill(project)
    path.write_bytes(b"x")
    found = open_project(path)
    assert values(found.scenes[0]) == [3]
    assert "damaged" in found.told[0]
    found.project.close()


def test_where_what_was_left_cannot_be_copied_it_is_said_where_it_is(path, monkeypatch):
    project = create_project(path)
    write(project, 3)
    _kill(project)

    def full(_source, _path):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("hsigui.storage.placed.copy_database", full)
        with pytest.raises(HsiError, match="No space left on device") as raised:
            open_project(path)
    live = left_of(path)
    assert str(live) in str(raised.value)
    path.rename(path.with_name("elsewhere"))
    with pytest.raises(HsiError, match="does not exist") as raised:
        open_project(path)
    assert str(live) in str(raised.value)
    path.with_name("elsewhere").rename(path)
    again = opened(path)
    assert labels_at(path) == [3]
    again.close()


def test_the_command_tells_of_what_is_not_in_its_place_and_leaves_it(folder, path, local, capsys):
    killed(folder, local)
    left = left_of(path)
    assert cli.run(["project", "info", str(path)]) == 0
    assert f"What was drawn last is in {left}" in capsys.readouterr().out
    assert labels_at(path) == [1]


def test_the_windows_of_one_machine_keep_each_other_out(path):
    project = create_project(path)
    found = open_project(path)
    assert found.project is None
    assert found.holder is not None
    assert found.holder.certain
    assert holder_of(path) == found.holder
    project.close()
    assert holder_of(path) is None


def test_of_another_machine_it_is_said_what_cannot_be_known(path):
    create_project(path).close()
    note = lock_path(path)
    note.write_text(json.dumps({"pid": 12, "host": "another", "since": 0.0}))
    holder = take(path)
    assert isinstance(holder, Holder)
    assert "whether it still runs cannot be known" in str(holder)
    assert holder_of(path) == holder
    found = open_project(path)
    assert found.project is not None, "one that was killed there would keep it for ever"
    assert "12 on another" in found.told[0]
    found.project.close()
    assert not note.exists()
    note.write_text(json.dumps({"pid": 12, "host": "another", "since": 0.0}))
    with pytest.raises(HsiError, match="cannot be known"):
        create_project(path)


def test_a_journal_that_lies_in_such_a_folder_is_played_back_where_nobody_reads(path, tmp_path):
    work = tmp_path / "work.hsigui"
    with closing(ProjectFile(work)) as file:
        write(file, 3)
        before = content_of(work)
        file._connection.execute("PRAGMA cache_size = 1")
        file._connection.execute("BEGIN IMMEDIATE")
        file._connection.execute("UPDATE entries SET value = zeroblob(90000)")
        torn, journal = work.read_bytes(), journal_path(work).read_bytes()
        file._connection.execute("ROLLBACK")
    path.write_bytes(torn)
    journal_path(path).write_bytes(journal)
    assert content_of(path) == before
    assert path.read_bytes() == torn, "who may be writing there cannot be known"
    project = opened(path)
    write(project, 4)
    placed(project).place()
    assert not journal_path(path).exists()
    assert labels_at(path) == [4]
    project.close()


def test_a_new_project_puts_away_one_that_a_killed_process_wrote(folder, path, local):
    killed(folder, local)
    project = create_project(path)
    assert read_project(path) == []
    assert labels_at(copies(path)[0]) == [1, 2]
    project.close()


def test_a_state_folder_that_cannot_lock_keeps_labels_all_the_same(folder, local):
    projects = Projects(folder / "projects", folder / "none")
    journal = Journal(projects)
    scene, _tracker = tracked(journal)
    draw(scene)
    assert journal.settle()
    told = journal.health().told
    assert len([text for text in told if "cannot lock files" in text]) == 1
    other, _other = tracked(journal, make_cube(seed=1))
    other.edit(block(0, 0, 3, 3, 1), "Another")
    assert journal.settle()
    assert journal.health().told == (), "told once"
    assert projects.look(SceneFacts.of(scene.plain)).in_use, "this window has it"
    assert journal.close()
    (left,) = Projects(folder / "projects", folder / "none").look(SceneFacts.of(scene.plain)).left
    assert_same(left.scene, scene)
    assert [*local.iterdir()] == []


def test_labels_that_another_machine_may_be_drawing_are_left_to_it(folder):
    projects = Projects(folder / "projects", folder / "none")
    facts = replace(FACTS, identity="b" * 32)
    first = projects.take(facts)
    first.close()
    path = first.file.path
    elsewhere(path, 5, at=1.0)
    lock_path(path).write_text(json.dumps({"pid": 12, "host": "another", "since": 0.0}))
    found = projects.look(facts)
    assert [use.holder.host for use in found.in_use] == ["another"]
    second = projects.take(facts)
    assert second.file.path != path
    assert lock_path(path).exists()
    second.close()


def test_the_only_folders_that_cannot_lock_are_an_error_and_not_a_silence(folder, monkeypatch):
    monkeypatch.setattr("hsigui.storage.on_this_machine.candidates", lambda: iter((folder / "live",)))
    with pytest.raises(HsiError, match="no folder of this machine can lock"):
        create_project(folder / "fields.hsigui")


def test_a_folder_for_everybody_is_not_trusted(folder, local):
    local.mkdir(mode=0o777)
    local.chmod(0o777)
    with pytest.raises(HsiError, match="no folder of this machine can lock"):
        create_project(folder / "fields.hsigui")


def test_a_folder_that_can_lock_after_all_takes_up_what_was_left(folder, path, local, monkeypatch):
    killed(folder, local)
    monkeypatch.undo()
    monkeypatch.setattr("hsigui.storage.on_this_machine.candidates", lambda: iter((local,)))
    can_lock.cache_clear()
    lock = take(path)
    assert isinstance(lock, Lock)
    assert lock.safe
    lock.release()
    assert labels_at(path) == [1, 2]
