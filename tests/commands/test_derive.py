"""`hsigui derive`: layers and masks as files, with recipes in them, by the same calls as the API."""

from __future__ import annotations

import json
import shlex

import numpy as np
import pytest
import rasterio
import spectral

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.formats.files import read_classes
from tests.analysis.scenes import spectra

GEO = Geo((30.0, 0.0, 400000.0, 0.0, -30.0, 5000000.0), rasterio.crs.CRS.from_epsg(32633).to_wkt())
WAVES = tuple(np.linspace(400, 2450, 42).tolist())


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    values = spectra()
    values[3:5, 4:9] = -1
    folder = tmp_path_factory.mktemp("derive")
    header, _ = write_cube(folder / "scene.img", values, CubeInfo(wavelengths=WAVES, nodata=-1.0, geo=GEO))
    return header


def run(*words: object) -> int:
    return main(["derive", *map(str, words)])


def test_a_layer_is_written_as_geotiff_with_names_recipe_place_and_record(scene, tmp_path, capsys):
    out = tmp_path / "pca.tif"
    assert run(scene, "pca", "--set", "components=2", "--out", out) == 0
    assert "Principal components: " in capsys.readouterr().out
    layer = hsigui.derive(hsigui.open(scene), "pca", components=2)
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read().transpose(1, 2, 0), layer.array)
        assert file.descriptions == ("PC 1", "PC 2")
        assert np.isnan(file.nodata)
        assert (file.crs.to_epsg(), tuple(file.transform)[:6]) == (32633, GEO.transform)
        tagged = json.loads(file.tags()["HSIGUI_RECIPE"])
    assert hsigui.LayerRecipe.from_json(tagged) == layer.recipe
    record = json.loads((tmp_path / "pca.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["format"] == "hsigui-layer"
    assert record["recipe"] == tagged
    assert record["figures"]["eigenvalues"][:2] == list(layer.figures["eigenvalues"][:2])
    assert record["scene"] == {"rows": 30, "cols": 25, "name": "scene", "bands": 42}
    assert len(record["hashes"]["cube"]) == 32


def test_the_command_of_a_record_makes_the_same_file_again(scene, tmp_path, monkeypatch):
    out = tmp_path / "sam.tif"
    assert run(scene, "sam", "--pixel", "7,8", "--pixel", "20,3", "--out", out) == 0
    (line,) = json.loads((tmp_path / "sam.tif.hsigui.json").read_text(encoding="utf-8"))["commands"]
    with rasterio.open(out) as file:
        before = file.read()
    out.unlink()
    other = tmp_path / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)
    assert main(shlex.split(line)[1:]) == 0
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read(), before)
        assert file.descriptions == ("SAM to pixel 7, 8", "SAM to pixel 20, 3")
        assert file.tags()["HSIGUI_UNITS"] == "rad"


def test_a_layer_is_written_as_envi_that_another_program_reads(scene, tmp_path):
    out = tmp_path / "ndvi.hdr"
    assert run(scene, "ndvi", "--set", "tolerance=30", "--out", out) == 0
    image = spectral.open_image(str(out))
    layer = hsigui.derive(hsigui.open(scene), "ndvi", tolerance=30.0)
    np.testing.assert_array_equal(image.read_band(0), layer.array)
    assert image.metadata["band names"] == ["NDVI"]
    assert "ndvi" in image.metadata["hsigui recipe"]
    assert hsigui.open(out).read()[..., 0][3, 4:9].tolist() == pytest.approx([np.nan] * 5, nan_ok=True)


def test_clusters_are_written_as_a_class_map(scene, tmp_path):
    out = tmp_path / "clusters.tif"
    assert run(scene, "kmeans", "--set", "clusters=4", "--out", out) == 0
    read = read_classes(out)
    layer = hsigui.derive(hsigui.open(scene), "kmeans", clusters=4)
    np.testing.assert_array_equal(read.array, layer.array)
    assert [(c.name, c.color) for c in read.classes] == [(c.name, c.color) for c in layer.classes]
    assert (read.array[3:5, 4:9] == 0).all()


