"""Products of GeoTIFFs: values, wavelengths, masks and place against rasterio and the XML itself."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from hsigui.cube.formats.products.hyperion import bands_of
from hsigui.cube.formats.products.raster_rows import RASTER_PRODUCTS
from hsigui.cube.open import open_cube, quality_layers
from hsigui.errors import HsiError
from tests.cube.formats.products.raster_miniatures import CENTERS, COLS, ROWS, desis, enmap, hyperion, write


def stored(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read().transpose(1, 2, 0)


def layer(image: Path, name: str, plane: int = 1) -> np.ndarray:
    with rasterio.open(image.with_name(re.sub("SPECTRAL_IMAGE(_VNIR|_SWIR)?", name, image.name))) as dataset:
        return dataset.read(plane)


@pytest.mark.parametrize("cog", [False, True])
def test_enmap_has_the_values_bands_place_and_no_data_of_its_files(tmp_path: Path, cog: bool):
    path = enmap(tmp_path, cog=cog)
    cube, right = open_cube(path), stored(path)
    assert cube.info.product == "EnMAP L2A"
    assert np.array_equal(np.isnan(cube.read()), right == -32768)
    assert np.allclose(cube.read()[1:], right[1:] / 10_000)
    tree = ElementTree.parse(next(tmp_path.glob("*METADATA.XML")))
    assert cube.info.wavelengths == tuple(float(e.text) for e in tree.iter("wavelengthCenterOfBand"))
    assert cube.info.fwhm == (6.5,) * 9
    with rasterio.open(path) as dataset:
        assert cube.geo.transform == tuple(dataset.transform)[:6]
        assert CRS.from_wkt(cube.geo.crs_wkt) == dataset.crs
    assert any("EnMAP L2A, surface reflectance" in note for note in cube.notes)


def test_layers_of_enmap_take_pixels_out(tmp_path: Path):
    path = enmap(tmp_path)
    assert [found.name for found in quality_layers(path)] == ["cloud", "cirrus", "water", "outside"]
    whole = open_cube(path).valid_mask()
    for names, gone in (
        (("cloud",), layer(path, "QL_QUALITY_CLOUD") > 0),
        (("cirrus",), layer(path, "QL_QUALITY_CIRRUS") > 0),
        (("water",), layer(path, "QL_QUALITY_CLASSES") == 2),
        (("outside", "cloud"), (layer(path, "QL_QUALITY_CLASSES") == 3) | (layer(path, "QL_QUALITY_CLOUD") > 0)),
    ):
        assert gone.any()
        assert np.array_equal(open_cube(path, quality=names).valid_mask(), whole & ~gone)
    with pytest.raises(HsiError, match="no quality mask “snow”") as caught:
        open_cube(path, quality=("snow",))
    assert "cloud, cirrus" in caught.value.hint


def test_the_metadata_of_enmap_leads_to_its_image(tmp_path: Path):
    path = enmap(tmp_path)
    metadata = next(tmp_path.glob("*METADATA.XML"))
    cube = open_cube(metadata)
    assert cube.path == path
    assert np.array_equal(cube.read(), open_cube(path).read(), equal_nan=True)
    assert np.array_equal(
        open_cube(metadata, quality=("cloud",)).valid_mask(), open_cube(path, quality=("cloud",)).valid_mask()
    )


def test_a_map_of_the_scene_that_lies_beside_it_is_no_raster_of_its_metadata(tmp_path: Path):
    path = enmap(tmp_path)
    for more in ("-map.tif", "-map-labels.tif", "-ndvi.TIF"):
        write(path.with_name(path.stem + more), np.ones((1, ROWS, COLS), np.uint8))
    assert open_cube(next(tmp_path.glob("*METADATA.XML"))).path == path
    assert open_cube(path, quality=("cloud",)).valid_mask().any()


@pytest.mark.parametrize("detector", ["VNIR", "SWIR"])
def test_each_detector_of_enmap_level_1b_has_its_own_bands(tmp_path: Path, detector: str):
    enmap(tmp_path, "L1B")
    path = next(tmp_path.glob(f"*IMAGE_{detector}.TIF"))
    cube = open_cube(path)
    assert (cube.info.product, cube.info.wavelengths) == ("EnMAP L1B", CENTERS[detector])
    gains = 1e-5 * (1 + np.arange(9))[: cube.bands] if detector == "VNIR" else 1e-5 * (1 + np.arange(9))[-cube.bands :]
    right = stored(path)
    assert np.allclose(cube.read()[1:], right[1:] * gains)
    assert np.allclose(cube.read(slice(2, 8, 3), slice(1, 4), [2, 0]), (right * gains)[2:8:3, 1:4][:, :, [2, 0]])
    assert open_cube(path, quality=("cloud",)).valid_mask().sum() == cube.valid_mask().sum() - 6


@pytest.mark.parametrize("write", [enmap, desis])
def test_a_scene_in_the_geometry_of_its_sensor_has_no_grid_though_its_file_names_a_place(tmp_path: Path, write):
    path = write(tmp_path, "L1B")
    with rasterio.open(path) as dataset:
        assert not dataset.transform.is_identity
    cube = open_cube(path)
    assert (cube.geo.transform, cube.geo.crs_wkt) == (None, None)
    assert any("without a grid" in note for note in cube.notes)
    assert open_cube(write(tmp_path, "L1C")).geo.transform is not None


@pytest.mark.parametrize(("write", "product"), [(enmap, "EnMAP L1C"), (desis, "DESIS L1C"), (desis, "DESIS L1B")])
def test_levels_in_radiance_have_the_gain_and_offset_of_each_band_applied(tmp_path: Path, write, product: str):
    path = write(tmp_path, product.split()[1])
    cube, right = open_cube(path), stored(path)
    assert cube.info.product == product
    numbers = np.arange(cube.bands)
    assert len(cube.info.wavelengths) == cube.bands
    # Nothing is left to be applied twice in an exported file.
    assert (cube.info.scale, cube.info.gains, cube.info.offsets) == (1.0, (), ())
    values = right * 1e-5 * (1 + numbers) + (numbers if write is desis else 0)
    gone = right == cube.info.nodata
    assert gone.any() or write is enmap
    assert np.array_equal(np.isnan(cube.read()), gone)
    assert np.allclose(cube.read()[~gone], values[~gone])
    assert any("the gain and offset of each band" in note for note in cube.notes)
    assert any(f"{product}, radiance at the sensor" in note for note in cube.notes)


def header_of(image: Path, *fields: str) -> None:
    """An ENVI header beside a raster, as DESIS has them, with further fields."""
    with rasterio.open(image) as dataset:
        size = f"samples = {dataset.width}\nlines = {dataset.height}\nbands = {dataset.count}\n"
    text = f"ENVI\n{size}header offset = 0\nfile type = TIFF\ndata type = 2\ninterleave = bsq\nbyte order = 0\n"
    image.with_suffix(".hdr").write_text(text + "\n".join(fields))


def test_a_header_beside_a_scene_in_the_geometry_of_its_sensor_gives_it_no_grid(tmp_path: Path):
    path = desis(tmp_path, "L1B")
    header_of(path, "map info = {UTM, 1, 1, 500000, 4480000, 30, 30, 16, North, WGS-84}")
    for picked in (path, path.with_suffix(".hdr")):
        assert open_cube(picked).geo.transform is None


def test_gains_of_the_header_beside_make_values_where_the_metadata_is_gone(tmp_path: Path):
    path = desis(tmp_path, "L1C")
    next(tmp_path.glob("*METADATA.xml")).unlink()
    bands = stored(path).shape[2]
    gains = 0.01 * (1 + np.arange(bands))
    header_of(path, f"data gain values = {{{', '.join(map(str, gains))}}}")
    cube, right = open_cube(path), stored(path)
    gone = right == cube.info.nodata
    assert cube.info.gains == ()
    assert np.array_equal(np.isnan(cube.read()), gone)
    assert np.allclose(cube.read()[~gone], (right * gains)[~gone])
    (said,) = [note for note in cube.notes if "gain and offset" in note]
    assert said.startswith("Values are made of")


def test_the_no_data_value_of_a_product_holds_beside_a_mask_of_its_file(tmp_path: Path):
    path = enmap(tmp_path)
    with rasterio.open(path, "r+") as dataset:
        dataset.nodata = None
    before = open_cube(path).valid_mask()
    mask = np.full(before.shape, 255, np.uint8)
    mask[-1, -1] = 0
    with rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    assert before[-1, -1]
    assert not before.all()
    assert np.array_equal(open_cube(path).valid_mask(), before & (mask > 0))


def test_the_metadata_of_two_detectors_is_a_question(tmp_path: Path):
    enmap(tmp_path, "L1B")
    with pytest.raises(HsiError, match="several rasters") as caught:
        open_cube(next(tmp_path.glob("*METADATA.XML")))
    assert caught.value.hint


def test_desis_has_its_bands_and_scale_and_no_other_band_elements(tmp_path: Path):
    path = desis(tmp_path)
    cube, right = open_cube(path), stored(path)
    assert cube.info.product == "DESIS L2A"
    assert cube.info.wavelengths == pytest.approx(np.linspace(402, 999, 8))
    assert cube.info.fwhm == (3.5,) * 8
    assert np.allclose(cube.read()[1:], right[1:] / 10_000)
    assert np.array_equal(~cube.valid_mask(), right[:, :, 0] == -32768)


def test_layers_of_desis_take_pixels_out(tmp_path: Path):
    path = desis(tmp_path)
    whole = open_cube(path).valid_mask()
    for name, plane in (("shadow", 1), ("cloud-land", 6), ("water", 8)):
        gone = layer(path, "QL_QUALITY-2", plane) > 0
        assert gone.any()
        assert np.array_equal(open_cube(path, quality=(name,)).valid_mask(), whole & ~gone)


def test_a_product_whose_metadata_is_gone_or_of_other_bands_says_so(tmp_path: Path):
    path = enmap(tmp_path)
    metadata = next(tmp_path.glob("*METADATA.XML"))
    metadata.write_text(metadata.read_text().replace("bandID", "other", 2))
    assert any("lists 8 bands, the scene has 9" in note for note in open_cube(path).notes)
    metadata.unlink()
    cube = open_cube(path)
    assert not cube.info.wavelengths
    assert any("METADATA.XML is not beside it" in note for note in cube.notes)


def test_a_raster_of_no_product_has_no_masks(tmp_path: Path):
    path = enmap(tmp_path).rename(tmp_path / "scene.tif")
    assert open_cube(path).info.product == ""
    assert quality_layers(path) == ()
    with pytest.raises(HsiError, match="no quality mask"):
        open_cube(path, quality=("cloud",))


def test_every_row_names_its_sources():
    assert all(row.sources and row.rests_on for row in RASTER_PRODUCTS)


def test_the_bands_of_hyperion_are_one_scene_in_radiance(tmp_path: Path):
    numbers = (5, 8, 30, 57, 70, 71, 77, 150, 224)
    path = hyperion(tmp_path, numbers)
    cube = open_cube(path)
    right = np.concatenate([stored(p) for p in sorted(tmp_path.glob("*.TIF"))], axis=2)
    divisors = np.array([40.0 if number <= 70 else 80.0 for number in numbers])
    assert (cube.info.product, cube.shape) == ("Hyperion L1", right.shape)
    assert np.allclose(cube.read()[1:], (right / divisors)[1:])
    assert np.allclose(
        cube.read(slice(1, 9, 3), slice(2, 8, 2), [8, 0]), (right / divisors)[1:9:3, 2:8:2][:, :, [8, 0]]
    )
    assert np.array_equal(~cube.valid_mask(), (right == 0).all(axis=2))
    waves = dict(zip(numbers, cube.info.wavelengths, strict=True))
    assert (waves[8], waves[70], waves[71], waves[224]) == (426.82, 1057.68, 851.92, 2395.5)
    assert cube.info.fwhm[1] == 11.3871
    assert [n for n, bad in zip(numbers, cube.info.bad_bands, strict=True) if bad] == [5, 70, 71]
    with rasterio.open(path) as dataset:
        assert cube.geo.transform == tuple(dataset.transform)[:6]
    assert any("233 bands of 242 are not there" in note for note in cube.notes)


def test_one_band_of_hyperion_alone_and_bands_of_other_sizes(tmp_path: Path):
    (tmp_path / "one").mkdir()
    assert open_cube(hyperion(tmp_path / "one", (30,))).bands == 1
    hyperion(tmp_path)
    other = write(tmp_path / "EO1H0420342016268110PF_B100_L1T.TIF", np.ones((1, 5, 6), np.int16))
    with pytest.raises(HsiError, match="different sizes"):
        open_cube(other)
    write(tmp_path / "EO1H0420342016268110PF_B001_L1GST.TIF", np.ones((1, 5, 6), np.int16))
    assert len(bands_of(other)) == 10
