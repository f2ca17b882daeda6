"""Spectral libraries of every format, and folders of them."""

from __future__ import annotations

import contextlib
import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.rereading import reread
from hsigui.cube.libraries.table import FORMATS, library_format_of, read_library
from hsigui.errors import HsiError
from hsigui.labels.describe import describe_file
from tests.cube.libraries.made import MICROMETRES, RISING, ecostress, geopackage, numbers, splib

NM = MICROMETRES * 1000


def test_an_ecostress_spectrum_is_read_in_nm_and_parts_of_one(tmp_path: Path) -> None:
    library = read_library(ecostress(tmp_path / "vegetation.Tänne.spectrum.txt"))
    assert library.names == ("Abies concolor",)
    x, values = library.spectrum(0)
    assert x == pytest.approx(NM)
    assert values == pytest.approx(RISING, abs=1e-6)
    about = library.about(0)
    assert (about["Type"], about["Origin"]) == ("Vegetation", "34.5; -119.7; WGS84.")
    assert about["Description"] == "A branch, cut at noon, measured within the hour."
    assert {"X Units", "Collection Date", "Number of X Values"} & set(about) == set()
    assert any("Per cent" in note for note in library.notes)


def test_wavenumbers_become_wavelengths(tmp_path: Path) -> None:
    library = read_library(ecostress(tmp_path / "a.spectrum.txt", unit="cm-1"))
    assert library.spectrum(0)[0] == pytest.approx(NM, rel=1e-6)


def test_a_usgs_spectrum_finds_its_wavelengths_above_and_deleted_channels_have_no_value(tmp_path: Path) -> None:
    values = RISING.copy()
    values[[0, 20]] = -1.23e34
    library = read_library(splib(tmp_path, values=tuple(values)))
    assert library.names == ("Kaolinite CM9",)
    assert library.wavelengths == pytest.approx(NM)
    assert np.flatnonzero(np.isnan(library.values[0])).tolist() == [0, 20]
    assert library.fwhm == pytest.approx([50.0] * 41)
    assert library.about(0) == {
        "Record": "12", "Spectrometer": "BECKb", "Measurement": "absolute reflectance", "Chapter": "Minerals",
    }  # fmt: skip


def test_a_usgs_spectrum_without_wavelengths_says_so_until_they_are_there(tmp_path: Path) -> None:
    path = numbers(tmp_path / "splib07a_X_S1_AVIRISb_RTGC.txt", "X S1 AVIRISb RTGC", RISING)
    with pytest.raises(HsiError, match="no file beside or above it lists 41"):
        read_library(path)
    numbers(tmp_path / "splib07a_Wavelengths_AVIRIS.txt", "Wavelengths AVIRIS", MICROMETRES)
    assert read_library(path).bands == 41
    with pytest.raises(HsiError, match="lists wavelengths or widths"):
        read_library(tmp_path / "splib07a_Wavelengths_AVIRIS.txt")


def test_profiles_of_a_geopackage_are_read_as_text_and_as_bytes(tmp_path: Path) -> None:
    profile = {"x": [0.5, 0.6, 0.7], "y": [1.0, None, 3], "xUnit": "Micrometers", "bbl": [1, 1, 0]}
    path = geopackage(tmp_path / "ä b#c?.gpkg", {"grass": profile, "roof": b'{"y": [4, 5, 6], "x": [500, 600, 700]}'})
    library = read_library(path)
    assert library.names == ("grass", "roof")
    assert library.wavelengths == pytest.approx([500, 600, 700])
    assert library.values == pytest.approx(np.array([[1, np.nan, np.nan], [4, 5, 6]]), nan_ok=True)
    assert library.columns == {"source": ("field", "field")}
    assert describe_file(path)["kind"] == "library"


def test_a_pickle_in_a_geopackage_is_never_read(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "old.gpkg", {"a": pickle.dumps({"y": [1, 2], "yUnit": "x"})})
    with pytest.raises(HsiError, match="pickles"):
        read_library(path)


