"""Labels of CVAT: the XML of its format “CVAT for images 1.1”, and the label map of “Segmentation mask 1.1”.

Source: docs.cvat.ai, "XML annotation format" and "Segmentation Mask": an `image` (name, width, height) holds `polygon`,
`polyline` and `points` (x,y;x,y), `box` (xtl, ytl, xbr, ybr), `ellipse` (cx, cy, rx, ry) and `mask` (left, top, width,
height, runs of pixels along the rows, out and in by turns); a line of `labelmap.txt` is
label:red,green,blue:parts:actions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from hsigui import stopping, untrusted
from hsigui.cube.formats.xml_files import tree_in
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.background import is_no_class
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, Color
from hsigui.labels.formats import image_labels
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape
from hsigui.texts import say, say_number

LABEL_MAP = "labelmap.txt"


def is_cvat(path: Path) -> bool:
    """Whether an XML file is one of CVAT."""
    return b"<annotations" in image_labels.ends_of(path)


def read_cvat(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the shapes of one image; classes are numbered in the order of the labels of the task, else of names.

    Args:
        variable: name of the image, where the file has several of the scene's size.
        grid: the scene, whose size says which image is meant.

    Raises:
        AmbiguousLabels: several images could be the scene.
        HsiError: the file is damaged, or has no image of the scene's size.
    """
    try:
        root = tree_in(path)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise HsiError(
            say("{name} is no XML of CVAT: {reason}.", name=path.name, reason=untrusted.reason_of(error)),
            say("Is the file complete?"),
        ) from error
    if root.tag != "annotations":
        raise HsiError(say("{name} is no XML of CVAT.", name=path.name), say("Export it as CVAT for images 1.1."))
    images = [
        image_labels.Image(element, element.get("name") or element.get("id") or "",
                          *image_labels.size_of(element.get("height"), element.get("width"), path.name))
        for element in root.iterfind("./image")
    ]  # fmt: skip
    image = image_labels.chosen_image(images, variable, grid, path.name)
    image_labels.require_size(image.rows, image.cols, grid, path.name)
    listed = {
        (label.findtext("name") or "").strip(): color_from(label.findtext("color"))
        for label in root.iterfind(".//labels/label")
    }
    drawn = sorted({(shape.get("label") or "").strip() for shape in image.key})
    numbers, classes = image_labels.by_name(
        (name for name in (*listed, *drawn) if name), {name: color for name, color in listed.items() if color}
    )
    shapes: list[Shape] = []
    skipped = 0
    # What lies in front counts: shapes are drawn from the lowest one on.
    for element in sorted(image.key, key=_height):
        stopping.check()
        number = numbers.get((element.get("label") or "").strip(), 0)
        found = list(_shapes(element, number, path.name)) if number else []
        shapes += found
        skipped += not found
    notes: tuple[str, ...] = ()
    if skipped:
        notes = (
            say_number(
                "{count:,} shape without a class or of a kind that is not read is left out.",
                "{count:,} shapes without a class or of a kind that is not read are left out.",
                skipped,
            ),
        )
    return LabelledShapes(tuple(shapes), classes, None, "pixels", Grid(image.rows, image.cols), notes)


def label_map(path: Path) -> tuple[ClassTable, frozenset[Color]]:
    """The classes of the label map of a mask (`labelmap.txt` beside it, or in the folder above), numbered in its order
    from 1, and the colours of what is no class.

    Raises:
        HsiError: it cannot be read.
    """
    found = next((f / LABEL_MAP for f in (path.parent, path.parent.parent) if untrusted.is_file(f / LABEL_MAP)), None)
    if found is None:
        return ClassTable(), frozenset()
    require_text(found.name, found.stat().st_size)
    classes: list[ClassInfo] = []
    none: set[Color] = set()
    for line in found.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        name, _, rest = line.partition(":")
        color = color_from(rest.partition(":")[0])
        if line.lstrip().startswith("#") or color is None or not name.strip() or len(classes) == MAX_CLASS:
            continue
        if is_no_class(name):
            none.add(color)
        elif color not in {info.color for info in classes}:
            classes.append(ClassInfo(len(classes) + 1, name.strip(), color))
    return ClassTable(tuple(classes)), frozenset(none)


def _height(element: ElementTree.Element) -> int:
    said = (element.get("z_order") or "0").strip()
    return int(said) if said.lstrip("-").isdecimal() and len(said) < 10 else 0


def _shapes(element: ElementTree.Element, number: int, file_name: str) -> Iterator[Shape]:
    kind = element.tag
    found: Shape | None = None
    if kind in ("polygon", "polyline", "points"):
        pairs = [pair.split(",") for pair in (element.get("points") or "").split(";") if pair]
        points = image_labels.points_of(pairs, file_name)
        if kind == "polygon":
            found = image_labels.polygon(number, points)
        elif len(points) >= (2 if kind == "polyline" else 1):
            found = Shape(number, "line" if kind == "polyline" else "point", (points,))
    elif kind == "box":
        corners = _numbers(element, ("xtl", "ytl", "xbr", "ybr"), file_name)
        found = image_labels.box(number, corners[0], corners[1])
    elif kind == "ellipse":
        centre, (across, down) = _numbers(element, ("cx", "cy", "rx", "ry"), file_name)
        found = image_labels.ellipse(number, centre, float(across), float(down))
    elif kind == "mask":
        corner, size = _numbers(element, ("left", "top", "width", "height"), file_name)
        left, top = np.clip(corner, -1e9, 1e9).astype(int).tolist()
        rows, cols = image_labels.size_of(float(size[1]), float(size[0]), file_name)
        runs = [run.strip() for run in (element.get("rle") or "").split(",") if run.strip()]
        pixels = image_labels.of_runs(runs, rows, cols, file_name, by_columns=False)
        yield from image_labels.mask(number, pixels, left, top)
    if found is not None:
        yield found


def _numbers(element: ElementTree.Element, names: tuple[str, ...], file_name: str) -> image_labels.Points:
    return image_labels.points_of([element.get(name) or "" for name in names], file_name)
