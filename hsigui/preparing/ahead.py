"""What is read next is read while the earlier is written: the disk, and both of two cores, have something to do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from hsigui import stopping

T = TypeVar("T")
R = TypeVar("R")


def ahead(items: Iterable[T], make: Callable[[T], R], most: int) -> Generator[tuple[T, R]]:
    """Items with what is made of them, in their order; made in a thread of its own before they are asked for.

    Work that is stopped stops there too. Close it (`contextlib.closing`): its thread is waited for.

    Args:
        most: that are made and not yet used. Where other programs want the processor, each wait for the other thread
            costs as much as making many small ones.
    """
    ask = stopping.asked()

    def made(item: T) -> R:
        with stopping.checked_by(ask):
            return make(item)

    waiting: deque[tuple[T, Future[R]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="reads ahead") as threads:
        try:
            for item in items:
                waiting.append((item, threads.submit(made, item)))
                if len(waiting) == most:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            for _, one in waiting:
                one.cancel()


def _next(waiting: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    """The first that waits; in a function of its own, so that nobody but its user holds it in memory."""
    item, made = waiting.popleft()
    return item, made.result()
