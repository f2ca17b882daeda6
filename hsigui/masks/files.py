"""Masks as files: a class raster of one class, with the recipe inside where the format has room, and beside it.

Stored is 1 for masked out and 0 for not, so that every program reads it; the record beside has the file's name and
`.hsigui.json`: `"format": "hsigui-mask"`, `name`, `recipe` (as options), `steps` (see `MaskRecipe.to_json`), `pixels`,
`area_m2`, `sha256` (of the pixels), `notes` and `commands` (which make the file again).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hsigui import __version__, untrusted
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from hsigui.labels.background import OF_MASKS
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.envi_classes import write_envi
from hsigui.labels.formats.files import Grid, may_hold_shapes, read_classes
from hsigui.labels.formats.table import FORMATS
from hsigui.labels.formats.tiff_classes import write_tiff
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.masks.asked import recipe_from
from hsigui.masks.making import make_mask
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe
from hsigui.masks.sources import ByClasses, ByPolygons
from hsigui.preparing.area import Polygons
from hsigui.saving import written_beside
from hsigui.texts import say

FORMAT = "hsigui-mask"
_ROWS = {row.name: row for row in FORMATS if row.name in ("geotiff", "envi", "numpy")}
SUFFIXES = (*_ROWS["geotiff"].written, *_ROWS["envi"].written, *_ROWS["numpy"].suffixes)
COLOR = (200, 30, 30)


def save_mask(mask: Mask, path: Path, commands: Sequence[str] = ()) -> list[Path]:
    """Writes a mask: GeoTIFF, ENVI or NumPy, as the suffix says, and its record.

    Args:
        commands: command lines that make it again.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix is another, or a file cannot be written.
    """
    path = path.expanduser()
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise HsiError(
            say("{path} does not say in which format to write.", path=path),
            say("End it in one of {endings}.", endings=", ".join(SUFFIXES)),
        )
    numbers, table = mask.masked.astype(np.uint16), ClassTable((ClassInfo(1, say("masked out"), COLOR),))
    about = {"hsigui mask": mask.name, "hsigui recipe": _without_pixels(mask.recipe)}
    if suffix in _ROWS["geotiff"].written:
        written = write_tiff(path, numbers, table, mask.geo, about)
    elif suffix in _ROWS["numpy"].suffixes:
        with written_beside(path) as (beside,), beside.open("wb") as stream:
            np.save(stream, mask.masked.astype(np.uint8))
        written = [path]
    else:
        written = write_envi(path, numbers, table, mask.geo, _in_header(mask))
    record = record_path(path)
    with written_beside(record) as (beside,):
        beside.write_text(json.dumps(_record(mask, commands), indent=1), encoding="utf-8")
    return [*written, record]


def read_mask(path: str | Path, cube: Cube) -> Mask:
    """Reads a mask for a scene: any raster of numbers, of which those other than 0 are masked out, or shapes.

    Its name and recipe are those of the record beside it, where that is of these pixels; else those of the file.

    Raises:
        HsiError: it cannot be read, or is of another size or place.
    """
    path = Path(path).expanduser().resolve()
    if may_hold_shapes(path):
        return replace(make_mask(cube, [ByPolygons(Polygons(path))], quiet(), path.stem), file=str(path))
    found = read_classes(path, grid=Grid(cube.rows, cube.cols, cube.geo), background=OF_MASKS)
    require_same_size(found.array.shape, (cube.rows, cube.cols), path.name)
    require_same_place(found.geo, cube.geo, (cube.rows, cube.cols), path.name)
    masked = np.asarray(found.array != 0)
    mask = Mask.of(path.stem, masked, MaskRecipe((ByClasses(path),)), cube.geo, file=str(path))
    return _known(path, mask) or mask


def record_path(path: Path) -> Path:
    """Where the record of a file stands."""
    return path.with_name(path.name + ".hsigui.json")


def _known(path: Path, mask: Mask) -> Mask | None:
    """The mask with name and recipe by the record beside a file; None where there is none, or of other pixels."""
    try:
        values = untrusted.json_of(record_path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        return None
    if values.get("sha256") != mask.sha256:
        return None
    try:
        name, recipe = str(values["name"]), recipe_from(values["steps"])
    except (HsiError, LookupError):
        return None
    commands = values.get("commands")
    lines = tuple(map(str, commands)) if isinstance(commands, list) else ()
    return replace(mask, name=name, recipe=recipe, commands=lines)


def _record(mask: Mask, commands: Sequence[str]) -> dict[str, Any]:
    rows, cols = mask.shape
    return {
        "format": FORMAT, "program": f"hsigui {__version__}", "name": mask.name, "recipe": mask.recipe.told,
        "steps": mask.recipe.to_json(), "rows": rows, "cols": cols, "pixels": mask.pixels, "area_m2": mask.area,
        "sha256": mask.sha256, "notes": list(mask.notes), "commands": list(commands),
    }  # fmt: skip


def _in_header(mask: Mask) -> str:
    """What the header of ENVI says; braces would end the field."""
    told = f"hsigui mask {mask.name}: {mask.recipe.told}"
    return told.replace("{", "(").replace("}", ")")


def _without_pixels(recipe: MaskRecipe) -> str:
    """The recipe as JSON for a header; what was drawn is in the raster itself."""
    drawn = {"drawn": ("pixels",), "drawn-on": ("more", "fewer")}
    return json.dumps([{**step, **dict.fromkeys(drawn.get(step["step"], ()), "")} for step in recipe.to_json()])
