"""Polygons and picture of a map for globes, as OGR reads them."""

from __future__ import annotations

import itertools
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pyogrio
import pytest
import rasterio
from pyogrio.raw import read
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape, burn
from hsigui.report import globes
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map

CLASSES = ClassTable((ClassInfo(1, "Bare soil", (170, 119, 68)), ClassInfo(2, "Grass & <trees>", (0, 158, 115))))
UTM = rasterio.CRS.from_epsg(32616)
GEO = Geo((20.0, 0.0, 500_000.0, 0.0, -20.0, 4_480_000.0), UTM.to_wkt())
SPACE = {"k": "http://www.opengis.net/kml/2.2"}


@pytest.fixture(scope="module")
def array() -> np.ndarray:
    """300 x 200 pixels of the classes 0, 1 and 2."""
    rng = np.random.default_rng(0)
    return np.stack([gaussian_filter(rng.random((300, 200)), 5) for _ in range(3)]).argmax(axis=0).astype(np.uint16)


def shapes_of(path: Path) -> list[Shape]:
    meta, _, geometries, values = read(path, layer="classes", force_2d=True, datetime_as_string=True)
    assert meta["crs"] == "EPSG:4326"
    columns = dict(zip(meta["fields"], values, strict=True))
    return [
        Shape(int(number), *part)
        for number, data in zip(columns["class_id"], geometries, strict=True)
        for part in wkb.decoded(data)
    ]


def document(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read("doc.kml"))


def visible(path: Path) -> tuple[str, str | None]:
    """Whether the picture, and whether the polygons are to be seen at first."""
    root = document(path)
    return root.findtext(".//k:GroundOverlay/k:visibility", "", SPACE), root.findtext(
        ".//k:Folder/k:visibility", None, SPACE
    )


def test_a_class_is_one_feature_with_its_name_and_colour_and_its_polygons_burn_to_the_map(array, tmp_path):
    export_map(tmp_path / "map.kmz", array, CLASSES, GEO, title="Fields <1>")
    assert visible(tmp_path / "map.kmz") == ("0", "1")
    meta, _, _, values = read(tmp_path / "map.kmz", layer="classes", datetime_as_string=True)
    columns = dict(zip(meta["fields"], values, strict=True))
    for field in ("Name", "class_name"):
        assert columns[field].tolist() == ["Bare soil", "Grass & <trees>"]
    assert columns["pixels"].tolist() == [str(int((array == n).sum())) for n in (1, 2)]
    found = LabelledShapes(tuple(shapes_of(tmp_path / "map.kmz")), CLASSES, rasterio.CRS.from_epsg(4326).to_wkt())
    np.testing.assert_array_equal(burn(found, Grid(*array.shape, GEO), "map.kmz").array, array)
    styles = {s.get("id"): s.findtext("k:PolyStyle/k:color", "", SPACE) for s in document(tmp_path / "map.kmz").iter()
              if s.tag.endswith("}Style")}  # fmt: skip
    assert {name: color[2:] for name, color in styles.items()} == {"class1": "4477aa", "class2": "739e00"}


def test_neighbours_share_every_corner_of_their_border_in_degrees(array, tmp_path):
    export_map(tmp_path / "map.kmz", array + 1, ClassTable.for_numbers([1, 2, 3]), GEO)
    used: dict[frozenset, int] = {}
    for shape in shapes_of(tmp_path / "map.kmz"):
        for number, ring in enumerate(shape.rings):
            x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
            assert ((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0) == (number == 0), "outlines run counter-clockwise"
            for a, b in itertools.pairwise(map(tuple, ring.tolist())):
                used[frozenset((a, b))] = used.get(frozenset((a, b)), 0) + 1
    assert set(used.values()) == {1, 2}
    corners = np.array([point for piece, count in used.items() if count == 1 for point in piece])
    grid = Grid(*array.shape, GEO)
    xs, ys = rasterio.warp.transform("EPSG:4326", UTM, *corners.T)
    col, row = grid.to_pixels(np.stack([xs, ys], axis=1)).T
    at_edge = np.isclose(col, 0, atol=1e-3) | np.isclose(col, 200, atol=1e-3)
    at_edge |= np.isclose(row, 0, atol=1e-3) | np.isclose(row, 300, atol=1e-3)
    assert at_edge.all(), "only at the edge of the map a border belongs to one polygon"


def test_borders_are_simplified_and_small_groups_join_their_neighbours(array, tmp_path):
    export_map(tmp_path / "plain.kmz", array, CLASSES, GEO)
    export_map(tmp_path / "map.kmz", array, CLASSES, GEO, options=MapOptions(simplify=1.0, smallest=100))
    many, few = shapes_of(tmp_path / "plain.kmz"), shapes_of(tmp_path / "map.kmz")
    assert len(few) < len(many)
    assert sum(len(r) for s in few for r in s.rings) < 0.7 * sum(len(r) for s in many for r in s.rings)


def test_with_many_corners_the_picture_is_shown_and_with_too_many_there_are_no_polygons(array, tmp_path, monkeypatch):
    monkeypatch.setattr(globes, "SHOWN_CORNERS", 100)
    export_map(tmp_path / "map.kmz", array, CLASSES, GEO)
    assert visible(tmp_path / "map.kmz") == ("1", "0")
    monkeypatch.setattr(globes, "MOST_CORNERS", 100)
    export_map(tmp_path / "map.kmz", array, CLASSES, GEO)
    assert visible(tmp_path / "map.kmz") == ("1", None)
    assert "too many for a globe" in document(tmp_path / "map.kmz").findtext("k:Document/k:description", "", SPACE)
    assert "classes" not in pyogrio.list_layers(tmp_path / "map.kmz")[:, 0]


def test_a_map_without_a_class_has_a_picture_only(tmp_path):
    export_map(tmp_path / "map.kmz", np.zeros((5, 5), np.uint16), CLASSES, GEO)
    assert visible(tmp_path / "map.kmz") == ("1", None)
