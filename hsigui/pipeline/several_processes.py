"""One training by several processes that this one begins, listens to and ends: those of `torchrun … hsigui pretrain`.

They write the run folder as the command does. What they tell as JSON lines (`--progress json`) is told to the context
of whoever waits. A context that is held ends them, with a resume point, and they are begun again when it is let go.
Whatever ends this process ends them too: nobody reads what they tell then. Loads no torch.
"""

from __future__ import annotations

import json
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods.insight import Insight
from hsigui.methods.resume_header import FILE
from hsigui.methods.run_record import SETTINGS
from hsigui.pipeline.executors.processes import how_it_ended
from hsigui.texts import say

ASK_EVERY = 0.1  # seconds between two questions whether the training is cancelled
HELD_AFTER = 1.0  # seconds in which a context that does not come back is taken to be held
ENDS_WITHIN = 40.0  # seconds to end in order: the launcher gives its processes 30
LEFT_AFTER = 2.0  # seconds in which processes end whose launcher has
MOST_LINES = 200  # of the last that were said, kept to tell why all ended
TOKEN = "HSIGUI_TRAINING"  # in the environment of all processes of a training; tells which they are
_FAILED = re.compile(r"failed \(exitcode: (-?\d+)\) local_rank: (\d+)")  # as the launcher of PyTorch 2.6 to 2.13 says


class ProcessesFailedError(RuntimeError):
    """The processes ended by a fault of the program; the notes are what they said last."""


def launcher(count: int) -> list[str]:
    """The words that begin so many processes on this machine, before those of what each is to do."""
    return [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(count),
            "-m", "hsigui"]  # fmt: skip


def train(
    words: Sequence[str], folder: Path, count: int, ctx: Context, *, more: Mapping[str, str] | None = None,
    told: Mapping[str, int] | None = None,
) -> None:  # fmt: skip
    """Has so many processes make a training; returns when its run is in the folder.

    Where the folder has an unfinished training it is gone on with.

    Args:
        words: the command line that trains, "pretrain" first, which writes to the folder and tells by JSON lines.
        more: variables of their environment beside those of this process.
        told: the last step of each curve that the context knows already, by its name.

    Raises:
        HsiError: no process can be begun, one was killed, or said what is wrong.
        ProcessesFailedError: they ended by a fault of the program.
        Cancelled: through the context, after they have left a resume point and ended.
    """
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:replace", **(more or {})}
    known = dict(told or {})
    done = False
    while not done:
        resume = ["--resume"] if (folder / FILE).is_file() else []
        try:
            with _Launched([*launcher(count), *words, *resume], folder, count, environment) as launched:
                done = launched.tell(ctx, known)
        except (HsiError, ProcessesFailedError) as error:
            if not (folder / SETTINGS).is_file():
                raise
            ctx.warn(say("The run is kept, but its features are not: {error}", error=error))
        done = done or (folder / SETTINGS).is_file()


