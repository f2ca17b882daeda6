"""Class and confidence maps as files for others: GeoTIFF, ENVI Classification, MATLAB, and pictures with a legend."""

from __future__ import annotations

import warnings
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hsigui.cube.cube import Geo
from hsigui.cube.saving import written_beside
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.files import write_classes
from hsigui.report.legend import with_legend

UNCLASSIFIED_COLOR: Color = (0, 0, 0)
RASTERS = (".tif", ".tiff", ".hdr", ".img", ".dat", ".mat")
PICTURE_SIDE = 600  # a picture's short side has at least so many pixels
LONGEST_SIDE = 6000  # ... if that leaves the long side below so many
REPORT_SIDE = 1600  # and in a report below so many


@dataclass(frozen=True)
class LegendRow:
    """One line of a legend: class, colour and its pixels on the map (count, and share of all pixels)."""

    number: int
    name: str
    color: Color
    pixels: int
    share: float


def legend_rows(array: NDArray[np.integer], classes: ClassTable) -> tuple[LegendRow, ...]:
    """The lines of a map's legend: the classes of the table in its order, others on the map, then unclassified pixels.

    Args:
        array: class numbers, rows x cols. Classes without a pixel are listed, with 0; "Unclassified" only when present.
    """
    counts = np.bincount(array.ravel(), minlength=1)
    table = classes.merged_with(np.flatnonzero(counts).tolist())
    found = [(c.number, c.name, c.color) for c in table]
    if counts[0]:
        found.append((0, "Unclassified", UNCLASSIFIED_COLOR))
    total = max(1, array.size)
    pixels = [int(counts[number]) if number < len(counts) else 0 for number, _, _ in found]
    return tuple(LegendRow(*row, n, n / total) for row, n in zip(found, pixels, strict=True))


def map_rgb(array: NDArray[np.integer], classes: ClassTable) -> NDArray[np.uint8]:
    """The map in the colours of its classes, rows x cols x 3; 0 is black, classes not in the table have defaults."""
    size = int(array.max(initial=0)) + 1
    colors = np.zeros((size, 3), dtype=np.uint8)
    colors[0] = UNCLASSIFIED_COLOR
    present = np.flatnonzero(np.bincount(array.ravel(), minlength=1))
    for number in present[present > 0].tolist():
        colors[number] = classes.get(number).color
    return colors[array]


