"""Masks by their recipes, against sums by hand: what is masked out, how large it is, and what files keep of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from rasterio.crs import CRS
from scipy.ndimage import binary_dilation, binary_erosion
from skimage.morphology import disk

import hsigui
from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.masks import comparison, shaping
from hsigui.masks.asked import recipe_from, step_of
from hsigui.masks.files import read_mask
from hsigui.masks.mask import Mask
from hsigui.masks.using import uses_of

UTM = Geo((30.0, 0.0, 400000.0, 0.0, -30.0, 5000000.0), CRS.from_epsg(32632).to_wkt())


@pytest.fixture
def cube() -> Cube:
    """20 x 30 pixels of four bands with a place, some of them without data."""
    values = np.random.default_rng(3).random((20, 30, 4), dtype=np.float32)
    values[4, 5:9] = -9
    waves = (480.0, 550.0, 670.0, 800.0)
    return Cube(ArraySource(values), CubeInfo(wavelengths=waves, nodata=-9, geo=UTM), name="made")


def ndvi(cube: Cube) -> np.ndarray:
    values = cube.read().astype(np.float64)
    return (values[..., 3] - values[..., 2]) / (values[..., 3] + values[..., 2])


def test_a_formula_masks_out_where_it_holds_and_never_what_has_no_data(cube):
    with np.errstate(invalid="ignore"):
        known = ndvi(cube)
        np.testing.assert_array_equal(hsigui.mask(cube, ("formula", "ndvi > 0.3")).masked, known > 0.3)
        np.testing.assert_array_equal(
            hsigui.mask(cube, ("formula", "0.1<NDVI <=0.3")).masked, (known > 0.1) & (known <= 0.3)
        )
        green = cube.read()[..., 1]
        np.testing.assert_array_equal(hsigui.mask(cube, ("formula", "0.5 >= b550")).masked, green <= 0.5)
    assert not hsigui.mask(cube, ("formula", "band(2) < 5")).masked[4, 5:9].any()


@pytest.mark.parametrize("text", ["ndvi", "ndvi > x", "0.1 < ndvi > 0.3", "> 0.3", "b1 = 3", "ndvi > inf"])
def test_what_compares_nothing_is_refused(text, cube):
    with pytest.raises(HsiError):
        hsigui.mask(cube, ("formula", text))


def test_a_word_that_is_no_index_is_told_those_that_are_like_it(cube):
    with pytest.raises(HsiError) as refused:
        hsigui.mask(cube, ("formula", "NDWI > 0.2"))
    assert "ndwi_gao, ndwi_mcfeeters, mndwi" in refused.value.hint
    with pytest.raises(HsiError, match="brackets"):
        hsigui.mask(cube, ("formula", "sqrt > 0.2"))


def test_comparisons_are_written_as_they_are_read():
    for text in ("ndvi > 0.3", "0.1 < b850 / b670 <= 0.4", "wet.tif:3 >= -2"):
        assert str(comparison.read(text)) == text
    assert str(comparison.read("0.4 ≥ ndvi")) == "ndvi <= 0.4"


@pytest.mark.parametrize("by", [1, 2, 5])
def test_growing_and_shrinking_are_those_of_a_disk_whatever_the_tiles(cube, by, monkeypatch):
    raster = np.random.default_rng(by).random((20, 30)) > 0.9
    grown, shrunk = binary_dilation(raster, disk(by)), binary_erosion(~raster, disk(by), border_value=1)
    for at_once in (10**6, 90):
        monkeypatch.setattr(shaping, "AT_ONCE", at_once)
        np.testing.assert_array_equal(hsigui.mask(cube, raster, ("grow", by)).masked, grown)
        np.testing.assert_array_equal(hsigui.mask(cube, ~raster, ("shrink", by)).masked, shrunk)
    none = np.zeros((20, 30), dtype=bool)
    assert not hsigui.mask(cube, none, ("grow", by)).pixels
    assert hsigui.mask(cube, ~none, ("shrink", by)).pixels == 600


def test_sources_add_and_masks_are_joined_common_and_inverted(cube, tmp_path):
    first, second = np.zeros((20, 30), dtype=bool), np.zeros((20, 30), dtype=bool)
    first[:5], second[:, :7] = True, True
    file = tmp_path / "b ü.tif"
    hsigui.save(hsigui.mask(cube, second), file)
    np.testing.assert_array_equal(hsigui.mask(cube, first, second).masked, first | second)
    np.testing.assert_array_equal(hsigui.mask(cube, first, ("join", str(file))).masked, first | second)
    np.testing.assert_array_equal(hsigui.mask(cube, first, ("common", str(file))).masked, first & second)
    np.testing.assert_array_equal(hsigui.mask(cube, ("join", str(file)), "invert").masked, ~second)
    for step in (("grow", 1), "invert", ("common", str(file))):
        with pytest.raises(HsiError, match="Nothing is masked out yet"):
            hsigui.mask(cube, step)
    with pytest.raises(HsiError, match="not said what"):
        hsigui.mask(cube)


def test_classes_of_a_raster_by_number_and_name_and_a_layer_by_its_values(cube, tmp_path):
    numbers = np.random.default_rng(0).integers(0, 4, (20, 30)).astype(np.uint16)
    names = ClassTable(tuple(ClassInfo(n, name, (n, n, n)) for n, name in ((1, "Water"), (2, "Wet soil"), (3, "Dry"))))
    write_classes(tmp_path / "classes.tif", numbers, names, UTM)
    path = str(tmp_path / "classes.tif")
    np.testing.assert_array_equal(hsigui.mask(cube, ("class", f"{path}:water, 3")).masked, np.isin(numbers, (1, 3)))
    np.testing.assert_array_equal(hsigui.mask(cube, ("class", path)).masked, numbers > 0)
    with pytest.raises(HsiError, match=r"has no class 9.*Water"):
        hsigui.mask(cube, ("class", f"{path}:9"))
    hsigui.save_cube(cube, tmp_path / "layer.tif")
    layer = str(tmp_path / "layer.tif")
    with np.errstate(invalid="ignore"):
        wanted = cube.read()[..., 2] < 0.2
    np.testing.assert_array_equal(hsigui.mask(cube, ("layer", f"{layer}:3 < 0.2")).masked, wanted)
    with pytest.raises(HsiError, match="has no band 9"):
        hsigui.mask(cube, ("layer", f"{layer}:9 < 0.2"))


def test_polygons_are_burnt_as_labels_are(cube, tmp_path):
    x, y = 400000 + 30 * np.array([3, 11]), 5000000 - 30 * np.array([2, 9])
    ring = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]], [x[0], y[0]]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    file = tmp_path / "lake.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [_as_json(shape)]}))
    wanted = np.zeros((20, 30), dtype=bool)
    wanted[2:9, 3:11] = True
    np.testing.assert_array_equal(hsigui.mask(cube, ("polygons", str(file))).masked, wanted)
    hsigui.save(hsigui.mask(cube, wanted), tmp_path / "raster.tif")
    with pytest.raises(HsiError, match="no file of shapes"):
        hsigui.mask(cube, ("polygons", str(tmp_path / "raster.tif")))


def _as_json(shape: dict) -> dict:
    return json.loads(json.dumps(shape, default=float))


@pytest.mark.parametrize("name", ["m.tif", "a b.hdr", "ü.npy"])
def test_a_file_says_that_it_is_a_mask_and_keeps_its_recipe(cube, tmp_path, name):
    made = hsigui.mask(cube, ("formula", "ndvi > 0.3"), ("grow", 1), name="Wüste")
    files = hsigui.save(made, tmp_path / name, command="hsigui mask x y")
    found = hsigui.read_mask(files[0], cube)
    np.testing.assert_array_equal(found.masked, made.masked)
    assert (found.name, found.recipe, found.sha256) == ("Wüste", made.recipe, made.sha256)
    assert (found.file, found.commands) == (str(files[0]), ("hsigui mask x y",))
    if name != "ü.npy":
        assert b"ndvi" in files[0].read_bytes()
    (tmp_path / f"{name}.hsigui.json").unlink()
    alone = read_mask(files[0], cube)
    assert alone.sha256 == made.sha256
    assert alone.recipe.told.startswith("--class ")


def test_pixels_and_area_are_told_where_the_place_is_known(cube):
    raster = np.zeros((20, 30), dtype=bool)
    raster[:10, :10] = True
    made = hsigui.mask(cube, raster)
    assert made.pixels == 100
    assert made.area == pytest.approx(100 * 900, rel=2e-3)
    assert "100 pixels (16.67%)" in made.size_told
    assert " ha" in made.size_told
    nowhere = replace(made, geo=Geo())
    assert nowhere.area is None
    assert nowhere.size_told == "100 pixels (16.67%)"
    whole = Mask.of("", np.ones((1, 1), dtype=bool), made.recipe)
    assert (whole.pixels, whole.masked.tolist()) == (1, [[True]])


def test_recipes_are_read_as_they_were_written_and_others_are_refused(cube, tmp_path):
    raster = np.eye(20, 30, dtype=bool)
    recipe = hsigui.mask(cube, raster, ("formula", "b550 < 0.2"), ("shrink", 1), "invert").recipe
    assert recipe_from(json.loads(json.dumps(recipe.to_json()))) == recipe
    for bad in ([{"step": "nothing"}], [{"step": "grow", "text": "-1"}], [{}], [3]):
        with pytest.raises(HsiError):
            recipe_from(bad)
    for text in ("0", "1.5", "x", "", "10001"):
        with pytest.raises(HsiError):
            step_of("grow", text)


def test_masks_of_other_scenes_are_refused(cube, tmp_path):
    hsigui.save(hsigui.mask(cube, np.eye(20, 30, dtype=bool)), tmp_path / "m.tif")
    small = Cube(ArraySource(np.zeros((5, 5, 2))), name="small")
    moved = cube.with_info(replace(cube.info, geo=replace(UTM, transform=(30.0, 0, 500000.0, 0, -30.0, 5000000.0))))
    for other in (small, moved):
        with pytest.raises(HsiError):
            hsigui.read_mask(tmp_path / "m.tif", other)
    with pytest.raises(HsiError):
        hsigui.derive(small, "pca", mask=hsigui.mask(cube, np.eye(20, 30, dtype=bool)))


def test_uses_stand_behind_a_file():
    assert uses_of("a b.tif") == ("a b.tif", ())
    assert uses_of("c:/x.tif:map, pretrain") == ("c:/x.tif", ("pretrain", "map"))
    assert uses_of("c:/x.tif") == ("c:/x.tif", ())
    with pytest.raises(HsiError, match="mapp"):
        uses_of("x.tif:map,mapp")
