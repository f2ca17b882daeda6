"""The history of a cube is enough to make it again: its options, given anew, make the same bytes."""

from __future__ import annotations

import shlex
import shutil

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import counts, cube_of

NAMES = {"roh 1 ß.hdr": 0, "weiß [ref].hdr": 3000, 'dun"kel.hdr': -400}
STEPS = ["--white", "weiß [ref].hdr", "--dark", 'dun"kel.hdr', "--panel", 0.95, "--rows", "1:10", "--bands", "5,2-3"]
WISHES = {
    "a b.hdr": ["--type", "int16", "--to-scale", 2000, "--interleave", "bil"],
    "ü.tif": ["--type", "float64", "--interleave", "bip"],
    "c.mat": [],
    "d.zarr": ["--type", "uint16", "--to-scale", "333.3"],
}


def run(*words: object) -> None:
    assert main(["prepare", *map(str, words)]) == 0


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of files with odd names, in which the command runs."""
    made = tmp_path / "Ordner mit ä"
    made.mkdir()
    for name, more in NAMES.items():
        array = (counts() + 500 + more).astype(np.int16)
        save_cube(cube_of(array, scale=1.0, nodata=None), made / name)
    monkeypatch.chdir(made)
    return made


def stored(path):
    cube = hsigui.open(path)
    return cube.source.read(slice(None), slice(None), slice(None)), cube


@pytest.mark.parametrize("name", WISHES)
def test_the_options_of_a_history_make_the_same_bytes_in_another_folder(folder, tmp_path, monkeypatch, name):
    if name.endswith(".zarr"):
        pytest.importorskip("zarr")
    run("roh 1 ß.hdr", name, *STEPS, "--scale", "1.5", *WISHES[name])
    samples, first = stored(folder / name)
    fresh = tmp_path / "neu – Ö 2"
    fresh.mkdir()
    for path in folder.iterdir():
        if path.suffix in (".hdr", ".img") and path.stem != "a b":
            shutil.copy(path, fresh)
    monkeypatch.chdir(fresh)
    run("roh 1 ß.hdr", name, *(word for step in first.info.history for word in shlex.split(step)))
    again, second = stored(fresh / name)
    assert again.dtype == samples.dtype
    assert again.tobytes() == samples.tobytes()
    assert second.info.history == first.info.history
    assert np.isfinite(first.read()).all()
    assert first.info.interleave == second.info.interleave
