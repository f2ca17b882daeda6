"""One hyperspectral scene: what it is, and lazy reads of bands, spectra and windows.

Conventions used everywhere: arrays are rows x cols x bands; row 0 is the first line of the file; row, column and band
numbers count from 0; wavelengths are in nanometres; values handed out are float32, divided by the reflectance scale
factor, with NaN where the file says no-data.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.nodata import equals_nodata, outside
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.choice import ImportChoice

# About as many float32 values as a block of a whole-scene pass may hold (64 MiB).
BLOCK_VALUES = 16_000_000
# The same where windows of any size are equally cheap: less is asked of the system, and given back, at once.
SMALL_BLOCK_VALUES = 2_000_000


def block_values() -> int:
    """How many float32 values a block of a whole-scene pass may hold: the usual number, fewer under a limit of memory,
    since a pass makes some copies of them."""
    return working_memory.within(BLOCK_VALUES, 0.1, 16)


class Source(Protocol):
    """Where stored samples come from. Must be safe to call from several threads at once.

    One whose samples are packed in tiles says in `tile` how many rows and columns these have: see `looks`.
    """

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, bands."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored samples."""

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window (slices may have steps), rows x cols x bands, native byte order."""


def order_of(strides: Sequence[int]) -> str:
    """The interleave (bsq, bil or bip) of samples with these distances from one row, column and band to the next; empty
    for any other order."""
    row, col, band = (abs(stride) for stride in strides)
    if band > row >= col:
        return "bsq"
    return "bil" if row >= band > col else "bip" if row >= col >= band else ""


@dataclass(frozen=True)
class ArraySource:
    """A source over anything that numpy indexes as rows x cols x bands: an array or a memory map (transposed view)."""

    array: NDArray[Any]
    any_window_is_cheap: ClassVar[bool] = True

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, bands = self.array.shape
        return rows, cols, bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.array.dtype.newbyteorder("=")

    @property
    def order(self) -> str:
        """In which order its samples lie, see `order_of`."""
        return order_of(self.array.strides)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored."""
        return np.array(self.shared(rows, cols, bands), dtype=self.dtype)

    def shared(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """As `read`, but the samples themselves where nothing has to be gathered: nobody may write to them. Rows x cols
        x bands."""
        window = self.array[rows, cols]
        return np.asarray(window[:, :, bands if isinstance(bands, slice) else list(bands)])


@dataclass(frozen=True)
class Geo:
    """Where the scene lies.

    Attributes:
        transform: six numbers (a, b, c, d, e, f) in affine order, from pixel to map: x = a col + b row + c,
            y = d col + e row + f, with (0, 0) the outer corner of the upper left pixel. None when unknown.
        crs_wkt: coordinate reference system as WKT, None when unknown.
        map_info: the fields of an ENVI `map info`, kept to be written again.
    """

    transform: tuple[float, float, float, float, float, float] | None = None
    crs_wkt: str | None = None
    map_info: tuple[str, ...] = ()

    @property
    def map_rotation(self) -> float:
        """The rotation that the map info names, in degrees; 0 when it names none."""
        return next((float(f.split("=", 1)[1]) for f in self.map_info if f.casefold().startswith("rotation")), 0.0)

    @property
    def north_up(self) -> bool:
        """Whether y of the map grows from row to row upwards and x along the columns, as far as a map is known."""
        if self.transform is None:
            return True
        a, b, _, d, e, _ = self.transform
        return a > 0 > e and max(abs(b), abs(d)) <= 1e-9 * max(a, -e)

    def to_map(self, row: float, col: float) -> tuple[float, float] | None:
        """Map x, y of a pixel position; the centre of pixel (r, c) is (r + 0.5, c + 0.5)."""
        if self.transform is None:
            return None
        a, b, c, d, e, f = self.transform
        return a * col + b * row + c, d * col + e * row + f


@dataclass(frozen=True)
class CubeInfo:
    """What a reader found beside the samples. Every tuple that belongs to bands has one entry a band, or is empty."""

    wavelengths: tuple[float, ...] = ()  # nm
    fwhm: tuple[float, ...] = ()  # nm
    wavelength_units: str = ""  # the file's own word for the unit; empty when it names none
    units_guessed: bool = False  # the file names no unit that is known: the size of the numbers decided
    band_names: tuple[str, ...] = ()
    bad_bands: tuple[bool, ...] = ()  # True: bad
    left_out: tuple[int, ...] = ()  # numbers of the bands that are bad by the user's wish, not by the file
    taken_in: tuple[int, ...] = ()  # of those that the file marks bad and the user does not
    empty_bands: tuple[int, ...] = ()  # numbers of the bands without a value in any pixel
    gaps_unknown: bool = False  # whether nobody has looked yet what no-data costs
    costly_band: int | None = None  # the band that costs most pixels, which would be kept without it
    default_bands: tuple[int, ...] = ()  # counted from 0; one (grey) or three (red, green, blue)
    nodata: float | None = None
    scale: float = 1.0  # reflectance scale factor: stored values are divided by it
    offset: float = 0.0  # added to what the scale leaves
    valid_range: tuple[float, float] | None = None  # stored values outside it are no data; an end may be infinite
    gains: tuple[float, ...] = ()  # of each band, to radiance or reflectance: told to the user, never applied
    offsets: tuple[float, ...] = ()
    geo: Geo = field(default_factory=Geo)
    interleave: str = ""
    byte_order: int | None = None  # 0 little-endian, 1 big-endian; None where the format leaves no choice
    header_offset: int | None = None  # bytes before the first sample of a flat file
    axis_order: str = ""  # of the axes in the file, such as "bands,rows,cols"
    variable: str = ""  # name of the array inside a file of several
    product: str = ""  # what is distributed under this name ("EMIT L2A"); empty for a file of no known product
    quality: tuple[str, ...] = ()  # quality masks of the product whose pixels are withheld
    quality_offered: tuple[str, ...] = ()  # all that there are, in the file or beside it
    choice: ImportChoice | None = None  # how the file's array was read, where that was asked for
    # "wavelengths", "bad_bands": variable they came from; "scale": what was asked for at opening
    origins: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what was assumed, guessed or ignored, one sentence each
    history: tuple[str, ...] = ()  # steps that made the cube of others, as options of `hsigui prepare`, the first first
    metadata: Mapping[str, str] = field(default_factory=dict)  # the header as it stood
    address: str = ""  # of a scene on a server, without secrets; empty for one on this machine
    address_version: str = ""  # what the server says of its version there, such as ETag and size


class Cube:
    """A scene of rows x cols x bands with lazy reads. Never written to. Safe to read from several threads.

    Args:
        source: the stored samples.
        info: wavelengths, bad bands, no-data and the rest.
        name: short name for titles and file names.
        path: the file that the user picked; None for a scene made in memory.
    """

    def __init__(self, source: Source, info: CubeInfo | None = None, *, name: str = "scene", path: Path | None = None):
        self._source = source
        self.info = info or CubeInfo()
        self.name = name
        self.path = path
        self.rows, self.cols, self.bands = source.shape
        self._lock = threading.Lock()
        self._valid: NDArray[np.bool_] | None = None
        for label, values in (
            ("wavelengths", self.info.wavelengths),
            ("band names", self.info.band_names),
            ("bad bands", self.info.bad_bands),
            ("gains", self.info.gains),
            ("offsets", self.info.offsets),
        ):
            if values and len(values) != self.bands:
                raise ValueError(f"{len(values)} {label} for {self.bands} bands")

    def with_info(self, info: CubeInfo) -> Cube:
        """A cube over the same samples with other wavelengths, bad bands, notes and so on."""
        return Cube(self._source, info, name=self.name, path=self.path)

    def over(self, change: Callable[[Source], Source], info: CubeInfo) -> Cube:
        """A cube over what a function makes of the stored samples, such as some bands of them."""
        return Cube(change(self._source), info, name=self.name, path=self.path)

    @property
    def source(self) -> Source:
        """Where its stored samples come from."""
        return self._source

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, bands."""
        return self.rows, self.cols, self.bands

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored samples."""
        return self._source.dtype

    @property
    def wavelengths(self) -> NDArray[np.float64] | None:
        """Band centres in nm, or None when the file has none. One a band."""
        return np.array(self.info.wavelengths) if self.info.wavelengths else None

    @property
    def where(self) -> str:
        """The address of a scene on a server, or the whole path of its file; empty for one made in memory."""
        return self.info.address or ("" if self.path is None else str(self.path.expanduser().resolve()))

    @property
    def geo(self) -> Geo:
        return self.info.geo

    @property
    def notes(self) -> tuple[str, ...]:
        return self.info.notes

    @property
    def good_bands(self) -> NDArray[np.intp]:
        """Numbers of the bands that are not marked bad. One a good band, rising."""
        return np.flatnonzero(~self.is_bad)

    @property
    def is_bad(self) -> NDArray[np.bool_]:
        """Which bands are marked bad. One a band."""
        if not self.info.bad_bands:
            return np.zeros(self.bands, dtype=bool)
        return np.array(self.info.bad_bands, dtype=bool)

    def stored(self, row: int, col: int) -> NDArray[Any]:
        """The stored numbers of one pixel, neither scaled nor masked; bands long."""
        self._require_inside(row, col)
        return self._source.read(slice(row, row + 1), slice(col, col + 1), slice(None))[0, 0]

    def stored_window(self, rows: slice, cols: slice, bands: Sequence[int]) -> NDArray[Any]:
        """The stored numbers of a window, neither scaled nor masked; rows x cols x bands."""
        return self._source.read(rows, cols, bands)

    def read(
        self, rows: slice = slice(None), cols: slice = slice(None), bands: slice | Sequence[int] = slice(None)
    ) -> NDArray[np.float32]:
        """Values of a window, float32, rows x cols x bands: scaled, NaN where no-data or infinite."""
        look = getattr(self._source, "shared", self._source.read)  # `_values` makes a copy in any case
        return self._values(look(rows, cols, bands))

    def band(self, number: int, step: int = 1) -> NDArray[np.float32]:
        """Values of one band, rows x cols, every `step`-th pixel of each axis."""
        picked = slice(None, None, step)
        return self.read(picked, picked, [number])[:, :, 0]

    def spectrum(self, row: int, col: int) -> NDArray[np.float32]:
        """Values of one pixel, bands long; NaN where no-data. Bad bands are included: views leave a gap there.

        Raises:
            HsiError: the pixel lies outside the scene.
        """
        self._require_inside(row, col)
        return self.read(slice(row, row + 1), slice(col, col + 1))[0, 0]

    def blocks(self, small: bool = False) -> Iterator[slice]:
        """Row slices that cover the scene, each small enough to be held in memory.

        Args:
            small: as small as suits the processor, where the samples lie in no pieces that are unpacked as a whole (a
                source says so by `any_window_is_cheap`).
        """
        cheap = small and getattr(self._source, "any_window_is_cheap", False)
        most = SMALL_BLOCK_VALUES if cheap else block_values()
        step = max(1, most // max(1, self.cols * self.bands))
        for start in range(0, self.rows, step):
            yield slice(start, min(self.rows, start + step))

    def valid_mask(self, check: Callable[[], None] = lambda: None) -> NDArray[np.bool_]:
        """Pixels that can be used, rows x cols; computed once by blocks and kept.

        A pixel is left out when any good band is NaN, infinite, no-data or outside the valid range. Where the no-data
        value is 0, which is also a common measurement, only an all-zero spectrum is left out.

        Args:
            check: called before each block; may raise to stop.
        """
        with self._lock:
            if self._valid is None:
                mask = np.empty((self.rows, self.cols), dtype=bool)
                for rows in self.blocks():
                    check()
                    mask[rows] = self._valid_block(self._source.read(rows, slice(None), self.good_bands.tolist()))
                mask.setflags(write=False)
                self._valid = mask
            return self._valid

    def count_nodata(self) -> int:
        """How many stored samples are the no-data value. Reads the whole scene."""
        nodata = self.info.nodata
        if nodata is None:
            return 0
        blocks = (self._source.read(rows, slice(None), slice(None)) for rows in self.blocks())
        return sum(int(np.count_nonzero(equals_nodata(block, nodata))) for block in blocks)

    def _valid_block(self, stored: NDArray[Any]) -> NDArray[np.bool_]:
        if np.iscomplexobj(stored):
            with np.errstate(over="ignore", invalid="ignore"):
                stored = np.abs(stored)
        nodata = self.info.nodata
        if nodata is None:
            bad = np.zeros(stored.shape[:2], dtype=bool)
        elif nodata == 0:
            bad = np.asarray((stored == 0).all(axis=2))
        else:
            bad = np.asarray(equals_nodata(stored, nodata).any(axis=2))
        if np.issubdtype(stored.dtype, np.inexact):
            bad |= ~np.isfinite(stored).all(axis=2)
        if self.info.valid_range is not None:
            bad |= outside(stored, self.info.valid_range).any(axis=2)
        return ~bad

    def _values(self, stored: NDArray[Any]) -> NDArray[np.float32]:
        # What float32 cannot hold becomes infinite, and so NaN.
        with np.errstate(over="ignore", invalid="ignore"):
            if np.iscomplexobj(stored):
                stored = np.abs(stored)
            values = stored.astype(np.float32)
            if self.info.scale != 1.0:
                values /= np.float32(self.info.scale)
            if self.info.offset:
                values += np.float32(self.info.offset)
        if np.issubdtype(stored.dtype, np.inexact) or self.info.scale != 1.0:
            with np.errstate(over="ignore", invalid="ignore"):
                doubtful = not np.isfinite(values.sum())  # costs half of a look at every value
            if doubtful:
                values[~np.isfinite(values)] = np.nan
        nodata = self.info.nodata
        if nodata is not None:
            # Zero is a common measurement too: it means no-data only where the whole spectrum read is zero.
            gone = (stored == 0).all(axis=2, keepdims=True) if nodata == 0 else equals_nodata(stored, nodata)
            values[np.broadcast_to(gone, values.shape)] = np.nan
        if self.info.valid_range is not None:
            values[outside(stored, self.info.valid_range)] = np.nan
        return values

    def _require_inside(self, row: int, col: int) -> None:
        if not (0 <= row < self.rows and 0 <= col < self.cols):
            raise HsiError(
                say(
                    "Pixel (row {row}, column {col}) lies outside the scene of {rows} x {cols} pixels.",
                    row=row,
                    col=col,
                    rows=self.rows,
                    cols=self.cols,
                ),
                say("Rows and columns count from 0."),
            )
