"""Arrays that are a raster of classes in another way than rows x columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from hsigui import api
from hsigui.cube.formats.matlab import MatFile
from hsigui.errors import HsiError
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import AmbiguousLabels, Grid, find_truth_in_cube_file, read_classes
from hsigui.labels.formats.layouts import squeezed
from tests.cube.formats.test_matlab_cells_and_sparse import WHERE, places

TRUTH = np.zeros((12, 9), np.uint8)
for row, col, number in WHERE:
    TRUTH[row, col] = number
PLANES = (TRUTH[:, :, None] == np.arange(1, 4)).astype(np.uint8)
GRID = Grid(12, 9)


def saved(folder: Path, array: np.ndarray, suffix: str, **more: np.ndarray) -> Path:
    path = folder / f"x{suffix}"
    if suffix == ".npy":
        np.save(path, array)
    else:
        scipy.io.savemat(path, {"gt": array, **more})
    return path


@pytest.mark.parametrize("suffix", [".npy", ".mat"])
@pytest.mark.parametrize(
    "array",
    [TRUTH[:, :, None], TRUTH[None], TRUTH[:, None, :, None], PLANES, PLANES.transpose(2, 0, 1), PLANES.astype(bool),
     PLANES.astype(np.float64)],
    ids=["last axis", "first axis", "two axes", "planes last", "planes first", "yes and no", "floats"],
)  # fmt: skip
def test_an_array_that_is_rows_x_columns_in_one_way_is_read_so(tmp_path: Path, array: np.ndarray, suffix: str):
    path = saved(tmp_path, array, suffix)
    assert places(path, grid=GRID) == WHERE
    assert places(path) == WHERE, "no scene is needed"
    assert describe_file(path)["kind"] == "classes"


@pytest.mark.parametrize("suffix", [".npy", ".mat"])
def test_rows_and_columns_that_are_exchanged_are_turned_to_fit_the_scene(tmp_path: Path, suffix: str):
    for array in (TRUTH.T, PLANES.transpose(1, 0, 2)):
        path = saved(tmp_path, array, suffix)
        assert places(path, grid=GRID) == WHERE
        assert any("it was turned" in note for note in read_classes(path, grid=GRID).notes)
    assert read_classes(saved(tmp_path, TRUTH.T, suffix)).array.shape == (9, 12), "of no known scene: as it is"


@pytest.mark.parametrize(("suffix", "first"), [(".npy", "by rows"), (".mat", "by columns")])
@pytest.mark.parametrize("shape", [(-1,), (1, -1), (-1, 1)])
def test_pixels_in_a_row_are_a_question_that_shows_both_ways(tmp_path, suffix, first, shape):
    path = saved(tmp_path, TRUTH.reshape(shape, order="C" if suffix == ".npy" else "F"), suffix)
    with pytest.raises(AmbiguousLabels, match="by rows of the scene or by its columns") as asked:
        read_classes(path, grid=GRID)
    names = [info.name for info in asked.value.candidates]
    assert [first in name for name in names] == [True, False], "the usual way comes first"
    assert all("of neighbours alike" in info.dtype for info in asked.value.candidates)
    assert places(path, grid=GRID, variable=names[0]) == WHERE
    assert places(path, grid=GRID, variable=names[1]) != WHERE
    assert read_classes(path, grid=GRID, variable=names[0]).variable == names[0]


def test_pixels_in_a_row_that_are_alike_in_both_ways_are_no_question(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.ones(108, np.uint8))
    assert read_classes(tmp_path / "x.npy", grid=GRID).array.all()


def test_pixels_in_a_row_need_a_scene_of_their_number(tmp_path: Path):
    path = saved(tmp_path, TRUTH.ravel(), ".npy")
    with pytest.raises(HsiError, match="108 pixels in a row, the scene has 12 x 10"):
        read_classes(path, grid=Grid(12, 10))
    with pytest.raises(HsiError) as alone:
        read_classes(path)
    assert "open the scene first" in alone.value.hint
    with pytest.raises(HsiError) as alone:
        read_classes(saved(tmp_path, TRUTH.ravel(), ".mat"))
    assert "open the scene first" in alone.value.hint


def test_labels_beside_their_scene_are_found_in_any_way(tmp_path: Path):
    scene = np.random.default_rng(0).random((12, 9, 20))
    for array, names in (
        (PLANES, ["gt"]), (TRUTH[:, :, None], ["gt"]), (TRUTH.T, ["gt"]),
        (TRUTH.ravel(order="F"), ["gt (by columns)", "gt (by rows)"]),
    ):  # fmt: skip
        path = saved(tmp_path, array, ".mat", scene=scene, wavelengths=np.arange(20.0))
        assert [info.name for info in find_truth_in_cube_file(path, (12, 9))] == names
        labels = api.read_labels(path, api.open(path), variable=names[0])
        assert [(r, c, int(labels.array[r, c])) for r, c in np.argwhere(labels.array).tolist()] == WHERE
    plain = saved(tmp_path, TRUTH, ".mat", scene=scene, row=TRUTH.ravel())
    assert [info.name for info in find_truth_in_cube_file(plain, (12, 9))] == ["gt"], "the plainest way wins"


@pytest.mark.parametrize("suffix", [".npy", ".mat"])
def test_shares_and_pictures_are_no_planes_of_classes(tmp_path: Path, suffix: str):
    shares = np.full((12, 9, 3), 1 / 3)
    twice = PLANES.copy()
    twice[2, 3] = 1
    for array in (shares, twice, np.zeros((12, 9, 3), np.uint8), PLANES * 255):
        with pytest.raises(HsiError, match="holds no labels"):
            read_classes(saved(tmp_path, array, suffix), grid=GRID)
        assert describe_file(tmp_path / f"x{suffix}")["kind"] == "cube"


def test_axes_of_one_are_left_out_as_far_as_two_stay():
    assert squeezed((12, 9, 1)) == squeezed((1, 12, 9)) == (12, 9)
    assert squeezed((1, 1, 9)) == (1, 9)
    assert squeezed((12, 9, 3)) == (12, 9, 3)
    assert squeezed((7,)) == (7,)


@pytest.mark.parametrize(
    "name",
    ["24_label_shapes/onehot.mat", "24_label_shapes/onehot_cube.mat", "24_label_shapes/transposed.mat",
     "24_label_shapes/float.mat", "24_label_shapes/int64.mat", "24_label_shapes/nan.mat", "72_gt3d/gt1.mat",
     "72_gt3d/gt1.npy"],
)  # fmt: skip
def test_the_cases_that_fit_their_scene_one_way_hold_four_labels(cases: Path, name: str):
    assert places(cases / "files" / name, grid=GRID) == WHERE
    kind = "cube" if "cube" in name else "classes"
    assert describe_file(cases / "files" / name)["kind"] == kind


@pytest.mark.parametrize(
    ("name", "way"),
    [("24_label_shapes/gtvec.mat", "gt (by columns)"), ("24_label_shapes/vec_F.mat", "gt (by columns)"),
     ("72_gt3d/gtflat.npy", "gtflat.npy (by rows)")],
)  # fmt: skip
def test_the_cases_with_pixels_in_a_row_are_questions_and_hold_four_labels(cases: Path, name: str, way: str):
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(cases / "files" / name, grid=GRID)
    assert asked.value.candidates[0].name == way
    assert places(cases / "files" / name, grid=GRID, variable=way) == WHERE


def test_the_case_of_a_half_is_refused_with_its_place(cases: Path):
    with pytest.raises(HsiError, match=r"1\.5 at row 2, column 3"):
        read_classes(cases / "files" / "24_label_shapes" / "half.mat", grid=GRID)


def test_a_scene_is_not_read_to_find_labels_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = saved(tmp_path, PLANES, ".mat", scene=np.random.default_rng(0).random((12, 9, 20)))
    read = []
    load = MatFile.load
    monkeypatch.setattr(MatFile, "load", lambda file, name: read.append(name) or load(file, name))
    assert [info.name for info in find_truth_in_cube_file(path, (12, 9))] == ["gt"]
    assert set(read) == {"gt"}
