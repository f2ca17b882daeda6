"""Pictures of a scene are drawn in parts that fit together, at any size, and never black where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from hsigui.document.values import Box
from hsigui.ui.image.no_data import DARK, LIGHT
from hsigui.ui.image.pictures.body import TRANSPARENT, ImageBody, Layer, SceneBody, pixels_of
from hsigui.ui.image.pictures.sheet import image_of

ROWS, COLS = 40, 60


@pytest.fixture
def places() -> NDArray[np.uint8]:
    """A picture in which red is the row and green the column."""
    made = np.zeros((ROWS, COLS, 4), dtype=np.uint8)
    made[:, :, 0], made[:, :, 1], made[:, :, 3] = np.arange(ROWS)[:, None], np.arange(COLS), 255
    return made


def _draw(array: NDArray[np.uint8]):
    def draw(box: Box, step: int) -> NDArray[np.uint8]:
        top, left, bottom, right = box
        return array[top:bottom:step, left:right:step]

    return draw


@pytest.mark.parametrize(("width", "height"), [(60, 40), (180, 120), (30, 20), (7, 5), (97, 61), (1, 1)])
def test_every_pixel_shows_what_lies_under_its_centre(places, width, height) -> None:
    body = SceneBody((Layer(_draw(places)),), (0, 0, ROWS, COLS), width, height)
    made = body.rows(0, height)
    down = np.floor((np.arange(height) + 0.5) * ROWS / height)
    step = body.step
    assert np.abs(made[:, 0, 0].astype(float) - down).max() < step
    np.testing.assert_array_equal(np.concatenate([body.rows(n, n + 1) for n in range(height)]), made)


def test_a_part_of_a_scene_begins_where_it_begins(places) -> None:
    body = SceneBody((Layer(_draw(places)),), (10, 20, 30, 50), 60, 40)
    made = body.rows(0, 40)
    assert made[0, 0, :2].tolist() == [10, 20]
    assert made[-1, -1, :2].tolist() == [29, 49]


def test_a_single_labelled_pixel_is_seen_however_small_the_picture() -> None:
    labels = np.zeros((ROWS, COLS, 4), dtype=np.uint8)
    labels[13, 37] = (1, 2, 3, 255)
    body = SceneBody((Layer(_draw(labels), sparse=True),), (0, 0, ROWS, COLS), 6, 4, TRANSPARENT)
    made = body.rows(0, 4)
    assert np.argwhere(made[:, :, 3]).tolist() == [[1, 3]]
    assert made[1, 3].tolist() == [1, 2, 3, 255]


def test_what_has_no_data_is_a_checkerboard_or_a_hole(places) -> None:
    places[:20] = 0
    layers = (Layer(_draw(places)),)
    board = SceneBody(layers, (0, 0, ROWS, COLS), COLS, ROWS, field=4).rows(0, ROWS)
    fields = {tuple(color) for color in board[:20, :, :3].reshape(-1, 3).tolist()}
    assert fields == {(DARK & 255,) * 3, (LIGHT & 255,) * 3}
    assert (board[:, :, 3] == 255).all()
    assert board[0, 0].tolist() != board[0, 4].tolist()
    assert not SceneBody(layers, (0, 0, ROWS, COLS), COLS, ROWS, TRANSPARENT).rows(0, 20).any()


def test_a_layer_over_another_is_mixed_with_it_and_opaque_over_nothing(places) -> None:
    over = np.zeros_like(places)
    over[:, :30] = (200, 100, 0, 255)
    places[0] = 0
    body = SceneBody((Layer(_draw(places)), Layer(_draw(over), opacity=0.5)), (0, 0, ROWS, COLS), COLS, ROWS)
    made = body.rows(0, ROWS)
    assert made[0, 0].tolist() == [200, 100, 0, 255]
    assert made[10, 20].tolist() == [105, 60, 0, 255]
    assert made[10, 40].tolist() == places[10, 40].tolist()


def test_an_image_gives_its_rows(places) -> None:
    body = ImageBody(image_of(places))
    assert (body.width, body.height) == (COLS, ROWS)
    np.testing.assert_array_equal(body.rows(3, 9), places[3:9])
    np.testing.assert_array_equal(pixels_of(body.image), places)
