from __future__ import annotations

import threading
from pathlib import Path

import h5py
import numpy as np
import pytest

from hsigui.cube.formats import hdf5
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError

SAMPLES = np.random.default_rng(0).random((9, 7, 20), dtype=np.float32)


def emit(path: Path) -> Path:
    """A layout such as that of EMIT level 2A, without what makes it a product."""
    samples = SAMPLES.copy()
    samples[0, 0] = -9999.0
    good = np.ones(20, np.uint8)
    good[[5, 6]] = 0
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("reflectance", data=samples, chunks=(4, 4, 20), compression="gzip")
        cube.attrs["_FillValue"] = np.array([-9999.0], np.float32)
        bands = file.create_group("sensor_band_parameters")
        bands["wavelengths"] = np.linspace(381, 2492, 20).astype(np.float32)
        bands["wavelengths"].attrs["units"] = "nm"
        bands["fwhm"] = np.full(20, 8.5, np.float32)
        bands["good_wavelengths"] = good
        file.create_group("location")["lat"] = np.zeros((9, 7))
        file["location/lon"] = np.zeros((9, 7))
        file.attrs["title"] = "EMIT L2A Estimated Surface Reflectance"
    return path


def test_an_emit_product_opens_with_its_band_lists(tmp_path: Path) -> None:
    cube = open_cube(emit(tmp_path / "EMIT_L2A.nc"))
    assert cube.shape == SAMPLES.shape
    assert cube.info.variable == "reflectance"
    assert cube.info.wavelengths == pytest.approx(np.linspace(381, 2492, 20), rel=1e-6)
    assert cube.info.wavelength_units == "nm"
    assert not cube.info.units_guessed
    assert cube.info.fwhm == (8.5,) * 20
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [5, 6]
    assert np.isnan(cube.spectrum(0, 0)).all()
    assert np.array_equal(cube.read(slice(1, None)), SAMPLES[1:])
    assert cube.info.origins["wavelengths"] == "sensor_band_parameters/wavelengths"
    assert cube.info.metadata["title"].startswith("EMIT")


def test_scale_fill_value_and_offset_are_met(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("group/cube", data=np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6))
        cube.attrs["scale_factor"] = 0.5
        cube.attrs["add_offset"] = 3.0
        cube.attrs["_FillValue"] = np.int16(7)
    cube = open_cube(path)
    assert (cube.info.scale, cube.info.offset) == (2.0, 3.0)
    assert np.isnan(cube.read()[0, 1, 1])
    assert cube.read()[3, 4, 5] == 119 / 2 + 3
    assert cube.stored(3, 4)[5] == 119
    assert any("3 is added" in note for note in cube.notes)


@pytest.mark.parametrize("chunks", [None, (1, 4, 20), (9, 7, 1), (3, 3, 3)])
@pytest.mark.parametrize("block", [64, 2**25])
def test_windows_are_read_right_whatever_the_chunks(
    tmp_path: Path, chunks: tuple[int, ...] | None, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "_BLOCK_BYTES", block)
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", data=SAMPLES, chunks=chunks)
    cube = open_cube(path)
    every = slice(None)
    for rows, cols, bands in (
        (every, every, every),
        (slice(2, 3), slice(5, 6), every),
        (slice(None, None, 4), slice(None, None, 3), [19, 0, 7]),
        (slice(1, 8, 2), every, slice(0, 20, 6)),
        (every, slice(0, 2), [3, 3]),
        (slice(3, 3), every, [1]),
    ):
        assert np.array_equal(cube.read(rows, cols, bands), SAMPLES[rows, cols][:, :, bands])


def test_several_threads_read_one_file_at_once(tmp_path: Path) -> None:
    cube = open_cube(emit(tmp_path / "x.nc"))
    right: list[bool] = []

    def read() -> None:
        right.extend(np.array_equal(cube.read(slice(row, row + 1)), SAMPLES[row : row + 1]) for row in range(1, 9))

    threads = [threading.Thread(target=read) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 40


def test_arrays_are_listed_with_shape_and_type(tmp_path: Path) -> None:
    listed = {a.name: (a.shape, a.dtype) for a in list_arrays(emit(tmp_path / "x.nc"))}
    assert listed["reflectance"] == ((9, 7, 20), "float32")
    assert listed["location/lat"] == ((9, 7), "float64")


def test_a_flattened_array_of_a_group_opens_by_a_choice(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["products/spectra"] = SAMPLES.reshape(63, 20)
    cube = open_cube(path, choice=ImportChoice("products/spectra", "pixels,bands", 9, 7, "rows"))
    assert np.array_equal(cube.read(), SAMPLES)


def test_what_claims_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("cube", shape=(40_000, 40_000, 200), dtype="f8", chunks=(100, 100, 10))
    with pytest.raises(HsiError, match="damaged or was never written") as caught:
        open_cube(path)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no file of any kind", "HDF5 file"),
        (b"CDF\x01" + bytes(20), "NetCDF file of version 3"),
        (b"\x0e\x03\x13\x01", "HDF4"),
    ],
)
def test_files_of_another_kind_are_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x.nc").write_bytes(content)
    with pytest.raises(HsiError, match=words) as caught:
        open_cube(tmp_path / "x.nc")
    assert caught.value.hint


def test_links_that_lead_nowhere_are_left_out(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["far"] = h5py.ExternalLink("other.h5", "/reflectance")
        file["gone"] = h5py.SoftLink("/nowhere")
        file["cube"] = SAMPLES
    assert [a.name for a in list_arrays(tmp_path / "x.h5")] == ["cube"]
    assert open_cube(tmp_path / "x.h5").shape == SAMPLES.shape
