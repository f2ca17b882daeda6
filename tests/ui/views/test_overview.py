"""The small picture of the whole scene: its frame is what is in view, and a drag in it moves the image."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.overview import OverviewMap
from tests.ui.windows import idle, press


@pytest.fixture
def overview(qtbot, demo: MainWindow) -> OverviewMap:
    press(demo, Qt.Key.Key_F7)
    shown = demo.image.findChild(OverviewMap)
    qtbot.waitUntil(shown.isVisible, timeout=5000)
    return shown


def test_it_shows_the_scene_and_frames_all_of_it_while_the_scene_is_fitted(demo, overview, grabbed) -> None:
    subject = demo.subjects.named(demo.session.scene, "composite")
    rows, cols = demo.image.scene_size
    whole = subject.draw((0, 0, rows, cols), 1)[..., :3]
    seen = grabbed(overview, QPoint(overview.width() // 2, overview.height() // 2))
    near = whole[rows // 2 - 2 : rows // 2 + 3, cols // 2 - 2 : cols // 2 + 3].reshape(-1, 3)
    assert (near.min(axis=0) <= seen).all()
    assert (seen <= near.max(axis=0)).all()
    frame = overview.frame.boundingRect()
    assert frame.width() == pytest.approx(overview.width() - 2, abs=1)
    assert frame.height() == pytest.approx(overview.height() - 2, abs=1)


def test_the_frame_follows_the_image(demo, overview) -> None:
    demo.image.zoom_to_pixel(40, 60)
    rows, cols = demo.image.scene_size
    middle = overview.frame.boundingRect().center()
    assert middle.y() / overview.height() == pytest.approx(40 / rows, abs=0.03)
    assert middle.x() / overview.width() == pytest.approx(60 / cols, abs=0.03)


def test_a_click_and_a_drag_bring_that_place_to_the_middle_at_the_same_scale(demo, overview) -> None:
    demo.image.zoom_to_pixel(40, 60)
    scale, rows = demo.image.scale, demo.image.scene_size[0]
    places = [QPoint(overview.width() // 2, overview.height() * part // 10) for part in (5, 6, 7)]
    QTest.mousePress(overview, Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(overview, place)
    QTest.mouseRelease(overview, Qt.MouseButton.LeftButton, pos=places[-1])
    row, _, now = demo.image.looked_at()
    assert row == pytest.approx(0.7 * rows, abs=1.5)
    assert now == scale


def test_it_goes_and_stays_in_its_corner_when_the_window_changes(qtbot, demo, overview) -> None:
    demo.resize(1500, 900)
    qtbot.waitUntil(lambda: overview.geometry().right() == demo.image.viewport().width() - 11, timeout=3000)
    press(demo, Qt.Key.Key_F7)
    assert not overview.isVisible()
    idle(qtbot, demo)
    assert not overview.isVisible()


def test_another_scene_has_its_own_picture(qtbot, demo, overview, demo_files) -> None:
    demo.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: demo.session.cube.path is not None, timeout=10_000)
    idle(qtbot, demo)
    qtbot.waitUntil(overview.isVisible, timeout=5000)
    assert overview._size == demo.image.scene_size
