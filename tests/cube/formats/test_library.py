from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube, write_header
from hsigui.cube.formats.library import SpectralLibrary, open_library
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes

VALUES = np.array([[1000, 2000, 3000, -9], [4000, 5000, 6000, 7000], [0, 1, 2, 3]], dtype=np.int16)


def make(folder: Path, name: str = "x.sli", **changes: object) -> Path:
    """Three spectra of four bands, with their header."""
    fields: dict[str, object] = {
        "samples": 4, "lines": 3, "bands": 1, "header offset": 0, "file type": "ENVI Spectral Library",
        "data type": 2, "interleave": "bsq", "byte order": 0, "wavelength units": "Micrometers",
        "wavelength": [0.4, 0.6, 0.5, 2.5], "spectra names": ["grass", "", "water"], "bbl": [1, 1, 0, 1],
        "reflectance scale factor": 10000, "data ignore value": -9, "band names": ["Band 1"],
    } | {key.replace("_", " "): value for key, value in changes.items()}  # fmt: skip
    write_header(folder / "x.hdr", {key: value for key, value in fields.items() if value is not None})
    (folder / name).write_bytes(VALUES.tobytes())
    return folder / "x.hdr"


@pytest.mark.parametrize("picked", ["x.hdr", "x.sli"])
def test_a_library_holds_names_wavelengths_and_stored_numbers(tmp_path: Path, picked: str) -> None:
    make(tmp_path)
    library = open_library(tmp_path / picked)
    assert library.names == ("grass", "Spectrum 2", "water")
    assert library.wavelengths is not None
    assert library.wavelengths.tolist() == [400, 600, 500, 2500]  # not rising, as where detectors overlap
    assert np.array_equal(library.stored, VALUES)
    assert library.stored.dtype == np.float32
    assert (library.bad_bands, library.scale, library.dtype) == ((False, False, True, False), 10000, np.dtype("int16"))
    assert (len(library), library.bands, library.notes) == (3, 4, ())


def test_values_are_scaled_and_without_value_where_the_file_says_so(tmp_path: Path) -> None:
    values = open_library(make(tmp_path)).values
    assert values[0].tolist() == pytest.approx([0.1, 0.2, 0.3, np.nan], nan_ok=True)


def test_deleted_channels_of_the_usgs_have_no_value_and_quoted_names_may_hold_commas(tmp_path: Path) -> None:
    header = make(tmp_path, data_type=4, spectra_names=None, reflectance_scale_factor=None)
    with header.open("a", encoding="utf-8") as file:
        file.write('spectra names = {"grass, dry",\n "a b", water}\n')
    (tmp_path / "x.sli").write_bytes(np.where(VALUES == 2000, -1.23e34, VALUES).astype("<f4").tobytes())
    library = open_library(header)
    assert library.names == ("grass, dry", "a b", "water")
    assert library.values[0].tolist() == pytest.approx([1000, np.nan, 3000, np.nan], nan_ok=True)


def test_spectra_without_a_name_are_numbered_with_a_note(tmp_path: Path) -> None:
    library = open_library(make(tmp_path, spectra_names=["grass"]))
    assert library.names == ("grass", "Spectrum 2", "Spectrum 3")
    assert "1 names for 3 spectra" in library.notes[0]


def test_a_sli_file_is_a_library_even_if_its_header_forgets_to_say_so(tmp_path: Path) -> None:
    header = make(tmp_path, file_type=None)
    assert open_library(header).names[0] == "grass"
    with pytest.raises(HsiError, match="spectral library, not a scene: 3 spectra of 4 bands") as caught:
        open_cube(header)
    assert "spectral library" in caught.value.hint


def test_a_library_is_refused_as_a_scene_by_either_file(tmp_path: Path) -> None:
    header = make(tmp_path)
    for picked in (header, tmp_path / "x.sli"):
        with pytest.raises(HsiError, match="spectral library, not a scene"):
            open_cube(picked)


def test_a_scene_and_a_class_map_are_refused_as_libraries_by_what_they_are(tmp_path: Path) -> None:
    scene, _ = write_cube(tmp_path / "scene.hdr", np.zeros((2, 3, 4), np.uint8), CubeInfo())
    with pytest.raises(HsiError, match="scene of 2 x 3 pixels and 4 bands, not a spectral library") as caught:
        open_library(scene)
    assert caught.value.hint == "Open it as a scene."
    drawn = write_classes(tmp_path / "map.hdr", np.ones((2, 3), np.uint8), ClassTable.for_numbers([1]))[0]
    with pytest.raises(HsiError, match="class map of 2 x 3 pixels, not a spectral library"):
        open_library(drawn)


def test_a_short_library_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="24 bytes found, 72 needed"):
        open_library(make(tmp_path, lines=9, spectra_names=None))


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"bands": 2}, "2 planes"), ({"samples": 2**20, "lines": 2**20}, "too large for a spectral library")],
)
def test_a_library_of_an_impossible_size_is_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(HsiError, match=words):
        open_library(make(tmp_path, **changes))


def test_files_that_are_no_libraries_are_named(tmp_path: Path) -> None:
    (tmp_path / "alone.sli").write_bytes(b"abc")
    (tmp_path / "list.csv").write_text("a,b")
    for name, words in (("alone.sli", "without its header"), ("list.csv", "no spectral library"), ("no", "not exist")):
        with pytest.raises(HsiError, match=words) as caught:
            open_library(tmp_path / name)
        assert caught.value.hint


def test_a_library_whose_lists_do_not_fit_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="1 names for 2"):
        SpectralLibrary(Path("x"), ("a",), np.zeros((2, 3), np.float32))
