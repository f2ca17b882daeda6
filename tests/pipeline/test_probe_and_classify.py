"""From labels to the map: right where it can be, empty where there is no data, and quick to say what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import draw
from hsigui.pipeline import classify as classify_module
from hsigui.pipeline import probe as probe_module
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import MapSpec, ProbeSpec


@pytest.fixture(scope="module")
def features(cube, encoder):
    return embed(cube, encoder, SilentContext())


def test_a_few_labels_map_the_fields(features, truth):
    split = draw(truth, 5, seed=0, valid=features.valid)
    assert not ((split.train > 0) & (split.test > 0)).any()
    probe = fit_probe(features, split.train, ProbeSpec(), SilentContext())
    found = classify(features, probe, MapSpec(), SilentContext())
    measured = evaluate(found.classes, split.test, ClassTable.for_numbers(range(1, 5)), split.train)
    assert measured.oa > 0.95
    assert measured.overlap == 0


def test_pixels_without_data_have_no_class_and_no_confidence(features, truth):
    probe = fit_probe(features, draw(truth, 3, seed=0).train, ProbeSpec(), SilentContext())
    for smooth in (0.0, 2.0):
        found = classify(features, probe, MapSpec(smooth), SilentContext())
        assert (found.classes[~features.valid] == 0).all()
        assert np.isnan(found.confidence[~features.valid]).all()
        assert (found.classes[features.valid] > 0).all()
        inside = found.confidence[features.valid]
        assert (inside >= 0.25 - 1e-3).all()
        assert (inside <= 1 + 1e-5).all()
        entropy = found.entropy[features.valid]
        assert (entropy >= -1e-5).all()
        assert (entropy <= 1 + 1e-5).all()


def test_class_numbers_with_gaps_stay_as_they_are(features, truth):
    numbers = np.array([0, 7, 300, 40, 65_535], dtype=np.uint16)
    labels = numbers[draw(truth, 4, seed=1).train]
    probe = fit_probe(features, labels, ProbeSpec(), SilentContext())
    found = classify(features, probe, MapSpec(), SilentContext())
    assert set(np.unique(found.classes[features.valid])) == {7, 40, 300, 65_535}


def test_smoothing_removes_single_pixels(features, truth):
    labels = draw(truth, 2, seed=3).train
    probe = fit_probe(features, labels, ProbeSpec(), SilentContext())
    sharp, smooth = (classify(features, probe, MapSpec(s), SilentContext()).classes for s in (0.0, 3.0))

    def edges(a: np.ndarray) -> int:
        return int((a[1:] != a[:-1]).sum() + (a[:, 1:] != a[:, :-1]).sum())

    assert edges(smooth) <= edges(sharp)


@pytest.mark.parametrize(("numbers", "said"), [([], "no class"), ([3], "only class 3")])
def test_fewer_than_two_classes_cannot_be_mapped_and_it_is_said(features, numbers, said):
    labels = np.zeros(features.shape, dtype=np.uint16)
    for place, number in enumerate(numbers):
        labels[20 + place, 20] = number
    with pytest.raises(HsiError, match=said):
        fit_probe(features, labels, ProbeSpec(), SilentContext())


def test_labels_only_where_there_is_no_data_do_not_count(features):
    labels = np.zeros(features.shape, dtype=np.uint16)
    labels[3, 4], labels[3, 5] = 1, 2
    with pytest.raises(HsiError, match="no class"):
        fit_probe(features, labels, ProbeSpec(), SilentContext())


def test_labels_of_another_size_are_refused_with_both_sizes(features):
    with pytest.raises(HsiError, match="10 x 10 pixels, the scene is 40 x 44"):
        fit_probe(features, np.ones((10, 10), dtype=np.uint16), ProbeSpec(), SilentContext())


def test_very_many_labels_are_thinned_and_give_nearly_the_same_map(features, truth, monkeypatch):
    full = fit_probe(features, truth, ProbeSpec(), SilentContext())
    monkeypatch.setattr(probe_module, "MOST_PER_CLASS", 60)
    thin = fit_probe(features, truth, ProbeSpec(), SilentContext())
    one, two = (classify(features, p, MapSpec(), SilentContext()).classes for p in (full, thin))
    assert (one == two).mean() > 0.95


@pytest.mark.parametrize("smooth", [0.0, 1.5])
def test_blocks_of_rows_do_not_show(features, truth, monkeypatch, smooth):
    probe = fit_probe(features, draw(truth, 3, seed=0).train, ProbeSpec(), SilentContext())
    whole = classify(features, probe, MapSpec(smooth), SilentContext())
    monkeypatch.setattr(classify_module, "BLOCK_VALUES", 1)
    blocks = classify(features, probe, MapSpec(smooth), SilentContext())
    assert np.array_equal(whole.classes, blocks.classes)
    assert np.allclose(whole.confidence, blocks.confidence, atol=1e-5, equal_nan=True)
    assert np.allclose(whole.entropy, blocks.entropy, atol=1e-5, equal_nan=True)


def test_an_isolated_pixel_keeps_its_confidence_when_smoothed(features, truth):
    probe = fit_probe(features, draw(truth, 3, seed=0).train, ProbeSpec(), SilentContext())
    alone = np.zeros(features.shape, dtype=bool)
    alone[20, 20] = True
    found = classify(replace(features, valid=alone), probe, MapSpec(15.0), SilentContext())
    sharp = classify(features, probe, MapSpec(0.0), SilentContext())
    assert found.confidence[20, 20] == pytest.approx(sharp.confidence[20, 20], rel=1e-3)
