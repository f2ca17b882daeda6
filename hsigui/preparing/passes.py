"""Looks at a whole scene that a step needs before it can make a sample: taken when a sample is first asked for, not
when the step is set up, and once only.

Who saves or previews a cube can take them beforehand, with progress (`settle`); else they are taken at the first read.
They hold no more than a block of the scene and stop where the job of their thread is cancelled (`stopping`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube

T = TypeVar("T")
Told = Callable[[int, int], None]


class Pass(Generic[T]):
    """What a look at a scene finds.

    Args:
        look: takes it; is handed a function to tell how much of how much is done, which may raise to stop.
    """

    def __init__(self, look: Callable[[Told], T]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._found: list[T] = []

    @property
    def done(self) -> bool:
        """Whether it has been taken."""
        return bool(self._found)

    def found(self, told: Told = lambda _done, _total: None) -> T:
        """What was found; looks where nobody has yet. A look that was stopped is taken anew the next time."""
        with self._lock:
            if not self._found:
                self._found.append(self._look(told))
            return self._found[0]


def blocks_of(cube: Cube, told: Told) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Rows of a cube with their values, rows x cols x bands, from the first to the last; stops where it is asked to."""
    told(0, cube.rows)
    for rows in cube.blocks():
        stopping.check()
        yield rows, cube.read(rows)
        told(rows.stop, cube.rows)


def remarks_of(cube: Cube) -> list[str]:
    """What the looks that were taken at a scene, and the samples that were made, have shown of it: a sentence each, in
    the order of the steps."""
    found: list[str] = []
    layer: Any = cube.source
    while layer is not None:
        found = [*(each for other in _inside(layer) for each in remarks_of(other)), *getattr(layer, "remarks", ()),
                 *found]  # fmt: skip
        layer = getattr(layer, "source", None)
    return list(dict.fromkeys(found))


def passes_of(cube: Cube) -> list[Pass[Any]]:
    """The passes that are still to be taken before a sample of a cube can be made, in the order in which they can:
    those of the steps that were done first come first."""
    found: list[Pass[Any]] = []
    layer: Any = cube.source
    while layer is not None:
        found = [*(each for other in _inside(layer) for each in passes_of(other)), *_own(layer), *found]
        layer = getattr(layer, "source", None)
    unique = list({id(each): each for each in found}.values())
    return [each for each in unique if not each.done]


def settle(cube: Cube, told: Told) -> None:
    """Takes all of them.

    Args:
        told: is told how much of how much is done, of each in its turn; may raise to stop.
    """
    for each in passes_of(cube):
        each.found(told)


def _inside(layer: Any) -> list[Cube]:
    """The cubes that a source is made of."""
    return [*getattr(layer, "cubes", ()), *([layer.cube] if hasattr(layer, "cube") else [])]


def _own(layer: Any) -> list[Pass[Any]]:
    looks = getattr(layer, "passes", ())
    return [each for each in looks if isinstance(each, Pass)]
