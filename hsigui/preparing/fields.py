"""What the text of a step is made of, as fields that an editor, a form or a question can be made of.

The text stays the one truth: it is what the command line takes and what the history tells. `Form.values_of` takes it
apart and `Form.text_of` puts it together; a text that does not fit the fields has none, and is edited as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

COMMA = ","


@dataclass(frozen=True)
class Field:
    """A part of the text; of this class itself: any text.

    Attributes:
        name: what it is called.
        start: its text in a step that was just added.
        hint: what may be written, where nothing is.
        mark: what stands before it, unless it comes first: a comma, or an option such as " --dark ".
    """

    name: str
    start: str = ""
    hint: str = ""
    mark: str = COMMA

    def holds(self, text: str) -> bool:
        """Whether an editor of the field can show a text."""
        return True


@dataclass(frozen=True)
class Number(Field):
    """A number.

    Attributes:
        low, high: the least and the largest one.
        whole: whether it is a whole one.
        every: what whole numbers go up by from the least one: 2 for odd ones from 3.
        unit: written behind it.
        instead: a word that may stand in place of a number, and what it means.
    """

    low: float = 0.0
    high: float = math.inf
    whole: bool = True
    every: int = 1
    unit: str = ""
    instead: tuple[str, str] = ("", "")

    def holds(self, text: str) -> bool:
        """Whether it is such a number, or the word in its place."""
        if text == self.instead[0]:
            return True
        try:
            value = int(text) if self.whole else float(text)
        except ValueError:
            return False
        return self.low <= value <= self.high and (not self.whole or (value - self.low) % self.every == 0)


@dataclass(frozen=True)
class Choice(Field):
    """One of some words.

    Attributes:
        choices: each word with what it means.
        free: whether others can be typed.
    """

    choices: tuple[tuple[str, str], ...] = ()
    free: bool = False

    def holds(self, text: str) -> bool:
        """Whether it is one of them."""
        return self.free or any(text == word for word, _ in self.choices)


@dataclass(frozen=True)
class File(Field):
    """The path of a file, with what may follow it.

    Attributes:
        choices: words that may stand in its place, each with what it means.
        sensors: whether names of sensors may, too.
    """

    choices: tuple[tuple[str, str], ...] = ()
    sensors: bool = False


@dataclass(frozen=True)
class Ends(Field):
    """A range such as "10:60" of rows or columns, one end of which may be open.

    Attributes:
        of: "rows" or "cols".
    """

    of: str = "rows"

    def holds(self, text: str) -> bool:
        """Whether it is such a range."""
        return re.fullmatch(r"\s*\d*\s*:\s*\d*\s*", text) is not None


@dataclass(frozen=True)
class Window(Field):
    """Rows and columns such as "10:20,30:50", which can be drawn."""


@dataclass(frozen=True)
class MapBox(Field):
    """Least x, least y, largest x, largest y, which can be taken from what is seen."""


@dataclass(frozen=True)
class Bands(Field):
    """Bands by numbers, wavelengths or names.

    Attributes:
        good: whether "good" is worth proposing: all that are not marked bad.
    """

    good: bool = True


@dataclass(frozen=True)
class Way:
    """Some fields behind a word, such as WINDOW and ORDER behind "savgol".

    Attributes:
        word: that the text begins with; empty where there is none.
        title: what it means, where there are several ways.
    """

    word: str
    title: str
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Values:
    """A text in parts.

    Attributes:
        way: its number among those of the form.
        texts: one a field.
    """

    way: int
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """The fields of a step, in one way or another.

    Attributes:
        ways: of which one is chosen; the first one is that of a step that was just added.
    """

    ways: tuple[Way, ...]

    def start(self, way: int = 0) -> Values:
        """What the fields of a way are at first."""
        return Values(way, tuple(field.start for field in self.ways[way].fields))

    def text_of(self, values: Values) -> str:
        """The text of some values; what is empty is left out, but for what has something behind it, and so is an option
        that is as it would be without."""
        way = self.ways[values.way]
        listed = [word for word in (way.word,) if word]
        named = ""
        for field, text in zip(way.fields, values.texts, strict=True):
            if field.mark == COMMA or not (listed or named):
                listed.append(text.strip())
            elif text.strip() not in ("", field.start):
                named += field.mark + text.strip()
        while listed and not listed[-1]:
            listed.pop()
        return COMMA.join(listed) + named

    def values_of(self, text: str) -> Values | None:
        """The parts of a text; None where it does not fit the fields."""
        text = text.rstrip() if text.startswith(" --") else text.strip()  # the first field may be empty
        word = re.split(r"[,\s]", text, maxsplit=1)[0]
        worded = (number for number, way in enumerate(self.ways) if way.word and way.word == word)
        plain = (number for number, way in enumerate(self.ways) if not way.word)
        number = next(worded, next(plain, None))
        if number is None:
            return None
        way = self.ways[number]
        rest = text[len(way.word) :]
        texts = _parted(rest, way.fields, begun=bool(way.word))
        if texts is None:
            return None
        fits = all(not part or field.holds(part) for part, field in zip(texts, way.fields, strict=True))
        return Values(number, texts) if fits else None

    def words_of(self, text: str) -> list[str]:
        """The words of a command line: what is given with the step itself, then the options that belong to it."""
        marks = {field.mark for way in self.ways for field in way.fields} - {COMMA}
        if not marks:
            return [text]
        parts = re.split("({})".format("|".join(map(re.escape, sorted(marks)))), text)
        return [part.strip() for part in parts if part.strip()]


def _parted(text: str, fields: Sequence[Field], *, begun: bool) -> tuple[str, ...] | None:
    """The text of each field; None where there are more parts than fields.

    Args:
        begun: whether a word stands before the text.
    """
    listed = [field for place, field in enumerate(fields) if field.mark == COMMA or (place == 0 and not begun)]
    found = {field.name: "" for field in fields}
    named = [field for field in fields if field not in listed]
    if named:
        head, *parts = re.split("({})".format("|".join(re.escape(field.mark) for field in named)), text)
        by_mark = {field.mark: field.name for field in named}
        for mark, part in zip(parts[::2], parts[1::2], strict=True):
            found[by_mark[mark]] = part.strip()
    else:
        head = text
    if begun and head.strip() and not head.startswith(COMMA):
        return None
    head = head.removeprefix(COMMA) if begun else head
    if head.strip() and not listed:
        return None
    if listed:
        parts = head.split(COMMA, len(listed) - 1)
        found |= {field.name: part.strip() for field, part in zip(listed, parts, strict=False)}
    return tuple(found[field.name] for field in fields)
