"""Room on the disk is looked at before a training, with numbers; a trained encoder outlives a disk that fills up."""

from __future__ import annotations

import re
import shutil
from collections import namedtuple
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods import checkpoint, loop
from hsigui.pipeline import disk, levels, live, rescue
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.sizes import size_text
from hsigui.specs import FIRST_RECIPE, PretrainSpec, levelled

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


def _estimate(cube, encoder):
    return disk.of_features([cube.rows * cube.cols], encoder.width, len(encoder.transform.good), encoder.recipe)


def _arrays(folder: Path) -> int:
    """Bytes of all that is kept of features, without what a file says of itself."""
    held = 0
    for path in folder.glob("features-*.np[yz]"):
        found = np.load(path, mmap_mode=None)
        held += found.nbytes if path.suffix == ".npy" else sum(found[name].nbytes for name in found.files)
    return held


@pytest.mark.parametrize("recipe", [levelled(), FIRST_RECIPE], ids=["levels", "alone"])
def test_the_estimate_of_features_is_what_is_written_of_a_small_scene(cube, tmp_path, recipe):
    encoder = replace(pretrain(cube, SPEC, SilentContext()), recipe=recipe)
    embed(cube, encoder, SilentContext(), tmp_path)
    room = _estimate(cube, encoder)
    assert room.later == 0
    # The edges have one row or one column less than the scene.
    assert _arrays(tmp_path) <= room.first <= 1.01 * _arrays(tmp_path)


def test_the_estimate_of_a_large_scene_tells_the_first_level_from_those_that_labels_ask_for(
    cube, tmp_path, monkeypatch
):
    monkeypatch.setattr(levels, "SMALL", cube.rows * cube.cols - 1)
    encoder = pretrain(cube, SPEC, SilentContext())
    features = embed(cube, encoder, SilentContext(), tmp_path)
    room = _estimate(cube, encoder)
    first = _arrays(tmp_path)
    assert first <= room.first <= 1.01 * first
    features.levels.make_all(SilentContext())
    later = _arrays(tmp_path) - first
    assert later > 2 * first
    assert later <= room.later <= 1.01 * later


def test_scenes_are_estimated_one_by_one():
    of = partial(disk.of_features, encoder=16, bands=50, recipe=levelled())
    small, large = of([levels.SMALL]), of([levels.SMALL + 1])
    assert (small.later, large.later > large.first) == (0, True)
    assert of([levels.SMALL, levels.SMALL + 1]) == small + large
    assert large.first + large.later == pytest.approx(small.first, rel=1e-5)


def test_a_run_that_does_not_fit_is_refused_before_a_step_is_made_with_numbers(cube, tmp_path, monkeypatch):
    _with_free(monkeypatch, 100_000)
    monkeypatch.setattr(loop, "run", lambda *_a, **_k: pytest.fail("trained"))
    with pytest.raises(HsiError, match=r"100 kB are free, and it takes about \d\.?\d* MB"):
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


def test_of_a_large_scene_only_what_is_made_first_must_fit_and_what_comes_with_labels_is_told(
    cube, tmp_path, monkeypatch
):
    monkeypatch.setattr(levels, "SMALL", 0)
    encoder = pretrain(cube, SPEC, SilentContext())
    run = disk.of_training(sum(parameter.numel() for parameter in encoder.network.parameters()))
    room = _estimate(cube, encoder)
    for free, words in (
        (run + room.first - 1, rf"nearly full: .* takes about {re.escape(size_text(run + room.first))}\."),
        (run + room.first, rf"labels will ask for \(about {re.escape(size_text(room.later))} more\)"),
        (run + room.first + room.later, ""),
    ):
        _with_free(monkeypatch, free)
        assert re.search(words, disk.require_room(tmp_path, run, room, must=True))
        assert bool(words) == bool(disk.require_room(tmp_path, run, room, must=True))


def test_a_window_goes_on_on_a_full_disk_and_says_so(cube, tmp_path, monkeypatch):
    ctx = Told()
    _with_free(monkeypatch, 1000)
    pretrain(cube, SPEC, ctx, keep_in=tmp_path / "run")
    assert "nearly full: 1 kB are free" in ctx.warnings[0]


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
