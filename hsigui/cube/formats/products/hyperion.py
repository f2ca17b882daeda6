"""EO-1 Hyperion: a GeoTIFF for each of 242 bands, opened as the one scene that they are.

Source: USGS, "EO-1 User Guide" and the README of level 1T products: names of the files, radiance as the stored number
divided by 40 (VNIR) and 80 (SWIR), calibrated bands 8 to 57 and 77 to 224.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.assets import resource
from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.formats.geotiff import geo_of_dataset, open_dataset, open_geotiff
from hsigui.cube.formats.products.rows import Source as RowSource
from hsigui.cube.formats.products.sources import JoinedBands, Unpacked
from hsigui.errors import HsiError
from hsigui.texts import say, say_number

NAME = "Hyperion L1"
TITLE = say("EO-1 Hyperion L1T or L1Gst, radiance at the sensor")
SOURCES = (
    RowSource("files, radiance, calibrated bands", "USGS, EO-1 User Guide and README of level 1T products"),
    RowSource("wavelengths, widths", "USGS, Hyperion Spectral Coverage, table of 242 bands"),
)
_FILE = re.compile(r"(?P<scene>EO1H\w+?)_B(?P<band>\d{3})_(?P<level>L1\w+)\.TIFF?", re.IGNORECASE)
_VNIR, _ALL = 70, 242  # numbers of the last bands of the two detectors
_CALIBRATED = (range(8, 58), range(77, 225))
_SCALES = (40.0, 80.0)  # of VNIR and SWIR, to W / (m2 sr um)


class StackedRasters:
    """Rasters of one band and one size as the bands of a scene. All threads share one handle a file, in turn.

    Args:
        paths: of the rasters, one a band.

    Raises:
        HsiError: one cannot be read, or is of another size.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._lock = threading.Lock()
        self._datasets = [open_dataset(path) for path in paths]
        sizes = {(dataset.height, dataset.width, dataset.count) for dataset in self._datasets}
        if len(sizes) > 1:
            raise HsiError(
                say("The bands beside {name} are of different sizes.", name=paths[0].name),
                say("Are they files of one scene?"),
            )
        rows, cols, _ = sizes.pop()
        self.shape: tuple[int, int, int] = (rows, cols, len(paths))
        self.dtype: np.dtype[Any] = np.result_type(*(dataset.dtypes[0] for dataset in self._datasets))

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns of a block of the first file."""
        rows, cols = self._datasets[0].block_shapes[0]
        return rows, cols

    @property
    def first(self) -> Any:
        """The rasterio dataset of the first band."""
        return self._datasets[0]

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: a file ends early or is damaged.
        """
        picked_rows, picked_cols = range(self.shape[0])[rows], range(self.shape[1])[cols]
        numbers = list(range(self.shape[2])[bands] if isinstance(bands, slice) else bands)
        target = np.empty((len(picked_rows), len(picked_cols), len(numbers)), self.dtype)
        if not target.size:
            return target
        top, left = min(picked_rows), min(picked_cols)
        window = ((top, max(picked_rows) + 1), (left, max(picked_cols) + 1))
        inner = np.ix_(np.array(picked_rows) - top, np.array(picked_cols) - left)
        for place, number in enumerate(numbers):
            stopping.check()
            target[:, :, place] = self._plane(number, window)[inner]
        return target

    def _plane(self, number: int, window: tuple[tuple[int, int], tuple[int, int]]) -> NDArray[Any]:
        from rasterio.errors import RasterioError

        dataset = self._datasets[number]
        try:
            with self._lock:
                plane: NDArray[Any] = dataset.read(1, window=window)
        except RasterioError as error:
            raise HsiError(
                say("{name} cannot be read: {error}.", name=Path(dataset.name).name, error=error),
                say("Is the file complete?"),
            ) from error
        return plane


def bands_of(path: Path) -> dict[int, Path]:
    """The files of all bands of a scene, by their numbers from 1, of which one was picked; none for other files."""
    picked = _FILE.fullmatch(path.name)
    if picked is None:
        return {}
    found = {}
    for other in path.parent.iterdir():
        match = _FILE.fullmatch(other.name)
        same = match and (match["scene"], match["level"]) == (picked["scene"], picked["level"])
        if match and same and 1 <= int(match["band"]) <= _ALL:
            found[int(match["band"])] = other
    return dict(sorted(found.items()))


def is_hyperion(path: Path) -> bool:
    """Whether a file is one band of several of a Hyperion scene."""
    return len(bands_of(path)) > 1


def files_of_scene(path: Path) -> tuple[Path, ...]:
    """All files of a scene, the first band first."""
    return tuple(bands_of(path).values()) or (path,)


def open_hyperion(path: str | Path) -> Cube:
    """Opens all bands beside one of them as one scene, in radiance.

    Raises:
        HsiError: a file cannot be read, or the bands do not fit together.
    """
    path = Path(path)
    bands = bands_of(path)
    if len(bands) < 2:
        return open_geotiff(path)
    stacked = StackedRasters(list(bands.values()))
    numbers = list(bands)
    match = _FILE.fullmatch(path.name)
    name = match["scene"] if match else path.stem
    return checked_cube(_in_radiance(stacked, numbers), _info(stacked, numbers), name, path)


def _in_radiance(stacked: StackedRasters, numbers: Sequence[int]) -> Source:
    parts = tuple(Unpacked(stacked, 1 / scale, 0.0) for scale in _SCALES)
    return JoinedBands(parts, tuple((int(number > _VNIR), place) for place, number in enumerate(numbers)))


def _info(stacked: StackedRasters, numbers: Sequence[int]) -> CubeInfo:
    table = json.loads(resource("hyperion.json").read_text(encoding="utf-8"))
    missing = _ALL - len(numbers)
    what = say_number("1 band of 242 is", "{count} bands of 242 are", missing)
    notes = [
        say("The file is {product}: {count} files are its bands.", product=TITLE, count=len(numbers)),
        say("Bands that are not calibrated (1 to 7, 58 to 76, 225 to 242) are marked bad."),
        *([say("{what} not there.", what=what)] if missing else []),
    ]
    return CubeInfo(
        wavelengths=tuple(table["centers_nm"][number - 1] for number in numbers),
        fwhm=tuple(table["fwhm_nm"][number - 1] for number in numbers),
        wavelength_units="nm",
        band_names=tuple(f"B{number:03d}" for number in numbers),
        bad_bands=tuple(not any(number in good for good in _CALIBRATED) for number in numbers),
        nodata=0.0,
        geo=geo_of_dataset(stacked.first),
        interleave="bsq",
        product=NAME,
        notes=tuple(notes),
    )
