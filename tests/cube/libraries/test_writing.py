"""Libraries are written so that they are read again, and so that other programs read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import spectral

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.scaling import level, level_of_scene, scaling
from hsigui.cube.libraries.table import WRITTEN, read_library
from hsigui.cube.libraries.writing import write_library
from hsigui.errors import HsiError

VALUES = np.array([[0.1, np.nan, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]], np.float32)


@pytest.fixture
def library() -> SpectralLibrary:
    about = {"scene": ("Tänne 1", "x"), "row": ("3", "4"), "note": ("=1+1", "mean, of 3")}
    return SpectralLibrary(
        Path("mine.sli"), ("grass, dry", "roof"), VALUES, np.array([700.5, 500.0, 600.0, 800.0]), columns=about
    )


@pytest.mark.parametrize("suffix", WRITTEN)
def test_what_is_written_is_read_again(tmp_path: Path, library: SpectralLibrary, suffix: str) -> None:
    path = tmp_path / f"meine Spektren ä{suffix}"
    written = write_library(library, path)
    assert path in written
    again = read_library(path)
    assert again.names[1] == "roof"
    assert again.wavelengths == pytest.approx([500, 600, 700.5, 800])
    assert again.values == pytest.approx(VALUES[:, [1, 2, 0, 3]], nan_ok=True)
    if suffix != ".sli":
        assert again.columns["scene"] == ("Tänne 1", "x")
        assert again.names[0] == "grass, dry"


def test_other_programs_read_it(tmp_path: Path, library: SpectralLibrary) -> None:
    write_library(library, tmp_path / "a.sli")
    other = spectral.envi.open(str(tmp_path / "a.hdr"))
    assert other.names[1] == "roof"
    assert other.spectra[1] == pytest.approx(VALUES[1, [1, 2, 0, 3]])
    assert "'=1+1" in (tmp_path / "a-about.csv").read_text(encoding="utf-8")
    write_library(library, tmp_path / "a.gpkg")
    table = pyogrio.raw.read(tmp_path / "a.gpkg", read_geometry=False)
    assert table[3][0].tolist() == ["grass, dry", "roof"]


def test_forms_of_one_name_side_by_side_are_each_read_as_they_are(tmp_path: Path, library: SpectralLibrary) -> None:
    odd = replace(library, names=("=1+1", "-x"), columns={"note": ("two\nlines", "")})
    for suffix in WRITTEN:
        write_library(odd, tmp_path / f"a{suffix}")
    for suffix in WRITTEN:
        again = read_library(tmp_path / f"a{suffix}")
        assert again.names == odd.names
        assert again.values == pytest.approx(VALUES[:, [1, 2, 0, 3]], nan_ok=True)
    assert again.columns["note"] == ("two\nlines", "")
    assert read_library(tmp_path / "a.csv").columns["note"] == ("two lines", "")


def test_what_cannot_be_written_is_refused(tmp_path: Path, library: SpectralLibrary) -> None:
    with pytest.raises(HsiError, match="no name of a library"):
        write_library(library, tmp_path / "a.docx")
    with pytest.raises(HsiError, match="no spectrum"):
        write_library(library.taken([]), tmp_path / "a.sli")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("library", "scene", "factor"),
    [(0.6, 0.9, 1), (4000, 0.5, 1e-4), (60, 0.4, 0.01), (0.5, 3000, 1e4), (45, 6000, 100), (0.5, 1e6, 1),
     (float("nan"), 0.5, 1), (0.0, 0.5, 1)],
)  # fmt: skip
def test_a_library_is_counted_as_the_scene_is(library: float, scene: float, factor: float) -> None:
    found = scaling(library, scene)
    assert found.factor == pytest.approx(factor)
    assert bool(found.note) == (factor != 1)


def test_how_large_the_values_of_a_scene_are_is_seen_at_a_few_pixels() -> None:
    samples = np.random.default_rng(0).random((50, 40, 6)) * 5000
    assert level_of_scene(Cube(ArraySource(samples))) == pytest.approx(4900, rel=0.05)
    assert np.isnan(level_of_scene(Cube(ArraySource(np.full((1, 1, 3), np.nan)))))
    assert np.isnan(level(np.zeros(0)))
