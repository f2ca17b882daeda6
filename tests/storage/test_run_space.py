"""The room of kept runs: what counts, and what is removed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.storage.run_space import RunSpace, remove_features, remove_runs, space_of


@pytest.fixture
def runs(tmp_path):
    """A complete run, and a training that was cut."""
    for name, files in {
        "a/complete": {"run.json": 2, "weights.safetensors": 10, "features-x.npy": 100, "features-x.json": 5},
        "b/cut": {"resume.safetensors": 50, "features-y.npy": 7},
    }.items():
        folder = tmp_path / name
        folder.mkdir(parents=True)
        for file, size in files.items():
            (folder / file).write_bytes(b"x" * size)
    return tmp_path


def nothing(_folder: Path) -> bool:
    return False


def test_all_files_of_runs_count_and_features_for_themselves(runs):
    (runs / "a" / "note.txt").write_text("no run")
    assert space_of(runs) == RunSpace(2, 174, 112)
    assert space_of(runs / "nowhere") == RunSpace(0, 0, 0)


def test_features_of_complete_runs_are_removed_and_those_of_a_training_that_was_cut_stay(runs):
    assert remove_features(runs, nothing) == 105
    assert {path.name for path in (runs / "a" / "complete").iterdir()} == {"run.json", "weights.safetensors"}
    assert (runs / "b" / "cut" / "features-y.npy").exists()


def test_what_is_in_use_stays(runs):
    def used(folder: Path) -> bool:
        return folder.name == "complete"

    assert remove_features(runs, used) == 0
    assert remove_runs(runs, used) == 1
    assert [path.name for path in runs.glob("*/*")] == ["complete"]


def test_features_that_are_held_by_another_program_stay_and_do_not_count(runs, monkeypatch):
    def held(self, missing_ok=False):
        raise PermissionError("in use")

    monkeypatch.setattr(Path, "unlink", held)
    assert remove_features(runs, nothing) == 0
