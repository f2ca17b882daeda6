"""Every real test file as a scene, against what the manifest says of it."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.cube.describe import describe
from hsigui.cube.open import open_cube
from hsigui.cube.render import first_view, render
from hsigui.errors import HsiError


def _place(entry: dict[str, Any], data_dir: Path, scratch: Path) -> Path:
    """The file to open; for a variant a copy with the data file put beside its header."""
    source = data_dir / entry["path"]
    variant = entry.get("with_data")
    if variant is None:
        return source
    shutil.copyfile(source, scratch / source.name)
    target = scratch / variant["file_name"]
    if "copy_of" in variant:
        shutil.copyfile(data_dir / variant["copy_of"], target)
    elif variant["fill"] == "zeros":
        target.write_bytes(bytes(variant["bytes"]))
    else:
        target.write_bytes((np.arange(variant["bytes"]) % 256).astype(np.uint8).tobytes())
    return scratch / source.name


def test_a_scene_of_the_manifest_opens_with_the_values_it_names(
    manifest_scene: dict[str, Any], data_dir: Path, tmp_path: Path
) -> None:
    entry = manifest_scene
    path = _place(entry, data_dir, tmp_path)
    data = None if entry.get("data") is None else data_dir / entry["data"]
    for picked in [path, *([data] if data else [])]:
        cube = open_cube(picked)
        assert cube.shape == (entry["rows"], entry["cols"], entry["bands"])
        assert cube.dtype == np.dtype(entry["dtype"])
        _assert_sample(cube, entry["sample"])
        told = describe(cube)
        assert told["wavelength_first_nm"] == pytest.approx(entry["wavelength_first_nm"], abs=1e-4)
        assert told["wavelength_last_nm"] == pytest.approx(entry["wavelength_last_nm"], abs=1e-4)
        assert told["bad_bands"] == entry.get("bad_bands", 0)
        if "default_bands_zero_based" in entry:
            assert told["default_bands"] == entry["default_bands_zero_based"]
        assert bool(cube.notes) >= bool(entry.get("warns") or entry.get("units_guessed"))
        _assert_position(told, entry)
        assert render(cube, first_view(cube)).shape == (entry["rows"], entry["cols"], 3)


def _assert_sample(cube: Any, sample: dict[str, Any]) -> None:
    stored = cube.stored(sample["row"], sample["col"])
    assert stored[: len(sample["values"])].tolist() == pytest.approx(sample["values"], rel=1e-6)
    if "last_value" in sample:
        assert stored[-1] == pytest.approx(sample["last_value"], rel=1e-6)
    if "mid" in sample:
        value = sample["mid"]["value"]
        expected = pytest.approx(math.nan if value is None else value, rel=1e-6, nan_ok=True)
        assert float(stored[sample["mid"]["band"]]) == expected


def _assert_position(told: dict[str, Any], entry: dict[str, Any]) -> None:
    if "map_origin" in entry:
        assert told["map_origin"] == pytest.approx(entry["map_origin"])
        assert told["pixel_size"] == pytest.approx(entry["pixel_size"])
        turn = math.degrees(math.atan2(told["transform"][3], told["transform"][0]))
        assert turn == pytest.approx(entry.get("map_rotation_deg", 0))
    crs = entry.get("crs")
    if crs is None:
        assert told["crs"] is None
    else:
        code = int(crs.rsplit("EPSG:", 1)[1].rstrip(")"))
        assert CRS.from_wkt(told["crs"]).to_epsg(confidence_threshold=20) == code


def test_a_file_of_the_manifest_that_is_no_scene_is_refused_in_words(
    manifest_refusal: dict[str, Any], data_dir: Path, tmp_path: Path
) -> None:
    path = _place(manifest_refusal, data_dir, tmp_path)
    with pytest.raises(HsiError) as caught:
        open_cube(path)
    assert path.stem in caught.value.message
    assert caught.value.hint
