"""A cube's spectra by tiles of rows: bounded memory, progress, and a stop between two tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

TILE_VALUES = 1_000_000  # that are computed at once: what a processor's cache holds, and some milliseconds
KEPT_VALUES = 32_000_000  # of a scene that is read once for several passes (128 MiB)


@dataclass(frozen=True)
class Tile:
    """Some rows of a scene, in some of its bands.

    Attributes:
        rows: of the scene.
        spectra: pixels x bands float32, in row-major order of the pixels; in whichever memory order is cheap.
        valid: of each pixel, whether it has data in all these bands; one a pixel.
    """

    rows: slice
    spectra: NDArray[np.float32]
    valid: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.float32]:
        """The spectra of the pixels that have data; pixels x bands."""
        return self.spectra if self.valid.all() else self.spectra[self.valid]

    def put(self, out: NDArray[np.float32], values: NDArray[np.floating]) -> None:
        """Writes what was computed of the pixels that have data into a whole layer, NaN for the others.

        Args:
            out: rows x cols x measures float32, of the whole scene.
            values: one row for each pixel with data, pixels x measures.
        """
        flat = out[self.rows].reshape(len(self.valid), out.shape[2])
        if len(values) == len(flat):
            flat[:] = values
            return
        flat[~self.valid] = np.nan
        flat[self.valid] = values


class TileReader:
    """Reads a cube by tiles, as often as there are passes over it; of a small one the values are kept between them.

    Pixels without data are those that lack it in one of the bands that are read, whatever the reason: the no-data
    value, a valid range, a mask, NaN or infinity. Scale and offset of the file are applied.

    Args:
        bands: numbers of the bands to read; None for the good ones.

    Raises:
        HsiError: no band is good.
    """

    def __init__(self, cube: Cube, bands: Sequence[int] | NDArray[np.intp] | None = None) -> None:
        self.cube = cube
        self.bands = cube.good_bands if bands is None else np.asarray(bands, dtype=np.intp)
        if not len(self.bands):
            raise HsiError(
                say("Every band of {name} is marked bad.", name=cube.name), say("Mark at least one band as good.")
            )
        self._keep = cube.rows * cube.cols * len(self.bands) <= KEPT_VALUES
        self._kept: dict[int, NDArray[np.float32]] = {}
        self._valid: dict[int, NDArray[np.bool_]] = {}  # of the tiles of what is kept

    def tiles(self, ctx: Context, text: str, done: float = 0.0, total: float = 1.0) -> Iterator[Tile]:
        """The tiles of the whole scene from its first row on.

        Args:
            text: what is being done.
            done: passes that are over.
            total: passes that there are.

        Raises:
            Cancelled: through the context.
        """
        rows_at_once = max(1, TILE_VALUES // (self.cube.cols * len(self.bands)))
        for block in self.cube.blocks(small=True):
            ctx.progress(done + block.start / self.cube.rows, total, text)
            values = self._block(block)
            for start in range(block.start, block.stop, rows_at_once):
                ctx.check()
                rows = slice(start, min(block.stop, start + rows_at_once))
                spectra = flat(values[start - block.start : rows.stop - block.start])
                yield Tile(rows, spectra, self._known(start, spectra))
        ctx.progress(done + 1, total, text)

    def window(self, rows: slice, cols: slice) -> NDArray[np.float32]:
        """The values of a window in the bands of this reader; rows x cols x bands."""
        return self.cube.read(rows, cols, self._picked)

    @property
    def _picked(self) -> slice | list[int]:
        whole = len(self.bands) == self.cube.bands and np.array_equal(self.bands, np.arange(self.cube.bands))
        return slice(None) if whole else self.bands.tolist()

    def _known(self, start: int, spectra: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which pixels of a tile, pixels x bands, have data in all bands; one a pixel."""
        if (kept := self._valid.get(start)) is not None:
            return kept
        valid = np.asarray(np.isfinite(spectra).all(axis=1))
        if self._keep:
            self._valid[start] = valid
        return valid

    def _block(self, rows: slice) -> NDArray[np.float32]:
        if (kept := self._kept.get(rows.start)) is not None:
            return kept
        values = self.window(rows, slice(None))
        if self._keep:
            self._kept[rows.start] = values
        return values


def flat(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A window, rows x cols x bands, as pixels x bands; copied only where it must be, and then as it lies.

    Scenes that are stored band by band come so from the file: to gather each pixel's values first would cost more than
    what is computed of them.
    """
    rows, cols, bands = values.shape
    if values.strides[2] <= values.strides[1]:
        return np.ascontiguousarray(values).reshape(rows * cols, bands)
    return np.ascontiguousarray(values.transpose(2, 0, 1)).reshape(bands, rows * cols).T


def empty_layer(cube: Cube, count: int) -> NDArray[np.float32]:
    """Room for measurements of every pixel, rows x cols x count float32.

    Raises:
        HsiError: this machine has not enough memory for them.
    """
    require_room(
        say("A layer of {count} measurements of {name}", count=count, name=cube.name), cube.rows, cube.cols, 4 * count
    )
    return np.empty((cube.rows, cube.cols, count), dtype=np.float32)


def squeezed(array: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows x cols for one measurement; rows x cols x measures as it is for several."""
    return array[:, :, 0] if array.shape[2] == 1 else array


def require_pixels(count: int, needed: int, cube: Cube) -> None:
    """Refuses statistics of too few pixels.

    Raises:
        HsiError: there are less than are needed.
    """
    if count < needed:
        raise HsiError(
            say("Only {count} pixels of {name} have data in all good bands, and {needed} are needed.",
                count=count, name=cube.name, needed=needed),
            say("Check the no-data value, and mark bands without data as bad."),
        )  # fmt: skip
