"""What of shapes is lost on the pixels of a scene is said, by class."""

from __future__ import annotations

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes
from hsigui.labels.grid import Grid
from hsigui.labels.shapes import LabelledShapes, Shape, burn

GRID = Grid(20, 30)


def box(number: int, left: float, top: float, right: float, bottom: float) -> Shape:
    ring = np.array([(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], dtype=np.float64)
    return Shape(number, "polygon", (ring,))


def notes(*shapes: Shape) -> tuple[str, ...]:
    return burn(LabelledShapes(shapes, ClassTable(), coordinates="pixels"), GRID, "x.gpkg").notes


def test_shapes_side_by_side_lose_nothing() -> None:
    assert notes(box(1, 0, 0, 5, 5), box(2, 5, 0, 10, 5), box(3, 10, 10, 30, 20)) == ()


def test_of_one_class_overlaps_do_not_matter() -> None:
    assert notes(box(1, 0, 0, 5, 5), box(1, 3, 3, 8, 8)) == ()
    assert notes(box(1, 0, 0, 5, 5), box(1, 3, 3, 8, 8), box(2, 10, 10, 12, 12)) == ()


def test_who_loses_how_many_pixels_to_whom_is_said() -> None:
    found = notes(box(1, 0, 0, 10, 10), box(2, 8, 0, 10, 5), box(3, 0, 9, 10, 10))
    assert found[0] == "Shapes overlap, and the later one in the file counts."
    assert found[1:] == ("Class 1 loses 20 of its 100 pixels to Class 2 (10), Class 3 (10).",)


def test_points_and_lines_under_a_polygon_are_lost_too() -> None:
    point = Shape(1, "point", (np.array([(2.5, 2.5), (20.5, 2.5)]),))
    line = Shape(2, "line", (np.array([(0.5, 4.5), (9.5, 4.5)]),))
    found = notes(point, line, box(3, 0, 0, 5, 5))
    assert found[1:] == (
        "Class 1 loses 1 of its 2 pixels to Class 3 (1).",
        "Class 2 loses 5 of its 10 pixels to Class 3 (5).",
    )


def test_a_shape_that_reaches_beyond_the_scene_says_how_much_of_it_is_there() -> None:
    found = notes(box(1, 25, 10, 45, 20), box(2, 0, 0, 5, 5))
    assert found == ("Class 1 reaches beyond the scene with 1 shape: 50 of its 200 pixels lie on it.",)


def test_many_classes_are_not_all_listed() -> None:
    shapes = [box(n, n, 0, n + 2, 1) for n in range(1, 20)]
    found = notes(*shapes)
    assert len(found) == 10
    assert found[-1] == "So it is with 10 further classes."


def test_case_of_polygons_that_lost_pixels_without_a_word(cases) -> None:
    grid = Grid(90, 120, Geo((30.0, 0.0, 400_000.0, 0.0, -30.0, 5_000_000.0), utm_wkt(33)))
    raster = read_classes(cases / "gis" / "p.gpkg", grid=grid)
    assert np.bincount(raster.array.ravel()).tolist() == [9774, 576, 150, 200, 100]
    assert raster.notes == (
        "Shapes overlap, and the later one in the file counts.",
        "b loses 50 of its 200 pixels to c (50).",
        "d reaches beyond the scene with 1 shape: 100 of its 600 pixels lie on it.",
    )
