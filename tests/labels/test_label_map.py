import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit, LabelMap, require_same_size

SOIL_WATER = ClassTable((ClassInfo(1, "soil", (9, 9, 9)), ClassInfo(2, "water", (8, 8, 8))))


def drawn() -> LabelMap:
    array = np.array([[1, 1, 0, 0], [2, 0, 0, 2], [0, 0, 1, 2]])
    return LabelMap.from_array(array, SOIL_WATER)


def test_a_new_map_is_unlabelled():
    labels = LabelMap(3, 5, SOIL_WATER)
    assert labels.shape == (3, 5)
    assert labels.array.dtype == np.uint16
    assert labels.counts() == {1: 0, 2: 0}


def test_counts_cover_classes_without_pixels():
    labels = drawn()
    labels.classes = labels.classes.merged_with([9])
    assert labels.counts() == {1: 3, 2: 3, 9: 0}


def test_counts_follow_every_edit_and_its_way_back():
    labels = LabelMap.from_array(np.random.default_rng(0).integers(0, 4, (20, 30)))
    rng = np.random.default_rng(1)
    inverses = []
    for _ in range(30):
        top, left = rng.integers(0, 10, 2).tolist()
        inverses.append(labels.apply(Edit(top, left, rng.random((9, 8)) < 0.4, int(rng.integers(0, 4)))))
        assert labels.counts() == {n: int((labels.array == n).sum()) for n in (1, 2, 3)}
    for inverse in reversed(inverses):
        labels.apply(inverse)
        assert labels.counts() == {n: int((labels.array == n).sum()) for n in (1, 2, 3)}


def test_an_edit_in_pieces_is_the_edit():
    rng = np.random.default_rng(2)
    mask = rng.random((9, 8)) < 0.4
    for new in (3, rng.integers(0, 4, np.count_nonzero(mask)).astype(np.uint16)):
        whole, parts = LabelMap(20, 30), LabelMap(20, 30)
        edit = Edit(4, 7, mask, new, SOIL_WATER, VALIDATION)
        whole.apply(edit)
        pieces = list(edit.pieces(20))
        assert [piece.box for piece in pieces][::4] == [(4, 7, 6, 15), (12, 7, 13, 15)]
        assert [piece.classes for piece in pieces] == [SOIL_WATER, None, None, None, None]
        inverses = [parts.apply(piece) for piece in pieces]
        np.testing.assert_array_equal(parts.validation, whole.validation)
        assert parts.counts(VALIDATION) == whole.counts(VALIDATION)
        for inverse in reversed(inverses):
            parts.apply(inverse)
        assert not parts.validation.any()
    assert list(Edit(classes=SOIL_WATER).pieces(20)) == [Edit(classes=SOIL_WATER)]


def test_the_array_cannot_be_written_past_the_edits():
    with pytest.raises(ValueError, match="read-only"):
        drawn().array[0, 0] = 5


def test_from_array_copies_and_completes_the_classes():
    array = np.array([[1, 7]])
    labels = LabelMap.from_array(array, SOIL_WATER)
    array[0, 0] = 5
    assert labels.array.tolist() == [[1, 7]]
    assert labels.classes.numbers == (1, 2, 7)


def test_an_edit_changes_its_mask_only():
    labels = drawn()
    labels.apply(Edit(1, 2, np.array([[True, False], [True, True]]), 2))
    assert labels.array.tolist() == [[1, 1, 0, 0], [2, 0, 2, 2], [0, 0, 2, 2]]


def test_the_inverse_brings_back_every_old_value_and_its_inverse_the_new_ones():
    labels = drawn()
    before = labels.array.copy()
    mask = np.random.default_rng(0).random((3, 4)) < 0.6
    inverse = labels.apply(Edit(0, 0, mask, 5))
    after = labels.array.copy()
    assert (after != before).any()
    again = labels.apply(inverse)
    np.testing.assert_array_equal(labels.array, before)
    labels.apply(again)
    np.testing.assert_array_equal(labels.array, after)


def test_an_edit_may_give_every_pixel_its_own_number():
    labels = LabelMap(2, 3)
    labels.apply(Edit(0, 1, np.array([[True, True], [False, True]]), np.array([4, 5, 6], dtype=np.uint16)))
    assert labels.array.tolist() == [[0, 4, 5], [0, 0, 6]]


def test_an_edit_of_classes_is_taken_back_too():
    labels = drawn()
    inverse = labels.apply(Edit(classes=SOIL_WATER.renamed(1, "sand")))
    assert labels.classes.get(1).name == "sand"
    labels.apply(inverse)
    assert labels.classes == SOIL_WATER


def test_deleting_a_class_and_its_pixels_is_one_edit():
    labels = drawn()
    before = labels.array.copy()
    inverse = labels.apply(Edit(0, 0, labels.array == 2, 0, SOIL_WATER.removed(2)))
    assert labels.counts() == {1: 3}
    assert not (labels.array == 2).any()
    labels.apply(inverse)
    assert labels.classes == SOIL_WATER
    np.testing.assert_array_equal(labels.array, before)


