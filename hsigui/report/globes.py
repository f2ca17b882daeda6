"""Class maps for globes (KMZ): polygons under the classes' names and in their colours, and the map as a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rasterio import Affine
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.warp import reproject

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.shapes import Points, Shape
from hsigui.report.lonlat import Box, box_of, digits_for, in_lonlat
from hsigui.report.rasters import told_plainly
from hsigui.saving import written_beside
from hsigui.texts import say

OVERLAY_SIDE = 4096  # pixels: globes refuse larger pictures
FINEST_SIDE = 2048  # a smaller map is drawn with several picture pixels each, up to this side
SHOWN_CORNERS = 200_000  # with more corners the picture is shown at first and not the polygons: globes become slow
MOST_CORNERS = 2_000_000  # and beyond these the polygons are left out
OPACITY = 200  # of polygons, of 255: the ground shows through a little
LEGEND_SIDE = 12  # pixels from the window's left and lower edge


def write_kmz(
    path: Path, array: NDArray[np.integer], rgb: NDArray[np.uint8], classes: ClassTable, geo: Geo | None, title: str,
    legend: bytes, shapes: Callable[[], Iterable[Shape]],
) -> list[Path]:  # fmt: skip
    """Writes the map for a globe, in WGS 84 latitude and longitude, with its legend at the side.

    It holds one feature a class, all its polygons, with name, colour and the fields class_id, class_name and pixels;
    and the map as a picture. One of the two is visible at first: the polygons, unless there are too many for a globe.

    Args:
        array: class numbers, rows x cols; 0 is transparent.
        rgb: their colours, rows x cols x 3.
        classes: names and colours of all numbers.
        legend: a PNG.
        shapes: gives the polygons, in map coordinates; asked once the place is known to be one.

    Raises:
        Unplaceable: the scene has no place on the earth, or crosses the 180th meridian.
        HsiError: the file cannot be written.
    """
    box = box_of(geo, array.shape, say("a KMZ"))
    assert geo is not None
    assert geo.transform is not None
    with told_plainly(path):
        image = _overlay(array, rgb, Affine(*geo.transform), CRS.from_wkt(str(geo.crs_wkt)), box)
    found = list(shapes())
    corners = sum(len(ring) for shape in found for ring in shape.rings)
    about = ""
    if corners > MOST_CORNERS:
        found = []
        about = say(
            "The polygons have {corners} corners, too many for a globe: they are left out. Simplify their borders, "
            "choose a mapping unit, or take a GeoPackage.",
            corners=corners,
        )
    outlined = bool(found) and corners <= SHOWN_CORNERS
    counts = np.bincount(array.ravel(), minlength=1)
    document = "".join(
        (
            _head(title or path.stem, about, classes if found else ()),
            _picture_and_legend(title or path.stem, box, not outlined),
            _polygons(_placed(found, geo, path.name), classes, counts, outlined, digits_for(box, array.shape)),
            " </Document>\n</kml>\n",
        )
    )
    with written_beside(path) as (beside,), ZipFile(beside, "w", ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", document)
        archive.writestr("files/map.png", image, ZIP_STORED)
        archive.writestr("files/legend.png", legend, ZIP_STORED)
    return [path]


def _overlay(array: NDArray[np.integer], rgb: NDArray[np.uint8], affine: Affine, crs: CRS, box: Box) -> bytes:
    """The map as a PNG in latitude and longitude."""
    west, south, east, north = box
    rows, cols = _overlay_size(array.shape, box)
    colours = np.concatenate([rgb, np.where(array > 0, 255, 0).astype(np.uint8)[..., None]], axis=2)
    out = np.zeros((4, rows, cols), dtype=np.uint8)
    reproject(
        np.moveaxis(colours, 2, 0), out, src_transform=affine, src_crs=crs,
        dst_transform=Affine((east - west) / cols, 0.0, west, 0.0, (south - north) / rows, north),
        dst_crs=CRS.from_epsg(4326), resampling=Resampling.nearest,
    )  # fmt: skip
    image = BytesIO()
    Image.fromarray(np.moveaxis(out, 0, 2)).save(image, format="PNG")
    return image.getvalue()


def _overlay_size(shape: tuple[int, ...], box: Box) -> tuple[int, int]:
    """Rows and columns of the picture: at least the map's pixels, in the shape that the bounds have on the ground."""
    west, south, east, north = box
    tall = north - south
    wide = (east - west) * max(0.01, math.cos(math.radians((north + south) / 2)))
    finer = max(1.0, min(4.0, FINEST_SIDE / max(shape)))
    side = finer * math.sqrt(shape[0] * shape[1])
    rows, cols = side * math.sqrt(tall / wide), side * math.sqrt(wide / tall)
    scale = min(1.0, OVERLAY_SIDE / max(rows, cols))
    return max(1, round(rows * scale)), max(1, round(cols * scale))


