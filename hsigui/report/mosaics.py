"""A mosaic of class maps: as a virtual raster that names the maps where they lie, or as one GeoTIFF.

The virtual raster has names and colours of the classes, the no-data value and a table of attributes in itself; a style
for QGIS lies beside it. Where maps overlap, the later lies on the earlier, but for its pixels without a class.

Source: GDAL, "VRT -- GDAL Virtual Format" (VRTRasterBand, ComplexSource with NODATA and LUT).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window

from hsigui.cube.cube import Geo
from hsigui.cube.formats.raster_files import open_quietly
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.class_tables import qgis_style
from hsigui.labels.formats.tiff_classes import aux_path, geo_beside
from hsigui.report.pam import counted_pam
from hsigui.report.rasters import COG_TILE, TILE, overview_factors, placed, tiled, told_plainly
from hsigui.saving import written_beside

STRIP = 16 * TILE  # rows and columns that are copied at once
_NAMES = {"uint8": "Byte", "uint16": "UInt16", "uint32": "UInt32", "int16": "Int16", "int32": "Int32", "int8": "Int8"}


@dataclass(frozen=True, eq=False)
class Piece:
    """A map of a mosaic.

    Attributes:
        path: the raster, as GDAL opens it.
        shape: its rows and columns.
        row, col: of its first pixel in the mosaic.
        numbers: its own class numbers -> those of the mosaic; empty where they are the same.
    """

    path: Path
    shape: tuple[int, int]
    row: int
    col: int
    numbers: Mapping[int, int] = field(default_factory=dict)

    def overlap(self, other: Piece) -> tuple[slice, slice] | None:
        """The rows and columns of this map on which the other lies too; None where it does not."""
        top, left = max(self.row, other.row), max(self.col, other.col)
        bottom = min(self.row + self.shape[0], other.row + other.shape[0])
        right = min(self.col + self.shape[1], other.col + other.shape[1])
        if top >= bottom or left >= right:
            return None
        return slice(top - self.row, bottom - self.row), slice(left - self.col, right - self.col)


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Maps on one grid.

    Attributes:
        pieces: the later lie on the earlier.
        shape: rows and columns of all.
        classes: of all of them.
        geo: the place of the first pixel.
    """

    pieces: tuple[Piece, ...]
    shape: tuple[int, int]
    classes: ClassTable
    geo: Geo

    @property
    def dtype(self) -> str:
        """uint8 as long as every number fits."""
        return "uint8" if max(self.classes.numbers, default=0) <= 255 else "uint16"


def write_vrt(path: Path, mosaic: Mosaic, counts: NDArray[np.integer]) -> list[Path]:
    """Writes a mosaic as a virtual raster and its `.qml`.

    Args:
        path: its folder is what the names of the maps are relative to, so that all can be moved together.
        counts: 1-D, pixels of each class number from 0 on, for the table of attributes.

    Raises:
        HsiError: the files cannot be written, or a map cannot be read.
    """
    root = _vrt(path.parent, mosaic, counts)
    ET.indent(root)
    style = path.with_suffix(".qml")
    with written_beside(path, style) as (scratch, style_scratch):
        scratch.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=False))
        style_scratch.write_bytes(qgis_style(mosaic.classes))
    return [path, style]


def write_tiff(
    path: Path, virtual: Path, mosaic: Mosaic, counts: NDArray[np.integer], check: Callable[[int, int], None], *,
    cloud: bool = False,
) -> list[Path]:  # fmt: skip
    """Writes a mosaic as a GeoTIFF with `.aux.xml` and `.qml`, piece by piece: it need not fit into memory.

    Args:
        virtual: the virtual raster of the same mosaic, which is copied.
        counts: 1-D, pixels of each class number from 0 on, for the table of attributes.
        check: told of rows done and of all; may raise to stop.
        cloud: as Cloud-Optimised GeoTIFF.

    Raises:
        HsiError: the files cannot be written.
    """
    rows, cols = mosaic.shape
    profile: dict[str, Any] = tiled(rows, cols) | {"count": 1, "dtype": mosaic.dtype, "nodata": 0} | placed(mosaic.geo)
    profile["SPARSE_OK"] = "TRUE"  # what lies between the maps takes no room
    aux, style = aux_path(path), path.with_suffix(".qml")
    with written_beside(path, aux, style) as (scratch, aux_scratch, style_scratch), told_plainly(path):
        first = scratch.with_name(f"{scratch.stem}-plain{scratch.suffix}") if cloud else scratch
        try:
            with rasterio.open(first, "w", **profile) as file:
                _copy(virtual, file, mosaic.shape, check)
                file.write_colormap(1, _colors(mosaic.classes))
                file.set_band_description(1, "class")
            if cloud:
                rasterio.shutil.copy(
                    first, scratch, driver="COG", compress="DEFLATE", blocksize=COG_TILE, bigtiff="IF_SAFER",
                    overview_resampling="MODE",
                )  # fmt: skip
            elif factors := overview_factors(rows, cols):
                with rasterio.open(first, "r+") as file:
                    file.build_overviews(factors, Resampling.mode)
        finally:
            if first != scratch:
                first.unlink(missing_ok=True)
        aux_scratch.write_bytes(counted_pam(mosaic.classes, counts, geo_beside(mosaic.geo)))
        style_scratch.write_bytes(qgis_style(mosaic.classes))
    return [path, aux, style]


