"""Finds what ships beside the code: icons, templates, help pages."""

from __future__ import annotations

import sys
from pathlib import Path


def resource(*parts: str) -> Path:
    """The path of a file or folder of `resources/`, for example `resource("report", "report.html.j2")`.

    Works in a checkout (`resources/` beside the package), in an installed wheel (inside the package) and in a frozen
    bundle (below PyInstaller's folder).

    Raises:
        FileNotFoundError: no such resource; it names all places that were searched. The program is then incomplete.
    """
    places = [root.joinpath(*parts) for root in _roots()]
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(f"resource {'/'.join(parts)} in none of {', '.join(map(str, places))}")


def languages_folder() -> Path | None:
    """The folder of the languages that ship with the program; None where none does."""
    try:
        return resource("locale")
    except FileNotFoundError:
        return None


def _roots() -> list[Path]:
    package = Path(__file__).resolve().parent
    # The wheel's place comes before the checkout's: beside an installed package lie the packages of others.
    roots = [package / "resources", package.parent / "resources"]
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle is not None:
        roots = [Path(bundle) / "hsigui" / "resources", Path(bundle) / "resources", *roots]
    return roots
