"""Run folders: what is read is what was written, and what is broken is said."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.methods import checkpoint, registry, run_record
from hsigui.methods.balance import Balance
from hsigui.methods.plan import Plan
from hsigui.specs import FeatureSpec, MapSpec, PretrainSpec, ProbeSpec, Recipe


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
    spec = PretrainSpec(seed=7, epochs=11)
    return checkpoint.Encoder(
        plan.network(3).eval(), transform, plan, spec, 11, scene, "CPU", 1.5, (2.0, 1.0), "hsigui x",
        settings=registry.settings_of(spec).to_json(),
    )  # fmt: skip


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


def test_a_run_keeps_the_recipe_that_it_was_made_with(encoder, tmp_path):
    recipe = Recipe(FeatureSpec(raw=True, smoothed=(1.0, 4.0)), ProbeSpec(classifier="svm"), MapSpec(2.0))
    checkpoint.save(dataclasses.replace(encoder, recipe=recipe), tmp_path)
    assert checkpoint.load(tmp_path).recipe == recipe


def test_a_run_that_names_no_recipe_is_read_with_the_one_of_its_time(encoder, tmp_path):
    checkpoint.save(dataclasses.replace(encoder, recipe=Recipe(map=MapSpec(3.0))), tmp_path)
    settings = run_record.without_sums(run_record.read(tmp_path))
    del settings["recipe"]
    (tmp_path / "run.json").write_text(json.dumps(settings), encoding="utf-8")
    recipe = checkpoint.load(tmp_path).recipe
    first = FeatureSpec(
        True, False, components=32, smoothed=(2.0,), superpixels=(), edge_aware=(), pooled=0.0, balanced=False
    )
    assert recipe.features == first
    assert (recipe.probe.classifier, recipe.probe.strength, recipe.map.smooth) == ("logistic", 1.0, 0.0)


def test_a_run_keeps_what_the_monitor_read_and_one_without_it_is_read_too(encoder, tmp_path):
    watched = dataclasses.replace(encoder, monitor="knn accuracy", readings=((1, 0.5), (2, 0.25)), stopped="why")
    checkpoint.save(watched, tmp_path)
    again = checkpoint.load(tmp_path)
    assert (again.monitor, again.readings, again.stopped) == ("knn accuracy", ((1, 0.5), (2, 0.25)), "why")
    settings = run_record.without_sums(run_record.read(tmp_path))
    old = {k: v for k, v in settings.items() if k not in ("monitor", "stopped", "precision")}
    (tmp_path / "run.json").write_text(json.dumps(old), encoding="utf-8")
    assert checkpoint.load(tmp_path).readings == ()


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


def test_the_balance_of_the_features_is_kept_with_the_weights(encoder, tmp_path):
    rng = np.random.default_rng(0)
    balance = Balance(rng.random(8).astype(np.float32), rng.random((8, 8)).astype(np.float32))
    checkpoint.save(dataclasses.replace(encoder, balance=balance), tmp_path)
    read = checkpoint.load(tmp_path).balance
    assert read is not None
    np.testing.assert_array_equal(read.mean, balance.mean)
    np.testing.assert_array_equal(read.matrix, balance.matrix)
    checkpoint.save(encoder, tmp_path)
    assert checkpoint.load(tmp_path).balance is None