@pytest.mark.parametrize(
    ("text", "names", "waves", "first"),
    [
        ("wavelength_nm,a,b\n500,1,2\n600,3,4\n700,,6\n", ("a", "b"), [500, 600, 700], [1, 3, np.nan]),
        ("band,wavelength_nm,a\n1,500,1\n2,600,2\n3,700,3\n", ("a",), [500, 600, 700], [1, 2, 3]),
        ("Wellenlänge (µm);a\n0,5;1,5\n0,6;2,5\n0,7;3,5\n", ("a",), [500, 600, 700], [1.5, 2.5, 3.5]),
        ("# made by hand\n0.5 10\n0.6 20\n0.7 -1.23e34\n", ("t",), [500, 600, 700], [10, 20, np.nan]),
        ("name,site,500,600,700\na,x,1,2,3\nb,y,4,5,6\n", ("a", "b"), [500, 600, 700], [1, 2, 3]),
        ("class\tX0.5um\tX0.6um\tX0.7um\nsoil\t1\t2\t3\n", ("soil",), [500, 600, 700], [1, 2, 3]),
        ("Wavelength\tSpectrum 1\tSpectrum 2\n500\t1\t2\n600\t3\t4\n700\t5\t6\n", ("Spectrum 1", "Spectrum 2"),
         [500, 600, 700], [1, 3, 5]),
        ("Wavelength,reflectance (%)\n500,10\n600,20\n700,30\n", ("reflectance (%)",),
         [500, 600, 700], [0.1, 0.2, 0.3]),
        ("name,band_1,band_2,band_3\na,1,2,3\n", ("a",), None, [1, 2, 3]),
    ],
)  # fmt: skip
def test_tables_are_read_whichever_way_they_lie(
    tmp_path: Path, text: str, names: tuple[str, ...], waves: list[float] | None, first: list[float]
) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    library = read_library(tmp_path / "t.csv")
    assert library.names == names
    if waves is None:
        assert library.wavelengths is None
    else:
        assert library.wavelengths == pytest.approx(waves)
    assert library.values[0] == pytest.approx(first, nan_ok=True)


@pytest.mark.parametrize(
    "text",
    ["", "no numbers\nhere\n", "row,col,class_id\n1,2,3\n2,3,4\n3,4,5\n", "1\n", "name,500\na,1\n", "a,b\n\x00,1\n",
     "wavelength,a\n500,x\n600,y\n", "\n\n,,,\n"],
)  # fmt: skip
def test_what_is_no_table_of_spectra_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(HsiError):
        read_library(tmp_path / "t.csv")


def test_a_folder_of_spectra_is_one_library_over_the_bands_of_all(tmp_path: Path) -> None:
    ecostress(tmp_path / "a.spectrum.txt", "fir")
    splib(tmp_path)
    (tmp_path / "b.csv").write_text("wavelength,two,three\n450,1,2\n451,3,4\n452,5,6\n")
    (tmp_path / "read me.txt").write_text("nothing to measure")
    (tmp_path / "x.jpg").write_bytes(bytes(50))
    seen: list[tuple[int, int]] = []
    library = read_library(tmp_path, lambda done, total: seen.append((done, total)))
    assert sorted(library.names) == ["Kaolinite CM9", "fir", "three", "two"]
    assert library.bands == 41 + 2
    place = library.names.index("two")
    assert library.spectrum(place)[0] == pytest.approx([450, 451, 452])
    assert library.about(library.names.index("fir"))["File"] == "a.spectrum.txt"
    passed_over = library.notes[0]
    assert "2 files without a spectrum were passed over: read me.txt, x.jpg." in passed_over
    assert len(seen) == len([path for path in tmp_path.rglob("*") if path.is_file()])
    assert describe_file(tmp_path)["spectra"] == 4
    (tmp_path / "empty").mkdir()
    with pytest.raises(HsiError, match="holds no file with a spectrum"):
        read_library(tmp_path / "empty")


