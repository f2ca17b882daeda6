"""Rasters that GDAL writes into memory, and Python to the disk: where a disk is full GDAL ends the process by a signal
while it makes overviews, and tells of some failures only in its log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
import rasterio.shutil


@contextmanager
def written_through_memory(path: Path, **profile: Any) -> Iterator[Any]:
    """Gives a dataset to be filled, and writes its file when that is done. Compressed it takes as much memory as it
    will take on the disk.

    Args:
        profile: of the dataset, as `rasterio.open` takes it.

    Raises:
        RasterioError: GDAL cannot write it.
        OSError: the file cannot be written.
    """
    with rasterio.MemoryFile() as memory:
        with memory.open(**profile) as file:
            yield file
        path.write_bytes(memory.getbuffer())


def copied_through_memory(source: Any, path: Path, **options: Any) -> None:
    """Writes a dataset in another format.

    Args:
        source: an open dataset.
        options: "driver" and what it can be told, as `rasterio.shutil.copy` takes them.

    Raises:
        RasterioError: GDAL cannot write it.
        OSError: the file cannot be written.
    """
    with rasterio.MemoryFile() as memory:
        rasterio.shutil.copy(source, memory.name, **options)
        path.write_bytes(memory.getbuffer())
