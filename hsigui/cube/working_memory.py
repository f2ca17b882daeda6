"""How much memory work may take: the option --memory-limit, the variable HSIGUI_MEMORY_LIMIT, or the window's setting.

A limit is of the process, its libraries included. It changes how much is held at once: sides of tiles, rows of blocks,
whether a scene is held or read by windows. Only the last changes numbers of a training, and is said. Without a limit
everything is as large as its own constant says, and a limit that leaves as much room changes nothing.

Beside it stands `limits`: what a *file* may announce before it is refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hsigui.cube.limits import machine_memory, state_of_settings
from hsigui.errors import HsiError
from hsigui.settings import SettingsStore
from hsigui.sizes import size_text
from hsigui.texts import say

VARIABLE = "HSIGUI_MEMORY_LIMIT"  # children of this process inherit it
PROGRAM = 600_000_000  # bytes that the program takes with PyTorch loaded, before it holds anything (measured: 0.5 GB)
LEAST = 800_000_000  # bytes of the smallest limit
_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([a-z]+|%)", re.IGNORECASE)

_of_window = False


def size_of(text: str) -> int:
    """Bytes of a limit as it is typed: "2GB" (10^9 bytes each), "1.5 GiB" (2^30), "800MB", or "50%" of this machine's.

    Raises:
        HsiError: it is no size, or too small or too large to work in.
    """
    found = _NUMBER.fullmatch(text.strip())
    unit = found[2].upper() if found else ""
    if found is None or (unit != "%" and unit not in _UNITS):
        raise HsiError(
            say("“{text}” is no amount of memory.", text=text),
            say("Write a number and its unit: 2GB, 1.5GiB, 800MB, or 50% of this machine's memory."),
        )
    size = int(float(found[1]) * (machine_memory() / 100 if unit == "%" else _UNITS[unit]))
    if size < LEAST:
        raise HsiError(
            say(
                "A memory limit of {limit} is too small: the program and its libraries alone take {program}.",
                limit=size_text(size),
                program=size_text(PROGRAM),
            ),
            say("Give {least} or more.", least=size_text(LEAST)),
        )
    if size > machine_memory():
        raise HsiError(
            say(
                "A memory limit of {limit} is more than the {machine} that this machine has.",
                limit=size_text(size),
                machine=size_text(machine_memory()),
            ),
            say("Give less, or a part of it such as 80%."),
        )
    return size


def limit() -> int | None:
    """Bytes that this process may take; None where no limit is set.

    Raises:
        HsiError: the variable is no amount of memory.
    """
    wanted = os.environ.get(VARIABLE, "")
    if wanted:
        try:
            return size_of(wanted)
        except HsiError as error:
            raise HsiError(
                say("{variable} is not usable: {message}", variable=VARIABLE, message=error.message), error.hint
            ) from None
    if not _of_window:
        return None
    chosen = _of_settings(*state_of_settings())
    return max(LEAST, min(machine_memory(), int(chosen * 2**30))) if chosen else None


@lru_cache(maxsize=1)
def _of_settings(folder: str, _changed: int) -> float:
    return SettingsStore(Path(folder)).load(keep_broken=False).work_gib if folder else 0.0


def heed_setting() -> None:
    """From now on the window's setting counts where no variable says otherwise. Commands do not call this: what they
    make must not depend on a window's preferences."""
    global _of_window
    _of_window = True


@contextmanager
def limited(text: str | None) -> Iterator[None]:
    """Within it the limit holds for this process and for those that it starts; None leaves it as it is.

    Raises:
        HsiError: it is no size, or too small or too large to work in.
    """
    if text is None:
        yield
        return
    size, before = size_of(text), os.environ.get(VARIABLE)
    os.environ[VARIABLE] = f"{size}B"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


def room() -> int | None:
    """Bytes that the data of work may take beside the program; None where no limit is set."""
    found = limit()
    return None if found is None else max(found - PROGRAM, LEAST - PROGRAM)


def within(usual: int, part: float, each: int = 4) -> int:
    """How many values may be held at once for one purpose: as many as usual, fewer where its part of the room is less.

    Args:
        usual: values that are held where there is no limit.
        part: of the room, 0 to 1.
        each: bytes that a value takes, copies that the work makes of it included.
    """
    found = room()
    return usual if found is None else max(1, min(usual, int(found * part) // each))
