"""Orders done by processes of this machine, each of which does many.

The processes are not of `multiprocessing`'s pool: there one that is killed takes all orders with it, and nobody knows
which it was at. They end with this process whatever ends it (`child`). Loads no torch.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from typing import IO, Any, TypeVar

from hsigui.cube import working_memory
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline import cores
from hsigui.pipeline.executors.child import GRACE, Done, Raised, Ready
from hsigui.pipeline.executors.seam import Do, Ended, Hear, Workers
from hsigui.pipeline.executors.telling import Told
from hsigui.texts import say, say_number

ASK_EVERY = 0.1  # seconds between two questions whether the user has cancelled
# Where libraries for products and for parallel loops read how many threads they may begin; before they are loaded.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", cores.VARIABLE)
# The parent's path comes first, so that the worker finds this program, and plug-ins, where the parent found them.
_START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from hsigui.pipeline.executors.child import main; main()"
)

_Order = TypeVar("_Order")
_Outcome = TypeVar("_Outcome")


def start(address: str, workers: Workers) -> Processes:
    """The engine of the table.

    Raises:
        HsiError: it is given an address.
    """
    if address:
        raise HsiError(
            say("Processes of this machine have no address."), say("Say how many with --jobs, or leave it out.")
        )
    return Processes(workers)


def start_words() -> list[str]:
    """The command line of a worker process. A frozen bundle is the program and no Python that takes code: it runs a
    module of its own (`packaging/entry.py`)."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "-m", "hsigui.pipeline.executors"]
    return [sys.executable, "-c", _START]


