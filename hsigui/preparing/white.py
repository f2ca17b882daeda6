"""White and dark reference of a text such as "white.hdr --dark dark.hdr --panel 0.99", as the history tells them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.preparing.area import ends_of
from hsigui.preparing.calibrate import Reference, WhiteDark
from hsigui.preparing.forms import AUTO, FORMS
from hsigui.texts import say


def white_of(text: str, scene: Path | str | None = None) -> WhiteDark:
    """The step of a text.

    Args:
        scene: the file of the scene, for "auto"; None where it is in none.

    Raises:
        HsiError: the text does not say one, or a reference is not there or cannot be read.
    """
    white, *more = FORMS["white"].words_of(text) or [""]
    given = dict(zip(more[::2], more[1::2], strict=False))
    dark, white_dark = (reference_of(given[name]) if name in given else None for name in ("--dark", "--white-dark"))
    panel = _panel(given.get("--panel", "1"))
    if white != AUTO:
        return WhiteDark(reference_of(white), dark, panel, white_dark)
    if scene is None:
        raise HsiError(
            say("No references lie beside a scene that is in no file."), say("Name the white reference, or its rows.")
        )
    found = WhiteDark.beside(scene, panel)
    return replace(found, dark=dark or found.dark, white_dark=white_dark or found.white_dark)


def reference_of(text: str) -> Reference:
    """Rows of the scene such as "0:20", or the cube of a file.

    Raises:
        HsiError: it is neither.
    """
    if is_rows(text):
        return ends_of(text)
    if not text.strip():
        raise HsiError(say("No white reference is named."), say("Name a file, or rows of the scene such as 0:20."))
    return open_cube(Path(text).expanduser(), gaps=False)


def is_rows(text: str) -> bool:
    """Whether a text means rows of the scene, not a file."""
    return ":" in text and not text.strip("0123456789: ")


def _panel(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HsiError(
            say("“{text}” is no reflectance.", text=text), say("Give it as a fraction, such as 0.99.")
        ) from None
