"""Names of folders from names of scenes, which may be any text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from hsigui.seen import free_name

LONGEST = 120  # bytes
DEVICES = {
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10)),
}  # Windows


def folder_names(names: Iterable[str], kept: Iterable[str] = ()) -> list[str]:
    """A name for a folder for each name, which every file system takes; no two of them alike there.

    Args:
        kept: names that are for something else.
    """
    found: list[str] = []
    taken = {_folded(Path(name)) for name in kept}
    for name in names:
        path = Path(_plain(name) or "unnamed")
        if _folded(path) in taken:
            path = free_name(path, lambda other: _folded(other) in taken)
        taken.add(_folded(path))
        found.append(path.name)
    return found


def _plain(name: str) -> str:
    """A name without what some system does not take in the name of a folder."""
    kept = "".join(c if c.isprintable() and c not in '<>:"/\\|?*' else "_" for c in unicodedata.normalize("NFC", name))
    short = kept.encode()[:LONGEST].decode("utf-8", "ignore").strip(" .")
    return f"{short}_" if short.partition(".")[0].rstrip().upper() in DEVICES else short


def _folded(path: Path) -> str:
    return path.name.casefold()
