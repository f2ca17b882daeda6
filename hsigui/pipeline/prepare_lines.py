"""The command line that prepares a cube as a window did, and what of it the history of the new file tells. No torch."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.pipeline import command_lines as lines
from hsigui.pipeline.repeating import is_nowhere, scene_argument
from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.step import worded
from hsigui.preparing.wish import Joined, Written
from hsigui.texts import say

_ORDER = ("--variable", "--axes", "--size", "--order", "--wavelengths", "--units", "--bad-bands", "--quality",
          "--scale", "--leave-out-bands", "--take-in-bands")  # fmt: skip


def prepare_lines(
    cube: Cube, joined: Joined, steps: Sequence[ChosenStep], written: Written, out: Path
) -> tuple[str, ...]:
    """Command lines that write the file.

    Raises:
        HsiError: the scene is in no file, or is read in a way of its own where further files are not.
    """
    if is_nowhere(cube):
        raise HsiError(say("The scene {name} is in no file.", name=cube.name), say("Save it first."))
    scene = scene_argument(cube)
    if joined.files and scene.reading:
        raise HsiError(
            say("The scene is read in a way of its own, and a command reads all its files alike."),
            say("Save the scene by itself first, and put that file together with the others."),
        )
    words = [
        "hsigui", "prepare", *scene.words, *map(str, joined.files), str(out), *scene.reading, *joined.words,
        *(word for step in steps if step.on for word in step.words), *written.words,
    ]  # fmt: skip
    return (*([] if cube.path is not None else [lines.demo(cube.name)]), shlex.join(words))


def with_reading(cube: Cube) -> Cube:
    """The cube with how it was read in its history, as `hsigui prepare` notes it, where its file does not say it."""
    words = reading_words(cube)
    return cube.with_info(replace(cube.info, history=(*cube.info.history, words))) if words else cube


def reading_words(cube: Cube) -> str:
    """How a cube was read, as options of a command; empty where that is as its file says."""
    given = scene_argument(cube).reading
    pairs = dict(zip(given[::2], given[1::2], strict=True))
    for option in ("--leave-out-bands", "--take-in-bands"):
        if option in pairs:
            pairs[option] = ",".join(map(str, _numbers(pairs[option])))
    if "--scale" in pairs:
        pairs["--scale"] = str(float(pairs["--scale"]))
    return " ".join(f"{option} {worded(pairs[option])}" for option in _ORDER if option in pairs)


def _numbers(text: str) -> list[int]:
    """Those of a list of runs such as "1,3-5"."""
    runs = (part.partition("-") for part in text.split(","))
    return [number for first, _, last in runs for number in range(int(first), int(last or first) + 1)]
