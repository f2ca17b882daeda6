"""Superpixels: connected, complete, deaf to gaps and outliers, and as many as the scene asks for."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from hsigui.cube import superpixels
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.superpixels import default_count, means, segment, segment_cube, segment_image


def _fields(rows: int = 60, cols: int = 80, bands: int = 6, noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Four fields of different spectra with a slanted border, and which pixel lies in which."""
    rng = np.random.default_rng(0)
    row, col = np.mgrid[:rows, :cols]
    field = (row + 0.3 * col > 40).astype(int) * 2 + (col - 0.2 * row > 35)
    values = rng.standard_normal((4, bands))[field] + noise * rng.standard_normal((rows, cols, bands))
    return values.astype(np.float32), field


def _require_connected(labels: np.ndarray) -> None:
    numbers = np.unique(labels[labels >= 0])
    assert np.array_equal(numbers, np.arange(len(numbers)))
    for number in numbers:
        assert ndimage.label(labels == number)[1] == 1, number


def test_superpixels_are_connected_numbered_from_zero_and_keep_to_the_fields():
    values, field = _fields()
    labels = segment(values, np.ones(field.shape, dtype=bool), 48)
    assert labels.dtype == np.int32
    _require_connected(labels)
    assert 30 <= labels.max() + 1 <= 70
    mixed = sum(
        np.bincount(field[labels == n]).sum() - np.bincount(field[labels == n]).max() for n in np.unique(labels)
    )
    assert mixed < 0.02 * field.size


def test_pixels_without_data_get_no_superpixel_and_change_no_other_field():
    values, field = _fields()
    valid = np.ones(field.shape, dtype=bool)
    valid[:, 30:37] = False  # a gap from top to bottom
    valid[10:14, 50:54] = False
    values[~valid] = np.nan
    labels = segment(values, valid, 48)
    assert np.array_equal(labels < 0, ~valid)
    _require_connected(labels)
    assert 25 <= labels.max() + 1 <= 75
    assert np.bincount(labels[valid]).min() >= 8


def test_nan_inside_the_valid_mask_is_taken_as_no_data():
    values, field = _fields()
    values[5, 6, 2] = np.nan
    labels = segment(values, np.ones(field.shape, dtype=bool), 20)
    assert labels[5, 6] == -1
    assert (labels < 0).sum() == 1


def test_a_scene_without_data_has_no_superpixel():
    labels = segment(np.zeros((20, 20, 2), dtype=np.float32), np.zeros((20, 20), dtype=bool), 5)
    assert (labels == -1).all()


def test_islands_smaller_than_a_superpixel_keep_one_of_their_own():
    valid = np.zeros((40, 40), dtype=bool)
    valid[:20], valid[30, 30] = True, True
    labels = segment(np.random.default_rng(0).standard_normal((40, 40, 3)).astype(np.float32), valid, 10)
    assert (labels == labels[30, 30]).sum() == 1
    _require_connected(labels)


def test_a_flat_image_of_three_components_is_cut_into_a_grid():
    labels = segment(np.zeros((50, 50, 3), dtype=np.float32), np.ones((50, 50), dtype=bool), 25)
    assert 20 <= labels.max() + 1 <= 30


def test_one_glint_does_not_change_how_the_rest_is_segmented():
    values, field = _fields()
    valid = np.ones(field.shape, dtype=bool)
    calm = segment(values, valid, 48)
    values[3, 3] = 900.0
    glinting = segment(values, valid, 48)
    # Compare the borders: numbers may differ.
    assert (np.diff(calm[10:], axis=1) != 0)[:, 20:].mean() == pytest.approx(
        (np.diff(glinting[10:], axis=1) != 0)[:, 20:].mean(), rel=0.15
    )


def test_larger_compactness_gives_shorter_borders():
    values, field = _fields(noise=0.5)
    valid = np.ones(field.shape, dtype=bool)
    border = [(np.diff(segment(values, valid, 48, compactness=c), axis=1) != 0).sum() for c in (0.5, 20.0)]
    assert border[1] < 0.9 * border[0]


def test_the_means_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 5, (12, 14))
    values = rng.standard_normal((12, 14, 3)).astype(np.float32)
    values[labels < 0] = np.nan
    expected = np.stack([values[labels == n].mean(axis=0) for n in range(5)])
    assert np.allclose(means(labels, values), expected, atol=1e-5)


def test_a_cube_is_segmented_on_its_components_and_says_how_many_it_got():
    values, field = _fields(bands=30)
    values[..., 7] = 5.0  # a constant band
    cube = Cube(ArraySource(1000 + 200 * values), CubeInfo(nodata=-1.0))
    found = segment_cube(cube, 48)
    assert found.count == found.labels.max() + 1
    _require_connected(found.labels)
    pure = sum(np.bincount(field[found.labels == n]).max() for n in range(found.count))
    assert pure > 0.98 * field.size


def test_a_large_cube_is_segmented_by_tiles_that_cover_it(monkeypatch):
    monkeypatch.setattr(superpixels, "WHOLE", 2000)
    monkeypatch.setattr(superpixels, "TILE", 32)
    values, _ = _fields()
    stored = values.copy()
    stored[:40, :40] = np.nan  # the upper left tiles are empty
    asked = []
    found = segment_cube(Cube(ArraySource(stored)), 48, check=lambda: asked.append(1))
    assert np.array_equal(found.labels < 0, np.isnan(stored).any(axis=2))
    _require_connected(found.labels)
    assert found.count == found.labels.max() + 1
    assert len(asked) > 6
    in_memory = segment_image(values, ~np.isnan(stored).any(axis=2), 48)
    assert np.array_equal(in_memory.labels < 0, found.labels < 0)


def test_stopping_reaches_the_caller():
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        segment_cube(Cube(ArraySource(_fields()[0])), check=stop)


def test_a_superpixel_has_about_a_hundred_pixels():
    assert default_count(145 * 145) == 210
    assert default_count(16 * 16) == 50
    assert default_count(10_000_000) == 5000
