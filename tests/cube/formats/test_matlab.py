from __future__ import annotations

import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from hsigui.cube.open import AmbiguousCube, list_arrays, open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.files import find_truth_in_cube_file, read_classes

CUBE = np.arange(6 * 7 * 8, dtype=np.int16).reshape(6, 7, 8)


def save(path: Path, **arrays: object) -> Path:
    scipy.io.savemat(path, arrays)
    return path


def save_v73(path: Path, **arrays: np.ndarray) -> Path:
    """A file as MATLAB 7.3 writes it: a user block, axes reversed, the class of every array as attribute."""
    classes = {"f": {4: "single", 8: "double"}, "i": {2: "int16"}, "u": {1: "uint8"}}
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            data = file.create_dataset(name, data=array.T, chunks=True, compression="gzip")
            data.attrs["MATLAB_class"] = np.bytes_(classes[array.dtype.kind][array.dtype.itemsize])
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64")
    return path


@pytest.mark.parametrize("write", [save, save_v73])
def test_the_scene_is_chosen_by_shape_whatever_its_name(tmp_path: Path, write: object) -> None:
    path = write(tmp_path / "x.mat", anything=CUBE, other=np.ones((6, 7)), rgb=np.zeros((6, 7, 3), np.uint8))  # type: ignore[operator]
    cube = open_cube(path)
    assert cube.info.variable == "anything"
    assert cube.shape == (6, 7, 8)
    assert cube.dtype == np.int16
    assert np.array_equal(cube.read(), CUBE)
    assert {(a.name, a.shape) for a in list_arrays(path)} == {
        ("anything", (6, 7, 8)), ("other", (6, 7)), ("rgb", (6, 7, 3)),
    }  # fmt: skip


@pytest.mark.parametrize("write", [save, save_v73])
def test_several_scenes_in_a_file_are_left_to_the_user(tmp_path: Path, write: object) -> None:
    path = write(tmp_path / "x.mat", a=CUBE, b=np.zeros((6, 7, 20)))  # type: ignore[operator]
    with pytest.raises(AmbiguousCube) as caught:
        open_cube(path)
    assert [c.name for c in caught.value.candidates] == ["b", "a"]
    assert open_cube(path, variable="a").shape == (6, 7, 8)


def test_windows_of_a_7_3_file_are_read_lazily_in_any_order_of_bands(tmp_path: Path) -> None:
    cube = open_cube(save_v73(tmp_path / "x.mat", data=CUBE))
    window = cube.read(slice(1, 6, 2), slice(2, 5), [5, 0, 5])
    assert np.array_equal(window, CUBE[1:6:2, 2:5][:, :, [5, 0, 5]])
    assert np.array_equal(cube.spectrum(3, 4), CUBE[3, 4])
    assert cube.read(bands=[]).shape == (6, 7, 0)


