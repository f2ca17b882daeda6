import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled
from hsigui.labels.selection import (
    flood,
    likeness,
    relative_distances,
    spectral_angles,
    touches_edge,
    usual_distance,
    window_around,
)


def scene(rows=20, cols=30, bands=5) -> Cube:
    """Two materials in three fields, of which the right one is a brighter copy of the left."""
    values = np.empty((rows, cols, bands), dtype=np.float32)
    values[:] = [5, 4, 3, 2, 1]
    values[:, :10] = [1, 2, 3, 4, 5]
    values[:, 20:] = np.array([1, 2, 3, 4, 5]) * 1.5
    return Cube(ArraySource(values))


def test_the_angle_is_that_between_the_spectra_and_knows_no_brightness():
    seed = np.array([1, 0], dtype=np.float32)
    spectra = np.array([[2, 0], [1, 1], [0, 3], [-1, 0], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(spectral_angles(spectra, seed), [0, 45, 90, 180, np.inf], atol=1e-4)


def test_the_distance_is_in_percent_of_the_seed():
    seed = np.array([3, 4], dtype=np.float32)
    spectra = np.array([[3, 4], [3, 5], [6, 8]], dtype=np.float32)
    np.testing.assert_allclose(relative_distances(spectra, seed), [0, 20, 100], rtol=1e-5)
    assert relative_distances(spectra, np.zeros(2, dtype=np.float32)).tolist() == [np.inf] * 3


def test_a_fill_by_angle_takes_the_brighter_field_only_when_it_need_not_be_connected():
    like = likeness(scene(), 3, 4)
    assert flood(like, 1.0)[2].sum() == 20 * 10
    top, left, mask = flood(like, 1.0, connected=False)
    assert (top, left, mask.shape) == (0, 0, (20, 30))
    assert mask.sum() == 20 * 20
    assert flood(like, 90.0)[2].sum() == 20 * 30


def test_a_fill_by_distance_tells_bright_from_dark():
    like = likeness(scene(), 3, 4, "euclidean")
    assert flood(like, 40.0, connected=False)[2].sum() == 20 * 10
    assert flood(like, 60.0, connected=False)[2].sum() == 20 * 20


def test_the_seed_is_always_selected():
    assert flood(likeness(scene(), 3, 4), -1.0)[2].tolist() == [[True]]


def test_pixels_without_data_and_bad_bands_do_not_count():
    values = np.tile(np.array([1, 2, 3, 4], dtype=np.float32), (6, 6, 1))
    values[:, 3, 0] = np.nan
    values[:, :, 3] = np.random.default_rng(0).random((6, 6))
    cube = Cube(ArraySource(values), CubeInfo(bad_bands=(False, False, False, True)))
    top, left, mask = flood(likeness(cube, 1, 1), 0.5)
    assert (top, left, mask.shape, mask.all()) == (0, 0, (6, 3), True)
    with pytest.raises(HsiError, match="no data"):
        likeness(cube, 0, 3)


@pytest.mark.parametrize(("row", "col"), [(0, 0), (999, 1999), (500, 600), (100, 1990)])
def test_a_large_scene_is_searched_in_a_window_that_lies_inside(row, col):
    top, left, bottom, right = window_around((1000, 2000), row, col)
    assert (bottom - top, right - left) == (512, 512)
    assert 0 <= top <= row < bottom <= 1000
    assert 0 <= left <= col < right <= 2000


def test_a_long_narrow_scene_is_searched_in_all_its_width():
    assert window_around((100, 20_000), 50, 9_000) == (0, 8_744, 100, 9_256)


def test_a_selection_that_ends_at_the_window_says_so():
    cube = Cube(ArraySource(np.broadcast_to(np.float32(1), (600, 700, 3))))
    like = likeness(cube, 300, 300)
    assert touches_edge(like, flood(like, 1.0))
    small = likeness(scene(), 3, 4)
    assert not touches_edge(small, flood(small, 90.0))


def test_comparing_can_be_stopped():
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        likeness(scene(), 3, 4, check=stop)


def test_the_tolerance_to_begin_with_is_what_the_noise_of_the_field_asks_for():
    rng = np.random.default_rng(0)
    clean = scene(rows=20, cols=30, bands=5).read()
    found = []
    for sigma in (0.0, 0.05, 0.2):
        noisy = clean + sigma * rng.standard_normal(clean.shape, dtype=np.float32)
        like = likeness(Cube(ArraySource(noisy)), 10, 5)
        found.append(usual_distance(like))
        picked = flood(like, found[-1], connected=False)[2]
        assert 0.65 < picked.sum() / (20 * 20) <= 1, "most of the two fields of the material"
    assert found == sorted(found)
    assert 0 < found[0] < 0.5


def test_where_nothing_else_near_has_data_the_tolerance_to_begin_with_is_small():
    values = np.full((9, 9, 4), np.nan, dtype=np.float32)
    values[4, 4] = values[0, 0] = [1, 2, 3, 4]
    assert 0 < usual_distance(likeness(Cube(ArraySource(values)), 4, 4)) < 0.5
