"""Commands under a launcher of several processes: what is not shared is refused, a further attempt goes on."""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time

import pytest

from hsigui.__main__ import main
from hsigui.commands.many_processes import LAST, NOTICE, RUN, Attempt, taking_part
from hsigui.errors import HsiError
from hsigui.methods.distributed.place import Place
from hsigui.methods.resume_header import FILE

FIRST, SECOND = (Place(0, 2, 0, 2, restarts, True) for restarts in (0, 1))


@pytest.fixture
def _second_of_two(monkeypatch):
    """As torchrun begins a process."""
    for name, value in {
        "RANK": "1", "WORLD_SIZE": "2", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "1", "TORCHELASTIC_RUN_ID": "none",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture
def _notes(monkeypatch, tmp_path):
    """Notes of attempts lie here."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "notes"))
    (tmp_path / "notes").mkdir()


def words(*, resume: bool = False, replace: bool = False) -> argparse.Namespace:
    return argparse.Namespace(resume=resume, replace=replace)


@pytest.mark.usefixtures("_second_of_two")
def test_commands_that_share_nothing_are_refused_under_a_launcher(capsys):
    assert main(["info", "scene.hdr"]) == 1
    assert "hsigui info is not shared by processes, and 2 were begun." in capsys.readouterr().err


def test_an_environment_that_speaks_of_processes_without_their_meeting_point_is_refused(capsys, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert main(["pretrain", "scene.hdr", "--out", "run"]) == 1
    assert "WORLD_SIZE speaks of 4 processes" in capsys.readouterr().err


@pytest.mark.usefixtures("_second_of_two")
def test_what_is_wrong_is_said_with_the_process_that_found_it(capsys, tmp_path):
    assert main(["pretrain", str(tmp_path / "scene.hdr"), "--out", str(tmp_path / "run")]) == 1
    assert "process 1 of 2: " in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def _told_to_end() -> None:
    """Works on after a launcher has told this process to end."""
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000):
        time.sleep(0.01)


@pytest.mark.usefixtures("_second_of_two")
def test_a_process_that_is_told_to_end_has_a_moment_before_its_work_is_cancelled(monkeypatch):
    monkeypatch.setattr("hsigui.commands.many_processes.NOTICE", 0.05)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), taking_part():
        _told_to_end()
    assert signal.getsignal(signal.SIGTERM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert 0 < NOTICE < LAST < 30, "after 30 seconds torchrun kills it"


@pytest.mark.usefixtures("_notes")
def test_a_further_attempt_goes_on_from_what_the_one_before_wrote(tmp_path):
    Attempt(tmp_path, FIRST).begin()
    (tmp_path / FILE).write_bytes(b"half")
    again = words()
    Attempt(tmp_path, SECOND).prepare(again)
    assert again.resume


@pytest.mark.usefixtures("_notes")
def test_a_further_attempt_begins_anew_where_nothing_was_written_yet(tmp_path):
    (tmp_path / FILE).write_bytes(b"of another training, to be written over")
    Attempt(tmp_path, FIRST).begin()
    again = words(replace=True)
    Attempt(tmp_path, SECOND).prepare(again)
    assert not again.resume
    assert again.replace


@pytest.mark.usefixtures("_notes")
def test_a_further_attempt_at_a_training_to_be_gone_on_with_goes_on(tmp_path):
    (tmp_path / FILE).write_bytes(b"half")
    Attempt(tmp_path, FIRST).begin()
    again = words(resume=True)
    Attempt(tmp_path, SECOND).prepare(again)
    assert again.resume


@pytest.mark.usefixtures("_notes")
def test_a_further_attempt_does_not_train_anew_what_is_complete(tmp_path):
    Attempt(tmp_path, FIRST).begin()
    (tmp_path / RUN).write_text("{}", encoding="utf-8")
    with pytest.raises(HsiError, match="holds the finished run of this training already"):
        Attempt(tmp_path, SECOND).prepare(words())


@pytest.mark.usefixtures("_notes")
@pytest.mark.parametrize("name", [FILE, RUN])
def test_a_further_attempt_at_what_was_refused_is_refused_again(tmp_path, name):
    """The first never came to note anything: the folder held what is not its own."""
    (tmp_path / name).write_bytes(b"of another training")
    again = words()
    Attempt(tmp_path, SECOND).prepare(again)
    assert (again.resume, again.replace) == (False, False)


@pytest.mark.usefixtures("_notes")
def test_nothing_is_noted_where_a_launcher_makes_no_further_attempt(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_MAX_RESTARTS", "0")
    Attempt(tmp_path, FIRST).begin()
    assert not list((tmp_path / "notes").iterdir())


@pytest.mark.usefixtures("_notes")
def test_nothing_is_kept_of_a_command_that_is_done(tmp_path):
    attempt = Attempt(tmp_path, FIRST)
    attempt.begin()
    assert len(list((tmp_path / "notes").iterdir())) == 1
    attempt.end()
    assert not list((tmp_path / "notes").iterdir())
