"""Small things kept in the user's configuration, one JSON file a kind: the ones used longest ago are dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.saving import written_beside

FORMAT = 1


def load(path: Path, name: str) -> dict[str, Any]:
    """The entries called `name` in a file; none when there is no file or it cannot be understood."""
    try:
        content = untrusted.json_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    entries = content.get(name) if isinstance(content, dict) and content.get("format") == FORMAT else None
    return entries if isinstance(entries, dict) else {}


def save(path: Path, name: str, entries: dict[str, Any], most: int) -> None:
    """Writes the entries used last, at most so many; each says in `used` when that was, in seconds since the epoch.

    Raises:
        HsiError: the configuration cannot be written.
    """
    kept = sorted(entries.items(), key=lambda item: _used(item[1]))[-most:]
    with written_beside(path) as (scratch,):
        scratch.write_text(json.dumps({"format": FORMAT, name: dict(kept)}, indent=1), encoding="utf-8")


def _used(entry: Any) -> float:
    used = entry.get("used") if isinstance(entry, dict) else None
    return float(used) if isinstance(used, int | float) else 0.0