def _copy(virtual: Path, file: Any, shape: tuple[int, int], check: Callable[[int, int], None]) -> None:
    with open_quietly(virtual, ("VRT",)) as source:
        for window in _windows(shape):
            check(int(window.row_off), shape[0])
            values = source.read(1, window=window)
            if values.any():
                file.write(values, 1, window=window)


def _windows(shape: tuple[int, int]) -> Iterator[Window]:
    for row in range(0, shape[0], STRIP):
        for col in range(0, shape[1], STRIP):
            yield Window(col, row, min(STRIP, shape[1] - col), min(STRIP, shape[0] - row))


def _colors(classes: ClassTable) -> dict[int, tuple[int, int, int, int]]:
    return {0: (0, 0, 0, 0)} | {c.number: (*c.color, 255) for c in classes}


def _vrt(folder: Path, mosaic: Mosaic, counts: NDArray[np.integer]) -> ET.Element:
    rows, cols = mosaic.shape
    root = ET.Element("VRTDataset", rasterXSize=str(cols), rasterYSize=str(rows))
    # Without a mapping of axes GDAL takes x, y, whatever order the system itself has.
    ET.SubElement(root, "SRS").text = mosaic.geo.crs_wkt
    assert mosaic.geo.transform is not None
    a, b, c, d, e, f = mosaic.geo.transform
    ET.SubElement(root, "GeoTransform").text = ", ".join(map(repr, (c, a, b, f, d, e)))
    band = ET.SubElement(root, "VRTRasterBand", dataType=_NAMES[mosaic.dtype], band="1")
    ET.SubElement(band, "Description").text = "class"
    ET.SubElement(band, "NoDataValue").text = "0"
    ET.SubElement(band, "ColorInterp").text = "Palette"
    colors = _colors(mosaic.classes)
    table = ET.SubElement(band, "ColorTable")
    for number in range(max(colors) + 1):
        parts = colors.get(number, (0, 0, 0, 255))
        ET.SubElement(table, "Entry", {f"c{n}": str(part) for n, part in enumerate(parts, start=1)})
    described = ET.fromstring(counted_pam(mosaic.classes, counts)).find("PAMRasterBand")
    assert described is not None
    for tag in ("CategoryNames", "GDALRasterAttributeTable"):
        found = described.find(tag)
        assert found is not None
        band.append(found)
    for piece in mosaic.pieces:
        band.append(_source(folder, piece))
    return root


def _source(folder: Path, piece: Piece) -> ET.Element:
    source = ET.Element("ComplexSource", resampling="nearest")
    name, relative = _named(piece.path, folder)
    ET.SubElement(source, "SourceFilename", relativeToVRT=relative).text = name
    ET.SubElement(source, "SourceBand").text = "1"
    with told_plainly(piece.path), open_quietly(piece.path, ("GTiff", "ENVI")) as dataset:
        down, across = dataset.block_shapes[0]
        kind = _NAMES.get(dataset.dtypes[0], "UInt16")
    rows, cols = piece.shape
    # With these GDAL opens a map only when it is looked at.
    ET.SubElement(source, "SourceProperties", RasterXSize=str(cols), RasterYSize=str(rows), DataType=kind,
                  BlockXSize=str(across), BlockYSize=str(down))  # fmt: skip
    size = {"xSize": str(cols), "ySize": str(rows)}
    ET.SubElement(source, "SrcRect", {"xOff": "0", "yOff": "0", **size})
    ET.SubElement(source, "DstRect", {"xOff": str(piece.col), "yOff": str(piece.row), **size})
    ET.SubElement(source, "NODATA").text = "0"
    if piece.numbers:
        look = {0: 0, **piece.numbers}
        ET.SubElement(source, "LUT").text = ",".join(f"{own}:{look[own]}" for own in sorted(look))
    return source


def _named(path: Path, folder: Path) -> tuple[str, str]:
    """A map as the virtual raster names it, and whether that is relative to its folder."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix(), "1"
    except ValueError:  # on another drive of Windows
        return str(path.resolve()), "0"
