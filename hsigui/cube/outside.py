"""Files that a scene names outside its own folder: read only where the user said so, which is remembered for the file.

A virtual raster or an HDF5 file can name any file of the machine, and who opens a scene that was sent to him does not
expect his other files in it. The choice is kept by path and content: another file in its place is asked about anew.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.saving import written_beside
from hsigui.settings import config_folder
from hsigui.texts import say

KEPT = 500  # choices; the oldest are dropped
_FORMAT, _LOOKED_AT = 1, 2**20

_said = {"as needed": False}


class LeadsOutside(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """A file names another outside its folder; the user may allow it.

    Attributes:
        path: the file that was opened.
        named: the other, as it is named there.
    """

    def __init__(self, path: Path, named: str) -> None:
        super().__init__(
            say("{name} names {named}, a file outside its folder.", name=path.name, named=named),
            say(
                "If you trust it, allow it (in commands with --outside-files); else put the files that it is "
                "made of into its folder or below."
            ),
        )
        self.path = path
        self.named = named


def require_inside(found: Path, path: Path, named: str) -> None:
    """Refuses a file that does not lie in the folder of the one that names it or below, symbolic links followed.

    Args:
        found: the file, without symbolic links.
        path: the file that the user opened.
        named: how the file is named, for the message.

    Raises:
        LeadsOutside: it does not, and the user has not allowed it.
        HsiError: it was allowed just now, and the choice cannot be kept.
    """
    if found.is_relative_to(path.resolve().parent) or allowed(path):
        return
    if not _said["as needed"]:
        raise LeadsOutside(path, named)
    allow(path)


def allow_as_needed(as_needed: bool = True) -> None:
    """From now on files that lead outside are allowed as if the user was asked about each, and said yes."""
    _said["as needed"] = as_needed


def allow(path: Path) -> None:
    """Lets a file lead outside its folder, until it changes.

    Raises:
        HsiError: it cannot be read, or the choice cannot be kept.
    """
    with untrusted.reading(path.name):
        key, state = str(path.resolve()), _state(path)
    entries = _load()
    entries[key] = {"state": state, "used": time.time()}
    newest = sorted(entries.items(), key=lambda item: _used(item[1]))[-KEPT:]
    with written_beside(store_path()) as (scratch,):
        scratch.write_text(json.dumps({"format": _FORMAT, "files": dict(newest)}, indent=1), encoding="utf-8")


def allowed(path: Path) -> bool:
    """Whether the user let this file lead outside its folder, and it has not changed since."""
    try:
        entry = _load().get(str(path.resolve()))
        return isinstance(entry, dict) and entry.get("state") == _state(path)
    except (OSError, ValueError):  # it is gone: reading it tells
        return False


def allowed_files() -> list[Path]:
    """The files that the user let lead outside their folders, the newest choice first; some may have changed since."""
    entries = _load()
    return [Path(key) for key in sorted(entries, key=lambda key: _used(entries[key]), reverse=True)]


def forget() -> None:
    """Takes all choices back: the user is asked again about each file.

    Raises:
        HsiError: they cannot be removed.
    """
    try:
        store_path().unlink(missing_ok=True)
    except OSError as error:
        raise HsiError(
            say("{path} cannot be removed: {reason}.", path=store_path(), reason=error.strerror or error),
            say("Close other programs that have it open, or remove it by hand."),
        ) from error


def store_path() -> Path:
    """The file of the choices, in the folder of the settings."""
    return config_folder() / "outside.json"


def _load() -> dict[str, Any]:
    try:
        content = untrusted.json_of(store_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none was made, or the file is damaged: the user is asked again
        return {}
    files = content.get("files") if isinstance(content, dict) and content.get("format") == _FORMAT else None
    return files if isinstance(files, dict) else {}


def _state(path: Path) -> list[Any]:
    """What tells a file from another in its place: its size, and its beginning, where it says what it is made of."""
    about = path.stat()
    with path.open("rb") as file:
        head = hashlib.sha256(file.read(_LOOKED_AT)).hexdigest()
    return [about.st_size, about.st_mtime_ns, head]


def _used(entry: Any) -> float:
    used = entry.get("used") if isinstance(entry, dict) else None
    return float(used) if isinstance(used, int | float) else 0.0
