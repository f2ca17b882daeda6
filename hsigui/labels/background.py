"""Which stored numbers of a raster of classes mean that a pixel has no label.

Here 0 is that, and classes count from 1. Others write 255, -1, a no-data value or NaN, and 0 often is a class then.
What a file means is proposed from what it says (no-data value, names of classes) and from its numbers. The user can
choose otherwise, and it is always said. Where 0 is a class every class number is one higher than the stored one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS
from hsigui.labels.tally import Tally
from hsigui.texts import number_text as in_words
from hsigui.texts import say, say_number

NONE = "none"
OF_MASKS = "0"  # whatever else stands in a mask is masked
_MOST_CHOSEN = 64
# In names of a number that is no class; of ENVI, EnMAP-Box, QGIS plug-ins and data sets.
_NO_CLASS = (
    "unclass", "background", "unlabel", "not label", "no label", "no data", "nodata", "no_data", "no-data", "mask",
    "none", "unknown", "undefined", "not classified", "no class", "ignore", "void", "null", "n/a",
)  # fmt: skip
_HIGHEST = (255, MAX_CLASS)  # of types that rasters of classes are stored in
# What other types end with: stands for no data where a type has no better number. The last one is that of float32.
_ENDS = (2.0**31 - 1, 2.0**32 - 1, 2.0**63, 2.0**64)
_NO_MEASUREMENT = 1e30  # of floats
_COMMON = 0.5  # the part of all pixels from which on one class is asked about

Choice = tuple[float, ...]


@dataclass(frozen=True)
class Background:
    """What was read as no label in a raster, and why.

    Attributes:
        values: stored numbers that mean no label, NaN among them.
        zero_is_class: 0 is a class, and class numbers are one higher than the stored ones.
        reasons: one sentence each, on whatever is not plainly “0 is no label”.
        doubtful: another reading is about as likely.
        counts: pixels of each stored number.
        chosen: the user said so.
    """

    values: Choice
    zero_is_class: bool = False
    reasons: tuple[str, ...] = ()
    doubtful: bool = False
    counts: Mapping[float, int] | None = None
    chosen: bool = False

    @property
    def text(self) -> str:
        """As `choice_of` reads it."""
        return ",".join(map(number_text, self.values)) or NONE

    @property
    def words(self) -> str:
        """What is unlabelled, in a sentence."""
        counts = self.counts or {}
        there = [value for value in self.values if pixels_of(counts, value)]
        if not there:
            return say("No pixel is unlabelled.") if self.counts else say("0 is unlabelled.")
        listed = ", ".join(f"{number_text(v)} ({in_words(pixels_of(counts, v), ',')})" for v in there)
        return say("Read as unlabelled: {listed}.", listed=listed)


def choice_of(text: str | float | None) -> Choice | None:
    """The stored numbers that mean no label, as the user names them: “255”, “-1,0”, “none” for a raster in which every
    number is a class. None and “auto” leave it to the file.

    Raises:
        HsiError: it is no list of numbers.
    """
    words = "" if text is None else str(text).strip().casefold()
    if words in ("", "auto"):
        return None
    if words == NONE:
        return ()
    parts = words.split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not numbers or len(numbers) > _MOST_CHOSEN:
        raise HsiError(
            say("“{text}” is no background.", text=str(text)[:80]),
            say("Name the numbers that mean no label, as 255 or -1,0; or none, or auto."),
        )
    return tuple(dict.fromkeys(numbers))


def number_text(value: float) -> str:
    """A stored number as people write it."""
    if np.isnan(value):
        return "nan"
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:g}"


def pixels_of(counts: Mapping[float, int], value: float) -> int:
    """How many pixels hold a number, NaN included."""
    if np.isnan(value):
        return sum(n for v, n in counts.items() if np.isnan(v))
    return counts.get(value, 0)


def chosen(choice: Choice, tally: Tally) -> Background:
    """What the user chose. NaN, the no-data value and a number that can be no class are no labels anyway; 0 is one that
    the user names."""
    marks = [mark for mark in _marks(tally) if mark[0] != 0 and not _among(mark[0], choice)]
    values = (*choice, *(value for value, _ in marks))
    zero_is_class = 0 not in choice and bool(tally.pixels(0))
    reasons = [_told(value, tally, say("as was chosen")) for value in choice if tally.pixels(value)]
    reasons += [_told(value, tally, why) for value, why in marks]
    reasons += [_shifted(tally)] if zero_is_class else []
    return Background(values, zero_is_class, tuple(reasons), counts=tally.counts, chosen=True)


def proposed(tally: Tally, names: Mapping[int, str]) -> Background:
    """What a file most likely means.

    Args:
        names: of the stored numbers, as far as the file gives them.
    """
    zero, called = tally.pixels(0), names.get(0, "")
    marks = [mark for mark in _marks(tally) if mark[0] != 0]
    values, reasons = [value for value, _ in marks], [_told(value, tally, why) for value, why in marks]
    if tally.nodata == 0 or is_no_class(called):
        also = (_also(tally),) if zero and marks else ()
        return Background((0.0, *values), reasons=(*reasons, *also), counts=tally.counts)
    named = bool(_real_name(called))
    top = _top(tally, names)
    if top is not None and (marks or named or tally.pixels(top) > zero):
        why = say("it is far above all other numbers, and without a name")
        reasons.append(_told(top, tally, why))
        values.append(float(top))
    elif top is not None:
        reasons.append(_kept(top, tally))
    if not zero:
        common = () if values else _common(tally, names)
        doubtful = top is not None or bool(common)
        return Background(tuple(values) or (0.0,), False, (*reasons, *common), doubtful, tally.counts)
    if not named and not values:
        return Background((0.0,), False, tuple(reasons), top is not None, tally.counts)
    tagged = tally.nodata is not None and bool(tally.pixels(tally.nodata))
    if not named and not tagged and zero > sum(map(tally.pixels, values)):
        alone = ",".join(map(number_text, values))
        reasons += [_also(tally), say("If 0 is a class, choose {alone} as background.", alone=alone)]
        return Background((0.0, *values), False, tuple(reasons), True, tally.counts)
    if named:
        reasons.append(say("The file calls 0 “{called}”.", called=called))
    reasons.append(_shifted(tally))
    if not named:
        both = ",".join(["0", *map(number_text, values)])
        reasons.append(say("If 0 means no label as well, choose {both} as background.", both=both))
    return Background(tuple(values), True, tuple(reasons), not named or top is not None, tally.counts)


def is_no_class(name: str) -> bool:
    """Whether a name says that its number is no class."""
    return any(word in name.casefold() for word in _NO_CLASS)


def readings(found: Background) -> Iterator[tuple[str, str]]:
    """The ways in which a raster can be read, the one taken first: each as `choice_of` reads it, and in words."""
    counts = found.counts or {}
    whole = [value for value, pixels in counts.items() if pixels and 0 <= value <= MAX_CLASS and value == int(value)]
    marks = [value for value in counts if value not in whole]
    commonest = max(whole, key=lambda value: counts[value], default=0.0)
    highest = max(whole, default=0.0)
    ways = [found.text]
    offered: tuple[Choice, ...] = ((0.0,), (highest,), (0.0, highest), (commonest,), (0.0, commonest), ())
    for values in offered:
        if all(value in whole for value in values):
            ways.append(Background((*dict.fromkeys(values), *marks)).text)
    for way in dict.fromkeys(ways):
        values = choice_of(way) or ()
        gone = sum(pixels_of(counts, value) for value in values)
        classes = len([v for v in whole if v not in values])
        listed = ", ".join(map(number_text, values)) or say("Nothing")
        yield way, say(
            "{listed} unlabelled: {gone:,} pixels without a label, {classes} classes", listed=listed, gone=gone,
            classes=classes,
        )  # fmt: skip


def _marks(tally: Tally) -> list[tuple[float, str]]:
    """Numbers that can be no class and occur, with the reason.

    Raises:
        HsiError: there are several besides NaN and the no-data value: then they are measurements.
    """
    found = []
    if tally.nodata is not None and tally.pixels(tally.nodata):
        found.append((float(tally.nodata), say("the file names it as its no-data value")))
    if tally.nodata is None or not np.isnan(tally.nodata):
        found += [(np.nan, say("it is no number"))] if tally.pixels(np.nan) else []
    if len(tally.odd) > 1 or not all(map(_can_mark, tally.odd)):
        raise tally.refusal(min(tally.odd, key=lambda value: (_can_mark(value), tally.places.get(value, (0, 0)))))
    return found + [(value, say("it is the only number that can be no class")) for value in tally.odd]


def _can_mark(value: float) -> bool:
    return (value < 0 and value == np.floor(value)) or value in _ENDS or _NO_MEASUREMENT <= abs(value) < np.inf


def _top(tally: Tally, names: Mapping[int, str]) -> int | None:
    """The highest number of a type where it stands alone, far above the others: often no class."""
    numbers = [number for number in tally.classes if number]
    if len(numbers) < 2:
        return None
    second, top = numbers[-2:]
    alone = top in _HIGHEST and second <= top // 2
    return top if alone and not _real_name(names.get(top, "")) else None


def _real_name(name: str) -> str:
    """A name that says more than the number; empty for others."""
    plain = name.casefold().removeprefix("class").strip(" _-")
    return "" if not plain or plain.isdecimal() or is_no_class(name) else name


def _common(tally: Tally, names: Mapping[int, str]) -> tuple[str, ...]:
    """That one class without a name covers most of a raster in which every pixel has one; empty where it does not."""
    number, pixels = max(tally.classes.items(), key=lambda item: item[1], default=(0, 0))
    if len(tally.classes) < 3 or pixels < _COMMON * tally.size or _real_name(names.get(number, "")):
        return ()
    return (
        say(
            "No pixel is 0, and {share:.0f} % are {number}: if that means no label, choose it as background.",
            share=100 * pixels / tally.size,
            number=number,
        ),
    )


def _told(value: float, tally: Tally, why: str) -> str:
    """That a number is read as unlabelled."""
    return say(
        "{value} is read as unlabelled ({pixels}): {why}.", value=number_text(value),
        pixels=_in_words(tally.pixels(value)), why=why,
    )  # fmt: skip


def _kept(top: int, tally: Tally) -> str:
    return say(
        "{top} is read as a class ({pixels}): if it means no label, choose 0,{top} as background.",
        top=top,
        pixels=_in_words(tally.pixels(top)),
    )


def _also(tally: Tally) -> str:
    return say("0 is read as unlabelled, too ({pixels}).", pixels=_in_words(tally.pixels(0)))


def _shifted(tally: Tally) -> str:
    return say(
        "0 is a class ({pixels}): class numbers are one higher than in the file.", pixels=_in_words(tally.pixels(0))
    )


def _in_words(pixels: int) -> str:
    return say_number("{count:,} pixel", "{count:,} pixels", pixels)


def _among(value: float, values: Choice) -> bool:
    return value in values or (bool(np.isnan(value)) and any(np.isnan(v) for v in values))
