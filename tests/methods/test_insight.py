"""What is told of a training beside its loss, and what its record keeps of that."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hsigui.cube.demo import demo_scene
from hsigui.jobs import SilentContext, quiet
from hsigui.methods import checkpoint
from hsigui.methods.insight import MOST_POINTS, Insight, from_record, recorded
from hsigui.methods.lscosa import loss
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec

SCENE = demo_scene(rows=64, cols=64).cube


class Watching(SilentContext):
    def __init__(self) -> None:
        self.told: list[Insight] = []

    def partial(self, value: object) -> None:
        if isinstance(value, Insight):
            self.told.append(value)


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A short training, what it told, and its folder."""
    folder, ctx = tmp_path_factory.mktemp("run"), Watching()
    spec = PretrainSpec(epochs=3, device="cpu", monitor=False)
    return pretrain(SCENE, spec, ctx, folder), ctx.told, folder


def test_a_training_tells_its_rate_its_memory_its_prototypes_and_its_pairs(watched):
    encoder, told, _ = watched
    last = told[-1]
    assert last.step == 3
    assert 0 < last.rate < 0.01
    assert last.memory_mb is None or 50 < last.memory_mb < 100_000
    assert last.device_mb is None
    assert last.used.shape == (encoder.settings["prototypes"],)
    assert last.used.sum() == encoder.settings["pixels"]
    shape = SCENE.shape[:2]
    assert last.superpixels.shape == shape
    rows, cols = last.pairs[:, [0, 2]], last.pairs[:, [1, 3]]
    assert rows.min() >= 0
    assert rows.max() < shape[0]
    assert cols.max() < shape[1]
    # A pixel and its partner lie in one superpixel of some scale: in most cases near each other.
    assert np.median(np.abs(last.pairs[:, :2] - last.pairs[:, 2:]).max(axis=1)) < 30


def test_looking_changes_nothing_of_a_training(watched, monkeypatch):
    encoder, _, _ = watched
    monkeypatch.setattr("hsigui.methods.loop.INSIGHT_SECONDS", 0.0)
    spec = PretrainSpec(epochs=3, device="cpu", monitor=False)
    again = pretrain(SCENE, spec, Watching())
    assert again.losses == encoder.losses
    for one, two in zip(encoder.network.parameters(), again.network.parameters(), strict=True):
        assert torch.equal(one, two)


def test_the_record_keeps_it_in_short_and_earlier_records_have_none(watched):
    encoder, told, folder = watched
    kept = checkpoint.load(folder).course
    assert kept == json.loads(json.dumps(encoder.course))
    found = from_record(kept)
    assert found[-1].step == 3
    assert found[-1].used.tolist() == told[-1].used.tolist()
    assert from_record({}) == []
    assert from_record({"rate": "of another version"}) == []


def test_a_long_course_is_thinned_and_keeps_its_end():
    course = [Insight(step, 1.0 / step, float(step)) for step in range(1, 1001)]
    found = recorded(course)
    assert len(found["rate"]) <= MOST_POINTS + 1
    assert found["rate"][-1] == [1000, 0.001]
    assert found["memory_mb"] == 1000.0
    assert recorded([Insight(1)]) == {}


def test_keys_are_counted_at_the_prototype_that_is_nearest():
    keys = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    prototypes = torch.tensor([[5.0, 0.0, -1.0], [0.0, 0.1, 0.0]])  # lengths do not count
    assert loss.used(keys, prototypes).tolist() == [2, 1, 0]


def test_what_learns_nothing_tells_nothing():
    ctx = Watching()
    pretrain(SCENE, PretrainSpec(method="svm-raw", device="cpu"), ctx)
    assert ctx.told == []
    assert quiet().partial(Insight()) is None
