"""Mosaics against their pieces, as other programs read them."""

from __future__ import annotations

import shutil
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline.merging.merge import Asked, merge
from tests.pipeline.merging.maps import CLASSES, add, at, numbers, wkt

CTX = SilentContext()


def read(path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def test_a_mosaic_has_the_pixels_classes_and_place_of_its_pieces_and_moves_with_them(tmp_path):
    maps, out = tmp_path / "all" / "maps", tmp_path / "all" / "merged"
    first, second, third = numbers(0), numbers(1), numbers(2, (4, 4))
    add(maps, "b", first, at(40, 30))
    add(maps, "c", second, at(120, 30), suffix=".hdr")
    add(maps, "d", third, at(0, 0))
    found = merge([maps], out, Asked(tiff=True), CTX)
    assert found.missing == ()
    wanted = np.zeros((9, 20), np.uint8)
    wanted[3:9, 4:12], wanted[3:9, 12:20] = first, second
    wanted[0:4, 0:4] = third
    shutil.move(tmp_path / "all", tmp_path / "elsewhere")
    out = tmp_path / "elsewhere" / "merged"
    for name in ("mosaic.vrt", "mosaic.tif"):
        with rasterio.open(out / name) as file:
            assert np.array_equal(file.read(1), wanted)
            assert file.nodata == 0
            assert file.dtypes == ("uint8",)
            assert file.crs.to_epsg() == 32633
            assert file.transform[:6] == at(0, 0).transform
            assert file.descriptions == ("class",)
            assert {n: file.colormap(1)[n][:3] for n in (1, 2, 4)} == {c.number: c.color for c in CLASSES}
    band = ElementTree.parse(out / "mosaic.vrt").getroot().find("VRTRasterBand")
    assert [c.text for c in band.find("CategoryNames")] == ["Unclassified", "Corn", "Bare soil", None, "Water"]
    names = [element.text for element in band.iter("SourceFilename")]
    assert names == ["../maps/b-map.tif", "../maps/c-map.img", "../maps/d-map.tif"]
    counted = {row.findall("F")[1].text: int(row.findall("F")[-1].text) for row in band.iter("Row")}
    assert counted == {c.name: int((wanted == c.number).sum()) for c in CLASSES}
    assert read_classes(out / "mosaic.tif").classes.same_content(CLASSES)
    assert (out / "mosaic.qml").read_text().count("paletteEntry") == 4


def test_a_cloud_optimised_mosaic_is_one_and_has_no_leftovers(tmp_path):
    add(tmp_path / "maps", "a", numbers(0, (600, 700)), at(0, 0))
    add(tmp_path / "maps", "b", numbers(1, (30, 20)), at(8000, 0))
    merge([tmp_path / "maps"], tmp_path / "out", Asked(cloud=True), CTX)
    with rasterio.open(tmp_path / "out" / "mosaic.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert np.array_equal(file.read(1), read(tmp_path / "out" / "mosaic.vrt"))
        assert file.overviews(1)
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_where_maps_overlap_the_later_lies_on_top_but_for_its_empty_pixels_and_ground_counts_once(tmp_path):
    pieces = {"a": (0, 0), "b": (20, 20), "c": (30, 0)}
    for seed, (name, (left, top)) in enumerate(pieces.items()):
        add(tmp_path / "maps", name, numbers(seed), at(left, top))
    found = merge([tmp_path / "maps"], tmp_path / "out", Asked(), CTX)
    wanted, under = np.zeros((8, 11), np.uint8), np.zeros((8, 11), int)
    for seed, (left, top) in enumerate(pieces.values()):
        part = wanted[top // 10 : top // 10 + 6, left // 10 : left // 10 + 8]
        part[numbers(seed) > 0] = numbers(seed)[numbers(seed) > 0]
        under[top // 10 : top // 10 + 6, left // 10 : left // 10 + 8] += 1
    assert np.array_equal(read(tmp_path / "out" / "mosaic.vrt"), wanted)
    rows = {row[1]: dict(zip([c.key for c in found.book.get("classes").columns], row, strict=True))
            for row in found.book.get("classes").rows}  # fmt: skip
    for info in CLASSES:
        assert rows[info.name]["ground_pixels"] == (wanted == info.number).sum()
        assert rows[info.name]["pixels"] == sum((numbers(seed) == info.number).sum() for seed in range(3))
        assert rows[info.name]["ground_hectares"] == pytest.approx((wanted == info.number).sum() / 100, rel=2e-3)
    assert rows["Unclassified"]["ground_pixels"] == ((wanted == 0) & (under > 0)).sum()
    assert any("have a class on several maps" in note for note in found.notes)


def test_classes_of_one_name_are_brought_to_one_number_where_it_is_asked_for(tmp_path):
    other = ClassTable((ClassInfo(1, "Water", (0, 60, 200)), ClassInfo(2, "Corn", (200, 180, 0)),
                        ClassInfo(7, "Forest", (0, 90, 0))))  # fmt: skip
    second = np.array([[0, 1, 2, 7]], np.uint16)
    add(tmp_path / "maps", "a", np.array([[1, 2, 4, 0]], np.uint16), at(0, 0))
    add(tmp_path / "maps", "b", second, at(40, 0), other)
    with pytest.raises(HsiError, match=r"Class 1 is Corn in a-map\.tif, and Water in b-map\.tif"):
        merge([tmp_path / "maps"], tmp_path / "out", Asked(), CTX)
    assert not (tmp_path / "out").exists()
    found = merge([tmp_path / "maps"], tmp_path / "out", Asked(match_classes=True, tiff=True), CTX)
    for name in ("mosaic.vrt", "mosaic.tif"):
        assert read(tmp_path / "out" / name).tolist() == [[1, 2, 4, 0, 0, 4, 1, 7]]
    assert [row[:4] for row in found.book.get("classes").rows[:4]] == [
        (1, "Corn", 2, 2), (2, "Bare soil", 1, 1), (4, "Water", 2, 2), (7, "Forest", 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("geo", "said"),
    [
        (at(80, 0, code=32632), "different coordinate systems: a-map.tif in EPSG:32633, b-map.tif in EPSG:32632"),
        (at(80, 0, side=20), "pixels of different sizes: a-map.tif of 10 x 10, b-map.tif of 20 x 20"),
        (at(83, 0), "b-map.tif does not lie on the grid of a-map.tif: its pixels are off by 0.30"),
        (Geo((10.0, 1.0, 0.0, 1.0, -10.0, 0.0), wkt()), "b-map.tif is not north-up"),
        (None, "It is not known where 1 of 2 maps lie: b-map.tif"),
    ],
)
def test_maps_that_do_not_go_together_are_refused_in_words_and_can_be_counted_without_a_mosaic(tmp_path, geo, said):
    add(tmp_path / "maps", "a", numbers(0), at(0, 0))
    add(tmp_path / "maps", "b", numbers(1), geo)
    with pytest.raises(HsiError, match=said):
        merge([tmp_path / "maps"], tmp_path / "out", Asked(), CTX)
    assert not (tmp_path / "out").exists()
    found = merge([tmp_path / "maps"], tmp_path / "out", Asked(mosaic=False), CTX)
    assert found.book.get("classes").rows[-1][3] == 96
    assert not (tmp_path / "out" / "mosaic.vrt").exists()


def test_a_map_off_the_grid_is_moved_by_less_than_half_a_pixel_where_it_is_asked_for(tmp_path):
    add(tmp_path / "maps", "a", numbers(0), at(0, 0))
    add(tmp_path / "maps", "b", numbers(1), at(84, 0))
    merge([tmp_path / "maps"], tmp_path / "out", Asked(nearest=True), CTX)
    assert np.array_equal(read(tmp_path / "out" / "mosaic.vrt"), np.hstack([numbers(0), numbers(1)]))


def test_numbers_beyond_a_byte_are_kept(tmp_path):
    classes = ClassTable((ClassInfo(300, "Rock", (1, 2, 3)), ClassInfo(2, "Soil", (4, 5, 6))))
    add(tmp_path / "maps", "a", np.array([[300, 0, 2]], np.uint16), at(0, 0), classes)
    merge([tmp_path / "maps"], tmp_path / "out", Asked(), CTX)
    with rasterio.open(tmp_path / "out" / "mosaic.vrt") as file:
        assert file.dtypes == ("uint16",)
        assert file.read(1).tolist() == [[300, 0, 2]]
        assert file.colormap(1)[300][:3] == (1, 2, 3)
