"""Room is looked at before libraries are loaded that end the process where they get none."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import numpy  # noqa: F401 - without it there are no buffers to be taken
import pytest

from hsigui import memory

LIMITED = """
import resource
import hsigui
from hsigui import memory
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + {extra} * memory.MIB, resource.RLIM_INFINITY))
try:
    import {library}
except MemoryError:
    print("told", memory.room() is not None)
"""


def test_without_a_limit_there_is_room_for_everything():
    assert memory.room() is None
    memory.require(2**60)


def test_with_a_limit_what_is_left_is_compared(monkeypatch):
    monkeypatch.setattr(memory, "room", lambda: 1000)
    memory.require(1000)
    with pytest.raises(MemoryError):
        memory.require(1001)


def test_libraries_need_more_the_more_processors_there_are(monkeypatch):
    monkeypatch.setattr(memory.os, "cpu_count", lambda: 1)
    alone = memory.needed_by("torch")
    monkeypatch.setattr(memory.os, "cpu_count", lambda: 16)
    assert memory.needed_by("torch") - alone == 15 * memory.THREAD_MIB * memory.MIB
    assert memory.needed_by("json") == 0


def test_only_the_libraries_that_are_named_are_looked_at(monkeypatch):
    monkeypatch.setattr(memory, "room", lambda: 0)
    guard = memory.Guard()
    assert guard.find_spec("json", None) is None
    for library in memory.LIBRARIES:
        with pytest.raises(MemoryError):
            guard.find_spec(library, None)


def test_imports_are_guarded_once():
    memory.guard_imports()
    assert sum(isinstance(finder, memory.Guard) for finder in sys.meta_path) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="address spaces are limited and looked at on Linux")
@pytest.mark.parametrize(("library", "extra"), [("numpy", 0), ("numpy", 30), ("numpy", 70), ("scipy.linalg", 200)])
def test_a_library_that_would_end_the_process_is_a_memory_error(library, extra):
    words = [sys.executable, "-c", LIMITED.format(library=library, extra=extra)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "told True\n"), done.stderr


def test_buffers_are_taken_only_where_room_is_limited_and_there_is_some(monkeypatch):
    memory.hold_buffers()
    monkeypatch.setattr(memory, "room", lambda: 2**40)
    memory.hold_buffers()
    monkeypatch.setattr(memory, "room", lambda: memory.BUFFER_MIB * memory.MIB - 1)
    with pytest.raises(MemoryError):
        memory.hold_buffers()


def test_memory_that_was_freed_in_pieces_is_handed_back_to_the_system():
    """Small pieces between others that stay: free memory in the middle of a heap."""
    program = """
from hsigui import memory

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

pieces = [bytes(50_000) for _ in range(4_000)]
last = bytes(50_000)
before = resident()
del pieces
kept = before - resident()
memory.give_back()
print(kept, before - resident())
"""
    if sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"):
        memory.give_back()  # does nothing
        return
    kept, given = map(int, subprocess.check_output([sys.executable, "-c", program], text=True).split())
    assert given > 150_000_000
    assert given >= kept
