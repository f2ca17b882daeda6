"""Classes of a label map: number, name, colour. Class 0 is "unlabelled" and never part of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from hsigui.errors import HsiError

Color = tuple[int, int, int]
MAX_CLASS = 65_535  # label maps are uint16

# Distinct for colour-blind readers as far as eight go (Okabe & Ito 2008, without black), then well separated ones
# after Kelly 1965 and Tol 2021.
PALETTE: tuple[Color, ...] = (
    (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167),
    (136, 204, 68), (170, 68, 153), (68, 119, 170), (170, 119, 68), (119, 221, 221), (221, 51, 51), (153, 153, 51),
    (102, 68, 204), (255, 170, 170), (34, 102, 51), (187, 187, 187), (119, 17, 68), (170, 221, 255), (255, 119, 34),
    (102, 102, 102), (68, 221, 136), (255, 102, 204),
)  # fmt: skip


def color_for(number: int) -> Color:
    """The default colour of a class number; beyond the palette a fixed pseudo-random one, never black."""
    if 1 <= number <= len(PALETTE):
        return PALETTE[number - 1]
    mixed = (number * 2_654_435_761) & 0xFFFFFF
    return 55 + (mixed & 0xFF) * 200 // 255, 55 + (mixed >> 8 & 0xFF) * 200 // 255, 55 + (mixed >> 16) * 200 // 255


@dataclass(frozen=True)
class ClassInfo:
    """One class: its number in the rasters (1 or more), its name, its colour (red, green, blue; 0-255)."""

    number: int
    name: str
    color: Color


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
        return cls(tuple(ClassInfo(n, f"Class {n}", color_for(n)) for n in wanted))

    def __iter__(self) -> Iterator[ClassInfo]:
        return iter(self.classes)

    def __len__(self) -> int:
        return len(self.classes)

    def __contains__(self, number: object) -> bool:
        return any(c.number == number for c in self.classes)

    def get(self, number: int) -> ClassInfo:
        """The class of a number; one with the default name and colour when the table lacks it."""
        for info in self.classes:
            if info.number == number:
                return info
        return ClassInfo(number, f"Class {number}", color_for(number))

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(c.number for c in self.classes)

    def added(self, name: str = "", color: Color | None = None) -> tuple[ClassTable, ClassInfo]:
        """A table with one more class (the lowest free number) and that class.

        Raises:
            HsiError: all 65535 numbers are taken, or the name is.
        """
        taken = set(self.numbers)
        number = next((n for n in range(1, MAX_CLASS + 1) if n not in taken), None)
        if number is None:
            raise HsiError(f"There are already {MAX_CLASS} classes.", "Delete one first.")
        info = ClassInfo(number, name.strip() or f"Class {number}", color or color_for(number))
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
            raise HsiError("A class needs a name.", "Type at least one character.")
        self._require_free_name(name, number)
        return self._replaced(replace(self.get(number), name=name))

    def recolored(self, number: int, color: Color) -> ClassTable:
        return self._replaced(replace(self.get(number), color=color))

    def merged_with(self, numbers: Iterable[int]) -> ClassTable:
        """This table with default entries for those of the numbers that it lacks."""
        missing = ClassTable.for_numbers(set(map(int, numbers)) - set(self.numbers))
        return ClassTable((*self.classes, *missing.classes))

    def _replaced(self, info: ClassInfo) -> ClassTable:
        return ClassTable(tuple(info if c.number == info.number else c for c in self.classes))

    def _require_free_name(self, name: str, number: int) -> None:
        if any(c.name.casefold() == name.casefold() and c.number != number for c in self.classes):
            raise HsiError(f"There is already a class named “{name}”.", "Choose another name.")
