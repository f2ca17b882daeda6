"""The spectral indices of the data file resources/indices.json: names, formulas, sources. Loads no numpy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from hsigui.assets import resource
from hsigui.errors import HsiError
from hsigui.texts import say


@dataclass(frozen=True)
class Index:
    """A spectral index.

    Attributes:
        name: of its own, in small letters; `title`, for people.
        group: what it tells of: vegetation, pigments, water, ...
        formula: see `formula`.
        source: the paper.
        units: empty for pure numbers.
        low, high: what its values can lie between; None where there is no end.
        reflectance: whether its constants want reflectance from 0 to 1.
    """

    name: str
    title: str
    group: str
    formula: str
    source: str
    units: str = ""
    low: float | None = None
    high: float | None = None
    reflectance: bool = False


@cache
def indices() -> tuple[Index, ...]:
    """The indices of the data file, in its order."""
    rows = json.loads(resource("indices.json").read_text(encoding="utf-8"))["indices"]
    return tuple(Index(**row) for row in rows)


def index_names() -> tuple[str, ...]:
    """Their names, in the order of the file."""
    return tuple(index.name for index in indices())


def index(name: str) -> Index:
    """The index of a name, in letters of either case.

    Raises:
        HsiError: there is none.
    """
    for each in indices():
        if each.name == name.casefold():
            return each
    names = index_names()
    near = [other for other in names if name.casefold() in other] or get_close_matches(name.casefold(), names)
    hint = (
        say("Like it are: {names}.", names=", ".join(near))
        if near
        else say("Choose one of: {names}.", names=", ".join(names))
    )
    raise HsiError(say("There is no index “{name}”.", name=name), hint)
