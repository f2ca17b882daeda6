"""GeoTIFFs at an address, Cloud-Optimised or not: read by windows, of which the blocks are asked for together."""

from __future__ import annotations

import contextlib
import contextvars
import itertools
import uuid
import warnings
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from hsigui import stopping, untrusted
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

P = ParamSpec("P")
T = TypeVar("T")
_MOST_SPANS = 20_000
_FEW_BLOCKS = 4


class _Handle:
    """A dataset over a remote file, for one thread at a time.

    rasterio keeps what a file is opened by in context variables: so all that is done with it, its closing too, is done
    in the context in which it was opened, whatever the thread. It is closed when nobody holds it any more, and at the
    end of the program: GDAL would else call Python when that is gone already.

    Raises:
        HsiError: it is no GeoTIFF, or cannot be had.
    """

    def __init__(self, blocks: Blocks, name: str) -> None:
        self.trouble = Trouble()
        self._context = contextvars.copy_context()
        self.dataset = self.run(_opened, blocks, name, self.trouble)
        # Without an environment of rasterio: it asks which thread this is, and one that has just ended is none.
        self.close = weakref.finalize(self, self._context.run, self.dataset.close)

    def run(self, call: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Does something with the dataset, as far as the network lets it.

        Raises:
            RasterioError: GDAL cannot read the file.
            HsiError: the connection failed, or the file is another one now.
        """
        try:
            found = self._context.run(call, *args, **options)
        except RasterioError:
            if self.trouble.failure is not None:
                raise self.trouble.failure from None
            raise
        if self.trouble.failure is not None:  # GDAL takes what it cannot read for pixels that were never written
            raise self.trouble.failure
        return found


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
        handle = _Handle(blocks, address.name)
        try:
            return handle.run(_cube, handle.dataset, blocks, path, address.name, address.plain)
        finally:
            handle.close()


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
        handle = self._handle()

        def read() -> NDArray[Any]:
            return handle.run(self._read, handle.dataset, bands, window, shape)

        try:
            self._blocks.fetch(handle.run(self._spans, handle.dataset, bands, window, shape))
            return stopping.patiently(read) if self._slow else read()
        except BaseException:
            # After a failure GDAL may hold half of what it wanted: the next reading opens the file anew.
            with contextlib.suppress(AttributeError):
                del self._handles.handle
            raise

    def _spans(
        self, dataset: Any, bands: list[int], window: Window, shape: tuple[int, int, int] | None
    ) -> list[tuple[int, int]]:
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
            return []
        spans = []
        with rasterio.Env(**NO_NETWORK):  # without it GDAL prints what it misses
            for band, row, col in itertools.product(planes, rows, cols):
                start = dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band, ovr=level)
                size = dataset.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=band, ovr=level)
                if start is not None and size is not None:
                    spans.append((int(start), int(start) + int(size)))
        return spans

    def _dataset(self) -> Any:
        return self._handle().dataset

    def _handle(self) -> _Handle:
        if not hasattr(self._handles, "handle"):
            self._handles.handle = _Handle(self._blocks, self._path.name)
        handle: _Handle = self._handles.handle
        return handle


def _numbers(first: float, length: float, factor: int, block: int) -> range:
    """The blocks along an axis that a window touches, in a copy that is thinned by a factor."""
    begin, end = int(first) // factor, int(np.ceil((first + length) / factor))
    return range(begin // block, max(begin, end - 1) // block + 1)


def _opened(blocks: Blocks, name: str, trouble: Trouble) -> Any:
    """A dataset over a remote file. No other file can be reached from it.

    Raises:
        HsiError: it is no GeoTIFF.
    """
    own = f"/{uuid.uuid4().hex}/scene.tif"

    def opener(path: str, mode: str = "rb", **_: Any) -> BlockFile:
        del mode
        if path != own:  # GDAL looks for other files beside
            raise FileNotFoundError(path)
        return BlockFile(blocks, trouble)

    try:
        with opening(), warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with rasterio.Env(**NO_NETWORK):
                return rasterio.open(own, driver="GTiff", opener=opener)
    except (RasterioError, OSError) as error:
        if trouble.failure is not None:
            raise trouble.failure from None
        raise HsiError(
            say("{name} cannot be read as a GeoTIFF.", name=name),
            say("Only GeoTIFF and zarr are read from an address; download files of other kinds."),
        ) from error
