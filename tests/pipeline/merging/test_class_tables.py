"""One table of classes for many maps."""

from __future__ import annotations

import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.pipeline.merging.class_tables import agreed

RED, BLUE = (255, 0, 0), (0, 0, 255)


def table(**classes: int) -> ClassTable:
    return ClassTable(tuple(ClassInfo(number, name, RED) for name, number in classes.items()))


def test_tables_that_agree_become_one_and_classes_without_a_name_take_it():
    found = agreed([("a", table(Corn=1, Water=3)), ("b", ClassTable.for_numbers([3, 5])), ("c", table(corn=1, Soil=5))])
    assert [(c.number, c.name) for c in found.classes] == [(1, "Corn"), (3, "Water"), (5, "Soil")]
    assert found.numbers == ({1: 1, 3: 3}, {3: 3, 5: 5}, {1: 1, 5: 5})
    assert found.notes == ()


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (table(Soil=1), "Class 1 is Corn in a, and Soil in b."),
        (table(Corn=2), "Corn is class 1 in a, and class 2 in b."),
    ],
)
def test_tables_that_disagree_are_refused_and_by_name_are_brought_together(second, said):
    with pytest.raises(HsiError, match=said) as error:
        agreed([("a", table(Corn=1)), ("b", second)])
    assert "--match-classes" in error.value.hint
    found = agreed([("a", table(Corn=1)), ("b", second)], by_name=True)
    names = {c.name: c.number for c in found.classes}
    assert names == {"Corn": 1, "Soil": 2} if "Soil" in said else names == {"Corn": 1}
    assert found.numbers[1] == {next(iter(second.numbers)): names[next(iter(second)).name]}
    assert found.notes == ("Class numbers of 1 maps were changed to those of the same names.",)


def test_other_colours_are_no_other_class_and_are_told():
    other = ClassTable((ClassInfo(1, "Corn", BLUE),))
    found = agreed([("a", table(Corn=1)), ("b", other)])
    assert found.classes.get(1).color == RED
    assert found.notes == ("Colours differ from map to map, and those of the first are taken: Corn.",)
