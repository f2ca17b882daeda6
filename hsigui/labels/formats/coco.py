"""Labels of images as COCO JSON, which CVAT, Roboflow (`_annotations.coco.json`) and many others export.

Source: cocodataset.org, "Data format": `images` (id, file_name, height, width), `categories` (id, name), `annotations`
(image_id, category_id, `segmentation` as lists of x, y, or run lengths down the columns, plain or packed as text by
`maskApi.c` of the COCO API, and `bbox`: left, top, width, height).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hsigui import stopping, untrusted
from hsigui.cube.limits import require_text
from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, ClassInfo, ClassTable, color_for, default_name
from hsigui.labels.formats import image_labels, json_pieces
from hsigui.labels.formats.attributes import color_from
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape
from hsigui.texts import say, say_number

_KEYS = (b'"images"', b'"annotations"', b'"categories"')
_LONGEST_RUN = 12  # letters of one number, of 5 bits each


def is_coco(path: Path) -> bool:
    """Whether a JSON file is one of COCO."""
    ends = image_labels.ends_of(path)
    return sum(key in ends for key in _KEYS) >= 2 and b'"FeatureCollection"' not in ends


def read_coco(path: Path, variable: str | None = None, grid: Grid | None = None) -> LabelledShapes:
    """Reads the annotations of one image; class numbers are those of the categories, one higher where 0 is one.

    Args:
        variable: file name of the image, where the file has several of the scene's size.
        grid: the scene, whose size says which image is meant.

    Raises:
        AmbiguousLabels: several images could be the scene.
        HsiError: the file is damaged, or has no image of the scene's size.
    """
    content = _loaded(path)
    images = [
        image_labels.Image(i.get("id"), untrusted.plain(str(i.get("file_name") or i.get("id"))),
                          *image_labels.size_of(i.get("height"), i.get("width"), path.name))
        for i in _rows(content, "images", path.name)
    ]  # fmt: skip
    image = image_labels.chosen_image(images, variable, grid, path.name)
    image_labels.require_size(image.rows, image.cols, grid, path.name)
    own = [a for a in _rows(content, "annotations", path.name) if a.get("image_id") == image.key]
    shift, classes, notes = _classes(content, own, path.name)
    shapes: list[Shape] = []
    told = Counter[str]()
    for one in own:
        stopping.check()
        number = _number(one.get("category_id")) + shift
        found = list(_shapes(one.get("segmentation"), number, image, path.name))
        if not found and isinstance(one.get("bbox"), list) and len(one["bbox"]) == 4:
            corner, size = image_labels.points_of(one["bbox"], path.name)
            found = [shape for shape in [image_labels.box(number, corner, corner + size)] if shape]
            told["boxes"] += 1
        shapes += found
        told["nothing"] += not found
    if told["boxes"]:
        notes += (
            say_number(
                "{count:,} annotation has a box only: all of it is labelled.",
                "{count:,} annotations have a box only: all of it is labelled.", told["boxes"],
            ),
        )  # fmt: skip
    if told["nothing"]:
        notes += (
            say_number(
                "{count:,} annotation without a shape is left out.",
                "{count:,} annotations without a shape are left out.", told["nothing"],
            ),
        )  # fmt: skip
    if len(images) > 1:
        notes += (say("Of {count:,} images of {name}, “{image}” was read.", count=len(images), name=path.name,
                      image=image.name),)  # fmt: skip
    return LabelledShapes(tuple(shapes), classes, None, "pixels", Grid(image.rows, image.cols), notes)


def _loaded(path: Path) -> dict[str, Any]:
    require_text(path.name, path.stat().st_size)
    try:
        content = json_pieces.object_in(path.read_bytes(), "annotations")
    except ValueError as error:
        raise _no_coco(path.name, untrusted.reason_of(error)) from error
    if not isinstance(content, dict):
        raise _no_coco(path.name, say("it is no object"))
    return content


def _rows(content: dict[str, Any], key: str, file_name: str) -> list[dict[str, Any]]:
    found = content.get(key, [])
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise _no_coco(file_name, say("“{key}” is no list of objects", key=key))
    return found


def _no_coco(name: str, reason: str) -> HsiError:
    return HsiError(say("{name} is no COCO file: {reason}.", name=name, reason=reason), say("Is it complete?"))


def _classes(
    content: dict[str, Any], own: list[dict[str, Any]], file_name: str
) -> tuple[int, ClassTable, tuple[str, ...]]:
    """How much higher class numbers are than those of the categories, the classes, and what to say."""
    used = {_number(one.get("category_id")) for one in own}
    shift = int(0 in used)
    if used and (min(used) < 0 or max(used) + shift > MAX_CLASS):
        raise _no_coco(file_name, say("an annotation names no category"))
    infos: dict[int, ClassInfo] = {}
    for row in _rows(content, "categories", file_name):
        number = _number(row.get("id")) + shift
        if 1 <= number <= MAX_CLASS:
            name = untrusted.plain(str(row.get("name") or "").strip()) or default_name(number - shift)
            infos.setdefault(number, ClassInfo(number, name, color_from(row.get("color")) or color_for(number)))
    for number in sorted(used):
        infos.setdefault(number + shift, ClassInfo(number + shift, default_name(number), color_for(number + shift)))
    said = say("0 is a class of {name}: class numbers are one higher than in the file.", name=file_name)
    return shift, ClassTable(tuple(infos.values())), (said,) if shift else ()


def _number(value: Any) -> int:
    """The number of a category; -1 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_CLASS else -1


def _shapes(segmentation: Any, number: int, image: image_labels.Image, file_name: str) -> Iterator[Shape]:
    if isinstance(segmentation, dict):
        rows, cols = image_labels.size_of(*_pair(segmentation.get("size")), file_name)
        if (rows, cols) != (image.rows, image.cols):
            raise _no_coco(file_name, say("a mask has another size than its image"))
        counts = segmentation.get("counts")
        runs = _unpacked(counts, file_name) if isinstance(counts, str) else counts
        if not isinstance(runs, list):
            raise _no_coco(file_name, say("a mask is damaged"))
        yield from image_labels.mask(number, image_labels.of_runs(runs, rows, cols, file_name, by_columns=True))
    elif isinstance(segmentation, list):
        for part in segmentation:
            found = image_labels.polygon(number, image_labels.points_of(part, file_name))
            if found is not None:
                yield found


def _pair(size: Any) -> tuple[Any, Any]:
    return (size[0], size[1]) if isinstance(size, list) and len(size) == 2 else (0, 0)


def _unpacked(text: str, file_name: str) -> list[int]:
    """The run lengths of a text: five bits a letter from “0” on, the sixth bit for “more”; from the fourth on each is
    told by what it differs from the one before the last."""
    runs: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift > 5 * _LONGEST_RUN:
            raise _no_coco(file_name, say("a mask is damaged"))
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            if bits & 0x10:
                value |= -1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    return runs
