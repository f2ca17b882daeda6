"""Command lines that make the masks of something again, and the options that name them. Loads no torch."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui.cube.cube import Cube
from hsigui.cube.masked import masks_told
from hsigui.errors import HsiError
from hsigui.masks.asked import recipe_from
from hsigui.masks.drawn import Drawn, DrawnOn
from hsigui.masks.recipe import MaskRecipe
from hsigui.masks.shaping import Together
from hsigui.masks.sources import ByRecipe
from hsigui.pipeline.command_lines import CubeArgument
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


class UnwrittenMask(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """A mask that is in no file and that no command makes."""


@dataclass
class MaskLines:
    """Masks as command lines.

    Attributes:
        lines: that write the masks.
        words: options that name them, for the command that takes them out of what it sees.
    """

    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def after(self, line: str) -> str:
        """A command line with the options behind it."""
        return f"{line} {shlex.join(self.words)}" if self.words and line else line


def mask_lines(masks: Iterable[Mapping[str, Any]], scene: CubeArgument) -> MaskLines:
    """The masks of one command.

    Args:
        masks: as `masked.masks_told` has them.
        scene: that they are of.

    Raises:
        UnwrittenMask: one was drawn, or by a layer of a recipe, and is in no file.
    """
    found = MaskLines()
    for mask in masks:
        file = str(mask.get("file", ""))
        if file and Path(file).is_file():
            found.lines += [str(line) for line in mask.get("commands", ())]
        else:
            file = _written(str(mask["name"]), recipe_from(mask["steps"]), scene, found.lines)
        found.words += ["--masked", f"{file}:{mask['use']}"]
    found.lines = list(dict.fromkeys(found.lines))
    return found


def with_masks(cube: Cube, scene: CubeArgument, line: str) -> tuple[str, ...]:
    """A command line that takes out of a scene what masks take out of a cube, behind the lines that write them.

    Raises:
        UnwrittenMask: as `mask_lines`.
    """
    found = mask_lines(masks_told(cube), scene)
    return (*found.lines, found.after(line)) if line else ()


def learned_with(encoder: Encoder, scene: CubeArgument, line: str) -> tuple[str, ...]:
    """The same of a training, without what its encoder was not shown by masks.

    Raises:
        UnwrittenMask: as `mask_lines`.
    """
    found = mask_lines(encoder.scene.get("masked_out", {}).get("masks", ()), scene)
    return (*found.lines, found.after(line)) if line else ()


def _written(name: str, recipe: MaskRecipe, scene: CubeArgument, lines: list[str]) -> str:
    """Adds the lines that write a mask; returns its file."""
    steps = []
    for step in recipe.steps:
        if isinstance(step, Drawn | DrawnOn | ByRecipe):
            raise UnwrittenMask(
                say("The mask {name} is in no file, and no command makes it.", name=name),
                say("Export it (Masks panel), then copy again."),
            )
        if isinstance(step, Together) and step.recipe is not None:
            file = _written(step.source, step.recipe, scene, lines)
            step = replace(step, source=file, recipe=None)
        steps.append(step)
    reading = replace(scene, quality=()).reading  # which is a step there, and no way to read
    out = f"mask-{_plain(name)}.tif"
    line = shlex.join(["hsigui", "mask", *map(str, scene.words), out, *_words(steps), "--name", name, *reading])
    lines.append(line)
    return out


def _words(steps: Sequence[Any]) -> list[str]:
    return shlex.split(MaskRecipe(tuple(steps)).told)


def _plain(name: str) -> str:
    """A name as part of a file's."""
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:40] or "1"
