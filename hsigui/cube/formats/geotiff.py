"""GeoTIFF and other rasters through rasterio, read by windows."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from hsigui import stopping, untrusted
from hsigui.cube.cube import Cube, CubeInfo, Geo, Source
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.formats.envi import GAINS_LISTED
from hsigui.cube.formats.products.rasters import RasterFacts, facts_of, product_of
from hsigui.cube.formats.products.sources import UnpackedByBand
from hsigui.cube.formats.raster_files import NO_NETWORK, drivers_of, open_quietly
from hsigui.cube.formats.raster_gaps import Gaps, gaps_of
from hsigui.cube.formats.raster_wavelengths import bad_bands_of, wavelengths_of
from hsigui.cube.formats.side_files import completed
from hsigui.cube.formats.tiff_pages import bands_of_pages, open_pages, pages_of
from hsigui.cube.formats.virtual_rasters import is_virtual, require_own_files, require_own_parts
from hsigui.cube.history import TAG, history_of
from hsigui.cube.limits import require_block, require_room, require_rows_that_fit
from hsigui.errors import HsiError
from hsigui.texts import say

ONE_BAND = say("The raster has one band only. If it holds classes, load it as labels of a scene.")
_BLOCK_BYTES = 32 * 2**20
_SLOW_BLOCK = 16 * 2**20  # bytes that take a good part of a second to be unpacked
# GDAL would keep up to a twentieth of the machine's memory.
_CACHE_BYTES = 256 * 2**20
_MOST_BLOCKS_CHECKED = 1024


def open_dataset(path: Path, *, known: bool = False) -> Any:
    """A rasterio dataset, read-only; a missing georeference is no reason for a warning here.

    The suffix says what the file is: GDAL, left to itself, takes a text that names other files or servers for a raster
    whatever its suffix.

    Args:
        known: the file was opened before; what it is made of need not be looked at again.

    Raises:
        HsiError: the file cannot be read, is of another kind than its suffix says, or leads out of its folder.
    """
    if not known:
        require_own_files(path)
    try:
        dataset = open_quietly(path, drivers_of(path))
    except (RasterioError, OSError, UnicodeDecodeError) as error:
        raise _not_opened(path, error) from error
    if not known:
        try:
            require_own_parts(dataset, path)
        except BaseException:
            dataset.close()
            raise
    return dataset


def _not_opened(path: Path, error: Exception) -> HsiError:
    suffix = path.suffix.lower()
    if suffix != ".vrt" and is_virtual(path):
        return HsiError(
            say(
                "{name} is no {lstrip} file: it is a virtual raster, which names other files.",
                name=path.name,
                lstrip=suffix.lstrip(".").upper(),
            ),
            say("If it is meant to be one, let its name end in .vrt."),
        )
    return HsiError(
        say(
            "{name} cannot be read as a GeoTIFF or another raster: {rstrip}.",
            name=path.name,
            rstrip=str(error).rstrip("."),
        ),
        say("Is the file complete?"),
    )


class RasterSource:
    """Stored samples of a raster file that `open_dataset` looked at.

    There is one handle a thread, because GDAL's are not safe to share.

    Reads with steps use the overviews of the file where it has some that are fine enough: a sample is then one of its
    neighbourhood, not exactly that of the step.
    """

    def __init__(self, path: Path, *, pages: Sequence[int] = (), gaps: Gaps | None = None) -> None:
        """
        Args:
            pages: of a TIFF, which are its bands; none for the bands of its first page.
            gaps: what the file says of pixels without data, where one no-data value does not say it.
        """
        self._path, self._pages, self._gaps = path, tuple(pages), gaps
        self._handles = threading.local()
        dataset = self._dataset()
        self.shape: tuple[int, int, int] = (
            dataset.height, dataset.width, dataset.count if gaps is None else len(gaps.bands)
        )  # fmt: skip
        self.dtype: np.dtype[Any] = type_of(dataset) if gaps is None else gaps.dtype
        self._overviews: list[int] = dataset.overviews(1)
        self._block_rows = max(rows for rows, _ in dataset.block_shapes)
        self._slow = largest_block(dataset) > _SLOW_BLOCK
        self.tile: tuple[int, int] = self._block_rows, max(cols for _, cols in dataset.block_shapes)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file ends early or is damaged.
        """
        picked_rows, picked_cols = range(self.shape[0])[rows], range(self.shape[1])[cols]
        numbers = list(range(self.shape[2])[bands] if isinstance(bands, slice) else bands)
        if not (picked_rows and picked_cols and numbers):
            return np.empty((len(picked_rows), len(picked_cols), len(numbers)), self.dtype)
        try:
            with untrusted.reading(self._path.name):
                if self._overviews and min(picked_rows.step, picked_cols.step) >= self._overviews[0]:
                    return self._coarse(picked_rows, picked_cols, numbers)
                return self._exact(picked_rows, picked_cols, numbers)
        except RasterioError as error:
            raise HsiError(
                say("{name} cannot be read: {error}.", name=self._path.name, error=error), say("Is the file complete?")
            ) from error

    def _coarse(self, rows: range, cols: range, bands: list[int]) -> NDArray[Any]:
        window = Window(cols[0], rows[0], cols[-1] - cols[0] + 1, rows[-1] - rows[0] + 1)
        planes = self._planes(bands, window, (len(bands), len(rows), len(cols)))
        return np.asarray(planes.transpose(1, 2, 0))

    def _exact(self, rows: range, cols: range, bands: list[int]) -> NDArray[Any]:
        left, right = min(cols), max(cols) + 1
        target = np.empty((len(bands), len(rows), len(cols)), self.dtype)
        for begin, end in self._groups(rows, (right - left) * len(bands)):
            part = rows[begin:end]
            top, bottom = min(part), max(part) + 1
            block = self._planes(bands, Window(left, top, right - left, bottom - top))
            target[:, begin:end] = block[:, np.array(part) - top][:, :, np.array(cols) - left]
        return target.transpose(1, 2, 0)

    def _planes(self, bands: list[int], window: Window, shape: tuple[int, int, int] | None = None) -> NDArray[Any]:
        """The samples of a window, bands x rows x cols."""
        dataset = self._dataset()
        stopping.check()
        if not self._slow:
            return self._read(dataset, bands, window, shape)
        del self._handles.dataset  # it is left to the reading where that is no longer waited for
        planes = stopping.patiently(partial(self._read, dataset, bands, window, shape))
        self._handles.dataset = dataset
        return planes

    def _read(
        self, dataset: Any, bands: list[int], window: Window, shape: tuple[int, int, int] | None
    ) -> NDArray[Any]:  # fmt: skip
        with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, **NO_NETWORK):
            if self._gaps is not None:
                return self._gaps.read(dataset, bands, window, shape)
            numbers = [b + 1 for b in bands]
            found: NDArray[Any] = dataset.read(numbers, window=window, out_shape=shape, out_dtype=self.dtype)
            return found

    def _groups(self, rows: range, samples: int) -> Iterator[tuple[int, int]]:
        """Which of the wanted rows to read at once: all of a block of the file, and not too many bytes."""
        if abs(rows.step) >= self._block_rows:
            yield from ((n, n + 1) for n in range(len(rows)))
            return
        most = max(self._block_rows, _BLOCK_BYTES // max(1, samples * self.dtype.itemsize))
        count = max(1, most // abs(rows.step))
        yield from ((begin, min(len(rows), begin + count)) for begin in range(0, len(rows), count))

    def _dataset(self) -> Any:
        if not hasattr(self._handles, "dataset"):
            dataset = open_dataset(self._path, known=True)
            if self._pages:
                with dataset as first:
                    dataset = open_pages(first, self._path, self._pages)
            self._handles.dataset = dataset
        return self._handles.dataset


def open_geotiff(path: str | Path) -> Cube:
    """Opens a GeoTIFF (or another raster that GDAL knows) as a scene.

    Raises:
        HsiError: the file cannot be read, ends early, holds a class map, leads out of its folder or announces more than
            this machine holds.
    """
    path = Path(path)
    with open_dataset(path) as file, _paged(file, path) as (dataset, pages):
        if dataset.count == 0:
            raise HsiError(
                say("{name} holds no bands of its own.", name=path.name),
                say("Choose one of the files that it is made of."),
            )
        require_no_class_map(dataset, path.name)
        require_room(path.name, dataset.height, dataset.width)
        sample_bytes = max(_numpy_type(name).itemsize for name in dataset.dtypes)
        require_rows_that_fit(path.name, dataset.width, dataset.count, sample_bytes)
        require_block(path.name, largest_block(dataset))
        _require_all_blocks(dataset, path)
        row = product_of(path)
        gaps = gaps_of(dataset, type_of(dataset), None if row is None else row.nodata)
        raster = RasterSource(path, pages=pages, gaps=gaps)
        info = info_of(dataset, path)
        if gaps is not None:
            info = of_bands(info, [n - 1 for n in gaps.bands], gaps)
        info = replace(info, notes=(*_told_of_pages(file, path, pages), *info.notes))
    info = completed(info, raster.shape, path, on_map=row is None or row.on_map)
    source, info = in_units(raster, info, path)
    return checked_cube(source, info, path.stem, path)


def _told_of_pages(file: Any, path: Path, pages: Sequence[int]) -> tuple[str, ...]:
    if pages:
        return (say("{name} has {count} pages: each is a band.", name=path.name, count=len(pages)),)
    if (count := len(pages_of(file))) > 1:
        return (say("{name} has {count} pages: the first is read.", name=path.name, count=count),)
    return ()


@contextmanager
def _paged(file: Any, path: Path) -> Iterator[tuple[Any, tuple[int, ...]]]:
    """The dataset that has the bands of a scene, and the pages that they are; none where they are those of the file."""
    pages = bands_of_pages(file, path)
    if not pages:
        yield file, ()
        return
    with open_pages(file, path, pages) as dataset:
        yield dataset, pages


def require_no_class_map(dataset: Any, name: str) -> None:
    """Refuses a raster of classes.

    Raises:
        HsiError: it is one.
    """
    if dataset.count == 1 and "palette" in [c.name for c in dataset.colorinterp]:
        raise HsiError(
            say(
                "{name} is a class map of {height} x {width} pixels, not a scene.",
                name=name,
                height=dataset.height,
                width=dataset.width,
            ),
            say("Open the scene first, then load this file as labels."),
        )


def of_bands(info: CubeInfo, bands: Sequence[int], gaps: Gaps) -> CubeInfo:
    """What is known of some bands of a raster, and of its gaps."""

    def some(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[b] for b in bands) if len(values) > len(bands) else values

    return replace(
        info, wavelengths=some(info.wavelengths), fwhm=some(info.fwhm), band_names=some(info.band_names),
        bad_bands=some(info.bad_bands), gains=some(info.gains), offsets=some(info.offsets), nodata=gaps.fill,
        notes=(*info.notes, *gaps.notes),
    )  # fmt: skip


def geo_of_dataset(dataset: Any) -> Geo:
    """Transform and coordinate reference system of a rasterio dataset, None where it has none."""
    transform = None if dataset.transform.is_identity else tuple(dataset.transform)[:6]
    return Geo(transform, dataset.crs.to_wkt() if dataset.crs else None)


def _interleaving(dataset: Any) -> str:
    """How the bands of a raster lie: "pixel", "band" or "line"; empty where its driver does not say."""
    return str(getattr(dataset.interleaving, "value", "")).lower()  # upper case in some versions of rasterio


def largest_block(dataset: Any) -> int:
    """Bytes of the samples that a raster can only unpack at once."""
    together = dataset.count if _interleaving(dataset) == "pixel" else 1
    pixels = max(rows * cols for rows, cols in dataset.block_shapes)
    return int(pixels * together * max(_numpy_type(name).itemsize for name in dataset.dtypes))


def type_of(dataset: Any) -> np.dtype[Any]:
    """The type that holds the samples of all bands."""
    return np.result_type(*map(_numpy_type, dataset.dtypes))


def _numpy_type(name: str) -> np.dtype[Any]:
    # GDAL's complex integers have no counterpart.
    return np.dtype({"complex_int16": "complex64", "complex_int32": "complex128"}.get(name, name))


def _require_all_blocks(dataset: Any, path: Path) -> None:
    """Compares where the blocks of a TIFF should lie with the size of the file."""
    if dataset.driver != "GTiff" or not path.is_file():
        return
    size = path.stat().st_size
    for band, row, col in _some_blocks(dataset):
        start = dataset.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band)
        length = dataset.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=band)
        if start is not None and length is not None and int(start) + int(length) > size:
            raise HsiError(
                say(
                    "{name} is too short: it has {size} bytes, and a block of band {band} should end at byte {start}.",
                    name=path.name,
                    size=size,
                    band=band,
                    start=int(start) + int(length),
                ),
                say("Was the copy interrupted?"),
            )


