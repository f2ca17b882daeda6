"""`hsigui mask`: pixels of a scene that are masked out, as a file; and masks that other commands are given."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from pathlib import Path

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell_all
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.asked import step_of
from hsigui.masks.files import SUFFIXES, read_mask
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe
from hsigui.masks.using import uses_of
from hsigui.texts import say


def mask(arguments: argparse.Namespace) -> None:
    """Makes a mask and writes it, with its record.

    Raises:
        HsiError: there is no step, one does not fit the scene, or a file cannot be read or written.
    """
    out: Path = arguments.out
    recipe = MaskRecipe(tuple(step_of(name, text) for name, text in arguments.steps))
    check_outputs([arguments.cube], [(out, SUFFIXES)])
    if any(str(out.expanduser().resolve()) in step.to_json().get("text", "") for step in recipe.steps):
        raise HsiError(
            say("{path} would overwrite a file that this command reads or writes too.", path=out),
            say("Choose another name."),
        )
    cube = api.open(arguments.cube, **reading(arguments))

    def work(ctx: Context) -> Mask:
        return api.mask(cube, *recipe.steps, name=arguments.name or out.stem, ctx=ctx)

    made = run_with_progress(work, say("Opening {name}", name=cube.name))
    tell_all(made.notes)
    api.save(made, out, command=f"{canonical(arguments, steps=None)} {recipe.told}")
    print(say("{name}: {size} masked out -> {out}", name=made.name, size=made.size_told, out=out))


def given_masks(arguments: argparse.Namespace, cube: Cube, use: str) -> list[Mask]:
    """The masks that a command is given for a use, and that of the scene in a list, each read for the scene.

    Raises:
        HsiError: one is for nothing that the command does, or cannot be read, or is of another size or place.
    """
    found = []
    for text in arguments.masks or ():
        file, uses = uses_of(text)
        require_a_use(arguments)
        if use in (uses or arguments.uses_of_masks):
            found.append(read_mask(file, cube))
    of_list: Mapping[str, str] = getattr(arguments, "masks_of_scenes", {})
    own = None if cube.path is None else of_list.get(str(cube.path.resolve()))
    return found if own is None else [*found, read_mask(own, cube)]


def require_a_use(arguments: argparse.Namespace) -> None:
    """Refuses masks that the command has no use for.

    Raises:
        HsiError: there is one.
    """
    known: tuple[str, ...] = arguments.uses_of_masks
    for text in arguments.masks or ():
        file, uses = uses_of(text)
        if uses and not set(uses) & set(known):
            raise HsiError(
                say("{name} is not for what this command does.", name=Path(file).name),
                say("Write {option}, or leave out the uses.", option=shlex.quote(f"{file}:{','.join(known)}")),
            )
