"""The seam between work in pieces and who does it: a map of orders to outcomes, as they finish.

An *order* is a small description that can be pickled (paths, options), and what does it takes everything from files and
leaves what it made there: so nothing is lost with a worker, and another can take over. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

TRIES = 2  # of an order whose worker is lost

_Order = TypeVar("_Order")
_Outcome = TypeVar("_Outcome")
_In = TypeVar("_In", contravariant=True)
_Out = TypeVar("_Out", covariant=True)


class Do(Protocol[_In, _Out]):
    """What does an order. To be done in other processes it is a function of a module, or an object of a class of one
    that can be pickled; it asks its context as any work does."""

    def __call__(self, order: _In, ctx: Context, /) -> _Out:
        """The outcome of an order."""


@dataclass(frozen=True)
class Ended(Generic[_Outcome]):
    """How the work on an order ended.

    Attributes:
        number: of the order, from 0.
        value: what came of it; None where its worker is lost.
        lost: why its worker is gone, in a sentence; empty where it is not.
    """

    number: int
    value: _Outcome | None = None
    lost: str = ""


@dataclass(frozen=True)
class Workers:
    """How many are to work, and what each may take.

    Attributes:
        count: how many at once; None for as many as suit the machine or the engine.
        threads: of the sums of each.
        memory: bytes that each may take; None for no limit.
    """

    count: int | None = None
    threads: int = 1
    memory: int | None = None


Hear = Callable[[int], Context]  # of an order by its number: the context that hears its work, and is asked for it


class Executor(AbstractContextManager["Executor"], Protocol):
    """Does orders. Used in a `with`: at its end all that it began has ended."""

    @property
    def title(self) -> str:
        """Who works, in words, such as "2 processes"; empty for this process."""

    def map(
        self, do: Do[_Order, _Outcome], orders: Sequence[_Order], hear: Hear
    ) -> Iterator[Ended[_Outcome]]:  # fmt: skip
        """Does all orders and yields how each ended, as they end, in any order; each once.

        What a worker tells its context is told to that of `hear` here, where the iterator is read: progress and metrics
        may be thinned out, warnings and partial values (texts and numbers, for all engines) are not. Whatever a context
        raises, as when the user cancels, ends the work on all orders, and so does closing the iterator.

        Raises:
            HsiError: the engine is lost, or cannot take an order.
            Exception: what `do` raised, of the first order that fails; the work on the others is ended.
        """


@dataclass(frozen=True)
class ExecutorRow:
    """An engine that can be chosen by name; plug-ins add theirs under the entry point `hsigui.executors`.

    Attributes:
        name: the word of `--scheduler`; it may be followed by a colon and an address.
        title: for people.
        start: what gives an executor, called with the address (empty for none) and the `Workers`; or "module:name" of
            it, imported when it is first needed.
    """

    name: str
    title: str
    start: str | Callable[[str, Workers], Executor]


def each_tried_again(
    executor: Executor, do: Do[_Order, _Outcome], orders: Sequence[_Order], hear: Hear
) -> Iterator[Ended[_Outcome]]:  # fmt: skip
    """As `Executor.map`; an order whose worker was lost is done once more, after the others and alone, since what took
    a worker away is most often the memory that several take at once. Each order is yielded once.

    Raises:
        HsiError, Exception: as there.
    """
    lost: dict[int, str] = {}
    for ended in executor.map(do, orders, hear):
        if ended.lost:
            lost[ended.number] = ended.lost
            hear(ended.number).warn(say("{lost} It is tried once more.", lost=ended.lost))
        else:
            yield ended
    for number in sorted(lost):
        for _ in range(TRIES - 1):
            (again,) = executor.map(do, [orders[number]], lambda _, number=number: hear(number))  # type: ignore[misc]
            if not again.lost:
                break
        yield replace(again, number=number)


def require_value(ended: Ended[_Outcome]) -> _Outcome:
    """What came of an order.

    Raises:
        HsiError: its worker is lost.
    """
    if ended.lost or ended.value is None:
        raise HsiError(ended.lost, say("Fewer workers at once, or a smaller part of the scene, take less memory."))
    return ended.value
