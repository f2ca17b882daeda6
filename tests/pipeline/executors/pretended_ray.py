"""As much of Ray's interface as an engine needs, on threads: stands in for it where it is not installed.

What goes to a worker and comes back is pickled, as there.
"""

from __future__ import annotations

import pickle
import types
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from typing import Any


class RayTaskError(Exception):
    """What a task raised; `cause` is that."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause


class WorkerCrashedError(Exception):
    """The process of a task is gone."""


class Crash(BaseException):
    """Raised by a task to pretend that its process is gone."""


def module() -> types.ModuleType:
    """The module `ray`; `calls` holds what it was asked."""
    made: Any = types.ModuleType("ray")
    made.exceptions = types.SimpleNamespace(RayTaskError=RayTaskError, WorkerCrashedError=WorkerCrashedError)
    made.calls = []
    made.init = lambda **given: (made.calls.append(("init", given)), setattr(made, "pool", ThreadPoolExecutor(2)))
    made.shutdown = lambda: (made.calls.append(("shutdown",)), made.pool.shutdown(cancel_futures=True))
    made.remote = lambda **given: (
        lambda function: types.SimpleNamespace(
            remote=lambda *words: made.pool.submit(_run, pickle.dumps((function, words)))
        )
    )
    made.cancel = lambda task, force: (made.calls.append(("cancel", force)), task.cancel())
    made.wait, made.get = _wait, _get
    return made


def _run(sent: bytes) -> bytes:
    function, words = pickle.loads(sent)
    return pickle.dumps(function(*words))


def _wait(tasks: list[Future[bytes]], timeout: float) -> tuple[list[Future[bytes]], list[Future[bytes]]]:
    ready = list(wait_for(tasks, timeout, FIRST_COMPLETED).done)[:1]
    return ready, [task for task in tasks if task not in ready]


def _get(task: Future[bytes]) -> Any:
    try:
        return pickle.loads(task.result())
    except Crash:
        raise WorkerCrashedError("The worker died unexpectedly") from None
    except Exception as error:
        raise RayTaskError(error) from error
