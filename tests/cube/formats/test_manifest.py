"""Every real test file against everything that the manifest beside it says of it.

Nothing here knows a file by name: the test holds for any folder with a manifest of the same form.
"""

from __future__ import annotations

import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.cli import run
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import open_library
from hsigui.cube.open import open_cube
from hsigui.cube.render import first_view, render
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.labels.label_map import require_same_size

Entry = dict[str, Any]

KINDS = {
    "cube": "cube", "labels": "classes", "classification": "classes", "ground truth": "classes",
    "spectral library": "library",
}  # fmt: skip
OPENERS = {"cube": open_cube, "classes": read_classes, "library": open_library}
# Fields of an entry that `hsigui info --json` gives under the same name.
EXACT = (
    "rows", "cols", "bands", "interleave", "byte_order", "header_offset", "axis_order", "variable", "matlab_class",
    "wavelength_units_in_file", "units_guessed", "bad_bands", "bad_band_list", "nan_bands", "nan_band_list",
    "default_bands_zero_based", "spectra", "classes", "class_counts", "nodata_values", "ground_truth_variable",
    "wavelength_variable", "bad_band_variable",
)  # fmt: skip
NUMBERS = ("wavelength_first_nm", "wavelength_last_nm", "nodata", "scale_factor", "map_rotation_deg")
POSITIONS = ("map_origin", "pixel_size")
FIRST_OF_LIST = ("class_names", "spectra_names")
TYPES = {"double": "float64", "single": "float32", "logical": "bool"}
NO_REASON = {"this", "that", "with", "from", "only", "there", "which", "file", "than", "says", "must", "have"}


def placed(entry: Entry, data_dir: Path, scratch: Path) -> list[Path]:
    """The files that a user could pick; for a variant in a copy with the data file put beside its header."""
    source = data_dir / entry["path"]
    variant = entry.get("with_data")
    if variant is None:
        return [source, *([data_dir / entry["data"]] if entry.get("data") else [])]
    shutil.copyfile(source, scratch / source.name)
    target = scratch / variant["file_name"]
    if "copy_of" in variant:
        shutil.copyfile(data_dir / variant["copy_of"], target)
    else:
        zeros = variant["fill"] == "zeros"
        content = np.zeros(variant["bytes"]) if zeros else np.arange(variant["bytes"]) % 256
        target.write_bytes(content.astype(np.uint8).tobytes())
    return [scratch / source.name, target]


