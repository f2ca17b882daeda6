"""Damaged MATLAB files of every version become a right cube or an HsiError: no other exception, no crash, no hang, no
giant allocation."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

RUNNER = Path(__file__).with_name("mutated_mat.py")
SECONDS = 120
SAMPLES = np.random.default_rng(0).integers(0, 4000, (6, 5, 8)).astype(np.int16)


def v4(path: Path) -> None:
    flat = SAMPLES.reshape(30, 8, order="F").astype(float)
    scipy.io.savemat(path, {"Y": flat.T, "nRow": 6.0, "nCol": 5.0, "title": "words"}, format="4")


def v5(path: Path, compressed: bool = False) -> None:
    content = {
        "scene": SAMPLES,
        "wl": np.linspace(400, 900, 8),
        "params": {"data": SAMPLES[:, :, :7], "names": np.array(["a", "b"], dtype=object), "text": "words"},
        "gt": np.ones((6, 5), np.uint8),
        "z": np.array([[1 + 2j]]),
    }
    scipy.io.savemat(path, content, do_compression=compressed)


def v5_compressed(path: Path) -> None:
    v5(path, compressed=True)


def v73(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        scene = file.create_dataset("scene", data=SAMPLES.T, chunks=(4, 5, 6), compression="gzip")
        scene.attrs["MATLAB_class"] = np.bytes_(b"int16")
        file["wl"] = np.linspace(400, 900, 8).reshape(8, 1)
        file.create_group("params")["gt"] = np.ones((5, 6))


WRITERS: list[Callable[[Path], None]] = [v4, v5, v5_compressed, v73]


def fuzz(write: Callable[[Path], None], count: int, folder: Path, seed: int = 0) -> list[str]:
    source = folder / f"{write.__name__}.mat"
    write(source)
    command = [sys.executable, str(RUNNER), str(source), str(seed), str(count), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + count, check=False)
    assert done.returncode == 0, f"{write.__name__}, seed {done.stdout[-3000:]}\n{done.stderr[-2000:]}"
    return [line.split()[0] for line in done.stdout.splitlines() if not line.startswith("try")]


@pytest.mark.parametrize("write", WRITERS)
def test_some_damaged_files_are_a_cube_or_refused(write: Callable[[Path], None], tmp_path: Path) -> None:
    outcomes = fuzz(write, 15, tmp_path)
    assert len(outcomes) == 15
    assert set(outcomes) <= {"cube", "refused"}


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITERS)
def test_a_thousand_damaged_files_are_a_cube_or_refused(write: Callable[[Path], None], tmp_path: Path) -> None:
    outcomes = fuzz(write, 250, tmp_path, seed=1000)
    assert len(outcomes) == 250
    assert set(outcomes) == {"cube", "refused"}
