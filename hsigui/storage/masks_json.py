"""The masks of a scene as entries of a project file, and back: each by value, and with its recipe."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from hsigui.cube.cube import Geo
from hsigui.document.scene_masks import SceneMask
from hsigui.masks.asked import recipe_from
from hsigui.masks.mask import Mask
from hsigui.masks.words import USES
from hsigui.storage.packing import inflated


def masks_to_json(masks: Sequence[SceneMask]) -> str | None:
    """Masks as text; None for none. The place is that of the scene."""
    return json.dumps([_to_json(each) for each in masks]) if masks else None


def masks_from_json(text: str | None, shape: tuple[int, int]) -> tuple[SceneMask, ...]:
    """What `masks_to_json` wrote; none where there is no text, as in files of versions before.

    Args:
        shape: rows and columns of the scene.

    Raises:
        HsiError, ValueError, TypeError, KeyError: it is another text, or of another scene.
    """
    return tuple(_from_json(values, shape) for values in json.loads(text or "[]"))


def _to_json(each: SceneMask) -> dict[str, Any]:
    mask = each.mask
    return {
        "number": each.number, "name": mask.name, "uses": sorted(each.uses), "color": list(each.color),
        "recipe": mask.recipe.to_json(), "notes": list(mask.notes), "file": mask.file,
        "commands": list(mask.commands), "bits": base64.b64encode(zlib.compress(mask.bits, 6)).decode("ascii"),
    }  # fmt: skip


def _from_json(values: Mapping[str, Any], shape: tuple[int, int]) -> SceneMask:
    bits = inflated(base64.b64decode(values["bits"]), -(-shape[0] * shape[1] // 8))
    mask = Mask(
        str(values["name"]), shape, bits, recipe_from(values["recipe"]), Geo(),
        tuple(map(str, values["notes"])), str(values["file"]), tuple(map(str, values["commands"])),
    )  # fmt: skip
    red, green, blue = (min(255, max(0, int(part))) for part in values["color"])
    uses = frozenset(use for use in map(str, values["uses"]) if use in USES)
    number = int(values["number"])
    if number < 1:
        raise ValueError(f"a mask of number {number}")
    return SceneMask(number, mask, uses, (red, green, blue))
