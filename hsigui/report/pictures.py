"""Class maps as pictures that a GIS puts in their place: PNG and JPEG with a world file, KMZ for globes."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling, WktVersion
from rasterio.errors import RasterioError
from rasterio.warp import reproject, transform

from hsigui.cube.cube import Geo
from hsigui.cube.saving import written_beside
from hsigui.errors import HsiError
from hsigui.labels.class_tables import qgis_style
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.png_classes import write_png
from hsigui.labels.tiff_classes import aux_path
from hsigui.report.pam import place_pam
from hsigui.report.rasters import crs_of, told_plainly

WORLD_FILES = {".png": ".pgw", ".jpg": ".jgw", ".jpeg": ".jgw"}
JPEG_QUALITY = 95
OVERLAY_SIDE = 4096  # pixels: globes refuse larger pictures
FINEST_SIDE = 2048  # a smaller map is drawn with several picture pixels each, up to this side


def write_bare_picture(
    path: Path, array: NDArray[np.integer], rgb: NDArray[np.uint8], classes: ClassTable, geo: Geo | None
) -> list[Path]:
    """Writes the map alone, one picture pixel a map pixel, with world file, `.prj` and `.aux.xml`.

    A PNG holds the class numbers with their palette (0 is transparent), names in the `.aux.xml` and a style for QGIS
    beside it; a JPEG the colours `rgb` (rows x cols x 3), slightly changed by its compression, as all JPEGs.

    Raises:
        HsiError: the files cannot be written.
    """
    geo = geo or Geo()
    if path.suffix.lower() == ".png":
        written = write_png(path, np.asarray(array, dtype=np.uint16), classes, geo)
        # Without it QGIS lists all 256 entries of the palette.
        written += _save(path.with_suffix(".qml"), qgis_style(classes))
    else:
        image = BytesIO()
        Image.fromarray(rgb).save(image, format="JPEG", quality=JPEG_QUALITY, subsampling=0)
        written = _save(path, image.getvalue())
        if geo.transform is not None:
            written += _save(aux_path(path), place_pam(geo))
    return written + write_place(path, geo)


def write_place(path: Path, geo: Geo) -> list[Path]:
    """Writes the world file of a picture, and its coordinate system as `.prj`, as far as they are known."""
    written: list[Path] = []
    if geo.transform is not None:
        written += _save(path.with_suffix(WORLD_FILES[path.suffix.lower()]), world_file(geo).encode("ascii"))
        if (crs := crs_of(geo)) is not None:
            written += _save(path.with_suffix(".prj"), _esri_text(crs).encode("utf-8"))
    return written


def world_file(geo: Geo) -> str:
    """The six lines of a world file: steps along columns and rows, then the centre of the upper left pixel."""
    assert geo.transform is not None
    a, b, c, d, e, f = geo.transform
    return "".join(f"{number!r}\n" for number in (a, d, b, e, c + (a + b) / 2, f + (d + e) / 2))


def _esri_text(crs: CRS) -> str:
    try:
        return str(crs.to_wkt(version=WktVersion.WKT1_ESRI))
    except RasterioError:  # a system that ESRI's dialect has no words for
        return str(crs.to_wkt())


def write_kmz(
    path: Path, array: NDArray[np.integer], rgb: NDArray[np.uint8], geo: Geo | None, title: str, legend: bytes
) -> list[Path]:
    """Writes the map as an overlay of the globe (KMZ, WGS 84 latitude and longitude) with its legend at the side.

    Args:
        array: class numbers, rows x cols; 0 is transparent.
        rgb: their colours, rows x cols x 3.
        legend: a PNG.

    Raises:
        HsiError: the scene has no place on the earth, crosses the 180th meridian, or the file cannot be written.
    """
    crs = crs_of(geo)
    if geo is None or geo.transform is None or crs is None:
        raise HsiError(
            "The map has no place on the earth, which a KMZ needs.",
            "Choose GeoTIFF, ENVI or PNG, or georeference the scene first.",
        )
    with told_plainly(path):
        west, south, east, north = _bounds(geo, crs, array.shape)
        rows, cols = _overlay_size(array.shape, (west, south, east, north))
        colours = np.concatenate([rgb, np.where(array > 0, 255, 0).astype(np.uint8)[..., None]], axis=2)
        out = np.zeros((4, rows, cols), dtype=np.uint8)
        reproject(
            np.moveaxis(colours, 2, 0), out, src_transform=Affine(*geo.transform), src_crs=crs,
            dst_transform=Affine((east - west) / cols, 0.0, west, 0.0, (south - north) / rows, north),
            dst_crs=CRS.from_epsg(4326),
            resampling=Resampling.nearest,
        )  # fmt: skip
    image = BytesIO()
    Image.fromarray(np.moveaxis(out, 0, 2)).save(image, format="PNG")
    with written_beside(path) as (beside,), ZipFile(beside, "w", ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", _kml(title or path.stem, west, south, east, north))
        archive.writestr("files/map.png", image.getvalue(), ZIP_STORED)
        archive.writestr("files/legend.png", legend, ZIP_STORED)
    return [path]


def _bounds(geo: Geo, crs: CRS, shape: tuple[int, ...]) -> tuple[float, float, float, float]:
    """West, south, east and north of the scene in degrees."""
    grid = Grid(shape[0], shape[1], geo)
    edges = grid.to_map(grid.corners())
    xs, ys = transform(crs, CRS.from_epsg(4326), edges[:, 0].tolist(), edges[:, 1].tolist())
    west, south, east, north = min(xs), min(ys), max(xs), max(ys)
    if not all(map(math.isfinite, (west, south, east, north))) or not -90 <= south < north <= 90:
        raise HsiError("The place of the map cannot be told in latitude and longitude.", "Choose another format.")
    if east - west > 180:
        raise HsiError("The map crosses the 180th meridian, which a KMZ cannot show.", "Choose GeoTIFF or GeoPackage.")
    return west, south, east, north


def _overlay_size(shape: tuple[int, ...], bounds: tuple[float, float, float, float]) -> tuple[int, int]:
    """Rows and columns of the picture: at least the map's pixels, in the shape that the bounds have on the ground."""
    west, south, east, north = bounds
    tall = north - south
    wide = (east - west) * max(0.01, math.cos(math.radians((north + south) / 2)))
    finer = max(1.0, min(4.0, FINEST_SIDE / max(shape)))
    side = finer * math.sqrt(shape[0] * shape[1])
    rows, cols = side * math.sqrt(tall / wide), side * math.sqrt(wide / tall)
    scale = min(1.0, OVERLAY_SIDE / max(rows, cols))
    return max(1, round(rows * scale)), max(1, round(cols * scale))


def _kml(title: str, west: float, south: float, east: float, north: float) -> str:
    name = escape("".join(c if c.isprintable() else " " for c in title))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
 <Document>
  <name>{name}</name>
  <GroundOverlay>
   <name>{name}</name>
   <Icon><href>files/map.png</href></Icon>
   <LatLonBox><north>{north!r}</north><south>{south!r}</south><east>{east!r}</east><west>{west!r}</west></LatLonBox>
  </GroundOverlay>
  <ScreenOverlay>
   <name>Legend</name>
   <Icon><href>files/legend.png</href></Icon>
   <overlayXY x="0" y="0" xunits="fraction" yunits="fraction"/>
   <screenXY x="12" y="36" xunits="pixels" yunits="pixels"/>
  </ScreenOverlay>
 </Document>
</kml>
"""


def _save(path: Path, content: bytes) -> list[Path]:
    with written_beside(path) as (beside,):
        beside.write_bytes(content)
    return [path]
