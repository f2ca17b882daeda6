"""Scenes named on the command line, in a list (`--manifest`), or in both."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.console import run_with_progress, tell, tell_all
from hsigui.commands.reading import reading
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline import batch, manifest
from hsigui.pipeline.manifest import Entry, Unreadable
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from collections.abc import Callable


def entries_of(arguments: argparse.Namespace, *, patterns: bool = False) -> tuple[Entry, ...]:
    """The scenes of the command line, then those of the list.

    Args:
        patterns: names on the command line may be patterns.

    Raises:
        HsiError: the list cannot be read, names a scene that the command line names, too, or there is no scene.
    """
    named = batch.found(arguments.cubes) if patterns else tuple(map(Path, arguments.cubes))
    found = [Entry(path) for path in named]
    if arguments.manifest is not None:
        listed = manifest.read_manifest(arguments.manifest)
        tell_all(listed.notes)
        before = {entry.path.resolve() for entry in found}
        if twice := [entry for entry in listed.entries if entry.path.resolve() in before]:
            raise HsiError(
                say("{name} stands in the list already.", name=twice[0].path.name), say("Name each scene once.")
            )
        found += listed.entries
    if not found:
        arguments.refuse(say("CUBE is required, or --manifest"))
    return tuple(found)


def with_masks_of_list(arguments: argparse.Namespace, entries: Sequence[Entry]) -> None:
    """Keeps which scene has a mask of its own in the list, for `mask.given_masks`."""
    masks = {str(e.path.resolve()): str(e.mask) for e in entries if e.mask is not None}
    arguments.masks_of_scenes = masks


def alone(arguments: argparse.Namespace, path: Path) -> dict[str, object]:
    """What the command line of one scene has in place of the list, for `canonical`: its mask by name."""
    own: str | None = arguments.masks_of_scenes.get(str(path.resolve()))
    masks = [*(arguments.masks or ()), *([] if own is None else [own])]
    return {"manifest": None, "masks": masks or None}


def opened(
    arguments: argparse.Namespace, entries: Sequence[Entry], fits: Callable[[Cube], object]
) -> tuple[tuple[Entry, ...], list[Cube]]:
    """The scenes with their headers read, and no more of them than that. Those that cannot be opened, or do not fit,
    are told and left out where that was asked for.

    Args:
        fits: raises `HsiError` for a scene that is of no use here.

    Raises:
        HsiError: scenes cannot be opened, or none is left; each is named with the reason.
    """

    def work(ctx: Context) -> tuple[list[tuple[Entry, Cube]], list[Unreadable]]:
        def told(number: int, count: int, name: str) -> None:
            ctx.progress(number, count, say("Opening the scenes, {name}", name=name))

        return manifest.opened(entries, told, reading(arguments), fits)

    found, bad = run_with_progress(work, say("Opening the scenes"))
    if bad and not arguments.skip_unreadable:
        raise manifest.refusal(bad, len(entries))
    for each in bad:
        tell(say("left out, {scene}", scene=each))
    if bad:
        tell(say_number("1 scene is left out of {all}", "{count} scenes are left out of {all}", len(bad),
                        all=len(entries)))  # fmt: skip
    if not found:
        raise manifest.refusal(bad, len(entries))
    return tuple(entry for entry, _ in found), [cube for _, cube in found]


def told_of_labels(entries: Sequence[Entry]) -> None:
    """Says that labels of a list are not used, where there are some."""
    if any(entry.labels is not None for entry in entries):
        tell(say("The labels of the list are not used here: nothing is learned from them."))
