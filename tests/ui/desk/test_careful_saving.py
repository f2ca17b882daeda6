"""Two who save to one file at the same time: whichever is first, the other is told, and no work is lost unasked."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hsigui import locking, saving
from hsigui.jobs import quiet
from hsigui.saving import written_beside
from hsigui.seen import SeenFiles
from hsigui.ui.desk.careful_saving import ChangedMeanwhileError, guarded

BEFORE, OURS, THEIRS = b"before", b"ours", b"theirs, written meanwhile"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "labels.tif"
    path.write_bytes(BEFORE)
    return path


class Window:
    """What a window knows of files, and its way to save one."""

    def __init__(self, path: Path) -> None:
        self.path, self.seen = path, SeenFiles()
        self.seen.note([path])

    def save(self, content: bytes, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Saves; `meanwhile` is called when all is made, and nothing renamed yet."""

        def work(_ctx: object) -> list[Path]:
            with written_beside(self.path) as (scratch,):
                scratch.write_bytes(content)
                meanwhile()
            return [self.path]

        guarded(self.seen, [self.path], work)(quiet())


def test_what_another_window_saved_while_this_one_was_at_work_stays(file):
    one, two = Window(file), Window(file)
    with pytest.raises(ChangedMeanwhileError) as refused:
        one.save(OURS, meanwhile=lambda: two.save(THEIRS))
    assert file.read_bytes() == THEIRS
    assert list(refused.value.stamps) == [file]
    one.seen.take(refused.value.stamps)  # the user says: overwrite
    one.save(OURS)
    assert file.read_bytes() == OURS
    with pytest.raises(ChangedMeanwhileError):
        two.save(THEIRS)


def test_what_another_program_wrote_while_this_one_was_at_work_stays(file):
    one = Window(file)
    with pytest.raises(ChangedMeanwhileError):
        one.save(OURS, meanwhile=lambda: file.write_bytes(THEIRS))
    assert file.read_bytes() == THEIRS
    assert [path.name for path in file.parent.iterdir()] == ["labels.tif"]


def between_look_and_rename(monkeypatch: pytest.MonkeyPatch, there: Callable[[], object]) -> None:
    """Calls something once, directly after the last look at a file and before the rename."""
    real, done = saving._refuse_changed, []

    def look(*args):
        real(*args)
        if not done:
            done.append(1)
            there()

    monkeypatch.setattr(saving, "_refuse_changed", look)


def test_another_window_waits_between_the_last_look_and_the_rename_and_then_sees_the_change(file, monkeypatch):
    one, two = Window(file), Window(file)
    waits, refused = threading.Event(), []
    pause = locking.time.sleep

    def tell(seconds: float) -> None:
        waits.set()
        pause(seconds)

    def save_theirs() -> None:
        try:
            two.save(THEIRS)
        except ChangedMeanwhileError as error:
            refused.append(error)

    other = threading.Thread(target=save_theirs)

    def let_the_other_come() -> None:
        other.start()
        assert waits.wait(20), "the other did not wait"

    monkeypatch.setattr(locking.time, "sleep", tell)
    between_look_and_rename(monkeypatch, let_the_other_come)
    one.save(OURS)
    other.join(20)
    assert file.read_bytes() == OURS
    assert [list(error.stamps) for error in refused] == [[file]]


def test_a_file_that_changes_directly_after_the_rename_is_not_taken_for_ones_own(file):
    one, two = Window(file), Window(file)

    def work(_ctx: object) -> list[Path]:
        with written_beside(file) as (scratch,):
            scratch.write_bytes(OURS)
        two.seen.note([file])
        two.save(THEIRS)  # before the work of the first has come to its end
        return [file]

    guarded(one.seen, [file], work)(quiet())
    with pytest.raises(ChangedMeanwhileError):
        one.save(OURS)
    assert file.read_bytes() == THEIRS


def test_where_a_folder_cannot_lock_files_are_saved_and_the_last_look_is_there_all_the_same(file, monkeypatch):
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locking, "lock", refuse)
    one = Window(file)
    one.save(OURS)
    assert file.read_bytes() == OURS
    with pytest.raises(ChangedMeanwhileError):
        one.save(OURS, meanwhile=lambda: file.write_bytes(THEIRS))
    assert file.read_bytes() == THEIRS
    assert [path.name for path in file.parent.iterdir()] == ["labels.tif"]


def test_statistics_that_a_gis_program_writes_meanwhile_are_written_over(tmp_path):
    path = tmp_path / "map.tif.aux.xml"
    path.write_bytes(BEFORE)
    Window(path).save(OURS, meanwhile=lambda: path.write_bytes(THEIRS))
    assert path.read_bytes() == OURS