class Processes(AbstractContextManager["Processes"]):
    """So many processes of this machine, begun when they are needed.

    Attributes:
        workers: how many, and the threads and memory of each; where the number is left open, as many as there are
            cores.
        count: how many at once; falls where the machine bears no more.
    """

    def __init__(self, workers: Workers) -> None:
        self.workers = workers
        self.count = workers.count or max(1, cores.count() // max(1, workers.threads))
        self._children: list[_Child] = []
        self._heard: queue.SimpleQueue[tuple[_Child, Any]] = queue.SimpleQueue()

    @property
    def title(self) -> str:
        return say_number("{count} process", "{count} processes", self.count)

    def __exit__(self, *_: object) -> None:
        self._end(self._children)

    def map(self, do: Do[_Order, _Outcome], orders: Sequence[_Order], hear: Hear) -> Iterator[Ended[_Outcome]]:
        """See `Executor.map`."""
        work = _Work(do, orders, hear)
        try:
            while work.waiting or work.at:
                self._give(work)
                ended = self._next(work)
                if ended is not None:
                    yield ended
        finally:
            self._end([child for child in self._children if child in work.at])

    def _give(self, work: _Work) -> None:
        """An order to each process that has none, as long as there are orders."""
        free = [child for child in self._children if child not in work.at]
        while work.waiting and len(work.at) < self.count:
            child = free.pop() if free else self._begun()
            number = work.waiting.popleft()
            work.at[child] = number
            child.give(number, work.do, work.orders[number])

    def _begun(self) -> _Child:
        try:
            child = _Child(self.workers, self._heard)
        except OSError as error:
            raise HsiError(
                say("No further process can be begun: {reason}.", reason=error.strerror or error),
                say("Ask for fewer with --jobs, or close other programs."),
            ) from error
        self._children.append(child)
        return child

    def _next(self, work: _Work) -> Ended[Any] | None:
        """What is heard next, where it is the end of an order; the contexts hear the rest."""
        try:
            child, message = self._heard.get(timeout=ASK_EVERY)
        except queue.Empty:
            for number in work.at.values():
                work.context(number).check()
            return None
        if child not in self._children:  # the last words of one that was ended
            return None
        if message is None:
            return self._gone(child, work)
        if isinstance(message, Ready):
            child.ready = True
        elif isinstance(message, Told):
            getattr(work.context(message.number), message.call)(*message.values)
        elif isinstance(message, Done):
            work.at.pop(child, None)
            return Ended(message.number, message.value)
        elif isinstance(message, Raised):
            work.at.pop(child, None)
            message.error.add_note(message.trace)  # of the worker process
            raise message.error
        return None

    def _gone(self, child: _Child, work: _Work) -> Ended[Any] | None:
        """A process has ended by itself, or was killed."""
        self._children.remove(child)
        how = child.end()
        number = work.at.pop(child, None)
        if number is None:
            return None
        if child.ready:
            return Ended(number, lost=say("The process that was at it {how}.", how=how))
        self.count -= 1  # the machine bears no more of them
        work.waiting.appendleft(number)
        if self.count == 0:
            self.count = 1
            raise HsiError(
                say("A worker process {how} while it began.", how=how),
                say("Leave out --jobs to work in one process, which says more."),
            )
        return None

    def _end(self, children: Sequence[_Child]) -> None:
        """Ends processes, all at once; what they were at is left."""
        ending = list(children)
        self._children = [child for child in self._children if child not in ending]
        for child in ending:
            child.stop()
        until = time.monotonic() + GRACE + 1.0
        for child in ending:
            child.end(until)


class _Work:
    """The orders of one call: which wait, and which process is at which."""

    def __init__(self, do: Any, orders: Sequence[Any], hear: Hear) -> None:
        self.do, self.orders, self._hear = do, orders, hear
        self.waiting = deque(range(len(orders)))
        self.at: dict[_Child, int] = {}
        self._contexts: dict[int, Context] = {}

    def context(self, number: int) -> Context:
        if number not in self._contexts:
            self._contexts[number] = self._hear(number)
        return self._contexts[number]


class _Child:
    """A worker process and what is heard from it."""

    def __init__(self, workers: Workers, heard: queue.SimpleQueue[tuple[_Child, Any]]) -> None:
        self.ready = False
        environment = {**os.environ, **dict.fromkeys(THREADS, str(max(1, workers.threads)))}
        if workers.memory is not None:
            environment[working_memory.VARIABLE] = f"{workers.memory}B"
        self._process = subprocess.Popen(
            start_words(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is for the parent
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self._write(pickle.dumps(sys.path))
        self._thread = threading.Thread(target=self._listen, args=(self._answers, heard), name="worker", daemon=True)
        self._thread.start()

    def give(self, number: int, do: Any, order: Any) -> None:
        """Sends an order.

        Raises:
            Exception: it cannot be pickled.
        """
        self._write(pickle.dumps((number, do, order)))

    def stop(self) -> None:
        """Tells it that nobody waits for its work any more."""
        with suppress(OSError):
            self._orders.close()

    def end(self, until: float | None = None) -> str:
        """Waits for its end until a moment of `time.monotonic`, and kills it then; returns how it ended, in words."""
        self.stop()
        try:
            code = self._process.wait(None if until is None else max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._thread.join()
        self._answers.close()
        return how_it_ended(code)

    def _write(self, text: bytes) -> None:
        with suppress(OSError):  # it is gone, which its listener tells
            self._orders.write(text)
            self._orders.flush()

    def _listen(self, answers: IO[bytes], heard: queue.SimpleQueue[tuple[_Child, Any]]) -> None:
        try:
            while True:
                heard.put((self, pickle.load(answers)))
        except (
            EOFError,
            OSError,
            ValueError,
            pickle.UnpicklingError,
        ):  # perhaps in the middle of a word
            heard.put((self, None))
        except Exception as error:  # noqa: BLE001 - whatever a class of others does when it is unpickled
            heard.put((self, Raised(-1, error, traceback.format_exc())))


def how_it_ended(code: int) -> str:
    """How a process ended, as the second half of a sentence."""
    if code >= 0:
        return say("ended with exit code {code}", code=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = str(-code)
    if name == "SIGKILL":
        return say("was killed (SIGKILL), as systems do where memory runs out")
    return say("was ended by the signal {name}", name=name)
