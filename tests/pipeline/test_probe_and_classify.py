"""From labels to the map: right where it can be, empty where there is no data, and quick to say what is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import draw
from hsigui.methods import probe as linear
from hsigui.pipeline import classify as classify_module
from hsigui.pipeline import map_parts
from hsigui.pipeline import probe as probe_module
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.features import Features, finished
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
    sharp, smooth = (classify(features, probe, MapSpec(s, edges=0), SilentContext()).classes for s in (0.0, 3.0))

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


def _in_variants(features: Features, truth: np.ndarray, good: int) -> Features:
    """Three variants of two columns, of which one tells the classes apart, and one column beside them."""
    rng = np.random.default_rng(0)
    array = rng.standard_normal((*features.shape, 7)).astype(np.float16)
    centres = np.array([[0, 0], [0, 9], [9, 0], [9, 9]], dtype=np.float16)
    array[..., 2 * good : 2 * good + 2] += centres[truth - 1]
    columns = {"encoder": slice(0, 6), "components": slice(6, 7)}
    return replace(finished(array, features.valid, "", columns), variants=(0, 100, 200))


@pytest.mark.parametrize("good", [0, 2])
def test_the_probe_takes_the_variant_that_the_labels_speak_for_and_all_that_is_beside_it(features, truth, good):
    made = _in_variants(features, truth, good)
    labels = draw(truth, 5, seed=0, valid=features.valid).train
    probe = fit_probe(made, labels, ProbeSpec(), SilentContext())
    assert probe.columns.tolist() == [2 * good, 2 * good + 1, 6]
    assert probe.refinement.t_star == made.variants[good]
    assert probe.refinement.synthetic_rows == 0
    if good:
        assert probe.refinement.compactness_after < probe.refinement.compactness_before
    else:
        assert probe.refinement.compactness_after == probe.refinement.compactness_before
    found = classify(made, probe, MapSpec(edges=0.0), SilentContext())
    assert (found.classes == truth)[features.valid].mean() > 0.95


@pytest.mark.parametrize("classifier", ["svm", "forest"])
def test_every_classifier_maps_the_fields_and_pieces_do_not_show(features, truth, monkeypatch, classifier):
    labels = draw(truth, 5, seed=0, valid=features.valid).train
    probe = fit_probe(features, labels, ProbeSpec(classifier=classifier), SilentContext())
    whole = classify(features, probe, MapSpec(1.5), SilentContext())
    assert (whole.classes == truth)[features.valid].mean() > 0.9
    monkeypatch.setattr(map_parts, "PIECE_PIXELS", 100)
    monkeypatch.setattr(classify_module, "PIECE_PIXELS", 100)
    monkeypatch.setattr(classify_module, "BLOCK_VALUES", 1)
    pieces = classify(features, probe, MapSpec(1.5), SilentContext())
    assert np.array_equal(whole.classes, pieces.classes)


def test_a_map_is_cancelled_between_two_pieces(features, truth, monkeypatch):
    class Stopping(SilentContext):
        looks = 0

        def check(self):
            self.looks += 1
            if self.looks > 3:
                raise Cancelled

    monkeypatch.setattr(map_parts, "PIECE_PIXELS", 100)
    monkeypatch.setattr(classify_module, "PIECE_PIXELS", 100)
    probe = fit_probe(features, draw(truth, 3, seed=0).train, ProbeSpec(), SilentContext())
    with pytest.raises(Cancelled):
        classify(features, probe, MapSpec(), Stopping())


def test_the_probes_of_two_branches_are_mixed_where_that_is_asked(features, truth):
    labels = np.where(np.random.default_rng(0).random(truth.shape) < 0.05, truth, 0)
    two = replace(features, branches=(10, 20))
    fused = fit_probe(two, labels, ProbeSpec(fusion=0.8), SilentContext())
    parts = [np.r_[0:10, 30 : features.array.shape[2]], np.r_[10 : features.array.shape[2]]]
    mask = (labels > 0) & features.valid
    rows = features.at(mask)
    alone = [linear.fit(rows[:, part], labels[mask]).probabilities(rows[:, part]) for part in parts]
    assert np.allclose(fused.probabilities(rows), 0.8 * alone[0] + 0.2 * alone[1], atol=1e-5)
    whole = fit_probe(features, labels, ProbeSpec(fusion=0.8), SilentContext())  # no branches: one probe, as ever
    plain = fit_probe(features, labels, ProbeSpec(), SilentContext())
    assert np.array_equal(whole.probabilities(rows), plain.probabilities(rows))


def _with_room_for(monkeypatch, rows):
    """Memory runs out for blocks of more rows; returns the rows of those that were drawn."""
    drawn, whole = [], classify_module.mixed

    def mixed(parts, box, ctx):
        if box[2] - box[0] > rows:
            raise MemoryError
        drawn.append(box[2] - box[0])
        return whole(parts, box, ctx)

    monkeypatch.setattr(classify_module, "mixed", mixed)
    return drawn


def test_a_map_is_drawn_in_smaller_blocks_where_memory_runs_out(features, truth, monkeypatch):
    probe = fit_probe(features, draw(truth, 5, seed=0).train, ProbeSpec(), SilentContext())
    wanted = classify(features, probe, MapSpec(), SilentContext())
    drawn = _with_room_for(monkeypatch, 20)
    found = classify(features, probe, MapSpec(), SilentContext())
    assert len(drawn) > 1
    assert np.array_equal(found.classes, wanted.classes)
    assert np.allclose(found.confidence, wanted.confidence, atol=1e-3, equal_nan=True)


def test_a_map_for_which_no_block_is_small_enough_ends_for_want_of_memory(features, truth, monkeypatch):
    probe = fit_probe(features, draw(truth, 5, seed=0).train, ProbeSpec(), SilentContext())
    _with_room_for(monkeypatch, 5)
    with pytest.raises(MemoryError):
        classify(features, probe, MapSpec(), SilentContext())
