"""NetCDF 3: read by the same conventions as NetCDF 4, checked against GDAL and scipy; damaged ones are refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.io import netcdf_file

from hsigui.__main__ import main
from hsigui.cube.describe import crs_name
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.netcdf3 import as_hdf5
from hsigui.cube.open import list_arrays, open_cube, quality_layers
from hsigui.errors import HsiError

ROWS, COLS, BANDS = 7, 6, 12
VALUES = np.random.default_rng(0).integers(1, 9000, (BANDS, ROWS, COLS)).astype(np.int16)
VALUES[:, 0, 0] = -999


def written(path: Path, version: int = 1, records: bool = False) -> Path:
    """A scene with all that CF says of it; with its bands as records, beside another variable of records."""
    with netcdf_file(path, "w", version=version) as file:
        file.createDimension("band", None if records else BANDS)
        file.createDimension("y", ROWS)
        file.createDimension("x", COLS)
        scene = file.createVariable("reflectance", "i2", ("band", "y", "x"))
        scene[:] = VALUES
        for name, value in (("_FillValue", np.int16(-999)), ("scale_factor", np.float32(1e-4)), ("add_offset", 0.5)):
            setattr(scene, name, value)
        scene.grid_mapping = "crs"
        waves = file.createVariable("band", "f4", ("band",))
        waves[:] = np.linspace(0.4, 1.5, BANDS)
        waves.units = "micrometers"
        for name, first, step, count in (("x", 500_015.0, 30.0, COLS), ("y", 4_500_000.0 - 15, -30.0, ROWS)):
            axis = file.createVariable(name, "f8", (name,))
            axis[:] = first + step * np.arange(count)
            axis.standard_name, axis.units = f"projection_{name}_coordinate", "m"
        if records:  # scipy writes variables without dimensions between those
            file.createDimension("one", 1)
        crs = file.createVariable("crs", "i4", ("one",) if records else ())
        crs.spatial_ref = rasterio.CRS.from_epsg(32633).to_wkt()
        crs.grid_mapping_name = "transverse_mercator"
        flags = file.createVariable("flags", "i1", ("y", "x"))
        flags[:] = 0
        flags[2, 3] = 1
        flags.flag_masks, flags.flag_meanings = np.array([1, 2], np.int8), "cloud shadow"
    return path


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("records", [False, True])
def test_a_scene_has_its_values_wavelengths_no_data_and_place(tmp_path: Path, version: int, records: bool):
    path = written(tmp_path / "scene.nc", version, records)
    before = path.read_bytes()
    cube = open_cube(path)
    assert cube.shape == (ROWS, COLS, BANDS)
    assert cube.info.variable == "reflectance"
    expected = VALUES.transpose(1, 2, 0) * np.float32(1e-4) + np.float32(0.5)
    read = cube.read()
    assert np.isnan(read[0, 0]).all()
    assert np.allclose(read[1:], expected[1:], atol=1e-6)
    assert np.array_equal(cube.stored(4, 3), VALUES[:, 4, 3])
    assert np.array_equal(cube.read(slice(1, 7, 2), slice(0, 5, 3), [11, 0, 4]), read[1:7:2, 0:5:3][:, :, [11, 0, 4]])
    assert np.allclose(cube.wavelengths, np.linspace(400, 1500, BANDS), atol=0.01)
    assert crs_name(cube.geo.crs_wkt) == "EPSG:32633"
    with rasterio.open(f'NETCDF:"{path}":reflectance') as gdal:
        assert cube.geo.transform == pytest.approx(tuple(gdal.transform)[:6])
        assert np.array_equal(gdal.read(), VALUES)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["scene.nc"]


def test_bits_with_a_meaning_are_masks(tmp_path: Path):
    path = written(tmp_path / "scene.nc")
    assert [layer.name for layer in quality_layers(path)] == ["cloud", "shadow"]
    marked = ~open_cube(path, quality=["cloud"]).valid_mask()
    assert np.argwhere(marked).tolist() == [[0, 0], [2, 3]]


@pytest.mark.parametrize("counts", [(3, 5), (1, 1), (2, 3)])
def test_records_of_odd_sizes_are_found_where_they_lie(tmp_path: Path, counts: tuple[int, int]):
    """Pieces of a record are filled up to four bytes, unless there is one variable only."""
    rng = np.random.default_rng(1)
    one, two = (rng.integers(0, 120, (6, *counts)).astype(kind) for kind in ("i1", "i2"))
    for names in (("one", "two"), ("one",), ("two",)):
        path = tmp_path / f"{'-'.join(names)}.nc"
        with netcdf_file(path, "w") as file:
            file.createDimension("time", None)
            file.createDimension("a", counts[0])
            file.createDimension("b", counts[1])
            for name in names:
                file.createVariable(name, {"one": "i1", "two": "i2"}[name], ("time", "a", "b"))[:] = {
                    "one": one, "two": two,
                }[name]  # fmt: skip
        made = as_hdf5(path)
        for name in names:
            assert np.array_equal(made[name][()], {"one": one, "two": two}[name]), (names, name)


def test_bytes_that_are_meant_without_a_sign_have_none(tmp_path: Path):
    values = np.arange(2 * 3 * 40, dtype=np.uint8).reshape(2, 3, 40)
    with netcdf_file(tmp_path / "bytes.nc", "w") as file:
        for name, count in (("y", 2), ("x", 3), ("band", 40)):
            file.createDimension(name, count)
        scene = file.createVariable("scene", "i1", ("y", "x", "band"))
        scene[:] = values.view(np.int8)
        scene._Unsigned, scene._FillValue = "true", np.int8(-1)
    cube = open_cube(tmp_path / "bytes.nc", choice=ImportChoice("scene"))
    assert cube.dtype == np.uint8
    assert cube.info.nodata == 255
    assert np.array_equal(cube.stored(1, 2), values[1, 2])


def five(values: np.ndarray) -> bytes:
    """A file of CDF-5, whose numbers have eight bytes, after the document: one variable of three dimensions."""

    def text(word: str) -> bytes:
        return struct.pack(">q", len(word)) + word.encode().ljust(-(-len(word) // 4) * 4, b"\0")

    dimensions = b"".join(text(n) + struct.pack(">q", c) for n, c in zip("abc", values.shape, strict=True))
    head = b"CDF\x05" + struct.pack(">q", 0) + struct.pack(">iq", 10, 3) + dimensions + struct.pack(">iq", 0, 0)
    head += struct.pack(">iq", 11, 1) + text("cube") + struct.pack(">qqqq", 3, 0, 1, 2) + struct.pack(">iq", 0, 0)
    head += struct.pack(">iq", 8, values.nbytes)
    return head + struct.pack(">q", len(head) + 8) + values.astype(">u2").tobytes()


def test_files_of_64_bit_data_are_read(tmp_path: Path):
    values = np.random.default_rng(2).integers(0, 60_000, (4, 6, 40)).astype(np.uint16)
    (tmp_path / "five.nc").write_bytes(five(values))
    assert [(a.name, a.shape, a.dtype) for a in list_arrays(tmp_path / "five.nc")] == [("cube", (4, 6, 40), "uint16")]
    assert np.array_equal(open_cube(tmp_path / "five.nc").stored(3, 5), values[3, 5])


def test_files_that_are_cut_off_are_refused(tmp_path: Path):
    whole = written(tmp_path / "scene.nc").read_bytes()
    for length in (3, 10, 60, 200, len(whole) // 2, len(whole) - 40):
        (tmp_path / "cut.nc").write_bytes(whole[:length])
        with pytest.raises(HsiError):
            open_cube(tmp_path / "cut.nc")


def test_whatever_stands_in_a_header_it_is_a_scene_or_a_sentence(tmp_path: Path):
    whole = bytearray(written(tmp_path / "scene.nc", records=True).read_bytes())
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(250):
        damaged = bytearray(whole)
        for place in rng.integers(0, 900, rng.integers(1, 4)).tolist():
            damaged[place] = int(rng.choice([0, 1, 0x7F, 0xFF, int(rng.integers(256))]))
        (tmp_path / "damaged.nc").write_bytes(damaged)
        try:
            open_cube(tmp_path / "damaged.nc").read(slice(0, 1))
        except HsiError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("name", ["scene.hdf", "EO1H0120312008001.L1R", "scene"])
def test_hdf4_is_refused_with_a_way_to_convert_it(tmp_path: Path, name: str, capsys):
    (tmp_path / name).write_bytes(b"\x0e\x03\x13\x01" + bytes(500))
    assert main(["info", str(tmp_path / name)]) == 1
    said = capsys.readouterr().err
    assert f"{name} is an HDF4 file" in said
    assert "h4toh5" in said
