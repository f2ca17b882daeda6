import json
import math

import numpy as np
import pytest
from sklearn import metrics as sk

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.report.metrics import Accuracy, about_untrained, accuracy, confusion, to_json


def table(*names: str) -> ClassTable:
    return ClassTable(tuple(ClassInfo(i, name, color_for(i)) for i, name in enumerate(names, start=1)))


def rasters(matrix: list[list[int]], unclassified: tuple[int, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """A map and a reference with these counts (rows reference, columns predicted), and some unlabelled pixels."""
    pairs = [(i, j, n) for i, row in enumerate(matrix, start=1) for j, n in enumerate(row, start=1)]
    pairs += [(i, 0, n) for i, n in enumerate(unclassified, start=1)] + [(0, 1, 7), (0, 2, 3)]
    reference = np.concatenate([np.full(n, i) for i, _, n in pairs])
    predicted = np.concatenate([np.full(n, j) for _, j, n in pairs])
    order = np.random.default_rng(0).permutation(len(reference))
    return predicted[order].reshape(1, -1).astype(np.uint16), reference[order].reshape(1, -1).astype(np.uint16)


def measured(matrix: list[list[int]], unclassified: tuple[int, ...] = ()) -> Accuracy:
    predicted, reference = rasters(matrix, unclassified)
    return accuracy(predicted, reference, table(*"abcdefgh"[: len(matrix)]))


# Worked by hand: 20 pixels, 13 on the diagonal; row sums 8, 6, 6; column sums 6, 5, 9.
BY_HAND = [[5, 2, 1], [0, 3, 3], [1, 0, 5]]


def test_the_example_worked_by_hand():
    result = measured(BY_HAND)
    assert result.matrix.tolist() == BY_HAND, "rows are the reference, columns what the map says"
    assert result.n_test == 20
    assert result.support == (8, 6, 6)
    assert result.oa == pytest.approx(13 / 20)
    assert result.producers == pytest.approx((5 / 8, 3 / 6, 5 / 6))
    assert result.users == pytest.approx((5 / 6, 3 / 5, 5 / 9))
    assert result.aa == pytest.approx((5 / 8 + 1 / 2 + 5 / 6) / 3)
    assert result.f1 == pytest.approx((10 / 14, 6 / 11, 10 / 15))
    # by chance (8 x 6 + 6 x 5 + 6 x 9) / 400 = 0.33
    assert result.kappa == pytest.approx((0.65 - 0.33) / (1 - 0.33))


def test_the_example_of_congalton_and_green():
    # Their table has the map in the rows: 434 samples of deciduous, conifer, agriculture, shrub.
    theirs = [[65, 4, 22, 24], [6, 81, 5, 8], [0, 11, 85, 19], [4, 7, 3, 90]]
    result = measured(np.array(theirs).T.tolist())
    assert result.n_test == 434
    assert round(100 * result.oa) == 74
    assert [round(100 * v) for v in result.producers] == [87, 79, 74, 64]
    assert [round(100 * v) for v in result.users] == [57, 81, 74, 87]
    assert round(result.kappa, 2) == 0.65


@pytest.mark.parametrize("seed", range(5))
def test_scikit_learn_agrees(seed):
    rng = np.random.default_rng(seed)
    reference = rng.choice([1, 2, 3, 5, 9], (30, 40), p=[0.5, 0.2, 0.15, 0.1, 0.05])
    predicted = np.where(rng.random((30, 40)) < 0.6, reference, rng.choice([1, 2, 3, 5, 9], (30, 40)))
    result = accuracy(predicted, reference, ClassTable.for_numbers([1, 2, 3, 5, 9]))
    y, p = reference.ravel(), predicted.ravel()
    np.testing.assert_array_equal(result.matrix, sk.confusion_matrix(y, p))
    assert result.oa == pytest.approx(sk.accuracy_score(y, p))
    assert result.aa == pytest.approx(sk.balanced_accuracy_score(y, p))
    assert result.kappa == pytest.approx(sk.cohen_kappa_score(y, p))
    precision, recall, f1, support = sk.precision_recall_fscore_support(y, p)
    np.testing.assert_allclose(result.users, precision)
    np.testing.assert_allclose(result.producers, recall)
    np.testing.assert_allclose(result.f1, f1)
    np.testing.assert_allclose(result.iou, sk.jaccard_score(y, p, average=None))
    np.testing.assert_array_equal(result.support, support)


def test_a_perfect_map_and_a_useless_one():
    perfect = measured([[4, 0], [0, 6]])
    assert (perfect.oa, perfect.aa, perfect.kappa) == (1, 1, 1)
    useless = measured([[2, 2], [3, 3]])
    assert useless.kappa == pytest.approx(0)
    assert measured([[0, 5], [5, 0]]).kappa == pytest.approx(-1)


def test_unlabelled_pixels_do_not_count():
    predicted = np.array([[1, 2, 2, 1]])
    result = accuracy(predicted, np.array([[1, 0, 0, 1]]), table("a", "b"))
    assert (result.n_test, result.oa) == (2, 1)


def test_unclassified_pixels_are_errors_in_a_column_of_their_own():
    result = measured([[5, 1], [0, 4]], unclassified=(2, 3))
    assert result.columns == ("a", "b", "Unclassified")
    assert result.matrix.tolist() == [[5, 1, 2], [0, 4, 3]]
    assert result.unmapped == 5
    assert result.oa == pytest.approx(9 / 15)
    assert result.producers == pytest.approx((5 / 8, 4 / 7))
    assert result.users == pytest.approx((1, 4 / 5)), "of what the map calls by the class"
    y, p = rasters([[5, 1], [0, 4]], (2, 3))[::-1]
    assert result.kappa == pytest.approx(sk.cohen_kappa_score(y[y > 0], p[y > 0]))


def test_without_unclassified_pixels_there_is_no_such_column():
    result = measured(BY_HAND)
    assert result.columns == ("a", "b", "c")
    assert result.unmapped == 0


def test_unclassified_pixels_outside_the_reference_do_not_matter():
    result = accuracy(np.array([[1, 0, 0]]), np.array([[1, 0, 0]]), table("a"))
    assert result.matrix.tolist() == [[1]]


def test_training_pixels_are_left_out_and_counted():
    truth = np.array([[1, 1, 1, 2, 2, 2, 0, 0]])
    train = np.array([[1, 0, 0, 2, 2, 0, 1, 0]])
    predicted = np.array([[1, 1, 2, 2, 2, 1, 1, 1]])
    result = accuracy(predicted, truth, table("a", "b"), train)
    assert result.matrix.tolist() == [[1, 1], [1, 0]]
    assert (result.n_test, result.n_train, result.overlap) == (3, 4, 3)
    assert result.train_support == (2, 2)


def test_unknown_training_labels_are_not_reported_as_none_at_all():
    result = measured(BY_HAND)
    assert (result.n_train, result.overlap, result.train_support) == (None, None, None)
    assert to_json(result)["n_train"] is None
    assert to_json(result)["classes"][0]["train"] is None


def test_a_class_without_test_pixels_is_not_applicable_and_not_in_the_mean():
    truth = np.array([[1, 1, 2, 3, 1, 2]])
    train = np.array([[0, 0, 0, 3, 1, 2]])
    predicted = np.array([[1, 2, 2, 3, 1, 2]])
    result = accuracy(predicted, truth, table("a", "b", "c", "d"), train)
    for shares in (result.producers, result.users, result.f1, result.iou):
        assert math.isnan(shares[2])
        assert math.isnan(shares[3])
    assert result.aa == pytest.approx((1 / 2 + 1) / 2)
    assert result.tested == 2
    assert result.support == (2, 1, 0, 0)
    assert result.train_support == (1, 1, 1, 0)


def test_a_class_that_was_not_trained_on_is_not_applicable_yet_its_pixels_are_errors():
    truth = np.array([[1, 1, 1, 2, 2, 3]])
    train = np.array([[1, 0, 0, 2, 0, 0]])
    result = accuracy(np.array([[1, 1, 1, 2, 2, 1]]), truth, table("a", "b", "c"), train)
    assert result.oa == pytest.approx(3 / 4)
    assert result.aa == 1
    assert [math.isnan(v) for v in result.producers] == [False, False, True]
    assert [math.isnan(v) for v in result.f1] == [False, False, True]
    untrained = accuracy(np.array([[1, 1, 1, 2, 2, 1]]), truth, table("a", "b", "c"), train * 0)
    assert untrained.producers[2] == 0, "with no training pixels at all, nothing is known to be untrained"
    assert (untrained.untrained, about_untrained(untrained)) == ((), "")


def test_why_overall_and_average_accuracy_part_is_told():
    truth = np.array([[1, 1, 1, 2, 2, 3, 4, 4]])
    train = np.array([[1, 0, 0, 2, 0, 0, 0, 0]])
    result = accuracy(np.array([[1, 1, 2, 2, 2, 1, 1, 2]]), truth, table("a", "b", "c", "d"), train)
    assert (result.oa, result.aa) == (pytest.approx(2 / 6), pytest.approx(3 / 4))
    assert (result.untrained, result.untrained_pixels) == ((2, 3), 3)
    assert result.oa_trained == pytest.approx(2 / 3)
    assert "3 of these pixels are of 2 classes without training labels" in about_untrained(result)
    assert "66.7 % are right" in about_untrained(result)
    told = to_json(result)
    assert (told["untrained_pixels"], told["oa_trained"]) == (3, pytest.approx(2 / 3))
    alone = accuracy(np.array([[1, 1]]), np.array([[1, 2]]), table("a", "b"), np.array([[1, 0]]))
    assert math.isnan(alone.oa_trained)
    assert "right" not in about_untrained(alone)


# Told apart from its transpose by every figure: 60 pixels of a, 10 of b; the map has 20 of a, 50 of b.
ASYMMETRIC = [[19, 41], [1, 9]]


def test_the_matrix_is_the_right_way_round():
    result = measured(ASYMMETRIC)
    assert result.matrix.tolist() == [[19, 41], [1, 9]], "rows are the reference"
    assert result.support == (60, 10)
    assert result.predicted == (20, 50)
    assert result.producers == pytest.approx((19 / 60, 9 / 10))
    assert result.users == pytest.approx((19 / 20, 9 / 50))
    assert result.iou == pytest.approx((19 / 61, 9 / 51))
    assert result.percent.tolist() == [pytest.approx([100 * 19 / 60, 100 * 41 / 60]), pytest.approx([10, 90])]
    y, p = rasters(ASYMMETRIC)[::-1]
    np.testing.assert_array_equal(result.matrix, sk.confusion_matrix(y[y > 0], p[y > 0]))
    values = to_json(result)
    assert values["matrix"] == [[19, 41], [1, 9]]
    assert values["matrix_percent"] == [[pytest.approx(31.6667), pytest.approx(68.3333)], [10, 90]]
    assert values["classes"][0]["users_interval"] == pytest.approx([0.7639, 0.9911], abs=1e-4), "Wilson, 19 of 20"


def test_a_class_that_is_never_predicted_has_no_users_accuracy():
    result = measured([[3, 0], [2, 0]])
    assert result.producers == (1, 0)
    assert result.users[0] == pytest.approx(3 / 5)
    assert math.isnan(result.users[1])
    assert result.f1[1] == 0, "there were pixels to find and none was found"


def test_predicted_classes_that_the_reference_lacks_stay_as_columns():
    result = accuracy(np.array([[1, 7, 2]]), np.array([[1, 1, 2]]), table("a", "b"))
    assert result.classes == (1, 2, 7)
    assert result.names == ("a", "b", "Class 7")
    assert result.matrix.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert math.isnan(result.users[2]), "the reference has none of it: not 0"
    assert math.isnan(result.producers[2])
    assert math.isnan(result.f1[2])
    assert result.aa == pytest.approx((1 / 2 + 1) / 2)


def test_classes_are_matched_by_number_and_shown_in_the_order_of_the_table():
    classes = ClassTable((ClassInfo(9, "nine", (1, 2, 3)), ClassInfo(4, "four", (4, 5, 6))))
    result = accuracy(np.array([[9, 9, 4]]), np.array([[9, 4, 4]]), classes)
    assert result.classes == (9, 4)
    assert result.names == ("nine", "four")
    assert result.colors == ((1, 2, 3), (4, 5, 6))
    assert result.matrix.tolist() == [[1, 0], [1, 1]]


def test_kappa_of_a_single_class_is_not_defined():
    result = measured([[9]])
    assert result.oa == 1
    assert math.isnan(result.kappa)
    assert to_json(result)["kappa"] is None


def test_the_largest_class_numbers_will_do():
    result = accuracy(np.array([[65535, 1]]), np.array([[65535, 65535]]), ClassTable())
    assert result.classes == (1, 65535)
    assert result.matrix.tolist() == [[0, 0], [1, 1]]


def test_large_counts_do_not_overflow():
    truth = np.ones((3000, 2000), dtype=np.uint16)
    truth[:, 0] = 2
    assert accuracy(truth, truth, ClassTable()).kappa == pytest.approx(1)


def test_rasters_of_other_sizes_are_refused_with_both_sizes():
    ones = np.ones((4, 5), dtype=np.uint16)
    with pytest.raises(HsiError, match="The map is 3 x 5 pixels, the test labels are 4 x 5"):
        accuracy(ones[:3], ones, table("a"))
    with pytest.raises(HsiError, match="training labels is 4 x 2 pixels, the test labels are 4 x 5"):
        accuracy(ones, ones, table("a"), ones[:, :2])


def test_nothing_to_test_on_is_said_with_the_reason():
    ones = np.ones((4, 5), dtype=np.uint16)
    with pytest.raises(HsiError, match="hold no class"):
        accuracy(ones, ones * 0, table("a"))
    with pytest.raises(HsiError, match="all 20 labelled pixels were used for training"):
        accuracy(ones, ones, table("a"), ones)


def test_a_confusion_of_unknown_numbers_is_a_mistake():
    for reference, predicted in ([1, 3], [1, 1]), ([1, 1], [1, 3]), ([1, 0], [1, 1]):
        with pytest.raises(ValueError, match="not in the table"):
            confusion(np.array(reference), np.array(predicted), (1, 2))


def test_json_has_fractions_and_null_for_what_is_not_defined():
    truth, train = np.array([[1, 1, 2, 3, 1, 2]]), np.array([[0, 0, 0, 3, 1, 2]])
    result = accuracy(np.array([[1, 2, 0, 3, 1, 2]]), truth, table("a", "b", "c"), train)
    values = json.loads(json.dumps(to_json(result), allow_nan=False))
    assert (values["oa"], values["aa"]) == (pytest.approx(1 / 3), pytest.approx(1 / 4))
    assert (values["n_test"], values["n_train"], values["overlap"], values["unclassified"]) == (3, 3, 3, 1)
    assert values["matrix"] == [[1, 1, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    assert values["columns"] == ["a", "b", "c", "Unclassified"]
    assert values["classes"][2] == {
        "number": 3, "name": "c", "producers_accuracy": None, "producers_interval": None, "users_accuracy": None,
        "users_interval": None, "f1": None, "iou": None, "test": 0, "train": 1,
    }  # fmt: skip
    assert values["classes"][0]["producers_accuracy"] == 0.5
