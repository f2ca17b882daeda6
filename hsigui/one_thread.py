"""Matrix products on one thread. The small ones of a probe gain nothing from a second, and wait for it whenever the
window paints on the other core: fitting 800 labels on two cores takes 10 ms with one thread, 50 to 400 with two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadpoolctl import ThreadpoolController

from hsigui import memory

_lock = threading.Lock()
_inside = 0
_limit: Any = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keeps the products of numpy on one thread, in the whole process, until the last that asked for it is done.

    Raises:
        MemoryError: there is no room for their buffers.
    """
    global _inside, _limit
    with _lock:
        if _inside == 0:
            _limit = ThreadpoolController().limit(limits=1, user_api="blas")
        _inside += 1
    try:
        memory.hold_buffers()  # of what was loaded since the job began, while there is room for them
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limit.restore_original_limits()
