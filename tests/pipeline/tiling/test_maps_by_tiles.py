"""The map of one scene tile by tile: its pixels, what an interruption leaves, who may do it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from hsigui import api
from hsigui.cube.masked import SetAside
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, SilentContext
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Workers
from hsigui.pipeline.tiling import guide, reach, run, tile
from hsigui.pipeline.tiling.run import folder_of
from tests.pipeline.tiling import work


@pytest.fixture(autouse=True)
def _nothing_stays_open():
    yield
    tile.let_go()


def layer(path: Path, number: int = 0) -> np.ndarray:
    return api.open(path).read()[..., number]


def classes(path: Path) -> np.ndarray:
    return read_classes(path).array


@pytest.mark.parametrize("context", ["pixel", "narrow"])
def test_where_nothing_is_averaged_up_to_edges_the_map_is_that_in_one_piece_bit_for_bit(ground, tmp_path, context):
    made = api.classify_by_tiles(
        ground.scene, ground.run, tmp_path / "map.tif", tile=32, context=context, confidence=tmp_path / "sure.tif",
        entropy=tmp_path / "entropy.tif", probabilities=tmp_path / "all.tif",
    )  # fmt: skip
    whole = ground.in_one_piece(context=context)
    assert made.border < 10
    assert made.made.tiles == 6
    np.testing.assert_array_equal(classes(tmp_path / "map.tif"), whole.array)
    assert (whole.array[3:18, 40:75] == 0).all(), "the hole"
    np.testing.assert_array_equal(layer(tmp_path / "sure.tif"), whole.confidence)
    np.testing.assert_array_equal(layer(tmp_path / "entropy.tif"), whole.entropy)
    assert whole.probabilities is not None
    for number in range(whole.probabilities.shape[2]):
        np.testing.assert_array_equal(layer(tmp_path / "all.tif", number), whole.probabilities[..., number])
    assert api.open(tmp_path / "all.tif").info.band_names == tuple(whole.names)


def test_averages_up_to_edges_are_those_of_the_map_in_one_piece_but_for_what_lies_beyond_the_border(
    ground, tmp_path, monkeypatch
):
    monkeypatch.setattr(reach, "TIMES", 0.5)  # else every window would be the whole of so small a scene
    made = api.classify_by_tiles(
        ground.scene, ground.run, tmp_path / "map.tif", tile=16, confidence=tmp_path / "sure.tif"
    )
    whole = ground.in_one_piece()
    assert 20 < made.border < 44
    valid = whole.array > 0
    assert (classes(tmp_path / "map.tif") != whole.array).mean() < 0.001
    assert np.abs(layer(tmp_path / "sure.tif") - whole.confidence)[valid].max() < 0.005


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(ground, tmp_path, monkeypatch):
    alone = api.classify_by_tiles(ground.scene, ground.run, tmp_path / "alone.tif", tile=32, context="narrow")
    monkeypatch.setattr(run, "_make", work.killed_once)
    warned: list[str] = []
    made = api.classify_by_tiles(
        ground.scene, ground.run, tmp_path / "map.tif", tile=32, context="narrow",
        workers=lambda tiles, each: Processes(Workers(2)), ctx=CallbackContext(warn=warned.append),
    )  # fmt: skip
    assert int((tmp_path / "was-killed").read_text()) != os.getpid()
    assert any("tried once more" in said for said in warned)
    np.testing.assert_array_equal(classes(tmp_path / "map.tif"), classes(tmp_path / "alone.tif"))
    assert made.counts == alone.counts
    assert not folder_of(tmp_path / "map.tif").exists()


def test_a_worker_of_dask_that_is_killed_in_the_middle_loses_nothing(ground, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="Dask is of the extra hsigui[cluster]")
    monkeypatch.setattr(run, "_make", work.killed_once)
    made = api.classify_by_tiles(
        ground.scene, ground.run, tmp_path / "map.zarr", tile=32, context="narrow", scheduler="dask", jobs=2
    )
    assert (tmp_path / "was-killed").exists()
    assert json.loads(provenance.record_path(made.files[0]).read_text())["map_sha256"] == provenance.raster_hash(
        ground.in_one_piece(context="narrow").array
    )


class Stopping(SilentContext):
    """Cancels once so many tiles are there."""

    def __init__(self, folder: Path, tiles: int) -> None:
        self._folder, self._tiles = folder, tiles

    def check(self) -> None:
        if len(list(self._folder.glob("tile-*.npz"))) >= self._tiles:
            raise Cancelled

    def progress(self, done, total, text=""):
        self.check()


def test_what_was_finished_before_an_interruption_is_not_made_again(ground, tmp_path):
    out = tmp_path / "map.tif"

    def made(**more):
        return api.classify_by_tiles(ground.scene, ground.run, out, tile=32, context="narrow", **more)

    with pytest.raises(Cancelled):
        made(ctx=Stopping(folder_of(out), 2))
    left = {path.name: path.stat().st_mtime_ns for path in folder_of(out).glob("tile-*.npz")}
    assert len(left) == 2
    assert not out.exists()
    warned: list[str] = []
    again = made(ctx=CallbackContext(warn=warned.append))
    assert again.made.found == 2
    assert "2 tiles are there" in " ".join(warned)
    np.testing.assert_array_equal(classes(out), ground.in_one_piece(context="narrow").array)


def test_tiles_of_a_map_that_is_drawn_in_another_way_are_of_no_use(ground, tmp_path):
    out = tmp_path / "map.tif"
    with pytest.raises(Cancelled):
        api.classify_by_tiles(ground.scene, ground.run, out, tile=32, context="narrow", ctx=Stopping(folder_of(out), 2))
    other = api.classify_by_tiles(ground.scene, ground.run, out, tile=32, context="pixel")
    assert other.made.found == 0
    np.testing.assert_array_equal(classes(out), ground.in_one_piece(context="pixel").array)


def test_a_damaged_tile_is_found_and_made_again(ground, tmp_path):
    out = tmp_path / "map.tif"

    def made(**more):
        return api.classify_by_tiles(ground.scene, ground.run, out, tile=32, context="pixel", **more)

    with pytest.raises(Cancelled):
        made(ctx=Stopping(folder_of(out), 1))
    (path,) = folder_of(out).glob("tile-*.npz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(HsiError, match="damaged"):
        made()
    assert not out.exists()
    assert made().made.found == 5
    np.testing.assert_array_equal(classes(out), ground.in_one_piece(context="pixel").array)


def test_a_map_that_another_process_is_at_is_refused(ground, tmp_path):
    out = tmp_path / "map.tif"
    with run.work_folder(out, "another"), pytest.raises(HsiError, match=f"in work by process {os.getpid()}"):
        api.classify_by_tiles(ground.scene, ground.run, out, tile=32, context="pixel")


def test_masked_out_pixels_have_no_class_and_are_not_averaged_over(ground, tmp_path):
    mask = np.zeros((60, 90), dtype=bool)
    mask[20:50, 10:60] = True
    api.classify_by_tiles(ground.scene, ground.run, tmp_path / "map.tif", tile=32, context="narrow", mask=mask)
    whole = ground.in_one_piece(context="narrow", mask=mask)
    assert isinstance(whole.cube, SetAside)
    np.testing.assert_array_equal(classes(tmp_path / "map.tif"), whole.array)


@pytest.mark.parametrize("name", ["map.tif", "map.hdr", "map.zarr"])
def test_the_record_finds_its_map_in_every_format_and_says_how_it_was_made(ground, tmp_path, name):
    if name.endswith(".zarr"):
        pytest.importorskip("zarr")
    out = tmp_path / name
    made = api.classify_by_tiles(
        ground.scene, ground.run, out, tile=50, context="pixel", confidence=out.with_stem("sure"), cloud=True
    )
    told = json.loads(provenance.record_path(out).read_text())
    whole = ground.in_one_piece(context="pixel")
    assert told["map_sha256"] == provenance.raster_hash(whole.array)
    assert told["settings"]["Tiles"] == {"side (pixels)": 50, "read around each (pixels)": made.border}
    assert told["settings"]["Classifier"] == {"fitted on": "scene"}
    if name.endswith(".zarr"):
        import zarr

        np.testing.assert_array_equal(zarr.open(out)["class"][...], whole.array)
        np.testing.assert_array_equal(zarr.open(out.with_stem("sure"))["confidence"][...], whole.confidence)
        return
    np.testing.assert_array_equal(layer(out.with_stem("sure")), whole.confidence)
    again = read_classes(out)
    np.testing.assert_array_equal(again.array, whole.array)
    assert again.geo.transform == whole.cube.geo.transform
    assert [c.name for c in again.classes] == [c.name for c in whole.classes]
    assert provenance.load(out, again.array) is not None


def test_the_map_of_a_scene_that_changes_meanwhile_is_refused(ground, tmp_path):
    scene = tmp_path / "own.hdr"
    api.save_cube(api.open(ground.scene), scene)
    data = scene.with_suffix(".img")

    class Changing(SilentContext):
        def progress(self, done, total, text=""):
            if "1 of 6" in text:
                os.utime(data, (1, 1))

    with pytest.raises(HsiError, match="was changed while its map was made"):
        api.classify_by_tiles(scene, ground.run, tmp_path / "map.tif", tile=32, context="pixel", ctx=Changing())
    assert not (tmp_path / "map.tif").exists()


def test_what_cannot_be_made_is_refused_before_any_work(ground, tmp_path):
    def refused(message: str, out: str = "map.tif", **more) -> None:
        with pytest.raises(HsiError, match=message):
            api.classify_by_tiles(ground.scene, ground.run, tmp_path / out, **more)
        assert not folder_of(tmp_path / out).exists()

    refused(r"cannot be written as \.png", "map.png")
    refused("cannot have a side of 8 pixels", tile=8)
    (tmp_path / "scene.zarr").mkdir()
    refused("is there already", "scene.zarr")
    with pytest.raises(HsiError, match="no engine"):
        api.classify_by_tiles(ground.scene, ground.run, tmp_path / "map.tif", scheduler="abacus", context="pixel")


def test_the_guide_of_a_large_scene_is_found_from_windows_of_it(ground, monkeypatch):
    cube = api.open(ground.scene)
    whole = guide.guide_of(cube, 0, SilentContext())
    monkeypatch.setattr(guide, "SCAN_PIXELS", 100)
    monkeypatch.setattr(guide, "SIDE", 16)
    monkeypatch.setattr(guide, "WINDOWS", 8)
    read: list[int] = []
    seen = guide._seen

    def counted(part, *more):
        read.append(part.rows)
        return seen(part, *more)

    monkeypatch.setattr(guide, "_seen", counted)
    sampled = guide.guide_of(cube, 0, SilentContext())
    assert read == [16] * 8
    assert sampled.scale.unit == pytest.approx(whole.scale.unit, rel=0.2)
    assert sampled.scale.spreads == pytest.approx(whole.scale.spreads, rel=0.5)
