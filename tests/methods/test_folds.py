"""Folds on very few labels."""

from __future__ import annotations

import math

import numpy as np

from hsigui.methods import folds

LABELS = np.array([1] * 7 + [2] * 2 + [5])


def test_classes_are_dealt_out_evenly_and_a_single_label_is_never_tested():
    fold = folds.stratified(LABELS, seed=0)
    assert sorted(np.bincount(fold[:7]).tolist()) == [2, 2, 3]
    assert len(set(fold[7:9].tolist())) == 2
    assert fold[9] == -1
    assert np.array_equal(fold, folds.stratified(LABELS, seed=0))


def test_every_class_is_known_in_every_fold():
    fold = folds.stratified(LABELS, seed=1)
    for number in range(3):
        assert set(LABELS[fold != number].tolist()) == {1, 2, 5}


def test_accuracy_is_the_mean_over_tested_classes_on_labels_not_trained_on():
    fold = folds.stratified(LABELS, seed=0)

    def all_ones(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        assert not (train & test).any()
        return np.ones(test.sum(), dtype=int)

    assert folds.accuracy(LABELS, fold, all_ones) == 0.5  # of class 1 all, of class 2 none; class 5 is not tested
    single = np.array([1, 2, 3])
    assert math.isnan(folds.accuracy(single, folds.stratified(single, 0), all_ones))


def test_classes_with_many_labels_are_thinned_and_others_are_whole():
    rows = folds.at_most(LABELS, 3, seed=0)
    assert np.bincount(LABELS[rows], minlength=6)[[1, 2, 5]].tolist() == [3, 2, 1]
    assert (np.diff(rows) > 0).all()
