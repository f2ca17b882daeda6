"""Maps as other programs place them: each is where the scene is, or is refused."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.transform
from rasterio.crs import CRS

from hsigui.cube.crs import Unplaceable
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import open_envi, write_cube
from hsigui.cube.formats.geotiff import open_dataset
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.grid import Grid
from hsigui.labels.place import fitted
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.rasters import write_layers
from tests.report.places import LIE, SYSTEMS, geo_in, pixels_off

ARRAY = np.arange(1, 31, dtype=np.uint16).reshape(5, 6)
RASTERS = (("m.tif", MapOptions()), ("m.tif", MapOptions(cloud=True)), ("m.hdr", MapOptions()),
           ("m.png", MapOptions(bare=True)))  # fmt: skip


def seen(path: Path) -> Path:
    """The file that GDAL opens."""
    return path.with_suffix(".img") if path.suffix == ".hdr" else path


@pytest.mark.parametrize("lie", LIE)
@pytest.mark.parametrize("system", ["EPSG:32633", "EPSG:4326", "EPSG:5514"])
def test_every_raster_lies_where_the_scene_is_or_is_refused(system, lie, tmp_path) -> None:
    geo, refused = geo_in(system, LIE[lie]), []
    for number, (name, options) in enumerate(RASTERS):
        path = tmp_path / f"{number}{name}"
        try:
            export_map(path, ARRAY, ClassTable(), geo, options=options)
        except Unplaceable:
            refused.append(name)
            continue
        assert pixels_off(seen(path), ARRAY, geo) < 0.01
    assert refused == (["m.hdr"] if lie in ("turned, oblong", "sheared") else [])


@pytest.mark.parametrize("lie", LIE)
def test_resampled_to_north_up_envi_takes_every_map(lie, tmp_path) -> None:
    geo = geo_in("EPSG:32633", LIE[lie])
    export_map(tmp_path / "m.hdr", ARRAY, ClassTable(), geo, options=MapOptions(north_up=True))
    with rasterio.open(tmp_path / "m.img") as file:
        held, affine, crs = file.read(1), file.transform, file.crs
    assert crs == CRS.from_epsg(32633)
    assert affine.b == affine.d == 0
    grid = Grid(*ARRAY.shape, geo)
    for row, col in np.argwhere(held):
        x, y = rasterio.transform.xy(affine, row, col)
        c, r = np.floor(grid.to_pixels(np.array([(x, y)])))[0].astype(int)
        assert held[row, col] == ARRAY[r, c]


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_coordinate_system_is_kept_by_every_format(system, tmp_path) -> None:
    geo = geo_in(system, LIE["north-up"])
    for number, (name, options) in enumerate(RASTERS):
        export_map(path := tmp_path / f"{number}{name}", ARRAY, ClassTable(), geo, options=options)
        assert pixels_off(seen(path), ARRAY, geo) < 0.01
        with rasterio.open(seen(path)) as file:
            assert file.crs is not None


def test_a_system_that_a_geotiff_cannot_name_stands_beside_it(tmp_path, capfd) -> None:
    pole = CRS.from_string("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=30 +lon_0=10 +datum=WGS84")
    geo = Geo((0.1, 0.0, 3.0, 0.0, -0.1, 5.0), pole.to_wkt())
    for name, options in (("m.tif", MapOptions()), ("c.tif", MapOptions(cloud=True)), ("m.png", MapOptions(bare=True))):
        export_map(tmp_path / name, ARRAY, ClassTable(), geo, options=options)
        assert pixels_off(tmp_path / name, ARRAY, geo) < 0.01
        with rasterio.open(tmp_path / name) as file:
            assert file.crs == pole
    write_layers(tmp_path / "layer.tif", ARRAY[:, :, None].astype(np.float32), ("confidence",), geo)
    with rasterio.open(tmp_path / "layer.tif") as file:
        assert file.crs == pole
    with pytest.raises(Unplaceable, match="no words"):
        export_map(tmp_path / "m.hdr", ARRAY, ClassTable(), geo)
    assert "PROJ" not in capfd.readouterr().err


@pytest.mark.parametrize("name", ["r_south.tif", "r_rotnsq.tif"])
def test_cases_of_rasters_that_were_written_in_the_wrong_place(cases, name, tmp_path) -> None:
    raster = read_classes(cases / "gis" / name)
    array = np.arange(raster.array.size, dtype=np.uint16).reshape(raster.array.shape) % 60_000 + 1
    if name == "r_rotnsq.tif":
        with pytest.raises(Unplaceable, match=r"30 x 20 map units"):
            write_classes(tmp_path / "m.hdr", array, ClassTable(), raster.geo)
        assert not list(tmp_path.iterdir())
        return
    write_classes(tmp_path / "m.hdr", array, ClassTable(), raster.geo)
    assert pixels_off(tmp_path / "m.img", array, raster.geo) < 0.01
    onto = Grid(*array.shape, raster.geo)
    assert (fitted(read_classes(tmp_path / "m.hdr"), onto, "labels").array == array).all()
    assert (read_classes(tmp_path / "m.hdr", grid=onto).array == array).all()


@pytest.mark.parametrize("lie", ["south-up", "half a turn", "turned and mirrored"])
def test_scenes_and_layers_are_turned_as_maps_are(lie, tmp_path) -> None:
    geo = geo_in("EPSG:32633", LIE[lie])
    layers = ARRAY[:, :, None].astype(np.float32)
    write_layers(tmp_path / "l.hdr", layers, ("x",), geo)
    write_cube(tmp_path / "c.hdr", layers, CubeInfo(geo=geo))
    for name in ("l.img", "c.img"):
        assert pixels_off(tmp_path / name, ARRAY.astype(np.float32), geo) < 0.01
    cube = open_envi(tmp_path / "c.hdr")
    held = cube.read()[:, :, 0]
    for row, col in itertools.product(range(cube.rows), range(cube.cols)):
        r, c = np.argwhere(held[row, col] == ARRAY)[0]
        assert cube.geo.to_map(row + 0.5, col + 0.5) == pytest.approx(geo.to_map(r + 0.5, c + 0.5))


def test_half_a_turn_in_a_map_info_is_a_scene_from_the_south_as_gdal_reads_it(tmp_path) -> None:
    write_classes(tmp_path / "m.hdr", ARRAY, ClassTable(), geo_in("EPSG:32633", LIE["north-up"]))
    text = (tmp_path / "m.hdr").read_text()
    (tmp_path / "m.hdr").write_text(text.replace("units=Meters", "units=Meters, rotation=180"))
    raster = read_classes(tmp_path / "m.hdr")
    with rasterio.open(tmp_path / "m.img") as file:
        assert raster.geo.transform == pytest.approx(tuple(file.transform)[:6])
    assert raster.geo.transform is not None
    assert raster.geo.transform[4] == 10


def test_a_png_of_many_classes_says_which_of_its_numbers_is_none(tmp_path) -> None:
    array = np.where(ARRAY > 20, 0, ARRAY + 300).astype(np.uint16)
    write_classes(tmp_path / "m.png", array, ClassTable(), geo_in("EPSG:32633", LIE["north-up"]))
    for _ in range(2):  # with its side file and without
        with open_dataset(tmp_path / "m.png") as file:
            assert (file.nodata, file.dtypes) == (0, ("uint16",))
            assert (file.read(1) == array).all()
        (tmp_path / "m.png.aux.xml").unlink(missing_ok=True)
    assert (read_classes(tmp_path / "m.png").array == array).all()


def test_a_side_file_leaves_the_order_of_axes_to_gdal(tmp_path) -> None:
    """With x, y said of a system whose first axis is latitude, gdalwarp would take one for the other."""
    geo = geo_in("EPSG:4326", LIE["north-up"])
    export_map(tmp_path / "m.png", ARRAY, ClassTable(), geo, options=MapOptions(bare=True))
    assert "dataAxisToSRSAxisMapping" not in (tmp_path / "m.png.aux.xml").read_text()
