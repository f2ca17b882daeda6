"""Borders that are straight on the pixels and bend in another system."""

from __future__ import annotations

import math

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.labels.bending import MOST_OFF, divided, straight_for
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import transformed


def grid(code: int, x: float, y: float, size: float) -> Grid:
    return Grid(800, 1000, Geo((size, 0.0, x, 0.0, -size, y), CRS.from_epsg(code).to_wkt()))


@pytest.mark.parametrize(
    "scene",
    [grid(32633, 300_000, 5_000_000, 30), grid(32633, 500_000, 8_000_000, 5), grid(3031, 600_000, 900_000, 100)],
)
def test_pieces_as_long_as_said_stay_where_they_are(scene) -> None:
    longest = straight_for(scene, "EPSG:4326", "a map")
    assert 1 < longest < 1000
    ring = divided(np.array([(0, 0), (1000, 0), (1000, 800), (0, 800), (0, 0)], dtype=np.float64), longest)
    drawn = transformed(scene.to_map(ring), str(scene.geo.crs_wkt), "EPSG:4326", "a map")
    middles = transformed((drawn[:-1] + drawn[1:]) / 2, "EPSG:4326", str(scene.geo.crs_wkt), "a map")
    wanted = (ring[:-1] + ring[1:]) / 2
    assert np.abs(scene.to_pixels(middles) - wanted).max() < 2 * MOST_OFF


def test_the_same_system_bends_nothing() -> None:
    assert straight_for(grid(4326, 10, 50, 1e-4), "EPSG:4326", "a map") == math.inf


def test_both_sides_of_a_piece_get_the_same_corners() -> None:
    ring = np.array([(0.0, 0.0), (7.0, 3.0), (1.0, 9.0), (0.0, 0.0)])
    there, back = divided(ring, 0.7), divided(ring[::-1].copy(), 0.7)
    assert (there == back[::-1]).all()
    assert np.hypot(*np.diff(there, axis=0).T).max() <= 0.7 + 1e-12
    assert {tuple(p) for p in ring} <= {tuple(p) for p in there}
    assert divided(ring, 100.0) is ring


def test_labels_in_degrees_are_on_their_pixels_again(tmp_path) -> None:
    """A system without a code is written in degrees, where a border of a thousand pixels bends."""
    crs = CRS.from_string("+proj=laea +lat_0=52 +lon_0=20 +datum=WGS84").to_wkt()
    scene = Grid(600, 1000, Geo((300.0, 0.0, -900_000.0, 0.0, -300.0, 1_200_000.0), crs))
    array = np.zeros(scene.shape, np.uint16)
    array[100:501, 3:998] = 1
    write_classes(tmp_path / "l.geojson", array, ClassTable.for_numbers([1]), scene.geo)
    assert (read_classes(tmp_path / "l.geojson", grid=scene).array == array).all()


def test_where_longitude_jumps_pieces_are_as_long_as_a_pixel_and_no_shorter() -> None:
    scene = Grid(300, 400, Geo((20_000.0, 0.0, 300_000.0, 0.0, -20_000.0, 300_000.0), CRS.from_epsg(32660).to_wkt()))
    assert straight_for(scene, "EPSG:4326", "a map") == 1
