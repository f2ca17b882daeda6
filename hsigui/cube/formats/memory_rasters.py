"""Rasters that GDAL writes into memory, and Python to the disk: where a disk is full GDAL ends the process by a signal
while it makes overviews, and tells of some failures only in its log."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning


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


@contextmanager
def in_memory(array: NDArray[Any], **profile: Any) -> Iterator[Any]:
    """Gives samples, bands x rows x cols, as a dataset to be read, without a file.

    Args:
        profile: of the dataset: "transform", "crs", "nodata", as `rasterio.open` takes them.

    Raises:
        RasterioError: GDAL cannot hold them.
    """
    bands, rows, cols = array.shape
    with rasterio.MemoryFile() as memory:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(
                driver="GTiff", count=bands, height=rows, width=cols, dtype=array.dtype, interleave="band",
                BIGTIFF="IF_SAFER", **profile,
            ) as file:  # fmt: skip
                file.write(array)
        with memory.open() as file:
            yield file
