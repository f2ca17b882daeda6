"""When Python looks through all objects for cycles that nobody holds: where the user does not notice.

Such a look at the objects of the window and of PyTorch holds every thread for a fifth of a second. By itself it comes
when many objects were made, as by the import of PyTorch: four times within the first seconds of a training.

Memory that jobs let go of is kept by the C library, for each thread by itself, and falls into fragments; it is handed
back to the system once nothing was at work for a moment.

PySide reads the source of every module that is imported, to see whether it makes use of PySide, and Python keeps what
was read: 86 MB for PyTorch, given back here.
"""

from __future__ import annotations

import gc
import linecache
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

from hsigui import memory
from hsigui.document.events import QueueChanged, SceneClosed
from hsigui.document.session import Session
from hsigui.ui.desk.job_bridge import JobBridge

SOURCES_A_TURN = 20  # to let go of all at once takes longer than a window may stand still
QUIET_MS = 3000  # without a job that begins or ends, after which memory is handed back
LONGEST = 20.0  # seconds after which it is at the latest, however much is going on
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
    Lets go of sources that were read when something was trained, and of memory that nobody uses any more."""

    def __init__(self, parent: QObject, session: Session, bridge: JobBridge) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)  # as soon as all that closes the scene is done
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._collect)
        self._sources = QTimer(self)
        self._sources.timeout.connect(self._let_go_of_sources)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET_MS)
        self._quiet.timeout.connect(self._give_back)
        self._waiting_since = 0.0
        bridge.busy_changed.connect(self._busy_changed)
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

    def _busy_changed(self) -> None:
        if not self._quiet.isActive():
            self._waiting_since = time.monotonic()
        elif time.monotonic() - self._waiting_since > LONGEST:
            return  # it comes at the end of this moment, whatever begins until then
        self._quiet.start()

    def _give_back(self) -> None:
        memory.give_back()

    def _collect(self) -> None:
        gc.collect()
