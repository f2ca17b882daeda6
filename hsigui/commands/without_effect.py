"""Options that would change nothing where they are given: refused, because whoever gives one believes that it does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui import untrusted
from hsigui.commands.canonical import given
from hsigui.cube.open import holds_arrays
from hsigui.errors import HsiError
from hsigui.labels.formats.table import format_of
from hsigui.texts import say

POLYGONS, PICTURES = ("kmz", "kml", "gpkg", "geojson", "shp"), ("png", "jpg", "jpeg", "webp", "kmz")
TIFFS = ("tif", "tiff")
# Options that choose in a file -> where the file is named, the first that is.
_CHOSEN_IN = {
    "variable": ("cubes", "cube", "truth", "map", "source", "path"), "labels_variable": ("labels",),
    "truth_variable": ("truth",), "map_variable": ("map",),
}  # fmt: skip


@dataclass(frozen=True)
class Need:
    """What an option needs to have an effect.

    Attributes:
        option: its name in the parser.
        there: whether that is there.
        why: a sentence of what it is for.
    """

    option: str
    there: bool
    why: str


def require_effect(arguments: argparse.Namespace, needs: Sequence[Need]) -> None:
    """Refuses options that were given and change nothing; that of an array where no file holds several, too.

    Raises:
        HsiError: there is one.
    """
    words = given(arguments)
    for need in (*needs, *_of_variables(arguments)):
        if need.option in words and not need.there:
            raise HsiError(need.why, say("Leave out {option}, or give what it is for.", option=words[need.option]))


def _of_variables(arguments: argparse.Namespace) -> list[Need]:
    """What the options that choose an array, layer or field need: a file that can hold several."""
    found = []
    for option, sources in _CHOSEN_IN.items():
        if getattr(arguments, option, None) is None:
            continue
        named = next((value for name in sources if (value := getattr(arguments, name, None))), None)
        paths = [Path(one) for one in named] if isinstance(named, list | tuple) else [Path(named)] if named else []
        if not paths or any(map(_can_hold_several, paths)):
            continue
        said = say("{name} holds nothing that could be chosen by a name.", name=paths[0].name)
        found.append(Need(option, False, said))
    return found


def _can_hold_several(path: Path) -> bool:
    """Whether a file is of a kind that can hold several arrays, layers, fields or images; yes where it is not known."""
    if not untrusted.is_file(path) or holds_arrays(path):
        return True
    row = format_of(path)
    return row is not None and row.several


def of_filters(arguments: argparse.Namespace, outputs: Sequence[Path]) -> list[Need]:
    """What the options of filters and of cloud-optimised files need."""
    return [
        Need(
            "connectivity", bool(arguments.sieve), say("--connectivity is of the groups of --sieve, and none is given.")
        ),
        of_cloud(outputs),
    ]


def of_cloud(outputs: Sequence[Path]) -> Need:
    """What cloud-optimised files need."""
    return Need("cog", _any(outputs, TIFFS), say("--cog is for GeoTIFF, and none is written."))


def of_export(arguments: argparse.Namespace) -> list[Need]:
    """What the options of an export need."""
    polygons, pictures = (_any(arguments.out, kinds) for kinds in (POLYGONS, PICTURES))
    return [
        *of_filters(arguments, arguments.out),
        Need("simplify", polygons, say("--simplify is for polygons, and none are written.")),
        Need("mmu", polygons, say("--mmu is for polygons, and none are written.")),
        Need("bare", pictures, say("--bare is for pictures, and none is written.")),
    ]


def _any(outputs: Sequence[Path], kinds: Sequence[str]) -> bool:
    return any(path.suffix.lower().removeprefix(".") in kinds for path in outputs)
