"""GeoTIFFs at an address, Cloud-Optimised or not: read by windows, of which the blocks are asked for together."""

from __future__ import annotations

import atexit
import contextlib
import uuid
import warnings
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from hsigui import untrusted
from hsigui.cube.cube import Cube, Source
from hsigui.cube.formats.geotiff import (
    RasterSource,
    in_units,
    info_of,
    largest_block,
    of_bands,
    require_no_class_map,
    type_of,
)
from hsigui.cube.formats.products.rasters import product_of
from hsigui.cube.formats.raster_files import NO_NETWORK, opening
from hsigui.cube.formats.raster_gaps import Gaps, gaps_of
from hsigui.cube.limits import require_block, require_room, require_rows_that_fit
from hsigui.cube.remote import stand_ins
from hsigui.cube.remote.blocks import BlockFile, Blocks, Trouble
from hsigui.cube.remote.glance import checked_from_afar
from hsigui.cube.remote.links import link_to
from hsigui.cube.remote.permission import require_allowed
from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_SPANS = 20_000
_FEW_BLOCKS = 4

_handles: weakref.WeakSet[Any] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """GDAL closes what is left open when Python is gone already, and would call it."""
    for dataset in list(_handles):
        dataset.close()


def open_remote(path: Path) -> Cube:
    """Opens a GeoTIFF at an address as a scene.

    Args:
        path: of the file that stands for the address.

    Raises:
        HsiError: it cannot be had or read, holds a class map, or announces more than this machine holds.
    """
    address = stand_ins.address_at(path)
    require_allowed(address.plain)
    blocks = Blocks(link_to(address))
    stand_ins.remember(address, stand_ins.RASTER, blocks.facts)
    with untrusted.reading(address.name):
        dataset, _ = _opened(blocks, address.name)
        with dataset:
            return _cube(dataset, blocks, path, address.name, address.plain)


