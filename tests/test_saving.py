from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.saving import (
    HOST,
    folder_beside,
    is_left_over,
    others_kept,
    require_disk,
    write_bytes,
    written_beside,
)


def test_files_appear_together_and_only_at_the_end(tmp_path: Path) -> None:
    targets = tmp_path / "new" / "a.txt", tmp_path / "new" / "b.txt"
    with written_beside(*targets) as scratch:
        for path in scratch:
            path.write_text("done")
        assert not any(t.exists() for t in targets)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["a.txt", "b.txt"]


def test_a_failure_leaves_the_old_file_and_no_scratch_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail_halfway() -> None:
        with written_beside(target) as (scratch,):
            scratch.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError, match="cannot be written"), written_beside(tmp_path / "file" / "a.txt") as (scratch,):
        scratch.write_text("never")


def test_bytes_that_cannot_take_their_place_leave_no_scratch_file(tmp_path: Path) -> None:
    target = tmp_path / "t.json"
    target.mkdir()  # a folder in the way
    with pytest.raises(OSError):
        write_bytes(target, b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["t.json"]


def test_two_writers_of_one_file_do_not_meet_in_a_scratch_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with written_beside(target) as (first,), written_beside(target) as (second,):
        first.write_text("first")
        second.write_text("second")
        assert first != second
    assert target.read_text() == "first"  # it ended last
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_what_is_renamed_was_flushed_to_the_disk_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    flush, rename = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (calls.append("flush"), flush(handle)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (calls.append("rename"), rename(self, to))[1])
    write_bytes(tmp_path / "new" / "a.bin", b"\0\1")
    assert calls == ["flush", "rename"]
    assert (tmp_path / "new" / "a.bin").read_bytes() == b"\0\1"


def test_unfinished_bytes_do_not_look_like_a_finished_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _handle: seen.extend(p.suffix for p in tmp_path.iterdir()))
    write_bytes(tmp_path / "labels.npz", b"x")
    assert seen == [""]


def test_in_a_block_that_keeps_the_work_of_others_only_what_they_changed_is_refused(tmp_path):
    mine, theirs, new = (tmp_path / name for name in ("mine", "theirs", "new"))
    mine.write_bytes(b"a")
    theirs.write_bytes(b"a")
    with others_kept() as seen:
        seen.note([mine, theirs])
        theirs.write_bytes(b"b")
        for path in (mine, new, mine):  # what was written here may be written again
            write_bytes(path, b"c")
        with pytest.raises(HsiError, match="theirs was changed by another program"):
            write_bytes(theirs, b"c")
    assert (mine.read_bytes(), theirs.read_bytes(), new.read_bytes()) == (b"c", b"b", b"c")
    write_bytes(theirs, b"c")
    assert theirs.read_bytes() == b"c"


def _left(target: Path, mark: str) -> Path:
    path = target.with_name(f".{target.stem}-{mark}-0-part{target.suffix}")
    path.write_bytes(b"half")
    return path


DEAD = 2**22 + 1  # beyond the largest number of a process


def test_what_a_killed_save_left_is_swept_by_the_next_save_of_the_file(tmp_path: Path) -> None:
    target = tmp_path / "a [1].tif"
    gone = _left(target, f"{HOST}-{DEAD}")
    old = _left(target, str(DEAD))  # as earlier versions named them
    os.utime(old, (0, 0))
    stays = [
        _left(target, f"{HOST}-{os.getpid()}"),  # at work
        _left(target, f"{HOST}-1"),  # of another user
        _left(target, f"0123abcd-{DEAD}"),  # of another machine that shares the folder
        _left(tmp_path / "b.tif", f"{HOST}-{DEAD}"),  # of another file
    ]
    with written_beside(target) as (scratch,):
        scratch.write_bytes(b"whole")
    assert not gone.exists()
    assert not old.exists()
    assert all(path.exists() for path in stays)
    assert target.read_bytes() == b"whole"


def test_a_file_of_the_user_is_no_left_over(tmp_path: Path) -> None:
    for name in (".a-part", "a-1-2-part.tif", ".a-x-1-part.tif", f".a-{HOST}-{os.getpid()}-1-part.tif"):
        path = tmp_path / name
        path.write_bytes(b"")
        assert not is_left_over(path), name


@pytest.mark.parametrize("name", ["x" * 251 + ".tif", "ü" * 125 + ".tif", "x" * 255])
def test_a_file_whose_name_is_as_long_as_can_be_is_written(tmp_path, name):
    with written_beside(tmp_path / name) as (scratch,):
        assert scratch.suffix == (tmp_path / name).suffix
        scratch.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    write_bytes(tmp_path / name, b"newer")
    assert (tmp_path / name).read_bytes() == b"newer"


def ours(path: Path) -> bool:
    return (path / "mark").exists()


def test_a_folder_takes_its_place_whole_and_nothing_of_the_old_one_stays(tmp_path: Path) -> None:
    target = tmp_path / "new" / "map.zarr"
    for number in (1, 2):
        with folder_beside(target, ours) as scratch:
            (scratch / "mark").touch()
            (scratch / f"part{number}").write_text("x", encoding="utf-8")
            assert scratch.suffix == target.suffix
    assert sorted(path.name for path in target.iterdir()) == ["mark", "part2"]
    assert [path.name for path in target.parent.iterdir() if path.is_dir()] == ["map.zarr"]


def test_a_folder_that_is_not_ours_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "pictures"
    target.mkdir()
    (target / "one.jpg").touch()
    with pytest.raises(HsiError, match="of another kind"), folder_beside(target, ours):
        raise AssertionError("nothing may be written")
    assert [path.name for path in target.iterdir()] == ["one.jpg"]


def test_a_folder_whose_writing_fails_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "map.zarr"
    with folder_beside(target, ours) as scratch:
        (scratch / "mark").write_text("first", encoding="utf-8")

    def fail_halfway() -> None:
        with folder_beside(target, ours) as scratch:
            (scratch / "mark").write_text("second", encoding="utf-8")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(HsiError, match="No space left") as failed:
        fail_halfway()
    assert "Make room" in failed.value.hint
    assert (target / "mark").read_text(encoding="utf-8") == "first"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["map.zarr"]


def test_a_disk_without_room_is_told_before_the_work(tmp_path: Path) -> None:
    require_disk(tmp_path / "x", 1, "")
    with pytest.raises(HsiError, match=r"has [\d.]+ .B free, and 4,611,686 TB may be needed") as refused:
        require_disk(tmp_path / "x", 2**62, "Use another disk.")
    assert refused.value.hint == "Use another disk."