@pytest.mark.parametrize(("top", "left"), [(-1, 0), (0, -1), (2, 0), (0, 3)])
def test_a_box_that_reaches_outside_is_a_mistake_and_changes_nothing(top, left):
    labels = drawn()
    before = labels.array.copy()
    with pytest.raises(ValueError, match="outside a raster"):
        labels.apply(Edit(top, left, np.ones((2, 2), dtype=bool), 1, ClassTable()))
    np.testing.assert_array_equal(labels.array, before)
    assert labels.classes == SOIL_WATER


def test_too_few_numbers_for_the_mask_change_nothing():
    labels = drawn()
    before = labels.array.copy()
    with pytest.raises(ValueError, match="3 class numbers for 4 pixels"):
        labels.apply(Edit(0, 0, np.ones((2, 2), dtype=bool), np.array([1, 2, 3], dtype=np.uint16), ClassTable()))
    np.testing.assert_array_equal(labels.array, before)
    assert labels.classes == SOIL_WATER


def test_the_box_of_an_edit_is_what_is_to_be_redrawn():
    assert Edit(3, 4, np.ones((2, 5), dtype=bool)).box == (3, 4, 5, 9)
    assert Edit(classes=SOIL_WATER).box == (0, 0, 0, 0)


def test_replacing_makes_the_map_equal_and_can_be_taken_back():
    labels = drawn()
    before = labels.array.copy()
    wanted = np.arange(12).reshape(3, 4)
    inverse = labels.apply(labels.replacing(wanted, ClassTable.for_numbers(range(12))))
    np.testing.assert_array_equal(labels.array, wanted)
    assert len(labels.classes) == 11
    labels.apply(inverse)
    np.testing.assert_array_equal(labels.array, before)
    assert labels.classes == SOIL_WATER


def test_labels_of_another_size_are_refused_with_both_sizes():
    with pytest.raises(HsiError, match="The labels are 4 x 3 pixels, the scene is 3 x 4"):
        drawn().replacing(np.zeros((4, 3), dtype=np.uint16))
    with pytest.raises(HsiError, match="ground truth are 3 x 4 x 5"):
        require_same_size((3, 4, 5), (3, 4), "ground truth")


def test_the_layers_have_labels_and_counts_of_their_own():
    labels = drawn()
    before = labels.array.copy()
    inverse = labels.apply(Edit(0, 0, np.ones((1, 3), dtype=bool), 2, layer=VALIDATION))
    np.testing.assert_array_equal(labels.array, before)
    assert labels.validation[0].tolist() == [2, 2, 2, 0]
    assert labels.counts(VALIDATION) == {1: 0, 2: 3}
    assert labels.counts() == {1: 3, 2: 3}
    assert (labels.labelled(), labels.labelled(VALIDATION)) == (6, 3)
    labels.apply(inverse)
    assert not labels.validation.any()


def test_an_edit_that_replaces_holds_only_what_differs():
    labels = drawn()
    wanted = labels.array.copy()
    wanted[1, 2] = 2
    assert labels.replacing(wanted).box == (1, 2, 2, 3)
    assert labels.replacing(labels.array.copy()).mask is None


@pytest.mark.parametrize("values", ["one", "many", "same"])
def test_a_packed_edit_is_the_same_edit(values):
    rng = np.random.default_rng(0)
    mask = rng.random((37, 53)) < 0.4
    new = {
        "one": 7,
        "many": rng.integers(0, 60_000, mask.sum()).astype(np.uint16),
        "same": np.full(mask.sum(), 9, dtype=np.uint16),
    }[values]
    edit = Edit(3, 4, mask, new, SOIL_WATER, VALIDATION)
    back = edit.packed().unpacked()
    assert (back.box, back.classes, back.layer) == (edit.box, edit.classes, edit.layer)
    np.testing.assert_array_equal(back.mask, mask)
    np.testing.assert_array_equal(np.broadcast_to(back.new, mask.sum()), np.broadcast_to(new, mask.sum()))
    classes = Edit(classes=SOIL_WATER).packed()
    assert not classes.changes_labels
    assert classes.unpacked().classes == SOIL_WATER


def test_where_a_class_is():
    labels = drawn()
    top, left, mask = labels.where(2)
    assert (top, left, mask.tolist()) == (1, 0, [[True, False, False, True], [False, False, False, True]])
    assert labels.where(9) is None


def test_a_snapshot_is_a_copy_of_all_that_was_ever_labelled():
    labels = LabelMap(50, 60)
    assert not labels.snapshot().any()
    rng = np.random.default_rng(5)
    for _ in range(20):
        top, left = rng.integers(0, 45, 2).tolist()
        labels.apply(Edit(top, left, rng.random((5, 5)) < 0.5, 3, layer=int(rng.integers(0, 2))))
        for layer in (TRAINING, VALIDATION):
            np.testing.assert_array_equal(labels.snapshot(layer), labels.layer(layer))
    kept, before = labels.snapshot(), labels.array.copy()
    labels.apply(Edit(0, 0, np.ones((50, 60), dtype=bool), 9))
    np.testing.assert_array_equal(kept, before)
    full = LabelMap.from_array(before)
    np.testing.assert_array_equal(full.snapshot(), before)
    assert full.numbers() == [3]
