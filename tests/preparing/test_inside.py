"""The part of a scene within polygons, beside rasterio's own burning of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from rasterio.features import geometry_mask
from rasterio.transform import Affine
from rasterio.warp import transform_geom

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.preparing.area import Polygons, area_of, polygons_of
from hsigui.preparing.asked import step_of
from hsigui.preparing.cut import Crop
from hsigui.preparing.empirical_line import EmpiricalLine
from hsigui.preparing.step import prepared
from tests.preparing.cubes import GEO, TURNED, counts, cube_of


def _ring(geo, corners):
    """A closed ring in map coordinates of positions in pixels (row, col)."""
    points = [geo.to_map(*corner) for corner in corners]
    return [list(map(float, point)) for point in (*points, points[0])]


FIELDS = (("wheat", [(1.2, 1.1), (1.4, 4.8), (6.7, 5.2), (5.1, 0.6)]), ("maize", [(7.1, 2), (7.2, 6.9), (10.8, 3)]))


def _written(path, geo, lonlat=False):
    features = []
    for n, (crop, corners) in enumerate(FIELDS, 1):
        geometry = {"type": "Polygon", "coordinates": [_ring(geo, corners)]}
        if lonlat:
            geometry = transform_geom("EPSG:32633", "EPSG:4326", geometry, precision=12)
        features.append({"type": "Feature", "properties": {"crop": crop, "no": n}, "geometry": dict(geometry)})
    name = "urn:ogc:def:crs:OGC:1.3:CRS84" if lonlat else "urn:ogc:def:crs:EPSG::32633"
    crs = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    return path


def _mask(geo, which, shape):
    shapes = [{"type": "Polygon", "coordinates": [_ring(geo, corners)]} for crop, corners in FIELDS if crop in which]
    return geometry_mask(shapes, shape, Affine(*geo.transform), invert=True)


@pytest.mark.parametrize("geo", [GEO, TURNED])
@pytest.mark.parametrize("lonlat", [False, True])
def test_pixels_whose_centre_lies_in_polygons_are_kept(tmp_path, geo, lonlat):
    path = _written(tmp_path / "fields of, ü.geojson", geo, lonlat)
    cube = cube_of(counts(), geo=geo)
    both, one, other = {"wheat", "maize"}, {"wheat"}, {"maize"}
    for text, which in ((f"{path}", both), (f"{path},crop=wheat", one), (f"{path},no=2.0", other)):
        made = prepared(cube, [step_of("inside", text)])
        mask = _mask(geo, which, (cube.rows, cube.cols))
        rows, cols = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        part = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
        expected = np.where(mask[..., None], cube.source.array, -9999)[part]
        np.testing.assert_array_equal(made.source.read(slice(None), slice(None), slice(None)), expected)
        picked = made.source.read(slice(1, 4), slice(0, 3, 2), [3, 0])
        np.testing.assert_array_equal(picked, expected[1:4, 0:3:2][..., [3, 0]])
        assert made.dtype == cube.dtype
        assert made.geo == Crop((part[0].start, part[0].stop), (part[1].start, part[1].stop)).on(cube).geo
        assert made.info.history == (f'--inside "{text}"',)
        assert f"{mask.sum()} of {mask[part].size} pixels" in made.notes[-1]


@pytest.mark.parametrize(("dtype", "nodata"), [("uint8", None), ("int16", 0.0), ("uint16", -1.0), ("float32", None)])
def test_where_no_sample_stands_for_no_data_there_are_values(tmp_path, dtype, nodata):
    path = _written(tmp_path / "f.geojson", GEO)
    cube = cube_of(counts("float32").astype(dtype), nodata=nodata, scale=2.0)
    made = step_of("inside", f"{path},crop=maize").on(cube)
    mask = _mask(GEO, {"maize"}, (cube.rows, cube.cols))
    rows, cols = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    expected = np.where(mask[..., None], cube.read(), np.nan)[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    np.testing.assert_array_equal(made.read(), expected)
    assert (made.dtype, made.info.scale) == (np.float32, 1.0)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".xml"])
def test_labels_that_were_saved_are_polygons(tmp_path, suffix):
    cube, array = cube_of(counts()), np.zeros((11, 7), np.uint16)
    array[2:5, 1:4], array[3, 2], array[8:, 5:] = 1, 0, 2
    path = tmp_path / f"labels{suffix}"
    write_classes(
        path, array, ClassTable((ClassInfo(1, "wheat", (1, 2, 3)), ClassInfo(2, "maize", (4, 5, 6)))), geo=cube.geo
    )
    made = step_of("inside", f"{path},class_name=wheat").on(cube)
    np.testing.assert_array_equal(np.isfinite(made.read()[..., 0]), array[2:5, 1:4] == 1)
    assert step_of("inside", str(path)).on(cube).shape == (9, 6, 6)


def test_what_names_nothing_is_refused(tmp_path):
    cube, path = cube_of(counts()), _written(tmp_path / "f.geojson", GEO)
    for text, told in (
        ("", "No file"), (str(tmp_path / "no.gpkg"), "does not exist"), (f"{path},colour=red", "no field"),
        (f"{path},crop=rye", "no shape"),
    ):  # fmt: skip
        with pytest.raises(HsiError, match=told):
            step_of("inside", text).on(cube)
    far = cube_of(counts(), geo=Geo((30.0, 0.0, 1.0, 0.0, -30.0, 2.0), GEO.crs_wkt))
    with pytest.raises(HsiError, match="outside"):
        step_of("inside", str(path)).on(far)
    tiny = cube_of(counts(rows=1, cols=1))
    with pytest.raises(HsiError, match=r"centre|outside"):
        step_of("inside", str(path)).on(tiny)


def test_an_area_is_a_window_or_polygons_and_labels_of_other_formats_are_areas_too(tmp_path):
    cube = cube_of(counts())
    assert area_of("1:4,2:5").on(cube).rows == slice(1, 4)
    assert polygons_of("a,b=c.gpkg") == Polygons(Path("a"), "b", "c.gpkg")
    table = tmp_path / "pixels.csv"
    table.write_text("row,col,class_id,class_name\n2,3,1,grey\n2,4,1,grey\n5,5,2,white\n", encoding="utf-8")
    pixels = Polygons(table, "class", "grey").on(cube)
    assert (pixels.rows, pixels.cols, pixels.inside.tolist()) == (slice(2, 3), slice(3, 5), [[True, True]])
    with pytest.raises(HsiError, match="no shape"):
        Polygons(table, "class", "black").on(cube)
    path = _written(tmp_path / "f.geojson", GEO)
    made = step_of("empirical-line", f"{path},crop=wheat=0.2;{path},crop=maize=0.5").on(cube)
    mask = [_mask(GEO, {crop}, (cube.rows, cube.cols)) for crop in ("wheat", "maize")]
    means = [made.read()[each].mean(axis=0) for each in mask]
    np.testing.assert_allclose(means, [[0.2] * 6, [0.5] * 6], rtol=1e-4)
    assert isinstance(step_of("empirical-line", f"{path}=0.2"), EmpiricalLine)
