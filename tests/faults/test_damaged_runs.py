"""A share of what `damaged_runs` does at length."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.faults import damaged_runs

TRIALS = 16


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    damaged_runs.make_run(folder)
    return folder


def test_random_damage_to_a_run_is_told_or_refused_and_never_used_silently(run, capsys):
    ends = list(damaged_runs.trials(run, range(TRIALS)))
    capsys.readouterr()
    assert len(ends) == TRIALS
    assert [end for end in ends if end[2].startswith(damaged_runs.BAD)] == []
    assert {end for _, _, end in ends} >= {"refused", "told and made again"}


def test_the_fuzz_notices_damage_that_is_used(run, tmp_path):
    cube = damaged_runs.make_cube()
    whole = damaged_runs.open_run(run, cube)
    other = damaged_runs.Opened({**whole.arrays, "map": np.roll(whole.arrays["map"], 1)}, (), ("said",))
    assert damaged_runs.outcome(other, whole) == "SILENT: map"
    assert damaged_runs.outcome(whole, whole) == "equal numbers"


@pytest.mark.parametrize("pattern", ["features-????????????.npy", "*-mid.npy", "*-superpixels.npy", "*-mid-edges.npz"])
def test_64_damaged_bytes_of_features_are_told_and_they_are_made_again(run, tmp_path, pattern):
    folder, cube = tmp_path / "run", damaged_runs.make_cube()
    shutil.copytree(run, folder)
    whole = damaged_runs.open_run(run, cube)
    (path,) = folder.glob(pattern)
    content = bytearray(path.read_bytes())
    content[-64:] = bytes(byte ^ 0x5A for byte in content[-64:])
    path.write_bytes(bytes(content))
    found = damaged_runs.open_run(folder, cube)
    assert any(path.name in said and "made again" in said for said in found.told)
    assert damaged_runs.outcome(found, whole) == "told and made again"
    again = damaged_runs.open_run(folder, cube)
    assert damaged_runs.outcome(again, whole) == "equal numbers"  # what was made again is kept with its sum