def png_bytes(array: NDArray[np.integer], classes: ClassTable, *, longest: int = REPORT_SIDE) -> bytes:
    """A PNG of the bare map for a report: enlarged by a whole number, or thinned so that no side is above `longest`."""
    step = -(-max(array.shape) // longest)
    thinned = array[::step, ::step]
    return _png(enlarged(map_rgb(thinned, classes), most=longest))


def enlarged(rgb: NDArray[np.uint8], most: int = LONGEST_SIDE) -> Image.Image:
    """A picture whose short side is at least `PICTURE_SIDE`, the long one below `most` permitting; whole factors."""
    rows, cols = rgb.shape[:2]
    factor = -(-PICTURE_SIDE // max(1, min(rows, cols)))
    factor = max(1, min(factor, most // max(1, rows, cols)))
    return Image.fromarray(rgb).resize((cols * factor, rows * factor), Image.Resampling.NEAREST)


def picture(array: NDArray[np.integer], classes: ClassTable, title: str = "") -> bytes:
    """A PNG of the whole map with its legend: names, colours and pixel counts."""
    rows = [(row.name, row.color, f"{row.pixels:,}") for row in legend_rows(array, classes)]
    return _png(with_legend(enlarged(map_rgb(array, classes)), rows, title))


def export_map(
    path: str | Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None, *, title: str = ""
) -> list[Path]:
    """Writes a class map in the format that the suffix names; earlier files are replaced.

    - .tif, .tiff: GeoTIFF with palette, class names in the .aux.xml beside it, and a style for QGIS (.qml).
    - .hdr, .img, .dat: ENVI Classification with names, colours and map info.
    - .mat: MATLAB 5, variable "labels".
    - .png: picture with legend; `title` stands above it.

    Args:
        path: the file to write.
        array: class numbers, rows x cols, 0 = unclassified.
        classes: names and colours; classes that it lacks get default ones.
        geo: where the scene lies, for the formats that can say so.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix names none of the formats, or the file cannot be written.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    table = classes.merged_with(np.unique(array).tolist())
    if suffix == ".png":
        return _save(path, picture(array, table, title))
    if suffix not in RASTERS:
        raise HsiError(
            f"“{path.name}” does not say in which format to write the map.",
            f"End the name in one of {', '.join((*RASTERS, '.png'))}.",
        )
    written = write_classes(path, array.astype(np.uint16), table, geo)
    if suffix in (".tif", ".tiff"):
        written += _save(path.with_suffix(".qml"), qgis_style(table))
    return written


def write_confidence(path: str | Path, confidence: NDArray[np.floating], geo: Geo | None = None) -> list[Path]:
    """Writes a confidence map (rows x cols, 0 to 1, NaN = no data) as a GeoTIFF: float32, nodata NaN, deflate.

    Raises:
        HsiError: the suffix is not .tif or .tiff, or the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise HsiError(f"A confidence map cannot be written as “{path.name}”.", "End the name in .tif.")
    import rasterio  # slow to import, and no other format here needs it

    rows, cols = confidence.shape
    profile: dict[str, Any] = {
        "driver": "GTiff", "height": rows, "width": cols, "count": 1, "dtype": "float32", "nodata": np.nan,
        "compress": "deflate", "predictor": 3,
    }  # fmt: skip
    if geo is not None and geo.transform is not None:
        profile["transform"] = rasterio.Affine(*geo.transform)
    if geo is not None and geo.crs_wkt:
        profile["crs"] = geo.crs_wkt
    with written_beside(path) as (beside,), warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)  # many scenes have no place
        try:
            with rasterio.open(beside, "w", **profile) as file:
                file.write(confidence.astype(np.float32), 1)
                file.set_band_description(1, "confidence")
        except rasterio.errors.CRSError as error:
            raise HsiError(f"The coordinate system of the scene is not understood: {error}.") from error
        except rasterio.errors.RasterioError as error:
            raise HsiError(f"“{path}” cannot be written: {error}.", "Choose another folder.") from error
    return [path]


def qgis_style(classes: ClassTable) -> bytes:
    """A QGIS layer style (.qml) with the names and colours of the classes; class 0 is transparent."""
    root = ET.Element("qgis", version="3.22.0", styleCategories="AllStyleCategories", hasScaleBasedVisibilityFlag="0")
    pipe = ET.SubElement(root, "pipe")
    renderer = ET.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    ET.SubElement(renderer, "rasterTransparency")
    palette = ET.SubElement(renderer, "colorPalette")
    ET.SubElement(palette, "paletteEntry", value="0", label="Unclassified", color="#000000", alpha="0")
    for info in classes:
        color = "#{:02x}{:02x}{:02x}".format(*info.color)
        label = _xml_text(info.name)
        ET.SubElement(palette, "paletteEntry", value=str(info.number), label=label, color=color, alpha="255")
    ET.SubElement(pipe, "brightnesscontrast", brightness="0", contrast="0", gamma="1")
    ET.SubElement(pipe, "huesaturation", saturation="0", grayscaleMode="0", colorizeOn="0")
    ET.SubElement(pipe, "rasterresampler", maxOversampling="2")
    ET.SubElement(root, "blendMode").text = "0"
    ET.indent(root)
    return b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(root) + b"\n"


def _xml_text(text: str) -> str:
    """A name without the control characters that XML cannot hold, not even escaped."""
    return "".join(c if c.isprintable() else " " for c in text)


def _save(path: Path, content: bytes) -> list[Path]:
    with written_beside(path) as (beside,):
        beside.write_bytes(content)
    return [path]


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, format="PNG", optimize=image.width * image.height < 4_000_000)
    return out.getvalue()
