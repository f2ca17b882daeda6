"""Rows that other installed packages add to the program's tables, by entry points such as `hsigui.readers`.

A package that cannot be loaded, or whose row is no row, is left out and remembered with the reason; the window and the
command line tell it at their start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, TypeVar

from hsigui.texts import say

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class Named(Protocol):
    """A row of a table in which names are unique."""

    @property
    def name(self) -> str:
        """What the program calls it."""


T = TypeVar("T")
N = TypeVar("N", bound=Named)
READERS, EXPORTERS, METHODS, LAYERS = "hsigui.readers", "hsigui.exporters", "hsigui.methods", "hsigui.layers"
EXECUTORS = "hsigui.executors"

_loaded: dict[str, tuple[object, ...]] = {}
_origins: dict[int, str] = {}  # by identity of the row, which `_loaded` keeps alive
_problems: list[str] = []


def load(group: str, kind: type[T]) -> list[T]:
    """The rows of all entry points of a group, in the order of their names; loaded once a process.

    An entry point names a row, or a tuple or list of rows. What cannot be loaded or is of another type is left out,
    and told by `problems`.

    Args:
        group: such as "hsigui.readers".
        kind: the type of the group's rows.
    """
    if group not in _loaded:
        from importlib.metadata import entry_points  # slow to import, and help needs no plug-ins

        points = sorted(entry_points(group=group), key=lambda point: point.name)
        _loaded[group] = tuple(row for point in points for row in _rows(point, kind))
    return [row for row in _loaded[group] if isinstance(row, kind)]


def add(group: str, kind: type[T], row: T) -> None:
    """Adds a row for this process alone; one of the same name that was added before gives way to it.

    Args:
        group, kind: as of `load`; rows of the kind have a `name`.
    """
    name = getattr(row, "name", None)
    others = [each for each in load(group, kind) if getattr(each, "name", None) != name or origin(each)]
    _loaded[group] = (*others, row)


def problems() -> list[str]:
    """What was left out so far: a sentence each, with the package's name and the reason."""
    return list(_problems)


def beside(own: Iterable[N], group: str, kind: type[N], taken: Callable[[N], None]) -> tuple[N, ...]:
    """The program's own rows, then those of plug-ins; one whose name is taken is not among them.

    Args:
        own: rows of the program.
        group, kind: see `load`.
        taken: tells of a row whose name is taken (`left_out`).
    """
    found = {row.name: row for row in own}
    for row in load(group, kind):
        if found.setdefault(row.name, row) is not row:
            taken(row)
    return tuple(found.values())


def left_out(where: str, reason: str) -> None:
    """Remembers that a row is not used, for example because another has its name.

    Args:
        where: what names the row and the package or module it comes from.
        reason: half a sentence that goes on after a colon.
    """
    text = say("{where} is left out: {reason}.", where=where, reason=reason)
    if text not in _problems:
        _problems.append(text)


def origin(row: object) -> str:
    """Which plug-in a row comes from, in words; empty for a row of the program's own."""
    return _origins.get(id(row), "")


def forget() -> None:
    """Loads everything anew when it is next asked for, and forgets the problems."""
    _loaded.clear()
    _origins.clear()
    _problems.clear()


def resolved(reference: str | T) -> T:
    """What a row names: the thing itself, or what “module:name” stands for, imported when it is first needed.

    Raises:
        ImportError, AttributeError: there is no such module or name.
    """
    if not isinstance(reference, str):
        return reference
    module, _, name = reference.partition(":")
    found: T = getattr(import_module(module), name)
    return found


def _rows(point: EntryPoint, kind: type[T]) -> list[T]:
    package = point.dist.name if point.dist is not None else say("an unnamed package")
    where = say("The plug-in “{name}” ({group}) of {package}", name=point.name, group=point.group, package=package)
    try:
        found = point.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - code of others; the program goes on whatever it raises
        left_out(where, f"{type(error).__name__}: {error}".rstrip(".: "))
        return []
    rows: Sequence[object] = found if isinstance(found, (tuple, list)) else (found,)
    for row in rows:
        if not isinstance(row, kind):
            left_out(
                where, say("it gives {name} instead of {kind_name}", name=type(row).__name__, kind_name=kind.__name__)
            )
    good = [row for row in rows if isinstance(row, kind)]
    _origins.update((id(row), where[0].lower() + where[1:]) for row in good)
    return good
