"""The steps that can be asked for by a word and a text: one row each, in the order in which help lists them."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsigui.errors import HsiError
from hsigui.finishing import words
from hsigui.finishing.classes import Level, Merge, Recode
from hsigui.finishing.naming import pairs_of
from hsigui.finishing.painting import Paint
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import Step
from hsigui.finishing.tables import read_recoding, read_tree
from hsigui.finishing.unclassified import Below, Fill, Masked
from hsigui.labels.background import OF_MASKS
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.texts import say


@dataclass(frozen=True)
class StepRow:
    """A step.

    Attributes:
        option: its word, that of the command line without dashes.
        form: what is given with it, as help writes it; empty for nothing, in brackets where it may be left out.
        title: what it does, in half a sentence.
        step: makes it of the text; the pixels of the map are needed for shapes in files, None where there are none.
    """

    option: str
    form: str
    title: str
    step: Callable[[str, Grid | None], Step]


def _majority(text: str, _: Grid | None) -> Step:
    return Majority(_whole(text))


def _sieve(text: str, _: Grid | None) -> Step:
    smallest, _comma, connectivity = text.partition(",")
    if connectivity and connectivity.strip() not in ("4", "8"):
        raise HsiError(
            say("“{text}” is no size of groups.", text=text),
            say("Give it as 20 (pixels), 500m2 or 0.5ha, with a decimal point; after a comma 4 or 8 may follow."),
        )
    return Sieve(smallest.strip(), int(connectivity) if connectivity else 4)


def _merge(text: str, _: Grid | None) -> Step:
    return Merge(pairs_of(text))


def _recode(text: str, _: Grid | None) -> Step:
    path = _path(text)
    return Recode(*read_recoding(path), str(path))


def _tree(text: str, _: Grid | None) -> Step:
    path, level = _tree_and_level(text)
    return Level(*read_tree(path, level), f"{path}:{level}" if level else str(path))


def _tree_and_level(text: str) -> tuple[Path, str]:
    path = _path(text)
    if path.exists() or ":" not in text:
        return path, ""
    name, _colon, level = text.rpartition(":")
    return _path(name), level.strip()


def _below(text: str, _: Grid | None) -> Step:
    return Below(_number(text))


def _fill(text: str, _: Grid | None) -> Step:
    return Fill(_number(text) if text.strip() else 0.0)


def _mask(text: str, grid: Grid | None) -> Step:
    path = _path(text)
    mask = read_classes(path, grid=grid, background=OF_MASKS).array != 0
    return Masked(mask, str(path), hashlib.sha256(np.packbits(mask).tobytes()).hexdigest())


def _paint(text: str, grid: Grid | None) -> Step:
    path = _path(text)
    found = read_classes(path, grid=grid)
    sha256 = hashlib.sha256(np.ascontiguousarray(found.array, dtype="<u2").tobytes()).hexdigest()
    return Paint(found.array, found.classes, str(path), sha256)


def _path(text: str) -> Path:
    """Whole, because what was done is told to whoever repeats it elsewhere."""
    return Path(text).expanduser().absolute()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise HsiError(say("“{text}” is no whole number.", text=text), say("Write one, such as 3.")) from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise HsiError(say("“{text}” is no number.", text=text), say("Write one, such as 0.6.")) from None


_MAKERS: dict[str, Callable[[str, Grid | None], Step]] = {
    "majority": _majority, "sieve": _sieve, "merge": _merge, "recode": _recode, "tree": _tree, "below": _below,
    "fill": _fill, "mask": _mask, "paint": _paint,
}  # fmt: skip
STEPS = tuple(StepRow(option, form, title, _MAKERS[option]) for option, form, title in words.STEPS)


def step_of(option: str, text: str = "", grid: Grid | None = None) -> Step:
    """The step of a word and a text; files that it names are read.

    Args:
        grid: the pixels of the map, for files of shapes.

    Raises:
        HsiError: there is no such step, the text does not say it, or a file cannot be read.
    """
    row = next((row for row in STEPS if row.option == option), None)
    if row is None:
        raise HsiError(
            say("There is no step {option}.", option=option),
            say("Choose from: {all}.", all=", ".join(row.option for row in STEPS)),
        )
    return row.step(text, grid)


def file_of(option: str, text: str) -> Path | None:
    """The file that the step of a word and a text reads; None where it reads none."""
    form = next((form for word, form, _ in words.STEPS if word == option), "")
    if not form.startswith("FILE"):
        return None
    return _tree_and_level(text)[0] if option == "tree" else _path(text)


def step_from(told: str, grid: Grid | None = None) -> Step:
    """The step of one text, as steps tell themselves: "--majority 3", or "majority 3".

    Args:
        grid: the pixels of the map, for files of shapes.

    Raises:
        HsiError: as `step_of`.
    """
    try:
        option, *values = shlex.split(told)
    except ValueError as error:  # a quote without an end, or nothing
        raise HsiError(
            say("“{text}” is no step.", text=told), say("Write it as hsigui edit takes it, such as --majority 3.")
        ) from error
    return step_of(option.removeprefix("--"), " ".join(values), grid)