def told_of(path: Path, capsys: pytest.CaptureFixture[str]) -> Entry:
    """What `hsigui info --json` says of a file."""
    assert run(["info", str(path), "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_a_file_of_the_manifest_is_what_it_says_or_refused_as_it_says(
    manifest_entry: Entry, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picks = placed(manifest_entry, data_dir, tmp_path)
    if manifest_entry["opens"]:
        for picked in picks:
            assert_opens(manifest_entry, picked, capsys)
    elif manifest_entry["opens"] is False:
        assert_refused(manifest_entry, picks[0], capsys)
    else:
        assert run(["info", str(picks[0])]) in (0, 1)


def assert_refused(entry: Entry, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(HsiError) as caught:
        OPENERS[KINDS.get(entry["kind"], "cube")](path)
    assert path.stem in caught.value.message
    assert caught.value.hint
    assert_gives_reason(str(caught.value), entry["why"])
    assert run(["info", str(path), "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert path.stem in said.err


def assert_gives_reason(message: str, why: str) -> None:
    """The message holds what is quoted in the reason, and the gist of its words."""
    message = message.casefold()
    for quoted in re.findall(r"['“‘\"]([^'”’\"]+)['”’\"]", why):
        assert quoted.casefold() in message
    gist = re.split(r"[:(;]", why)[0].casefold()
    words = set(re.findall(r"[a-z]{4,}", gist)) - NO_REASON
    # The first letters tell: "shorter" and "short", "dimensional" and "dimensions".
    assert not words or any(word[:5] in message for word in words), f"“{message}” does not say “{why}”"


def assert_opens(entry: Entry, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kind = KINDS[entry["kind"]]
    told = told_of(path, capsys)
    assert told["kind"] == kind
    assert_fields(entry, told)
    if entry.get("warns") or entry.get("units_guessed"):
        assert told["notes"]
    if kind == "cube":
        assert_is_cube(entry, path)
    elif kind == "classes":
        assert_is_class_raster(entry, path)
    else:
        assert_is_library(entry, path)


def assert_fields(entry: Entry, told: Entry) -> None:
    """Every field that the entry has and the program tells, each in the way in which it can be compared."""
    exact = {name: told[name] for name in EXACT if name in entry}
    assert exact == {name: entry[name] for name in exact}
    for name in (*NUMBERS, *POSITIONS):
        if name in entry:
            expected = entry[name]
            assert told[name] == (expected if expected is None else pytest.approx(expected, rel=1e-6, abs=1e-6)), name
    for name in FIRST_OF_LIST:
        if name in entry:
            assert told[name][: len(entry[name])] == entry[name]
    if "dtype" in entry:
        declared = entry.get("matlab_class", "")
        assert told["dtype"] in (entry["dtype"], TYPES.get(declared, declared))
    if "crs" in entry:
        assert_crs(told, entry["crs"])
    for name in entry.get("other_variables", ()):
        assert name in told["other_variables"]


def assert_crs(told: Entry, expected: str | None) -> None:
    if expected is None:
        assert told["crs"] is None
        return
    assert told["crs"]
    if code := re.search(r"EPSG:(\d+)", expected):
        found = CRS.from_wkt(told["crs_wkt"]) if told["crs_wkt"] else CRS.from_user_input(told["crs"])
        assert found.to_epsg(confidence_threshold=20) == int(code[1])


def assert_is_cube(entry: Entry, path: Path) -> None:
    cube = open_cube(path)
    assert cube.shape == (entry["rows"], entry["cols"], entry["bands"])
    assert_sample(cube, entry["sample"])
    for band in entry.get("nan_band_list", ()):
        assert np.isnan(cube.band(band)).all()
    assert render(cube, first_view(cube)).shape == (cube.rows, cube.cols, 3)
    for opener in (open_library, *([] if "class_counts" in entry else [read_classes])):
        assert_opener_refuses(opener, path)
    if "ground_truth_variable" in entry:
        raster = read_classes(path, variable=entry["ground_truth_variable"])
        require_same_size(raster.array.shape, (cube.rows, cube.cols), "labels")


def assert_sample(cube: Cube, sample: Entry) -> None:
    stored = cube.stored(sample["row"], sample["col"])
    numbers = np.abs(stored) if np.iscomplexobj(stored) else stored
    assert numbers[: len(sample["values"])].tolist() == close_to(sample["values"])
    if "last_value" in sample:
        assert [numbers[-1]] == close_to([sample["last_value"]])
    if "mid" in sample:
        assert [numbers[sample["mid"]["band"]]] == close_to([sample["mid"]["value"]])


def close_to(values: list[float | None]) -> Any:
    """The numbers of a manifest, in which null stands for NaN."""
    return pytest.approx([math.nan if v is None else v for v in values], rel=1e-6, nan_ok=True)


def assert_is_class_raster(entry: Entry, path: Path) -> None:
    raster = read_classes(path)
    assert raster.array.dtype == np.uint16
    assert raster.array.shape == (entry["rows"], entry["cols"])
    (expected,) = entry["sample"]["values"]
    stored = raster.array[entry["sample"]["row"], entry["sample"]["col"]]
    assert stored == (0 if expected == raster.nodata else expected)
    assert set(np.unique(raster.array).tolist()) - {0} <= set(raster.classes.numbers)
    assert_opener_refuses(open_library, path)
    if entry["kind"] != "labels":  # a raster of one band without a word on classes may be looked at as well
        assert_opener_refuses(open_cube, path)


def assert_is_library(entry: Entry, path: Path) -> None:
    library = open_library(path)
    assert library.stored.shape == library.values.shape == (entry["spectra"], entry["bands"])
    assert (library.stored.dtype, library.values.dtype) == (np.float32, np.float32)
    sample = entry["sample"]
    spectrum = library.stored[sample["spectrum"]]
    assert spectrum[: len(sample["values"])].tolist() == close_to(sample["values"])
    if "last_value" in sample:
        assert [spectrum[-1]] == close_to([sample["last_value"]])
    assert_opener_refuses(open_cube, path)
    assert_opener_refuses(read_classes, path)


def assert_opener_refuses(opener: Any, path: Path) -> None:
    with pytest.raises(HsiError) as caught:
        opener(path)
    assert path.stem in caught.value.message
    assert caught.value.hint


def test_the_labels_of_the_manifest_fit_their_scenes(manifest_labels: Entry, data_dir: Path, tmp_path: Path) -> None:
    raster = read_classes(placed(manifest_labels, data_dir, tmp_path)[0])
    for scene in manifest_labels["labels_of"]:
        cube = open_cube(data_dir / scene)
        require_same_size(raster.array.shape, (cube.rows, cube.cols), "labels")
