"""Asks servers from threads that can be stopped: requests run in fsspec's loop, and end when a job is cancelled."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from hsigui import stopping
from hsigui.cube.remote.faults import Lost, lost, without_package

T = TypeVar("T")
TRIES = 4
PAUSES = (0.3, 1.0, 3.0)  # seconds before another try
_ASK_EVERY = 0.1  # seconds, while an answer is waited for
_given_up: contextvars.ContextVar[threading.Event | None] = contextvars.ContextVar("given up", default=None)


def loop() -> asyncio.AbstractEventLoop:
    """The loop in which requests run, in a thread of its own.

    Raises:
        HsiError: fsspec is not installed.
    """
    try:
        from fsspec.asyn import get_loop
    except ImportError:
        raise without_package("fsspec") from None
    found: asyncio.AbstractEventLoop = get_loop()
    return found


def answer_of(asking: Coroutine[Any, Any, T]) -> T:
    """What a question comes to. When the job of this thread is cancelled, the question is given up at once.

    Raises: what it raises, and what `stopping.check` does.
    """
    try:
        future = asyncio.run_coroutine_threadsafe(asking, loop())
    except BaseException:
        asking.close()
        raise
    try:
        while True:
            finished, _ = concurrent.futures.wait([future], timeout=_ASK_EVERY)
            if finished:
                return future.result()
            stopping.check()
    finally:
        future.cancel()


def patiently(call: Callable[[], T]) -> T:
    """As `stopping.patiently`, for a call that reads by `until_given_up` in other threads: when it is no longer waited
    for, what it asks of servers is given up, too."""
    given_up = threading.Event()

    def run() -> T:
        _given_up.set(given_up)  # which goes with the context into every task that the call makes
        return call()

    try:
        return stopping.patiently(lambda: contextvars.copy_context().run(run))
    except BaseException:
        given_up.set()
        raise


async def until_given_up(asking: Coroutine[Any, Any, T]) -> T:
    """What a question comes to that is asked from another loop than that of requests.

    Raises: what it raises; asyncio.CancelledError, nobody waits for it any more.
    """
    nobody_waits = _given_up.get()
    future = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking, loop()))
    try:
        while True:
            finished, _ = await asyncio.wait({future}, timeout=_ASK_EVERY)
            if finished:
                return future.result()
            if nobody_waits is not None and nobody_waits.is_set():
                raise asyncio.CancelledError
    finally:
        future.cancel()


async def tried(ask: Callable[[], Coroutine[Any, Any, T]], plain: str) -> T:
    """What a question comes to, asked again a few times where the connection fails.

    Args:
        plain: the address, for the sentence.

    Raises:
        HsiError: it failed each time.
    """
    for attempt in range(TRIES):
        try:
            return await ask()
        except Lost as error:
            if attempt == TRIES - 1:
                raise lost(plain, error.why) from None
        await asyncio.sleep(PAUSES[attempt])
    raise AssertionError("the last try returns or raises")


@contextmanager
def held(lock: threading.Lock) -> Iterator[None]:
    """Holds a lock; waiting for it can be cancelled."""
    while not lock.acquire(timeout=_ASK_EVERY):
        stopping.check()
    try:
        yield
    finally:
        lock.release()
