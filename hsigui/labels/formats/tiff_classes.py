"""Class rasters as GeoTIFF: palette inside, class names in a `.aux.xml` beside, where GDAL and QGIS look for them.

rasterio has no way to category names (rasterio issue 3185), so the side file (GDAL's persistent auxiliary metadata) is
written here, and read in `beside`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError
from rasterio.transform import Affine

from hsigui.cube.cube import Geo
from hsigui.cube.formats.geotiff import RasterSource, geo_of_dataset, largest_block, open_dataset
from hsigui.cube.formats.memory_rasters import written_through_memory
from hsigui.cube.formats.tiff_pages import pages_of
from hsigui.cube.limits import require_block, require_room
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.raster import MOST_LOOKED_AT, StoredRaster, smallest_type
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say


def read_tiff(path: Path, variable: str | None = None, grid: Grid | None = None) -> StoredRaster:
    """Reads a raster of class numbers with its palette; names stand beside it (`beside`).

    Args:
        variable, grid: unused, there is one array and it has its size.

    Raises:
        HsiError: the file cannot be read, or has several bands.
    """
    with open_dataset(path) as dataset:
        if (count := max(dataset.count, len(pages_of(dataset)))) != 1:
            raise HsiError(
                say("{name} has {count} bands, not one of class numbers.", name=path.name, count=count),
                say("Choose a label raster."),
            )
        # Read as a whole; the class numbers, a copy of them that is sorted, and the samples.
        require_room(path.name, dataset.height, dataset.width, 4 + 2 * np.dtype(dataset.dtypes[0]).itemsize)
        require_block(path.name, largest_block(dataset))
        stored = RasterSource(path).read(slice(None), slice(None), [0])[:, :, 0]
        palette = _palette(dataset)
        nodata = None if dataset.nodata is None else float(dataset.nodata)
        geo = geo_of_dataset(dataset)
    return StoredRaster(stored, path.name, {}, palette, geo, nodata)


def holds_classes(path: Path) -> bool | None:
    """Whether a file holds classes by its form: None where one band of whole numbers may be, False where not."""
    try:
        with open_dataset(path) as dataset:
            whole = np.dtype(dataset.dtypes[0]).kind in "iu"
            small = dataset.height * dataset.width <= MOST_LOOKED_AT
            return None if dataset.count == 1 and whole and small else False
    except HsiError:
        return False


def write_tiff(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo, about: Mapping[str, str] | None = None
) -> list[Path]:
    """Writes a palette GeoTIFF (0 is no-data) and its `.aux.xml` with the class names; returns both paths. `array`
    holds class numbers, rows x cols, 0 for unlabelled.

    Args:
        about: what else is told in the file, as tags.

    Raises:
        HsiError: the files cannot be written.
    """
    numbers = smallest_type(array, classes)
    profile: dict[str, Any] = {
        "driver": "GTiff", "height": numbers.shape[0], "width": numbers.shape[1], "count": 1, "dtype": numbers.dtype,
        "nodata": 0, "compress": "deflate",
    }  # fmt: skip
    if geo.transform is not None:
        profile["transform"] = Affine(*geo.transform)
    if geo.crs_wkt:
        try:
            profile["crs"] = CRS.from_wkt(geo.crs_wkt)
        except CRSError as error:
            raise HsiError(
                say("The coordinate system of the scene is not understood: {error}.", error=error), ""
            ) from error
    aux = aux_path(path)
    with written_beside(path, aux) as (scratch, aux_scratch), warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            with written_through_memory(scratch, **profile) as dataset:
                dataset.write(numbers, 1)
                dataset.write_colormap(1, _colormap(classes))
                if about:
                    dataset.update_tags(**about)
        except RasterioError as error:
            raise HsiError(
                say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
        aux_scratch.write_bytes(aux_xml(classes, geo_beside(geo)))
    return [path, aux]


def geo_beside(geo: Geo | None) -> Geo | None:
    """The place to be written into the `.aux.xml` of a GeoTIFF: that of a coordinate system that its keys cannot hold,
    such as a rotated pole; None where they can."""
    if geo is None or geo.transform is None or not geo.crs_wkt:
        return None
    crs = CRS.from_wkt(geo.crs_wkt)
    profile = {"driver": "GTiff", "height": 1, "width": 1, "count": 1, "dtype": "uint8", "crs": crs}
    # Without a side file, which GDAL would write in memory too.
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), rasterio.MemoryFile() as memory:
        with memory.open(**profile, transform=Affine(*geo.transform)):
            pass
        with memory.open() as dataset:
            return None if dataset.crs == crs else geo


def aux_path(path: Path) -> Path:
    """Where GDAL looks for what a raster file itself cannot hold."""
    return path.with_name(path.name + ".aux.xml")


def _palette(dataset: Any) -> dict[int, tuple[int, int, int]]:
    try:
        return {n: (r, g, b) for n, (r, g, b, _) in dataset.colormap(1).items()}
    except ValueError:  # rasterio's way to say that there is none
        return {}


def _colormap(classes: ClassTable) -> dict[int, tuple[int, int, int, int]]:
    return {0: (0, 0, 0, 0)} | {c.number: (*c.color, 255) for c in classes}


def aux_xml(classes: ClassTable, geo: Geo | None = None) -> bytes:
    """The names of the classes, and the place for formats that hold none, as GDAL's persistent auxiliary metadata."""
    root = ElementTree.Element("PAMDataset")
    if geo is not None and geo.transform is not None:
        if geo.crs_wkt:
            # Without a mapping of axes GDAL takes x, y, whatever order the system itself has.
            ElementTree.SubElement(root, "SRS").text = geo.crs_wkt
        a, b, c, d, e, f = geo.transform
        ElementTree.SubElement(root, "GeoTransform").text = ", ".join(map(repr, (c, a, b, f, d, e)))
    band = ElementTree.SubElement(root, "PAMRasterBand", band="1")
    ElementTree.SubElement(band, "NoDataValue").text = "0"
    names = ElementTree.SubElement(band, "CategoryNames")
    by_number = {0: "Unclassified"} | {c.number: c.name for c in classes}
    for number in range(max(by_number) + 1):
        # XML cannot hold control characters, not even escaped.
        name = "".join(c if c.isprintable() else " " for c in by_number.get(number, ""))
        ElementTree.SubElement(names, "Category").text = name
    ElementTree.indent(root)
    # No declaration: GDAL takes the first node of the file for the root, and would find nothing in it.
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=False)
