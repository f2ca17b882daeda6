"""The spectral libraries that are open in a window, and those that a scene was worked on with."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.events import LibrariesChanged
from hsigui.document.hub import Events


@dataclass(frozen=True)
class LibraryPlace:
    """Where a library is kept.

    Attributes:
        path: a file, or a folder of files.
        sha256: of what its spectra were, by `sum_of`; empty where that is not known.
        wavelengths: how they are taken otherwise than they were read (`libraries.rereading`); empty for not.
    """

    path: Path
    sha256: str = ""
    wavelengths: str = ""


class OpenLibraries:
    """Those that are open, in the order in which they were opened, and the spectra that are chosen in them.

    Args:
        events: of the window; `LibrariesChanged` tells of each change.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._all: tuple[SpectralLibrary, ...] = ()
        self._chosen: tuple[tuple[SpectralLibrary, int], ...] = ()

    @property
    def all(self) -> tuple[SpectralLibrary, ...]:
        return self._all

    @property
    def chosen(self) -> tuple[tuple[SpectralLibrary, int], ...]:
        """Spectra that are at hand for whatever compares spectra: a library, and the place in it."""
        return self._chosen

    def find(self, path: Path) -> SpectralLibrary | None:
        """The open library of a file or folder; None when it is not open."""
        return next((library for library in self._all if library.path == path), None)

    def add(self, library: SpectralLibrary) -> None:
        """Adds a library; one of the same path goes."""
        self._all = (*(known for known in self._all if known.path != library.path), library)
        self.choose([pair for pair in self._chosen if pair[0] in self._all])

    def remove(self, library: SpectralLibrary) -> None:
        self._all = tuple(known for known in self._all if known is not library)
        self.choose([pair for pair in self._chosen if pair[0] is not library])

    def choose(self, pairs: Sequence[tuple[SpectralLibrary, int]]) -> None:
        """Has other spectra at hand."""
        self._chosen = tuple(pairs)
        self._events.emit(LibrariesChanged())


def sum_of(library: SpectralLibrary) -> str:
    """SHA-256 of the names, bands and values of a library, whatever its file looks like."""
    digest = hashlib.sha256("\n".join(library.names).encode("utf-8", errors="replace"))
    if library.wavelengths is not None:
        digest.update(library.wavelengths.astype("<f8").tobytes())
    digest.update(library.stored.astype("<f4").tobytes())
    return digest.hexdigest()
