"""Rasters of right and wrong pixels: they count what the confusion matrix counts, and name who is taken for whom."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.labels.classes import ClassTable
from hsigui.pipeline import scoring
from hsigui.report import error_map as errors
from hsigui.report.metrics import accuracy

SHAPE = (40, 50)


@pytest.fixture
def scene():
    """A map, a truth, training labels and a mask of the data, of four classes; the map leaves some pixels out."""
    random = np.random.default_rng(5)
    truth = random.integers(0, 5, SHAPE).astype(np.uint16)
    predicted = np.where(random.random(SHAPE) < 0.7, truth, random.integers(0, 5, SHAPE)).astype(np.uint16)
    train = np.where(random.random(SHAPE) < 0.1, truth, 0).astype(np.uint16)
    valid = random.random(SHAPE) > 0.05
    return predicted, truth, train, valid, ClassTable.for_numbers([1, 2, 3, 4])


def test_right_and_wrong_are_the_diagonal_of_the_matrix_and_the_rest(scene):
    predicted, truth, train, valid, classes = scene
    measured = accuracy(predicted, truth, classes, train, valid)
    counts = errors.counts(errors.states(predicted, scoring.tested(truth, train, valid)))
    assert counts[errors.RIGHT] == sum(measured.right)
    assert counts[errors.WRONG] == measured.n_test - sum(measured.right) > 0
    assert counts[errors.OTHERWISE] == 0
    assert counts[errors.NOT_TESTED] == truth.size - measured.n_test


def test_each_cell_of_the_matrix_is_one_choice(scene):
    predicted, truth, train, valid, classes = scene
    measured, test = accuracy(predicted, truth, classes, train, valid), scoring.tested(truth, train, valid)
    columns = (*measured.classes, 0)
    assert measured.matrix.shape == (4, 5)
    for row, of in enumerate(measured.classes):
        for column, taken_for in enumerate(columns):
            counts = errors.counts(errors.states(predicted, test, errors.Confused(of, taken_for)))
            assert counts[errors.RIGHT] == measured.matrix[row, row]
            if of != taken_for:
                assert counts[errors.WRONG] == measured.matrix[row, column]
            assert sum(counts.values()) - counts[errors.NOT_TESTED] == measured.support[row]
    for column, taken_for in enumerate(measured.classes):
        counts = errors.counts(errors.states(predicted, test, errors.Confused(taken_for=taken_for)))
        assert counts[errors.RIGHT] + counts[errors.WRONG] == measured.predicted[column]
        assert counts[errors.OTHERWISE] == 0


def test_the_pairs_are_the_cells_beside_the_diagonal_most_pixels_first(scene):
    predicted, truth, train, valid, classes = scene
    measured = accuracy(predicted, truth, classes, train, valid)
    raster, pairs = errors.pairs(predicted, scoring.tested(truth, train, valid))
    columns = (*measured.classes, 0)
    found = {(pair.of, pair.taken_for): pair.pixels for pair in pairs}
    cells = {
        (of, to): int(measured.matrix[row, column])
        for row, of in enumerate(measured.classes)
        for column, to in enumerate(columns)
        if of != to and measured.matrix[row, column]
    }
    assert found == cells
    assert [pair.pixels for pair in pairs] == sorted(found.values(), reverse=True)
    assert np.bincount(raster.ravel())[1:].tolist() == [pair.pixels for pair in pairs]
    first = raster == 1
    assert (truth[first] == pairs[0].of).all()
    assert (predicted[first] == pairs[0].taken_for).all()


def test_what_is_written_has_a_class_for_right_and_wrong_or_for_each_pair(scene):
    predicted, truth, train, valid, classes = scene
    test = scoring.tested(truth, train, valid)
    array, table = errors.error_map(predicted, test, classes)
    assert [(info.number, info.name) for info in table] == [(1, "right"), (2, "wrong")]
    assert np.array_equal(array, errors.states(predicted, test))
    by_pair, named = errors.error_map(predicted, test, classes, by_pair=True)
    _, pairs = errors.pairs(predicted, test)
    assert [info.number for info in named] == list(range(1, len(pairs) + 2))
    assert (
        named.get(2).name
        == pairs[0].words(classes)
        == f"Class {pairs[0].of} taken for " + (f"Class {pairs[0].taken_for}" if pairs[0].taken_for else "Unclassified")
    )
    assert np.array_equal(by_pair == 1, array == 1)
    assert np.array_equal(by_pair > 1, array == 2)
    assert len({info.color for info in named}) == len(named)


def test_more_pairs_than_fit_into_a_byte_share_the_last_number():
    truth = np.repeat(np.arange(1, 21, dtype=np.uint16), 40).reshape(20, 40)
    predicted = np.tile(np.arange(1, 41, dtype=np.uint16) % 20 + 1, 20).reshape(20, 40)
    array, table = errors.error_map(predicted, truth, ClassTable.for_numbers(range(1, 21)), by_pair=True)
    _, pairs = errors.pairs(predicted, truth)
    assert len(pairs) == 380 > errors.MOST_PAIRS
    assert array.max() == errors.MOST_PAIRS + errors.WRONG <= 255
    assert table.get(int(array.max())).name == "wrong otherwise"
    assert np.count_nonzero(array > 1) == np.count_nonzero(predicted != truth)


def test_where_nothing_is_tested_nothing_is_right_or_wrong():
    nothing = np.zeros((3, 4), dtype=np.uint16)
    assert errors.counts(errors.states(nothing + 1, nothing)) == {0: 12, 1: 0, 2: 0, 3: 0}
    raster, pairs = errors.pairs(nothing + 1, nothing)
    assert not raster.any()
    assert pairs == ()
