"""Finds words in the pages of the help: by titles, headings and text, each section of a page by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hsigui.ui.shell.help_contents import slug, title_of

SHORT = 4  # letters; a word of fewer is not sought within others: "in" stands in half of all words
MOST = 60  # places that are listed
AROUND = 42  # characters of the text shown before the words that were looked for
SHOWN = 130  # characters of it in all
_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^(#{1,4})\s+(.+?)\s*#*\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_RULE = re.compile(r"^[\s|:-]+$")


@dataclass(frozen=True)
class Section:
    """A heading of a page and what stands below it, up to the next one.

    Attributes:
        page: the name of its file, without its ending.
        title: of the page.
        heading: its own; "" for what stands before the first heading below the title.
        anchor: what a link calls it.
        text: without the signs of Markdown.
    """

    page: str
    title: str
    heading: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Place:
    """Where words were found.

    Attributes:
        around: a piece of the text around the first of them; the beginning where only titles have them.
    """

    section: Section
    around: str


class HelpIndex:
    """What was read of some pages.

    Args:
        pages: their files. One that cannot be read is left out: the others are of use still.
    """

    def __init__(self, pages: Iterable[Path]) -> None:
        self._folded = [
            (section, folded(section.title), folded(section.heading), folded(section.text))
            for path in pages
            for section in sections_of(path)
        ]

    def find(self, query: str) -> list[Place]:
        """The places that have all words of a query, the best first; of equal ones in the order of the pages.

        A word also stands for those that begin with it, one of four letters and more for those that have it within,
        too. A heading counts more than a text, and a whole word more than a part of one.
        """
        words = words_of(query)
        if not words:
            return []
        ranked = []
        for number, (section, title, heading, text) in enumerate(self._folded):
            ranks = [_rank(word, title, heading, text) for word in words]
            if all(ranks):
                together = len(words) > 1 and " ".join(words) in f"{heading} {text}"
                ranked.append((-sum(ranks) - 3 * together, number, section))
        ranked.sort(key=lambda each: each[:2])
        return [Place(section, around(section.text, words)) for _, _, section in ranked[:MOST]]


def folded(text: str) -> str:
    """A text as it is compared: small letters without accents, so that `resume` finds `résumé`."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def words_of(query: str) -> list[str]:
    """The words of a query as they are compared."""
    return folded(query).split()


def around(text: str, words: Sequence[str]) -> str:
    """A piece of a text around the first of some words, on one line."""
    line = " ".join(text.split())
    places = [line.casefold().find(word) for word in words]
    first = min((place for place in places if place >= 0), default=0)
    begin = max(first - AROUND, 0)
    if begin:
        begin = line.find(" ", begin, first + 1) + 1 or begin
    end = len(line) if len(line) - begin <= SHOWN else line.rfind(" ", begin, begin + SHOWN)
    end = end if end > begin else begin + SHOWN
    return f"{'… ' if begin else ''}{line[begin:end]}{' …' if end < len(line) else ''}"


def sections_of(path: Path) -> Iterator[Section]:
    """The sections of a page."""
    try:
        text, title = path.read_text(encoding="utf-8"), title_of(path)
    except (OSError, UnicodeDecodeError):
        return
    heading, lines, inside = "", [], False
    for line in _COMMENT.sub("", text).splitlines():
        inside ^= bool(_FENCE.match(line))
        found = None if inside else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        yield from _section(path.stem, title, heading, lines)
        heading, lines = "" if len(found[1]) == 1 else plain(found[2]), []
    yield from _section(path.stem, title, heading, lines)


def plain(text: str) -> str:
    """A line of Markdown without its signs."""
    text = _LINK.sub(r"\1", _PICTURE.sub(r"\1", text))
    return re.sub(r"[`*]|\\(?=[^\w\s])", "", text).replace("|", "  ").strip()


def _section(page: str, title: str, heading: str, lines: Sequence[str]) -> Iterator[Section]:
    text = "\n".join(plain(line) for line in lines if not _FENCE.match(line) and not _RULE.match(line)).strip()
    if text or heading:
        yield Section(page, title, heading, slug(heading), text)


def _rank(word: str, title: str, heading: str, text: str) -> int:
    """How well a word fits: 0 where it stands nowhere."""
    best = 0
    for value, place in ((9, heading), (6, title), (2, text)):
        how = _as_a_word(word, place) if word in place else -1
        if how >= (0 if len(word) >= SHORT else 1):
            best = max(best, value + how)
    return best


def _as_a_word(word: str, place: str) -> int:
    """2 for a word by itself, 1 for the beginning of one, 0 for a part."""
    if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", place):
        return 2
    return int(bool(re.search(rf"(?<!\w){re.escape(word)}", place)))