@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_refused_or_read_and_never_anything_else(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    makers: list[Callable[[], Path]] = [
        lambda: ecostress(tmp_path / "a.spectrum.txt"), lambda: splib(tmp_path),
        lambda: geopackage(tmp_path / "a.gpkg", {"a": {"y": [1, 2, 3], "x": [4, 5, 6]}}),
        lambda: numbers(tmp_path / "t.csv", "w,x", RISING),
    ]  # fmt: skip
    path = makers[seed % 4]()
    raw = bytearray(path.read_bytes())
    for _ in range(rng.randint(1, 30)):
        raw[rng.randrange(len(raw))] = rng.choice([0, 10, 44, 45, 46, 48, 101, 123, 255, rng.randrange(256)])
    path.write_bytes(raw[: rng.randint(0, len(raw))] if seed % 3 == 0 else raw)
    with contextlib.suppress(HsiError):
        library = read_library(path)
        assert library.values.shape == (len(library), library.bands)


def test_each_format_has_an_ending_and_says_which_files_are_its_own(tmp_path: Path) -> None:
    assert len({row.name for row in FORMATS}) == len(FORMATS)
    found = {
        "ecostress": ecostress(tmp_path / "a.txt"), "usgs": splib(tmp_path),
        "geopackage": geopackage(tmp_path / "a.gpkg", {"a": {"y": [1, 2, 3]}}),
    }  # fmt: skip
    for name, path in found.items():
        row = library_format_of(path)
        assert row is not None
        assert row.name == name
    with pytest.raises(HsiError) as caught:
        read_library(Path(__file__))
    assert all(row.title in caught.value.hint for row in FORMATS)
    with pytest.raises(HsiError, match="does not exist"):
        read_library(tmp_path / "missing.sli")


def library_of(values: np.ndarray, waves: np.ndarray | None) -> SpectralLibrary:
    names = tuple(f"s{n}" for n in range(len(values)))
    return SpectralLibrary(Path("x.sli"), names, values.astype(np.float32), waves, columns={"kind": names})


def test_a_library_is_brought_to_the_bands_of_a_scene() -> None:
    library = library_of(np.array([np.arange(400.0, 2401.0)]), np.arange(400.0, 2401.0))
    cube = Cube(ArraySource(np.zeros((1, 1, 3))), CubeInfo(wavelengths=(300.0, 500.0, 2200.0), fwhm=(10.0,) * 3))
    at = library.resampled_to(cube)
    assert at.values == pytest.approx(np.array([[np.nan, 500, 2200]]), nan_ok=True, rel=1e-5)
    assert at.columns == library.columns
    far = Cube(ArraySource(np.zeros((1, 1, 2))), CubeInfo(wavelengths=(8000.0, 9000.0)))
    with pytest.raises(HsiError, match="400 to 2400 nm"):
        library.resampled_to(far)
    with pytest.raises(HsiError, match="has no wavelengths"):
        library.resampled_to(Cube(ArraySource(np.zeros((1, 1, 2)))))
    assert library_of(np.ones((2, 2)), None).resampled_to(far).values.tolist() == [[1, 1], [1, 1]]


def test_some_of_a_library_are_taken_with_all_that_is_said_of_them() -> None:
    some = library_of(np.arange(6.0).reshape(3, 2), None).taken([2, 0])
    assert (some.names, some.columns["kind"]) == (("s2", "s0"), ("s2", "s0"))
    assert some.values.tolist() == [[4, 5], [0, 1]]


def test_wavelengths_are_taken_for_another_unit() -> None:
    waves = np.array([0.5, 1.0])
    library = replace(library_of(np.ones((1, 2)), waves), fwhm=(0.01, 0.01))
    micrometres = reread(library, "um")
    assert (micrometres.wavelengths, micrometres.fwhm) == (pytest.approx([500, 1000]), pytest.approx((10, 10)))
    assert "Micrometres" in micrometres.notes[-1]
    wavenumbers = reread(replace(library, wavelengths=waves * 1e4, fwhm=(10.0, 10.0)), "cm-1")
    assert wavenumbers.wavelengths == pytest.approx([2000, 1000])
    assert wavenumbers.fwhm == pytest.approx((4, 1))
    assert reread(library, "") is library
    for wrong in ((library, "ell"), (library_of(np.ones((1, 2)), None), "um")):
        with pytest.raises(HsiError):
            reread(*wrong)
