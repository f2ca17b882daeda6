"""Outlines of superpixels: on the borders, nowhere else, as thick on every screen, and the same however painted."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSizeF
from PySide6.QtGui import QImage, QPainter

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.outlines import OutlineLayer
from hsigui.ui.image.scene_window import scene_window

ROWS, COLS = 20, 30
LINE = 0xFFFFE24A
EDGE = 12  # the camera's margin around the scene


def halves() -> np.ndarray:
    """Two regions: columns 0 to 14 and 15 to 29."""
    labels = np.zeros((ROWS, COLS), dtype=np.int32)
    labels[:, 15:] = 1
    return labels


def painted(
    layer: OutlineLayer,
    scale: float,
    ratio: float = 1.0,
    exposed: QRect | None = None,
    shape: tuple[int, int] = (ROWS, COLS),
) -> np.ndarray:
    """What the layer draws, in device pixels of the whole view, of a scene shown at a scale."""
    width, height = shape[1] * scale + 2 * EDGE, shape[0] * scale + 2 * EDGE
    camera = Camera()
    camera.resize(QSizeF(width, height))
    camera.set_scene(*shape)
    assert camera.scale == pytest.approx(scale)
    image = QImage(round(width * ratio), round(height * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    window = scene_window(camera, exposed or QRect(0, 0, round(width), round(height)), ratio)
    if window is not None:  # a part beside the scene shows none of it
        layer.paint(painter, window)
    painter.end()
    rows = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1)
    return rows[:, : image.width()].copy()


@pytest.fixture
def layer() -> OutlineLayer:
    layer = OutlineLayer()
    layer.set(halves(), 2)
    return layer


@pytest.mark.parametrize(("ratio", "thick"), [(1.0, 1), (2.0, 2), (3.0, 3)])
def test_a_border_is_one_logical_pixel_wide_with_a_shadow_on_each_side(layer, ratio, thick):
    seen = painted(layer, 10.0, ratio)
    row = seen[round((EDGE + 55) * ratio)]
    lines, drawn = np.flatnonzero(row == LINE), np.flatnonzero(row)
    assert len(lines) == thick
    assert abs(lines.mean() + 0.5 - (EDGE + 150) * ratio) <= ratio / 2 + 0.5
    assert len(drawn) == 3 * thick


def test_there_is_no_line_around_the_scene_and_none_inside_a_region(layer):
    seen = painted(layer, 10.0)
    columns = np.flatnonzero((seen == LINE).any(axis=0))
    assert len(columns) == 1
    assert not seen[:EDGE].any()
    assert not seen[-EDGE:].any()


@pytest.mark.parametrize("scale", [0.4, 0.9, 1.0, 3.3, 17.0])
def test_a_part_painted_alone_fits_the_whole(scale):
    labels = np.kron(np.arange(16).reshape(4, 4), np.ones((20, 20))).astype(np.int32)
    layer = OutlineLayer()
    layer.set(labels, 16)
    whole = painted(layer, scale, 2.0, shape=labels.shape)
    assert (whole == LINE).any()
    rng = np.random.default_rng(3)
    for _ in range(6):
        left, top = (int(x) for x in rng.integers(0, np.array(whole.shape[::-1]) // 4))
        width, height = (int(x) for x in rng.integers(3, np.array(whole.shape[::-1]) // 4))
        exposed = QRect(left, top, width, height)
        part = painted(layer, scale, 2.0, exposed, labels.shape)
        box = np.s_[2 * top : 2 * (top + height), 2 * left : 2 * (left + width)]
        assert np.array_equal(part[box], whole[box])


def test_borders_are_kept_when_the_scene_is_shown_smaller_than_it_is(layer):
    seen = painted(layer, 0.5)
    assert (seen == LINE).any(axis=1).sum() == ROWS // 2


def test_regions_too_small_to_be_told_apart_are_not_drawn():
    layer = OutlineLayer()
    layer.set(np.arange(ROWS * COLS, dtype=np.int32).reshape(ROWS, COLS), ROWS * COLS)
    assert not painted(layer, 3.0).any()
    assert not layer.wide_enough(3.0)
    assert (painted(layer, 5.0) == LINE).any()
    assert layer.wide_enough(5.0)


def test_the_outlines_of_a_part_lie_where_the_part_does():
    layer = OutlineLayer()
    labels = np.zeros((6, 8), dtype=np.int32)
    labels[:, 4:] = 1
    layer.set(labels, 2, top=10, left=20)
    rows, columns = np.nonzero(painted(layer, 10.0) == LINE)
    assert rows.min() == EDGE + 100
    assert rows.max() == EDGE + 159
    assert set(columns) == {EDGE + 240 - 1}


def test_places_without_data_have_a_border_too(layer):
    labels = np.zeros((ROWS, COLS), dtype=np.int32)
    labels[5:10, 5:10] = -1
    layer.set(labels, 1)
    assert (painted(layer, 10.0) == LINE).any()


def test_nothing_is_drawn_without_regions(layer):
    layer.clear()
    assert layer.empty
    assert not painted(layer, 10.0).any()
