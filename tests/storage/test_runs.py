"""Runs that the window keeps: found again by their scene, and tidied without losing weights."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from hsigui.errors import HsiError
from hsigui.methods import registry, run_record
from hsigui.specs import PretrainSpec
from hsigui.storage.runs import (
    FEATURES_KEPT,
    LOCK,
    UNFINISHED_KEPT,
    UNFINISHED_SECONDS,
    Runs,
    facts_of,
    runs_folder,
    unfinished_in,
)

FILE = "resume.safetensors"


def _write(folder: Path, seed: int, age: float = 0.0) -> Path:
    folder.mkdir(parents=True)
    spec = {"method": "lscosa", "preset": "quick", "seed": seed}
    (folder / "run.json").write_text(json.dumps({"spec": spec}), encoding="utf-8")
    for name in ("weights.safetensors", "features-ab.json", "features-ab.npy"):
        (folder / name).write_bytes(b"x")
    stamp = 1_700_000_000 - age
    os.utime(folder / "run.json", (stamp, stamp))
    return folder


def test_runs_of_a_scene_are_found_newest_first_and_those_of_others_are_not(tmp_path):
    runs = Runs(tmp_path)
    old = _write(runs.new("field"), 1, age=100)
    new = _write(runs.new("field"), 2)
    _write(runs.new("lake"), 3)
    assert old != new
    assert [(r.folder, r.title) for r in runs.kept("field")] == [
        (new, "LSCoSa, Quick (pixels), seed 2"),
        (old, "LSCoSa, Quick (pixels), seed 1"),
    ]
    assert runs.kept("nowhere") == []


def test_a_run_that_is_incomplete_or_damaged_is_not_offered_and_not_touched(tmp_path):
    runs = Runs(tmp_path)
    half = runs.new("field")
    half.mkdir(parents=True)
    (half / "weights.safetensors").write_bytes(b"x")
    damaged = _write(runs.new("field"), 1)
    (damaged / "run.json").write_text("{", encoding="utf-8")
    assert runs.kept("field") == []
    runs.tidy("field")
    assert (half / "weights.safetensors").exists()
    assert (damaged / "run.json").exists()


def test_tidying_removes_the_features_of_older_runs_only(tmp_path):
    runs = Runs(tmp_path)
    folders = [_write(tmp_path / "field" / str(n), n, age=n) for n in range(FEATURES_KEPT + 2)]
    runs.tidy("field")
    for number, folder in enumerate(folders):
        assert (folder / "features-ab.npy").exists() == (number < FEATURES_KEPT)
        assert (folder / "weights.safetensors").exists()
        assert (folder / "run.json").exists()


def test_the_place_can_be_set_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path))
    assert runs_folder() == tmp_path / "runs"


def _cut(folder: Path, spec: PretrainSpec, age: float = 0.0, **header: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    settings = registry.settings_of(spec).to_json()
    told = {
        "about": {"spec": spec.to_json(), "settings": settings, "scene": {"fingerprint": "f"}},
        "states": {"now": {"step": 40}}, "steps": 90, **header,
    }  # fmt: skip
    save_file({"x": np.zeros(2)}, folder / FILE, metadata={"hsigui": json.dumps(told)})
    stamp = time.time() - age
    os.utime(folder / FILE, (stamp, stamp))
    return folder


def test_trainings_that_were_cut_are_found_newest_first_with_their_place(tmp_path):
    runs, spec = Runs(tmp_path), PretrainSpec(seed=4)
    _cut(tmp_path / "field" / "old", spec, 50)
    new = _cut(tmp_path / "field" / "new", replace(spec, device="cpu"))
    _cut(tmp_path / "lake" / "one", spec)
    found = runs.unfinished("field")
    assert [run.folder.name for run in found] == ["new", "old"]
    assert (found[0].folder, found[0].place, found[0].fingerprint) == (new, "step 40 of 90", "f")
    assert found[0].is_of(spec)
    assert not found[0].is_of(replace(spec, seed=5))
    assert runs.kept("field") == []


def test_what_an_earlier_version_cut_has_no_number_of_steps(tmp_path):
    run = unfinished_in(_cut(tmp_path, PretrainSpec(), steps=0))
    assert run.place == "step 40"


def test_the_header_that_the_trainer_writes_is_understood(tmp_path):
    from hsigui.methods.resume import Course, Unfinished, write
    from hsigui.methods.snapshot import Snapshot

    about = {"spec": PretrainSpec(seed=2).to_json(), "scene": {"fingerprint": "g"}}
    write(tmp_path, Unfinished(Snapshot(7, {}, {}), None, Course((1.0,) * 7), about, steps=30))
    run = unfinished_in(tmp_path)
    assert (run.spec.seed, run.fingerprint, run.place) == (2, "g", "step 7 of 30")


@pytest.mark.parametrize("content", [b"", b"not a file of tensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_damaged_training_is_not_offered_and_goes_when_tidied(tmp_path, content):
    folder = tmp_path / "field" / "one"
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(content)
    (folder / ".resume-12-part.safetensors").write_bytes(b"half")
    runs = Runs(tmp_path)
    assert runs.unfinished("field") == []
    runs.tidy_unfinished(lambda _folder: False)
    assert not folder.exists()


def test_tidying_keeps_a_few_new_trainings_and_never_one_that_is_running(tmp_path):
    runs, spec = Runs(tmp_path), PretrainSpec()
    folders = [_cut(tmp_path / f"scene{n % 3}" / str(n), spec, 100 * n) for n in range(UNFINISHED_KEPT + 3)]
    running = folders[-1]
    runs.tidy_unfinished(lambda folder: folder == running)
    there = [folder.exists() for folder in folders]
    assert there == [True] * UNFINISHED_KEPT + [False, False, True]


def test_tidying_removes_old_trainings_and_what_lies_beside_complete_runs(tmp_path):
    runs, spec = Runs(tmp_path), PretrainSpec()
    old = _cut(tmp_path / "field" / "old", spec, UNFINISHED_SECONDS + 60)
    complete = _write(tmp_path / "field" / "complete", 1)
    _cut(complete, spec)
    begun = tmp_path / "field" / "begun"
    begun.mkdir()
    (begun / LOCK).touch()
    foreign = tmp_path / "field" / "foreign"
    foreign.mkdir()
    (foreign / "notes.txt").touch()
    runs.tidy_unfinished(lambda _folder: False)
    assert not old.exists()
    assert not begun.exists()
    assert not (complete / FILE).exists()
    assert (complete / "weights.safetensors").exists()
    assert (foreign / "notes.txt").exists()


def test_a_damaged_run_is_told_of_with_its_folder_and_the_others_are_offered(tmp_path):
    runs = Runs(tmp_path)
    whole, damaged = _write(runs.new("field"), 1), _write(tmp_path / "field" / "other", 2)
    sealed = run_record.text_of({"spec": {"method": "lscosa", "preset": "quick", "seed": 2}}, {})
    (damaged / "run.json").write_text(sealed.replace('"seed": 2', '"seed": 3'), encoding="utf-8")
    assert [run.folder for run in runs.kept("field")] == [whole]
    (said,) = runs.damaged("field")
    assert str(damaged) in said
    assert "damaged" in said
    (damaged / "run.json").write_text(sealed, encoding="utf-8")
    assert len(runs.kept("field")) == 2
    assert runs.damaged("field") == []


def test_the_facts_of_a_run_are_read_from_its_record_and_a_run_of_ones_own_can_be_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(run_record, "read", lambda folder: {
        "spec": {"method": "lscosa", "seed": 4}, "seconds": 12.5, "device": "a test", "losses": [3, 2.5],
        "monitor": {"name": "effective rank", "readings": [[10, 4.5]]},
    })  # fmt: skip
    kept, other = tmp_path / "runs" / "key" / "one", tmp_path / "elsewhere"
    for folder in (kept, other):
        folder.mkdir(parents=True)
        (folder / run_record.SETTINGS).write_text("{}")
    facts = facts_of(kept)
    assert (facts.spec.seed, facts.seconds, facts.losses, facts.readings) == (4, 12.5, (3.0, 2.5), ((10.0, 4.5),))
    runs = Runs(tmp_path / "runs")
    assert runs.is_own(kept)
    assert not runs.is_own(other)
    assert not runs.is_own(tmp_path / "runs")
    with pytest.raises(HsiError, match="not kept by the program"):
        runs.remove(other)
    runs.remove(kept)
    assert not kept.exists()
    assert other.exists()
    monkeypatch.undo()
    assert facts_of(other) is None
