"""In which file the labels of a scene stood last: kept in the user's configuration, so that it can be offered."""

from __future__ import annotations

import time
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.settings import config_folder
from hsigui.storage import kept
from hsigui.storage.band_edits import scene_key

KEPT = 500  # scenes; the ones used longest ago are dropped


def store_path() -> Path:
    """The file of the places, in the folder of the settings."""
    return config_folder() / "labels.json"


def remember(plain: Cube, path: Path) -> None:
    """Keeps where the labels of a scene are, as an absolute path. A scene that is no file is not kept.

    Raises:
        HsiError: the configuration cannot be written.
    """
    if plain.path is None:
        return
    entries = kept.load(store_path(), "labels")
    entries[scene_key(plain)] = {"path": str(path.expanduser().absolute()), "used": time.time()}
    kept.save(store_path(), "labels", entries, KEPT)


def recall(plain: Cube) -> Path | None:
    """Where the labels of a scene stood last; None when that is not known or understood, or it is gone."""
    entry = kept.load(store_path(), "labels").get(scene_key(plain)) if plain.path is not None else None
    name = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name:
        return None
    try:
        return Path(name) if Path(name).exists() else None
    except (OSError, ValueError):  # a share that is away, a name that no file can have
        return None
