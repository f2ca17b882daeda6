"""Points and lines that label within a distance."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from hsigui import api
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import geographic_wkt, utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.labels.grid import Grid
from hsigui.labels.on_scene import read_reference
from hsigui.labels.shapes import LabelledShapes, Shape, burn
from hsigui.labels.widening import Buffer, buffer_of

GRID = Grid(40, 60)
METRES = Grid(40, 60, Geo((10.0, 0.0, 0.0, 0.0, -5.0, 200.0), utm_wkt(33)))


def slow(points: np.ndarray, radius: tuple[float, float], shape: tuple[int, int]) -> np.ndarray:
    """Every pixel's centre against many points of every segment."""
    centres = np.stack(np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5), axis=-1)
    found = np.zeros(shape, dtype=bool)
    for start, end in list(itertools.pairwise(points)) or [(points[0], points[0])]:
        for step in np.linspace(0, 1, 1001):
            away = (start + step * (end - start) - centres) / radius
            found |= (away**2).sum(axis=-1) <= 1
    return found


def drawn(shape: Shape, buffer: str, grid: Grid = GRID) -> np.ndarray:
    kind = "map" if grid.geo.transform else "pixels"
    return burn(LabelledShapes((shape,), ClassTable(), coordinates=kind), grid, "x", buffer_of(buffer)).array


def test_a_point_labels_a_disc():
    point = np.array([(20.5, 10.5)])
    found = drawn(Shape(3, "point", (point,)), "4") == 3
    assert np.array_equal(found, slow(point, (4, 4), GRID.shape))
    assert found.sum() == 49


def test_a_line_labels_a_band_around_it():
    line = np.array([(3.2, 4.1), (11.7, 16.3), (24.0, 12.0)])
    found = drawn(Shape(2, "line", (line,)), "2.5") == 2
    assert np.array_equal(found, slow(line, (2.5, 2.5), GRID.shape))


def test_metres_are_those_of_the_scenes_pixels():
    point = np.array([(205.0, 97.5)])  # the centre of row 20, column 20
    found = drawn(Shape(1, "point", (point,)), "20m", METRES) == 1
    assert np.array_equal(found, slow(np.array([(20.5, 20.5)]), (2, 4), METRES.shape))
    with pytest.raises(HsiError, match="How many metres"):
        drawn(Shape(1, "point", (point,)), "20m")
    with pytest.raises(HsiError, match="How many metres"):
        Buffer(5, metres=True).in_pixels(Grid(4, 4, Geo((1e-4, 0, 9, 0, -1e-4, 50), geographic_wkt())), "x")


def test_the_pixel_of_a_point_counts_however_small_the_distance():
    assert drawn(Shape(1, "point", (np.array([(5.01, 5.01)]),)), "0.1").sum() == 1
    thin = drawn(Shape(1, "line", (np.array([(5.01, 5.01), (9.9, 5.01)]),)), "0.1")
    assert thin[5, 5:10].all()


def test_a_point_outside_the_scene_labels_what_it_reaches():
    found = drawn(Shape(1, "point", (np.array([(-2.0, 10.5), (400.0, 400.0)]),)), "3")
    assert found.any()
    assert not found[:, 1:].any()
    line = drawn(Shape(1, "line", (np.array([(-1e12, 50.0), (1e12, -9.0)]),)), "2")
    assert line.any(axis=0).all()


def test_polygons_stay_and_the_later_shape_wins():
    ring = np.array([(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)], dtype=np.float64)
    square, point = Shape(1, "polygon", (ring,)), Shape(2, "point", (np.array([(10.0, 5.0)]),))
    shapes = LabelledShapes((square, point), ClassTable(), coordinates="pixels")
    raster = burn(shapes, GRID, "x", Buffer(2))
    assert raster.array[5, 8] == 2
    assert raster.array[5, 7] == 1
    assert any("1 points and lines label the pixels within 2 columns and 2 rows" in note for note in raster.notes)
    assert any("Class 1 loses" in note for note in raster.notes)
    alone = burn(LabelledShapes((square,), ClassTable(), coordinates="pixels"), GRID, "x", Buffer(2))
    assert np.count_nonzero(alone.array) == 100
    assert any("polygons only" in note for note in alone.notes)


@pytest.mark.parametrize("text", ["0", "-1", "x", "1e3", "5 km", "nan", "m", "9" * 20])
def test_what_is_no_distance_is_refused(text: str):
    with pytest.raises(HsiError, match="is no distance"):
        buffer_of(text)


def test_a_distance_that_nobody_means_is_refused():
    with pytest.raises(HsiError, match="are more than 1000"):
        drawn(Shape(1, "point", (np.array([(5.0, 5.0)]),)), "5000")


def test_labels_that_are_widened_say_by_how_much_and_rasters_cannot_be(tmp_path: Path):
    (tmp_path / "p.geojson").write_text(
        '{"type": "Feature", "hsigui": {"coordinates": "pixels"}, "properties": {"class": 4}, '
        '"geometry": {"type": "Point", "coordinates": [5.5, 5.5]}}'
    )
    np.save(tmp_path / "cube.npy", np.random.default_rng(0).random((20, 20, 5)))
    cube = api.open(tmp_path / "cube.npy")
    labels = api.read_labels(tmp_path / "p.geojson", cube, buffer=1)
    assert (np.count_nonzero(labels.array), labels.path, labels.buffer) == (5, tmp_path / "p.geojson", "1")
    assert api.read_labels(tmp_path / "p.geojson", cube).buffer == ""
    truth = read_reference(tmp_path / "p.geojson", cube, buffer="2px")
    assert (np.count_nonzero(truth.array), truth.buffer) == (13, "2px")
    np.save(tmp_path / "x.npy", np.ones((4, 4), np.uint8))
    with pytest.raises(HsiError, match="no points and lines"):
        read_classes(tmp_path / "x.npy", buffer=2)
    with pytest.raises(HsiError, match="reference pixels"):
        read_reference(tmp_path / "x.npy", cube)
