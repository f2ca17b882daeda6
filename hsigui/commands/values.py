"""What is typed for an option, read. What cannot be read raises `argparse.ArgumentTypeError`, which argparse tells."""

from __future__ import annotations

import argparse
import math

from hsigui.cube import working_memory
from hsigui.cube.demo_spec import LEAST
from hsigui.errors import HsiError
from hsigui.specs import split_of
from hsigui.texts import say

MOST_BANDS = 65_535  # as many as a GeoTIFF can have


def words(text: str) -> tuple[str, ...]:
    """The words of a list such as "cloud,cirrus"."""
    return tuple(word for part in text.split(",") if (word := part.strip()))


def bands(text: str) -> tuple[int, ...]:
    """Numbers of bands from 1, of a list such as "5,40-44"."""
    found: set[int] = set()
    for part in words(text):
        first, dash, last = part.partition("-")
        try:
            begin, end = int(first), int(last if dash else first)
        except ValueError:
            raise argparse.ArgumentTypeError(say("“{part}” is no band", part=part)) from None
        if not 1 <= begin <= end <= MOST_BANDS:
            raise argparse.ArgumentTypeError(say("“{part}”: bands count from 1, the lower one first", part=part))
        found.update(range(begin, end + 1))
    return tuple(sorted(found))


def split(text: str) -> str:
    """A kind of split, as it was typed; `specs.split_of` reads it."""
    try:
        split_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def memory(text: str) -> str:
    """An amount of memory, as it was typed; `working_memory.size_of` reads it."""
    try:
        working_memory.size_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def size(text: str) -> tuple[int, int]:
    """Rows and columns, "145x145"."""
    rows, separator, cols = text.lower().partition("x")
    if not separator or not rows.isdigit() or not cols.isdigit():
        raise argparse.ArgumentTypeError(say("must look like 145x145"))
    return int(rows), int(cols)


def shard(text: str) -> tuple[int, int]:
    """A share of many, "2/8": its number from 1, and how many there are."""
    number, slash, count = (part.strip() for part in text.partition("/"))
    if not slash or not number.isdigit() or not count.isdigit():
        raise argparse.ArgumentTypeError(say("must look like 2/8"))
    if not 1 <= int(number) <= int(count):
        raise argparse.ArgumentTypeError(say("shares of {count} are numbered from 1 to {count}", count=int(count)))
    return int(number), int(count)


def place(text: str) -> tuple[int, int]:
    """A pixel, "row,col", from 0."""
    row, comma, col = text.partition(",")
    if not comma:
        raise argparse.ArgumentTypeError(say("must look like 12,40"))
    return natural(row.strip()), natural(col.strip())


def side(text: str) -> tuple[int, int]:
    """Rows and columns of a demo scene, "128" or "100x200"."""
    rows, cols = (int(text), int(text)) if text.isdigit() else size(text)
    if min(rows, cols) < LEAST:
        raise argparse.ArgumentTypeError(say("must be {least} or more", least=LEAST))
    return rows, cols


def amount(text: str) -> float:
    """A number of 0 or more."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is no number", text=text)) from None
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(say("must be 0 or more"))
    return value


def scale(text: str) -> float:
    """A number above 0."""
    value = amount(text)
    if value == 0:
        raise argparse.ArgumentTypeError(say("must be above 0"))
    return value


def percents(text: str) -> tuple[float, ...]:
    """Percentiles, "5,50,95"; none of "none"."""
    if text.strip() == "none":
        return ()
    found = tuple(amount(word) for word in words(text))
    if not found or max(found) > 100:
        raise argparse.ArgumentTypeError(say("must be numbers from 0 to 100, such as 5,50,95"))
    return found


def counts(text: str) -> tuple[int, ...]:
    """Whole numbers of 1 or more, "5,10"."""
    return tuple(positive(word) for word in words(text))


def seeds(text: str) -> tuple[int, ...]:
    """Whole numbers of 0 or more, "0,1,2"."""
    return tuple(natural(word) for word in words(text))


def positive(text: str) -> int:
    """A whole number of 1 or more."""
    if (value := _whole(text)) < 1:
        raise argparse.ArgumentTypeError(say("must be 1 or more"))
    return value


def jobs(text: str) -> int | str:
    """How many work at once, or "auto"."""
    return text if text == "auto" else positive(text)


def natural(text: str) -> int:
    """A whole number of 0 or more."""
    if (value := _whole(text)) < 0:
        raise argparse.ArgumentTypeError(say("must be 0 or more"))
    return value


def guard(text: str) -> int | str:
    """Pixels of a guard, or "full"."""
    return text if text == "full" else natural(text)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is no whole number", text=text)) from None


def background(text: str) -> str:
    """Numbers that mean no label, as they were typed; `labels.background.choice_of` reads them."""
    from hsigui.labels.background import choice_of  # with NumPy, which the help does without

    try:
        choice_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def buffer(text: str) -> str:
    """A distance, as it was typed; `labels.widening.buffer_of` reads it."""
    from hsigui.labels.widening import buffer_of

    try:
        buffer_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text
