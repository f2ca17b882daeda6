"""A command that several processes are given at once by a launcher (`torchrun`), each of them the whole of it.

Process 0 is the one that tells, checks the folder and writes. Where a launcher begins all anew because one was lost,
the same command goes on from the resume point: the launcher knows no other words for it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from hsigui.commands import progress
from hsigui.errors import HsiError
from hsigui.methods.distributed.place import Place, place
from hsigui.methods.resume_header import FILE
from hsigui.texts import say

RUN = "run.json"
NOTICE, LAST = 2.0, 10.0  # seconds that a process which is told to end has to say why itself, and then to write


def require_one(name: str) -> None:
    """Refuses to run a command that does not share its work in several processes at once, all writing the same files.

    Raises:
        HsiError: there are several.
    """
    where = place()
    if not where.alone:
        raise HsiError(
            say("hsigui {name} is not shared by processes, and {count} were begun.", name=name, count=where.count),
            say("Run it by itself, without torchrun; hsigui pretrain is what several processes share."),
        )


@contextmanager
def taking_part() -> Iterator[Place]:
    """The place of this process among those that were given the command.

    Raises:
        HsiError: what went wrong inside, with the process that it went wrong in.
    """
    where = place()
    if where.alone and not where.launched:
        yield where
        return
    with ExitStack() as stack:
        stack.enter_context(_ending_when_told())
        if not where.leads:
            stack.enter_context(progress.chosen(progress.NONE))
        try:
            yield where
        except HsiError as error:
            if where.alone:
                raise
            said = say("process {rank} of {count}: {message}", rank=where.rank, count=where.count,
                       message=error.message)  # fmt: skip
            raise HsiError(said, error.hint) from error


@contextmanager
def _ending_when_told() -> Iterator[None]:
    """A launcher tells processes to end when another one is lost: a moment is left to find and say that, then the work
    is cancelled as by Ctrl-C, which writes its last state, and at last the process ends whatever it waits for."""
    if not hasattr(signal, "SIGALRM"):  # Windows ends processes without a word
        yield
        return
    alarms = 0

    def told(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, NOTICE, LAST)

    def alarm(number: int, frame: FrameType | None) -> None:
        nonlocal alarms
        alarms += 1
        if alarms > 1:
            os._exit(128 + signal.SIGTERM)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, told), signal.signal(signal.SIGALRM, alarm)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGALRM, before[1])


class Attempt:
    """What a launcher's first attempt at a command found in the folder, kept for its further attempts.

    Args:
        out: folder of the run.
    """

    def __init__(self, out: Path, where: Place) -> None:
        self._out, self._where = out, where
        again = os.environ.get("TORCHELASTIC_MAX_RESTARTS") != "0"  # else there is no further attempt to note it for
        self._note = _note_of(out) if where.launched and where.leads and again else None

    def prepare(self, arguments: argparse.Namespace) -> None:
        """Makes a further attempt go on from what the last one wrote; the first, or one whose first was refused,
        is as it was given.

        Raises:
            HsiError: the last attempt wrote the run, and ended after that.
        """
        found = self._found()
        if found is None or self._where.restarts == 0:
            return
        now = self._state()
        if now[FILE] is not None and (arguments.resume or now[FILE] != found[FILE]):
            arguments.resume = True
        elif now[RUN] != found[RUN]:
            raise HsiError(
                say("{out} holds the finished run of this training already.", out=self._out),
                say("Only features were not written yet; hsigui classify makes them when it needs them."),
            )
        else:
            arguments.replace = True  # what the first attempt was allowed to write over

    def begin(self) -> None:
        """Notes that the folder was looked at and is written to from now on."""
        if self._note is not None and self._found() is None:
            self._note.write_text(json.dumps(self._state()), encoding="utf-8")

    def end(self) -> None:
        """The command is done: nothing is kept of it."""
        if self._note is not None:
            self._note.unlink(missing_ok=True)

    def _found(self) -> dict[str, Any] | None:
        if self._note is None or not self._note.is_file():
            return None
        found: dict[str, Any] = json.loads(self._note.read_text(encoding="utf-8"))
        return found

    def _state(self) -> dict[str, int | None]:
        """When the files of a run were written; None for those that are not there."""
        paths = {name: self._out / name for name in (RUN, FILE)}
        return {name: path.stat().st_mtime_ns if path.is_file() else None for name, path in paths.items()}


def _note_of(out: Path) -> Path:
    """Where the note of a launcher's command lies: of this launcher alone, which is the process that began this one."""
    launcher = os.getppid()
    words = f"{launcher} {_began(launcher)} {os.environ.get('TORCHELASTIC_RUN_ID')} {out.resolve()}"
    return Path(tempfile.gettempdir()) / f"hsigui-{hashlib.sha256(words.encode()).hexdigest()[:16]}.begun"


def _began(process: int) -> str:
    """When a process began, in the words of the system; empty where it does not tell so (proc(5), field 22 of stat)."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
        return told.rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
