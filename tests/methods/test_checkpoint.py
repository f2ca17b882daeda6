"""Run folders: what is read is what was written, and what is broken is said."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.methods import checkpoint
from hsigui.methods.plan import Plan
from hsigui.specs import PretrainSpec


@pytest.fixture
def encoder() -> checkpoint.Encoder:
    plan = Plan(3, False, "dense", {"width": 8, "blocks": 1, "box": 3})
    rng = np.random.default_rng(0)
    transform = BandTransform(
        np.array([0, 2, 3, 5]),
        rng.random(4, dtype=np.float32),
        rng.random(4, dtype=np.float32) + 1,
        rng.random((3, 4), dtype=np.float32),
        np.ones(3, dtype=np.float32),
    )
    scene = {"name": "field", "shape": [20, 20, 6], "wavelengths_nm": [], "fingerprint": "ab"}
    return checkpoint.Encoder(
        plan.network(3).eval(), transform, plan, PretrainSpec(seed=7), 11, scene, "CPU", 1.5, (2.0, 1.0), "hsigui x"
    )


def test_a_run_is_read_as_it_was_written(encoder, tmp_path):
    checkpoint.save(encoder, tmp_path / "run")
    again = checkpoint.load(tmp_path / "run")
    x = torch.randn(1, 3, 12, 12)
    with torch.no_grad():
        assert torch.allclose(encoder.network(x), again.network(x), atol=1e-6)
    for one, two in zip(encoder.network.state_dict().values(), again.network.state_dict().values(), strict=True):
        assert torch.equal(one, two)
    values = np.random.default_rng(1).random((4, 6), dtype=np.float32)
    assert np.array_equal(encoder.transform.apply(values), again.transform.apply(values))
    assert (again.spec, again.plan, again.epochs, again.losses, again.command) == (
        encoder.spec, encoder.plan, 11, (2.0, 1.0), "hsigui x",
    )  # fmt: skip
    assert again.scene == encoder.scene
    assert not list((tmp_path / "run").glob(".*"))


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(HsiError, match="not a run folder") as raised:
        checkpoint.load(tmp_path)
    assert "pretraining" in raised.value.hint


@pytest.mark.parametrize("name", ["run.json", "weights.safetensors"])
def test_a_damaged_run_is_refused_in_words(encoder, tmp_path, name):
    checkpoint.save(encoder, tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(HsiError, match="damaged"):
        checkpoint.load(tmp_path)


def test_a_run_of_a_newer_version_is_refused(encoder, tmp_path):
    checkpoint.save(encoder, tmp_path)
    settings = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "run.json").write_text(json.dumps({**settings, "format": 99}), encoding="utf-8")
    with pytest.raises(HsiError, match="newer version"):
        checkpoint.load(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(encoder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(HsiError):
        checkpoint.save(encoder, tmp_path / "file" / "run")
