"""Claims of work in a folder that processes share."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hsigui.claims import Claim, Claims, Owner


class Clock:
    """Seconds as a test says."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def of_another_machine(place: Path) -> None:
    place.write_text('{"host": "elsewhere", "pid": 7, "token": "t"}', encoding="utf-8")


def test_only_one_has_a_claim_and_others_are_told_who(tmp_path):
    claims = Claims()
    first = claims.take(tmp_path / "a.claim")
    assert isinstance(first, Claim)
    with first:
        second = Claims().take(tmp_path / "a.claim")
        assert second == Owner(socket.gethostname(), os.getpid(), first.owner.token)
        assert str(second) == f"process {os.getpid()} on {socket.gethostname()}"
        other = claims.take(tmp_path / "b.claim")
        assert isinstance(other, Claim)
        other.release()
    assert list(tmp_path.iterdir()) == []
    first.release()
    again = claims.take(tmp_path / "a.claim")
    assert isinstance(again, Claim)
    again.release()


def test_the_claim_of_a_process_that_was_killed_is_taken_over_at_once(tmp_path):
    place = tmp_path / "a.claim"
    script = "import os, pathlib, sys; from hsigui.claims import Claims; Claims().take(pathlib.Path(sys.argv[1]))"
    killed = subprocess.run([sys.executable, "-c", f"{script}; os._exit(9)", str(place)], check=False)
    assert killed.returncode == 9
    assert place.exists()
    taken = Claims().take(place)
    assert isinstance(taken, Claim)
    taken.release()


def test_the_claim_of_another_machine_is_taken_over_once_it_is_not_touched_any_more(tmp_path):
    place, clock = tmp_path / "a.claim", Clock()
    of_another_machine(place)
    os.utime(place, (1, 1))  # its clock is years behind: that says nothing
    claims = Claims(patience=60, clock=clock)
    assert claims.take(place) == Owner("elsewhere", 7, "t")
    clock.now = 59
    assert claims.take(place) == Owner("elsewhere", 7, "t")
    os.utime(place, (2, 2))
    clock.now = 90
    assert claims.take(place) == Owner("elsewhere", 7, "t"), "it was touched in the meantime"
    clock.now = 151
    taken = claims.take(place)
    assert isinstance(taken, Claim)
    taken.release()
    assert list(tmp_path.iterdir()) == []


def test_an_owner_that_was_taken_over_from_lets_the_claim_of_the_other_stand(tmp_path):
    place = tmp_path / "a.claim"
    slept = Claims().take(place)
    assert isinstance(slept, Claim)
    of_another_machine(place)
    slept.release()
    assert Claims().take(place) == Owner("elsewhere", 7, "t")


def test_a_claim_is_touched_as_long_as_it_is_held(tmp_path):
    place = tmp_path / "a.claim"
    claim = Claims(beat=0.01).take(place)
    assert isinstance(claim, Claim)
    os.utime(place, (1, 1))
    with claim:
        for _ in range(500):
            if place.stat().st_mtime > 1:
                break
            threading.Event().wait(0.01)
        assert place.stat().st_mtime > 1


def test_of_many_that_take_over_from_the_dead_one_gets_it(tmp_path):
    place, clock = tmp_path / "a.claim", Clock()
    of_another_machine(place)
    everybody = [Claims(patience=60, clock=clock) for _ in range(8)]
    for claims in everybody:
        claims.take(place)
    clock.now = 100
    start, found = threading.Barrier(8), []

    def take(claims: Claims) -> None:
        start.wait()
        found.append(claims.take(place))

    threads = [threading.Thread(target=take, args=(claims,)) for claims in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [one for one in found if isinstance(one, Claim)]
    assert len(taken) == 1
    taken[0].release()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        Claims().take(tmp_path / "none" / "a.claim")
