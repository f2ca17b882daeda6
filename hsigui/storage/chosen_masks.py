"""Quality masks whose pixels the user left out of scenes: kept in the user's configuration, never in the files."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.settings import config_folder
from hsigui.storage import kept
from hsigui.storage.band_edits import scene_key

KEPT = 500  # scenes; the ones used longest ago are dropped


def store_path() -> Path:
    """The file of the choices, in the folder of the settings."""
    return config_folder() / "masks.json"


def remember(plain: Cube, names: Sequence[str]) -> None:
    """Keeps which masks are applied to a scene, for the next time it is opened; none is forgotten.

    Raises:
        HsiError: the configuration cannot be written.
    """
    if plain.path is None:
        return
    entries = kept.load(store_path(), "masks")
    entries.pop(scene_key(plain), None)
    if names:
        entries[scene_key(plain)] = {"names": [*names], "used": time.time()}
    kept.save(store_path(), "masks", entries, KEPT)


def recall(plain: Cube) -> tuple[str, ...]:
    """The names of the masks that are kept for a scene; none when that is nothing, or cannot be understood."""
    entry = kept.load(store_path(), "masks").get(scene_key(plain)) if plain.path is not None else None
    names = entry.get("names") if isinstance(entry, dict) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return ()
    return tuple(names)
