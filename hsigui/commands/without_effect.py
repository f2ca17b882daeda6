"""Options that would change nothing where they are given: refused, because whoever gives one believes that it does."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui.commands.canonical import given
from hsigui.errors import HsiError
from hsigui.texts import say

POLYGONS, PICTURES = ("kmz", "kml", "gpkg", "geojson", "shp"), ("png", "jpg", "jpeg", "webp", "kmz")
TIFFS = ("tif", "tiff")


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
    """Refuses options that were given and change nothing.

    Raises:
        HsiError: there is one.
    """
    words = given(arguments)
    for need in needs:
        if need.option in words and not need.there:
            raise HsiError(need.why, say("Leave out {option}, or give what it is for.", option=words[need.option]))


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
