"""Zones as files name them: fields that are known or chosen, blanks, several layers, formats of shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyogrio.raw import write
from pyproj import CRS

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.files import write_classes
from hsigui.labels.formats.zone_files import NO_NAME, fields_in, read_zones
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels

GRID = Grid(10, 10)


def square(x: float, y: float) -> bytes:
    return wkb.encoded([np.array([(x, y), (x + 2, y), (x + 2, y + 2), (x, y + 2), (x, y)], dtype=float)])


def a_file(path: Path, *, layer: str = "fields", append: bool = False, **columns: list[object]) -> Path:
    count = len(next(iter(columns.values())))
    geometries = np.array([square(3 * n, 0) for n in range(count)], dtype=object)
    driver = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".kml": "KML"}[path.suffix]
    values = [np.array(v, dtype=object if isinstance(v[0], str) or v[0] is None else None) for v in columns.values()]
    with pytest.warns(UserWarning, match="crs"):
        write(path, geometries, values, list(columns), driver=driver, geometry_type="Polygon", layer=layer,
              append=append)  # fmt: skip
    return path


def test_zones_are_called_by_a_field_that_names_are_in_by_the_one_asked_for_or_by_their_number(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a ü.gpkg", owner=["x", "y", "x"], name=["b", None, "a"], size=[1.0, 2.0, 2.5])
    found = read_zones(path, GRID)
    assert [info.name for info in found.infos] == ["b", NO_NAME, "a"]
    assert any("“name”" in note for note in found.notes)
    assert any("1 polygon has no name" in note for note in found.notes)
    owners = read_zones(path, GRID, "owner")
    assert [(info.name, info.polygons) for info in owners.infos] == [("x", 2), ("y", 1)]
    assert owners.members(slice(0, 10)).zones.tolist().count(0) == 8
    assert [info.name for info in read_zones(path, GRID, "size").infos] == ["1", "2", "2.5"]
    assert fields_in(path) == ("name", "owner", "size")
    plain = a_file(tmp_path / "plain.shp", size=[1, 2])
    numbered = read_zones(plain, GRID)
    assert [info.name for info in numbered.infos] == ["1", "2"]
    assert any("by the number of their polygon" in note for note in numbered.notes)
    crops = a_file(tmp_path / "Äcker.shp", Frucht=["Mais", "Mais", None], Schlag=["Öd", "Au", "Moos"])
    assert [info.name for info in read_zones(crops, GRID).infos] == ["Öd", "Au", "Moos"], "each has one of its own"
    twice = a_file(tmp_path / "twice.shp", a=["x", "y"], b=["z", "w"])
    assert [info.name for info in read_zones(twice, GRID).infos] == ["1", "2"], "either could be the name"


def test_a_file_of_several_layers_asks_which_and_takes_the_one_that_is_named(tmp_path: Path) -> None:
    path = a_file(tmp_path / "two.gpkg", name=["a", "b"])
    a_file(path, layer="others", append=True, name=["c"])
    with pytest.raises(AmbiguousLabels) as caught:
        read_zones(path, GRID)
    assert [info.name for info in caught.value.candidates] == ["fields", "others"]
    assert [info.name for info in read_zones(path, GRID, layer="others").infos] == ["c"]
    with pytest.raises(HsiError, match="no layer “x”"):
        read_zones(path, GRID, layer="x")


def test_a_file_without_polygons_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "points.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": '
        '{"type": "Point", "coordinates": [1, 1]}}]}',
        encoding="utf-8",
    )
    with pytest.raises(HsiError, match="holds no polygons"):
        read_zones(path, GRID)


def test_a_file_of_another_place_is_refused_with_where_it_would_be(tmp_path: Path) -> None:
    path, system = tmp_path / "far.gpkg", CRS.from_epsg(32633).to_wkt()
    write(path, np.array([square(0, 0)], dtype=object), [np.array(["a"], dtype=object)], ["name"], driver="GPKG",
          geometry_type="Polygon", crs=system)  # fmt: skip
    with pytest.raises(HsiError, match="would be at rows 898 to 900 and columns -500 to -498"):
        read_zones(path, Grid(10, 10, Geo((1.0, 0.0, 500.0, 0.0, -1.0, 900.0), system)))


def test_a_raster_of_other_pixels_gives_each_pixel_the_zone_at_its_centre(tmp_path: Path) -> None:
    system = CRS.from_epsg(32633).to_wkt()
    numbers = np.repeat(np.array([[1, 1, 9], [9, 9, 4]], dtype=np.uint16), 3, axis=1)
    write_classes(tmp_path / "zones.tif", numbers, ClassTable((ClassInfo(4, "Äcker", (0, 0, 0)),)),
                  Geo((5.0, 0.0, 0.0, 0.0, -10.0, 20.0), system))  # fmt: skip
    found = read_zones(tmp_path / "zones.tif", Grid(2, 4, Geo((10.0, 0.0, 0.0, 0.0, -10.0, 20.0), system)))
    assert [info.name for info in found.infos] == ["1", "Äcker", "9"]
    members = found.members(slice(0, 2))
    assert members.zones.tolist() == [0, 0, 0, 2, 2, 2, 2, 1]
    assert any("at its centre" in note for note in found.notes)
