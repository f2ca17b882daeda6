"""Who has a say before a scene is left: rooms register here, and whoever shows, replaces or closes scenes asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from hsigui.document.scene import Scene

ASK = ""  # nothing was said yet of what is unsaved


class Guard(Protocol):
    """Looks after something of the shown scene that must not be lost."""

    def leave(self, then: Callable[[], None], answer: str = ASK) -> None:
        """Does `then` once the scene may be closed; the user may be asked, and may cancel.

        Args:
            answer: what the user said already, of several scenes at once: "save" or "discard".
        """

    def asks_about(self, scene: Scene) -> bool:
        """Whether the user would be asked before the scene is closed."""

    def keep_safe(self) -> None:
        """The scene goes behind another one, and stays open."""


class Guards:
    """The guards of one window."""

    def __init__(self) -> None:
        self._guards: list[Guard] = []

    def add(self, guard: Guard) -> None:
        self._guards.append(guard)

    def leave(self, then: Callable[[], None], answer: str = ASK) -> None:
        """Does `then` once all guards agree that the shown scene may be closed, asked one after the other."""
        self._ask(0, then, answer)

    def asks_about(self, scene: Scene) -> bool:
        """Whether the user would be asked before a scene is closed."""
        return any(guard.asks_about(scene) for guard in self._guards)

    def keep_safe(self) -> None:
        for guard in self._guards:
            guard.keep_safe()

    def _ask(self, place: int, then: Callable[[], None], answer: str) -> None:
        if place == len(self._guards):
            then()
        else:
            self._guards[place].leave(partial(self._ask, place + 1, then, answer), answer)
