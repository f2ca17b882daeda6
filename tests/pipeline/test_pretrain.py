"""Pretraining end to end: the same for one seed, cancelled cleanly, refused in words."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import Finished, JobRunner, Metric, Outcome, SilentContext
from hsigui.methods import checkpoint
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec

SHORT = PretrainSpec(epochs=15, device="cpu")


def test_the_same_seed_gives_the_same_weights(cube, encoder):
    again = pretrain(cube, SHORT, SilentContext())
    for a, b in zip(encoder.network.state_dict().values(), again.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert encoder.losses == again.losses


def test_the_callers_random_numbers_are_left_alone(cube):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    pretrain(cube, PretrainSpec(epochs=1, device="cpu"), SilentContext())
    assert torch.equal(torch.rand(3), expected)


def test_the_run_says_what_it_was_made_from(encoder, cube):
    assert encoder.scene["shape"] == [40, 44, 12]
    assert encoder.scene["name"] == "fields"
    assert encoder.epochs == len(encoder.losses) == 15
    assert "CPU" in encoder.summary
    assert not encoder.network.training


def test_a_written_run_reads_back_as_the_encoder(cube, tmp_path):
    encoder = pretrain(cube, PretrainSpec(epochs=2, device="cpu"), SilentContext(), tmp_path / "run")
    again = checkpoint.load(tmp_path / "run")
    x = torch.randn(1, encoder.transform.channels, 20, 20)
    with torch.no_grad():
        assert torch.equal(encoder.network(x), again.network(x))


def test_every_step_tells_its_loss(cube):
    runner = JobRunner()
    job = runner.start(lambda ctx: pretrain(cube, SHORT, ctx), "pretrain")
    assert job.wait(60)
    losses = [e for e in runner.drain() if isinstance(e, Metric) and e.name == "loss"]
    assert [e.step for e in losses] == list(range(1, 16))
    runner.close()


def test_a_cancelled_pretraining_writes_nothing_and_ends_within_a_second(cube, tmp_path):
    runner = JobRunner()
    spec = PretrainSpec(epochs=100_000, device="cpu")
    job = runner.start(lambda ctx: pretrain(cube, spec, ctx, tmp_path / "run"), "pretrain")
    while not isinstance(runner.next_event(30), Metric):
        pass
    job.cancel()
    assert job.wait(1.0)
    end = next(e for e in runner.drain() if isinstance(e, Finished))
    assert end.outcome is Outcome.CANCELLED
    assert not (tmp_path / "run").exists()
    runner.close()


def test_a_scene_too_small_to_learn_from_is_refused_with_its_size():
    tiny = Cube(ArraySource(np.ones((10, 40, 3), dtype=np.float32)), name="tiny")
    with pytest.raises(HsiError, match="10 x 40"):
        pretrain(tiny, SHORT, SilentContext())


def test_unknown_methods_are_refused(cube):
    with pytest.raises(HsiError, match="magic"):
        pretrain(cube, PretrainSpec(method="magic"), SilentContext())
