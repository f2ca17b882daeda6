"""Room on the disk is looked at before a training, with numbers; a trained encoder outlives a disk that fills up."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint, loop
from hsigui.pipeline import disk, live, rescue
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec

Usage = namedtuple("Usage", "total used free")
SPEC = PretrainSpec(epochs=2, device="cpu")


class Told(SilentContext):
    def __init__(self):
        self.warnings: list[str] = []

    def warn(self, message):
        self.warnings.append(message)


def _with_free(monkeypatch, free):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - free, free))


def _full(monkeypatch, folder: Path, module=checkpoint):
    """Writing into a folder fails as on a full disk."""
    whole = module.written_beside

    def written(*targets):
        if folder in targets[0].parents:
            raise HsiError(f"{targets[0]} cannot be written: No space left on device.", "Make room.")
        return whole(*targets)

    monkeypatch.setattr(module, "written_beside", written)


def test_the_estimate_is_not_below_what_a_run_takes(cube, tmp_path):
    encoder = pretrain(cube, SPEC, SilentContext(), tmp_path)
    weights = sum(parameter.numel() for parameter in encoder.network.parameters())
    assert disk.of_training(weights) > sum(path.stat().st_size for path in tmp_path.iterdir())
    before = set(tmp_path.iterdir())
    embed(cube, encoder, SilentContext(), tmp_path)
    taken = sum(path.stat().st_size for path in set(tmp_path.iterdir()) - before)
    bands = len(encoder.transform.good)
    estimate = disk.of_features(cube.rows * cube.cols, encoder.width, bands, encoder.recipe)
    assert taken < estimate + disk.SPARE
    assert estimate < 1.2 * taken


def test_a_run_that_does_not_fit_is_refused_before_a_step_is_made_with_numbers(cube, tmp_path, monkeypatch):
    _with_free(monkeypatch, 100_000)
    monkeypatch.setattr(loop, "run", lambda *_a, **_k: pytest.fail("trained"))
    with pytest.raises(HsiError, match=r"0\.1 MB are free, and it takes about \d+\.\d MB"):
        pretrain(cube, SPEC, SilentContext(), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_features_that_do_not_fit_are_said_before_and_the_training_goes_on(cube, tmp_path, monkeypatch):
    ctx = Told()
    encoder = pretrain(cube, SPEC, SilentContext())
    weights = sum(parameter.numel() for parameter in encoder.network.parameters())
    _with_free(monkeypatch, disk.of_training(weights) + 1000)
    pretrain(cube, SPEC, ctx, tmp_path / "run")
    assert len(ctx.warnings) == 1
    assert "What does not fit stays in memory" in ctx.warnings[0]


def test_a_window_goes_on_on_a_full_disk_and_says_so(cube, tmp_path, monkeypatch):
    ctx = Told()
    _with_free(monkeypatch, 1000)
    pretrain(cube, SPEC, ctx, keep_in=tmp_path / "run")
    assert "nearly full: 0.0 MB are free" in ctx.warnings[0]


def test_with_room_nothing_is_said(cube, tmp_path):
    ctx = Told()
    pretrain(cube, SPEC, ctx, tmp_path / "run")
    assert ctx.warnings == []


def test_an_encoder_that_cannot_be_written_where_it_should_lies_where_the_sentence_says(cube, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(rescue.tempfile, "gettempdir", lambda: str(temporary))
    _full(monkeypatch, tmp_path / "run")
    with pytest.raises(HsiError, match="was written to") as raised:
        pretrain(cube, SPEC, SilentContext(), tmp_path / "run")
    (there,) = temporary.iterdir()
    assert str(there) in raised.value.message
    assert len(checkpoint.load(there).losses) > 0


@pytest.mark.parametrize("error", [HsiError("It cannot be written."), OSError(5, "Input/output error")])
def test_an_encoder_that_a_window_cannot_keep_stays_in_it_with_its_features(cube, tmp_path, monkeypatch, error):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(checkpoint, "save", fail)
    ctx = Told()
    found = live.pretrain_and_embed(ctx, cube, SPEC, tmp_path / "run")
    assert found.folder is None
    assert len(found.encoder.losses) > 0
    assert found.features.array.shape[:2] == (cube.rows, cube.cols)
    assert any("stays in this window" in said for said in ctx.warnings)


@pytest.mark.parametrize("error", [HsiError("It cannot be written."), OSError(28, "No space left on device")])
def test_features_that_cannot_be_kept_stay_in_memory_with_what_was_computed(cube, tmp_path, monkeypatch, error):
    from hsigui.pipeline import features as module

    encoder, ctx = pretrain(cube, SPEC, SilentContext(), tmp_path), Told()
    wanted = embed(cube, encoder, SilentContext())

    def fail(*_arguments):
        raise error

    monkeypatch.setattr(module, "written_beside", fail)
    found = embed(cube, encoder, ctx, tmp_path)
    assert (found.array == wanted.array).all()
    assert "stay in memory" in ctx.warnings[0]
    assert not list(tmp_path.glob("*.part"))
