"""Regions of interest of ENVI: the XML file of ENVI 5, and the text that ENVI Classic exports.

In the XML coordinates are those of the map where a coordinate system stands, else pixels (column, row) from (0, 0), the
outer corner of the upper left pixel. In the text pixels count from 1.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Geo
from hsigui.cube.formats.xml_files import tree_in
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, color_for, default_name
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Points, Shape, crs_name, outlines
from hsigui.saving import written_beside
from hsigui.texts import say

_KINDS = {"Polygon": "polygon", "LineString": "line", "Point": "point", "MultiPoint": "point"}


def read_roi_xml(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the polygons, lines and points of an ENVI ROI file; every region is a class.

    Args:
        variable, grid: unused, all regions are read and burnt onto the grid later.

    Raises:
        HsiError: the file is damaged, holds no regions, or its regions are of several coordinate systems.
    """
    try:
        root = tree_in(path, comments=True)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise HsiError(
            say("{name} is no ENVI ROI file: {error}.", name=path.name, error=error), say("Is the file complete?")
        ) from error
    regions = list(root.iter("Region"))
    if root.tag != "RegionsOfInterest" or not regions:
        raise HsiError(
            say("{name} holds no regions of interest.", name=path.name),
            say("Choose an .xml file that ENVI saved ROIs in."),
        )
    _require_few(len(regions), path.name)
    comment = " ".join(str(e.text) for e in root.iter() if not isinstance(e.tag, str))
    numbers = _numbers(comment, len(regions))
    classes, shapes, systems, unread = [], [], set(), []
    for region, number in zip(regions, numbers, strict=True):
        stopping.check()
        color = color_from(region.get("color")) or color_for(number)
        classes.append(ClassInfo(number, (region.get("name") or "").strip() or default_name(number), color))
        for geometry in region.iter("GeometryDef"):
            found = _shapes_of(geometry, number, path.name)
            if found:
                systems.add((geometry.findtext("CoordSysStr") or "").strip())
            shapes += found
        if any(e.tag in ("ThresholdDef", "PixelDef") for e in region):
            unread.append(classes[-1].name)
    systems = {"" if s.casefold() == "none" else s for s in systems}
    if len(systems) > 1:
        raise HsiError(
            say("The regions of {name} are of several coordinate systems.", name=path.name),
            say("Save each kind by itself."),
        )
    crs = next(iter(systems), "")
    notes = (
        (say("Only drawn shapes are read; others are left out of: {unread}.", unread=", ".join(unread)),)
        if unread
        else ()
    )
    named = bool(crs_name(crs))
    kind = "" if named else "map" if crs else "pixels"
    return LabelledShapes(tuple(shapes), ClassTable(tuple(classes)), crs if named else None, kind, notes=notes)


