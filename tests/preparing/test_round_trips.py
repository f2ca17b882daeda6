"""Odd cubes in every format: read back by our reader, and by the library that others read the format with."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import h5py
import numpy as np
import pytest
import rasterio
import spectral

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_header import write_header
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled
from hsigui.preparing import windows
from hsigui.preparing.cut import Crop
from hsigui.preparing.step import prepared
from hsigui.preparing.table import not_carried, save_cube
from tests.faults.full_disk import contents, disk
from tests.preparing.cubes import GEO, TURNED, counts, cube_of

zarr = pytest.importorskip("zarr")

NAMES = ("ü b.hdr", "ü b.tif", "ü b.mat", "ü b.zarr")
ODD_NAMES = ("red, {1}", "naïve | 2", "Grün – Ω", "", "a = b", "B6")


def _odd(folder):
    """Cubes by what is odd about them."""
    with_gaps = counts("float32")
    with_gaps[0, 0, 1] = with_gaps[4] = np.nan
    packed = counts()
    packed[3, 2] = -9999
    files = folder / "Ordner ä"
    files.mkdir()
    fields = {"samples": 7, "lines": 11, "bands": 6, "header offset": 12, "file type": "ENVI Standard", "data type": 12,
              "interleave": "bil", "byte order": 1, "wavelength units": "Micrometers",
              "wavelength": [0.45, 0.5501, 0.65, 1.2, 2.2, 2.45], "fwhm": [0.01] * 6}  # fmt: skip
    write_header(files / "groß.hdr", fields)
    big = counts("uint16").transpose(0, 2, 1).astype(">u2")
    (files / "groß.img").write_bytes(bytes(12) + big.tobytes())
    (files / "groß.img").chmod(0o444)
    return {
        "plain": prepared(cube_of(packed, default_bands=(3, 1, 0)), [Crop(rows=(1, 10))]),
        "one pixel": cube_of(counts(rows=1, cols=1, bands=1), bad_bands=()),
        "one band": cube_of(counts(bands=1), bad_bands=(), fwhm=()),
        "one row": cube_of(counts(rows=1)),
        "complex": cube_of(counts("complex64") * (1 + 2j), nodata=None, scale=1.0),
        "big-endian, in micrometres": open_cube(files / "groß.hdr"),
        "NaN": cube_of(with_gaps, nodata=float("nan"), scale=1.0),
        "zero is no data": cube_of(np.where(counts() < 50, 0, counts()).astype("int16"), nodata=0.0),
        "no numbers at all": cube_of(np.full((3, 4, 2), -9999, np.int16)),
        "odd names": cube_of(counts(), band_names=ODD_NAMES),
        "no wavelengths": cube_of(counts(), wavelengths=(), fwhm=(), band_names=(), bad_bands=(), geo=Geo()),
        "turned": cube_of(counts(), geo=TURNED),
        "southwards": cube_of(counts(), geo=Geo((30.0, 0.0, 4e5, 0.0, 30.0, 5e6), GEO.crs_wkt)),
        "gains": cube_of(counts("uint16"), gains=(0.5,) * 6, offsets=(1.0, 2, 3, 4, 5, 6), scale=1.0, nodata=None),
        "scale that is no power": cube_of(counts(), scale=3.7),
        "told before": cube_of(counts(), history=('--like "a | {b}"', "--rows 1:2", "50 % of it")),
    }  # fmt: skip


def _expected(cube, suffix):
    """The cube as it is to come back, but for what a format is known to lack; None where it is refused."""
    info = cube.info
    if suffix == ".mat":
        if cube.dtype.kind == "c":
            return None
        info = replace(info, geo=Geo(), scale=1.0, gains=(), offsets=(), nodata=None)
    elif suffix == ".hdr":
        names = tuple(re.sub("[,{}]", " ", name or f"Band {n}") for n, name in enumerate(info.band_names, 1))
        info = replace(info, band_names=tuple(" ".join(name.split()) for name in names))
    elif suffix == ".tif":
        info = replace(info, default_bands=())
    return cube.with_info(info)


@pytest.mark.filterwarnings("ignore")
def test_odd_cubes_come_back_in_every_format(tmp_path):
    for number, (odd, cube) in enumerate(_odd(tmp_path).items()):
        for name in NAMES:
            suffix = "." + name.rsplit(".", 1)[1]
            expected, path = _expected(cube, suffix), tmp_path / f"{number} {name}"
            if expected is None:
                with pytest.raises(HsiError, match="Complex"):
                    save_cube(cube, path)
                continue
            back = open_cube(save_cube(cube, path)[0])
            turned = odd == "southwards" and suffix == ".hdr"
            flip = slice(None, None, -1) if turned else slice(None)
            np.testing.assert_array_equal(back.read()[flip], cube.read(), err_msg=f"{odd} as {name}")
            for field in ("fwhm", "band_names", "default_bands", "history", "gains", "offsets"):
                assert getattr(back.info, field) == getattr(expected.info, field), f"{field} of {odd} as {name}"
            assert back.info.scale == pytest.approx(expected.info.scale, rel=1e-15)
            assert back.is_bad.tolist() == cube.is_bad.tolist(), f"{odd} as {name}"
            assert back.info.wavelengths == pytest.approx(expected.info.wavelengths, abs=1e-9), f"{odd} as {name}"
            if suffix != ".mat":
                assert repr(back.info.nodata) == repr(cube.info.nodata), f"{odd} as {name}"
            if turned:
                assert back.geo.to_map(0, 0) == pytest.approx(cube.geo.to_map(cube.rows, 0))
            elif expected.geo.transform is None:
                assert back.geo.transform is None, f"{odd} as {name}"
            else:
                assert back.geo.transform == pytest.approx(expected.geo.transform, abs=1e-7), f"{odd} as {name}"
                assert rasterio.crs.CRS.from_wkt(back.geo.crs_wkt).to_epsg() == 32633
            if suffix != ".mat":
                stored = [c.source.read(slice(None), slice(None), slice(None)) for c in (back, cube)]
                assert stored[0].dtype == stored[1].dtype
                np.testing.assert_array_equal(stored[0][flip], stored[1], err_msg=f"{odd} as {name}")
    assert not_carried(cube_of(counts(), default_bands=(3, 1, 0)), "x.zarr") == []


@pytest.mark.filterwarnings("ignore")
def test_other_libraries_read_samples_and_what_belongs_to_them(tmp_path):
    cube = cube_of(counts())
    waves = list(cube.info.wavelengths)
    paths = [save_cube(cube, tmp_path / name)[0] for name in NAMES]
    image = spectral.envi.open(str(paths[0]))
    np.testing.assert_array_equal(np.asarray(image.load(dtype=np.int16, scale=False)), counts())
    assert image.bands.centers == waves
    assert image.metadata["bbl"] == [1, 1, 0, 1, 1, 1]
    with rasterio.open(paths[1]) as file:
        np.testing.assert_array_equal(file.read().transpose(1, 2, 0), counts())
        assert (file.nodata, file.scales[0], file.crs.to_epsg()) == (-9999, 1e-4, 32633)
        assert [float(file.tags(band)["wavelength"]) for band in file.indexes] == waves
    with h5py.File(paths[2]) as file:
        np.testing.assert_array_equal(file["cube"][...].transpose(2, 1, 0), cube.read())
        assert file["wavelength"][:, 0].tolist() == waves
    array = zarr.open_group(paths[3], mode="r")["cube"]
    np.testing.assert_array_equal(array[...].transpose(1, 2, 0), counts())
    assert array.fill_value == -9999
    with rasterio.open(f'ZARR:"{paths[3]}":/cube') as file:
        np.testing.assert_array_equal(file.read().transpose(1, 2, 0), counts())
        assert (file.nodata, file.crs.to_epsg(), tuple(file.transform)[:6]) == (-9999, 32633, GEO.transform)
    xarray = pytest.importorskip("xarray")
    data = xarray.open_zarr(paths[3], chunks=None)
    np.testing.assert_allclose(data["cube"].values.transpose(1, 2, 0), cube.read(), rtol=1e-6)
    assert data["wavelength"].values.tolist() == waves
    assert data["good_bands"].values.tolist() == [1, 1, 0, 1, 1, 1]
    assert (float(data["x"][0]), float(data["y"][0])) == (400015.0, 4999985.0)


def test_a_store_of_many_pieces_is_written_by_windows_of_whole_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK_VALUES", 500_000)
    array = np.random.default_rng(0).integers(0, 60_000, (150, 200, 70)).astype(np.uint16)
    cube = cube_of(array, nodata=None)
    told = []
    back = open_cube(save_cube(cube, tmp_path / "x.zarr", told=lambda *done: told.append(done))[0])
    np.testing.assert_array_equal(back.source.read(slice(None), slice(None), slice(None)), array)
    np.testing.assert_array_equal(back.spectrum(149, 199), cube.spectrum(149, 199))
    assert len(told) > 2
    assert told[-1] == (array.size, array.size)
    assert zarr.open_group(tmp_path / "x.zarr", mode="r")["cube"].chunks == (32, 64, 64)


@pytest.mark.parametrize("name", NAMES)
def test_a_stopped_save_and_a_full_disk_leave_what_was_there(tmp_path, name):
    cube = cube_of(counts())
    with disk(tmp_path / "disk") as room:
        saved = save_cube(cube, room.folder / name)
        before = contents(room.folder)

        def stop(done, total):
            if done:
                raise Cancelled

        with pytest.raises(Cancelled):
            save_cube(cube_of(counts() + 1), saved[0], told=stop)
        assert contents(room.folder) == before
        noise = np.random.default_rng(0).integers(0, 2**15, (300, 200, 40)).astype(np.int16)
        with room.full(), pytest.raises(HsiError, match="cannot be written") as told:
            save_cube(cube_of(noise, nodata=None), saved[0])
        assert "room" in told.value.hint
        assert contents(room.folder) == before
        assert [p.name for p in room.folder.iterdir() if "-part" in p.name] == []
        save_cube(cube_of(counts() + 1), saved[0])
        np.testing.assert_array_equal(open_cube(saved[0]).read(), cube_of(counts() + 1).read())


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_cannot_be_made_is_told(tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(HsiError, match="cannot be written"):
        save_cube(cube_of(counts()), tmp_path / "file" / name)


def test_a_folder_that_is_no_store_is_never_replaced_nor_one_that_is_read_from(tmp_path):
    precious = tmp_path / "x.zarr"
    precious.mkdir()
    (precious / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(HsiError, match="another kind"):
        save_cube(cube_of(counts()), precious)
    assert contents(tmp_path) == {"x.zarr/letter.txt": b"dear"}
    shutil.rmtree(precious)
    (precious,) = save_cube(cube_of(counts()), precious)
    inside = save_cube(cube_of(counts()), precious / "inside.hdr")[0]
    before = contents(tmp_path)
    for source in (precious, inside):
        with pytest.raises(HsiError, match="read from"):
            save_cube(open_cube(source), precious)
    with pytest.raises(HsiError, match="read from"):
        save_cube(open_cube(precious), precious / "other.tif")
    assert contents(tmp_path) == before
