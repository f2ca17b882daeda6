"""Settings reach the training, are kept with the run, and are compared when a training goes on."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import checkpoint, loop, registry, resume, run_record
from hsigui.methods.first_settings import FIRST_SETTINGS
from hsigui.methods.model_card import CARD, SETTINGS
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.provenance import describe_run
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec
from hsigui.storage.runs import Runs, unfinished_in
from tests.pipeline.test_pretrain import SHORT, CancelledAt, _kept_at_every_step, begun  # noqa: F401 - fixtures

WARM = replace(SHORT, settings={"temperature": 0.2, "width": 16})
FIRST = FIRST_SETTINGS["lscosa"]["quick"]
THEN = replace(SHORT, settings=registry.method("lscosa").preset("quick").settings.of(FIRST).changed())
VALUES = {"lscosa": {"rate": 0.01}, "purified": {"base": 0.5}, "contrastdm": {"diffusion_rate": 0.01, "updates": 2}}


@pytest.mark.parametrize(("name", "values"), VALUES.items(), ids=VALUES)
def test_another_value_gives_another_training_and_the_presets_own_the_same(cube, name, values):
    spec = PretrainSpec(name, epochs=5, device="cpu")
    usual = pretrain(cube, spec, SilentContext())
    other = pretrain(cube, replace(spec, settings=values), SilentContext())
    assert other.losses != usual.losses
    own = registry.method(name).preset("quick").settings().to_json()
    again = pretrain(cube, replace(spec, settings=own), SilentContext())
    assert again.losses == usual.losses
    assert again.spec == usual.spec


def test_a_run_keeps_all_settings_and_comes_back_with_them(cube, tmp_path):
    made = pretrain(cube, WARM, SilentContext(), tmp_path)
    kept = json.loads((tmp_path / SETTINGS).read_text())
    assert kept["settings"] == registry.settings_of(WARM).to_json()
    assert kept["spec"]["settings"] == WARM.settings
    loaded = checkpoint.load(tmp_path)
    assert loaded.spec == made.spec == WARM
    assert loaded.settings == made.settings
    assert loaded.network.width == 16
    card = (tmp_path / CARD).read_text()
    assert "| temperature | 0.2 |" in card
    assert "| momentum | 0.99 |" in card
    record = describe_run(cube, loaded, ProbeSpec(), MapSpec())
    assert record.settings["Training"]["temperature"] == "0.2"
    assert record.settings["Training"]["width"] == "16"
    assert record.settings["Training"]["precision"] in ("float32", "bfloat16")


def test_a_run_of_the_first_version_had_the_settings_of_then(cube, tmp_path):
    pretrain(cube, THEN, SilentContext(), tmp_path)
    about = run_record.without_sums(run_record.read(tmp_path))
    del about["settings"], about["spec"]["settings"], about["course"]
    (tmp_path / SETTINGS).write_text(json.dumps(about))
    loaded = checkpoint.load(tmp_path)
    assert loaded.spec == THEN
    assert loaded.settings == FIRST
    assert loaded.settings["temperature"] == 0.08
    checkpoint.save(loaded, tmp_path)
    assert json.loads((tmp_path / SETTINGS).read_text())["settings"]["temperature"] == 0.08


@pytest.mark.parametrize(
    ("change", "said"),
    [({"settings": {"temperature": 0.2}}, r"temperature 0\.08, not 0\.2"),
     ({"settings": {"rate": 0.01, "symmetric": False}}, r"symmetric yes, not no; rate 0\.002, not 0\.01"),
     ({"precision": "float32"}, "precision auto, not float32"),
     ({"patience": 3}, "patience as the preset has it, not 3"),
     ({"monitor": False}, "monitor yes, not no")],
)  # fmt: skip
def test_going_on_with_another_value_is_refused_with_both(cube, begun, change, said):  # noqa: F811
    with pytest.raises(HsiError, match=said):
        pretrain(cube, replace(SHORT, **change), SilentContext(), begun, resume=True)


@pytest.fixture
def begun_then(cube, tmp_path, monkeypatch):
    """A folder with an unfinished training as the first version left them, which wrote nothing of settings."""
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    with pytest.raises(Cancelled):
        pretrain(cube, THEN, CancelledAt(5), tmp_path)
    path = tmp_path / resume.FILE
    with safe_open(path, framework="np") as opened:
        header = json.loads(opened.metadata()["hsigui"])
    header.pop("sealed")  # as earlier versions wrote it
    del header["about"]["settings"], header["about"]["spec"]["settings"], header["about"]["threads"]
    save_file(load_file(path), path, metadata={"hsigui": json.dumps(header)})
    return tmp_path


def test_a_training_that_the_first_version_began_goes_on_with_the_settings_of_then(cube, begun_then):
    assert unfinished_in(begun_then).is_of(THEN)
    assert not unfinished_in(begun_then).is_of(SHORT)
    with pytest.raises(HsiError, match=r"temperature 0\.08, not 0\.2"):
        pretrain(cube, WARM, SilentContext(), begun_then, resume=True)
    whole = pretrain(cube, THEN, SilentContext(), begun_then, resume=True)
    assert whole.losses == pretrain(cube, THEN, SilentContext()).losses


def test_what_was_begun_under_other_values_of_the_preset_goes_on_under_them(cube, begun_then, monkeypatch):
    """Where a later version changes a preset, a training that was begun before keeps the value of then."""
    monkeypatch.setitem(FIRST_SETTINGS, "lscosa", {"quick": {**FIRST, "temperature": 0.05}})
    found = unfinished_in(begun_then)
    assert found.spec == replace(THEN, settings={**THEN.settings, "temperature": 0.05})
    assert not found.is_of(THEN)
    with pytest.raises(HsiError, match=r"temperature 0\.05, not 0\.08"):
        pretrain(cube, THEN, SilentContext(), begun_then, resume=True)
    assert len(pretrain(cube, found.spec, SilentContext(), begun_then, resume=True).losses) == 15


def test_kept_runs_tell_how_many_settings_were_changed(cube, tmp_path):
    runs = Runs(tmp_path)
    for number, spec in enumerate((SHORT, WARM)):
        pretrain(cube, spec, SilentContext(), tmp_path / "key" / str(number))
    titles = {run.folder.name: run.title for run in runs.kept("key")}
    assert titles == {"0": "LSCoSa, Quick (pixels), seed 0", "1": "LSCoSa, Quick (pixels), seed 0, 2 settings changed"}


def test_a_setting_that_is_not_there_is_refused_before_anything_is_read(cube, tmp_path):
    with pytest.raises(HsiError, match="no setting heat"):
        pretrain(cube, replace(SHORT, settings={"heat": 1.0}), SilentContext(), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_patience_and_precision_are_heeded(cube, truth):
    spec = PretrainSpec(epochs=40, device="cpu", patience=1, precision="float32", settings={"rate": 1e-6})
    found = pretrain(cube, spec, SilentContext(), labels=truth.astype(np.uint16))
    assert found.precision == "float32"
    assert "did not rise for 1 readings" in found.stopped