class _Launched:
    """The launcher with its processes, and what is heard from them.

    Args:
        folder: of the run.
        count: of the processes.
        environment: theirs, whole.
    """

    def __init__(self, words: Sequence[str], folder: Path, count: int, environment: Mapping[str, str]) -> None:
        self._run = folder / SETTINGS
        self._count, self._token = count, uuid.uuid4().hex
        self._heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._last: deque[str] = deque(maxlen=MOST_LINES)
        self._asking_since: float | None = None
        self._stopped = self._held = False
        try:
            self._process = subprocess.Popen(
                list(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                env={**environment, TOKEN: self._token},
                start_new_session=True,  # Ctrl-C in the terminal is for this process
            )  # fmt: skip
        except OSError as error:
            raise HsiError(
                say("No further process can be begun: {reason}.", reason=error.strerror or error),
                say("Train on one GPU (Edit > Preferences), or close other programs."),
            ) from error
        assert self._process.stderr is not None
        self._listener = threading.Thread(
            target=self._listen, args=(self._process.stderr,), name="listens to a training", daemon=True
        )
        self._listener.start()

    def __enter__(self) -> _Launched:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends what is left of them in order, and at last in any way."""
        self._stop()
        until = time.monotonic() + ENDS_WITHIN
        while (self._process.poll() is None or _with_token(self._token)) and time.monotonic() < until:
            time.sleep(ASK_EVERY)
        if self._process.poll() is None:
            self._process.kill()
        self._signal_all(signal.SIGKILL)  # reaches none where all have ended
        self._process.wait()
        self._listener.join()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def tell(self, ctx: Context, told: dict[str, int]) -> bool:
        """Tells the context what they tell, until they have ended; returns whether the training is done, and is not
        where they were ended because it is held.

        Args:
            told: the last step of each curve that the context knows; is kept up.

        Raises:
            HsiError, ProcessesFailedError, Cancelled: see `train`.
        """
        while True:
            self._ask(ctx.check)
            try:
                line = self._heard.get(timeout=ASK_EVERY)
            except queue.Empty:
                continue
            if line is None:
                break
            event = _event_in(line)
            if event is None:
                self._last.append(line)
            else:
                self._ask(partial(_pass_on, event, ctx, told))
        code = self._process.poll()
        if code == 0 and self._run.is_file():
            return True
        if self._held:
            return False
        raise self._why(code)

    def _ask(self, call: Callable[[], None]) -> None:
        """Calls the context, which does not come back for long where it is held."""
        self._asking_since = time.monotonic()
        try:
            call()
        finally:
            self._asking_since = None

    def _listen(self, said: IO[bytes]) -> None:
        """Puts what is said on the queue line by line, and None behind it when all have ended, or only the launcher."""
        rest, ended = b"", None
        while ended is None or time.monotonic() - ended < LEFT_AFTER:
            if select.select([said], [], [], ASK_EVERY)[0]:
                piece = os.read(said.fileno(), 65536)
                if not piece:
                    break
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._heard.put(line.decode("utf-8", "replace").rstrip("\r"))
            if ended is None and self._process.poll() is not None:
                ended = time.monotonic()
            since = self._asking_since
            if since is not None and time.monotonic() - since > HELD_AFTER and not self._held:
                self._held = True
                self._stop()
        if rest:
            self._heard.put(rest.decode("utf-8", "replace"))
        with suppress(subprocess.TimeoutExpired):  # it has closed what it says and goes on: it is ended soon
            self._process.wait(LEFT_AFTER)
        self._heard.put(None)

    def _stop(self) -> None:
        """Tells them to end, once: the launcher tells its processes, or they are told where it is no more."""
        if self._stopped and self._process.poll() is None:
            return
        self._stopped = True
        if self._process.poll() is None:
            self._process.terminate()
        else:
            self._signal_all(signal.SIGTERM)

    def _signal_all(self, number: signal.Signals) -> None:
        """Sends a signal to every process of this training; the launcher's children have sessions of their own."""
        for process in _with_token(self._token):
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)

    def _why(self, code: int | None) -> Exception:
        """What is told of an end that is none of the training's."""
        failed = next((found for line in self._last if (found := _FAILED.search(line))), None)
        rank = None if failed is None else int(failed[2])
        if failed is not None and int(failed[1]) < 0:
            return HsiError(
                say("Process {rank} of {count} {how}.", rank=rank, count=self._count, how=how_it_ended(int(failed[1]))),
                _GOES_ON,
            )
        if (said := self._said_by(rank)) is not None:
            return said
        if code is None or code < 0:
            how = say("does not answer") if code is None else how_it_ended(code)
            return HsiError(say("The launcher of the {count} processes {how}.", count=self._count, how=how), _GOES_ON)
        error = ProcessesFailedError(say("The processes that trained ended with exit code {code}.", code=code))
        error.add_note("\n".join(self._last))
        return error

    def _said_by(self, rank: int | None) -> HsiError | None:
        """What a process said is wrong, the one of a number before others; None where none said a word."""
        lines, found = list(self._last), list[tuple[bool, HsiError]]()
        for number, line in enumerate(lines):
            for each in range(self._count):
                if line.startswith("hsigui: " + _prefix(each, self._count)):
                    follows = lines[number + 1] if number + 1 < len(lines) else ""
                    hint = follows.strip() if follows.startswith(" " * 8) else ""
                    found.append((each == rank, HsiError(line.removeprefix("hsigui: "), hint)))
        return max(found, key=lambda pair: pair[0])[1] if found else None


_GOES_ON = say("What was learned up to the last resume point is kept: Pretrain goes on from there.")


def _prefix(rank: int, count: int) -> str:
    """What stands before whatever a process says is wrong (see `commands.many_processes`)."""
    return say("process {rank} of {count}: {message}", rank=rank, count=count, message="").rstrip()


def _event_in(line: str) -> dict[str, Any] | None:
    """The event of a line; None for what is said in words."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _pass_on(event: Mapping[str, Any], ctx: Context, told: dict[str, int]) -> None:
    """Tells a context an event of `--progress json`."""
    kind = event["event"]
    if kind == "progress":
        share = event.get("share")
        ctx.progress(share or 0.0, 0.0 if share is None else 1.0, str(event.get("text", "")))
    elif kind == "metric":
        name, step = str(event["name"]), int(event["step"])
        if event.get("value") is not None and step > told.get(name, 0):  # gone on with, steps are told twice
            told[name] = step
            ctx.metric(name, float(event["value"]), step)
    elif kind == "insight":
        used, pairs = (None if event.get(name) is None else np.array(event[name], dtype=np.int64)
                       for name in ("used", "pairs"))  # fmt: skip
        rate, memory, device = (event.get(name) for name in ("rate", "memory_mb", "device_mb"))
        ctx.partial(Insight(int(event["step"]), rate, memory, device, used, pairs))
    elif kind == "warning":
        ctx.warn(str(event.get("text", "")))
    elif kind == "message":
        ctx.partial(str(event.get("text", "")))


def _with_token(token: str) -> list[int]:
    """The processes of this user that have a token in their environment (proc(5)); none where the system does not
    tell."""
    wanted, found = f"{TOKEN}={token}".encode(), []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended, or is another user's
            if wanted in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found
