"""Trainings that go on from another run's encoder."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import checkpoint, loop
from hsigui.methods.model_card import CARD, SETTINGS, WEIGHTS
from hsigui.pipeline import command_lines, several
from hsigui.pipeline.command_lines import CubeArgument
from hsigui.pipeline.embed import embed
from hsigui.pipeline.kept_probe import weights_hash
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.provenance import describe_run
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec
from tests.pipeline.test_several import SPEC, Heard, scene

CTX = SilentContext()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first run")
    pretrain(scene(0), SPEC, CTX, folder)
    return folder


@pytest.fixture(scope="module")
def going_on(run):
    return dataclasses.replace(SPEC, begin_from=str(run))


def test_training_begins_with_the_weights_and_keeps_the_preparation_of_the_run(run, going_on, monkeypatch):
    begun = checkpoint.load(run)
    seen = []
    ran = loop.run

    def watched(training, *args, **more):
        seen.append({k: v.clone() for k, v in training.parts["network"].state_dict().items()})
        return ran(training, *args, **more)

    monkeypatch.setattr(loop, "run", watched)
    made = pretrain(scene(1), going_on, CTX)
    for name, weights in begun.network.state_dict().items():
        assert torch.equal(seen[0][name], weights), name
    assert any(not torch.equal(seen[0][name], value) for name, value in made.network.state_dict().items())
    assert np.array_equal(made.transform.mean, begun.transform.mean)
    assert made.losses != pretrain(scene(1), SPEC, CTX).losses


def test_run_and_card_tell_where_the_weights_came_from(run, going_on, tmp_path):
    pretrain(scene(1), going_on, CTX, tmp_path)
    kept = json.loads((tmp_path / SETTINGS).read_text(encoding="utf-8"))
    assert kept["from"]["name"] == "first run0"
    assert kept["from"]["weights_sha256"] == weights_hash(run)
    assert kept["spec"]["begin_from"] == str(run)
    assert kept["scene"]["name"] == "scene-1"
    card = (tmp_path / CARD).read_text(encoding="utf-8")
    assert "the weights of first run0, trained on scene-0" in card
    assert kept["from"]["weights_sha256"] in card
    again = checkpoint.load(tmp_path)
    assert describe_run(scene(0), again, ProbeSpec(), MapSpec()).transductive, "its weights have seen that scene"
    assert describe_run(scene(1), again, ProbeSpec(), MapSpec()).transductive
    assert not describe_run(scene(2), again, ProbeSpec(), MapSpec()).transductive


def test_a_scene_of_other_bands_is_read_in_those_of_the_run(run, going_on, tmp_path):
    shifted, ctx = scene(1, shift=0.3), Heard()
    made = pretrain(shifted, going_on, ctx, tmp_path)
    assert made.bands["how"] == "resampled"
    assert "linear interpolation" in ctx.said[0]
    assert made.bands["wavelengths_nm"] == list(scene(0).info.wavelengths)
    ctx.said.clear()
    again = checkpoint.load(tmp_path)
    assert np.array_equal(embed(shifted, again, ctx).array, embed(shifted, made, ctx).array)
    embed(scene(0), again, ctx)
    assert ctx.said == []
    kept = json.loads((tmp_path / SETTINGS).read_text(encoding="utf-8"))
    assert kept["format"] == 3, "earlier versions would take the bands of the scene for those of the encoder"
    third = dataclasses.replace(SPEC, begin_from=str(tmp_path))
    assert pretrain([scene(2), scene(3)], third, CTX).bands["count"] == 24


def test_a_scene_that_lacks_bands_of_the_run_is_refused(going_on):
    with pytest.raises(HsiError, match=r"lacks 3 of the .* bands that the encoder reads"):
        pretrain(scene(1, without=slice(3, 6)), going_on, CTX)


def test_a_scene_of_another_scale_is_refused(going_on):
    raw = scene(1).with_info(dataclasses.replace(scene(1).info, scale=1.0))
    with pytest.raises(HsiError, match="times those of the run"):
        pretrain(raw, going_on, CTX)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (dataclasses.replace(SPEC, settings={"width": 32}), "width .*, not 32"),
        (
            dataclasses.replace(SPEC, method="purified", settings={"network": "pair"}),
            "of another kind: LSCoSa quick, not ",
        ),
        (dataclasses.replace(SPEC, preset="paper"), "of another kind: LSCoSa quick, not LSCoSa paper"),
        (dataclasses.replace(SPEC, method="contrastdm", start="somewhere"), "start from one run and go on from"),
        (dataclasses.replace(SPEC, mask_out="test.tif"), "that run may have seen them"),
    ],
    ids=["width", "method", "preset", "start", "mask"],
)
def test_what_does_not_go_on_from_the_run_is_refused(run, spec, message):
    with pytest.raises(HsiError, match=message):
        pretrain(scene(1), dataclasses.replace(spec, begin_from=str(run)), CTX)


def test_runs_that_are_missing_or_hold_no_encoder_are_refused(tmp_path):
    pretrain(scene(0), PretrainSpec("svm-raw", device="cpu"), CTX, tmp_path)
    with pytest.raises(HsiError, match="holds no encoder"):
        pretrain(scene(1), dataclasses.replace(SPEC, begin_from=str(tmp_path)), CTX)
    with pytest.raises(HsiError, match="not a run folder"):
        pretrain(scene(1), dataclasses.replace(SPEC, begin_from=str(tmp_path / "none")), CTX)


def test_it_goes_on_bit_for_bit_and_only_from_the_same_weights(going_on, tmp_path, monkeypatch):
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    spec = dataclasses.replace(going_on, epochs=6)
    whole = pretrain(scene(1), spec, CTX)
    with pytest.raises(Cancelled):
        pretrain(scene(1), spec, Heard(step=3), tmp_path)
    with pytest.raises(HsiError, match="begun with begin_from"):
        pretrain(scene(1), dataclasses.replace(spec, begin_from=""), CTX, tmp_path, resume=True)
    with monkeypatch.context() as changed:
        changed.setattr(several.checkpoint, "weights_sha256", lambda _: "others")
        with pytest.raises(HsiError, match="other weights"):
            pretrain(scene(1), spec, CTX, tmp_path, resume=True)
    again = pretrain(scene(1), spec, CTX, tmp_path, resume=True)
    assert again.losses == whole.losses
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], weights), name
    assert (tmp_path / WEIGHTS).is_file()


def test_the_line_that_repeats_it_names_the_run(going_on, run):
    line = command_lines.pretrain(CubeArgument(run / "cube.hdr"), going_on)
    assert f"--from '{run}'" in line
