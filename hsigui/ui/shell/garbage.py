"""When Python looks through all objects for cycles that nobody holds: where the user does not notice.

Such a look at the objects of the window and of PyTorch holds every thread for a fifth of a second. By itself it comes
when many objects were made, as by the import of PyTorch: four times within the first seconds of a training.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

from hsigui.document.events import SceneClosed
from hsigui.document.session import Session

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
    """Looks through all objects when a scene was closed: of what was large, its arrays and features, nothing stays."""

    def __init__(self, parent: QObject, session: Session) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)  # as soon as all that closes the scene is done
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._collect)
        session.events.subscribe(SceneClosed, self._closed)

    def _closed(self, _event: SceneClosed) -> None:
        self._timer.start(0)

    def _collect(self) -> None:
        gc.collect()
