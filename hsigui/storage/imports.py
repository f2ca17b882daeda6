"""How files were read the last time: import choices, kept in the user's configuration, never in the files."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

from hsigui.cube.formats.choice import ImportChoice
from hsigui.errors import HsiError
from hsigui.settings import config_folder
from hsigui.storage import kept
from hsigui.texts import say

KEPT = 500  # choices; the ones used longest ago are dropped


def store_path() -> Path:
    """The file of the choices, in the folder of the settings."""
    return config_folder() / "imports.json"


def remember(choice: ImportChoice, path: str | Path) -> None:
    """Keeps how a file is read, until it changes.

    Raises:
        HsiError: the scene's file is gone, or the configuration cannot be written.
    """
    path = Path(path)
    try:
        key, state = _key(path), _state(path)
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror), say("Open the scene again.")
        ) from error
    entries = kept.load(store_path(), "imports")
    entries[key] = {"choice": asdict(choice), "state": state, "used": time.time()}
    kept.save(store_path(), "imports", entries, KEPT)


def recall(path: str | Path) -> ImportChoice | None:
    """How this file was read the last time; None when that is not known or the file has changed since."""
    path = Path(path)
    try:
        key, state = _key(path), _state(path)
    except OSError:  # the file is gone: nothing is known of it
        return None
    entry = kept.load(store_path(), "imports").get(key)
    if not isinstance(entry, dict) or entry.get("state") != state:
        return None
    try:
        return ImportChoice.from_values(entry.get("choice"))
    except HsiError:  # written by another version: the user chooses again
        return None


def forget(path: str | Path) -> None:
    """Drops what is kept for a file.

    Raises:
        HsiError: the configuration cannot be written.
    """
    entries = kept.load(store_path(), "imports")
    if entries.pop(_key(Path(path)), None) is not None:
        kept.save(store_path(), "imports", entries, KEPT)


def _key(path: Path) -> str:
    return str(path.expanduser().resolve())


def _state(path: Path) -> list[int]:
    found = path.expanduser().stat()
    return [found.st_size, found.st_mtime_ns]
