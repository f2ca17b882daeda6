"""What attributes of HDF5 and NetCDF files say, in any spelling, at any level; held against GDAL where it reads it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.warp import transform

from hsigui.cube.cube import Cube
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.cube.formats.hdf5_attributes import Attributes, numbers_in, spelled
from hsigui.cube.open import open_cube

ROWS, COLS, BANDS = 6, 8, 12
STORED = np.arange(ROWS * COLS * BANDS, dtype=np.int16).reshape(ROWS, COLS, BANDS)


def written(path: Path, attributes: dict[str, Any], level: str = "array") -> Cube:
    with h5py.File(path, "w") as file:
        array = file.create_dataset("products/cube", data=STORED)
        target = {"array": array, "group": file["products"], "root": file}[level]
        for key, value in attributes.items():
            target.attrs[key] = value
    return open_cube(path)


@pytest.mark.parametrize("level", ["array", "group", "root"])
@pytest.mark.parametrize(
    "name", ["_FillValue", "missing_value", "Data_Ignore_Value", "data ignore value", "NODATA", "fillvalue"]
)
def test_no_data_is_met_in_any_spelling_and_at_any_level(tmp_path: Path, name: str, level: str):
    cube = written(tmp_path / "x.h5", {name: np.array([7], np.int16)}, level)
    assert cube.info.nodata == 7
    assert np.isnan(cube.read()).sum() == 1


def test_what_stands_nearest_to_the_array_counts(tmp_path: Path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["group/cube"] = STORED
        file.attrs["_FillValue"], file["group"].attrs["nodata"] = 1, 2
        file["group/cube"].attrs["missing_value"] = 3
    assert open_cube(tmp_path / "x.h5").info.nodata == 3


@pytest.mark.parametrize(
    ("attributes", "values"),
    [
        ({"scale_factor": 0.01}, STORED * 0.01),
        ({"scale_factor": 0.01, "add_offset": -2.0}, STORED * 0.01 - 2),
        ({"scale_factor": 0.01, "add_offset": 0.0}, STORED * 0.01),
        ({"Scale_Factor": 10_000.0}, STORED / 10_000),
        ({"reflectance scale factor": "10000"}, STORED / 10_000),
        ({"Scale Factor": 0.01}, STORED * 0.01),
        ({"scale_factor": -1.0}, STORED),
        ({"scale_factor": np.nan, "add_offset": 5.0}, STORED),
    ],
)
def test_values_are_unpacked_as_the_file_says(tmp_path: Path, attributes: dict[str, Any], values: np.ndarray):
    cube = written(tmp_path / "x.h5", attributes)
    assert np.allclose(cube.read(), values)
    assert np.array_equal(cube.stored(2, 3), STORED[2, 3])


def test_every_no_data_value_of_the_array_is_none(tmp_path: Path):
    both = written(tmp_path / "both.h5", {"_FillValue": np.int16(7), "missing_value": np.int16(9)})
    listed = written(tmp_path / "list.h5", {"missing_value": np.array([7, 9], np.int16)})
    for cube in (both, listed):
        assert np.array_equal(np.isnan(cube.read()), np.isin(STORED, (7, 9)))
        assert cube.info.nodata == 7
        assert any("several no-data values (7, 9)" in note for note in cube.notes)
    beside_nan = written(tmp_path / "nan.h5", {"_FillValue": np.float32("nan"), "missing_value": np.int16(9)})
    assert beside_nan.info.nodata == 9


def test_signed_numbers_that_are_meant_without_a_sign_are_read_so(tmp_path: Path):
    said = {"_Unsigned": "true", "_FillValue": np.int16(-2), "valid_range": np.array([1, -2], np.int16)}
    with h5py.File(tmp_path / "x.nc", "w") as file:
        file["cube"] = np.where(STORED < 100, -1 - STORED, STORED).astype(np.int16)
        for key, value in said.items():
            file["cube"].attrs[key] = value
    cube = open_cube(tmp_path / "x.nc")
    meant = np.where(STORED < 100, 65535 - STORED.astype(int), STORED)
    assert cube.dtype == np.uint16
    assert cube.info.nodata == 65534
    assert np.array_equal(cube.stored(1, 2), meant[1, 2])
    assert np.allclose(cube.read(), np.where(meant >= 65534, np.nan, meant), equal_nan=True)


@pytest.mark.parametrize(
    ("dtype", "value"), [("i2", -32767), ("u2", 65535), ("i4", -2147483647), ("f4", 9.96921e36), ("f8", 9.96921e36)]
)
def test_what_netcdf_leaves_unwritten_is_no_data(tmp_path: Path, dtype: str, value: float):
    values = STORED.astype(dtype)
    values[2, 3, 4] = value
    for name, attributes in (("nc", {"_NCProperties": "version=2"}), ("h5", {})):
        with h5py.File(tmp_path / f"x.{name}", "w") as file:
            file["cube"] = values
            file.attrs.update(attributes)
        cube = open_cube(tmp_path / f"x.{name}")
        assert np.argwhere(np.isnan(cube.read())).tolist() == ([[2, 3, 4]] if name == "nc" else [])


def test_a_scale_for_each_band_is_told_and_not_dropped(tmp_path: Path):
    cube = written(tmp_path / "x.h5", {"scale_factor": np.linspace(1, 2, BANDS), "add_offset": 3.0})
    assert (cube.info.gains, cube.info.offsets) == (tuple(np.linspace(1, 2, BANDS)), (3.0,) * BANDS)
    assert any("listed, not applied" in note for note in cube.notes)
    assert np.array_equal(cube.read(), STORED)


@pytest.mark.parametrize(
    ("attributes", "low", "high"),
    [
        ({"valid_range": np.array([10, 500], np.int16)}, 10, 500),
        ({"valid_min": np.int16(10)}, 10, np.inf),
        ({"valid_max": np.int16(500)}, -np.inf, 500),
        # Of the type of the unpacked values, and so in their units.
        ({"valid_range": np.array([0.1, 5.0]), "scale_factor": 0.01}, 10, 500),
        ({"valid_range": np.array([-32768, 32767], np.int16)}, -np.inf, np.inf),
        ({"valid_range": np.array([9, 3], np.int16)}, -np.inf, np.inf),
    ],
)
def test_values_outside_the_valid_range_are_no_data(
    tmp_path: Path, attributes: dict[str, Any], low: float, high: float
):
    cube = written(tmp_path / "x.h5", attributes)
    outside = (low > STORED) | (high < STORED)
    assert np.array_equal(np.isnan(cube.read()), outside)
    assert np.array_equal(cube.valid_mask(), ~outside.any(axis=2))


def gridded(path: Path, bands_first: bool = False, **mapping: Any) -> Cube:
    """A cube with coordinates of pixel centres as CF has them, and a grid mapping."""
    with h5py.File(path, "w") as file:
        scales = [
            file.create_dataset("y", data=4_000_000 - 20.0 * np.arange(ROWS)),
            file.create_dataset("x", data=500_000 + 10.0 * np.arange(COLS)),
            file.create_dataset("band", data=np.arange(BANDS)),
        ]
        for scale, name in zip(scales, ("y", "x", "band"), strict=True):
            scale.make_scale(name)
        scales[0].attrs["standard_name"], scales[1].attrs["standard_name"] = (
            "projection_y_coordinate", "projection_x_coordinate",
        )  # fmt: skip
        scales[0].attrs["units"] = scales[1].attrs["units"] = "m"
        order = (2, 0, 1) if bands_first else (0, 1, 2)
        cube = file.create_dataset("cube", data=STORED.transpose(order))
        cube.attrs["grid_mapping"] = "crs"
        for axis, source in enumerate(order):
            cube.dims[axis].attach_scale(scales[source])
        crs = file.create_dataset("crs", data=np.int32(0))
        for key, value in mapping.items():
            crs.attrs[key] = value
        file.attrs["Conventions"] = "CF-1.8"
    return open_cube(path)


UTM = {
    "grid_mapping_name": "transverse_mercator", "latitude_of_projection_origin": 0.0,
    "longitude_of_central_meridian": 15.0, "scale_factor_at_central_meridian": 0.9996, "false_easting": 500_000.0,
    "false_northing": 0.0, "semi_major_axis": 6378137.0, "inverse_flattening": 298.257223563,
}  # fmt: skip


@pytest.mark.parametrize(
    "mapping", [{"crs_wkt": utm_wkt(33)}, {"spatial_ref": utm_wkt(33)}, {"epsg_code": "EPSG:32633"}, UTM]
)
def test_a_grid_lies_where_gdal_says(tmp_path: Path, mapping: dict[str, Any]):
    path = tmp_path / "x.nc"
    cube = gridded(path, True, **mapping)
    (tmp_path / "copy.nc").write_bytes(path.read_bytes())
    assert cube.geo.transform == (10.0, 0.0, 499_995.0, 0.0, -20.0, 4_000_010.0)
    assert cube.geo.crs_wkt is not None
    ours = CRS.from_wkt(cube.geo.crs_wkt)
    with rasterio.open(f'NETCDF:"{tmp_path / "copy.nc"}":cube') as dataset:
        assert cube.geo.transform == pytest.approx(tuple(dataset.transform)[:6])
        if dataset.crs is not None and "epsg_code" not in mapping:
            assert ours == dataset.crs or ours.to_dict() == dataset.crs.to_dict()
    assert "33" in ours.to_wkt() or ours.to_dict()["lon_0"] == 15
    assert np.array_equal(cube.read(), STORED)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latitude_longitude", {}),
        ("lambert_azimuthal_equal_area", {"latitude_of_projection_origin": 52.0, "longitude_of_projection_origin": 10.0,
                                          "false_easting": 4_321_000.0, "false_northing": 3_210_000.0}),
        ("lambert_conformal_conic", {"standard_parallel": [33.0, 45.0], "longitude_of_central_meridian": -97.0,
                                     "latitude_of_projection_origin": 40.0}),
        ("albers_conical_equal_area", {"standard_parallel": [29.5, 45.5], "longitude_of_central_meridian": -96.0,
                                       "latitude_of_projection_origin": 23.0}),
        ("polar_stereographic", {"standard_parallel": -71.0, "straight_vertical_longitude_from_pole": 0.0,
                                 "latitude_of_projection_origin": -90.0}),
        ("mercator", {"longitude_of_projection_origin": 10.0, "standard_parallel": 20.0}),
        ("Mercator", {"longitude_of_projection_origin": 10.0, "scale_factor_at_projection_origin": 0.9}),
        ("lambert_cylindrical_equal_area", {"longitude_of_central_meridian": 10.0, "standard_parallel": 30.0}),
        ("azimuthal_equidistant", {"longitude_of_projection_origin": 10.0, "latitude_of_projection_origin": 5.0}),
        ("orthographic", {"longitude_of_projection_origin": 10.0, "latitude_of_projection_origin": 5.0}),
        ("stereographic", {"longitude_of_projection_origin": 10.0, "latitude_of_projection_origin": 5.0,
                           "scale_factor_at_projection_origin": 0.9999}),
        ("geostationary", {"longitude_of_projection_origin": 0.0, "perspective_point_height": 35_785_831.0}),
    ],
)  # fmt: skip
def test_projections_are_made_of_their_parameters_as_gdal_makes_them(tmp_path: Path, name: str, said: dict[str, Any]):
    path = tmp_path / "x.nc"
    cube = gridded(
        path, True, grid_mapping_name=name, semi_major_axis=6378137.0, inverse_flattening=298.257223563, **said
    )
    (tmp_path / "copy.nc").write_bytes(path.read_bytes())
    assert cube.geo.crs_wkt is not None
    ours = CRS.from_wkt(cube.geo.crs_wkt)
    with rasterio.open(f'NETCDF:"{tmp_path / "copy.nc"}":cube') as dataset:
        theirs = dataset.crs
    assert theirs is not None, "GDAL knows no system here, so this row shows nothing"
    point = (10.0, 5.0) if ours.is_geographic else (500_000.0, 900_000.0)
    x, y = transform(theirs, ours, [point[0]], [point[1]])
    assert (x[0], y[0]) == pytest.approx(point, abs=0.01)


def test_the_sinusoidal_projection_which_gdal_does_not_know_by_this_name(tmp_path: Path):
    cube = gridded(tmp_path / "x.nc", grid_mapping_name="sinusoidal", longitude_of_projection_origin=0.0)
    x, y = transform("EPSG:4326", CRS.from_wkt(cube.geo.crs_wkt), [10.0], [0.0])
    assert (x[0], y[0]) == pytest.approx((6_378_137.0 * np.radians(10), 0.0), abs=0.01)


def test_the_oblique_mercator_projection_which_gdal_does_not_read(tmp_path: Path):
    cube = gridded(
        tmp_path / "x.nc", grid_mapping_name="oblique_mercator", latitude_of_projection_origin=45.0,
        longitude_of_projection_origin=-86.0, azimuth_of_central_line=30.0, scale_factor_at_projection_origin=0.9996,
    )  # fmt: skip
    x, y = transform("EPSG:4326", CRS.from_wkt(cube.geo.crs_wkt), [-86.0], [45.0])
    assert (x[0], y[0]) == pytest.approx((0.0, 0.0), abs=0.01)


def test_a_projection_that_is_not_known_is_told(tmp_path: Path):
    cube = gridded(tmp_path / "x.nc", grid_mapping_name="van_der_grinten")
    assert cube.geo.crs_wkt is None
    assert any("van_der_grinten" in note and "no coordinate system" in note for note in cube.notes)


def test_coordinates_in_kilometres_and_short_ones_lie_in_metres_and_on_a_grid(tmp_path: Path):
    for name, kind, factor, unit in (("km", "f8", 1000, "km"), ("short", "f4", 1, "m")):
        path = tmp_path / f"{name}.nc"
        with h5py.File(path, "w") as file:
            file["cube"], file["crs"] = STORED, np.int32(0)
            file["cube"].attrs["grid_mapping"] = "crs"
            file["crs"].attrs["crs_wkt"] = utm_wkt(33)
            file["y"] = ((5_123_460.2 - 1.1 * np.arange(ROWS)) / factor).astype(kind)
            file["x"] = ((500_000.7 + 1.1 * np.arange(COLS)) / factor).astype(kind)
            file["y"].attrs["units"] = file["x"].attrs["units"] = unit
        # A float32 leaves half a metre of such a northing.
        wanted = (1.1, 0.0, 500_000.15, 0.0, -1.1, 5_123_460.75)
        found = open_cube(path).geo.transform
        if name == "km":
            assert found == pytest.approx(wanted)
        else:
            assert found is None, "rounded by half a pixel: no grid can be told from it"


def test_degrees_in_short_floats_are_a_grid(tmp_path: Path):
    path = tmp_path / "x.nc"
    rows, cols = 60, 70
    with h5py.File(path, "w") as file:
        file["cube"] = np.ones((rows, cols, BANDS), np.int16)
        file["lat"] = (45.6 - 0.0005 * np.arange(rows)).astype(np.float32)
        file["lon"] = (112.3 + 0.0005 * np.arange(cols)).astype(np.float32)
        file["lat"].attrs["units"], file["lon"].attrs["units"] = "degrees_north", "degrees_east"
    a, _, c, _, e, f = open_cube(path).geo.transform
    for ours, right in (
        (c, 112.29975), (c + cols * a, 112.29975 + cols * 0.0005),
        (f, 45.60025), (f + rows * e, 45.60025 - rows * 0.0005),
    ):  # fmt: skip
        assert ours == pytest.approx(right, abs=0.02 * 0.0005)


def test_a_grid_mapping_that_no_array_names_is_found_and_told(tmp_path: Path):
    path = tmp_path / "x.nc"
    gridded(path, crs_wkt=utm_wkt(33))
    with h5py.File(path, "a") as file:
        del file["cube"].attrs["grid_mapping"]
    cube = open_cube(path)
    assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 32633
    assert any("which the array itself does not name" in note for note in cube.notes)


def test_the_longer_form_of_a_grid_mapping_and_one_in_the_root_are_found(tmp_path: Path):
    path = tmp_path / "x.nc"
    with h5py.File(path, "w") as file:
        cube = file.create_dataset("a/b/cube", data=STORED)
        cube.attrs["grid_mapping"] = "utm: x y"
        file["utm"] = np.int32(0)
        file["utm"].attrs["spatial_ref"] = utm_wkt(33)
        file["utm"].attrs["GeoTransform"] = "500000 10 0 4000000 0 -20"
    cube = open_cube(path)
    assert cube.geo.transform == (10.0, 0.0, 500_000.0, 0.0, -20.0, 4_000_000.0)
    assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 32633


def test_degrees_without_a_mapping_are_wgs_84_and_rows_from_the_south_are_told(tmp_path: Path):
    path = tmp_path / "x.nc"
    with h5py.File(path, "w") as file:
        file["Rrs"] = STORED
        file["lat"], file["lon"] = 40 + 0.5 * np.arange(ROWS), -10 + 0.25 * np.arange(COLS)
        file["lat"].attrs["units"], file["lon"].attrs["units"] = "degrees_north", "degrees_east"
    cube = open_cube(path)
    assert cube.geo.transform == (0.25, 0.0, -10.125, 0.0, 0.5, 39.75)
    assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 4326
    assert any("south to north" in note for note in cube.notes)


def test_coordinates_that_are_not_regular_are_no_grid(tmp_path: Path):
    path = tmp_path / "x.nc"
    with h5py.File(path, "w") as file:
        file["cube"] = STORED
        file["y"], file["x"] = np.arange(ROWS) ** 2.0, np.arange(COLS) * 1.0
    assert open_cube(path).geo.transform is None


def test_map_info_of_envi_is_read_from_attributes_and_arrays(tmp_path: Path):
    info = "UTM, 1.5, 1.5, 500015.0, 4499985.0, 30.0, 30.0, 33, North, WGS-84, units=Meters"
    for number, level in enumerate(("array", "group", "root")):
        cube = written(tmp_path / f"{number}.h5", {"map info": info}, level)
        assert cube.geo.transform == (30.0, 0.0, 500_000.0, 0.0, -30.0, 4_500_000.0)
        assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 32633
    broken = written(tmp_path / "broken.h5", {"Map_Info": "UTM, 1, x"})
    assert broken.geo.transform is None
    assert any("map info is not understood" in note for note in broken.notes)


def test_latitudes_of_every_pixel_are_told_as_a_swath(tmp_path: Path):
    path = tmp_path / "x.nc"
    with h5py.File(path, "w") as file:
        file["data/cube"] = STORED
        file["geolocation/latitude"] = np.ones((ROWS, COLS))
    cube = open_cube(path)
    assert cube.geo.transform is None
    assert any("swath" in note and "geolocation/latitude" in note for note in cube.notes)


@pytest.mark.parametrize(
    ("path", "attributes", "coordinates"),
    [
        ("nav_lat", {}, "nav_lon nav_lat"),
        ("XLAT", {"standard_name": "latitude"}, ""),
        ("phi", {"units": "degrees_north"}, ""),
    ],
)
def test_latitudes_of_any_name_are_told_as_a_swath_whose_map_is_not_its_place(
    tmp_path: Path, path: str, attributes: dict[str, str], coordinates: str
):
    with h5py.File(tmp_path / "x.nc", "w") as file:
        file["cube"], file[path] = STORED, np.ones((ROWS, COLS))
        file[path].attrs.update(attributes)
        if coordinates:
            file["cube"].attrs["coordinates"] = coordinates
        # Of the map that a lookup table leads to, not of the rows and columns of the swath.
        file.attrs["geotransform"], file.attrs["spatial_ref"] = [10.0, 0.1, 0.0, 50.0, 0.0, -0.1], "EPSG:4326"
    cube = open_cube(tmp_path / "x.nc")
    assert cube.geo.transform is None
    assert any("swath" in note and path in note for note in cube.notes)


@pytest.mark.parametrize(
    "attributes",
    [
        {"crs": "EPSG:32633", "transform": [10.0, 0.0, 500_000.0, 0.0, -10.0, 4_000_000.0]},
        {"crs": "+init=epsg:32633", "transform": [10.0, 0, 500_000.0, 0, -10.0, 4_000_000.0, 0, 0, 1]},
        {"spatial_ref": utm_wkt(33), "GeoTransform": "500000 10 0 4000000 0 -10"},
        {"epsg": 32633, "transform": [500_000.0, 10.0, 0.0, 4_000_000.0, 0.0, -10.0]},
    ],
)
@pytest.mark.parametrize("level", ["array", "root"])
def test_a_place_in_attributes_is_read_in_either_order(tmp_path: Path, attributes: dict[str, Any], level: str):
    cube = written(tmp_path / "x.h5", attributes, level)
    assert cube.geo.transform == (10.0, 0.0, 500_000.0, 0.0, -10.0, 4_000_000.0)
    assert CRS.from_wkt(cube.geo.crs_wkt).to_dict() == CRS.from_epsg(32633).to_dict()


def test_a_value_that_hdf5_was_told_to_fill_with_is_no_data(tmp_path: Path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        part = file.create_dataset("cube", STORED.shape, np.int16, chunks=(2, 2, BANDS), fillvalue=-9999)
        part[:4] = STORED[:4]
    cube = open_cube(tmp_path / "x.h5")
    assert cube.info.nodata == -9999
    assert np.array_equal(cube.valid_mask(), np.arange(ROWS)[:, None].repeat(COLS, 1) < 4)


@pytest.mark.parametrize(
    ("name", "unit"), [("bands_of_it", "nm"), ("lambda_um", ""), ("nu", "µm"), ("wavenumber", "cm-1")]
)
def test_wavelengths_of_any_name_are_known_by_their_unit(tmp_path: Path, name: str, unit: str):
    values = np.linspace(400, 2500, BANDS)
    stored = {"cm-1": 1e7 / values, "nm": values}.get(unit, values / 1000)
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["cube"], file[name], file["half_width"] = STORED, stored, np.full(BANDS, 0.01)
        file["half_width"].attrs["units"] = "um"
        if unit:
            file[name].attrs["units"] = unit
    assert open_cube(tmp_path / "x.h5").info.wavelengths == pytest.approx(tuple(values))


@pytest.mark.parametrize(
    ("projection", "corners", "transform", "epsg"),
    [
        # Packed as DDDMMMSSS.SS: 15 degrees 30 minutes to 15 degrees 34 minutes, 48 degrees to 47 degrees 54 minutes.
        ("GEO", ("15030000.0,48000000.0", "15034000.0,47054000.0"),
         (1 / 120, 0.0, 15.5, 0.0, -1 / 60, 48.0), 4326),
        ("GEO", ("15.5,48.0", "15.5666666667,47.9"), (1 / 120, 0.0, 15.5, 0.0, -1 / 60, 48.0), 4326),
        ("SNSOID", ("500000.0,4000000.0", "500080.0,3999940.0"), (10.0, 0.0, 5e5, 0.0, -10.0, 4e6), None),
    ],
)  # fmt: skip
def test_grids_of_hdf_eos_in_degrees_and_in_projections_that_are_not_known(
    tmp_path: Path, projection: str, corners: tuple[str, str], transform: tuple[float, ...], epsg: int | None
):
    structure = (
        f'GROUP=GridStructure\nGROUP=GRID_1\nGridName="G"\nXDim={COLS}\nYDim={ROWS}\nUpperLeftPointMtrs=({corners[0]})\n'
        f"LowerRightMtrs=({corners[1]})\nProjection=HE5_GCTP_{projection}\nEND_GROUP=GRID_1\nEND_GROUP=GridStructure\n"
    )
    with h5py.File(tmp_path / "x.he5", "w") as file:
        file["HDFEOS/GRIDS/G/Data Fields/cube"] = STORED
        file["HDFEOS INFORMATION/StructMetadata.0"] = np.bytes_(structure)
    cube = open_cube(tmp_path / "x.he5")
    assert cube.geo.transform == pytest.approx(transform)
    if epsg is None:
        assert cube.geo.crs_wkt is None
        assert any("SNSOID" in note for note in cube.notes)
    else:
        assert CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == epsg


def test_band_lists_that_are_attributes_of_the_array_are_read(tmp_path: Path):
    good = np.ones(BANDS, np.int64)
    good[4] = 0
    cube = written(
        tmp_path / "x.h5",
        {
            "Wavelengths": np.linspace(0.4, 2.5, BANDS),
            "wavelength_units": "um",
            "FWHM": np.full(BANDS, 0.01),
            "bbl": good,
        },
    )
    assert cube.info.wavelengths[-1] == 2500.0
    assert cube.info.fwhm == (10.0,) * BANDS
    assert np.flatnonzero(cube.info.bad_bands).tolist() == [4]


def test_attributes_are_read_beside_links_and_damage(tmp_path: Path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["cube"] = STORED
        file["cube"].attrs["scale_factor"] = h5py.Empty("f4")
        file["cube"].attrs["units"] = np.array([b"a", b"b"])
        file["cube"].attrs["grid_mapping"] = "gone"
        file["far"] = h5py.ExternalLink("other.h5", "/x")
        file["lat"] = h5py.SoftLink("/nowhere")
    cube = open_cube(tmp_path / "x.h5")
    assert cube.info.scale == 1.0
    assert np.array_equal(cube.read(), STORED)


def test_names_and_numbers_in_texts():
    assert spelled("_FillValue") == spelled("FILL-value") == "fillvalue"
    assert numbers_in("(1.5, 2)").tolist() == [1.5, 2.0]
    assert numbers_in("one 2").size == 0
    assert Attributes({"A b": 1}, {"ab": 2, "c": 3}).number("AB") == 1
    assert Attributes({"A b": 1}, {"ab": 2, "c": 3}).own.get("c") is None


def test_what_describe_tells_of_an_unpacked_scene(tmp_path: Path):
    from hsigui.cube.describe import describe

    told = describe(written(tmp_path / "x.h5", {"scale_factor": 0.01, "add_offset": 2.0, "valid_min": np.int16(3)}))
    assert (told["scale_factor"], told["add_offset"], told["valid_range"]) == (100.0, 2.0, [3.0, None])


def test_the_copy_that_gdal_reads_is_the_same_file(tmp_path: Path):
    gridded(tmp_path / "x.nc", crs_wkt=utm_wkt(33))
    with h5py.File(BytesIO((tmp_path / "x.nc").read_bytes()), "r") as file:
        assert sorted(file) == ["band", "crs", "cube", "x", "y"]
