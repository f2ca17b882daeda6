"""Labels that labelme draws on an image: a JSON file with shapes and the size of the image.

Source: labelme 5 (github.com/wkentaro/labelme), `labelme/label_file.py` and `labelme/shape.py`: `shapes` with `label`,
`points`, `shape_type` (polygon, rectangle, oriented_rectangle, circle: centre and a point of its rim, line, linestrip,
point, points, mask: a PNG in base 64 between two corners), `imageHeight`, `imageWidth`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hsigui import stopping, untrusted
from hsigui.cube.limits import require_room, require_text
from hsigui.errors import HsiError
from hsigui.labels.formats import image_labels, json_pieces
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape
from hsigui.texts import say, say_number

_NO_CLASS = ("__ignore__", "_background_")  # by labelme's own scripts


def is_labelme(path: Path) -> bool:
    """Whether a JSON file is one of labelme."""
    ends = image_labels.ends_of(path)
    return b'"shapes"' in ends and any(key in ends for key in (b'"imageHeight"', b'"imagePath"', b'"imageWidth"'))


def read_labelme(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the shapes of an image; classes are numbered in the order of names.

    Args:
        variable: unused, a file has one image.
        grid: the scene, which must be of the size of the image.

    Raises:
        HsiError: the file is damaged, or does not say how large its image is.
    """
    require_text(path.name, path.stat().st_size)
    try:
        content = json_pieces.object_in(path.read_bytes(), "shapes")
    except ValueError as error:
        raise _no_labelme(path.name, untrusted.reason_of(error)) from error
    listed = content.get("shapes") if isinstance(content, dict) else None
    if not isinstance(listed, list) or not all(isinstance(shape, dict) for shape in listed):
        raise _no_labelme(path.name, say("it has no list of shapes"))
    rows, cols = image_labels.size_of(content.get("imageHeight"), content.get("imageWidth"), path.name)
    image_labels.require_size(rows, cols, grid, path.name)
    named = [(untrusted.plain(str(shape.get("label") or "").strip()), shape) for shape in listed]
    numbers, classes = image_labels.by_name(sorted({name for name, _ in named if name} - {*_NO_CLASS}))
    shapes: list[Shape] = []
    skipped = 0
    for name, shape in named:
        stopping.check()
        found = list(_shapes(shape, numbers[name], path.name)) if name in numbers else []
        shapes += found
        skipped += not found
    notes: tuple[str, ...] = (
        say("{file_name} names classes without numbers: they are numbered in the order of names.", file_name=path.name),
    )
    if skipped:
        notes += (
            say_number(
                "{count:,} shape without a class or of a kind that is not read is left out.",
                "{count:,} shapes without a class or of a kind that is not read are left out.",
                skipped,
            ),
        )
    return LabelledShapes(tuple(shapes), classes, None, "pixels", Grid(rows, cols), notes)


def _no_labelme(name: str, reason: str) -> HsiError:
    return HsiError(say("{name} is no file of labelme: {reason}.", name=name, reason=reason), say("Is it complete?"))


def _shapes(shape: dict[str, Any], number: int, file_name: str) -> Iterator[Shape]:
    kind = str(shape.get("shape_type") or "polygon")
    points = image_labels.points_of(shape.get("points") or [], file_name)
    found: Shape | None = None
    if kind in ("polygon", "oriented_rectangle") or (kind == "rectangle" and len(points) > 2):
        found = image_labels.polygon(number, points)
    elif kind == "rectangle" and len(points) == 2:
        found = image_labels.box(number, points[0], points[1])
    elif kind == "circle" and len(points) == 2:
        radius = float(np.hypot(*(points[1] - points[0])))
        found = image_labels.ellipse(number, points[0], radius, radius)
    elif kind in ("line", "linestrip") and len(points) >= 2:
        found = Shape(number, "line", (points,))
    elif kind in ("point", "points") and len(points):
        found = Shape(number, "point", (points,))
    elif kind == "mask" and len(points) == 2:
        yield from _mask(shape.get("mask"), number, points, file_name)
    if found is not None:
        yield found


def _mask(text: Any, number: int, corners: image_labels.Points, file_name: str) -> Iterator[Shape]:
    """A mask that stands as a PNG in the file, with its upper left corner."""
    from PIL import Image

    try:
        picture = Image.open(io.BytesIO(base64.b64decode(str(text), validate=True)), formats=("PNG",))
        require_room(file_name, picture.height, picture.width, 16)
        pixels = np.asarray(picture.convert("L")) > 0
    except (ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise _no_labelme(file_name, say("a mask is damaged")) from error
    left, top = np.rint(np.clip(np.minimum(corners[0], corners[1]), -1e9, 1e9)).astype(int).tolist()
    yield from image_labels.mask(number, pixels, left, top)
