"""What lies over the composite of a scene, as JSON, and back. Files of lines are kept by their paths."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsigui.document.overlays import Overlay

WIDEST = 100.0  # logical pixels


def overlay_to_json(overlay: Overlay, folder: Path) -> dict[str, Any]:
    """A layer as values of JSON.

    Args:
        folder: of the project; a file of lines is found by its path from there, too.
    """
    values: dict[str, Any] = {
        "id": overlay.id, "title": overlay.title, "visible": overlay.visible, "opacity": round(overlay.opacity, 3),
    }  # fmt: skip
    if overlay.path is None:
        return values
    try:
        relative = Path(os.path.relpath(overlay.path, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    return values | {
        "path": str(overlay.path.absolute()), "relative": relative, "layer": overlay.layer,
        "color": list(overlay.color), "width": overlay.width,
    }  # fmt: skip


def overlay_from_json(values: Mapping[str, Any], folder: Path) -> Overlay:
    """A layer of what `overlay_to_json` wrote. Its file is looked for beside the project first, then where it was.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is none.
    """
    opacity = float(values["opacity"])
    if not 0 <= opacity <= 1:
        raise ValueError("no opacity")
    plain = Overlay(str(values["id"]), str(values["title"]), bool(values["visible"]), opacity)
    if not values.get("path"):
        return plain
    beside = folder / str(values["relative"]) if values["relative"] else None
    path = beside if beside is not None and beside.is_file() else Path(str(values["path"]))
    red, green, blue = (min(max(int(value), 0), 255) for value in values["color"])
    width = float(values["width"])
    if not 0 < width <= WIDEST:
        raise ValueError("no width")
    return Overlay(plain.id, plain.title, plain.visible, opacity, path, str(values["layer"]), (red, green, blue), width)
