"""Spectra that stand for classes, and what is asked of them: which measure, in which range, up to which distance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.analysis.measures import Measure, measure
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, Color, color_for
from hsigui.texts import say

MOST_REFERENCES = 5_000


@dataclass(frozen=True)
class Reference:
    """A spectrum that stands for a class.

    Attributes:
        target: its name and values.
        group: name of the class; several spectra may be one.
        source: the file of the library that it was read from, as a whole path; empty for one of none.
        place: the pixel (row, column) that it is the spectrum of, where it is of one.
        of_labels: whether it is the mean of the labelled pixels of its class.
    """

    target: Target
    group: str
    source: str = ""
    place: tuple[int, int] | None = None
    of_labels: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "spectrum": self.target.to_json(), "class": self.group, "source": self.source,
            "place": None if self.place is None else list(self.place), "of_labels": self.of_labels,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        place = values["place"]
        at = None if place is None else (int(place[0]), int(place[1]))
        target = Target.from_json(values["spectrum"])
        return cls(target, str(values["class"]), str(values["source"]), at, bool(values["of_labels"]))


@dataclass(frozen=True)
class Matching:
    """How pixels are compared with references.

    Attributes:
        references: spectra with their classes.
        by: name of the measure.
        threshold: a pixel farther than this from its nearest class is unclassified; None for no end.
        thresholds: the same of single classes, by their names, in its place.
        first, last: nm; bands outside are left out. 0 for no end.
    """

    references: tuple[Reference, ...]
    by: str = "sam"
    threshold: float | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    first: float = 0.0
    last: float = 0.0

    def __post_init__(self) -> None:
        measure(self.by)
        if not self.references:
            raise HsiError(say("There is no spectrum to compare with."), say("Give one or several."))
        if len(self.references) > MOST_REFERENCES:
            raise HsiError(
                say("{count:,} spectra are too many to classify by.", count=len(self.references)),
                say("Choose at most {most:,}.", most=MOST_REFERENCES),
            )
        for limit in (self.threshold, *self.thresholds.values()):
            if limit is not None and not limit >= 0:
                raise HsiError(say("{limit} is no threshold.", limit=limit), say("Give 0 or more."))
        if self.first and self.last and not self.first < self.last:
            raise HsiError(
                say("{first:g} to {last:g} nm is no range of wavelengths.", first=self.first, last=self.last),
                say("Give the shorter one first."),
            )
        known = {name.casefold() for name in self.names}
        if unknown := [name for name in self.thresholds if name.casefold() not in known]:
            raise HsiError(
                say("There is no class “{name}” to have a threshold.", name=unknown[0]),
                say("The classes are {names}.", names=", ".join(self.names[:20])),
            )

    @property
    def measure(self) -> Measure:
        return measure(self.by)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the classes, in the order in which they come; names that differ in capitals alone are one."""
        found: dict[str, str] = {}
        for each in self.references:
            found.setdefault(each.group.casefold(), each.group)
        return tuple(found.values())

    @property
    def places(self) -> NDArray[np.intp]:
        """Which of `names` each reference is of; one a reference."""
        at = {name.casefold(): number for number, name in enumerate(self.names)}
        return np.array([at[each.group.casefold()] for each in self.references], dtype=np.intp)

    @property
    def limits(self) -> NDArray[np.float32]:
        """The threshold of each of `names`, infinite for none; one a class."""
        usual = np.inf if self.threshold is None else self.threshold
        own = {name.casefold(): limit for name, limit in self.thresholds.items()}
        return np.array([own.get(name.casefold(), usual) for name in self.names], dtype=np.float32)

    def within(self, threshold: float | None, thresholds: Mapping[str, float] | None = None) -> Matching:
        """The same with other thresholds; what was computed by it stays true."""
        return replace(self, threshold=threshold, thresholds=dict(thresholds or {}))

    def same_distances(self, other: Matching) -> bool:
        """Whether both have the same distances, whatever their thresholds."""
        return self.within(None) == other.within(None)

    def classes(self, table: ClassTable, colors: Mapping[str, Color] | None = None) -> tuple[ClassTable, list[int]]:
        """A table with the classes that it lacks, and the number of each of `names` there: a class of the same name is
        the same.

        Args:
            colors: of new classes, by name.

        Raises:
            HsiError: there are no numbers left.
        """
        known = {info.name.casefold(): info.number for info in table}
        numbers = []
        for name in self.names:
            if name.casefold() not in known:
                table, info = table.added(name, (colors or {}).get(name))
                known[name.casefold()] = info.number
            numbers.append(known[name.casefold()])
        return table, numbers

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "by": self.by, "threshold": self.threshold, "thresholds": dict(self.thresholds), "first_nm": self.first,
            "last_nm": self.last, "references": [each.to_json() for each in self.references],
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            HsiError: it is none.
        """
        try:
            limit = values["threshold"]
            return cls(
                tuple(map(Reference.from_json, values["references"])), str(values["by"]),
                None if limit is None else float(limit),
                {str(name): float(value) for name, value in values["thresholds"].items()},
                float(values["first_nm"]), float(values["last_nm"]),
            )  # fmt: skip
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise HsiError(
                say("This does not say how pixels are compared with spectra: {error}.", error=error),
                say("Was the file changed by hand?"),
            ) from error


def table_of(names: Sequence[str]) -> ClassTable:
    """A table with classes of these names, numbered from 1."""
    return ClassTable(tuple(ClassInfo(n, name, color_for(n)) for n, name in enumerate(names, 1)))


def by_column(library: object, title: str) -> dict[str, str]:
    """Classes by what a library says of its spectra: name of a spectrum -> what stands in a column; its own name where
    that is empty.

    Raises:
        HsiError: the library says nothing under that title.
    """
    columns = library.columns if isinstance(library, SpectralLibrary) else {}
    at = {name.casefold(): name for name in columns}.get(title.strip().casefold())
    if not isinstance(library, SpectralLibrary) or at is None:
        raise HsiError(
            say("The library has no column “{title}”.", title=title),
            say("It has {columns}.", columns=", ".join(columns)) if columns else say("It has none."),
        )
    return {name: text.strip() or name for name, text in zip(library.names, columns[at], strict=True)}


def grouped(targets: Iterable[Target], groups: Mapping[str, str] | None = None, source: str = "") -> list[Reference]:
    """References of a library, each its own class or that which `groups` names for it (spectrum -> class). Spectra of
    one name are of one class."""
    named = groups or {}
    return [Reference(each, named.get(each.name, each.name).strip() or each.name, source) for each in targets]
