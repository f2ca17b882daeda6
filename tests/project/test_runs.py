"""Runs that the window keeps: found again by their scene, and tidied without losing weights."""

from __future__ import annotations

import json
import os
from pathlib import Path

from hsigui.project.runs import FEATURES_KEPT, Runs, runs_folder


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
        (new, "lscosa quick, seed 2"),
        (old, "lscosa quick, seed 1"),
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
