"""Classes by a number or by letters of a name."""

from __future__ import annotations

import pytest

from hsigui.labels.class_search import find_classes, is_class
from hsigui.labels.classes import ClassInfo, ClassTable

TABLE = ClassTable(
    tuple(
        ClassInfo(number, name, (1, 2, 3))
        for number, name in ((1, "Meadow"), (2, "Bare soil"), (3, "Soil, wet"), (12, "Ölraps"), (21, "Wetland"))
    )
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1, 12]),
        ("12", [12]),
        ("2", [2, 21]),
        ("soil", [3, 2]),
        ("SOIL, wet", [3]),
        ("wet", [21, 3]),
        ("ö", [12]),
        (" meadow ", [1]),
        ("land", [21]),
        ("x", []),
        ("7", []),
        ("", [1, 2, 3, 12, 21]),
    ],
)
def test_the_likeliest_comes_first(text, numbers):
    assert [info.number for info in find_classes(text, TABLE)] == numbers


def test_a_whole_name_or_number_is_a_class_and_a_part_is_not():
    assert is_class("bare SOIL ", TABLE)
    assert is_class("21", TABLE)
    assert not is_class("soil", TABLE)
    assert not is_class("", TABLE)
