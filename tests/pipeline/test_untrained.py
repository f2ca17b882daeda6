"""No epoch: the run of a method's own network as its seed makes it."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from hsigui.__main__ import main
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint, loop
from hsigui.pipeline import pretrain as pretraining
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.provenance import describe_run
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec
from tests.pipeline.test_pretrain import LEARNING, small

CTX = SilentContext()


def noise() -> Cube:
    rng = np.random.default_rng(0)
    return Cube(ArraySource(rng.random((18, 19, 16), dtype=np.float32)), name="noise")


def before_the_first_step(spec: PretrainSpec, monkeypatch) -> dict[str, torch.Tensor]:
    """The weights of the network when its training of one step or epoch starts."""
    usual, kept = loop.run, {}

    def watched(training, *more, **named):
        kept.update({name: value.clone() for name, value in training.parts["network"].state_dict().items()})
        return usual(training, *more, **named)

    monkeypatch.setattr(pretraining.loop, "run", watched)
    pretrain(noise(), spec, CTX)
    monkeypatch.setattr(pretraining.loop, "run", usual)
    return kept


@pytest.mark.parametrize(("info", "preset"), LEARNING, ids=lambda each: each.name)
def test_without_an_epoch_the_encoder_is_the_one_that_its_training_starts_from(info, preset, monkeypatch, tmp_path):
    def asked(epochs: int) -> PretrainSpec:
        return PretrainSpec(info.name, preset.name, seed=3, device="cpu", epochs=epochs, settings=small(preset))

    start = before_the_first_step(asked(1), monkeypatch)
    encoder = pretrain(noise(), asked(0), CTX, tmp_path)
    found = encoder.network.state_dict()
    if info.name == "contrastdm":  # of its network the encoder alone
        start = {n.removeprefix("encoder."): value for n, value in start.items() if n.startswith("encoder.")}
    assert found.keys() == start.keys()
    assert all(torch.equal(found[name], start[name]) for name in found)
    assert (encoder.epochs, encoder.losses, encoder.precision, encoder.stopped) == (0, (), "", "")

    again = checkpoint.load(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(again.network.state_dict().values(), found.values(), strict=True))
    assert again.untrained
    assert "untrained network of its own shape" in again.summary
    assert "untrained network of its own shape" in (tmp_path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("info", "preset"), LEARNING, ids=lambda each: each.name)
def test_an_untrained_run_makes_a_map_and_says_what_it_is_of(info, preset):
    cube = noise()
    labels = np.zeros((18, 19), dtype=np.uint16)
    labels[2:16, 2:8], labels[2:16, 10:16] = 1, 2
    spec = PretrainSpec(info.name, preset.name, device="cpu", epochs=0, settings=small(preset))
    encoder = pretrain(cube, spec, CTX)
    features = embed(cube, encoder, CTX, device="cpu")
    assert (features.variants, features.synthesise) == ((), None), "nothing learned, nothing to refine by"
    probe = fit_probe(features, labels, None, CTX)
    assert probe.refinement is None
    assert set(np.unique(classify(features, probe, None, CTX).classes)) <= {1, 2}
    record = describe_run(cube, encoder, ProbeSpec(), MapSpec())
    assert record.settings["Pretraining"]["weights"] == "untrained network of its own shape"
    assert not record.transductive


def test_a_baseline_is_never_told_as_the_untrained_network_of_a_method():
    assert not pretrain(noise(), PretrainSpec("svm-raw", device="cpu", epochs=0), CTX).untrained
    assert not pretrain(noise(), PretrainSpec("random-encoder", device="cpu"), CTX).untrained


def test_a_training_of_no_step_cannot_start_from_a_run(tmp_path):
    with pytest.raises(HsiError, match="nothing to add"):
        pretrain(noise(), PretrainSpec("contrastdm", device="cpu", epochs=0, start=str(tmp_path)), CTX)


def test_the_command_writes_the_untrained_run(tmp_path, capsys):
    write_cube(tmp_path / "noise.hdr", noise().read(), noise().info)
    words = [
        "pretrain",
        str(tmp_path / "noise.hdr"),
        "--epochs",
        "0",
        "--device",
        "cpu",
        "--out",
        str(tmp_path / "run"),
    ]
    assert main(words) == 0
    assert "untrained network of its own shape" in capsys.readouterr().out
    told = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert (told["epochs"], told["spec"]["epochs"], told["losses"]) == (0, 0, [])
