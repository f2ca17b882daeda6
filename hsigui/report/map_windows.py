"""Class maps in files that are too large to be held: a window at a time, every so many-th pixel of it. Of a GeoTIFF its
overviews are read, where it has them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.flips import to_north_up
from hsigui.cube.remote.faults import without_package
from hsigui.errors import HsiError
from hsigui.report.strips import TIFFS, ZARR
from hsigui.texts import say

Box = tuple[int, int, int, int]  # top, left, bottom, right; the last two exclusive


@dataclass(frozen=True)
class MapWindows:
    """A map that was written by `strip_writers`.

    Attributes:
        path: its file.
        geo: where its scene lies: ENVI files are turned to the north.
    """

    path: Path
    geo: Geo

    def read(self, box: Box, step: int) -> NDArray[np.uint16]:
        """Every so many-th pixel of a box of the scene, rows x cols class numbers; 0 for none.

        Raises:
            HsiError: the file is gone, or cannot be read.
        """
        try:
            if self.path.suffix.lower() in ZARR:
                return self._of_zarr(box, step)
            return self._of_gdal(box, step)
        except (OSError, ValueError, KeyError) as error:
            raise HsiError(
                say("The map {path} cannot be read: {error}.", path=self.path, error=error),
                say("Was it moved, or written over?"),
            ) from error

    def _of_zarr(self, box: Box, step: int) -> NDArray[np.uint16]:
        try:
            import zarr
        except ImportError:
            raise without_package("zarr") from None
        top, left, bottom, right = box
        array = zarr.open_group(str(self.path), mode="r")["class"]
        return np.asarray(array[top:bottom:step, left:right:step]).astype(np.uint16)

    def _of_gdal(self, box: Box, step: int) -> NDArray[np.uint16]:
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        tiff = self.path.suffix.lower() in TIFFS
        data = self.path if tiff or self.path.suffix.lower() != ".hdr" else self.path.with_suffix(".img")
        try:
            with rasterio.open(data) as file:  # a handle belongs to one thread
                flip = to_north_up(Geo() if tiff else self.geo)
                top, bottom = _turned(box[0], box[2], file.height, back=flip.rows)
                left, right = _turned(box[1], box[3], file.width, back=flip.cols)
                shape = len(range(box[0], box[2], step)), len(range(box[1], box[3], step))
                found = file.read(1, window=Window(left, top, right - left, bottom - top), out_shape=shape)
        except RasterioError as error:
            raise ValueError(error) from error
        return np.ascontiguousarray(flip.array(found)).astype(np.uint16)


def _turned(first: int, last: int, length: int, *, back: bool) -> tuple[int, int]:
    return (length - last, length - first) if back else (first, last)
