"""How work that reads is stopped in the middle of it, without being handed a context.

A reader is called from many places: by jobs of the window, by commands, from scripts. It calls `check` between pieces;
inside a job that was cancelled this raises, elsewhere it does nothing. What cannot be read in pieces (a block of a file
that one call of a library unpacks) is waited for by `patiently`. Standard library only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")
_ASK_EVERY = 0.1  # seconds, while a call is waited for

_asked = threading.local()


def check() -> None:
    """Raises where the job of this thread was cancelled; does nothing where there is none. Never waits."""
    ask: Callable[[], None] | None = getattr(_asked, "check", None)
    if ask is not None:
        ask()


def asked() -> Callable[[], None]:
    """What `check` asks in this thread, for threads that work for it."""
    ask: Callable[[], None] | None = getattr(_asked, "check", None)
    return ask if ask is not None else lambda: None


@contextmanager
def checked_by(ask: Callable[[], None]) -> Iterator[None]:
    """Lets `check` call `ask` in this thread, as long as the block lasts."""
    before = getattr(_asked, "check", None)
    _asked.check = ask
    try:
        yield
    finally:
        _asked.check = before


def patiently(call: Callable[[], T]) -> T:
    """What a call returns that may take long and cannot be stopped; `check` is asked meanwhile.

    The call runs in a thread of its own. When `check` raises, it is left to itself, and its result is dropped. Only
    for calls that change nothing and let other threads run.
    """
    if getattr(_asked, "check", None) is None:
        return call()
    answer: SimpleQueue[tuple[bool, T | BaseException]] = SimpleQueue()

    def run() -> None:
        try:
            answer.put((True, call()))
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            answer.put((False, error))

    threading.Thread(target=run, name="waited for", daemon=True).start()
    while True:
        with suppress(Empty):
            good, found = answer.get(timeout=_ASK_EVERY)
            if not good and isinstance(found, BaseException):
                raise found
            return found  # type: ignore[return-value]
        check()
