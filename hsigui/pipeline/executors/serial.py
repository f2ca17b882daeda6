"""Orders done one after the other, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TypeVar

from hsigui.pipeline.executors.seam import Do, Ended, Hear

_Order = TypeVar("_Order")
_Outcome = TypeVar("_Outcome")


class Serial(AbstractContextManager["Serial"]):
    """This process; what does the orders need not be picklable."""

    title = ""

    def __exit__(self, *_: object) -> None:
        return

    def map(self, do: Do[_Order, _Outcome], orders: Sequence[_Order], hear: Hear) -> Iterator[Ended[_Outcome]]:
        """See `Executor.map`."""
        for number, order in enumerate(orders):
            yield Ended(number, do(order, hear(number)))
