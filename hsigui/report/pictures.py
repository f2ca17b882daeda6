"""Class maps as pictures that a GIS puts in their place: PNG and JPEG with a world file."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rasterio import Env
from rasterio.crs import CRS
from rasterio.enums import WktVersion
from rasterio.errors import CRSError

from hsigui.cube.crs import system_of
from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.class_tables import qgis_style
from hsigui.labels.formats.png_classes import write_png
from hsigui.labels.formats.tiff_classes import aux_path
from hsigui.report.pam import place_pam
from hsigui.saving import written_beside

WORLD_FILES = {".png": ".pgw", ".jpg": ".jgw", ".jpeg": ".jgw"}
JPEG_QUALITY = 95


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
        if text := _esri_text(system_of(geo)):
            written += _save(path.with_suffix(".prj"), text.encode("utf-8"))
    return written


def world_file(geo: Geo) -> str:
    """The six lines of a world file: steps along columns and rows, then the centre of the upper left pixel."""
    assert geo.transform is not None
    a, b, c, d, e, f = geo.transform
    return "".join(f"{number!r}\n" for number in (a, d, b, e, c + (a + b) / 2, f + (d + e) / 2))


def _esri_text(crs: CRS | None) -> str:
    """Empty for a system that ESRI's dialect has no words for: the `.aux.xml` names it."""
    try:
        with Env():  # without it GDAL prints what it thinks of the system
            return "" if crs is None else str(crs.to_wkt(version=WktVersion.WKT1_ESRI))
    except CRSError:
        return ""


def _save(path: Path, content: bytes) -> list[Path]:
    with written_beside(path) as (beside,):
        beside.write_bytes(content)
    return [path]
