"""Maps for the network: zarr and Cloud-Optimised GeoTIFF, read back by other programs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.rasters import write_layers

zarr = pytest.importorskip("zarr")
xarray = pytest.importorskip("xarray")

CLASSES = ClassTable((ClassInfo(1, "wet meadow", (10, 200, 30)), ClassInfo(2, "roof", (200, 20, 20)),
                      ClassInfo(7, "Wiese, trocken", (1, 2, 3))))  # fmt: skip
GEO = Geo((10.0, 0.0, 600000.0, 0.0, -10.0, 5200000.0), utm_wkt(32))


@pytest.fixture
def array() -> NDArray[np.uint16]:
    return np.random.default_rng(1).choice(np.array([0, 1, 2, 7], np.uint16), (700, 620))


@pytest.mark.filterwarnings("ignore")
def test_xarray_reads_classes_names_and_place(array: NDArray[np.uint16], tmp_path: Path) -> None:
    files = export_map(tmp_path / "map.zarr", array, CLASSES, GEO, title="Fields")
    assert files[0] == tmp_path / "map.zarr" / ".zmetadata"
    assert all(file.is_file() for file in files)
    data = xarray.open_zarr(tmp_path / "map.zarr", chunks=None, mask_and_scale=False)
    found = data["class"]
    np.testing.assert_array_equal(found.values, array)
    assert found.dims == ("y", "x")
    assert found.attrs["flag_values"] == [1, 2, 7]
    assert found.attrs["flag_meanings"].split() == ["wet_meadow", "roof", "Wiese_trocken"]
    assert found.attrs["class_names"] == ["wet meadow", "roof", "Wiese, trocken"]
    assert found.attrs["flag_colors"].split()[0] == "#0ac81e"
    assert data["x"].values[0] == 600005.0
    assert data["y"].values[0] == 5199995.0
    assert "UTM zone 32N" in data["spatial_ref"].attrs["crs_wkt"]
    assert data["spatial_ref"].attrs["grid_mapping_name"] == "transverse_mercator"
    masked = xarray.open_zarr(tmp_path / "map.zarr", chunks=None)["class"]
    assert int(masked.isnull().sum()) == int((array == 0).sum())


def test_gdal_reads_the_same(array: NDArray[np.uint16], tmp_path: Path) -> None:
    export_map(tmp_path / "map.zarr", array, CLASSES, GEO)
    with rasterio.open(f'ZARR:"{tmp_path / "map.zarr"}":/class') as file:
        np.testing.assert_array_equal(file.read(1), array)
        assert file.nodata == 0
        assert tuple(file.transform)[:6] == GEO.transform
        assert file.crs.to_epsg() == 32632


def test_a_turned_map_and_one_without_a_place_are_written(array: NDArray[np.uint16], tmp_path: Path) -> None:
    turned = Geo((8.0, 6.0, 600000.0, 6.0, -8.0, 5200000.0), utm_wkt(32))
    for name, geo in (("turned", turned), ("nowhere", None)):
        export_map(tmp_path / f"{name}.zarr", array, CLASSES, geo)
        root = zarr.open_group(tmp_path / f"{name}.zarr", mode="r")
        np.testing.assert_array_equal(root["class"][...], array)
        assert "x" not in root
    assert "8.0 6.0" in zarr.open_group(tmp_path / "turned.zarr", mode="r")["spatial_ref"].attrs["GeoTransform"]


def test_an_earlier_store_is_replaced_as_a_whole(array: NDArray[np.uint16], tmp_path: Path) -> None:
    export_map(tmp_path / "map.zarr", array, CLASSES, GEO)
    written = export_map(tmp_path / "map.zarr", array[:100, :90], CLASSES, None)
    assert {file for file in (tmp_path / "map.zarr").rglob("*") if file.is_file()} == set(written)
    np.testing.assert_array_equal(zarr.open_group(tmp_path / "map.zarr", mode="r")["class"][...], array[:100, :90])


def test_a_folder_of_other_things_is_not_written_into(array: NDArray[np.uint16], tmp_path: Path) -> None:
    (tmp_path / "map.zarr").mkdir()
    (tmp_path / "map.zarr" / "thesis.txt").write_text("")
    with pytest.raises(HsiError, match="no zarr store"):
        export_map(tmp_path / "map.zarr", array, CLASSES, GEO)
    assert [file.name for file in (tmp_path / "map.zarr").iterdir()] == ["thesis.txt"]


def test_a_scene_is_not_written_over(array: NDArray[np.uint16], tmp_path: Path) -> None:
    zarr.create_array(tmp_path / "scene.zarr", data=array, zarr_format=2)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(HsiError, match="no zarr store of this program"):
        export_map(tmp_path / "scene.zarr", array, CLASSES, GEO)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_without_the_package_nothing_is_written(
    array: NDArray[np.uint16], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(HsiError) as told:
        export_map(tmp_path / "map.zarr", array, CLASSES, GEO)
    assert 'pip install "hsigui[cloud]"' in told.value.hint
    assert not (tmp_path / "map.zarr").exists()


@pytest.mark.filterwarnings("ignore")
def test_probabilities_are_arrays_of_their_own(tmp_path: Path) -> None:
    layers = np.random.default_rng(2).random((40, 50, 3)).astype(np.float32)
    layers[3, 4] = np.nan
    write_layers(tmp_path / "p.zarr", layers, ("wet meadow", "wet/meadow", ""), GEO)
    data = xarray.open_zarr(tmp_path / "p.zarr", chunks=None)
    names = [name for name in data.data_vars if name != "spatial_ref"]
    assert len(names) == 3
    for number, name in enumerate(("wet_meadow", "wet_meadow_2", "class_3")):
        np.testing.assert_array_equal(data[name].values, layers[:, :, number])


def test_layers_are_cloud_optimised_where_that_is_asked_for(tmp_path: Path) -> None:
    layers = np.random.default_rng(2).random((1100, 1200, 2)).astype(np.float32)
    layers[:30] = np.nan
    write_layers(tmp_path / "p.tif", layers, ("a", "b"), GEO, cloud=True)
    with rasterio.open(tmp_path / "p.tif") as file:
        np.testing.assert_array_equal(file.read(), layers.transpose(2, 0, 1))
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1)
        assert file.descriptions == ("a", "b")
        assert np.isnan(file.nodata)


def test_a_cloud_optimised_map_keeps_names_colours_and_no_data(array: NDArray[np.uint16], tmp_path: Path) -> None:
    export_map(tmp_path / "map.tif", array, CLASSES, GEO, options=MapOptions(cloud=True))
    with rasterio.open(tmp_path / "map.tif") as file:
        np.testing.assert_array_equal(file.read(1), array)
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.nodata == 0
        assert file.colormap(1)[2][:3] == (200, 20, 20)
        thinned = file.read(1, out_shape=(350, 310))
        assert set(np.unique(thinned)) <= {0, 1, 2, 7}
