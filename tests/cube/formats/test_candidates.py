"""Which array of a file is the scene: all are compared before any is left out, and few planes never win unasked."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from hsigui.cube.formats.candidates import named_beside
from hsigui.cube.open import AmbiguousCube, open_cube, suggestions
from hsigui.errors import HsiError

ROWS, COLS, BANDS = 19, 15, 60
CUBE = np.random.default_rng(0).random((ROWS, COLS, BANDS))
FLAT = CUBE.reshape(ROWS * COLS, BANDS, order="F").T
ABUNDANCES = np.random.default_rng(1).random((ROWS, COLS, 3))


def save(folder: Path, **arrays: object) -> Path:
    scipy.io.savemat(folder / "x.mat", arrays)
    return folder / "x.mat"


def save_h5(folder: Path, **arrays: np.ndarray) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        for name, value in arrays.items():
            file[name.replace("__", "/")] = value
    return folder / "x.h5"


@pytest.mark.parametrize(
    "sizes", [{"lines": ROWS, "cols": COLS}, {"nRow": ROWS, "nCol": COLS}, {"imagesize": [ROWS, COLS]}]
)
def test_abundances_never_win_over_the_flattened_cube_beside_them(tmp_path: Path, sizes: dict[str, object]):
    cube = open_cube(save(tmp_path, Y=FLAT, A=ABUNDANCES, M=np.ones((BANDS, 3)), **sizes))
    assert cube.info.variable == "Y"
    assert np.allclose(cube.read(), CUBE)


def test_a_flattened_cube_of_no_named_size_beside_abundances_is_a_question(tmp_path: Path):
    path = save(tmp_path, Y=FLAT, A=ABUNDANCES)
    with pytest.raises(AmbiguousCube) as caught:
        open_cube(path)
    assert {array.name for array in caught.value.candidates} == {"Y", "A"}
    first = suggestions(path)[0]
    assert first.variable == "Y"
    assert np.allclose(open_cube(path, choice=first).read(), CUBE)


def test_a_picture_outside_never_wins_over_a_cube_in_a_struct(tmp_path: Path):
    cube = open_cube(save(tmp_path, rgb=ABUNDANCES, six=CUBE[:, :, :6], data={"img": CUBE}))
    assert cube.info.variable == "data.img"


@pytest.mark.parametrize(
    "name", ["reflectance_uncertainty", "cube_err", "mask", "VNIR_PIXEL_ERR_MATRIX", "labelScores"]
)
def test_what_lies_beside_a_scene_by_its_name_is_not_the_scene(tmp_path: Path, name: str):
    arrays = {name: np.concatenate([CUBE, CUBE], axis=2), "reflectance": CUBE}
    assert open_cube(save_h5(tmp_path, **arrays)).info.variable == "reflectance"


def test_alone_in_its_file_it_opens_all_the_same(tmp_path: Path):
    assert open_cube(save_h5(tmp_path, uncertainty=CUBE)).info.variable == "uncertainty"


def test_the_one_with_a_list_of_wavelengths_wins(tmp_path: Path):
    path = save_h5(tmp_path, a=CUBE, b=CUBE[:, :, :59], wavelength=np.linspace(400, 900, 59))
    assert open_cube(path).info.variable == "b"


def test_two_of_a_kind_are_a_question(tmp_path: Path):
    with pytest.raises(AmbiguousCube, match="several arrays"):
        open_cube(save(tmp_path, before=CUBE, after=CUBE[::-1]))


def test_shallow_but_smaller_is_a_question_too(tmp_path: Path):
    with pytest.raises(AmbiguousCube):
        open_cube(save(tmp_path, small=CUBE[:, :, :20], data={"large": CUBE}))


def test_logical_arrays_are_no_scenes_beside_others(tmp_path: Path):
    assert open_cube(save(tmp_path, selected=CUBE > 0.5, scene=CUBE)).info.variable == "scene"


def test_names_are_read_by_their_words():
    for name in ("err", "HDFEOS/x/SWIR_PIXEL_L2_ERR_MATRIX", "hsi.valid_mask", "QualityFlags", "gt", "Rrs_unc", "rgb"):
        assert named_beside(name), name
    for name in ("reflectance", "ferrous_cube", "data.image", "maskless"[4:], "Reflectance_Data", "VNIR_Cube", "Y"):
        assert not named_beside(name), name


def test_a_file_of_planes_alone_says_what_it_holds(tmp_path: Path):
    with pytest.raises(HsiError, match="no numeric array of three dimensions"):
        open_cube(save(tmp_path, gt=np.ones((5, 6))))
