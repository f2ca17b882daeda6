"""Arrays of xarray as scenes, and scenes as arrays of xarray."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import hsigui
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.cube.xarrays import LateSource
from hsigui.errors import HsiError

xr = pytest.importorskip("xarray")


@pytest.fixture(scope="module")
def scene() -> Cube:
    return demo_scene(rows=20, cols=24, bands=12).cube


@pytest.mark.parametrize("dims", [("band", "y", "x"), ("y", "x", "band"), ("x", "band", "y")])
def test_a_scene_comes_back_from_an_array_with_its_axes_in_any_order(scene, dims):
    again = hsigui.open(scene.to_xarray().transpose(*dims))
    np.testing.assert_array_equal(again.read(), scene.read())
    np.testing.assert_allclose(again.wavelengths, scene.wavelengths)
    assert again.geo.transform == scene.geo.transform
    assert "32633" in str(again.geo.crs_wkt)
    np.testing.assert_array_equal(again.is_bad, scene.is_bad)
    assert again.info.fwhm == scene.info.fwhm


@pytest.mark.parametrize(
    ("values", "attrs"),
    [([0.45, 0.55, 0.65], {"units": "µm"}), ([450.0, 550.0, 650.0], {"units": "nm"}), ([0.45, 0.55, 0.65], {})],
    ids=["micrometres", "nanometres", "no unit"],
)
@pytest.mark.parametrize("dim", ["wavelength", "band", "spectral"])
def test_wavelengths_are_the_coordinate_of_the_bands(values, attrs, dim):
    array = xr.DataArray(np.ones((3, 4, 5)), dims=(dim, "y", "x"), coords={dim: (dim, values, attrs)})
    cube = hsigui.open(array)
    assert cube.shape == (4, 5, 3)
    np.testing.assert_allclose(cube.wavelengths, [450, 550, 650])
    assert bool(cube.notes) != bool(attrs), "a guess of the unit is told"


def test_a_numbering_of_bands_is_no_wavelength():
    for numbers in (np.arange(1, 4), np.arange(0.0, 3.0)):
        array = xr.DataArray(np.ones((3, 4, 5)), dims=("band", "y", "x"), coords={"band": numbers})
        assert hsigui.open(array).wavelengths is None


@pytest.mark.parametrize("names", [("lat", "lon"), ("line", "sample")])
def test_coordinates_of_the_map_are_no_wavelengths_though_there_are_as_many(names):
    coords = {names[0]: np.linspace(45.0, 46.0, 6), names[1]: np.linspace(9.0, 10.0, 6)}
    cube = hsigui.open(xr.DataArray(np.ones((6, 6, 6)), dims=(*names, "band"), coords=coords))
    assert cube.wavelengths is None


def test_no_data_and_scale_of_the_attributes_are_heeded():
    stored = np.array([[[100, 200], [-9, 300]]], dtype=np.int16)
    array = xr.DataArray(stored, dims=("y", "x", "band"), attrs={"_FillValue": -9, "scale_factor": 0.01})
    np.testing.assert_allclose(hsigui.open(array).read(), [[[1, 2], [np.nan, 3]]], rtol=1e-6)


def test_a_place_by_rioxarrays_coordinate_is_read():
    from pyproj import CRS

    about = {"crs_wkt": CRS.from_epsg(32633).to_wkt(), "GeoTransform": "500000 30 0 5500000 0 -30"}
    array = xr.DataArray(np.ones((2, 3, 4)), dims=("band", "y", "x"), coords={"spatial_ref": ((), 0, about)})
    array.encoding["grid_mapping"] = "spatial_ref"
    cube = hsigui.open(array)
    assert cube.geo.transform == (30.0, 0.0, 500000.0, 0.0, -30.0, 5500000.0)
    assert "UTM zone 33N" in str(cube.geo.crs_wkt)


def test_of_a_dataset_the_scene_is_found_and_several_are_asked_about():
    one = xr.DataArray(np.ones((6, 7, 9)), dims=("y", "x", "band"))
    data = xr.Dataset({"reflectance": one, "elevation": (("y", "x"), np.zeros((6, 7)))})
    assert hsigui.open(data).shape == (6, 7, 9)
    both = data.assign(radiance=one * 2)
    with pytest.raises(hsigui.AmbiguousCube):
        hsigui.open(both)
    assert hsigui.open(both, variable="radiance").read().mean() == 2


def test_an_axis_of_one_entry_is_passed_over():
    array = xr.DataArray(np.ones((1, 4, 5, 3)), dims=("time", "y", "x", "band"))
    assert hsigui.open(array).shape == (4, 5, 3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: xr.DataArray(np.ones((4, 5)), dims=("y", "x")), "three axes"),
        (lambda: xr.DataArray(np.ones((2, 4, 5, 3)), dims=("time", "y", "x", "band")), "time"),
        (lambda: xr.Dataset({"a": (("y", "x"), np.ones((4, 5)))}), "no array of three axes"),
        (lambda: np.ones((3, 4, 5)), "ndarray"),
    ],
    ids=["two axes", "four", "dataset", "numpy"],
)
def test_what_is_no_scene_is_refused_with_a_way_out(given, words):
    with pytest.raises(HsiError, match=words) as caught:
        hsigui.open(given())
    assert caught.value.hint


def test_what_would_be_computed_is_computed_by_windows_only(monkeypatch):
    asked: list[Any] = []
    values = np.arange(4 * 50 * 40, dtype=np.float32).reshape(4, 50, 40)

    class Late:
        """Stands for an array of dask: without samples until some are asked for."""

        shape, dtype, ndim = values.shape, values.dtype, 3

        def __array_function__(self, *args: Any) -> Any:
            return NotImplemented

        def __array_ufunc__(self, *args: Any) -> Any:
            return NotImplemented

        def __getitem__(self, key: Any) -> Any:
            asked.append(key)
            return values[key]

    cube = hsigui.open(xr.DataArray(Late(), dims=("band", "y", "x")))
    assert isinstance(cube.source, LateSource)
    asked.clear()
    np.testing.assert_array_equal(cube.read(slice(3, 5), slice(7, 9), [2])[:, :, 0], values[2, 3:5, 7:9])
    assert len(asked) == 1
    assert values[asked[0]].size <= 4 * 2 * 2
    assert "<img" not in cube._repr_html_(), "a look does not compute"


def test_without_the_package_the_hint_says_how_to_get_it(scene, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(HsiError, match="not installed") as caught:
        scene.to_xarray()
    assert "hsigui[notebook]" in caught.value.hint


def test_the_samples_of_an_array_are_not_changed():
    values = np.ones((4, 5, 3), dtype=np.float32)
    cube = hsigui.open(xr.DataArray(values, dims=("y", "x", "band")))
    cube.read()[...] = 7
    assert values.max() == 1
    assert cube.read().max() == 1


def test_a_scene_without_place_or_wavelengths_makes_an_array_as_well():
    array = Cube(ArraySource(np.ones((3, 4, 2), dtype=np.int16)), CubeInfo()).to_xarray()
    assert array.dims == ("band", "y", "x")
    assert "wavelength" not in array.coords
    assert "x" not in array.coords