def test_a_7_3_file_is_read_from_several_threads_at_once(tmp_path: Path) -> None:
    cube = open_cube(save_v73(tmp_path / "x.mat", data=CUBE))
    wrong: list[int] = []

    def read(row: int) -> None:
        for _ in range(20):
            if not np.array_equal(cube.spectrum(row, 3), CUBE[row, 3]):
                wrong.append(row)

    threads = [threading.Thread(target=read, args=(row,)) for row in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("write", [save, save_v73])
def test_wavelengths_and_bad_bands_beside_the_scene_are_taken(tmp_path: Path, write: object) -> None:
    wl, bbl = np.linspace(0.4, 2.5, 8)[None], np.array([[1, 1, 0, 1, 1, 1, 1, 0.0]])
    cube = open_cube(write(tmp_path / "x.mat", img=CUBE, wl=wl, bbl=bbl, fwhm=wl / 100))  # type: ignore[operator]
    assert cube.info.wavelengths[0] == 400.0
    assert cube.info.fwhm[-1] == 25.0
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [2, 7]
    assert "micrometres" in cube.notes[0]


@pytest.mark.parametrize(
    ("shape", "extra", "expected"),
    [
        ((9, 6, 6), {}, (6, 6, 9)),
        ((6, 9, 6), {}, (6, 6, 9)),
        ((9, 6, 7), {"gt": (6, 7)}, (6, 7, 9)),
        ((9, 6, 7), {"wavelengths": (1, 9)}, (6, 7, 9)),
        ((9, 6, 7), {}, (9, 6, 7)),
        ((6, 6, 6), {}, (6, 6, 6)),
    ],
)
def test_the_band_axis_is_the_odd_one_out(
    tmp_path: Path, shape: tuple[int, ...], extra: dict[str, tuple[int, ...]], expected: tuple[int, ...]
) -> None:
    arrays = {name: np.ones(size) for name, size in extra.items()}
    cube = open_cube(save(tmp_path / "x.mat", scene=np.random.default_rng(0).random(shape), **arrays))
    assert cube.shape == expected
    assert any("taken for the bands" in note for note in cube.notes) == (expected != shape)


def test_bands_of_nan_become_bad_bands_with_a_note(tmp_path: Path) -> None:
    samples = CUBE.astype(float)
    samples[:, :, [2, 5]] = np.nan
    samples[0] = np.nan
    cube = open_cube(save(tmp_path / "x.mat", scene=samples))
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [2, 5]
    assert cube.valid_mask().sum() == 5 * 7
    assert any("2 bands hold no value" in note for note in cube.notes)


@pytest.mark.parametrize("write", [save, save_v73])
def test_a_file_without_a_scene_is_refused_with_what_it_holds(tmp_path: Path, write: object) -> None:
    path = write(tmp_path / "x.mat", spectra=np.ones((144, 50)))  # type: ignore[operator]
    with pytest.raises(HsiError, match=r"no scene.*spectra \(144 x 50, float64\)") as caught:
        open_cube(path)
    assert caught.value.hint


def test_structs_texts_and_cells_are_named_but_not_opened(tmp_path: Path) -> None:
    path = save(tmp_path / "x.mat", header={"lines": 4}, title="a scene", list=np.array(["a", 1], dtype=object))
    with pytest.raises(HsiError, match=r"header \(struct\), title \(char\), list \(cell\)"):
        open_cube(path)


def test_a_variable_that_is_missing_or_flat_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "x.mat", scene=CUBE, gt=np.ones((6, 7)))
    with pytest.raises(HsiError, match="no numeric array “nothing”"):
        open_cube(path, variable="nothing")
    with pytest.raises(HsiError, match=r"gt .* has not three dimensions"):
        open_cube(path, variable="gt")


@pytest.mark.parametrize("write", [save, save_v73])
@pytest.mark.parametrize("kept", [0, 20, 130, 300, 700, 850])
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, write: object, kept: int) -> None:
    path = write(tmp_path / "x.mat", scene=CUBE)  # type: ignore[operator]
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(HsiError, match=r"x\.mat") as caught:
        open_cube(path)
    assert caught.value.hint


def test_a_text_called_mat_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "notes.mat"
    path.write_text("these are only words, " * 40)
    with pytest.raises(HsiError, match=r"notes\.mat cannot be read as a MATLAB file"):
        open_cube(path)


def test_a_version_4_file_holds_no_scene_but_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "old.mat"
    scipy.io.savemat(path, {"flat": np.ones((4, 5))}, format="4")
    with pytest.raises(HsiError, match=r"flat \(4 x 5, float64\)"):
        open_cube(path)


def test_a_plain_hdf5_file_of_this_name_keeps_its_axes_and_says_so(tmp_path: Path) -> None:
    truth = np.arange(42).reshape(6, 7) % 4
    with h5py.File(tmp_path / "x.mat", "w") as file:
        file["scene"], file["gt"] = CUBE, truth
        file["scene"].attrs["_FillValue"] = np.int16(5)
    cube = open_cube(tmp_path / "x.mat")
    assert cube.shape == CUBE.shape
    assert cube.stored(2, 3).tolist() == CUBE[2, 3].tolist()
    assert cube.info.nodata == 5
    assert any("plain HDF5" in note for note in cube.notes)
    assert np.array_equal(read_classes(tmp_path / "x.mat").array, truth)
    assert [a.name for a in find_truth_in_cube_file(tmp_path / "x.mat", (6, 7))] == ["gt"]
    of_matlab = open_cube(save_v73(tmp_path / "y.mat", scene=CUBE))
    assert of_matlab.shape == CUBE.shape
    assert not any("plain HDF5" in note for note in of_matlab.notes)
