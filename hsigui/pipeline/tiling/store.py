"""Tiles on the disk: a file each, whole or not there. Loads no torch."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import saving
from hsigui.errors import HsiError
from hsigui.pipeline.tiling.grid import Tile
from hsigui.texts import say


class TileStore:
    """The finished tiles of a map, in a folder that all workers reach.

    No two workers write to one file, and what is renamed into place is on the disk: whatever ends a worker, a tile is
    either finished or not there. Each array stands by its name with a check sum, by which damage is found.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, number: int) -> Path:
        """The file of a tile."""
        return self.folder / f"tile-{number:06d}.npz"

    def has(self, tile: Tile) -> bool:
        """Whether it is finished."""
        return self.path_of(tile.number).is_file()

    def put(self, tile: Tile, arrays: Mapping[str, NDArray[Any]]) -> int:
        """Writes a finished tile; how many bytes that took. The arrays are rows x cols each.

        Raises:
            HsiError: the folder cannot be written, or the disk is full.
        """
        held = io.BytesIO()
        np.savez(held, **arrays)  # type: ignore[arg-type]
        try:
            saving.write_bytes(self.path_of(tile.number), held.getvalue())
        except OSError as error:
            raise HsiError(
                say("{folder} cannot be written: {reason}.", folder=self.folder, reason=error.strerror or error),
                saving.what_to_do(self.folder, error),
            ) from error
        return held.tell()

    def get(self, tile: Tile, name: str) -> NDArray[Any]:
        """An array of a finished tile, rows x cols.

        Raises:
            HsiError: it is not there, or damaged; then its file is taken away, so that it is made again.
        """
        path = self.path_of(tile.number)
        try:
            with np.load(path, allow_pickle=False) as held:
                found: NDArray[Any] = held[name]
            if found.shape != tile.shape:
                raise ValueError(found.shape)
        except FileNotFoundError as error:
            raise HsiError(
                say("The tile {path} was taken away while the map was put together.", path=path),
                say("Give the same command again: it makes what is missing."),
            ) from error
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            path.unlink(missing_ok=True)
            raise HsiError(
                say("The tile {path} was damaged: {error}.", path=path, error=error),
                say("It is taken away. Give the same command again: it makes what is missing."),
            ) from error
        return found
