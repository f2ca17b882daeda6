"""`--quality`: pixels that a product's masks mark have no data for any command, and it is written down."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cli import build_parser
from hsigui.commands.reading import reading
from hsigui.pipeline.command_lines import CubeArgument
from tests.cube.formats.products.miniatures import emit, prisma
from tests.cube.formats.products.raster_miniatures import enmap


def about(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assert main(["info", str(path), "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_info_names_the_masks_of_a_product_and_counts_what_they_take(tmp_path: Path, capsys):
    path = emit(tmp_path)
    whole = about(path, capsys)
    assert whole["product"] == "EMIT L2A"
    assert "Quality masks of the product: cloud, cirrus, " in " ".join(whole["notes"])
    less = about(path, capsys, "--quality", "cloud,water")
    assert less["quality_masks"] == ["cloud", "water"]
    with h5py.File(next(tmp_path.glob("EMIT_L2A_MASK_*"))) as file:
        marked = (file["mask"][:, :, [0, 2]] == 1).any(axis=2)
    assert f"Without data by quality masks (cloud, water): {np.count_nonzero(marked)} pixels." in less["notes"]


def test_a_mask_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path, capsys):
    assert main(["info", str(prisma(tmp_path)), "--quality", "fog"]) == 1
    said = capsys.readouterr().err
    assert "has no quality mask “fog”" in said
    assert "It has vnir-errors, swir-errors." in said


def test_a_file_of_no_product_has_no_masks(tmp_path: Path, capsys):
    np.save(tmp_path / "cube.npy", np.ones((6, 5, 30), dtype=np.float32))
    assert main(["info", str(tmp_path / "cube.npy"), "--quality", "cloud"]) == 1
    assert "is of no product that has quality masks" in capsys.readouterr().err


def test_the_line_that_repeats_a_job_has_the_masks():
    words = CubeArgument(Path("/data/cube.nc"), variable="a scene", quality=("cloud", "cirrus")).reading
    found = build_parser().parse_args(["info", "/data/cube.nc", *words])
    assert reading(found) == {"variable": "a scene", "quality": ("cloud", "cirrus")}


def test_python_lists_the_masks_and_opens_without_their_pixels(tmp_path: Path):
    path = enmap(tmp_path)
    layers = hsigui.quality_layers(path)
    assert [layer.name for layer in layers] == ["cloud", "cirrus", "water", "outside"]
    assert all(layer.file.is_file() and layer.title for layer in layers)
    kept = hsigui.open(path, quality=["cloud"])
    assert kept.info.quality == ("cloud",)
    assert kept.valid_mask().sum() < hsigui.open(path).valid_mask().sum()
