from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io

from hsigui.cube.formats.choice import CUBE_AXES, ImportChoice, layout_of
from hsigui.cube.open import list_arrays, open_cube, suggestions
from hsigui.errors import HsiError

ROWS, COLS, BANDS = 6, 8, 12
CUBE = np.random.default_rng(0).integers(0, 4000, (ROWS, COLS, BANDS)).astype(np.int16)
# MATLAB's way of flattening: down the first column, then the second.
FLAT = CUBE.reshape(ROWS * COLS, BANDS, order="F")


def save(path: Path, compressed: bool = True, **arrays: object) -> Path:
    scipy.io.savemat(path, arrays, do_compression=compressed)
    return path


def save_v73(path: Path, **arrays: object) -> Path:
    """As MATLAB does: axes reversed, structs as groups."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in arrays.items():
            if isinstance(value, dict):
                group = file.create_group(name)
                group.attrs["MATLAB_class"] = np.bytes_(b"struct")
                for key, field in value.items():
                    group.create_dataset(key, data=np.atleast_2d(field).T)
            else:
                file.create_dataset(name, data=np.atleast_2d(value).T)
    return path


def save_plain(path: Path, **arrays: object) -> Path:
    return save(path, compressed=False, **arrays)


def save_npz(path: Path, **arrays: object) -> Path:
    path = path.with_suffix(".npz")
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def save_npz_packed(path: Path, **arrays: object) -> Path:
    path = path.with_suffix(".npz")
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def save_h5(path: Path, **arrays: object) -> Path:
    path = path.with_suffix(".h5")
    with h5py.File(path, "w") as file:
        for name, value in arrays.items():
            file.create_dataset(name, data=value)
    return path


MATLAB = [save, save_plain, save_v73]
ALL = [*MATLAB, save_npz, save_npz_packed, save_h5]


@pytest.mark.parametrize("write", ALL)
@pytest.mark.parametrize("axes", CUBE_AXES)
def test_any_order_of_axes_gives_the_same_scene(tmp_path: Path, write, axes: str) -> None:
    words = axes.split(",")
    order = tuple(("rows", "cols", "bands").index(word) for word in words)
    path = write(tmp_path / "x.mat", scene=CUBE.transpose(order))
    cube = open_cube(path, choice=ImportChoice("scene", axes))
    assert cube.shape == CUBE.shape
    assert np.array_equal(cube.read(), CUBE)
    assert np.array_equal(cube.read(slice(1, 6, 2), slice(0, 8, 3), [11, 2, 5]), CUBE[1:6:2, ::3][:, :, [11, 2, 5]])
    assert cube.stored(3, 4).tolist() == CUBE[3, 4].tolist()
    assert cube.info.axis_order == axes


@pytest.mark.parametrize("write", ALL)
@pytest.mark.parametrize("axes", ["pixels,bands", "bands,pixels"])
@pytest.mark.parametrize("order", ["columns", "rows"])
def test_a_flattened_scene_is_laid_out_again(tmp_path: Path, write, axes: str, order: str) -> None:
    flat = FLAT if order == "columns" else CUBE.reshape(ROWS * COLS, BANDS)
    path = write(tmp_path / "x.mat", Y=flat if axes == "pixels,bands" else flat.T)
    cube = open_cube(path, choice=ImportChoice("Y", axes, ROWS, COLS, order))
    assert np.array_equal(cube.read(), CUBE)
    assert np.array_equal(cube.read(slice(1, 5), slice(None, None, 3), [7]), CUBE[1:5, ::3, 7:8])
    assert cube.stored(5, 1).tolist() == CUBE[5, 1].tolist()


@pytest.mark.parametrize("write", MATLAB)
def test_a_cube_inside_a_struct_is_listed_and_opened(tmp_path: Path, write) -> None:
    waves = np.linspace(400, 950, BANDS)
    inner = {"data": CUBE, "wavelength": waves, "note": 3.0}
    path = write(tmp_path / "x.mat", params=inner, gt=np.ones((ROWS, COLS)))
    listed = {a.name: a.shape for a in list_arrays(path)}
    assert listed["params.data"] == CUBE.shape
    cube = open_cube(path)
    assert cube.info.variable == "params.data"
    assert cube.info.wavelengths == pytest.approx(waves)
    assert cube.info.origins["wavelengths"] == "params.wavelength"
    assert np.array_equal(open_cube(path, variable="params.data").read(), CUBE)


def test_structs_in_structs_and_arrays_of_structs_are_named_like_in_matlab(tmp_path: Path) -> None:
    two = np.array([[(CUBE[:, :, :5],), (CUBE,)]], dtype=[("img", "O")])
    path = save(tmp_path / "x.mat", outer={"inner": {"cube": CUBE}}, scenes=two)
    listed = {a.name: a.shape for a in list_arrays(path)}
    assert listed == {
        "outer.inner.cube": (ROWS, COLS, BANDS),
        "scenes(1).img": (ROWS, COLS, 5),
        "scenes(2).img": (ROWS, COLS, BANDS),
    }
    assert np.array_equal(open_cube(path, variable="scenes(2).img").read(), CUBE)


def test_an_array_outside_of_structs_goes_before_one_inside(tmp_path: Path) -> None:
    path = save(tmp_path / "x.mat", more={"cube": CUBE}, scene=CUBE)
    assert open_cube(path).info.variable == "scene"


@pytest.mark.parametrize("sizes", [{"nRow": ROWS, "nCol": COLS}, {"imagesize": [ROWS, COLS]}])
def test_a_flattened_scene_opens_by_itself_when_the_file_gives_its_size(tmp_path: Path, sizes) -> None:
    cube = open_cube(save(tmp_path / "x.mat", Y=FLAT.T, **sizes))
    assert np.array_equal(cube.read(), CUBE)
    assert "bands x pixels of 6 rows x 8 columns" in cube.notes[0]


def test_a_flattened_scene_without_a_size_is_refused_but_suggested(tmp_path: Path) -> None:
    path = save(tmp_path / "x.mat", Y=FLAT.T, map=np.ones((ROWS, COLS)))
    with pytest.raises(HsiError, match="no numeric array of three dimensions"):
        open_cube(path)
    first = suggestions(path)[0]
    assert first == ImportChoice("Y", "bands,pixels", ROWS, COLS, "columns")
    assert np.array_equal(open_cube(path, choice=first).read(), CUBE)


def test_suggestions_begin_with_what_is_opened_and_can_all_be_opened(tmp_path: Path) -> None:
    path = save(
        tmp_path / "x.mat", scene=CUBE.transpose(2, 0, 1), rgb=np.ones((ROWS, COLS, 3)), gt=np.ones((ROWS, COLS))
    )
    choices = suggestions(path)
    assert choices[0] == ImportChoice("scene", "bands,rows,cols")
    assert np.array_equal(open_cube(path).read(), open_cube(path, choice=choices[0]).read())
    for choice in choices:
        assert open_cube(path, choice=choice).bands > 0
    assert len(set(choices)) == len(choices)


def test_wavelengths_units_and_bad_bands_can_be_chosen_or_left_out(tmp_path: Path) -> None:
    good = np.ones(BANDS)
    good[3] = 0
    path = save(tmp_path / "x.mat", scene=CUBE, wl=np.arange(BANDS) + 400.0, axis=np.arange(BANDS) / 100 + 0.5, ok=good)
    assert open_cube(path).info.wavelengths[0] == 400.0
    chosen = open_cube(path, choice=ImportChoice("scene", wavelengths="axis", units="um", bad_bands="ok"))
    assert chosen.info.wavelengths[:2] == (500.0, 510.0)
    assert chosen.info.bad_bands.index(True) == 3
    assert chosen.info.origins == {"wavelengths": "axis", "bad_bands": "ok"}
    assert not open_cube(path, choice=ImportChoice("scene", wavelengths="")).info.wavelengths
    with pytest.raises(HsiError, match="has not one entry for each of the 12 bands"):
        open_cube(path, choice=ImportChoice("scene", wavelengths="scene"))
    with pytest.raises(HsiError, match=r"no list of 1 .* and 0"):
        open_cube(path, choice=ImportChoice("scene", bad_bands="wl"))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"axes": "bands,pixels", "rows": 5, "cols": 9}, "holds 48 pixels; 5 rows x 9 columns would be 45"),
        ({"axes": "rows,cols,bands"}, "has not the 3 axes"),
        ({"variable": "absent"}, "no numeric array “absent”"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused_in_words(tmp_path: Path, choice: dict, words: str) -> None:
    path = save(tmp_path / "x.mat", Y=FLAT.T)
    with pytest.raises(HsiError, match=words) as caught:
        open_cube(path, choice=ImportChoice(**{"variable": "Y", **choice}))
    assert caught.value.hint


def test_impossible_choices_cannot_be_made() -> None:
    for wrong in ({"axes": "rows,cols"}, {"axes": "bands,pixels"}, {"order": "diagonal"}):
        with pytest.raises(HsiError):
            ImportChoice("x", **wrong)


def test_a_choice_survives_json_and_damaged_json_is_refused() -> None:
    choice = ImportChoice("params.data", "pixels,bands", 5, 7, "rows", "wl", "um", "")
    assert ImportChoice.from_json(choice.to_json()) == choice
    assert ImportChoice.from_json(ImportChoice("x").to_json()) == ImportChoice("x")
    for text in ("", "[]", '{"rows": "many"}', '{"variable": null}', '{"axes": "up,down"}', '{"rows": true}'):
        with pytest.raises(HsiError):
            ImportChoice.from_json(text)


def test_axes_of_one_entry_that_are_too_many_are_passed_over() -> None:
    layout = layout_of((1, ROWS, COLS, BANDS), ImportChoice("x"))
    assert (layout.shape, layout.axes) == ((ROWS, COLS, BANDS), (1, 2, 3))


def test_files_that_say_how_they_are_read_take_no_choice(tmp_path: Path) -> None:
    (tmp_path / "x.hdr").write_text("ENVI")
    assert suggestions(tmp_path / "x.hdr") == ()
    assert list_arrays(tmp_path / "x.hdr") == ()
    with pytest.raises(HsiError, match="says itself"):
        open_cube(tmp_path / "x.hdr", choice=ImportChoice())


def test_version_4_files_open_by_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "old.mat"
    scipy.io.savemat(path, {"Y": FLAT.T.astype(float), "gt": np.eye(3)}, format="4")
    cube = open_cube(path, choice=ImportChoice("Y", "bands,pixels", ROWS, COLS))
    assert np.array_equal(cube.read(), CUBE)
    assert cube.dtype == np.float64


@pytest.mark.parametrize("write", [save, save_v73, save_npz])
def test_complex_samples_are_shown_as_their_magnitude(tmp_path: Path, write) -> None:
    samples = (CUBE + 1j * CUBE[::-1]).astype(np.complex128)
    cube = open_cube(write(tmp_path / "x.mat", scene=samples))
    assert np.allclose(cube.read(), np.abs(samples), rtol=1e-5)
