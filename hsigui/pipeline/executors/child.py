"""What a worker process runs: orders from its parent, one after the other, until the parent has no more or is gone.

Orders come on the standard input and what came of them goes back on the standard output, pickled both: they never leave
the two processes of one user. An end of the input means that nobody waits for the work any more, whether the parent
ended it or was killed: the work is stopped at the next question to its context, and soon after in any case.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from typing import Any, BinaryIO

from hsigui import stopping
from hsigui.assets import languages_folder
from hsigui.pipeline.executors.telling import Telling
from hsigui.settings import put_language_in

GRACE = 4.0  # seconds for a work that is stopped to give back its claims and sweep up


@dataclass(frozen=True)
class Ready:
    """The process can take orders."""


@dataclass(frozen=True)
class Done:
    """What came of an order."""

    number: int
    value: Any


@dataclass(frozen=True)
class Raised:
    """What an order raised; `trace` says where."""

    number: int
    error: BaseException
    trace: str


def main() -> None:
    """Does the orders that come, as the process that a parent of `processes` began."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of Ctrl-C the parent tells
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not stand between the answers
    sys.stdout = sys.stderr
    if (folder := languages_folder()) is not None:
        put_language_in(folder)  # what is wrong with it the parent has told
    _Worker(sys.stdin.buffer, answers).work()


class _Worker:
    def __init__(self, orders: BinaryIO, answers: BinaryIO) -> None:
        self._input, self._output = orders, answers
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._waiting: queue.SimpleQueue[tuple[int, Any, Any] | None] = queue.SimpleQueue()

    def work(self) -> None:
        threading.Thread(target=self._read, name="orders", daemon=True).start()
        self._send(Ready())
        while (given := self._waiting.get()) is not None and not self._stop.is_set():
            self._do(*given)

    def _read(self) -> None:
        try:
            while True:
                self._waiting.put(pickle.load(self._input))
        except (EOFError, OSError, pickle.UnpicklingError):  # the last: the parent was killed while it wrote
            pass
        except BaseException as error:  # noqa: BLE001 - an order that cannot be unpickled is told, not waited for
            self._send(Raised(-1, _portable(error), traceback.format_exc()))
        self._stop.set()
        self._waiting.put(None)
        time.sleep(GRACE)
        os._exit(1)

    def _do(self, number: int, do: Any, order: Any) -> None:
        ctx = Telling(number, self._send, self._stop.is_set)
        answer: Done | Raised
        try:
            with stopping.checked_by(ctx.check):
                answer = Done(number, do(order, ctx))
        except BaseException as error:  # noqa: BLE001 - the parent raises it
            answer = Raised(number, _portable(error), traceback.format_exc())
        try:
            self._send(answer)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            self._send(Raised(number, _portable(error), traceback.format_exc()))

    def _send(self, message: object) -> None:
        whole = pickle.dumps(message)  # before anything is written: what cannot be pickled leaves no half
        try:
            with self._sending:
                self._output.write(whole)
                self._output.flush()
        except OSError:  # the parent is gone
            self._stop.set()


def _portable(error: BaseException) -> BaseException:
    """The error as it can be sent; its text where it cannot, such as one whose arguments are a file."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever a class of others does when it is pickled
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
