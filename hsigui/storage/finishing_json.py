"""The last hand at a scene's maps as entries of a project file, and back. Of what is painted the box around it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hsigui.document.finished import ChosenStep, KeptFinishing
from hsigui.storage.packing import packed, unpacked

Name = tuple[str, str]  # the part of the file, and the entry in it
PART = "finishing"


def finishing_to_entries(kept: KeptFinishing) -> dict[Name, str | bytes | None]:
    """What a file is to have of it; None for what it is not to have."""
    if kept.empty:
        return {(PART, "about"): None, (PART, "painted"): None}
    about = {"steps": [step.to_json() for step in kept.steps], "shown": kept.shown, "box": list(kept.box)}
    painted = None if kept.painted is None else packed(kept.painted)
    return {(PART, "about"): json.dumps(about), (PART, "painted"): painted}


def finishing_from(entries: Mapping[Name, Any], shape: tuple[int, int]) -> KeptFinishing:
    """It, from the entries of a scene; empty where there is none, as versions before did not write it.

    Args:
        shape: rows and columns of the scene.

    Raises:
        ValueError, TypeError, KeyError, AttributeError, zlib.error: another version of the program wrote it.
    """
    about, content = entries.get((PART, "about")), entries.get((PART, "painted"))
    if about is None:
        return KeptFinishing()
    values = json.loads(about)
    steps = tuple(ChosenStep.from_json(step) for step in values["steps"])
    if content is None:
        return KeptFinishing(steps, bool(values["shown"]))
    top, left, bottom, right = (int(value) for value in values["box"])
    if not (0 <= top < bottom <= shape[0] and 0 <= left < right <= shape[1]):
        raise ValueError("a box beside the scene")
    painted = unpacked(content, (bottom - top, right - left))
    return KeptFinishing(steps, bool(values["shown"]), (top, left, bottom, right), painted)
