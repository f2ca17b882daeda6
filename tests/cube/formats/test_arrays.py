from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.demo import demo_scene
from hsigui.cube.open import AmbiguousCube, open_cube
from hsigui.errors import HsiError


def test_a_npy_scene_is_mapped_and_read(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).random((4, 5, 6)).astype(">f4")
    np.save(tmp_path / "x.npy", samples)
    cube = open_cube(tmp_path / "x.npy")
    assert cube.dtype == np.float32
    assert np.array_equal(cube.read(), samples)


def test_bands_first_are_recognised_and_noted(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).random((9, 4, 4))
    np.save(tmp_path / "x.npy", samples)
    cube = open_cube(tmp_path / "x.npy")
    assert cube.shape == (4, 4, 9)
    assert cube.stored(1, 2).tolist() == samples[:, 1, 2].tolist()
    assert "first axis" in cube.notes[0]


def test_axes_that_nothing_tells_are_told_unless_the_values_bear_them_out(tmp_path: Path) -> None:
    scene = demo_scene(rows=31, cols=24, bands=40).cube.read()
    for name, array, told in (
        ("scene", scene, False),
        ("bands-first", scene.transpose(2, 0, 1)[:, :21], True),  # 40 x 21 x 24
        ("flat", np.random.default_rng(0).random((31, 24, 40)), True),
        ("short", scene[:, :, :20], False),
    ):
        np.save(tmp_path / f"{name}.npy", array)
        cube = open_cube(tmp_path / f"{name}.npy")
        assert cube.shape == array.shape
        assert any("nothing tells which axis is the bands" in note for note in cube.notes) == told, name


@pytest.mark.parametrize("array", [np.ones((3, 4)), np.zeros((0, 4, 5)), np.full((2, 2, 2), "a")])
def test_an_array_that_is_no_scene_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(HsiError, match="holds no scene"):
        open_cube(tmp_path / "x.npy")


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_a_damaged_npy_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(HsiError, match="cannot be read as a NumPy file"):
        open_cube(tmp_path / "x.npy")


def test_a_truncated_npy_file_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((4, 5, 6)))
    raw = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(raw[:-50])
    with pytest.raises(HsiError, match="cannot be read"):
        open_cube(tmp_path / "x.npy")


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(HsiError, match="cannot be read"):
        open_cube(tmp_path / "x.npy")


def test_a_missing_file_a_folder_and_a_foreign_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,b")
    (tmp_path / "noname").write_text("a,b")
    for path, words in (
        (tmp_path / "absent.hdr", "does not exist"),
        (tmp_path, "is a folder"),
        (tmp_path / "table.csv", "no reader for “.csv”"),
        (tmp_path / "noname", "no reader for files without extension"),
    ):
        with pytest.raises(HsiError, match=words) as caught:
            open_cube(path)
        assert caught.value.hint


def test_an_archive_brings_the_wavelengths_beside_its_cube(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).random((5, 6, 7))
    for write in (np.savez, np.savez_compressed):
        write(tmp_path / "x.npz", cube=samples, wavelengths=np.linspace(400, 700, 7), gt=np.ones((5, 6)))
        cube = open_cube(tmp_path / "x.npz")
        assert cube.info.variable == "cube"
        assert cube.info.wavelengths[-1] == 700.0
        assert np.allclose(cube.read(slice(1, 3), slice(None), [6, 2]), samples[1:3][:, :, [6, 2]])
    np.savez(tmp_path / "two.npz", a=samples, b=samples)
    with pytest.raises(AmbiguousCube, match="several arrays"):
        open_cube(tmp_path / "two.npz")
    assert open_cube(tmp_path / "two.npz", variable="b").info.variable == "b"


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">i2", "u1", "c8"])
def test_npy_files_of_every_order_and_type_are_read_by_position(tmp_path: Path, order: str, dtype: str) -> None:
    samples = np.random.default_rng(0).integers(0, 99, (5, 6, 7)).astype(dtype, order=order)  # type: ignore[call-overload]
    np.save(tmp_path / "x.npy", samples)
    assert np.array_equal(open_cube(tmp_path / "x.npy").read(), np.abs(samples).astype(np.float32))


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", cube=np.random.default_rng(0).random((9, 9, 9)))
    raw = (tmp_path / "x.npz").read_bytes()
    for content in (raw[:-40], raw[:200] + b"\0" * 50 + raw[250:], b"", raw[: len(raw) // 2]):
        (tmp_path / "x.npz").write_bytes(content)
        with pytest.raises(HsiError, match=r"x\.npz cannot be read") as caught:
            open_cube(tmp_path / "x.npz").read()
        assert caught.value.hint


def test_a_head_that_promises_too_much_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((4, 5, 6)))
    raw = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(raw.replace(b"(4, 5, 6)", b"(40000, 50000, 6)"[:17]).replace(b"       \n", b"\n"))
    with pytest.raises(HsiError, match="cannot be read"):
        open_cube(tmp_path / "x.npy")
