"""Classes by what somebody types: a number, or some letters of a name."""

from __future__ import annotations

from collections.abc import Callable

from hsigui.labels.classes import ClassInfo, ClassTable


def find_classes(text: str, classes: ClassTable) -> tuple[ClassInfo, ...]:
    """The classes that a text may mean, the likeliest first: of that very number or name, whose number or name begins
    with it, in which a word does, that hold it anywhere. All of them for an empty text."""
    wanted = text.strip().casefold()
    if not wanted:
        return tuple(classes)
    ranked = [(_rank(wanted, info), info) for info in classes]
    return tuple(info for rank, info in sorted(ranked, key=lambda pair: pair[0]) if rank < len(_TESTS))


def is_class(text: str, classes: ClassTable) -> bool:
    """Whether a text is the number or the whole name of a class."""
    wanted = text.strip().casefold()
    return any(_TESTS[0](wanted, info) or _TESTS[1](wanted, info) for info in classes)


def _name(info: ClassInfo) -> str:
    return info.name.casefold()


_TESTS: tuple[Callable[[str, ClassInfo], bool], ...] = (
    lambda wanted, info: wanted == str(info.number),
    lambda wanted, info: wanted == _name(info),
    lambda wanted, info: str(info.number).startswith(wanted),
    lambda wanted, info: _name(info).startswith(wanted),
    lambda wanted, info: any(word.startswith(wanted) for word in _name(info).split()),
    lambda wanted, info: wanted in _name(info),
)


def _rank(wanted: str, info: ClassInfo) -> int:
    return next((n for n, test in enumerate(_TESTS) if test(wanted, info)), len(_TESTS))
