"""Bands marked bad, by name or as they are proposed, and those that are marked left out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hsigui import stopping
from hsigui.cube.cube import Cube
from hsigui.cube.picked_bands import PickedBands
from hsigui.errors import HsiError
from hsigui.preparing.bad_bands import BadBand, proposed_bad_bands
from hsigui.preparing.by_spectrum import require_good
from hsigui.preparing.cut import bands_meant
from hsigui.preparing.step import info_of_bands
from hsigui.texts import say, say_number

PROPOSED, NONE = "proposed", "none"
_NAMED = 8  # bands whose reasons are told


@dataclass(frozen=True)
class MarkBad:
    """Bands marked bad, beside those that are; their samples stay.

    Attributes:
        asked: numbers from 1, ranges, wavelengths and names, as `Bands` takes them, each an entry; "proposed" for those
            that look bad in samples of the scene (see `proposed_bad_bands`).
        said: a note for the cube.
    """

    asked: tuple[str, ...] = (PROPOSED,)
    said: str = ""

    @property
    def told(self) -> str:
        return f'--mark-bad "{",".join(self.asked) or NONE}"'

    def settled(self, cube: Cube) -> MarkBad:
        """The step with the numbers of the bands that are proposed in the place of that word. Looks at samples."""
        if PROPOSED not in self.asked:
            return self
        found = proposed_bad_bands(cube, stopping.check)
        named = tuple(text for text in self.asked if text != PROPOSED)
        return replace(self, asked=(*named, *_ranges([bad.band + 1 for bad in found])), said=_told(found))

    def on(self, cube: Cube) -> Cube:
        """The cube with these marks.

        Raises:
            HsiError: a text means no band, or no band would be left.
        """
        step = self.settled(cube)
        bad = cube.is_bad
        bad[[n for text in step.asked for n in bands_meant(cube, text)]] = True
        if bad.all():
            raise HsiError(
                say("Every band would be bad: nothing would be left to work with."), say("Leave at least one band.")
            )
        notes = (*cube.info.notes, *([step.said] if step.said else []))
        marks = tuple(bad.tolist()) if bad.any() else cube.info.bad_bands
        return cube.with_info(replace(cube.info, bad_bands=marks, notes=notes))


@dataclass(frozen=True)
class DropBad:
    """The bands that are not marked bad."""

    @property
    def told(self) -> str:
        return "--drop-bad"

    def on(self, cube: Cube) -> Cube:
        """The cube of these bands, in their order.

        Raises:
            HsiError: all are marked bad.
        """
        good = require_good(cube)
        return cube.over(lambda source: PickedBands(source, good), info_of_bands(cube.info, cube.bands, good.tolist()))


def marks_of(text: str) -> MarkBad:
    """The step of a text: bands with commas, "proposed", or "none".

    Raises:
        HsiError: it names no band.
    """
    named = tuple(part.strip() for part in text.split(",") if part.strip())
    if not named:
        raise HsiError(say("No band is named."), say("Name some, such as 1350-1420 nm,12, or write proposed."))
    return MarkBad(tuple(name for name in named if name != NONE))


def _ranges(numbers: list[int]) -> list[str]:
    """Rising numbers as ranges such as "104-108"."""
    found: list[str] = []
    for run in np.split(np.array(numbers, dtype=int), np.flatnonzero(np.diff(numbers) > 1) + 1):
        if len(run):
            found.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return found


def _told(found: tuple[BadBand, ...]) -> str:
    if not found:
        return say("No band looks bad: none is marked.")
    first = "; ".join(say("{band}: {told}", band=bad.band + 1, told=bad.told) for bad in found[:_NAMED])
    more = len(found) - _NAMED
    first += say("; and {count} more", count=more) if more > 0 else ""
    return say_number("1 band looks bad: {first}.", "{count} bands look bad: {first}.", len(found), first=first)
