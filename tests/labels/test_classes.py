import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import MAX_CLASS, PALETTE, ClassInfo, ClassTable, color_for


def table(*names: str) -> ClassTable:
    return ClassTable(tuple(ClassInfo(i, name, color_for(i)) for i, name in enumerate(names, start=1)))


def test_default_colours_differ_and_are_never_black():
    colors = [color_for(n) for n in range(1, 201)]
    assert len(set(colors)) == 200
    assert all(0 <= part <= 255 for color in colors for part in color)
    assert all(sum(color_for(n)) > 100 for n in range(1, MAX_CLASS + 1, 97))


def test_the_palette_is_used_from_class_one_on():
    assert [color_for(n) for n in (1, 2, len(PALETTE))] == [PALETTE[0], PALETTE[1], PALETTE[-1]]


def test_a_number_is_refused_when_it_is_given_twice_or_out_of_range():
    with pytest.raises(ValueError, match="given twice"):
        ClassTable((ClassInfo(1, "a", (1, 2, 3)), ClassInfo(1, "b", (1, 2, 3))))
    for number in (0, -1, MAX_CLASS + 1):
        with pytest.raises(ValueError, match="must lie in"):
            ClassTable((ClassInfo(number, "a", (1, 2, 3)),))


def test_a_table_for_numbers_has_default_names_in_order_and_leaves_zero_out():
    made = ClassTable.for_numbers([7, 0, 3, 7])
    assert [(c.number, c.name, c.color) for c in made] == [(3, "Class 3", color_for(3)), (7, "Class 7", color_for(7))]


def test_a_new_class_takes_the_lowest_free_number():
    start = table("soil", "water", "roof").removed(2)
    after, info = start.added("grass")
    assert info == ClassInfo(2, "grass", color_for(2))
    assert after.numbers == (1, 3, 2)
    assert start.numbers == (1, 3), "the old table stays as it was"


def test_a_new_class_without_a_name_gets_one():
    after, info = table("soil").added("  ", (9, 8, 7))
    assert (info.name, info.color) == ("Class 2", (9, 8, 7))
    assert after.get(2) is info


def test_names_are_unique_whatever_their_case():
    with pytest.raises(HsiError, match="already a class named “WATER”"):
        table("soil", "water").added("WATER")
    with pytest.raises(HsiError, match="already a class named “Soil”"):
        table("soil", "water").renamed(2, "Soil")


def test_a_class_can_be_renamed_in_place_even_to_another_case_of_its_name():
    after = table("soil", "water", "roof").renamed(2, " Water ")
    assert [c.name for c in after] == ["soil", "Water", "roof"]


def test_an_empty_name_is_refused():
    with pytest.raises(HsiError, match="needs a name"):
        table("soil").renamed(1, "  ")


def test_recolouring_changes_only_that_class():
    after = table("soil", "water").recolored(1, (1, 2, 3))
    assert [(c.name, c.color) for c in after] == [("soil", (1, 2, 3)), ("water", color_for(2))]


def test_membership_length_and_unknown_numbers():
    made = table("soil", "water")
    assert len(made) == 2
    assert 2 in made
    assert 3 not in made
    assert made.get(3) == ClassInfo(3, "Class 3", color_for(3))


def test_merging_adds_what_is_missing_behind_and_keeps_the_rest():
    after = table("soil", "water").merged_with([0, 2, 9, 5])
    assert [(c.number, c.name) for c in after] == [(1, "soil"), (2, "water"), (5, "Class 5"), (9, "Class 9")]


def test_a_full_table_takes_no_more():
    with pytest.raises(HsiError, match="already 65535 classes"):
        ClassTable.for_numbers(range(1, MAX_CLASS + 1)).added("one more")


def test_a_class_moves_and_keeps_its_number():
    table = ClassTable.for_numbers([1, 2, 3])
    assert table.moved(3, 0).numbers == (3, 1, 2)
    assert table.moved(1, 1).numbers == (2, 1, 3)
    assert table.moved(1, 99).numbers == (2, 3, 1)
    assert table.moved(2, -4).numbers == (2, 1, 3)


def test_locks_and_hiding_are_kept_through_other_changes_and_are_no_content():
    table = ClassTable.for_numbers([1, 2]).with_lock(2, True).with_hidden(1, True)
    changed = table.renamed(2, "soil").recolored(2, (1, 2, 3)).moved(2, 0)
    assert changed.locked == (2,)
    assert changed.get(1).hidden
    assert table.same_content(ClassTable.for_numbers([1, 2]))
    assert not table.same_content(changed)
    assert not table.with_lock(2, False).locked


def test_thousands_of_classes_are_looked_up_fast_enough():
    table = ClassTable.for_numbers(range(1, 5001))
    assert all(n in table and table.get(n).number == n for n in range(1, 5001))


def test_a_class_without_a_name_gets_one_that_is_free():
    named = ClassTable((ClassInfo(2, "Class 1", (1, 2, 3)), ClassInfo(3, "CLASS 2", (1, 2, 3))))
    after, info = named.added()
    assert (info.number, info.name) == (1, "Class 3")
    assert len(after) == 3


def test_a_number_that_is_in_use_elsewhere_is_not_given():
    _, info = table("soil").added("grass", kept=lambda number: number in (2, 3))
    assert info.number == 4
