import pytest
from PySide6.QtCore import QPointF, QSizeF

from hsigui.ui.image.camera import KEPT, MAX_SCALE, Camera


@pytest.fixture
def camera() -> Camera:
    camera = Camera()
    camera.resize(QSizeF(800, 600))
    camera.set_scene(100, 200)
    return camera


def test_a_new_scene_is_seen_whole_and_centred(camera):
    corner, opposite = camera.to_view(0, 0), camera.to_view(100, 200)
    assert corner.x() >= 0
    assert corner.y() >= 0
    assert corner.x() == pytest.approx(800 - opposite.x(), abs=1)
    assert corner.y() == pytest.approx(600 - opposite.y(), abs=1)


def test_zooming_keeps_the_point_under_the_mouse(camera):
    at = QPointF(333, 222)
    before = camera.to_scene(at)
    camera.zoom(3, at)
    assert camera.to_scene(at) == pytest.approx(before, abs=1 / camera.scale)


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_zooming_ends_somewhere(camera, factor):
    camera.zoom(factor, QPointF(400, 300))
    assert 1.5 < camera.scale <= MAX_SCALE or 0.1 < camera.scale < 2


def test_a_part_of_the_scene_stays_in_view_however_far_it_is_dragged(camera):
    camera.pan(1e6, 1e6)
    assert camera.to_view(0, 0) == QPointF(800 - KEPT, 600 - KEPT)
    camera.pan(-1e7, -1e7)
    far = camera.to_view(100, 200) - QPointF(KEPT, KEPT)
    assert far.manhattanLength() <= 1


def test_a_resized_view_keeps_its_middle_unless_the_whole_scene_was_seen(camera):
    camera.zoom(4, QPointF(100, 100))
    middle = camera.to_scene(camera.center)
    camera.resize(QSizeF(500, 300))
    assert camera.to_scene(camera.center) == pytest.approx(middle, abs=1 / camera.scale)
    camera.fit()
    camera.resize(QSizeF(1000, 900))
    assert (camera.to_view(50, 100) - QPointF(500, 450)).manhattanLength() <= 1


def test_the_pixel_left_of_the_scene_is_not_its_first_column(camera):
    row, col = camera.pixel(camera.to_view(0, 0) - QPointF(0.25, 0.25))
    assert (row, col) == (-1, -1)
    assert not camera.contains(row, col)
