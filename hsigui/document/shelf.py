"""A list of things of one kind, one of which may be the current one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Runs, maps, views or layers of a scene, in the order in which they came.

    Args:
        items: the first of them is the current one.
    """

    def __init__(self, *items: T) -> None:
        self._items = list(items)
        self._place: int | None = 0 if items else None

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    @property
    def current(self) -> T | None:
        """The one that is in use; None when there is none."""
        return None if self._place is None else self._items[self._place]

    def choose(self, place: int | None) -> None:
        """Makes the one at a place the current one, or none of them.

        Raises:
            IndexError: there is no such place.
        """
        if place is not None and not 0 <= place < len(self._items):
            raise IndexError(f"place {place} of {len(self._items)}")
        self._place = place

    def put(self, item: T) -> None:
        """Puts one in the current one's place; without a current one it is added as such."""
        if self._place is None:
            self.add(item)
        else:
            self._items[self._place] = item

    def add(self, item: T, *, current: bool = True) -> None:
        """Adds one at the end."""
        self._items.append(item)
        if current:
            self._place = len(self._items) - 1

    def keep(self, items: list[T], current: T | None) -> None:
        """Puts others in place of all; the current one must be among them, or None."""
        self._items = list(items)
        self._place = None if current is None else next(n for n, item in enumerate(self._items) if item is current)

    def clear(self) -> None:
        self._items, self._place = [], None
