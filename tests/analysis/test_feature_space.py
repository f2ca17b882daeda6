"""Pixels by two measurements: densities, outlines and points, held against slow counts and slow geometry."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis import feature_space
from hsigui.analysis.feature_points import points_of
from hsigui.analysis.feature_selection import select
from hsigui.analysis.feature_space import Axis, cloud_of, density, ends_of
from hsigui.analysis.outlines import inside
from hsigui.cube.areas import PixelAreas
from hsigui.jobs import CallbackContext, Cancelled, quiet

ROWS, COLS = 40, 50


def axis(name: str, values: np.ndarray) -> Axis:
    return Axis(name, name, lambda rows, cols: values[rows, cols])


@pytest.fixture(scope="module")
def planes() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, ROWS, COLS)).astype(np.float32)
    x[3, 4], y[5, 6] = np.nan, np.inf
    return x, y


@pytest.fixture(scope="module")
def axes(planes):
    return axis("x", planes[0]), axis("y", planes[1])


def whole(axes, most=feature_space.MOST_PIXELS, box=(0, 0, ROWS, COLS)):
    return cloud_of(*axes, box, (ROWS, COLS), quiet(), most)


SQUARE = np.array([(-1.0, -0.5), (0.7, -0.5), (0.7, 1.2), (-1.0, 1.2)])


def test_pixels_without_one_of_the_values_are_in_no_cloud(axes):
    cloud = whole(axes)
    assert cloud.known == ROWS * COLS - 2
    assert cloud.at(3, 4) is None
    assert cloud.at(5, 6) is None
    assert cloud.at(ROWS, 0) is None
    x, y = cloud.at(7, 8)
    assert (x, y) == (float(axes[0].read(7, 8)), float(axes[1].read(7, 8)))


def test_the_density_counts_every_pixel_between_its_ends(axes, planes):
    cloud = whole(axes)
    found = density(cloud, (-1.0, 2.0), (-2.0, 1.0), (12, 8))
    x, y = (plane[np.isfinite(planes[0]) & np.isfinite(planes[1])].astype(float) for plane in planes)
    wanted, _, _ = np.histogram2d(y, x, bins=(8, 12), range=((-2, 1), (-1, 2)))
    np.testing.assert_array_equal(found, wanted)


def test_the_ends_leave_single_odd_values_out_and_are_never_one_value():
    values = np.append(np.linspace(0, 1, 10_000), [1e6, np.nan]).astype(np.float32)
    low, high = ends_of(values)
    assert -0.1 < low < 0 < 1 < high < 1.1
    assert ends_of(np.full(4, 3, np.float32)) == (2.5, 3.5)
    assert ends_of(np.full(4, np.nan, np.float32)) == (0.0, 1.0)


def slowly_inside(x: float, y: float, outline: np.ndarray) -> bool:
    """The winding of the outline around a place by angles, odd or even."""
    ring = np.vstack([outline, outline[:1]]) - (x, y)
    angles = np.arctan2(ring[:, 1], ring[:, 0])
    turns = np.diff(angles)
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    return bool(round(turns.sum() / (2 * np.pi)) % 2)


def test_an_outline_that_crosses_itself_holds_what_it_goes_round_an_odd_number_of_times(axes):
    corners = np.random.default_rng(4).normal(size=(9, 2))
    cloud = whole(axes)
    found = inside(cloud.columns, cloud.lines, [corners])
    wanted = [slowly_inside(x, y, corners) if np.isfinite(x) else False
              for x, y in zip(cloud.columns.ravel(), cloud.lines.ravel(), strict=True)]  # fmt: skip
    np.testing.assert_array_equal(found.ravel(), wanted)
    assert 0 < found.sum() < ROWS * COLS


def test_several_outlines_are_joined_and_lines_hold_nothing(axes):
    cloud = whole(axes)
    other = SQUARE + np.array((0.5, 0.0))
    one, two, both = (inside(cloud.columns, cloud.lines, some) for some in ([SQUARE], [other], [SQUARE, other]))
    np.testing.assert_array_equal(both, one | two)
    assert not inside(cloud.columns, cloud.lines, [SQUARE[:2], SQUARE[[0, 0, 0]]]).any()


def test_a_selection_knows_its_pixels_their_size_and_their_share(axes):
    areas = PixelAreas((ROWS, COLS), np.full((4, 5), 25.0), "test")
    cloud = whole(axes)
    found = select(cloud, [SQUARE], areas)
    x, y = cloud.columns, cloud.lines
    wanted = (x > -1) & (x < 0.7) & (y > -0.5) & (y < 1.2)
    np.testing.assert_array_equal(found.mask, wanted)
    assert found.pixels == wanted.sum()
    assert found.square_metres == pytest.approx(25.0 * wanted.sum())
    np.testing.assert_array_equal(found.window(slice(4, 30, 3), slice(1, 40, 7)), wanted[4:30:3, 1:40:7])
    top, left, mask = found.area(quiet())
    np.testing.assert_array_equal(mask, wanted[top : top + mask.shape[0], left : left + mask.shape[1]])
    assert mask.sum() == wanted.sum()


def test_what_was_selected_before_stays_by_whatever_measurements_and_counts_once(axes, planes):
    areas = PixelAreas((ROWS, COLS), np.full((1, 1), 4.0), "test")
    first = select(whole(axes), [SQUARE], areas)
    other = cloud_of(axes[1], axes[0], (8, 0, ROWS, COLS), (ROWS, COLS), quiet())
    both = select(other, [SQUARE], areas, first)
    (x, y), ends = planes, (-2.0, 2.0)
    known = np.isfinite(x) & np.isfinite(y)
    one = known & (x > -1) & (x < 0.7) & (y > -0.5) & (y < 1.2)
    two = known & (y > -1) & (y < 0.7) & (x > -0.5) & (x < 1.2) & (np.arange(ROWS)[:, None] >= 8)
    assert both.pixels == (one | two).sum()
    assert both.square_metres == pytest.approx(4.0 * both.pixels)
    np.testing.assert_array_equal(both.window(slice(0, ROWS), slice(0, COLS)), one | two)
    top, left, mask = both.area(quiet())
    assert mask.sum() == both.pixels
    np.testing.assert_array_equal(mask, (one | two)[top : top + mask.shape[0], left : left + mask.shape[1]])
    seen = density(other, ends, ends, (8, 8), of=both)
    counted = (one | two)[8:] & (np.abs(x[8:]) < 2) & (np.abs(y[8:]) < 2)
    assert seen.sum() == counted.sum()
    assert [len(part.outlines) for part in both.parts] == [1, 1]


def test_of_a_box_nothing_outside_is_selected(axes):
    found = select(whole(axes, box=(10, 5, 30, 25)), [SQUARE])
    everywhere = select(whole(axes), [SQUARE]).mask
    wanted = np.zeros((ROWS, COLS), dtype=bool)
    wanted[10:30, 5:25] = everywhere[10:30, 5:25]
    np.testing.assert_array_equal(found.window(slice(0, ROWS), slice(0, COLS)), wanted)
    np.testing.assert_array_equal(found.window(slice(0, ROWS, 4), slice(3, COLS, 6)), wanted[::4, 3::6])
    assert not found.window(slice(0, 5), slice(0, 5)).any()


@pytest.mark.parametrize("box", [(0, 0, ROWS, COLS), (3, 2, 38, 45)])
def test_of_a_large_scene_some_pixels_are_looked_at_and_all_are_selected(axes, box, monkeypatch):
    monkeypatch.setattr(feature_space, "READ_AT_ONCE", 60)
    areas = PixelAreas((ROWS, COLS), np.full((1, 1), 1.0), "test")
    some, every = (select(whole(axes, most, box), [SQUARE], areas) for most in (250, 10_000))
    assert some.cloud.step == 3
    assert not some.exact
    assert some.pixels == pytest.approx(every.pixels, rel=0.3)
    assert some.square_metres == pytest.approx(some.pixels)
    for window in ((slice(0, ROWS), slice(0, COLS)), (slice(1, ROWS, 4), slice(2, COLS, 5)), (slice(0, 2), slice(9))):
        np.testing.assert_array_equal(some.window(*window), every.window(*window))
    (top, left, mask), (wanted_top, wanted_left, wanted) = some.area(quiet()), every.area(quiet())
    assert (top, left) == (wanted_top, wanted_left)
    np.testing.assert_array_equal(mask, wanted)


def test_the_points_of_classes_are_their_pixels(axes):
    numbers = np.zeros((ROWS, COLS), dtype=np.uint16)
    numbers[3, 3:8], numbers[20:22, 10:12] = 7, 2
    found = points_of(whole(axes), numbers, quiet())
    assert found.of == len(found.x) == 8  # one of the nine has no data
    assert sorted(found.numbers.tolist()) == [2] * 4 + [7] * 4
    assert set(found.x[found.numbers == 2]) == set(axes[0].read(slice(20, 22), slice(10, 12)).ravel())
    sampled = points_of(whole(axes, 200), numbers, quiet())
    assert set(sampled.x) == set(found.x)
    assert set(sampled.y) == set(found.y)
    inner = points_of(whole(axes, box=(10, 0, ROWS, COLS)), numbers, quiet())
    assert set(inner.numbers.tolist()) == {2}


def test_of_many_points_each_class_has_some(axes):
    numbers = np.ones((ROWS, COLS), dtype=np.uint16)
    numbers[0, :30] = 5
    found = points_of(whole(axes), numbers, quiet(), most=100)
    assert (found.numbers == 5).sum() == 20
    assert 90 <= (found.numbers == 1).sum() <= 100
    again = points_of(whole(axes), numbers, quiet(), most=100)
    np.testing.assert_array_equal(found.x, again.x)


def test_one_pixel_and_no_data_at_all_break_nothing():
    single = axis("x", np.float32([[2.0]])), axis("y", np.float32([[3.0]]))
    cloud = cloud_of(*single, (0, 0, 1, 1), (1, 1), quiet())
    assert density(cloud, ends_of(cloud.columns), ends_of(cloud.lines), (4, 4)).sum() == 1
    empty = axis("x", np.full((4, 4), np.nan, np.float32))
    cloud = cloud_of(empty, empty, (0, 0, 4, 4), (4, 4), quiet())
    found = select(cloud, [SQUARE])
    assert (found.pixels, found.area(quiet())) == (0, None)
    assert density(cloud, (0, 1), (0, 1)).sum() == 0


def test_reading_can_be_stopped(axes):
    with pytest.raises(Cancelled):
        cloud_of(*axes, (0, 0, ROWS, COLS), (ROWS, COLS), CallbackContext(stop=lambda: True))
