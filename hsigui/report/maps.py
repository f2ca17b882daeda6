"""Class maps as files for others: GeoTIFF, ENVI Classification, MATLAB, polygons, KMZ, and pictures with a legend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hsigui import plugins
from hsigui.cube.cube import Geo
from hsigui.cube.formats.rows import faults_told
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.formats.files import write_classes
from hsigui.report.legend import legend_sheet, with_legend
from hsigui.report.map_options import MapOptions
from hsigui.report.north_up import north_up
from hsigui.report.table import exporter, exporter_of, map_suffixes
from hsigui.saving import written_beside
from hsigui.texts import number_text, say

Check = Callable[[], None]
UNCLASSIFIED_COLOR: Color = (0, 0, 0)
JPEG_QUALITY = 95
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
    """A PNG of the bare map for a report: enlarged by a whole number, or thinned so that no side is above `longest`.
    `array` holds class numbers, rows x cols."""
    step = -(-max(array.shape) // longest)
    thinned = array[::step, ::step]
    return _encoded(enlarged(map_rgb(thinned, classes), most=longest))


def enlarged(rgb: NDArray[np.uint8], most: int = LONGEST_SIDE) -> Image.Image:
    """A picture whose short side is at least `PICTURE_SIDE`, the long one below `most` permitting; whole factors."""
    rows, cols = rgb.shape[:2]
    factor = -(-PICTURE_SIDE // max(1, min(rows, cols)))
    factor = max(1, min(factor, most // max(1, rows, cols)))
    return Image.fromarray(rgb).resize((cols * factor, rows * factor), Image.Resampling.NEAREST)


def picture(array: NDArray[np.integer], classes: ClassTable, title: str = "", form: str = "PNG") -> bytes:
    """A PNG (or JPEG) of the whole map with its legend: names, colours and pixel counts. `array` holds class numbers,
    rows x cols."""
    return _encoded(with_legend(enlarged(map_rgb(array, classes)), _counted(array, classes), title), form)


def _counted(array: NDArray[np.integer], classes: ClassTable) -> list[tuple[str, Color, str]]:
    return [(row.name, row.color, number_text(row.pixels, ",")) for row in legend_rows(array, classes)]


def export_map(
    path: str | Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None, *, title: str = "",
    options: MapOptions | None = None, check: Callable[[], None] = lambda: None, kind: str = "",
) -> list[Path]:  # fmt: skip
    """Writes a class map in the format that the suffix names, see `report.table`; earlier files are replaced.

    Args:
        path: the file to write.
        array: class numbers, rows x cols, 0 = unclassified.
        classes: names and colours; classes that it lacks get default ones.
        geo: where the scene lies, for the formats that can say so.
        title: of pictures, where the options name none.
        check: called now and then; may raise to stop.
        kind: the name of the row to write it by, where the suffix does not say it.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix names none of the formats, the file cannot be written, or the format cannot say where the
            map lies.
    """
    path, how = Path(path), options or MapOptions()
    row = exporter(kind) if kind else exporter_of(path)
    if row is None or row.write is None:
        raise HsiError(
            say("“{name}” does not say in which format to write the map.", name=path.name),
            say("End the name in one of {map_suffixes}.", map_suffixes=", ".join(map_suffixes())),
        )
    table, how = classes.merged_with(np.unique(array).tolist()), replace(how, title=how.title or title)
    if how.north_up:
        array, geo = north_up(array, geo or Geo())
    with faults_told(row, path, "written"):
        return list(plugins.resolved(row.write)(path, array, table, geo, how, check))


def write_geotiff(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """GeoTIFF: tiles, palette, overviews; class names and table in the .aux.xml beside it, and a style for QGIS.
    `array` holds class numbers, rows x cols."""
    from hsigui.report.class_tiffs import write_class_tiff  # rasterio is slow to import

    return write_class_tiff(path, array, classes, geo, cloud=options.cloud)


def write_labels(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """What labels are written as, too: ENVI Classification, MATLAB. `array` holds class numbers, rows x cols."""
    return write_classes(path, array.astype(np.uint16), classes, geo)


def write_picture(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """A picture with its legend, or the map alone where the options say so: PNG or JPEG. `array` holds class numbers,
    rows x cols."""
    if options.bare:
        return write_bare(path, array, classes, geo, options, check)
    return _save(path, picture(array, classes, options.title, "PNG" if path.suffix.lower() == ".png" else "JPEG"))


def write_bare(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """The map alone, one pixel each, with world file, .prj and .aux.xml. `array` holds class numbers, rows x cols."""
    from hsigui.report.pictures import write_bare_picture

    return write_bare_picture(path, array, map_rgb(array, classes), classes, geo)


def write_globe(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """KMZ: polygons in the classes' colours, the map as a picture, legend. `array` holds class numbers, rows x cols.

    Raises:
        HsiError: the map has no place, or the file cannot be written.
    """
    from hsigui.report.globes import write_kmz
    from hsigui.report.lonlat import LONLAT
    from hsigui.report.vector_maps import bent_polygons, in_units

    units = in_units(array, options.simplify, options.smallest)
    legend = _encoded(legend_sheet(_counted(array, classes)))
    shapes = partial(bent_polygons, units, geo or Geo(), LONLAT, path.name, options, check)
    return write_kmz(path, array, map_rgb(array, classes), classes, geo, options.title, legend, shapes)


def write_geopackage(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """Polygons, with a style for QGIS. `array` holds class numbers, rows x cols."""
    from hsigui.report.vector_maps import write_polygons

    return write_polygons(path, array, classes, geo, simplify=options.simplify, smallest=options.smallest, check=check)


def _save(path: Path, content: bytes) -> list[Path]:
    with written_beside(path) as (beside,):
        beside.write_bytes(content)
    return [path]


def _encoded(image: Image.Image, form: str = "PNG") -> bytes:
    out = BytesIO()
    if form == "PNG":
        image.save(out, format=form, optimize=image.width * image.height < 4_000_000)
    else:
        image.save(out, format=form, quality=JPEG_QUALITY, subsampling=0)
    return out.getvalue()
