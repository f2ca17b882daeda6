"""Classes of a label map: number, name, colour. Class 0 is "unlabelled" and never part of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count

from hsigui.errors import HsiError
from hsigui.labels.palettes import PALETTE, Color, color_for, palette_color
from hsigui.texts import say

__all__ = ["MAX_CLASS", "PALETTE", "ClassInfo", "ClassTable", "Color", "Content", "color_for"]

_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
MAX_CLASS = 65_535  # label maps are uint16
Content = tuple[tuple[int, str, Color], ...]  # number, name and colour of each class


def default_name(number: int) -> str:
    """What a class is called that has no name but that of its number, in the user's language."""
    return say("Class {number}", number=number)


@dataclass(frozen=True)
class ClassInfo:
    """One class.

    Attributes:
        number: what stands in the rasters, 1 or more.
        color: red, green, blue; 0-255.
        locked: its labels may be neither painted over nor erased.
        hidden: its labels and its part of a map are not drawn.
    """

    number: int
    name: str
    color: Color
    locked: bool = False
    hidden: bool = False

    def __post_init__(self) -> None:
        if _UNWRITABLE.search(self.name):  # no file of labels can hold it, and no line
            object.__setattr__(self, "name", _UNWRITABLE.sub(" ", self.name))


@dataclass(frozen=True)
class ClassTable:
    """The classes of a label map in the order in which they are shown. Immutable; changes return a new table."""

    classes: tuple[ClassInfo, ...] = ()

    def __post_init__(self) -> None:
        numbers = [c.number for c in self.classes]
        if len(set(numbers)) != len(numbers):
            raise ValueError(f"class numbers given twice: {sorted(numbers)}")
        if any(not 1 <= n <= MAX_CLASS for n in numbers):
            raise ValueError(f"class numbers must lie in 1..{MAX_CLASS}: {sorted(numbers)}")

    @classmethod
    def for_numbers(cls, numbers: Iterable[int]) -> ClassTable:
        """A table with default names ("Class 3") and colours for the given numbers; 0 is left out."""
        wanted = sorted({int(n) for n in numbers} - {0})
        return cls(tuple(ClassInfo(n, default_name(n), color_for(n)) for n in wanted))

    def __iter__(self) -> Iterator[ClassInfo]:
        return iter(self.classes)

    def __len__(self) -> int:
        return len(self.classes)

    def __contains__(self, number: object) -> bool:
        return number in self._by_number

    def get(self, number: int) -> ClassInfo:
        """The class of a number; one with the default name and colour when the table lacks it."""
        return self._by_number.get(number) or ClassInfo(number, default_name(number), color_for(number))

    @cached_property
    def _by_number(self) -> Mapping[int, ClassInfo]:
        return {c.number: c for c in self.classes}

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        return tuple(c.number for c in self.classes)

    @cached_property
    def locked(self) -> tuple[int, ...]:
        """Numbers of the classes whose labels may not be changed."""
        return tuple(c.number for c in self.classes if c.locked)

    def same_content(self, other: ClassTable) -> bool:
        """Whether both have the same classes, whatever is locked or hidden of them."""
        return self.content == other.content

    @cached_property
    def content(self) -> Content:
        """Number, name and colour of each class, whatever is locked or hidden of them."""
        return tuple((c.number, c.name, c.color) for c in self.classes)

    def added(
        self, name: str = "", color: Color | None = None, *, kept: Callable[[int], bool] = lambda _number: False
    ) -> tuple[ClassTable, ClassInfo]:
        """A table with one more class (the lowest free number) and that class.

        Args:
            kept: whether a number that the table lacks is in use elsewhere, and so not free.

        Raises:
            HsiError: all 65535 numbers are taken, or the name that was given is.
        """
        number = next((n for n in range(1, MAX_CLASS + 1) if n not in self and not kept(n)), None)
        if number is None:
            raise HsiError(say("There are already {max_class} classes.", max_class=MAX_CLASS), say("Delete one first."))
        names = {c.name.casefold() for c in self.classes}
        free = next(each for each in map(default_name, count(number)) if each.casefold() not in names)
        info = ClassInfo(number, name.strip() or free, color or color_for(number))
        self._require_free_name(info.name, number)
        return ClassTable((*self.classes, info)), info

    def removed(self, number: int) -> ClassTable:
        return ClassTable(tuple(c for c in self.classes if c.number != number))

    def renamed(self, number: int, name: str) -> ClassTable:
        """A table in which the class has another name.

        Raises:
            HsiError: the name is empty or another class has it.
        """
        name = name.strip()
        if not name:
            raise HsiError(say("A class needs a name."), say("Type at least one character."))
        self._require_free_name(name, number)
        return self._replaced(replace(self.get(number), name=name))

    def recolored(self, number: int, color: Color) -> ClassTable:
        return self._replaced(replace(self.get(number), color=color))

    def with_lock(self, number: int, locked: bool) -> ClassTable:
        return self._replaced(replace(self.get(number), locked=locked))

    def with_hidden(self, number: int, hidden: bool) -> ClassTable:
        return self._replaced(replace(self.get(number), hidden=hidden))

    def moved(self, number: int, place: int) -> ClassTable:
        """A table in which the class stands at a place, counted from 0; its number stays."""
        others = [c for c in self.classes if c.number != number]
        others.insert(min(max(place, 0), len(others)), self.get(number))
        return ClassTable(tuple(others))

    def in_colors_of(self, palette: str) -> ClassTable:
        """A table with the colours of a palette of `palettes.PALETTES`, in the order in which the classes are shown.

        Raises:
            KeyError: there is no palette of that name.
        """
        return ClassTable(tuple(replace(c, color=palette_color(palette, n)) for n, c in enumerate(self.classes)))

    def merged_with(self, numbers: Iterable[int]) -> ClassTable:
        """This table with default entries for those of the numbers that it lacks."""
        missing = ClassTable.for_numbers(set(map(int, numbers)) - set(self.numbers))
        return ClassTable((*self.classes, *missing.classes))

    def _replaced(self, info: ClassInfo) -> ClassTable:
        return ClassTable(tuple(info if c.number == info.number else c for c in self.classes))

    def _require_free_name(self, name: str, number: int) -> None:
        if any(c.name.casefold() == name.casefold() and c.number != number for c in self.classes):
            raise HsiError(say("There is already a class named “{name}”.", name=name), say("Choose another name."))
