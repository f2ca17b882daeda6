import tracemalloc

import numpy as np
import pytest

from hsigui.labels.strokes import Area, disc, polygon, stroke

SCENE = (40, 60)


def painted(area: Area | None, shape: tuple[int, int] = SCENE) -> np.ndarray:
    """The covered pixels as a raster of the scene."""
    scene = np.zeros(shape, dtype=bool)
    if area is not None:
        top, left, mask = area
        assert mask.any(axis=0)[[0, -1]].all(), "no empty column at the sides of the box"
        assert mask.any(axis=1)[[0, -1]].all(), "no empty row at the ends of the box"
        scene[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return scene


def pixels(area: Area | None) -> set[tuple[int, int]]:
    return set(map(tuple, np.argwhere(painted(area)).tolist()))


def brush_by_hand(row: int, col: int, size: int) -> set[tuple[int, int]]:
    """Pixel by pixel: centres within size / 2 of the middle of a size x size box around (row, col)."""
    middle = (row - (size - 1) // 2 + size / 2, col - (size - 1) // 2 + size / 2)
    return {
        (r, c)
        for r in range(SCENE[0])
        for c in range(SCENE[1])
        if (r + 0.5 - middle[0]) ** 2 + (c + 0.5 - middle[1]) ** 2 <= size**2 / 4
    }


def test_a_brush_of_one_pixel_paints_one_pixel():
    assert pixels(stroke(SCENE, [(5, 7)], 1)) == {(5, 7)}


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 9, 15])
def test_a_dab_is_a_disc_of_the_given_diameter(size):
    assert pixels(stroke(SCENE, [(20, 30)], size)) == brush_by_hand(20, 30, size)


def test_a_large_disc_has_the_area_of_a_circle():
    assert disc(99).sum() == pytest.approx(np.pi * 49.5**2, rel=0.01)


def test_discs_are_symmetric():
    for size in range(1, 20):
        mask = disc(size)
        assert mask.shape == (size, size)
        np.testing.assert_array_equal(mask, mask.T)
        np.testing.assert_array_equal(mask, mask[::-1])


def test_a_brush_without_size_is_a_mistake():
    with pytest.raises(ValueError, match="brush of 0 pixels"):
        disc(0)


@pytest.mark.parametrize("end", [(0, 50), (39, 0), (39, 59), (7, 59), (39, 3), (13, 58)])
def test_a_thin_line_has_no_gap_and_joins_its_ends(end):
    scene = painted(stroke(SCENE, [(0, 0), end], 1))
    assert scene[0, 0]
    assert scene[end]
    along = int(np.argmax(end))
    assert scene.any(axis=1 - along).sum() == end[along] + 1
    assert scene.sum() == end[along] + 1, "one pixel a step"
    # Seen from its start, every next pixel touches the one before.
    steps = np.argwhere(scene)
    order = steps[np.argsort(steps[:, along])]
    assert np.abs(np.diff(order, axis=0)).max() == 1


def test_a_polyline_is_the_union_of_its_pieces():
    points = [(2, 2), (30, 40), (5, 55)]
    whole = pixels(stroke(SCENE, points, 4))
    pieces = pixels(stroke(SCENE, points[:2], 4)) | pixels(stroke(SCENE, points[1:], 4))
    assert whole == pieces


@pytest.mark.parametrize("size", [1, 2, 5, 6])
def test_a_line_is_the_union_of_dabs_along_it(size):
    line = pixels(stroke(SCENE, [(10, 10), (16, 30)], 1))
    dabs = set().union(*(brush_by_hand(row, col, size) for row, col in line))
    assert pixels(stroke(SCENE, [(10, 10), (16, 30)], size)) == dabs


def test_a_stroke_over_the_edge_is_cut_there():
    assert pixels(stroke(SCENE, [(0, 0)], 3)) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert pixels(stroke(SCENE, [(39, 59)], 3)) == {(38, 58), (38, 59), (39, 58), (39, 59)}
    scene = painted(stroke(SCENE, [(20, -30), (20, 90)], 3))
    assert scene[19:22].all()
    assert scene.sum() == 3 * 60


@pytest.mark.parametrize("points", [[], [(-9, 5)], [(5, 70)], [(-9, -9), (-9, 80)]])
def test_a_stroke_outside_the_scene_paints_nothing(points):
    assert stroke(SCENE, points, 5) is None


