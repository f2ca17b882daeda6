"""The picture of a subject: premultiplied, finer where one looks, checkered where there are no data."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from hsigui.ui.image.overlay import Window
from hsigui.ui.image.subject_layer import Drawn, SubjectLayer, premultiplied


def _painted(layer: SubjectLayer, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Red of every device pixel."""
    image = QImage(len(cols), len(rows), QImage.Format.Format_RGB32)
    image.fill(0xFF000000)
    painter = QPainter(image)
    layer.paint(painter, Window(0, 0, rows, cols))
    painter.end()
    return np.array([[image.pixelColor(x, y).red() for x in range(len(cols))] for y in range(len(rows))])


def _reds(values: np.ndarray) -> np.ndarray:
    return (np.uint32(0xFF000000) | values.astype(np.uint32) << np.uint32(16)).astype(np.uint32)


def test_half_transparent_colours_are_premultiplied_and_clear_ones_are_nothing() -> None:
    rgba = np.array([[[200, 100, 50, 255], [200, 100, 50, 51], [200, 100, 50, 0]]], dtype=np.uint8)
    assert premultiplied(rgba).tolist() == [[0xFFC86432, 51 << 24 | 40 << 16 | 20 << 8 | 10, 0]]


def test_the_finer_picture_takes_the_place_of_the_coarse_one_where_it_is() -> None:
    layer = SubjectLayer()
    fine = np.arange(64).reshape(8, 8)
    layer.whole = Drawn(_reds(fine[::4, ::4]), step=4)
    layer.detail = Drawn(_reds(fine[2:6, 2:6]), 2, 2, 1)
    every = np.arange(8)
    expected = fine[::4, ::4].repeat(4, axis=0).repeat(4, axis=1)
    expected[2:6, 2:6] = fine[2:6, 2:6]
    np.testing.assert_array_equal(_painted(layer, every, every), expected)


def test_a_detail_beside_what_is_repainted_leaves_the_whole_as_it_is() -> None:
    layer = SubjectLayer()
    layer.whole = Drawn(_reds(np.full((8, 8), 9)))
    layer.detail = Drawn(_reds(np.full((2, 2), 200)), 6, 6, 1)
    np.testing.assert_array_equal(_painted(layer, np.arange(4), np.arange(4)), np.full((4, 4), 9))


@pytest.mark.parametrize(("gaps_seen", "shades"), [(True, {0x66, 0x99}), (False, {0})])
def test_what_has_no_data_is_a_checkerboard_where_that_is_asked(gaps_seen, shades) -> None:
    layer = SubjectLayer(gaps_seen=gaps_seen)
    layer.whole = Drawn(np.zeros((40, 40), dtype=np.uint32))
    assert set(np.unique(_painted(layer, np.arange(40), np.arange(40))).tolist()) == shades


def test_a_cleared_layer_is_empty_and_paints_nothing() -> None:
    layer = SubjectLayer()
    layer.whole = Drawn(_reds(np.full((8, 8), 9)))
    layer.clear()
    assert layer.empty
    assert not _painted(layer, np.arange(4), np.arange(4)).any()
