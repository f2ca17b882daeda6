"""What the rows of all tables of formats have in common: names, suffixes, drivers, plug-ins, and lists in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from hsigui import plugins, untrusted
from hsigui.errors import HsiError
from hsigui.texts import say

_SUFFIX = re.compile(r"\.[a-z0-9_+-]+")


class Row(Protocol):
    """A row of a table of formats."""

    @property
    def name(self) -> str:
        """What the program calls it; no two rows of a table have the same."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Endings of file names, with their dot, in small letters."""


R = TypeVar("R", bound=Row)


def without_driver(path: Path, title: str, readable: str) -> HsiError:
    """The refusal of a file of a format for which GDAL has no driver here.

    Args:
        title: of the format.
        readable: the formats that can be read, in words.
    """
    return HsiError(
        say("{name} cannot be read: the GDAL of this program has no driver for {title}.", name=path.name, title=title),
        say("Readable are {in_words}.", in_words=readable),
    )


def require_well_formed(row: Row) -> None:
    """Refuses a row whose name or suffixes cannot work: a fault of whoever wrote it.

    Raises:
        ValueError: it has no name, or a suffix that is none.
    """
    if not isinstance(row.name, str) or not row.name:
        raise ValueError("a format needs a name")
    if not isinstance(row.suffixes, tuple):
        raise ValueError(f"the suffixes of {row.name} must be a tuple such as ('.abc',)")
    for suffix in row.suffixes:
        if not isinstance(suffix, str) or not _SUFFIX.fullmatch(suffix):
            raise ValueError(f"{suffix!r} of {row.name} is no suffix such as '.abc', in small letters")


def with_plugins(
    own: Sequence[R], group: str, kind: type[R], claims: Callable[[R], tuple[str, ...]] = lambda row: row.suffixes
) -> tuple[R, ...]:
    """The program's own rows and those of plug-ins; a plug-in whose name or suffix is taken is told and left out.

    Args:
        own: rows of the program.
        group: of the entry points.
        kind: type of the rows.
        claims: the endings that a row has for itself: its suffixes unless given.
    """
    rows, names = list(own), {row.name for row in own}
    owners = {ending: row.name for row in own for ending in claims(row)}
    for row in plugins.load(group, kind):
        where = say("The format “{name}” of {origin}", name=row.name, origin=plugins.origin(row))
        taken = [ending for ending in claims(row) if ending in owners]
        if row.name in names:
            plugins.left_out(where, say("another format has this name"))
        elif taken:
            plugins.left_out(
                where,
                say("{first_taken} belongs to the format “{owner}”", first_taken=taken[0], owner=owners[taken[0]]),
            )
        else:
            rows.append(row)
            names.add(row.name)
            owners |= dict.fromkeys(claims(row), row.name)
    return tuple(rows)


@contextmanager
def faults_told(row: Row, path: Path, verb: str) -> Iterator[None]:
    """Turns what the bytes of a file raise in the program's own code into an HsiError (`untrusted.reading`), and
    whatever the code of a plug-in raises into one that names the plug-in.

    Args:
        row: whose code runs.
        path: the file it is about.
        verb: what cannot be done with it: “read” or “written”.
    """
    origin = plugins.origin(row)
    if not origin:
        with untrusted.reading(path.name):
            yield
        return
    try:
        yield
    except (HsiError, MemoryError):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise HsiError(
            say("{name} cannot be read by {origin}: {what}.", name=path.name, origin=origin, what=what)
            if verb == "read"
            else say("{name} cannot be written by {origin}: {what}.", name=path.name, origin=origin, what=what),
            say("Tell the authors of that package."),
        ) from error


def suffix_of(path: Path) -> str:
    return path.suffix.lower()


def suffixes_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """All suffixes of the rows, each once."""
    return tuple(dict.fromkeys(suffix for row in rows for suffix in row.suffixes))


def listed(words: Sequence[str]) -> str:
    """Words as people list them: “a, b and c”."""
    return _joined(words, say(" and "))


def one_of(words: Sequence[str]) -> str:
    """Words of which one is meant: “a, b or c”."""
    return _joined(words, say(" or "))


def _joined(words: Sequence[str], last: str) -> str:
    return last.join([say(", ").join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


@cache
def raster_drivers() -> frozenset[str]:
    """Names of the drivers for rasters that GDAL has here. The first call imports rasterio: 0.2 s."""
    import rasterio

    with rasterio.Env() as env:
        return frozenset(env.drivers())


@cache
def vector_drivers() -> frozenset[str]:
    """Names of the drivers for shapes that GDAL has here. The first call imports pyogrio: 0.3 s."""
    import pyogrio

    return frozenset(pyogrio.list_drivers())
