"""Pixels without data are a checkerboard, and measurements are not, however dark."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.render import ViewState, render
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.no_data import NOTHING, checkered

BOARD = {(0x66, 0x66, 0x66), (0x99, 0x99, 0x99)}


def scene() -> Cube:
    values = np.zeros((20, 30, 3), np.float32)
    values[:, 15:] = 1.0
    values[5:15, 5:25] = np.nan
    return Cube(ArraySource(values))


def test_only_pixels_without_data_are_black_in_a_picture() -> None:
    picture = render(scene(), ViewState(0, 1, 2))
    black = (picture == 0).all(axis=2)
    assert np.flatnonzero(black.any(axis=1)).tolist() == list(range(5, 15))
    assert int(black.sum()) == 200
    assert picture[0, 0].tolist() == [0, 0, 1]


def test_parts_that_are_painted_one_by_one_fit_together() -> None:
    pixels = np.full((20, 30), NOTHING, np.uint32)
    pixels[3, 4] = 0xFF010203
    whole = checkered(pixels, 5, 7, 4)
    assert (checkered(pixels[6:, 9:], 14, 13, 4) == whole[6:, 9:]).all()
    assert whole[3, 4] == 0xFF010203
    assert NOTHING not in whole
    assert whole[0, 0] == whole[4, 4] != whole[0, 4]


def test_the_image_shows_a_checkerboard_in_place_of_black(qtbot) -> None:
    canvas = SceneCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(300, 200)
    canvas.show()
    canvas.set_image(render(scene(), ViewState(0, 1, 2)))
    seen = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    colors = {seen.pixelColor(x, y).getRgb()[:3] for x in range(110, 190) for y in range(80, 120)}
    assert colors == BOARD
    canvas.set_image(np.full((20, 30, 3), 40, np.uint8))
    canvas.set_detail(render(scene(), ViewState(0, 1, 2)), 0, 0, 1)
    seen = canvas.viewport().grab().toImage()
    assert seen.pixelColor(150, 100).getRgb()[:3] in BOARD
