"""Arrays in cells and sparse arrays of MATLAB files, of both kinds of file."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.formats.matlab import MatFile
from hsigui.cube.formats.sparse import dense
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import Grid, read_classes

SCENE = np.arange(12 * 9 * 20, dtype=np.float32).reshape(12, 9, 20)
TRUTH = np.zeros((12, 9))
TRUTH[2, 3], TRUTH[5, 7], TRUTH[7, 8], TRUTH[11, 0] = 1, 2, 2, 3
WHERE = [(2, 3, 1), (5, 7, 2), (7, 8, 2), (11, 0, 3)]


def cell(*arrays: object) -> np.ndarray:
    found = np.empty((1, len(arrays)), dtype=object)
    found[0] = [*arrays]
    return found


def sparse73(path: Path, **changed: object) -> Path:
    held = scipy.sparse.csc_matrix(TRUTH)
    parts = {"data": held.data, "ir": held.indices.astype("u8"), "jc": held.indptr.astype("u8")} | changed
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group("gt")
        group.attrs["MATLAB_class"], group.attrs["MATLAB_sparse"] = np.bytes_(b"double"), np.uint64(12)
        for name, values in parts.items():
            if values is not None:
                group[name] = values
    return path


def places(path: Path, **how: object) -> list[tuple[int, int, int]]:
    array = read_classes(path, **how).array
    return [(int(r), int(c), int(array[r, c])) for r, c in np.argwhere(array)]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", [np.float64, np.bool_])
def test_sparse_labels_are_read(tmp_path: Path, packed: bool, kind: type):
    held = scipy.sparse.csc_matrix(TRUTH.astype(kind))
    scipy.io.savemat(tmp_path / "x.mat", {"before": np.ones(3), "gt": held, "cube": SCENE}, do_compression=packed)
    expected = [(r, c, n if kind is np.float64 else 1) for r, c, n in WHERE]
    assert places(tmp_path / "x.mat") == expected
    assert np.array_equal(open_cube(tmp_path / "x.mat").read(), SCENE), "what stands behind it is found"


def test_sparse_labels_of_version_7_3_are_read(tmp_path: Path):
    assert places(sparse73(tmp_path / "x.mat")) == WHERE
    empty = sparse73(tmp_path / "none.mat", data=None, ir=None, jc=np.zeros(10, "u8"))
    assert not read_classes(empty).array.any()


@pytest.mark.parametrize(
    "changed",
    [
        {"ir": np.full(4, 12, "u8")}, {"ir": np.zeros(2, "u8")}, {"jc": np.array([0, 4, 2, 4, 4, 4, 4, 4, 4, 4], "u8")},
        {"jc": np.full(10, 1, "u8")}, {"jc": np.array([0] * 9 + [2**63], "u8")},
    ],
)  # fmt: skip
def test_a_sparse_array_whose_parts_do_not_fit_is_refused(tmp_path: Path, changed: dict[str, np.ndarray]):
    file = MatFile(sparse73(tmp_path / "x.mat", **changed))
    with pytest.raises(HsiError, match="sparse array"):
        file.load("gt")


def test_a_sparse_array_that_is_announced_too_large_is_refused_before_it_is_made(tmp_path: Path):
    path = sparse73(tmp_path / "x.mat")
    with h5py.File(path, "r+") as file:
        file["gt"].attrs["MATLAB_sparse"] = np.uint64(2**50)
    with pytest.raises(HsiError, match="announces"):
        MatFile(path).load("gt")


def test_a_sparse_array_is_as_its_plain_one():
    plain = np.random.default_rng(0).integers(0, 3, (7, 5)).astype(np.float64)
    held = scipy.sparse.csc_matrix(plain)
    assert np.array_equal(dense((7, 5), held.data, held.indices, held.indptr, np.dtype(np.float64)), plain)


def test_scenes_in_a_cell_are_listed_and_chosen_by_path(tmp_path: Path):
    scipy.io.savemat(tmp_path / "x.mat", {"scenes": cell(SCENE, SCENE + 1, "text"), "gt": TRUTH})
    with pytest.raises(AmbiguousArray, match=r"scenes\{1\} .*scenes\{2\}"):
        describe_file(tmp_path / "x.mat")
    assert np.array_equal(open_cube(tmp_path / "x.mat", variable="scenes{2}").read(), SCENE + 1)
    assert places(tmp_path / "x.mat") == WHERE


def test_a_cell_in_a_cell_and_in_a_struct_has_a_path(tmp_path: Path):
    scipy.io.savemat(tmp_path / "x.mat", {"data": {"all": cell("a", cell(SCENE))}})
    assert open_cube(tmp_path / "x.mat").info.variable == "data.all{2}{1}"


def test_scenes_in_a_cell_of_version_7_3_are_listed(tmp_path: Path):
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        listed = []
        for number in (1, 2):
            item = file.create_dataset(f"#refs#/{number}", data=(SCENE + number).T)
            item.attrs["MATLAB_class"] = np.bytes_(b"single")
            listed.append(item.ref)
        held = file.create_dataset("scenes", (3, 1), dtype=h5py.ref_dtype)
        held[0, 0], held[1, 0] = listed  # the third leads nowhere
        held.attrs["MATLAB_class"] = np.bytes_(b"cell")
    with pytest.raises(AmbiguousArray, match=r"scenes\{1\} .*scenes\{2\}"):
        open_cube(tmp_path / "x.mat")
    assert np.array_equal(open_cube(tmp_path / "x.mat", variable="scenes{2}").read(), SCENE + 2)


@pytest.mark.parametrize("name", ["gt_only_sparse.mat", "gt_sparse.mat", "gt_sparse73.mat"])
def test_the_cases_of_sparse_labels_hold_four(cases: Path, name: str):
    assert places(cases / "files" / "18_sparse" / name, grid=Grid(12, 9)) == WHERE


def test_the_cases_of_cells_name_their_scenes(cases: Path):
    folder = cases / "files" / "44_cell"
    for name in ("cell1.mat", "cell73.mat"):
        assert open_cube(folder / name).shape == (12, 9, 20)
        assert describe_file(folder / name)["variable"] == "scene{1}"
    for way in (describe_file, open_cube):
        with pytest.raises(AmbiguousArray, match=r"scenes\{1\} .*scenes\{2\}"):
            way(folder / "cells.mat")
    assert open_cube(folder / "cells.mat", variable="scenes{1}").read()[5, 7, 0] == 5 * 1000 + 7 * 50