def _placed(shapes: Iterable[Shape], geo: Geo, name: str) -> dict[int, list[list[Points]]]:
    """The polygons of each class, as rings in degrees."""
    found: dict[int, list[list[Points]]] = {}
    for shape in in_lonlat(shapes, geo, name):
        turned = [_turned(ring, number == 0) for number, ring in enumerate(shape.rings)]
        found.setdefault(shape.number, []).append(turned)
    return found


def _turned(ring: Points, outer: bool) -> Points:
    """Outlines run counter-clockwise in KML, holes clockwise."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    area = float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())
    return ring if (area > 0) == outer else ring[::-1]


def _head(title: str, about: str, classes: Iterable[ClassInfo]) -> str:
    said = f"  <description>{_text(about)}</description>\n" if about else ""
    styles = "".join(
        f'  <Style id="class{info.number}"><LineStyle><color>{_colour(info, 255)}</color><width>1</width></LineStyle>'
        f"<PolyStyle><color>{_colour(info, OPACITY)}</color></PolyStyle></Style>\n"
        for info in classes
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
 <Document>
  <name>{_text(title)}</name>
{said}{styles}"""


def _picture_and_legend(title: str, box: Box, visible: bool) -> str:
    west, south, east, north = box
    return f"""  <GroundOverlay>
   <name>{_text(title)}</name>
   <visibility>{int(visible)}</visibility>
   <Icon><href>files/map.png</href></Icon>
   <LatLonBox><north>{north!r}</north><south>{south!r}</south><east>{east!r}</east><west>{west!r}</west></LatLonBox>
  </GroundOverlay>
  <ScreenOverlay>
   <name>Legend</name>
   <Icon><href>files/legend.png</href></Icon>
   <overlayXY x="0" y="0" xunits="fraction" yunits="fraction"/>
   <screenXY x="{LEGEND_SIDE}" y="{3 * LEGEND_SIDE}" xunits="pixels" yunits="pixels"/>
  </ScreenOverlay>
"""


def _polygons(
    found: dict[int, list[list[Points]]], classes: ClassTable, counts: NDArray[np.integer], visible: bool, digits: int
) -> str:
    """The folder of the polygons, one feature a class in the order of the table; empty without any."""
    if not found:
        return ""
    parts = ["  <Folder>\n   <name>classes</name>\n", f"   <visibility>{int(visible)}</visibility>\n"]
    for info in classes:
        if info.number not in found:
            continue
        values = (("class_id", info.number), ("class_name", info.name), ("pixels", int(counts[info.number])))
        data = "".join(f'<Data name="{key}"><value>{_text(str(value))}</value></Data>' for key, value in values)
        parts.append(
            f"   <Placemark>\n    <name>{_text(info.name)}</name>\n    <visibility>{int(visible)}</visibility>\n"
            f"    <styleUrl>#class{info.number}</styleUrl>\n"
            f"    <ExtendedData>{data}</ExtendedData>\n    <MultiGeometry>\n"
        )
        parts += [_polygon(rings, digits) for rings in found[info.number]]
        parts.append("    </MultiGeometry>\n   </Placemark>\n")
    return "".join([*parts, "  </Folder>\n"])


def _polygon(rings: Sequence[Points], digits: int) -> str:
    sides = ["outerBoundaryIs", *["innerBoundaryIs"] * (len(rings) - 1)]
    pair = f"%.{digits}f,%.{digits}f"
    drawn = "".join(
        f"<{side}><LinearRing><coordinates>{' '.join([pair % (x, y) for x, y in ring.tolist()])}</coordinates>"
        f"</LinearRing></{side}>"
        for side, ring in zip(sides, rings, strict=True)
    )
    return f"     <Polygon>{drawn}</Polygon>\n"


def _colour(info: ClassInfo, opacity: int) -> str:
    """KML writes colours backwards: opacity, blue, green, red."""
    red, green, blue = info.color
    return f"{opacity:02x}{blue:02x}{green:02x}{red:02x}"


def _text(text: str) -> str:
    return escape("".join(c if c.isprintable() else " " for c in text))
