"""Bands that take pixels out of a scene are named at opening, with how many pixels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.costly_bands import note_on_costly_bands
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.envi import open_envi, write_cube

VALUES = np.arange(6 * 5 * 8, dtype=np.float32).reshape(6, 5, 8) + 1
NM = tuple(np.linspace(400, 1100, 8).tolist())


def note(values: np.ndarray, info: CubeInfo) -> str:
    return note_on_costly_bands(Cube(ArraySource(values), info))


@pytest.mark.parametrize("missing", [np.nan, -9999.0, 1e9])
def test_the_band_and_the_number_of_pixels_are_said(missing: float):
    values = VALUES.copy()
    values[:3, :, 4] = missing
    values[5, 1] = missing  # without data in all bands: no band's fault
    info = CubeInfo(wavelengths=NM, nodata=-9999.0, valid_range=(0.0, 1e6))
    assert note(values, info).startswith("15 pixels have no value in band 5 (800 nm), but in the other bands.")
    assert note(values, replace(info, bad_bands=tuple(band == 4 for band in range(8)))) == ""


def test_the_worst_of_many_bands_are_named():
    values = VALUES.copy()
    for band in range(5):
        values[0, : band + 1, band] = np.nan
    assert "5 pixels have no value in band 5, band 4, band 3 or one of 2 other bands" in note(values, CubeInfo())


def test_nothing_is_said_of_whole_scenes_of_empty_pixels_and_of_zeros():
    values = VALUES.copy()
    assert note(values, CubeInfo()) == ""
    values[2] = np.nan
    assert note(values, CubeInfo()) == ""
    stored = VALUES.astype(np.int16)
    stored[1, 1, 3] = 0
    assert note(stored, CubeInfo(nodata=0.0)) == ""
    assert note(stored, CubeInfo()) == ""


def test_of_a_large_scene_some_rows_are_looked_at_and_named(monkeypatch):
    monkeypatch.setattr("hsigui.cube.costly_bands._MOST_VALUES", 100)
    values = np.tile(VALUES, (10, 1, 1))
    values[:, 0, 2] = np.nan
    assert note(values, CubeInfo()).startswith("In rows 30 to 31 alone 2 pixels have no value in band 3")


def test_the_note_comes_with_the_scene(tmp_path: Path):
    values = VALUES.copy()
    values[0, 0, 0] = -1
    write_cube(tmp_path / "x.hdr", values, CubeInfo(nodata=-1.0))
    assert any("1 pixel has no value in band 1" in said for said in open_envi(tmp_path / "x.hdr").notes)
