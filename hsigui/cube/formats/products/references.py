"""White and dark references that makers' programs put beside a raw scene, found by their names; and exposure times.

Sources: Specim (Lumo recorder, IQ Studio): in the folder `capture`, NAME.hdr with WHITEREF_NAME.hdr, DARKREF_NAME.hdr
and, where the white reference was taken at another time, WHITEDARKREF_NAME.hdr; `tint` is the integration time.
Headwall (Hyperspec III): whiteReference.hdr and darkReference.hdr in the folder of raw.hdr, NAME_whiteReference.hdr and
NAME_darkReference.hdr where scenes share a folder (PlantCV, hyperspectral calibration).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hsigui import untrusted
from hsigui.texts import say

# What counts how long the light was gathered; units differ, so only times of one key are compared.
_TIMES = ("tint", "integration time", "exposure time", "exposure", "shutter")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Maker:
    """How a maker's program names references; {name} is that of the scene.

    Attributes:
        white, dark: names of headers without their ending; of the scene's own dark lines.
        white_dark: of the dark lines that go with the white reference; empty where there are none.
    """

    title: str
    white: str
    dark: str
    white_dark: str = ""


MAKERS = (
    Maker("Specim", "WHITEREF_{name}", "DARKREF_{name}", "WHITEDARKREF_{name}"),
    Maker("Headwall", "{name}_whiteReference", "{name}_darkReference"),
    Maker("Headwall", "whiteReference", "darkReference"),
)
_FOLDERS = ("", "capture")  # beside the scene, or where Specim keeps what the camera recorded


@dataclass(frozen=True)
class FoundReferences:
    """The headers of references beside a scene; None for what is not there.

    Attributes:
        maker: who names them so.
        white, dark: of the panel and of the closed shutter.
        white_dark: of the closed shutter when the panel was recorded.
    """

    maker: str
    white: Path
    dark: Path | None = None
    white_dark: Path | None = None

    @property
    def names(self) -> str:
        """Of their files."""
        return ", ".join(path.name for path in (self.white, self.dark, self.white_dark) if path is not None)

    @property
    def told(self) -> str:
        """Which they are, in a sentence."""
        return say("White and dark references as {maker} names them: {names}.", maker=self.maker, names=self.names)


def references_beside(path: Path) -> FoundReferences | None:
    """The references of a scene of which header or data file is named; None where there is no white one, or the scene
    is a reference itself."""
    name = path.name[: -len(path.suffix)] if path.suffix else path.name
    for maker in MAKERS:
        if any(_is_named(name, form) for form in (maker.white, maker.dark, maker.white_dark) if form):
            return None
    for maker in MAKERS:
        for folder in _FOLDERS:
            white, dark, white_dark = (
                _there(path.parent / folder / f"{form.format(name=name)}.hdr") if form else None
                for form in (maker.white, maker.dark, maker.white_dark)
            )
            if white is not None:
                return FoundReferences(maker.title, white, dark, white_dark)
    return None


def names_known() -> tuple[str, ...]:
    """What white references are called beside a scene NAME.hdr."""
    return tuple(f"{maker.white.format(name='NAME')}.hdr" for maker in MAKERS)


def exposures(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[float, float] | None:
    """How long two headers say that light was gathered, in one unit; None where one of them does not."""
    for key in _TIMES:
        times = [_time(fields.get(key, "")) for fields in (one, other)]
        if times[0] is not None and times[1] is not None:
            return times[0], times[1]
    return None


def _time(text: str) -> float | None:
    found = _NUMBER.search(text)
    time = float(found.group()) if found else 0.0
    return time if time > 0 else None


def _is_named(name: str, form: str) -> bool:
    begin, _, end = form.casefold().partition("{name}")
    return name.casefold().startswith(begin) and name.casefold().endswith(end)


def _there(path: Path) -> Path | None:
    return path if untrusted.is_file(path) else None
