"""Classes of a loaded raster join those of the label map by name."""

from __future__ import annotations

import numpy as np

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.matching import differs, match_classes, renumbered


def table(**numbers: int) -> ClassTable:
    return ClassTable(tuple(ClassInfo(n, name, (n, n, n)) for name, n in numbers.items()))


RASTER = np.array([[0, 1], [2, 2]], dtype=np.uint16)


def test_an_empty_table_takes_the_raster_as_it_is():
    matched = match_classes(RASTER, table(water=1, corn=2), ClassTable())
    assert np.array_equal(matched.array, RASTER)
    assert matched.classes == table(water=1, corn=2)
    assert matched.renumbered == {}


def test_the_same_name_gets_the_same_number():
    matched = match_classes(RASTER, table(water=1, corn=2), table(Corn=1, Water=2))
    assert matched.array.tolist() == [[0, 2], [1, 1]]
    assert matched.classes == table(Corn=1, Water=2)
    assert matched.renumbered == {1: 2, 2: 1}


def test_a_default_name_gives_way_to_a_given_one_of_the_same_number():
    matched = match_classes(RASTER, table(water=1, corn=2), ClassTable.for_numbers([1]))
    assert np.array_equal(matched.array, RASTER)
    assert [c.name for c in matched.classes] == ["water", "corn"]


def test_a_raster_without_names_takes_those_of_the_table():
    matched = match_classes(RASTER, ClassTable.for_numbers([1, 2]), table(water=1, corn=2))
    assert np.array_equal(matched.array, RASTER)
    assert matched.classes == table(water=1, corn=2)


def test_another_name_of_the_same_number_becomes_a_new_class():
    matched = match_classes(RASTER, table(water=1, corn=2), table(soil=1))
    assert matched.classes.get(1).name == "soil"
    water = matched.renumbered[1]
    assert matched.classes.get(water).name == "water"
    assert matched.array[0, 1] == water
    assert len({c.number for c in matched.classes}) == 3


def test_unlabelled_pixels_stay_unlabelled_and_no_class_is_merged_into_another():
    rng = np.random.default_rng(0)
    raster = rng.integers(0, 6, (20, 20)).astype(np.uint16)
    names = table(a=1, b=2, c=3, d=4, e=5)
    matched = match_classes(raster, names, table(c=1, a=3, x=2, y=5))
    assert np.array_equal(matched.array == 0, raster == 0)
    pairs = {(int(o), int(n)) for o, n in zip(raster.ravel(), matched.array.ravel(), strict=True)}
    assert len(pairs) == 6
    for old, new in pairs - {(0, 0)}:
        assert matched.classes.get(new).name == names.get(old).name


def test_several_classes_become_one_and_others_are_left_out():
    raster = np.array([[0, 1, 2], [3, 4, 4]], dtype=np.uint16)
    found = renumbered(
        raster, table(maize=1, corn=2, noise=3, water=4), table(Corn=7, soil=2), {1: 7, 2: 7, 3: 0, 4: 9}
    )
    assert found.array.tolist() == [[0, 7, 7], [0, 9, 9]]
    assert [(c.number, c.name) for c in found.classes] == [(7, "Corn"), (2, "soil"), (9, "water")]
    assert found.renumbered == {1: 7, 2: 7, 3: 0, 4: 9}


def test_a_new_class_gets_a_name_of_its_own():
    found = renumbered(RASTER, table(corn=1, water=2), table(Corn=7), {1: 8, 2: 2})
    assert [c.name for c in found.classes] == ["Corn", "corn (2)", "water"]


def test_a_new_class_keeps_its_colour_unless_another_has_it():
    file = ClassTable((ClassInfo(1, "a", (9, 9, 9)), ClassInfo(2, "b", (8, 8, 8))))
    scene = ClassTable((ClassInfo(1, "x", (8, 8, 8)), ClassInfo(2, "y", (7, 7, 7))))
    colors = {c.name: c.color for c in match_classes(RASTER, file, scene).classes}
    assert colors["a"] == (9, 9, 9)
    assert colors["b"] not in ((8, 8, 8), (7, 7, 7), (9, 9, 9))


def test_only_named_classes_that_the_scene_lacks_are_a_question():
    assert not differs(RASTER, table(water=1, corn=2), ClassTable())
    assert not differs(RASTER, table(water=1, corn=2), ClassTable.for_numbers([1, 2]))
    assert not differs(RASTER, table(water=1, corn=2, far=3), table(Corn=1, Water=2))
    assert differs(RASTER, table(water=1, corn=2), table(Corn=1, soil=2))
