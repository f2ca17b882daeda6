"""A project file gives back what was written, whole or not at all, and finds every change of its bytes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.storage import schema
from hsigui.storage.database import Damaged
from hsigui.storage.kept_scene import Change, Condition, SceneFacts
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.schema import ENTRIES, Rows

FACTS = SceneFacts(
    "a" * 32, 150, 300, 3, "scene \udcff", "x", "/data/scene.hdr", Geo((1, 0, 2, 0, -1, 3), "WKT", ("a",))
)
OTHER = SceneFacts("b" * 32, 4, 4, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "it's a project.hsigui"


def ones(layer: int = 0, number: int = 1) -> Change:
    return Change(Condition(unsaved=True), {(layer, 1, 2): np.full((22, 44), number, np.uint16)})


def written(path: Path, *changes: Change) -> None:
    with closing(ProjectFile(path)) as file:
        for change in changes:
            file.write(FACTS, change)


def test_the_facts_of_a_scene_come_back(path):
    written(path, Change(Condition(True, 12.5, 3, 1, 0, "/labels.tif")))
    (found,) = read_project(path)
    assert found.facts == FACTS
    assert found.condition == Condition(True, 12.5, 3, 1, 0, "/labels.tif")


def test_what_a_later_version_says_more_of_a_scene_is_passed_over(path):
    written(path, Change(Condition(saved_at=3.0)))
    with closing(ProjectFile(path)) as file, file._rows.transaction():
        file._rows.put(ENTRIES, (1, "state", "condition"), ('{"saved_at": 4.0, "mood": "good"}',))
    assert read_project(path)[0].condition == Condition(saved_at=4.0)


def test_a_file_holds_several_scenes_each_by_its_identity(path):
    with closing(ProjectFile(path)) as file:
        file.write(FACTS, ones())
        file.write(OTHER, Change(Condition(), {(0, 0, 0): np.full((4, 4), 9, np.uint16)}))
        file.write(FACTS, ones(1, 5))
        assert file.scenes() == {FACTS.identity: 1, OTHER.identity: 2}
    one, two = read_project(path)
    assert (int(one.labels.sum()), int(one.validation.sum()), int(two.labels.sum())) == (22 * 44, 5 * 22 * 44, 144)


def test_what_is_erased_takes_no_room(path):
    written(path, ones(), Change(Condition(), {(0, 1, 2): np.zeros((22, 44), np.uint16)}))
    (found,) = read_project(path)
    assert not found.labels.any()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM tiles").fetchone() == (0,)


def test_the_file_is_flushed_with_a_rollback_journal(path):
    with closing(ProjectFile(path)) as file:
        ask = file._connection.execute
        assert ask("PRAGMA journal_mode").fetchone() == ("delete",)
        assert ask("PRAGMA synchronous").fetchone() == (2,)  # full


def test_a_write_that_fails_halfway_changes_nothing_and_the_next_one_goes_well(path, monkeypatch):
    with closing(ProjectFile(path)) as file:
        file.write(FACTS, ones())
        with monkeypatch.context() as patch:
            patch.setattr(Rows, "seal", lambda _self: file._connection.execute("no such thing"))
            with pytest.raises(sqlite3.OperationalError):
                file.write(FACTS, ones(1))
        assert not read_project(path)[0].validation.any()
        file.write(FACTS, ones(1))
    (found,) = read_project(path)
    assert found.labels.any()
    assert found.validation.any()


def test_another_process_reads_while_one_writes(path):
    with closing(ProjectFile(path)) as file:
        file.write(FACTS, ones())
        assert read_project(path)[0].labels.any()
        file.write(FACTS, ones(1))
        assert read_project(path)[0].validation.any()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tiles SET row = 0",
        "UPDATE entries SET value = replace(value, 'true', 'false')",
        "UPDATE scenes SET identity = 'c'",
        "UPDATE parts SET version = 0 WHERE name = 'labels'",
        "DELETE FROM tiles",
        "DELETE FROM parts WHERE name = 'labels'",
        "DELETE FROM seals WHERE name = 'steps'",
        "DROP TABLE edits",
        "PRAGMA user_version = 9",
        "PRAGMA application_id = 9",
    ],
)
def test_a_change_by_any_other_hand_is_found(path, change):
    written(path, ones())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    with pytest.raises(Damaged):
        read_project(path)
    with pytest.raises(Damaged):
        ProjectFile(path)


@pytest.mark.parametrize("content", [b"", b"x", b"SQLite format 3\0", b"\0" * 5000, b"no database" * 1000])
def test_what_is_no_database_is_damaged(tmp_path, content):
    file = tmp_path / "a.hsigui"
    file.write_bytes(content)
    with pytest.raises(Damaged):
        read_project(file)


def test_a_database_of_another_program_is_none_of_ours(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE parts (name, version)")
    with pytest.raises(Damaged, match="no project file"):
        read_project(path)


def test_a_later_version_is_refused_in_words_and_left_as_it_is(path, monkeypatch):
    with monkeypatch.context() as later:
        versions = {**schema.VERSIONS, "labels": 2}
        later.setattr(schema, "VERSIONS", versions)
        later.setattr("hsigui.storage.whole.VERSIONS", versions)
        written(path, ones())
    before = path.read_bytes()
    for attempt in (read_project, ProjectFile):
        with pytest.raises(HsiError, match="later version"):
            attempt(path)
    assert path.read_bytes() == before


def _rename_entry(rows: Rows) -> None:
    for key in rows.keys(ENTRIES):
        if key[1:] == ("state", "condition"):
            (value,) = rows.connection.execute("SELECT value FROM entries WHERE part = 'state'").fetchone()
            rows.put(ENTRIES, key, (value.replace("12.5", "25.0"),))


def test_an_earlier_version_is_brought_to_this_one_reading_or_writing(path, monkeypatch):
    written(path, Change(Condition(saved_at=12.5)))
    before = path.read_bytes()
    versions = {**schema.VERSIONS, "state": 3, "maps": 1}
    monkeypatch.setattr("hsigui.storage.whole.VERSIONS", versions)
    monkeypatch.setitem(schema.MIGRATIONS, ("state", 1), _rename_entry)
    monkeypatch.setitem(schema.MIGRATIONS, ("state", 2), lambda rows: None)
    monkeypatch.setitem(schema.MIGRATIONS, ("maps", 0), lambda rows: None)
    assert read_project(path)[0].condition.saved_at == 25.0
    assert path.read_bytes() == before, "who only reads changes nothing"
    ProjectFile(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert dict(connection.execute("SELECT name, version FROM parts"))["state"] == 3
        assert dict(connection.execute("SELECT name, version FROM parts"))["maps"] == 1
    assert read_project(path)[0].condition.saved_at == 25.0


def test_parts_that_this_version_does_not_know_stay(path):
    written(path, ones())
    with closing(ProjectFile(path)) as file, file._rows.transaction():
        file._rows.put(ENTRIES, (1, "tomorrow", "a"), ("[1]",))
        file._rows.put(schema.PARTS, ("tomorrow",), (7,))
        file._connection.execute("CREATE TABLE more (a)")
        file._connection.execute("INSERT INTO more VALUES (5)")
    written(path, ones(1))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM entries WHERE part = 'tomorrow'").fetchone() == ("[1]",)
        assert connection.execute("SELECT version FROM parts WHERE name = 'tomorrow'").fetchone() == (7,)
        assert connection.execute("SELECT a FROM more").fetchone() == (5,)
    assert read_project(path)[0].validation.any()


def test_a_tile_that_claims_to_be_larger_is_refused_before_it_is(path):
    import zlib

    from hsigui.storage.packing import unpacked

    bomb = zlib.compress(b"\0" * 50_000_000)
    with pytest.raises(ValueError, match="33 bytes"):
        unpacked(bomb, (4, 4))
