"""Runs whose scenes are each brought to one mean and deviation: what is kept, and how scenes are read by them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint
from hsigui.methods.model_card import CARD, SETTINGS
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.run_bands import MEASURED, brought, in_bands, normalisation_of
from hsigui.specs import PretrainSpec

SPEC = PretrainSpec(epochs=3, device="cpu", precision="float32", normalise="scene")


class Heard(SilentContext):
    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text):
        self.said.append(text)


def scene(seed: int, gain: float = 1.0, name: str = "") -> Cube:
    cube = demo_scene(seed, 32, 32, 16).cube
    values = cube.read() * gain
    return Cube(ArraySource(values), dataclasses.replace(cube.info, scale=1.0), name=name or f"scene-{seed}")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    pretrain([scene(0), scene(1, gain=30.0), scene(2, gain=0.2)], SPEC, SilentContext(), folder, weights=(1, 2, 1))
    return folder


def test_scenes_of_quite_other_light_are_learned_from_together(run):
    encoder = checkpoint.load(run)
    kept = normalisation_of(encoder)
    assert kept is not None
    assert len(kept.scenes) == 3
    means = [float(np.median(each.mean)) for each in kept.scenes.values()]
    assert max(means) / min(means) > 50
    assert [about["weight"] for about in encoder.scenes] == [1, 2, 1]


def test_a_scene_that_was_seen_is_normalised_by_what_the_run_keeps_of_it(run, monkeypatch):
    encoder = checkpoint.load(run)
    known = normalisation_of(encoder)
    monkeypatch.setattr("hsigui.pipeline.run_bands.moments_of", lambda *_: pytest.fail("it was measured anew"))
    seen = in_bands(scene(1, gain=30.0), encoder)
    good = seen.cube.good_bands
    np.testing.assert_allclose(seen.cube.read()[..., good].reshape(-1, len(good)).mean(axis=0), known.wanted.mean,
                               rtol=1e-3)  # fmt: skip
    assert seen.bands == ""


def test_a_new_scene_is_normalised_by_its_own_values_and_that_is_told(run):
    encoder = checkpoint.load(run)
    new = scene(5, gain=7.0)
    found = brought(new, encoder, scene_fingerprint(new))
    assert MEASURED in found.words
    assert not found.values, "its light does not matter any more"
    good = found.cube.good_bands
    wanted = normalisation_of(encoder).wanted
    np.testing.assert_allclose(found.cube.read()[..., good].reshape(-1, len(good)).mean(axis=0), wanted.mean, rtol=1e-3)


def test_features_do_not_depend_on_the_light_of_a_scene(run):
    encoder = checkpoint.load(run)
    one, other = (embed(scene(5, gain=g), encoder, Heard(), device="cpu").array for g in (1.0, 7.0))
    np.testing.assert_allclose(np.asarray(one, np.float32), np.asarray(other, np.float32), atol=0.05)


def test_the_card_says_so_and_earlier_versions_refuse_the_run(run):
    assert "one mean and standard deviation" in (run / CARD).read_text(encoding="utf-8")
    about = json.loads((run / SETTINGS).read_text(encoding="utf-8"))
    assert about["format"] == checkpoint.OTHER_BANDS
    assert about["spec"]["normalise"] == "scene"


def test_going_on_from_such_a_run_keeps_what_scenes_are_brought_to(run, tmp_path):
    spec = dataclasses.replace(SPEC, normalise="", begin_from=str(run))
    again = pretrain(scene(7, gain=11.0), spec, SilentContext(), tmp_path / "next")
    before, after = normalisation_of(checkpoint.load(run)), normalisation_of(again)
    np.testing.assert_array_equal(before.wanted.mean, after.wanted.mean)
    assert set(before.scenes) < set(after.scenes)


def test_a_run_of_other_making_is_not_gone_on_from_by_normalising(tmp_path):
    pretrain([scene(0), scene(1)], dataclasses.replace(SPEC, normalise=""), SilentContext(), tmp_path / "plain")
    with pytest.raises(HsiError, match="without bringing"):
        pretrain(scene(2), dataclasses.replace(SPEC, begin_from=str(tmp_path / "plain")), SilentContext())


def test_one_scene_alone_can_be_what_others_are_brought_to(tmp_path):
    encoder = pretrain(scene(0), SPEC, SilentContext(), tmp_path / "one")
    assert len(normalisation_of(checkpoint.load(tmp_path / "one")).scenes) == 1
    assert MEASURED in brought(scene(1), encoder, scene_fingerprint(scene(1))).words


def test_what_a_run_keeps_of_it_may_not_be_damaged(run):
    encoder = checkpoint.load(run)
    bands = {**encoder.bands, "normalised": {"to": {"mean": [1.0], "sd": [1.0]}, "scenes": {}}}
    with pytest.raises(HsiError, match="damaged"):
        normalisation_of(dataclasses.replace(encoder, bands=bands))


@pytest.mark.parametrize(("weights", "word"), [((1.0,), "1 weights"), ((1.0, 0.0), "0"), ((1.0, float("nan")), "nan")])
def test_weights_that_mean_nothing_are_refused(weights, word):
    with pytest.raises(HsiError, match=word):
        pretrain([scene(0), scene(1)], SPEC, SilentContext(), weights=weights)
