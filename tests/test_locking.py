"""Locks of a moment: who asks for the same place waits, and nobody is kept out for good."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hsigui import locking
from hsigui.locking import alone

HOLDER = """
import sys
from pathlib import Path
from hsigui.locking import alone
with alone([Path(sys.argv[1])]) as held:
    print(held, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / ".labels-lock"


def holder(place: Path) -> subprocess.Popen[str]:
    """Another process that holds a place until it is told to end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "True"
    return process


def test_a_place_is_held_within_the_block_and_gone_after_it(place):
    with alone([place, place]) as held:
        assert held
        assert place.exists()
    assert not place.exists()


def test_another_process_is_waited_for(place, monkeypatch):
    process, waits = holder(place), []

    def let_go(seconds: float) -> None:
        waits.append(seconds)
        process.communicate("\n")

    monkeypatch.setattr(locking.time, "sleep", let_go)
    with alone([place]) as held:
        assert held
    assert len(waits) == 1
    assert not place.exists()


def test_two_threads_that_name_two_places_in_other_orders_do_not_wait_for_each_other_for_good(tmp_path):
    places = [tmp_path / "a", tmp_path / "b"]
    got = []

    def often(order: list[Path]) -> None:
        for _ in range(50):
            with alone(order) as held:
                got.append(held)

    threads = [threading.Thread(target=often, args=(order,)) for order in (places, places[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert got == [True] * 100
    assert not any(place.exists() for place in places)


def test_one_who_never_lets_go_is_waited_for_as_long_as_patience_lasts(place, monkeypatch):
    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    process = holder(place)
    with alone([place]) as held:
        assert not held
    assert place.exists()
    process.communicate("\n")


def test_the_file_of_one_who_was_killed_is_no_lock(place):
    process = holder(place)
    process.kill()
    process.communicate()
    assert place.exists()
    with alone([place]) as held:
        assert held
    assert not place.exists()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_where_a_folder_cannot_lock_the_block_is_entered_at_once_and_nothing_is_left(place, monkeypatch, number):
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locking, "lock", refuse)
    monkeypatch.setattr(locking.time, "sleep", lambda _seconds: pytest.fail("waited"))
    with alone([place]) as held:
        assert not held
    assert not place.exists()


def test_where_no_file_can_be_made_the_block_is_entered_at_once(tmp_path):
    with alone([tmp_path / "no folder" / "x"]) as held:
        assert not held
