"""Scenes of which there may be hundreds: each is opened for its header, and again when its samples are wanted.

So many files are open at once as the system lets a program have, however many scenes there are; of the samples nothing
is held here.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source
from hsigui.cube.looks import tile_of
from hsigui.errors import HsiError
from hsigui.texts import say

MOST_OPEN = 256  # scenes whose files are open at once, at most
_numbers = itertools.count()
_SHARE = 4  # of the files that the system lets this program have open: a scene may have several


class OpenScenes:
    """The scenes whose files are open now, those read last. Safe to use from several threads at once.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = max(1, most), threading.Lock()
        self._open: OrderedDict[int, Source] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def of(self, key: int, opened: Callable[[], Source]) -> Source:
        """The source of a key: the one that is open, or one that is opened now, for which that read longest ago may be
        let go. Whoever is reading it keeps it until then.

        Raises:
            HsiError: it cannot be opened.
        """
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return found
        made = opened()  # outside of the lock: others read on meanwhile
        with self._lock:
            self._open[key] = made
            self._open.move_to_end(key)
            while len(self._open) > self._most:
                self._open.popitem(last=False)
        return made


@lru_cache(maxsize=1)
def shared() -> OpenScenes:
    """Those of this program."""
    return OpenScenes(min(MOST_OPEN, _files_allowed() // _SHARE))


@dataclass(frozen=True, eq=False)
class Reopened:
    """The samples of a scene whose file is opened when they are wanted.

    Attributes:
        opens: opens the scene as it was opened first.
        name: of its file.
        shape: rows, columns, bands.
        dtype: of the stored samples.
        among: the scenes that are open.
    """

    opens: Callable[[], Cube]
    name: str
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    tile: tuple[int, int] | None
    order: str
    any_window_is_cheap: bool
    among: OpenScenes = field(default_factory=shared)
    number: int = field(default_factory=lambda: next(_numbers))  # no other has it, also when this one is gone

    @classmethod
    def of(cls, cube: Cube, opens: Callable[[], Cube], among: OpenScenes | None = None) -> Reopened:
        """The samples of a cube that is let go after this."""
        source = cube.source
        return cls(
            opens, cube.name if cube.path is None else cube.path.name, source.shape, source.dtype, tile_of(source),
            str(getattr(source, "order", "")), bool(getattr(source, "any_window_is_cheap", False)), among or shared(),
        )  # fmt: skip

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file is gone, is another than before, or cannot be read.
        """
        return self.among.of(self.number, self._opened).read(rows, cols, bands)

    def _opened(self) -> Source:
        source = self.opens().source
        if source.shape != self.shape or source.dtype != self.dtype:
            raise HsiError(
                say("{name} has changed since it was opened.", name=self.name),
                say("Start again with the file as it is."),
            )
        return source


def opened_when_read(path: Path, opens: Callable[[], Cube], among: OpenScenes | None = None) -> Cube:
    """A cube of which only the header is read now.

    Args:
        path: of the scene.
        opens: opens it, without looking at more of its samples than it must.

    Raises:
        HsiError: it cannot be opened.
    """
    cube = opens()
    late = Reopened.of(cube, opens, among)
    return Cube(late, cube.info, name=cube.name, path=cube.path or path)


def _files_allowed() -> int:
    """How many files this program may have open."""
    try:
        import resource
    except ImportError:  # Windows, which lets a program have thousands
        return MOST_OPEN * _SHARE
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN * _SHARE if soft == resource.RLIM_INFINITY else int(soft)
