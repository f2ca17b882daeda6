"""Damaged places for texts in HDF5 files are refused before the library goes round in them for ever."""

from __future__ import annotations

import struct
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsigui import api
from hsigui.cube.formats import hdf5_heaps
from hsigui.cube.formats.hdf5 import HdfFile, open_hdf
from hsigui.cube.formats.hdf5_heaps import require_sound_heaps
from hsigui.cube.formats.matlab import open_mat
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError

pytestmark = pytest.mark.timeout(60, method="thread")  # the library itself cannot be stopped
SCENE = np.arange(6 * 5 * 4, dtype=np.float32).reshape(6, 5, 4)
REFUSED = "damaged where it keeps its texts"


def damaged(path: Path, held: int = 0, width: int = 8, which: int = 0) -> Path:
    """Lets the free part at the end of a heap say that it is so many bytes long."""
    raw, at = bytearray(path.read_bytes()), -1
    for _ in range(which + 1):
        at = raw.index(b"GCOL", at + 1)
    at += 16
    while (index := struct.unpack_from("<H", raw, at)[0]) != 0:
        at += 16 + (int.from_bytes(raw[at + 8 : at + 8 + width], "little") + 7) // 8 * 8
    assert not index
    raw[at + 8 : at + 8 + width] = held.to_bytes(width, "little")
    path.write_bytes(raw)
    return path


def text_beside(path: Path, user_block: int = 0) -> Path:
    with h5py.File(path, "w", userblock_size=user_block) as file:
        file["cube"] = SCENE
        file["cube"].attrs["units"] = "nm"
    return path


def axes_with_names(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file["cube"], file["band"] = SCENE, np.arange(4.0)
        file["band"].make_scale("band")
        file["cube"].dims[2].attach_scale(file["band"])
    return path


def texts_as_an_array(path: Path) -> Path:
    with h5py.File(path, "w") as file:
        file["cube"], file["names"] = SCENE, np.array(["a", "b"], dtype=object)
    return path


def of_other_arrays(path: Path) -> Path:
    (path.parent / "part.h5").write_bytes(text_beside(path.parent / "part.h5").read_bytes())
    with h5py.File(path, "w") as file:
        layout = h5py.VirtualLayout(SCENE.shape, SCENE.dtype)
        layout[:] = h5py.VirtualSource("part.h5", "cube", SCENE.shape)
        file.create_virtual_dataset("cube", layout)
    return path


@pytest.mark.parametrize("make", [text_beside, axes_with_names, texts_as_an_array, of_other_arrays])
@pytest.mark.parametrize("name", ["x.h5", "x.nc", "x.he5", "x.mat"])
def test_a_scene_with_a_heap_without_end_is_refused_whatever_the_heap_holds(tmp_path: Path, make, name: str):
    path = make(tmp_path / name)
    assert open_cube(path, variable="cube").shape == SCENE.shape
    damaged(path)
    for way in (lambda: open_cube(path), lambda: open_cube(path, variable="cube"), lambda: api.open(path)):
        with pytest.raises(HsiError, match=REFUSED) as caught:
            way()
        assert "complete" in caught.value.hint


def test_a_list_of_arrays_and_a_file_of_matlab_are_refused_alike(tmp_path: Path):
    path = damaged(text_beside(tmp_path / "x.h5"))
    matlab = damaged(text_beside(tmp_path / "x.mat", user_block=512))
    for way in (lambda: HdfFile(path), lambda: open_hdf(path), lambda: open_mat(matlab), lambda: api.open(matlab)):
        with pytest.raises(HsiError, match=REFUSED):
            way()


@pytest.mark.parametrize("linked", [True, False])
def test_so_is_a_scene_that_lies_in_another_file_with_such_a_heap(tmp_path: Path, linked: bool):
    if linked:
        text_beside(tmp_path / "part.h5")
        with h5py.File(tmp_path / "x.h5", "w") as file:
            file["cube"] = h5py.ExternalLink("part.h5", "cube")
    else:
        of_other_arrays(tmp_path / "x.h5")
    assert [array.name for array in HdfFile(tmp_path / "x.h5").arrays] == ["cube"]
    damaged(tmp_path / "part.h5")
    with pytest.raises(HsiError, match=r"part\.h5 is damaged"):
        open_cube(tmp_path / "x.h5")


@pytest.mark.parametrize("width", [4, 8])
def test_the_width_of_lengths_is_that_of_the_file(tmp_path: Path, width: int):
    how = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    how.set_sizes(8, width)
    path = tmp_path / "x.h5"
    with h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, how)) as file:
        file["cube"] = SCENE
        file["cube"].attrs["units"] = "nm"
    assert open_cube(path).shape == SCENE.shape
    with pytest.raises(HsiError, match=REFUSED):
        open_cube(damaged(path, width=width))


@pytest.mark.parametrize("held", [4096, 2**62, 2**64 - 1])
def test_parts_of_other_lengths_end_and_are_left_to_the_library(tmp_path: Path, held: int):
    path = damaged(text_beside(tmp_path / "x.h5"), held)
    require_sound_heaps(path)
    assert [array.name for array in HdfFile(path).arrays] == ["cube"]


def test_a_file_that_ends_within_its_heap_is_refused_by_the_library(tmp_path: Path):
    path = texts_as_an_array(tmp_path / "x.h5")
    raw = path.read_bytes()
    path.write_bytes(raw[: raw.index(b"GCOL") + 40])
    with pytest.raises(HsiError, match="cannot be read"):
        open_cube(path)


@pytest.mark.parametrize("chunks", [None, (1, 5, 4)])
@pytest.mark.parametrize("user_block", [0, 512])
@pytest.mark.parametrize("make", [text_beside, of_other_arrays])
def test_of_a_large_file_all_but_its_samples_is_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make, user_block: int, chunks: tuple[int, ...] | None
):
    monkeypatch.setattr(hdf5_heaps, "_READ_WHOLE", 0)
    path = make(tmp_path / "x.h5") if make is of_other_arrays else text_beside(tmp_path / "x.h5", user_block)
    samples = np.random.default_rng(0).integers(0, 255, (4096, 5, 4), dtype=np.uint8)
    with h5py.File(path, "a") as file:
        file.create_dataset("deep/more", data=samples, chunks=chunks, compression=chunks and "gzip")
        file["deep/again"] = file["deep"]  # a circle
    looked = list[tuple[int, int]]()
    real = hdf5_heaps._signs
    monkeypatch.setattr(
        hdf5_heaps, "_signs", lambda file, start, end: looked.append((start, end)) or real(file, start, end)
    )
    assert open_cube(path, variable="cube").shape == SCENE.shape
    assert sum(end - start for start, end in looked) < path.stat().st_size * (0.25 if chunks is None else 0.9)
    damaged(path)
    with pytest.raises(HsiError, match=REFUSED):
        open_cube(path, variable="cube")


def test_a_file_is_looked_through_once_and_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = text_beside(tmp_path / "x.h5")
    looked = []
    real = hdf5_heaps._look_through
    monkeypatch.setattr(hdf5_heaps, "_look_through", lambda *all: (looked.append(all), real(*all)))
    for _ in range(3):
        open_hdf(path)
    assert len(looked) == 1
    damaged(path)
    for _ in range(2):
        with pytest.raises(HsiError):
            open_hdf(path)
    assert len(looked) == 3
