"""Whether a file is still what it was when it was read or written here."""

from __future__ import annotations

import os

import pytest

from hsigui.seen import SeenFiles, free_name, stamp


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "labels.tif"
    path.write_bytes(b"labels of mine")
    return path


@pytest.fixture
def seen(file):
    seen = SeenFiles()
    seen.note([file])
    return seen


def test_what_nobody_touched_is_the_same_and_is_not_read_again(file, seen, monkeypatch):
    monkeypatch.setattr("hsigui.seen.stamp", lambda _path: pytest.fail("was read"))
    assert seen.changed([file]) == {}


def test_a_touch_alone_and_a_copy_of_itself_are_no_change(file, seen):
    os.utime(file, (1, 1))
    assert seen.changed([file]) == {}
    other = file.with_name("copy")
    other.write_bytes(file.read_bytes())
    other.replace(file)
    assert seen.changed([file]) == {}


@pytest.mark.parametrize("content", [b"labels of yours", b"LABELS of mine", b""])
def test_another_content_is_a_change_whatever_its_size(file, seen, content):
    file.write_bytes(content)
    assert seen.changed([file]) == {file: stamp(file)}


def test_a_change_under_the_same_time_is_found_where_the_file_was_replaced(file, seen):
    """Every writer of this program and most others put a new file in the place of the old one."""
    times = file.stat()
    other = file.with_name("theirs")
    other.write_bytes(b"labels of your")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    other.replace(file)
    assert list(seen.changed([file])) == [file]


def test_a_file_that_was_never_seen_and_one_that_is_gone_are_no_change(file, seen, tmp_path):
    stranger = tmp_path / "stranger"
    stranger.write_bytes(b"x")
    file.unlink()
    assert seen.changed([file, stranger]) == {}


def test_another_name_of_a_file_is_the_same_file(file, seen, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(file)
    file.write_bytes(b"theirs")
    assert list(seen.changed([link])) == [link]


def test_a_change_that_was_agreed_to_is_known_and_the_next_one_is_not(file, seen):
    file.write_bytes(b"theirs")
    seen.take(seen.changed([file]))
    assert seen.changed([file]) == {}
    file.write_bytes(b"theirs, once more")
    assert list(seen.changed([file])) == [file]


def test_a_file_that_was_deleted_and_noted_is_forgotten(file, seen):
    file.unlink()
    seen.note([file])
    file.write_bytes(b"of somebody else, who asked nobody")
    assert seen.changed([file]) == {}


def test_a_file_that_cannot_be_read_is_left_to_the_reader(tmp_path, seen):
    (tmp_path / "a folder").mkdir()
    seen.note_before_reading(tmp_path / "a folder", tmp_path / "labels.tif" / "beneath a file")


def test_a_free_name_has_the_next_number(file):
    assert free_name(file).name == "labels-2.tif"
    file.with_name("labels-2.tif").touch()
    assert free_name(file).name == "labels-3.tif"
    assert free_name(file, lambda other: "4" not in other.name).name == "labels-4.tif"
