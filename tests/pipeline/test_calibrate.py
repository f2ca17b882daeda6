"""Maps are calibrated by the labels they are made of, in one place: no class changes, and whoever draws one gets it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui import api
from hsigui.cube.demo import demo_scene
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import draw
from hsigui.labels.stroke_split import draw_strokes
from hsigui.methods import probe as linear
from hsigui.methods.calibration import ALONE, FEW
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.pipeline import calibrate, cores, level_fit, live
from hsigui.pipeline.classify import classify
from hsigui.pipeline.features import finished
from hsigui.pipeline.level_candidates import Labelled
from hsigui.pipeline.map_parts import MapPart
from hsigui.pipeline.probe import AT_ONCE, fit_mixture, fit_probe
from hsigui.report.reliability import counted
from hsigui.specs import FIRST_RECIPE, MapSpec, ProbeSpec

CTX = SilentContext()


@pytest.fixture(scope="module")
def scene():
    return demo_scene(seed=4, rows=64, cols=64, bands=20)


@pytest.fixture(scope="module")
def features(scene):
    return api.embed(scene.cube, api.pretrain(scene.cube, "random-encoder", device="cpu"), device="cpu").features


@pytest.fixture(scope="module")
def blurred():
    """Features of one level of four large fields in which classes overlap, and their classes."""
    rng = np.random.default_rng(3)
    truth = (1 + 2 * (np.arange(60)[:, None] >= 30) + (np.arange(60)[None, :] >= 30)).astype(np.uint16)
    values = 2.0 * np.eye(5)[truth] + rng.standard_normal((60, 60, 5))
    valid = np.ones(truth.shape, dtype=bool)
    return replace(finished(values.astype(np.float16), valid, "made up"), recipe=FIRST_RECIPE), truth


class Keeping(SilentContext):
    """Keeps the maps that are handed over on the way."""

    def __init__(self) -> None:
        self.early: list[live.Mapped] = []

    def partial(self, value: object) -> None:
        self.early.append(value)


def error_of(features, probe, truth, train) -> float:
    drawn = classify(features, probe, None, CTX)
    test = (truth > 0) & (train == 0)
    return counted(drawn.confidence[test], drawn.classes[test] == truth[test]).ece


def plain(probe):
    """The same probe as it was before it was calibrated."""
    return probe.calibrated(replace(probe.calibration, temperature=1.0))


@pytest.mark.parametrize("scale", [0.25, 4.0])
def test_a_classifier_that_is_known_to_be_too_sure_or_not_sure_enough_is_brought_near(blurred, scale):
    features, truth = blurred
    split = draw(truth, 40, 1, features.valid)
    assert not ((split.train > 0) & (split.test > 0)).any()

    def fit(rows, classes, _weights=None):
        honest = linear.fit(rows, classes)
        return replace(honest, weights=honest.weights * np.float32(scale), bias=honest.bias * np.float32(scale))

    wrong = fit(features.at(split.train > 0), split.train[split.train > 0])
    part = MapPart(features, wrong, 1.0, FIRST_RECIPE.map)
    found = calibrate.of_one(part, wrong, Labelled.of(split.train > 0, split.train), fit, CTX)
    assert (found.temperature > 1) == (scale > 1)
    assert abs(np.log(found.temperature)) > 0.4
    before = error_of(features, wrong, split.test, split.train)
    assert before > 0.1
    assert error_of(features, wrong.calibrated(found), split.test, split.train) < before / 2


@pytest.mark.parametrize("labels", ["random", "strokes"])
def test_maps_of_a_scene_say_better_how_right_they_are_and_no_class_changes(scene, features, labels):
    drawn = draw(scene.truth, 8, 0) if labels == "random" else draw_strokes(scene.truth, 3, 0)
    assert not ((drawn.train > 0) & (drawn.test > 0)).any()
    at_once = fit_mixture(features, drawn.train, AT_ONCE, None, CTX, draw=True, brief=True)
    settled = fit_mixture(features, drawn.train, None, None, CTX, draw=True, after=at_once)
    for fitted in (at_once, settled):
        how = fitted.probe.calibration
        assert how.asked > 50
        assert how.why == ""
        raw = classify(features, plain(fitted.probe), None, CTX, keep=True)
        found = classify(features, fitted.probe, None, CTX, keep=True)
        np.testing.assert_array_equal(found.classes, raw.classes)
        np.testing.assert_array_equal(
            fitted.probe.numbers[found.probabilities[features.valid].argmax(axis=1)], raw.classes[features.valid]
        )
        np.testing.assert_allclose(found.probabilities[features.valid].sum(axis=1), 1, atol=1e-5)
        assert not np.allclose(found.confidence, raw.confidence)
        before, after = (error_of(features, p, scene.truth, drawn.train) for p in (plain(fitted.probe), fitted.probe))
        assert after < before
        drawn_before = classify(features, fitted.probe, None, CTX, drawn=fitted.drawn.copy())
        np.testing.assert_allclose(drawn_before.confidence, found.confidence, atol=2e-3)


def test_with_one_stroke_a_class_it_says_that_it_is_not_calibrated(scene, features):
    found = fit_probe(features, draw_strokes(scene.truth, 1, 0).train, None, CTX).calibration
    assert (found.temperature, found.asked, found.why) == (1.0, 0, ALONE)
    assert "fields without a label" in found.words


def test_a_label_or_two_of_each_class_and_a_class_of_one_pixel_are_no_fault(scene, features):
    one = draw(scene.truth, 1, 0).train
    assert fit_probe(features, one, None, CTX).calibration.why in (FEW, ALONE)
    train = draw(scene.truth, 8, 0).train
    rare = np.flatnonzero(train == 2)
    train.flat[rare[1:]] = 0
    found = fit_probe(features, train, None, CTX)
    assert 2 in found.numbers
    assert np.isfinite(found.calibration.temperature)
    assert found.calibration.asked > 20


@pytest.mark.parametrize("classifier", ["svm", "forest", "ridge", "logistic"])
def test_classifiers_of_one_level_are_calibrated_too(blurred, classifier):
    features, truth = blurred
    split = draw(truth, 15, 0, features.valid)
    found = fit_probe(features, split.train, ProbeSpec(classifier=classifier), CTX)
    assert found.calibration.asked > 50
    errors = [error_of(features, probe, split.test, split.train) for probe in (plain(found), found)]
    assert errors[1] < errors[0] + 0.02


def test_a_mixture_of_levels_by_support_vector_machines_is_calibrated(scene, features):
    train = draw(scene.truth, 6, 0).train
    found = fit_probe(features, train, ProbeSpec(classifier="svm"), CTX)
    assert isinstance(found, LevelledProbe)
    assert found.calibration.asked > 30


def test_the_temperature_is_the_same_on_any_number_of_threads(scene, features, monkeypatch):
    train = draw_strokes(scene.truth, 2, 1).train
    told = []
    for count in (1, 4):
        monkeypatch.setattr(cores, "count", lambda count=count: count)
        told.append(fit_probe(features, train, None, CTX).calibration)
    assert told[0] == told[1]


def test_how_a_map_is_drawn_is_calibrated_as_it_is_drawn(scene, features):
    train = draw(scene.truth, 8, 0).train
    found, gained = {}, []
    for spec in (MapSpec(), MapSpec(context="pixel"), MapSpec(smooth=2.0)):
        probe = fit_probe(features, train, None, CTX, spec)
        test = (scene.truth > 0) & (train == 0)
        found[spec] = probe.calibration.temperature
        errors = []
        for one in (plain(probe), probe):
            drawn = classify(features, one, spec, CTX)
            errors.append(counted(drawn.confidence[test], drawn.classes[test] == scene.truth[test]).ece)
        gained.append(errors[0] - errors[1])
    assert len(set(found.values())) == 3
    assert np.mean(gained) > 0


def test_a_scene_too_large_to_be_drawn_at_once_is_looked_at_in_part(scene, features, monkeypatch):
    train = draw(scene.truth, 8, 0).train
    whole = fit_probe(features, train, None, CTX).calibration
    monkeypatch.setattr(level_fit, "WHOLE", 1)
    monkeypatch.setattr(calibrate, "MOST_LOOKED", 1_100)
    part = fit_probe(features, train, None, CTX).calibration
    assert part.asked > 50
    assert part.near != whole.near
    assert part.temperature == pytest.approx(whole.temperature, rel=0.25)


def test_what_is_shown_after_a_stroke_is_calibrated_at_once_and_when_the_hand_rests(scene, features, monkeypatch):
    monkeypatch.setattr(live, "REST_SECONDS", 0.0)
    ctx = Keeping()
    train = draw_strokes(scene.truth, 2, 0).train.astype(np.uint16)
    settled = live.make_map(ctx, features, train, ClassTable.for_numbers(range(1, 9)), None, MapSpec())
    for mapped in (*ctx.early, settled):
        again = classify(features, mapped.probe, MapSpec(), CTX)
        assert mapped.probe.calibration.asked > 0
        np.testing.assert_allclose(mapped.class_map.confidence, again.confidence, atol=2e-3)
    assert len(ctx.early) == 1


def test_a_classifier_fitted_for_another_way_of_drawing_is_fitted_anew_for_this_one(scene):
    encoder = api.pretrain(scene.cube, "random-encoder", device="cpu")
    embedded = api.embed(scene.cube, encoder, device="cpu")
    train = draw(scene.truth, 6, 0).train
    smooth = api.classify(embedded, api.fit(embedded, train, smooth=2.0), smooth=2.0)
    other = api.classify(embedded, api.fit(embedded, train), smooth=2.0)
    np.testing.assert_array_equal(other.confidence, smooth.confidence)
    assert other.probe.calibration == smooth.probe.calibration


def test_a_kept_classifier_keeps_its_temperature_for_other_scenes(scene, tmp_path):
    encoder = api.pretrain(scene.cube, "random-encoder", device="cpu", folder=tmp_path / "run")
    embedded = api.embed(scene.cube, encoder, device="cpu")
    result = api.classify(embedded, api.fit(embedded, draw(scene.truth, 6, 0).train))
    api.keep(result, tmp_path / "run")
    card = (tmp_path / "run" / "README.md").read_text(encoding="utf-8")
    assert f"temperature {result.probe.calibration.temperature:.2f}" in card
    kept = api.load_classifier(tmp_path / "run")
    assert kept.kept.probe.calibration == result.probe.calibration
    mapped = api.classify(scene.cube, kept)
    raw = classify(embedded.features, plain(result.probe), None, CTX)
    np.testing.assert_allclose(mapped.confidence, result.confidence, atol=2e-3)
    assert np.abs(mapped.confidence - raw.confidence).max() > 0.02
