"""Steps as they were chosen, each a word and a text: what a window lists, a small file keeps, and a command takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hsigui import saving, untrusted
from hsigui.errors import HsiError
from hsigui.preparing.asked import OFFERED, step_of
from hsigui.preparing.step import Step
from hsigui.texts import say

OFF = "# "  # before a line of a step that is switched off
MOST_BYTES = 1_000_000  # of a file of steps


@dataclass(frozen=True)
class ChosenStep:
    """A step that is asked for.

    Attributes:
        option: its word, see `asked.OFFERED`.
        text: what is given with it.
        on: whether it is done.
    """

    option: str
    text: str = ""
    on: bool = True

    @property
    def words(self) -> list[str]:
        """The words of a command line that ask for it."""
        row = next((row for row in OFFERED if row.option == self.option), None)
        if row is None or not row.form:
            return [f"--{self.option}"]
        first, *more = [self.text] if row.fields is None else row.fields.words_of(self.text) or [""]
        if first.startswith("-"):  # which would be taken for another option
            return [f"--{self.option}={first}", *more]
        return [f"--{self.option}", first, *more]

    @property
    def line(self) -> str:
        """These words as one line."""
        return shlex.join(self.words)

    def made(self, scene: Path | str | None = None) -> Step:
        """The step itself; files that it names are read.

        Args:
            scene: the file of the scene.

        Raises:
            HsiError: the text does not say it, or a file cannot be read.
        """
        return step_of(self.option, self.text, scene)


def chosen_from(told: str) -> ChosenStep:
    """The step of one line, as steps tell themselves: "--rows 10:60", or "rows 10:60".

    Raises:
        HsiError: it is none.
    """
    try:
        first, *rest = shlex.split(told)
    except ValueError:  # a quote without an end, or nothing
        first, rest = "", []
    option, mark, joined = first.removeprefix("--").partition("=")
    if not any(row.option == option for row in OFFERED):
        raise HsiError(
            say("“{text}” is no step.", text=told), say("Write it as hsigui prepare takes it, such as --rows 10:60.")
        )
    return ChosenStep(option, " ".join([joined, *rest] if mark else rest))


def file_text(steps: Iterable[ChosenStep]) -> str:
    """The text of a file of steps: a line each, those that are switched off as remarks."""
    return "".join(f"{'' if step.on else OFF}{step.line}\n" for step in steps)


def steps_in(text: str) -> tuple[ChosenStep, ...]:
    """The steps of such a text; empty lines and other remarks are passed over.

    Raises:
        HsiError: a line is no step; which one is said.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        on = not line.startswith("#")
        told = line.removeprefix("#").strip()
        if not told or not (on or told.startswith("--")):
            continue
        try:
            step = chosen_from(told)
        except HsiError as error:
            raise HsiError(say("Line {number}: {message}", number=number, message=error.message), error.hint) from error
        found.append(ChosenStep(step.option, step.text, on))
    return tuple(found)


def read_steps(path: Path) -> tuple[ChosenStep, ...]:
    """The steps of a file.

    Raises:
        HsiError: it cannot be read, or a line is no step.
    """
    path = path.expanduser()
    try:
        if untrusted.is_file(path) and path.stat().st_size > MOST_BYTES:
            raise HsiError(say("{name} is no list of steps.", name=path.name), say("Choose a small text file."))
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise HsiError(
            say("{name} cannot be read: {reason}.", name=path.name, reason=reason), say("Choose a file of steps.")
        ) from error
    return steps_in(text)


def write_steps(path: Path, steps: Iterable[ChosenStep]) -> None:
    """Writes a file of steps.

    Raises:
        HsiError: it cannot be written.
    """
    saving.write_text(path, file_text(steps))
