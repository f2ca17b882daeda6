from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.describe import describe, place_of
from hsigui.cube.formats.envi_geo import utm_wkt


def test_a_bare_scene_is_described_with_nulls() -> None:
    told = describe(Cube(ArraySource(np.zeros((2, 3, 4), np.uint16))))
    assert (told["rows"], told["cols"], told["bands"], told["dtype"]) == (2, 3, 4, "uint16")
    for key in ("path", "wavelengths", "wavelength_first_nm", "nodata", "crs", "transform", "map_origin", "pixel_size"):
        assert told[key] is None
    assert told["bad_bands"] == 0


def test_everything_that_is_known_can_be_written_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    info = CubeInfo(
        wavelengths=(400.0, 500.0),
        bad_bands=(False, True),
        nodata=math.nan,
        geo=Geo((3.0, 4.0, 100.0, 4.0, -3.0, 200.0), "LOCAL"),
        gains=(math.inf, 2.0),
        byte_order=1,
        metadata={"byte order": "1", "odd": "x"},
    )
    cube = Cube(ArraySource(np.zeros((2, 3, 2))), info, path=Path("a.hdr"))
    told = json.loads(json.dumps(describe(cube), allow_nan=False))
    assert told["path"] == "a.hdr"
    assert told["wavelength_last_nm"] == 500.0
    assert (told["bad_bands"], told["bad_band_list"]) == (1, [1])
    assert (told["map_origin"], told["pixel_size"]) == ([100.0, 200.0], [5.0, 5.0])
    assert (told["byte_order"], told["header_offset"], told["nodata"]) == (1, None, None)
    assert told["data_gain_values"] == [None, 2.0]
    assert told["metadata"]["odd"] == "x"
    assert (told["crs"], told["crs_wkt"]) == ("LOCAL", "LOCAL")
    assert capfd.readouterr().err == ""  # GDAL says nothing of its own on a CRS that it does not know


def test_a_coordinate_system_is_told_by_its_number() -> None:
    assert place_of(Geo(crs_wkt=utm_wkt(33)))["crs"] == "EPSG:32633"


def test_pixel_size_and_rotation_are_those_of_the_map_info() -> None:
    info = ("UTM", "1", "1", "0", "0", "10", "5", "33", "North", "WGS-84", "rotation=-30")
    place = place_of(Geo((8.66, -5.0, 0.0, -2.5, -4.33, 0.0), None, info))
    assert (place["pixel_size"], place["map_rotation_deg"]) == ([10, 5], -30)