def _some_blocks(dataset: Any) -> Iterator[tuple[int, int, int]]:
    """Band, block row and block column of blocks spread over the file, the last of each band among them."""
    rows, cols = dataset.block_shapes[0]
    down, across = -(-dataset.height // rows), -(-dataset.width // cols)
    each = max(2, _MOST_BLOCKS_CHECKED // dataset.count)
    for number in np.unique(np.linspace(0, down * across - 1, min(each, down * across)).astype(int)).tolist():
        for band in dataset.indexes:
            yield band, number // across, number % across


def info_of(dataset: Any, path: Path) -> CubeInfo:
    """What a raster says of itself, and the metadata of its product beside `path`."""
    notes: list[str] = []
    product = facts_of(path, dataset.count)
    waves, unit = wavelengths_of(dataset, product)
    names = tuple(name or "" for name in dataset.descriptions)
    packing = _packing(dataset, product)
    notes += packing.notes
    if any("complex" in t for t in dataset.dtypes):
        notes.append(say("The samples are complex numbers: their magnitude is shown."))
    if len(set(dataset.dtypes)) > 1:
        notes.append(say("The bands are of different types: all are read as the widest of them."))
    if dataset.count == 1:
        notes.append(ONE_BAND)
    return CubeInfo(
        wavelengths=waves.nm,
        fwhm=waves.fwhm,
        wavelength_units=unit,
        units_guessed=waves.guessed,
        band_names=names if any(names) else (),
        bad_bands=bad_bands_of(dataset),
        nodata=_nodata(dataset, product),
        scale=packing.scale,
        offset=packing.offset,
        gains=packing.gains,
        offsets=packing.offsets,
        geo=geo_of_dataset(dataset) if product is None or product.row.on_map else Geo(),
        interleave={"pixel": "bip", "band": "bsq", "line": "bil"}.get(_interleaving(dataset), ""),
        product=product.row.name if product else "",
        notes=(*(product.notes if product else ()), *notes, *waves.notes),
        history=history_of(dataset.tags().get(TAG)),
        metadata={str(k): str(v) for k, v in dataset.tags().items()},
    )


@dataclass(frozen=True)
class _Packing:
    """How stored numbers become values: divided by one scale, then plus one offset, or (told only) by a gain and an
    offset a band."""

    scale: float = 1.0
    offset: float = 0.0
    gains: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def _packing(dataset: Any, product: RasterFacts | None) -> _Packing:
    scales, offsets = tuple(dataset.scales), tuple(dataset.offsets)
    if len({*zip(scales, offsets, strict=True)}) > 1 or not scales[0] > 0 or not math.isfinite(scales[0] + offsets[0]):
        listed = say("The scales and offsets of the file are listed, not applied: stored values are shown.")
        return _Packing(gains=scales, offsets=offsets, notes=(listed,) if product is None else ())
    notes = []
    if scales[0] != 1:
        notes.append(
            say("The file says that values are to be multiplied by {first_scales:g}: this is done.",
                first_scales=scales[0])
        )  # fmt: skip
    if offsets[0]:
        notes.append(say("As the file says, {offset:g} is added to the values.", offset=offsets[0]))
    if notes:
        return _Packing(float(1 / np.float64(scales[0])), offsets[0], notes=tuple(notes))
    if product is not None and product.scale:
        return _Packing(product.scale)
    if product is not None and product.gains:
        return _Packing(gains=product.gains, offsets=product.offsets)
    return _Packing()


def in_units(source: Source, info: CubeInfo, path: Path) -> tuple[Source, CubeInfo]:
    """The samples of a product by the gains and offsets of its bands: without them its spectra have another shape."""
    if not (info.gains or info.offsets) or product_of(path) is None:
        return source, info
    bands = source.shape[2]
    gains, offsets = info.gains or (1.0,) * bands, info.offsets or (0.0,) * bands
    applied = say("Values are made of the stored numbers by the gain and offset of each band.")
    notes = (*(note for note in info.notes if note != GAINS_LISTED), applied)
    return UnpackedByBand(source, gains, offsets, info.nodata), replace(info, gains=(), offsets=(), notes=notes)


def _nodata(dataset: Any, product: RasterFacts | None) -> float | None:
    if dataset.nodata is not None:
        return float(dataset.nodata)
    return product.row.nodata if product is not None else None