def write_roi_xml(path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes one region a class, in map coordinates when the scene has a coordinate system, else in pixels. `array`
    holds class numbers, rows x cols, 0 for unlabelled.

    Raises:
        HsiError: the file cannot be written.
    """
    mapped = geo.transform is not None and bool(crs_name(geo.crs_wkt))
    grid = Grid(array.shape[0], array.shape[1], geo if mapped else Geo())
    polygons: dict[int, list[str]] = {c.number: [] for c in classes}
    for shape in outlines(array, grid):
        polygons[shape.number].append(_polygon_xml(shape.rings))
    system = escape(_esri_wkt(str(geo.crs_wkt))) if mapped else "none"
    with written_beside(path) as (scratch,), scratch.open("w", encoding="utf-8", newline="\n") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<RegionsOfInterest version="1.1">\n')
        if classes.numbers:
            file.write(f"  <!-- class numbers: {', '.join(map(str, classes.numbers))} -->\n")
        for info in classes:
            name = quoteattr("".join(c if c.isprintable() else " " for c in info.name))
            file.write(f'  <Region name={name} color="{",".join(map(str, info.color))}">\n    <GeometryDef>\n')
            file.write(f"      <CoordSysStr>{system}</CoordSysStr>\n")
            file.writelines(polygons[info.number])
            file.write("    </GeometryDef>\n  </Region>\n")
        file.write("</RegionsOfInterest>\n")
    return [path]


def is_roi_text(path: Path) -> bool:
    """Whether a file is the text that ENVI Classic exports regions of interest as."""
    with path.open("rb") as file:
        start = file.read(2000)
    return start.startswith(b";") and b"ROI" in start


def read_roi_text(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the pixels of the text that ENVI Classic exports, with their positions X and Y.

    Args:
        variable: unused, all regions are read.
        grid: the scene, whose size must be that of the text.

    Raises:
        HsiError: the file is damaged or holds no positions, or belongs to a scene of another size.
    """
    require_text(path.name, path.stat().st_size)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    head = [line[1:].strip() for line in lines if line.startswith(";")]
    classes, counts = _regions(head, path.name)
    rows = [line for line in lines if line.strip() and not line.startswith(";")]
    size = _size(head)
    if size is not None and grid is not None and size != grid.shape:
        raise HsiError(
            say(
                "{name} was exported from a scene of {first_size} x {second_size} pixels, this one is {rows} x {cols}.",
                name=path.name,
                first_size=size[0],
                second_size=size[1],
                rows=grid.rows,
                cols=grid.cols,
            ),
            say("Open the scene that it belongs to."),
        )
    if len(rows) != sum(counts):
        raise HsiError(
            say(
                "{name} should list {counts} pixels and lists {count}.",
                name=path.name,
                counts=sum(counts),
                count=len(rows),
            ),
            say("Was the copy interrupted?"),
        )
    points = _positions(head, rows, path.name)
    first = 0 if points.size and points.min() < 1 else 1
    notes = () if first else (say("Pixels in {name} count from 0, not from 1 as ENVI Classic's do.", name=path.name),)
    of_each = np.split(points - first + 0.5, np.cumsum(counts)[:-1])
    shapes = tuple(Shape(c.number, "point", (p,)) for c, p in zip(classes, of_each, strict=True) if len(p))
    own = None if size is None else Grid(*size)
    return LabelledShapes(shapes, ClassTable(tuple(classes)), None, "pixels", own, notes)


def write_roi_text(path: Path, array: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    """Writes every labelled pixel as ENVI Classic does: number in its region, X, Y (from 1), and map X, Y if known.
    `array` holds class numbers, rows x cols, 0 for unlabelled.

    Raises:
        HsiError: the file cannot be written.
    """
    grid = Grid(array.shape[0], array.shape[1], geo)
    found = {c.number: np.flatnonzero(array == c.number) for c in classes}
    numbers = ", ".join(map(str, classes.numbers))
    with written_beside(path) as (scratch,), scratch.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"; ENVI Output of ROIs (hsigui; class numbers: {numbers})\n; Number of ROIs: {len(classes)}\n")
        file.write(f"; File Dimension: {grid.cols} x {grid.rows}\n;\n")
        for info in classes:
            name = "".join(c if c.isprintable() else " " for c in info.name)
            color = ", ".join(map(str, info.color))
            file.write(f"; ROI name: {name}\n; ROI rgb value: {{{color}}}\n; ROI npts: {len(found[info.number])}\n;\n")
        placed = geo.transform is not None
        file.write(";   ID    X    Y" + ("    Map X    Map Y" if placed else "") + "\n")
        for info in classes:
            _write_pixels(file, found[info.number], grid, placed)
    return [path]


def _write_pixels(file: Any, flat: NDArray[np.intp], grid: Grid, placed: bool) -> None:
    for start in range(0, len(flat), 100_000):
        rows, cols = np.divmod(flat[start : start + 100_000], grid.cols)
        columns = [range(start + 1, start + 1 + len(rows)), (cols + 1).tolist(), (rows + 1).tolist()]
        if placed:
            x, y = grid.to_map(np.stack([cols + 0.5, rows + 0.5], axis=1)).T
            columns += [map("{:.10g}".format, x.tolist()), map("{:.10g}".format, y.tolist())]
        file.writelines(f"  {'  '.join(map(str, row))}\n" for row in zip(*columns, strict=True))
    file.write("\n")


def _numbers(comment: str, count: int) -> list[int]:
    """The class numbers that a file of ours names; 1, 2, 3, ... in those of others."""
    said = re.search(r"class numbers: ([\d, ]+)", comment)
    found = [int(n) for n in re.findall(r"\d+", said.group(1))] if said else []
    fits = len(found) == len(set(found)) == count and all(1 <= n <= MAX_CLASS for n in found)
    return found if fits else list(range(1, count + 1))


def _require_few(regions: int, file_name: str) -> None:
    if regions > MAX_CLASS:
        raise HsiError(
            say(
                "{file_name} holds {regions:,} regions, each a class of its own: more than {max_class:,}.",
                file_name=file_name,
                regions=regions,
                max_class=MAX_CLASS,
            ),
            say("Join the regions of a class before you save them."),
        )


def _shapes_of(geometry: ElementTree.Element, number: int, file_name: str) -> list[Shape]:
    shapes = []
    for element in geometry:
        kind = _KINDS.get(str(element.tag))
        if kind is None:
            continue
        rings = [_points(c.text or "", file_name) for c in element.iter("Coordinates")]
        rings = [ring for ring in rings if len(ring)]
        if kind == "polygon" and rings and len(rings[0]) >= 3:
            shapes.append(Shape(number, kind, tuple(_closed(ring) for ring in rings if len(ring) >= 3)))
        elif kind == "line":
            shapes += [Shape(number, kind, (ring,)) for ring in rings if len(ring) >= 2]
        elif kind == "point":
            shapes += [Shape(number, kind, (ring,)) for ring in rings]
    return shapes


def _points(text: str, file_name: str) -> Points:
    try:
        numbers = np.array(text.replace(",", " ").split(), dtype=np.float64)
        return numbers.reshape(-1, 2)
    except ValueError as error:
        raise HsiError(
            say("{file_name} holds coordinates that are no pairs of numbers.", file_name=file_name),
            say("Is the file complete?"),
        ) from error


def _closed(ring: Points) -> Points:
    return ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])


