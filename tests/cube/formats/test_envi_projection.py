"""Systems by the `projection info` of ENVI headers, held against GDAL where it reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.warp import transform

from hsigui.cube.formats.envi_projection import system_of_projection
from hsigui.cube.open import open_cube
from tests.cube.formats.test_envi import LAYOUT, make

WGS84 = "6378137.0, 6356752.3142"


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("Transverse Mercator", f"3, {WGS84}, 49.0, -2.0, 400000.0, -100000.0, 0.9996, WGS-84"),
        ("Lambert Conformal Conic", f"4, {WGS84}, 46.5, 3.0, 700000.0, 6600000.0, 49.0, 44.0, WGS-84"),
        ("Stereographic", f"7, {WGS84}, 52.0, 5.0, 155000.0, 463000.0, 0.9999, WGS-84"),
        ("Albers Conical Equal Area", f"9, {WGS84}, 23.0, -96.0, 0.0, 0.0, 29.5, 45.5, North America 1983"),
        ("Polyconic", f"10, {WGS84}, 10.0, -54.0, 5000000.0, 10000000.0, WGS-84"),
        ("Lambert Azimuthal Equal Area", f"11, {WGS84}, 52.0, 10.0, 4321000.0, 3210000.0, WGS-84"),
        ("Azimuthal Equidistant", f"12, {WGS84}, 52.0, 10.0, 0.0, 0.0, WGS-84"),
        ("Polar Stereographic", f"31, {WGS84}, -71.0, 0.0, 0.0, 0.0, WGS-84"),
        ("Polar Stereographic", f"31, {WGS84}, 70.0, -45.0, 0.0, 0.0, WGS-84"),
    ],
)  # fmt: skip
def test_projections_are_those_that_gdal_reads(tmp_path: Path, name: str, info: str) -> None:
    lines = (
        f"{LAYOUT}map info = {{{name}, 1, 1, 450000.0, 250000.0, 30, 30, units=Meters}}\n"
        f"projection info = {{{info}, {name}, units=Meters}}\n"
    )
    cube = open_cube(make(tmp_path, f"ENVI\n{lines}"))
    assert cube.notes == ()
    ours = CRS.from_wkt(cube.geo.crs_wkt)
    with rasterio.open(tmp_path / "x.img") as dataset:
        theirs = dataset.crs
        assert tuple(dataset.transform)[:6] == pytest.approx(cube.geo.transform)
    assert theirs is not None, "GDAL knows no system here, so this row shows nothing"
    x, y = transform(theirs, ours, [450_000.0], [250_000.0])
    assert (x[0], y[0]) == pytest.approx((450_000.0, 250_000.0), abs=0.1)


def test_a_sphere_and_an_ellipsoid_without_a_datum(tmp_path: Path) -> None:
    sphere, _ = system_of_projection(["16", "6371007.181", "0.0", "0.0", "0.0", "Sphere", "Sinusoidal", "units=Meters"])
    x, _ = transform("EPSG:4326", CRS.from_wkt(sphere), [10.0], [0.0])
    assert x[0] == pytest.approx(6_371_007.181 * 3.141592653589793 / 18, abs=0.01)
    airy = "3, 6377563.396, 6356256.909, 49.0, -2.0, 400000.0, -100000.0, 0.9996012717, OSGB, British National Grid"
    cube = open_cube(
        make(
            tmp_path,
            f"ENVI\n{LAYOUT}map info = {{Transverse Mercator, 1, 1, 4e5, 1e5, 30, 30, units=Meters}}\n"
            f"projection info = {{{airy}, units=Meters}}\n",
        )
    )
    assert CRS.from_wkt(cube.geo.crs_wkt).to_dict()["a"] == 6_377_563.396
    assert any("no datum" in note for note in cube.notes)


@pytest.mark.parametrize(
    "items",
    [[], ["x"], ["99", "1", "2", "3"], ["9", "6378137.0"], ["9", "inf", "1", "0", "0", "0", "0", "1", "2"],
     ["9", "6378137", "6356752.3", "23", "-96", "0", "0", "29.5", "45.5", "WGS-84", "units=Feet"],
     ["9", "0", "0", "23", "-96", "0", "0", "29.5", "45.5"]],
)  # fmt: skip
def test_what_names_no_system_in_metres_is_left_out(items: list[str]) -> None:
    assert system_of_projection(items) == (None, ())
