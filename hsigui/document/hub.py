"""A hub that tells those who asked for it of changes: one frozen dataclass a change (`events`, `intentions`)."""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import TypeVar, cast


@dataclass(frozen=True)
class Changed:
    """Any change; who subscribes to it hears of all."""


E = TypeVar("E", bound=Changed)
_Call = Callable[[Changed], None]


@dataclass(frozen=True)
class _Listener:
    """A plain function, or a function with the object that it is a method of."""

    function: Callable[..., None]
    owner: Callable[[], object | None] | None = None


class Events:
    """Tells of changes by their type, in the order of subscription, on the thread that they happen on.

    A bound method does not keep its object alive; a plain function is kept.

    Attributes:
        parent: is told of everything, too, after the hub's own listeners.
    """

    def __init__(self) -> None:
        self._listeners: defaultdict[type[Changed], list[_Listener]] = defaultdict(list)
        self.parent: Events | None = None

    def subscribe(self, kind: type[E], callback: Callable[[E], None]) -> None:
        """Has a callback called at each change of a type; at every change when the type is Changed."""
        if isinstance(callback, MethodType):
            listener = _Listener(callback.__func__, weakref.ref(callback.__self__))
        else:
            listener = _Listener(cast("_Call", callback))
        self._listeners[kind].append(listener)

    def emit(self, event: Changed) -> None:
        """Tells everybody who asked for it.

        Raises:
            Exception: the first that a listener raised, after all were told.
        """
        first: Exception | None = None
        hub: Events | None = self
        while hub is not None:
            for kind in (type(event), Changed):
                for listener in tuple(hub._listeners.get(kind, ())):
                    owner = None if listener.owner is None else listener.owner()
                    try:
                        if listener.owner is None:
                            listener.function(event)
                        elif owner is not None:
                            listener.function(owner, event)
                        else:
                            hub._listeners[kind].remove(listener)
                    except Exception as error:  # noqa: BLE001 - raised below: the others are told first
                        first = first or error
            hub = hub.parent
        if first is not None:
            raise first
