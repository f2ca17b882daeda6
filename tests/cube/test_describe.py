from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.describe import describe


def test_a_bare_scene_is_described_with_nulls() -> None:
    told = describe(Cube(ArraySource(np.zeros((2, 3, 4), np.uint16))))
    assert (told["rows"], told["cols"], told["bands"], told["dtype"]) == (2, 3, 4, "uint16")
    for key in ("path", "wavelengths", "wavelength_first_nm", "nodata", "crs", "transform", "map_origin", "pixel_size"):
        assert told[key] is None
    assert told["bad_bands"] == 0


def test_everything_that_is_known_can_be_written_as_json() -> None:
    info = CubeInfo(
        wavelengths=(400.0, 500.0),
        bad_bands=(False, True),
        nodata=math.nan,
        geo=Geo((3.0, 4.0, 100.0, 4.0, -3.0, 200.0), "LOCAL"),
        metadata={"byte order": "1", "header offset": "x"},
    )
    told = json.loads(json.dumps(describe(Cube(ArraySource(np.zeros((2, 3, 2))), info, path=Path("a.hdr")))))
    assert told["path"] == "a.hdr"
    assert told["wavelength_last_nm"] == 500.0
    assert (told["bad_bands"], told["bad_band_list"]) == (1, [1])
    assert (told["map_origin"], told["pixel_size"]) == ([100.0, 200.0], [5.0, 5.0])
    assert (told["byte_order"], told["header_offset"], told["nodata"]) == (1, None, None)
