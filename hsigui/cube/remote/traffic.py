"""What has come over the network so far, for whoever shows it. May be used from several threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """The traffic since the start of the program.

    Attributes:
        fetched: bytes that have come.
        requests: questions that were asked.
        done, wanted: bytes of what is waited for now; both 0 where nothing is.
        host: the server that was asked last.
    """

    fetched: int = 0
    requests: int = 0
    done: int = 0
    wanted: int = 0
    host: str = ""


class Traffic:
    """Counts what comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fetched = self._requests = self._done = self._wanted = self._waiting = 0
        self._host = ""

    @property
    def seen(self) -> Seen:
        with self._lock:
            return Seen(self._fetched, self._requests, self._done, self._wanted, self._host)

    def asked(self, host: str) -> None:
        """A server was asked for something."""
        with self._lock:
            self._requests += 1
            self._host = host

    def came(self, size: int) -> None:
        """So many bytes have come."""
        with self._lock:
            self._fetched += size
            if self._waiting:
                self._done += size

    @contextmanager
    def waiting_for(self, size: int) -> Iterator[None]:
        """So many bytes are waited for as long as the block lasts."""
        with self._lock:
            self._waiting += 1
            self._wanted += size
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                if not self._waiting:
                    self._done = self._wanted = 0


TRAFFIC = Traffic()