def _polygon_xml(rings: tuple[Points, ...]) -> str:
    parts = []
    for place, ring in enumerate(rings):
        name = "Interior" if place else "Exterior"
        numbers = " ".join(map(repr, ring.ravel().tolist()))
        parts.append(f"<{name}><LinearRing><Coordinates>{numbers}</Coordinates></LinearRing></{name}>")
    return f"      <Polygon>{''.join(parts)}</Polygon>\n"


def _esri_wkt(wkt: str) -> str:
    """The system in the dialect of WKT that ENVI writes; as it is where it cannot be told so."""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        crs = CRS.from_wkt(wkt)
        told = str(crs.to_wkt(version="WKT1_ESRI"))
        return told if CRS.from_wkt(told) == crs or CRS.from_wkt(told).to_epsg() == crs.to_epsg() else wkt
    except CRSError:
        return wkt


def _regions(head: list[str], file_name: str) -> tuple[list[ClassInfo], list[int]]:
    """The classes of a text of regions, and how many pixels each has."""
    names = [line.split(":", 1)[1].strip() for line in head if line.startswith("ROI name:")]
    colors = [line.split(":", 1)[1] for line in head if line.startswith("ROI rgb value:")]
    counts = [line.split(":", 1)[1].strip() for line in head if line.startswith("ROI npts:")]
    if not names or len(counts) != len(names) or not all(c.isdecimal() for c in counts):
        raise HsiError(
            say("{file_name} is no text of ENVI regions: it names no regions.", file_name=file_name),
            say("Export it as ROIs to ASCII."),
        )
    _require_few(len(names), file_name)
    numbers = _numbers(head[0], len(names))
    rgb = [color_from(c) for c in colors] if len(colors) == len(names) else [None] * len(names)
    infos = zip(numbers, names, rgb, strict=True)
    return [ClassInfo(n, name or default_name(n), c or color_for(n)) for n, name, c in infos], [int(c) for c in counts]


def _size(head: list[str]) -> tuple[int, int] | None:
    """Rows and columns of the scene, which the file names as columns x rows."""
    said = next((m for m in (re.match(r"File Dimensions?: *(\d+) *x *(\d+)", line) for line in head) if m), None)
    return (int(said.group(2)), int(said.group(1))) if said and "0" not in said.groups() else None


def _positions(head: list[str], rows: list[str], file_name: str) -> Points:
    """X and Y of every pixel as they stand in the file."""
    titles = re.findall(r"Map X|Map Y|\S+", next((h for h in reversed(head) if h.split()[:1] in (["ID"], ["X"])), ""))
    if "X" not in titles or "Y" not in titles:
        raise HsiError(
            say("{file_name} holds no pixel positions (columns X and Y).", file_name=file_name),
            say("Export it again, with pixel locations."),
        )
    at = titles.index("X"), titles.index("Y")
    try:
        found = [[float(words[at[0]]), float(words[at[1]])] for words in map(str.split, rows)]
    except (IndexError, ValueError) as error:
        raise HsiError(
            say("{file_name} holds a line without a pixel position.", file_name=file_name), say("Is the file complete?")
        ) from error
    return np.array(found, dtype=np.float64).reshape(-1, 2)
