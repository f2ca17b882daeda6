"""Levels of context: made from one set of features, kept, weighed by the labels, drawn as a mixture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import draw
from hsigui.labels.stroke_split import draw_strokes
from hsigui.methods import checkpoint
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.pipeline import kept_probe, level_candidates, level_drawing, level_fit, levels, provenance
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import AT_ONCE, fit_mixture, fit_probe
from hsigui.specs import CONTEXTS, MapSpec, PretrainSpec, ProbeSpec, Recipe, levelled

CTX = SilentContext()


@pytest.fixture(scope="module")
def untrained(cube):
    return pretrain(cube, PretrainSpec("random-encoder", device="cpu"), CTX)


@pytest.fixture(scope="module")
def features(cube, untrained):
    return embed(cube, untrained, CTX)


@pytest.fixture(scope="module")
def strokes(cube, truth):
    return draw_strokes(truth, 1, 3, cube.valid_mask()).train


def test_every_method_has_four_levels_and_its_first_holds_each_pixel_for_itself(untrained, features):
    assert untrained.recipe == levelled()
    assert features.levels.names == CONTEXTS
    assert features.levels.of("pixel", CTX).array is features.array
    assert list(features.columns) == ["encoder", "components, smoothed 0"]


def test_the_wide_level_is_what_the_recipe_of_one_level_gives(cube, untrained, features):
    """It is made from features that were rounded to 16 bits, so the last of their digits may differ."""
    alone = embed(cube, replace(untrained, recipe=Recipe()), CTX)
    wide = features.levels.of("wide", CTX)
    assert dict(wide.columns) == dict(alone.columns)
    inside = features.valid
    assert np.abs(wide.at(inside) - alone.at(inside)).max() < 0.02


def test_levels_are_made_when_first_asked_for_and_found_again_in_the_folder(cube, untrained, tmp_path, monkeypatch):
    monkeypatch.setattr(levels, "SMALL", 0)
    first = embed(cube, untrained, CTX, tmp_path)
    assert {path.name for path in tmp_path.glob("*.npy")} == {
        f"features-{first.key[:12]}.npy",
        f"features-{first.key[:12]}-valid.npy",
    }
    narrow = first.levels.of("narrow", CTX)
    assert first.levels.of("narrow", CTX) is narrow
    superpixels = first.levels.superpixels(CTX)
    again = embed(cube, untrained, CTX, tmp_path)
    monkeypatch.setattr(levels, "fill", _not_again)
    assert np.array_equal(again.levels.of("narrow", CTX).array, narrow.array)
    assert np.array_equal(again.levels.superpixels(CTX), superpixels)
    with pytest.raises(AssertionError, match="computed again"):
        again.levels.of("mid", CTX)


def _not_again(*_arguments):
    raise AssertionError("computed again")


def test_a_folder_that_is_full_of_sets_drops_the_oldest_with_its_levels(cube, untrained, tmp_path):
    for seed in range(5):
        embed(cube, replace(untrained, spec=replace(untrained.spec, seed=seed)), CTX, tmp_path)
    kept = {path.name.split("-")[1].partition(".")[0] for path in tmp_path.glob("features-*")}
    assert len(kept) == 3
    assert len(list(tmp_path.glob("*-superpixels.npy"))) == 3


@pytest.mark.parametrize("spec", [AT_ONCE, ProbeSpec()])
def test_strokes_and_pixels_give_a_mixture_whose_weights_sum_to_one(cube, truth, features, strokes, spec):
    scattered = draw(truth, 5, 0, cube.valid_mask()).train
    for labels in (strokes, scattered):
        found = fit_mixture(features, labels, spec, None, CTX, draw=True)
        assert sum(part.weight for part in found.probe.parts) == pytest.approx(1)
        assert sum(figures.weight for figures in found.probe.figures.values()) == pytest.approx(1)
        assert list(found.probe.figures) == list(CONTEXTS)
        drawn = classify(features, found.probe, None, CTX, drawn=found.drawn)
        again = classify(features, found.probe, None, CTX)
        assert np.array_equal(drawn.classes, again.classes)
        assert (drawn.classes == truth)[features.valid].mean() > 0.9


def test_a_single_stroke_of_noisy_fields_does_not_choose_single_pixels(features, strokes):
    probe = fit_probe(features, strokes, None, CTX)
    assert isinstance(probe, LevelledProbe)
    assert probe.main != "pixel"
    assert probe.figures["pixel"].weight < 0.2


def test_where_every_pixel_differs_from_its_neighbours_the_single_pixels_are_chosen(cube, untrained):
    """A chequered scene without noise: whatever averages over pixels mixes the two classes."""
    from hsigui.cube.cube import ArraySource, Cube

    rng = np.random.default_rng(5)
    chequered = (1 + (np.indices((40, 44)).sum(axis=0) % 2)).astype(np.uint16)
    spectra = np.concatenate([np.zeros((1, 12)), rng.random((2, 12)) * 100])
    scene = Cube(ArraySource((spectra[chequered] + 0.1 * rng.standard_normal((40, 44, 12))).astype(np.float32)))
    found = embed(scene, pretrain(scene, PretrainSpec("random-encoder", device="cpu"), CTX), CTX)
    probe = fit_probe(found, draw(chequered, 8, 0).train, None, CTX)
    assert probe.main == "pixel"
    assert (classify(found, probe, None, CTX).classes == chequered).mean() > 0.99


def test_the_user_may_choose_a_level_and_gets_its_map_alone(features, strokes):
    probe = fit_probe(features, strokes, None, CTX)
    maps = {name: classify(features, probe, MapSpec(context=name), CTX) for name in CONTEXTS}
    part = next(part for part in probe.parts if part.level == "narrow" and not part.twin)
    alone = classify(features.levels.of("narrow", CTX), part.probe, MapSpec(edges=0.0), CTX)
    assert np.array_equal(maps["narrow"].classes, alone.classes)
    assert len({found.confidence.tobytes() for found in maps.values()}) == 4
    few = replace(probe, parts=tuple(p for p in probe.parts if p.level == "wide"))
    with pytest.raises(HsiError, match="not fitted in the context"):
        classify(features, few, MapSpec(context="mid"), CTX)


def test_a_part_of_the_map_is_that_part_of_the_whole(features, strokes):
    probe = fit_probe(features, strokes, None, CTX)
    whole = classify(features, probe, None, CTX, keep=True)
    part = classify(features, probe, None, CTX, keep=True, box=(8, 10, 30, 40))
    assert np.nanmax(np.abs(part.probabilities - whole.probabilities[8:30, 10:40])) < 1e-3


def test_a_large_scene_is_weighed_by_parts_of_it(features, strokes, monkeypatch):
    at_once = fit_mixture(features, strokes, AT_ONCE, None, CTX, draw=True)
    monkeypatch.setattr(level_fit, "WHOLE", 1)
    monkeypatch.setattr(level_drawing, "WINDOW", 20)
    in_parts = fit_mixture(features, strokes, AT_ONCE, None, CTX, draw=True)
    assert in_parts.drawn is None
    for one, other in zip(at_once.probe.parts, in_parts.probe.parts, strict=True):
        assert one.weight == pytest.approx(other.weight, abs=0.35)
    settled = fit_probe(features, strokes, None, CTX)
    assert (classify(features, settled, None, CTX).classes > 0).sum() == features.valid.sum()


def test_a_twin_finds_in_plain_features_what_it_was_fitted_to_in_whitened_ones(features, strokes):
    known = level_candidates.Labelled.of(strokes > 0, strokes)
    twin = next(c for c in level_candidates.candidates_of(features, known, CTX, None) if c.whitening is not None)
    probe = level_candidates.closed_form(twin.rows, twin.classes)
    plain = twin.features.at(strokes > 0)
    assert np.allclose(twin.folded(probe).probabilities(plain), probe.probabilities(twin.rows), atol=1e-4)


def test_a_support_vector_machine_may_stand_at_each_level(features, strokes, truth):
    probe = fit_probe(features, strokes, ProbeSpec(classifier="svm"), CTX)
    kinds = {type(part.probe).__name__ for part in probe.heard() if not part.twin}
    assert kinds == {"KernelProbe"}
    assert (classify(features, probe, None, CTX).classes == truth)[features.valid].mean() > 0.8


def test_a_kept_classifier_of_levels_draws_the_same_map_when_read_again(cube, untrained, features, strokes, tmp_path):
    probe = fit_probe(features, strokes, None, CTX)
    checkpoint.save(untrained, tmp_path)
    classes = ClassTable.for_numbers(range(1, 5))
    kept_probe.save(
        kept_probe.of_scene(cube, untrained, features, probe, MapSpec(), strokes, classes, "", CTX), tmp_path
    )
    again = kept_probe.load(tmp_path)
    assert again.probe.figures == probe.figures
    other = again.fitted_to(embed(cube, untrained, CTX, known=again.transforms))
    one, two = (classify(f, p, None, CTX) for f, p in ((features, probe), (other, again.probe)))
    assert np.array_equal(one.classes, two.classes)
    assert "mixture of levels" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_the_record_names_the_levels_their_weights_and_who_chose(cube, untrained, features, strokes):
    probe = fit_probe(features, strokes, None, CTX)
    record = provenance.describe_run(cube, untrained, ProbeSpec(), MapSpec(), fitted=probe)
    assert set(record.settings["Features"]) == set(CONTEXTS)
    told = record.settings["Context"]
    assert (told["chosen by"], told["weighs most"]) == ("labels", probe.main)
    assert "% of the mixture" in told["wide"]
    mine = provenance.describe_run(cube, untrained, ProbeSpec(), MapSpec(context="pixel"), fitted=probe)
    assert (mine.settings["Context"]["chosen by"], mine.edge_reach) == ("user", None)


def test_the_same_labels_give_the_same_probe_whatever_the_processor_does_meanwhile(features, strokes):
    one, two = (fit_mixture(features, strokes, ProbeSpec(), None, CTX) for _ in range(2))
    for a, b in zip(one.probe.parts, two.probe.parts, strict=True):
        assert (a.level, a.weight) == (b.level, b.weight)
        assert np.array_equal(a.probe.weights, b.probe.weights)


def test_a_map_that_is_soon_replaced_hears_one_of_a_level_and_its_twin(features, strokes):
    brief = fit_mixture(features, strokes, AT_ONCE, None, CTX, draw=True, brief=True)
    heard = brief.probe.heard()
    assert len({part.level for part in heard}) == len(heard)
    assert sum(part.weight for part in heard) == pytest.approx(1)
    whole = fit_mixture(features, strokes, AT_ONCE, None, CTX)
    assert brief.probe.figures == whole.probe.figures
    one, two = (classify(features, brief.probe, None, CTX, drawn=drawn) for drawn in (brief.drawn, None))
    assert np.array_equal(one.classes, two.classes)


def test_a_brief_look_at_a_larger_scene_is_at_parts_of_it_and_the_next_at_all(features, strokes, monkeypatch):
    whole = fit_mixture(features, strokes, AT_ONCE, None, CTX)
    monkeypatch.setattr(level_fit, "BRIEF_PIXELS", 1)
    monkeypatch.setattr(level_drawing, "WINDOW", 20)
    brief = fit_mixture(features, strokes, AT_ONCE, None, CTX, brief=True)
    assert brief.probe.figures != whole.probe.figures
    assert fit_mixture(features, strokes, AT_ONCE, None, CTX, after=brief).probe.figures == whole.probe.figures


@pytest.mark.parametrize("spec", [AT_ONCE, ProbeSpec()])
def test_a_second_fit_to_the_same_labels_does_not_begin_again(truth, features, strokes, monkeypatch, spec):
    for labels in (strokes, draw(truth, 5, 0, features.valid).train):
        first = fit_mixture(features, labels, AT_ONCE, None, CTX, draw=True, brief=True)
        alone = fit_mixture(features, labels, spec, None, CTX, draw=True)
        with monkeypatch.context() as patch:
            patch.setattr(level_fit.rule, "held_back", _not_again)
            after = fit_mixture(features, labels, spec, None, CTX, draw=True, after=first)
        assert repr(after.probe.figures) == repr(alone.probe.figures)  # what was not asked is NaN
        assert np.array_equal(after.drawn, alone.drawn)


def test_a_fit_to_other_labels_or_for_another_map_begins_anew(features, strokes):
    first = fit_mixture(features, strokes, AT_ONCE, None, CTX, brief=True)
    fewer = np.where(strokes == strokes.max(), 0, strokes)
    for labels, spec in ((fewer, None), (strokes, MapSpec(edges=0.0))):
        alone = fit_mixture(features, labels, AT_ONCE, spec, CTX)
        after = fit_mixture(features, labels, AT_ONCE, spec, CTX, after=first)
        assert after.probe.figures == alone.probe.figures
        assert np.array_equal(after.probe.numbers, alone.probe.numbers)
