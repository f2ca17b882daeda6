"""GeoTIFF scenes through rasterio, read by windows."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.wavelengths import Wavelengths, to_nm
from hsigui.errors import HsiError

_opening = threading.Lock()


def open_dataset(path: Path) -> Any:
    """A rasterio dataset, read-only; a missing georeference is no reason for a warning here.

    Raises:
        HsiError: the file cannot be read.
    """
    # The filter of warnings belongs to the whole process: one thread at a time.
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            return rasterio.open(path)
        except (RasterioError, OSError) as error:
            raise HsiError(
                f"{path.name} cannot be read as a GeoTIFF: {str(error).rstrip('.')}.", "Is the file complete?"
            ) from error


class RasterSource:
    """Stored samples of a raster file; one handle a thread, because GDAL's are not safe to share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handles = threading.local()
        dataset = self._dataset()
        self.shape: tuple[int, int, int] = (dataset.height, dataset.width, dataset.count)
        self.dtype: np.dtype[Any] = np.result_type(*dataset.dtypes)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file ends early or is damaged.
        """
        top, bottom, row_step = rows.indices(self.shape[0])
        left, right, col_step = cols.indices(self.shape[1])
        numbers = range(self.shape[2])[bands] if isinstance(bands, slice) else bands
        try:
            planes = self._dataset().read(
                [n + 1 for n in numbers], window=Window(left, top, right - left, bottom - top), out_dtype=self.dtype
            )
        except (RasterioError, OSError) as error:
            raise HsiError(f"{self._path.name} cannot be read: {error}.", "Is the file complete?") from error
        return planes[:, ::row_step, ::col_step].transpose(1, 2, 0)

    def _dataset(self) -> Any:
        if not hasattr(self._handles, "dataset"):
            self._handles.dataset = open_dataset(self._path)
        return self._handles.dataset


def open_geotiff(path: str | Path) -> Cube:
    """Opens a GeoTIFF (or another raster that GDAL knows) as a scene.

    Raises:
        HsiError: the file cannot be read or holds a class map.
    """
    path = Path(path)
    with open_dataset(path) as dataset:
        if dataset.count == 1 and "palette" in [c.name for c in dataset.colorinterp]:
            raise HsiError(
                f"{path.name} is a class map of {dataset.height} x {dataset.width} pixels, not a scene.",
                "Open the scene first, then load this file as labels.",
            )
        info = _info_of(dataset)
    return checked_cube(RasterSource(path), info, path.stem, path)


def geo_of_dataset(dataset: Any) -> Geo:
    """Transform and coordinate reference system of a rasterio dataset, None where it has none."""
    transform = None if dataset.transform.is_identity else tuple(dataset.transform)[:6]
    return Geo(transform, dataset.crs.to_wkt() if dataset.crs else None)


def _info_of(dataset: Any) -> CubeInfo:
    notes: list[str] = []
    waves = _wavelengths(dataset)
    names = tuple(name or "" for name in dataset.descriptions)
    scale = 1.0
    if len(set(dataset.scales)) == 1 and dataset.scales[0] > 0 and not any(dataset.offsets):
        scale = float(1 / np.float64(dataset.scales[0]))
    elif any(s != 1 for s in dataset.scales) or any(dataset.offsets):
        notes.append("Scales or offsets that differ by band are not applied: stored values are shown.")
    return CubeInfo(
        wavelengths=waves.nm,
        fwhm=waves.fwhm,
        band_names=names if any(names) else (),
        nodata=None if dataset.nodata is None else float(dataset.nodata),
        scale=scale,
        geo=geo_of_dataset(dataset),
        interleave={"pixel": "bip", "band": "bsq", "line": "bil"}.get(getattr(dataset.interleaving, "value", ""), ""),
        notes=(*notes, *waves.notes),
        metadata={str(k): str(v) for k, v in dataset.tags().items()},
    )


def _wavelengths(dataset: Any) -> Wavelengths:
    """Band centres from the metadata of the bands: GDAL's IMAGERY domain, or tags named `wavelength`."""
    imagery = [dataset.tags(n, ns="IMAGERY") for n in dataset.indexes]
    tags = [{k.casefold(): v for k, v in dataset.tags(n).items()} for n in dataset.indexes]
    try:
        if all("CENTRAL_WAVELENGTH_UM" in t for t in imagery):
            fwhm = [float(t["FWHM_UM"]) for t in imagery] if all("FWHM_UM" in t for t in imagery) else []
            return to_nm([float(t["CENTRAL_WAVELENGTH_UM"]) for t in imagery], "um", fwhm)
        if all("wavelength" in t for t in tags):
            unit = tags[0].get("wavelength_units", tags[0].get("wavelength_unit", ""))
            fwhm = [float(t["fwhm"]) for t in tags] if all("fwhm" in t for t in tags) else []
            return to_nm([float(t["wavelength"]) for t in tags], unit, fwhm)
    except ValueError:
        return to_nm([float("nan")])
    return to_nm([])
