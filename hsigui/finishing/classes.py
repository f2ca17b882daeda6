"""Steps that change which classes there are: merged, recoded by a table, one level of a class tree for another."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from hsigui.errors import HsiError
from hsigui.finishing.finished_map import FinishedMap, renumbered
from hsigui.finishing.naming import number_of, pairs_told
from hsigui.finishing.step import Check
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.texts import say


@dataclass(frozen=True)
class Merge:
    """Classes that become part of others, whose names and colours stay.

    Attributes:
        pairs: a class and the one that it becomes part of, each by name or number.
    """

    pairs: tuple[tuple[str, str], ...]

    @property
    def told(self) -> str:
        return f"--merge {shlex.quote(pairs_told(self.pairs))}"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        check()
        targets = {number_of(old, found.table): number_of(new, found.table) for old, new in self.pairs}
        for old in targets:  # 1=2 and 2=3 at once: 1 becomes 3
            new, passed = targets[old], {old}
            while new in targets and targets[new] != new:
                if new in passed:
                    raise HsiError(
                        say("The classes that are to be merged go round in a circle."),
                        say("Let one of them become part of no other."),
                    )
                passed.add(new)
                new = targets[new]
            targets[old] = new
        gone = {old for old, new in targets.items() if old != new}
        table = ClassTable(tuple(info for info in found.table if info.number not in gone))
        return _in_others(found, targets, table)


@dataclass(frozen=True)
class Recode:
    """Other numbers for classes, as a table says them; see `tables.read_recoding`.

    Attributes:
        targets: class by name or number -> its new number, 0 for none; classes that are not among them stay as they
            are, and numbers that the map does not have do nothing: tables are of legends, of which a map has a part.
        classes: names and colours of new numbers, where the table has them.
        source: the file, as the option names it.
    """

    targets: tuple[tuple[str, int], ...]
    classes: tuple[ClassInfo, ...]
    source: str

    @property
    def told(self) -> str:
        return f"--recode {shlex.quote(self.source)}"

    @property
    def sha256(self) -> str:
        """Of what the table says."""
        return hashlib.sha256(repr((self.targets, self.classes)).encode()).hexdigest()

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        check()
        names = {info.name.casefold() for info in found.table}
        there = (
            (old, new)
            for old, new in self.targets
            if not old.isdecimal() or int(old) in found.table or old.casefold() in names
        )
        targets = {number_of(old, found.table): new for old, new in there}
        named = {info.number: info for info in self.classes}
        kept: dict[int, ClassInfo] = {}
        for info in found.table:
            number = targets.get(info.number, info.number)
            if number and (number not in kept or number == info.number):  # of several the one that had the number
                kept[number] = replace(info, number=number)
        table = ClassTable(tuple(named.get(number, kept[number]) for number in sorted(kept)))
        return _in_others(found, targets, table)


@dataclass(frozen=True)
class Level:
    """One level of a class tree for the classes; see `tables.read_tree`.

    Attributes:
        groups: class by name or number -> the group that it belongs to on the level.
        colors: of groups that the tree gives one.
        source: the file and the level, as the option names them.
    """

    groups: tuple[tuple[str, str], ...]
    colors: tuple[tuple[str, tuple[int, int, int]], ...]
    source: str

    @property
    def told(self) -> str:
        return f"--tree {shlex.quote(self.source)}"

    @property
    def sha256(self) -> str:
        """Of what the level says."""
        return hashlib.sha256(repr((self.groups, self.colors)).encode()).hexdigest()

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        check()
        wanted = self._group_of(found.table)
        present = set(np.unique(found.classes).tolist()) - {0}
        if lacking := [found.table.get(number).name for number in sorted(present - set(wanted))]:
            raise HsiError(
                say("The class tree does not say where these belong: {names}.", names=", ".join(lacking)),
                say("Add a line for each to the file."),
            )
        names = list(dict.fromkeys(wanted.values()))
        numbers = {name: place for place, name in enumerate(names, 1)}
        colors = dict(self.colors)
        first = {name: next(found.table.get(n).color for n, group in wanted.items() if group == name) for name in names}
        table = ClassTable(tuple(ClassInfo(numbers[name], name, colors.get(name, first[name])) for name in names))
        targets = {number: numbers[name] for number, name in wanted.items()}
        return _in_others(found, targets, table)

    def _group_of(self, table: ClassTable) -> dict[int, str]:
        """The group of each class that the map has, in the order of the tree; a tree may know more classes."""
        found: dict[int, str] = {}
        for word, group in self.groups:
            try:
                found[number_of(word, table)] = group
            except HsiError:
                if any(info.name.casefold() == word.strip().casefold() for info in table):
                    raise  # several classes have the name
        return found


def _in_others(found: FinishedMap, targets: Mapping[int, int], table: ClassTable) -> FinishedMap:
    """The map in other classes."""
    first = found.table if found.first is None else found.first
    now = {info.number: found.became.get(info.number, info.number) for info in first}
    became = {old: targets.get(number, number) for old, number in now.items()}
    return replace(
        found, classes=renumbered(found.classes, targets), table=table,
        became={old: number for old, number in became.items() if old != number},
    )  # fmt: skip
