"""HDF5 files whose texts never end: refused before the library reads them, which would go round for ever."""

from __future__ import annotations

import struct
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.formats import hdf5_heaps
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError

SAMPLES = np.arange(5 * 6 * 4, dtype=np.uint16).reshape(5, 6, 4)


def written(path: Path, before: int = 0, after: int = 0) -> Path:
    """A scene with a text as attribute; further samples lie before and after it in the file."""
    with h5py.File(path, "w", userblock_size=512 if path.suffix == ".mat" else 0) as file:
        if before:
            file["before"] = np.zeros(before, dtype=np.uint8)
        file["cube"] = SAMPLES
        file["cube"].attrs["units"] = "reflectance"
        file["cube"].attrs["names"] = ["a", "bc"]  # texts of any length lie in a heap
        file.flush()
        if after:
            file["after"] = np.zeros(after, dtype=np.uint8)
    return path


def damaged(path: Path) -> Path:
    """The free part of its heap says that it is 0 bytes long."""
    raw = bytearray(path.read_bytes())
    heap = raw.index(b"GCOL")
    at = heap + 16
    while struct.unpack_from("<H", raw, at) != (0,):
        (held,) = struct.unpack_from("<Q", raw, at + 8)
        at += 16 + (held + 7) // 8 * 8
    struct.pack_into("<Q", raw, at + 8, 0)
    path.write_bytes(raw)
    return path


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["x.h5", "x.he5", "x.nc", "x.mat"])
def test_a_scene_with_a_text_without_end_is_refused_and_does_not_hang(tmp_path: Path, name: str, capsys):
    path = written(tmp_path / name)
    assert np.array_equal(np.sort(open_cube(path).read(), axis=None), SAMPLES.ravel())  # MATLAB turns axes round
    damaged(path)
    for read in (open_cube, list_arrays):
        with pytest.raises(HsiError, match="damaged where it keeps its texts") as caught:
            read(path)
        assert caught.value.hint
    assert main(["info", str(path)]) == 1
    assert "damaged where it keeps its texts" in capsys.readouterr().err


@pytest.mark.timeout(60)
def test_a_damaged_source_of_an_array_is_refused_too(tmp_path: Path):
    damaged(written(tmp_path / "part.h5"))
    layout = h5py.VirtualLayout(shape=SAMPLES.shape, dtype=SAMPLES.dtype)
    layout[...] = h5py.VirtualSource("part.h5", "cube", shape=SAMPLES.shape)
    with h5py.File(tmp_path / "whole.h5", "w") as file:
        file.create_virtual_dataset("cube", layout)
    with pytest.raises(HsiError, match=r"part\.h5 is damaged"):
        open_cube(tmp_path / "whole.h5")


@pytest.mark.parametrize(("before", "after"), [(0, 5000), (5000, 0)])
def test_both_ends_of_a_large_file_are_looked_through(tmp_path: Path, monkeypatch, before: int, after: int):
    monkeypatch.setattr(hdf5_heaps, "_END_LOOKED_THROUGH", 2**13)
    path = written(tmp_path / "x.h5", before * 4, after * 4)
    assert path.stat().st_size > 2**14
    hdf5_heaps.require_sound_heaps(path)
    damaged(path)
    with pytest.raises(HsiError, match="damaged where it keeps its texts"):
        hdf5_heaps.require_sound_heaps(path)


def test_a_file_is_looked_through_once_and_again_when_it_has_changed(tmp_path: Path):
    path = written(tmp_path / "x.h5")
    hdf5_heaps.require_sound_heaps(path)
    before = hdf5_heaps._is_sound.cache_info().misses
    hdf5_heaps.require_sound_heaps(path)
    assert hdf5_heaps._is_sound.cache_info().misses == before
    damaged(path)
    with pytest.raises(HsiError):
        hdf5_heaps.require_sound_heaps(path)