def test_a_mask_by_a_threshold_is_written_beside(scene, tmp_path, capsys):
    out, mask = tmp_path / "pca.tif", tmp_path / "mask.tif"
    words = ["--mask", mask, "--above", "0.01", "--below", "0.2", "--measure", "2"]
    assert run(scene, "pca", "--out", out, *words) == 0
    with rasterio.open(out) as file:
        second = file.read(2)
    read = read_classes(mask)
    np.testing.assert_array_equal(read.array == 1, (second >= 0.01) & (second <= 0.2))
    assert f"{int((read.array == 1).sum())} pixels" in capsys.readouterr().out
    record = json.loads((tmp_path / "mask.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["recipe"]["between"] == {"low": 0.01, "high": 0.2, "measure": 1}


def test_spectra_of_a_library_are_compared_by_their_wavelengths(scene, tmp_path):
    values = np.stack([np.linspace(0.1, 0.5, 80), np.linspace(0.5, 0.1, 80)]).astype(np.float32)
    waves = np.linspace(300, 2600, 80).tolist()
    spectral.envi.SpectralLibrary(
        values, {"wavelength": waves, "spectra names": ["up", "down"], "wavelength units": "nm"}
    ).save(str(tmp_path / "lib"))
    library = next(path for path in tmp_path.iterdir() if path.suffix == ".hdr")
    out = tmp_path / "sid.tif"
    assert run(scene, "sid", "--library", library, "--out", out) == 0
    with rasterio.open(out) as file:
        assert file.descriptions == ("SID to up", "SID to down")
        both = file.read()
    assert run(scene, "sid", "--library", library, "--spectrum", "down", "--out", out) == 0
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read(1), both[1])
    assert run(scene, "sid", "--library", library, "--spectrum", "sideways", "--out", out) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pca", "--out", "x.png"], "does not say in which format"),
        (["pca", "--out", "x.tif", "--set", "component=3"], "has no setting component"),
        (["pca", "--out", "x.tif", "--set", "components"], "sets nothing"),
        (["pca", "--out", "x.tif", "--set", "components=many"], "cannot be"),
        (["sam", "--out", "x.tif"], "needs a spectrum"),
        (["sam", "--out", "x.tif", "--pixel", "400,2"], "lies outside the scene"),
        (["pca", "--out", "x.tif", "--pixel", "4,2"], "not compared with spectra"),
        (["pca", "--out", "x.tif", "--above", "4"], "none is given"),
        (["pca", "--out", "x.tif", "--mask", "m.tif"], "has no threshold"),
        (["kmeans", "--out", "x.tif", "--mask", "m.tif", "--above", "1"], "layer of classes"),
        (["formula", "--out", "x.tif", "--set", "formula=b850 +"], "Column 7, at the end"),
        (["nonsense", "--out", "x.tif"], "no kind of layer"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(scene, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert run(scene, *words) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_all_kinds_and_indices_are_listed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["derive", "--list"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "components=3" in said
    assert "Gao, Remote Sens. Environ. 58, 1996" in said


def test_the_api_takes_spectra_by_name_and_recipes(scene):
    cube = hsigui.open(scene)
    layer = hsigui.derive(cube, "sam", spectra={"one": cube.spectrum(7, 8)})
    np.testing.assert_array_equal(hsigui.derive(cube, layer.recipe).array, layer.array)
    with pytest.raises(hsigui.HsiError, match="in it"):
        hsigui.derive(cube, layer.recipe, components=3)
    own = {"one": np.array([0.2, 0.3])}
    far = hsigui.derive(cube, "sam", spectra=own, wavelengths=[500.0, 2000.0])
    assert {band.wavelength for band in far.recipe.bands} == {nm for nm in WAVES if 500 <= nm <= 2000}


@pytest.mark.parametrize("kind", ["pca", "kmeans"])
def test_layers_and_masks_are_cloud_optimised_where_that_is_asked_for(scene, tmp_path, kind):
    assert run(scene, kind, "--out", tmp_path / "layer.tif", "--cog") == 0
    with rasterio.open(tmp_path / "layer.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG"
    assert run(scene, kind, "--out", tmp_path / "layer.hdr", "--cog") == 1
    assert not (tmp_path / "layer.hdr").exists()


def test_shares_of_found_pixels_and_targets_are_written_as_the_api_makes_them(scene, tmp_path):
    out, labels = tmp_path / "shares.tif", tmp_path / "labels.tif"
    assert run(scene, "unmix", "--set", "find=nfindr", "--set", "count=3", "--out", out) == 0
    cube = hsigui.open(scene)
    layer = hsigui.derive(cube, "unmix", find="nfindr", count=3)
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read().transpose(1, 2, 0), layer.array)
        assert file.descriptions[-1] == "Residual"
    mask = np.zeros((30, 25), dtype=np.uint16)
    mask[10:14, :6] = 1
    hsigui.save(hsigui.read_labels(_raster(mask, tmp_path / "drawn.tif")), labels)
    assert run(scene, "mf", "--pixel", "11,3", "--left-out", labels, "--out", tmp_path / "mf.tif") == 0
    wanted = hsigui.derive(cube, "mf", spectra={"it": cube.spectrum(11, 3)}, left_out=mask > 0)
    with rasterio.open(tmp_path / "mf.tif") as file:
        np.testing.assert_array_equal(file.read(1), wanted.array)
    assert run(scene, "sam", "--pixel", "11,3", "--left-out", labels, "--out", tmp_path / "sam.tif") == 1


def _raster(array: np.ndarray, path):
    with rasterio.open(path, "w", driver="GTiff", height=30, width=25, count=1, dtype="uint16", nodata=0,
                       crs=GEO.crs_wkt, transform=rasterio.Affine(*GEO.transform)) as file:  # fmt: skip
        file.write(array, 1)
    return path
