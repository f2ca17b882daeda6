"""How files were read the last time: import choices, kept in the user's configuration, never in the files."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hsigui.cube.choice import ImportChoice
from hsigui.cube.saving import written_beside
from hsigui.errors import HsiError
from hsigui.settings import config_folder

FORMAT = 1
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
        raise HsiError(f"{path} cannot be read: {error.strerror}.", "Open the scene again.") from error
    entries = _load()
    entries[key] = {"choice": asdict(choice), "state": state, "used": time.time()}
    kept = sorted(entries.items(), key=lambda item: _used(item[1]))[-KEPT:]
    target = store_path()
    with written_beside(target) as (scratch,):
        scratch.write_text(json.dumps({"format": FORMAT, "imports": dict(kept)}, indent=1), encoding="utf-8")


def recall(path: str | Path) -> ImportChoice | None:
    """How this file was read the last time; None when that is not known or the file has changed since."""
    path = Path(path)
    try:
        key, state = _key(path), _state(path)
    except OSError:  # the file is gone: nothing is known of it
        return None
    entry = _load().get(key)
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
    entries = _load()
    if entries.pop(_key(Path(path)), None) is not None:
        with written_beside(store_path()) as (scratch,):
            scratch.write_text(json.dumps({"format": FORMAT, "imports": entries}, indent=1), encoding="utf-8")


def _key(path: Path) -> str:
    return str(path.expanduser().resolve())


def _state(path: Path) -> list[int]:
    found = path.expanduser().stat()
    return [found.st_size, found.st_mtime_ns]


def _used(entry: Any) -> float:
    used = entry.get("used") if isinstance(entry, dict) else None
    return float(used) if isinstance(used, int | float) else 0.0


def _load() -> dict[str, Any]:
    """All entries; none when there is no file or it cannot be understood: a choice is soon made again."""
    try:
        content = json.loads(store_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = content.get("imports") if isinstance(content, dict) and content.get("format") == FORMAT else None
    return entries if isinstance(entries, dict) else {}
