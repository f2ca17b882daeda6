"""Copies beside a project: how many stay, and which one is offered when the file is damaged."""

from __future__ import annotations

import time
from contextlib import closing

import numpy as np
import pytest

from hsigui.storage.copies import (
    DAYS,
    LAST,
    copies,
    copies_folder,
    new_copy_path,
    prune,
    read_or_replace,
    retire,
    set_aside,
    sweep,
)
from hsigui.storage.database import journal_path
from hsigui.storage.kept_scene import Change, Condition, SceneFacts
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile

FACTS = SceneFacts("a" * 32, 4, 4, 1)
DAY = 24 * 3600.0


def state(number: int, unsaved: bool = True) -> Change:
    return Change(Condition(unsaved), {(0, 0, 0): np.full((4, 4), number, np.uint16)})


def number_in(path) -> int:
    return int(read_project(path)[0].labels[0, 0])


@pytest.fixture
def path(tmp_path):
    """A project of three states: the file and two copies."""
    path = tmp_path / "a.hsigui"
    with closing(ProjectFile(path)) as file:
        for number in (1, 2, 3):
            file.write(FACTS, state(number, unsaved=number != 2))
            if number < 3:
                file.copy_to(new_copy_path(path, 1e9 + number))
    return path


def test_copies_are_whole_files_newest_first(path):
    assert [number_in(copy) for copy in copies(path)] == [2, 1]
    assert {p.parent for p in copies(path)} == {copies_folder(path)}
    assert new_copy_path(path, 1e9 + 1) not in copies(path), "two in one second"


def test_of_copies_of_one_second_the_last_one_is_the_newest(tmp_path):
    path = tmp_path / "a.hsigui"
    with closing(ProjectFile(path)) as file:
        for number in range(1, 13):
            file.write(FACTS, state(number))
            file.copy_to(new_copy_path(path, 1e9))
    assert [number_in(copy) for copy in copies(path)] == [*range(12, 0, -1)]


def test_a_whole_file_is_read_and_its_copies_are_not_looked_at(path):
    copies(path)[0].write_bytes(b"")
    found = read_or_replace(path)
    assert (found.copy, found.told) == (None, [])
    assert int(found.scenes[0].labels[0, 0]) == 3


def test_in_place_of_a_damaged_file_stands_its_newest_copy_until_it_is_answered(path):
    path.write_bytes(path.read_bytes()[:5000])
    newest = copies(path)[0]
    found = read_or_replace(path)
    assert found.copy == newest
    assert int(found.scenes[0].labels[0, 0]) == 2
    assert "damaged" in found.told[0]
    assert path.with_name("a.hsigui.damaged").stat().st_size == 5000
    again = read_or_replace(path)  # as after another crash, before the user said what is to become of it
    assert int(again.scenes[0].labels[0, 0]) == 2
    assert again.scenes[0].at_stake, "although its labels were saved when the copy was made"
    assert again.told == []


def test_damaged_copies_are_told_and_passed_over_each_by_itself(path):
    path.write_bytes(b"")
    copies(path)[0].write_bytes(b"x" * 3000)
    found = read_or_replace(path)
    assert int(found.scenes[0].labels[0, 0]) == 1
    assert len(found.told) == 2


def test_without_a_whole_copy_that_is_said(path):
    for file in (path, *copies(path)):
        file.write_bytes(b"")
    found = read_or_replace(path)
    assert (found.scenes, found.copy) == ([], None)
    assert "no whole copy" in found.told[-1]
    assert not path.exists()


def test_damaged_files_do_not_overwrite_each_other_and_take_their_journal_along(path):
    path.with_name("a.hsigui-journal").write_bytes(b"journal")
    assert set_aside(path).name == "a.hsigui.damaged"
    assert path.with_name("a.hsigui.damaged-journal").read_bytes() == b"journal"
    path.write_bytes(b"two")
    assert set_aside(path).name == "a.hsigui.damaged1"
    assert not path.exists()


