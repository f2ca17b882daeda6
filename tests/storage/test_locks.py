"""Who writes to a file is known, and nobody once the process is gone."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time

import pytest

from hsigui.storage import locks
from hsigui.storage.locks import Holder, Lock, holder_of, lock_path, take

HOLDING = """
import sys, time
from pathlib import Path
from hsigui.storage.locks import take
lock = take(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_the_second_is_told_who_has_it_until_the_first_lets_go(tmp_path):
    path = tmp_path / "new" / "a.hsigui"
    first = take(path)
    assert isinstance(first, Lock)
    second = take(path)
    assert isinstance(second, Holder)
    assert second.pid == os.getpid()
    assert time.time() - second.since < 60
    assert str(os.getpid()) in str(second)
    first.release()
    first.release()
    assert not lock_path(path).exists()
    assert holder_of(path) is None
    third = take(path)
    assert isinstance(third, Lock)
    third.release()


def test_a_killed_process_holds_nothing(tmp_path):
    path = tmp_path / "a.hsigui"
    process = subprocess.Popen([sys.executable, "-c", HOLDING, str(path)], stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        holder = holder_of(path)
        assert holder is not None
        assert holder.pid == process.pid
        process.kill()
    assert lock_path(path).exists(), "it could not clear up"
    assert holder_of(path) is None


def test_a_lock_whose_holder_cannot_be_read_is_still_one(tmp_path):
    path = tmp_path / "a.hsigui"
    lock = take(path)
    lock_path(path).write_bytes(b"{")
    assert take(path) == Holder(0, "", 0.0)
    assert "another process" in str(take(path))
    lock.release()


def test_a_folder_that_stops_to_lock_is_an_error_and_no_holder(tmp_path, monkeypatch):
    def cannot(_descriptor):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "lock", cannot)
    with pytest.raises(OSError, match="No locks"):
        take(tmp_path / "a.hsigui")


def test_a_folder_that_cannot_be_written_is_an_error_and_no_holder(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError):
        take(tmp_path / "file" / "a.hsigui")
