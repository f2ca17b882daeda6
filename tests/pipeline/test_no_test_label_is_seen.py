"""What is chosen, drawn and asked for does not depend on a test label: with others in their place all stays as it is.

Scoring comes in between, so that whatever it would leave behind would show.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui import api
from hsigui.cube.cube import Cube
from hsigui.cube.demo import demo_scene
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import Split
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.pipeline.probe import AT_ONCE, fit_mixture
from hsigui.pipeline.study import work
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.study import run_study
from hsigui.specs import MapSpec

SPLITS = {"strokes:2x12": {}, "random": {"per_class": 4}}


@pytest.fixture(scope="module")
def scene():
    return demo_scene(seed=4, rows=64, cols=64, bands=20)


@pytest.fixture(scope="module")
def features(scene):
    return api.embed(scene.cube, api.pretrain(scene.cube, "random-encoder", device="cpu"), device="cpu")


def permuted(test: np.ndarray) -> np.ndarray:
    """Other classes in the same places: rows x cols."""
    found = test.copy()
    found[test > 0] = np.random.default_rng(0).permutation(test[test > 0])
    assert (found != test).any()
    return found


def choice(probe) -> tuple[object, ...]:
    """All that the labels decided about the levels of context."""
    assert isinstance(probe, LevelledProbe)
    parts = [(p.level, p.twin, p.weight, p.probe.weights.tobytes(), p.probe.bias.tobytes()) for p in probe.parts]
    return parts, repr(probe.figures), probe.main, repr(probe.calibration)


@pytest.mark.parametrize("kind", SPLITS)
def test_choice_map_and_proposals_are_the_same_whatever_the_test_labels_are(scene, features, kind):
    drawn = api.sample(scene.truth, split=kind, seed=1, **SPLITS[kind])
    tests = {"as they are": drawn.test.array, "permuted": permuted(drawn.test.array), "unknown": None}
    found, scores = {}, {}
    for name, test in tests.items():
        train = drawn.train if test is not None else replace(drawn.train, drawn=None)
        result = api.classify(features, api.fit(features, train))
        if test is not None:
            scores[name] = api.evaluate(result, np.where(drawn.train.array > 0, drawn.train.array, test)).oa
        again = api.classify(features, api.fit(features, train))
        np.testing.assert_array_equal(again.array, result.array)
        found[name] = choice(again.probe), again.array.tobytes(), again.confidence.tobytes(), api.ask(again, 5)
    assert found["as they are"] == found["permuted"] == found["unknown"]
    assert scores["as they are"] > scores["permuted"] + 0.2, "the others were scored by"
    moved = drawn.train.array.copy()
    moved[moved > 0] = permuted(moved)[moved > 0]
    other = api.classify(features, api.fit(features, moved))
    assert choice(other.probe) != found["unknown"][0], "training labels do decide"


def test_what_follows_a_stroke_at_once_is_the_same_with_and_without_a_truth_beside_it(scene, features):
    drawn = api.sample(scene.truth, split="strokes:2x12", seed=2)
    before = fit_mixture(features.features, drawn.train.array, AT_ONCE, MapSpec(), SilentContext(), draw=True)
    result = api.classify(features, api.fit(features, drawn.train))
    api.evaluate(result, permuted(drawn.test.array))
    after = fit_mixture(features.features, drawn.train.array, AT_ONCE, MapSpec(), SilentContext(), draw=True)
    assert choice(before.probe) == choice(after.probe)
    np.testing.assert_array_equal(before.drawn, after.drawn)


class OtherTest(StudyTruth):
    """The same training labels with other test labels."""

    def split(self, spec: StudySpec, split: str, labels: int, seed: int) -> Split:
        drawn = super().split(spec, split, labels, seed)
        return Split(drawn.train, permuted(drawn.test))


def studied(cube: Cube, reference: StudyTruth, folder, monkeypatch):
    """The choices and maps of a study, and what it scored."""
    chosen, maps = [], []

    def fit(*words, **named):
        chosen.append(choice(found := fit_probe(*words, **named)))
        return found

    def draw(*words, **named):
        maps.append((found := classify(*words, **named)).classes.tobytes())
        return found

    fit_probe, classify = work.fit_probe, work.classify
    with monkeypatch.context() as patched:
        patched.setattr(work, "fit_probe", fit)
        patched.setattr(work, "classify", draw)
        spec = StudySpec(("spatial-only",), labels=(4,), draws=2, splits=("random", "block"), block=8, device="cpu")
        found = run_study(cube, reference, spec, folder, SilentContext())
    assert found.failures == ()
    return chosen, maps, [row.oa_mean for row in found.rows]


def test_a_study_chooses_and_draws_the_same_whatever_it_scores_by(scene, tmp_path, monkeypatch):
    classes = ClassTable.for_numbers(np.unique(scene.truth[scene.truth > 0]).tolist())
    known = scene.truth, classes, scene.cube.valid_mask()
    chosen, maps, scores = studied(scene.cube, StudyTruth(*known), tmp_path / "true", monkeypatch)
    others, drawn, other_scores = studied(scene.cube, OtherTest(*known), tmp_path / "other", monkeypatch)
    assert len(maps) == 4
    assert chosen == others
    assert maps == drawn
    assert min(scores) > max(other_scores) + 0.2
