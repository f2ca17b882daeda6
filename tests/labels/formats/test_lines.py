"""Shapes that are no labels, read as lines: placed on the scene whatever their system, cut to it, with their names."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyogrio.raw import write

from hsigui.cube.crs import crs_of
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.formats import wkb
from hsigui.labels.formats.lines import layers_in, read_lines, suffixes
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import transformed

UTM = crs_of("EPSG:32632").to_wkt()
GRID = Grid(40, 60, Geo((10.0, 0.0, 500_000.0, 0.0, -10.0, 5_600_000.0), UTM))
SQUARE = np.array([(10, 5), (20, 5), (20, 15), (10, 15), (10, 5)], dtype=np.float64)  # column, row
FAR = SQUARE + 1000


def _gpkg(path: Path, rings: list[np.ndarray], crs: str | None = "EPSG:4326", layer: str = "parcels") -> Path:
    """A GeoPackage of polygons with names that were drawn in pixels of the scene."""
    placed = [GRID.to_map(ring) for ring in rings]
    if crs is not None:
        placed = [transformed(ring, UTM, crs, "test") for ring in placed]
    data = np.array([wkb.encoded([ring]) for ring in placed], dtype=object)
    names = np.array([f"Parcel {number}" for number in range(len(rings))], dtype=object)
    write(
        path, data, [np.arange(len(rings)), names], ["id", "name"], layer=layer, driver="GPKG",
        geometry_type="Polygon", crs=crs, append=path.exists(),
    )  # fmt: skip
    return path


def _geojson(path: Path, *geometries: dict, crs: str = "") -> Path:
    features = [
        {"type": "Feature", "geometry": geometry, "properties": {"road": f"A {number}"}}
        for number, geometry in enumerate(geometries)
    ]
    content: dict = {"type": "FeatureCollection", "features": features}
    if crs:
        content["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32632", "EPSG:3857"])
def test_polygons_of_any_system_lie_where_they_were_drawn(tmp_path: Path, crs: str) -> None:
    path = _gpkg(tmp_path / "a.gpkg", [SQUARE], crs)
    assert layers_in(path) == ("parcels",)
    lines = read_lines(path, "parcels", GRID)
    np.testing.assert_allclose(lines.points, SQUARE, atol=1e-4)
    assert lines.goes_on.tolist() == [True, True, True, True, False]
    assert lines.names == ("Parcel 0",)
    assert not lines.alone.any()


def test_shapes_beside_the_scene_are_left_out_and_names_stay_with_their_shapes(tmp_path: Path) -> None:
    lines = read_lines(_gpkg(tmp_path / "a.gpkg", [FAR, SQUARE]), "parcels", GRID)
    assert len(lines.points) == 5
    assert {lines.names[feature] for feature in lines.features} == {"Parcel 1"}


def test_a_shape_that_reaches_out_of_the_scene_keeps_what_is_in_it(tmp_path: Path) -> None:
    wide = np.array([(30, 20), (5000, 20), (5000, 5000), (30, 5000), (30, 20)], dtype=np.float64)
    lines = read_lines(_gpkg(tmp_path / "a.gpkg", [wide], "EPSG:32632"), "parcels", GRID)
    assert lines.goes_on.sum() == 2  # the sides through the scene; the two beside it go
    np.testing.assert_allclose(lines.points[lines.goes_on][0], (30, 20), atol=1e-6)


def test_lines_and_points_of_geojson_are_read_too(tmp_path: Path) -> None:
    road = {"type": "LineString", "coordinates": GRID.to_map(SQUARE[:3]).tolist()}
    well = {"type": "Point", "coordinates": GRID.to_map(np.array([(33.5, 7.5)]))[0].tolist()}
    path = _geojson(tmp_path / "roads.geojson", road, well, crs="urn:ogc:def:crs:EPSG::32632")
    lines = read_lines(path, *layers_in(path), GRID)
    np.testing.assert_allclose(lines.points, [*SQUARE[:3], (33.5, 7.5)])
    assert lines.goes_on.tolist() == [True, True, False, False]
    assert lines.alone.tolist() == [False, False, False, True]
    assert lines.names == ("A 0", "A 1")


def test_geojson_without_a_system_is_longitude_and_latitude(tmp_path: Path) -> None:
    ring = transformed(GRID.to_map(SQUARE), UTM, "EPSG:4326", "test")
    path = _geojson(tmp_path / "a.geojson", {"type": "Polygon", "coordinates": [ring.tolist()]})
    np.testing.assert_allclose(read_lines(path, "", GRID).points, SQUARE, atol=1e-4)


def test_all_beside_the_scene_is_said(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match=r"All 1 shapes of a\.gpkg lie outside the scene"):
        read_lines(_gpkg(tmp_path / "a.gpkg", [FAR]), "parcels", GRID)


def test_a_scene_inside_of_one_shape_is_said(tmp_path: Path) -> None:
    around = np.array([(-90, -90), (200, -90), (200, 200), (-90, 200), (-90, -90)], dtype=np.float64)
    with pytest.raises(HsiError, match=r"No line of a\.gpkg crosses the scene"):
        read_lines(_gpkg(tmp_path / "a.gpkg", [around]), "parcels", GRID)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_coordinates_without_a_system_that_are_not_the_scenes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="names no coordinate system"):
        read_lines(_gpkg(tmp_path / "a.gpkg", [FAR * 100], None), "parcels", GRID)


def test_a_scene_without_a_place_refuses_map_coordinates(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="it is not known where the scene lies"):
        read_lines(_gpkg(tmp_path / "a.gpkg", [SQUARE]), "parcels", Grid(40, 60))


def test_every_layer_with_shapes_is_offered(tmp_path: Path) -> None:
    path = _gpkg(tmp_path / "a.gpkg", [SQUARE])
    _gpkg(path, [SQUARE + 5], layer="roads")
    assert layers_in(path) == ("parcels", "roads")
    np.testing.assert_allclose(read_lines(path, "roads", GRID).points, SQUARE + 5, atol=1e-4)


def test_files_of_other_kinds_are_refused_in_words(tmp_path: Path) -> None:
    assert {".gpkg", ".shp", ".geojson"} <= set(suffixes())
    (tmp_path / "a.tif").write_bytes(b"II*\0")
    with pytest.raises(HsiError, match="no file of lines"):
        layers_in(tmp_path / "a.tif")
    with pytest.raises(HsiError, match="cannot be read"):
        layers_in(tmp_path / "missing.gpkg")
    with pytest.raises(HsiError, match="holds no lines"):
        read_lines(_geojson(tmp_path / "empty.geojson"), "", GRID)