def _cube(dataset: Any, blocks: Blocks, path: Path, name: str, plain: str) -> Cube:
    named = path.with_name(name)  # products are known by the names of their files
    require_no_class_map(dataset, name)
    require_room(name, dataset.height, dataset.width)
    require_rows_that_fit(name, dataset.width, dataset.count, type_of(dataset).itemsize)
    require_block(name, largest_block(dataset))
    row = product_of(named)
    gaps = gaps_of(dataset, type_of(dataset), None if row is None else row.nodata)
    raster = RemoteRaster(blocks, name, gaps)
    info = info_of(dataset, named)
    if gaps is not None:
        info = of_bands(info, [n - 1 for n in gaps.bands], gaps)
    notes = [*info.notes]
    down, across = dataset.block_shapes[0]
    if not raster.overviews and -(-dataset.height // down) * -(-dataset.width // across) > _FEW_BLOCKS:
        notes.append(say("The file has no overviews: whole pictures of it need much of it over the network."))
    info = replace(info, notes=tuple(notes), address=plain, address_version=_version(blocks))
    source: Source
    source, info = in_units(raster, info, named)
    return checked_from_afar(source, info, Path(name).stem, path, raster.cheap)


def _version(blocks: Blocks) -> str:
    return f"{blocks.facts.version} {blocks.facts.size}"


class RemoteRaster(RasterSource):
    """Stored samples of a raster at an address.

    Reads with steps use its overviews, as those of files do.
    """

    def __init__(self, blocks: Blocks, name: str, gaps: Gaps | None = None) -> None:
        self._blocks = blocks
        super().__init__(Path(name), gaps=gaps)

    @property
    def overviews(self) -> tuple[int, ...]:
        """By how much the smaller copies in the file are thinned."""
        return tuple(self._overviews)

    @property
    def cheap(self) -> tuple[slice, slice]:
        """Rows and columns that cost little to read: of the smallest copy, or of one row of tiles in the middle."""
        if self._overviews:
            step = slice(None, None, self._overviews[-1])
            return step, step
        tile = max(1, self._block_rows)
        first = self.shape[0] // 2 // tile * tile
        return slice(first, min(first + tile, self.shape[0])), slice(None)

    def _planes(self, bands: list[int], window: Window, shape: tuple[int, int, int] | None = None) -> NDArray[Any]:
        """The samples of a window, bands x rows x cols; their blocks are asked for at once.

        Raises:
            HsiError: the connection failed, or the file is another one now.
        """
        dataset = self._dataset()
        trouble: Trouble = self._handles.trouble
        try:
            with rasterio.Env(**NO_NETWORK):  # without it GDAL prints what it misses
                spans = list(self._spans(dataset, bands, window, shape))
            self._blocks.fetch(spans)
            planes = super()._planes(bands, window, shape)
        except RasterioError:
            self._drop()
            if trouble.failure is not None:
                raise trouble.failure from None
            raise
        except BaseException:
            self._drop()
            raise
        if trouble.failure is not None:  # GDAL takes what it cannot read for pixels that were never written
            self._drop()
            raise trouble.failure
        return planes

    def _spans(
        self, dataset: Any, bands: list[int], window: Window, shape: tuple[int, int, int] | None
    ) -> Iterator[tuple[int, int]]:
        """Where the blocks of a window lie in the file, as first byte and the one behind the last."""
        level, factor = None, 1
        if shape is not None and self._overviews:
            thin = min(window.height / max(1, shape[1]), window.width / max(1, shape[2]))
            fitting = [n for n, by in enumerate(self._overviews) if by <= thin * 1.01]
            if fitting:
                level, factor = fitting[-1], self._overviews[fitting[-1]]
        block_rows, block_cols = dataset.block_shapes[0]
        together = getattr(dataset.interleaving, "value", "") == "pixel"
        rows = _numbers(window.row_off, window.height, factor, block_rows)
        cols = _numbers(window.col_off, window.width, factor, block_cols)
        numbers = [b if self._gaps is None else self._gaps.bands[b] - 1 for b in bands]
        planes = [1] if together else [n + 1 for n in numbers]
        if len(rows) * len(cols) * len(planes) > _MOST_SPANS:
            return
        for band in planes:
            for row in rows:
                for col in cols:
                    start = dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band, ovr=level)
                    size = dataset.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=band, ovr=level)
                    if start is not None and size is not None:
                        yield int(start), int(start) + int(size)

    def _dataset(self) -> Any:
        if not hasattr(self._handles, "dataset"):
            self._handles.dataset, self._handles.trouble = _opened(self._blocks, self._path.name)
        return self._handles.dataset

    def _drop(self) -> None:
        """After a failure GDAL may hold half of what it wanted: the next reading opens the file anew."""
        with contextlib.suppress(AttributeError):
            del self._handles.dataset


def _numbers(first: float, length: float, factor: int, block: int) -> range:
    """The blocks along an axis that a window touches, in a copy that is thinned by a factor."""
    begin, end = int(first) // factor, int(np.ceil((first + length) / factor))
    return range(begin // block, max(begin, end - 1) // block + 1)


def _opened(blocks: Blocks, name: str) -> tuple[Any, Trouble]:
    """A dataset over a remote file, and what goes wrong in reading it. No other file can be reached from it.

    Raises:
        HsiError: it is no GeoTIFF, or cannot be had.
    """
    own = f"/{uuid.uuid4().hex}/scene.tif"
    trouble = Trouble()

    def opener(path: str, mode: str = "rb", **_: Any) -> BlockFile:
        del mode
        if path != own:  # GDAL looks for other files beside
            raise FileNotFoundError(path)
        return BlockFile(blocks, trouble)

    try:
        with opening(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.Env(**NO_NETWORK):
                dataset = rasterio.open(own, driver="GTiff", opener=opener)
    except (RasterioError, OSError) as error:
        if trouble.failure is not None:
            raise trouble.failure from None
        raise HsiError(
            say("{name} cannot be read as a GeoTIFF.", name=name),
            say("Only GeoTIFF and zarr are read from an address; download files of other kinds."),
        ) from error
    if trouble.failure is not None:
        dataset.close()
        raise trouble.failure
    _handles.add(dataset)
    return dataset, trouble