def test_only_the_corner_of_a_dab_that_reaches_in_is_painted():
    # The disc of five has no corner pixels: at (-2, -2) its box touches the scene, its disc does not.
    assert stroke(SCENE, [(-2, -2)], 5) is None
    assert pixels(stroke(SCENE, [(-2, 0)], 5)) == {(0, 0), (0, 1)}


def test_positions_inside_a_pixel_mean_that_pixel():
    assert pixels(stroke(SCENE, [(5.9, 7.1)], 1)) == {(5, 7)}


def test_a_stroke_on_a_large_scene_costs_what_its_box_costs():
    tracemalloc.start()
    area = stroke((10_000, 10_000), [(5000, 5000), (5010, 5040)], 31)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert area is not None
    assert area[2].size < 100 * 100
    assert most < 1_000_000, "a mask of the scene would take 100 MB"


def inside_by_hand(points: list[tuple[float, float]]) -> set[tuple[int, int]]:
    """Pixel by pixel: an upward ray from the centre crosses the outline an odd number of times."""
    found = set()
    for row, col in np.ndindex(SCENE):
        y, x = row + 0.5, col + 0.5
        crossings = 0
        for (y0, x0), (y1, x1) in zip(points, points[1:] + points[:1], strict=True):
            if (x0 <= x) != (x1 <= x) and y0 + (x - x0) * (y1 - y0) / (x1 - x0) < y:
                crossings += 1
        if crossings % 2:
            found.add((row, col))
    return found


@pytest.mark.parametrize(
    "points",
    [
        [(2.2, 3.3), (30.7, 10.1), (20.4, 55.9)],
        [(1.1, 1.3), (1.2, 50.9), (35.6, 50.2), (10.3, 25.7), (34.9, 2.1)],  # with a bay
        [(5.1, 5.2), (30.3, 50.4), (30.2, 5.6), (5.7, 50.8)],  # crosses itself
        [(-10.3, -20.2), (20.1, 80.3), (60.9, 30.6)],  # reaches out on all sides
    ],
)
def test_a_polygon_covers_the_pixels_whose_centres_are_inside(points):
    assert pixels(polygon(SCENE, points)) == inside_by_hand(points)
    assert pixels(polygon(SCENE, points[::-1])) == inside_by_hand(points), "either sense of rotation"


def test_a_rectangle_along_pixel_borders_covers_just_these_pixels():
    area = polygon(SCENE, [(3, 4), (3, 9), (6, 9), (6, 4)])
    assert area is not None
    assert area[:2] == (3, 4)
    assert area[2].shape == (3, 5)
    assert area[2].all()


def test_neighbouring_polygons_share_no_pixel_and_leave_none_out():
    # All vertices lie on pixel centres, the hardest case.
    middle = (10.5, 20.5)
    ring = [(0.5, 0.5), (0.5, 40.5), (20.5, 40.5), (20.5, 0.5)]
    parts = [polygon(SCENE, [middle, ring[i], ring[(i + 1) % 4]]) for i in range(4)]
    total = sum(painted(part).astype(int) for part in parts)
    np.testing.assert_array_equal(total, painted(polygon(SCENE, ring)).astype(int))
    assert total.sum() == 20 * 40


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(5, 5)],
        [(5, 5), (20, 20)],
        [(5, 5), (5, 5), (5, 5)],
        [(5, 5), (20, 20), (35, 35)],  # a line
        [(5.6, 5.6), (5.6, 5.9), (5.9, 5.6)],  # between two centres
        [(-9, -9), (-9, -2), (-2, -2)],  # outside
        [(50, 70), (50, 90), (70, 90)],
    ],
)
def test_a_polygon_around_no_pixel_is_none(points):
    assert polygon(SCENE, points) is None


def test_a_square_brush_covers_all_of_its_box():
    top, left, mask = stroke((50, 50), [(20, 20)], 5, "square")
    assert (top, left, mask.shape, mask.all()) == (18, 18, (5, 5), True)
    top, left, mask = stroke((50, 50), [(20, 20), (20, 30)], 3, "square")
    assert (top, left, mask.shape, mask.all()) == (19, 19, (3, 13), True)


def test_an_unknown_brush_is_a_mistake():
    with pytest.raises(KeyError):
        stroke((50, 50), [(20, 20)], 5, "star")
