"""When Python looks through all objects for cycles that nobody holds: where the user does not notice.

Such a look at the objects of the window and of PyTorch holds every thread for a fifth of a second. By itself it comes
when many objects were made, as by the import of PyTorch: four times within the first seconds of a training.

PySide reads the source of every module that is imported, to see whether it makes use of PySide, and Python keeps what
was read: 86 MB for PyTorch, given back here.
"""

from __future__ import annotations

import gc
import linecache
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

from hsigui.document.events import QueueChanged, SceneClosed
from hsigui.document.session import Session

SOURCES_A_TURN = 20  # to let go of all at once takes longer than a window may stand still
RARELY = 1000  # collections of the middle generation, to one of all objects; 10 by default


@contextmanager
def rare_full_collections() -> Iterator[None]:
    """Within the block all objects are hardly ever looked through by themselves. Those that were there before, which
    live as long as the program, are left out."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*before[:2], RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Garbage(QObject):
    """Looks through all objects when a scene was closed: of what was large, its arrays and features, nothing stays.
    Lets go of sources that were read when something was trained."""

    def __init__(self, parent: QObject, session: Session) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)  # as soon as all that closes the scene is done
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._collect)
        self._sources = QTimer(self)
        self._sources.timeout.connect(self._let_go_of_sources)
        session.events.subscribe(SceneClosed, self._closed)
        session.events.subscribe(QueueChanged, self._queue_changed)

    def _closed(self, _event: SceneClosed) -> None:
        self._timer.start(0)

    def _queue_changed(self, _event: QueueChanged) -> None:
        self._sources.start(0)

    def _let_go_of_sources(self) -> None:
        """Some of them; whoever shows a trace reads again what it needs."""
        for name in [*linecache.cache][:SOURCES_A_TURN]:
            linecache.cache.pop(name, None)
        if not linecache.cache:
            self._sources.stop()

    def _collect(self) -> None:
        gc.collect()