@pytest.fixture
def journal(tmp_path):
    """The journal of a killed process that wrote to another project."""
    other = tmp_path / "other" / "a.hsigui"
    with closing(ProjectFile(other)) as file:
        file.write(FACTS, state(7, unsaved=False))
        file._connection.execute("PRAGMA cache_size = 1")
        file._connection.execute("BEGIN IMMEDIATE")
        for part in ("tiles SET content", "entries SET value", "steps SET text", "seals SET rows"):
            file._connection.execute(f"UPDATE {part} = zeroblob(90000)")
        content = journal_path(other).read_bytes()
        file._connection.execute("ROLLBACK")
    return content


def test_a_journal_of_another_file_does_not_destroy_one_that_is_whole(path, journal):
    journal_path(path).write_bytes(journal)
    whole = path.read_bytes()
    found = read_or_replace(path)
    assert int(found.scenes[0].labels[0, 0]) == 3
    assert path.read_bytes() == whole
    aside = path.with_name("a.hsigui.damaged-journal")
    assert aside.read_bytes() == journal
    assert str(aside) in found.told[0]
    assert not found.stays


def test_a_journal_beside_a_copy_is_not_looked_at(path, journal):
    path.write_bytes(b"x")
    newest = copies(path)[0]
    whole = newest.read_bytes()
    journal_path(newest).write_bytes(journal)
    found = read_or_replace(path)
    assert found.copy == newest
    assert int(found.scenes[0].labels[0, 0]) == 2
    assert newest.read_bytes() == whole


def test_a_journal_of_a_file_that_is_gone_is_not_played_back_into_a_new_one(path, journal):
    path.unlink()
    journal_path(path).write_bytes(journal)
    with closing(ProjectFile(path)) as file:
        file.write(FACTS, state(5))
    assert number_in(path) == 5


def test_a_file_that_cannot_be_read_just_now_stays(path, monkeypatch):
    def denied(_path, *_how):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hsigui.storage.copies.read_content", denied)
    found = read_or_replace(path)
    assert found.stays
    assert "Permission denied" in found.told[0]
    monkeypatch.undo()
    assert number_in(path) == 3


def test_a_file_out_of_use_is_the_newest_copy(path):
    retire(path)
    assert not path.exists()
    assert [number_in(copy) for copy in copies(path)] == [3, 2, 1]
    retire(path)


def test_the_last_five_and_one_a_day_are_kept(tmp_path):
    path, now = tmp_path / "a.hsigui", time.mktime((2026, 5, 31, 23, 0, 0, 0, 0, -1))
    copies_folder(path).mkdir()
    for hours in range(0, 24 * 40, 4):
        new_copy_path(path, now - hours * 3600).write_bytes(b"")
    prune(path)
    found = copies(path)
    assert [p.name[:11] for p in found[:LAST]] == [
        "20260531-23", "20260531-19", "20260531-15", "20260531-11", "20260531-07",
    ]  # fmt: skip
    days = [p.name[:8] for p in found]
    assert len(set(days)) == DAYS
    assert len(found) == LAST + DAYS - 1
    assert {p.name[9:11] for p in found[LAST:]} == {"23"}, "the last one of each day"


def test_what_killed_processes_left_is_swept_and_nothing_else(tmp_path, path):
    dead = 2**22 + 1  # beyond the largest number of a process
    from hsigui.saving import HOST

    gone = [
        tmp_path / f".a.hsigui-{HOST}-{dead}-0-part",
        tmp_path / f".a.hsigui-{HOST}-{dead}-0-part-journal",
        copies_folder(path) / f".20260101-000000.hsigui-{HOST}-{dead}-3-part",
    ]
    stays = [tmp_path / f".a.hsigui-{HOST}-1-0-part", tmp_path / ".a.hsigui-mine", path, *copies(path)]
    for file in [*gone, *stays[:2]]:
        file.write_bytes(b"half")
    sweep(tmp_path)
    assert not any(file.exists() for file in gone)
    assert all(file.exists() for file in stays)
