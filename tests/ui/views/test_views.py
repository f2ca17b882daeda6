"""Linked views: the same place, as large, each with its subject; the mouse does in each what it does in the image."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.document.derived import BANDS
from hsigui.labels.label_map import Edit
from hsigui.ui.image.turning import Turn
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.linked_view import LinkedView
from tests.ui.layers.asked import make
from tests.ui.windows import idle, labels, press

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def _drawn(qtbot, window: MainWindow) -> None:
    """Waits until every view has its picture."""
    qtbot.waitUntil(lambda: not any(view.drawing.busy for view in window.views.shown), timeout=10_000)


def _beside(qtbot, window: MainWindow, name: str = "labels") -> LinkedView:
    """The second view, which shows a subject."""
    window.actions_["views_beside"].trigger()
    (view,) = window.views.shown
    view.chooser.setCurrentIndex(view.chooser.findData(name))
    view.chooser.activated.emit(view.chooser.currentIndex())
    _drawn(qtbot, window)
    return view


def _wheel(view: LinkedView, at: QPoint, turn: int) -> None:
    here = view.viewport().mapToGlobal(at)
    event = QWheelEvent(
        QPointF(at), QPointF(here), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def _place(canvas) -> tuple[float, float, float]:
    """Row and column in the middle, and the scale."""
    camera = canvas._camera
    return (*camera.to_scene(camera.center), camera.scale)


def test_each_layout_shows_so_many_views_beside_the_image(demo: MainWindow) -> None:
    for layout, count in (("beside", 1), ("above", 1), ("four", 3), ("one", 0)):
        demo.actions_[f"views_{layout}"].trigger()
        assert len(demo.views.shown) == count
        assert all(view.isVisible() for view in demo.views.shown)
        assert demo.image.isVisible()
        assert sum(view.isVisible() for view in demo.views.grid.findChildren(LinkedView)) == count


def test_a_key_goes_through_the_layouts(demo: MainWindow) -> None:
    seen = []
    for _ in range(4):
        press(demo, Qt.Key.Key_F12)
        seen.append(demo.views.layout)
    assert seen == ["beside", "above", "four", "one"]
    assert demo.actions_["views_one"].isChecked()


def test_four_views_show_four_different_things_of_a_mapped_scene(qtbot, mapped: MainWindow) -> None:
    mapped.actions_["views_four"].trigger()
    _drawn(qtbot, mapped)
    assert [view.drawing.subject.id for view in mapped.views.shown] == ["map", "labels", "confidence"]
    assert [view.color_key is not None for view in mapped.views.shown] == [False, False, True]


def test_the_views_look_where_the_image_looks_and_as_closely(demo: MainWindow) -> None:
    demo.actions_["views_four"].trigger()
    demo.image.zoom_to_pixel(40, 70)
    for view in demo.views.shown:
        assert _place(view) == pytest.approx(_place(demo.image), abs=0.6)
        assert view.scale == demo.image.scale


def test_a_drag_and_the_wheel_in_a_view_move_the_image_with_it(qtbot, demo: MainWindow) -> None:
    view = _beside(qtbot, demo)
    demo.image.zoom_to_pixel(60, 60)
    port, start, before = view.viewport(), QPoint(120, 120), view.pixel_at(QPoint(120, 120))
    QTest.mousePress(port, LEFT, NONE, start)
    QTest.mouseMove(port, start + QPoint(30, 20))
    QTest.mouseMove(port, start + QPoint(60, 40))
    QTest.mouseRelease(port, LEFT, NONE, start + QPoint(60, 40))
    assert view.pixel_at(start + QPoint(60, 40)) == before
    assert _place(view) == pytest.approx(_place(demo.image))
    under, scale = view.pixel_at(QPoint(100, 90)), view.scale
    _wheel(view, QPoint(100, 90), 120)
    assert view.scale > scale
    assert view.scale == demo.image.scale
    assert view.pixel_at(QPoint(100, 90)) == under


def test_the_pixel_under_the_mouse_is_marked_in_the_other_views_and_told(qtbot, demo: MainWindow) -> None:
    view = _beside(qtbot, demo)
    QTest.mouseMove(view.viewport(), view.position_of(30, 50))
    assert demo.image._pointer == (30, 50)
    assert view._pointer is None
    idle(qtbot, demo)
    assert "row 30, col 50" in demo.status.place.text()
    QTest.mouseMove(demo.image.viewport(), demo.image.position_of(10, 12))
    qtbot.waitUntil(lambda: view._pointer == (10, 12))


def test_a_stroke_in_a_view_paints_the_pixels_under_it(qtbot, demo: MainWindow) -> None:
    view = _beside(qtbot, demo)
    press(demo, "X")
    places = [view.position_of(60, 60), view.position_of(60, 70)]
    QTest.mousePress(view.viewport(), LEFT, NONE, places[0])
    QTest.mouseMove(view.viewport(), places[1])
    QTest.mouseRelease(view.viewport(), LEFT, NONE, places[1])
    assert np.argwhere(labels(demo)).tolist() == [[60, col] for col in range(60, 71)]
    assert demo.actions_["undo"].isEnabled()


def test_a_view_of_the_labels_follows_a_stroke(qtbot, demo: MainWindow, grabbed) -> None:
    view = _beside(qtbot, demo)
    assert grabbed(view.viewport(), view.position_of(100, 100)) != demo.session.classes.get(1).color
    demo.session.scene.edit(Edit(98, 98, np.ones((6, 6), dtype=bool), 1), "test")
    _drawn(qtbot, demo)
    assert grabbed(view.viewport(), view.position_of(100, 100)) == demo.session.classes.get(1).color


def test_a_view_of_what_is_not_there_says_so_and_shows_it_once_it_is(qtbot, mapped: MainWindow) -> None:
    view = _beside(qtbot, mapped, "map")
    made = mapped.session.map
    mapped.session.scene.maps.clear()
    mapped.session.scene._tell_results()
    assert view.drawing.subject is None
    assert view.chooser.currentText() == "Map"
    mapped.session.scene.maps.put(made)
    mapped.session.scene._tell_results()
    _drawn(qtbot, mapped)
    assert view.drawing.subject.id == "map"


def test_another_scene_is_shown_in_all_views(qtbot, demo: MainWindow, demo_files) -> None:
    view = _beside(qtbot, demo, "composite")
    demo.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: demo.session.cube.path is not None, timeout=10_000)
    idle(qtbot, demo)
    _drawn(qtbot, demo)
    assert view.drawing.subject is not None
    assert view.scene_size == demo.image.scene_size
    demo.actions_["next_scene"].trigger()
    _drawn(qtbot, demo)
    assert view.drawing.subject.id == "composite"


def test_layout_and_subjects_come_back_from_a_state_and_nonsense_changes_nothing(qtbot, colored: MainWindow) -> None:
    colored.actions_["views_four"].trigger()
    _beside(qtbot, colored, "red")
    state = colored.views.state()
    assert state == {"layout": "beside", "subjects": ["red", *colored.views.names[1:]]}
    colored.actions_["views_one"].trigger()
    colored.views.restore({"layout": "nine", "subjects": ["map"]})
    colored.views.restore("nothing")
    assert colored.views.layout == "one"
    colored.views.restore({"layout": "above", "subjects": ["blue", "red", "labels"]})
    assert colored.actions_["views_above"].isChecked()
    assert colored.views.shown[0].drawing.subject.id == "blue"
    assert colored.views.names == ("blue", "red", "labels")


def test_a_turned_image_has_turned_views_with_the_same_pixels_under_the_mouse(qtbot, colored: MainWindow) -> None:
    view = _beside(qtbot, colored, "red")
    colored.image.zoom_to_pixel(60, 70)
    colored.image.set_turn(Turn(0.8, 0.6, -0.6, 0.8))
    assert view.turn == colored.image.turn
    assert _place(view) == pytest.approx(_place(colored.image))
    # All stands in its place; an odd number of pixels is not halved.
    qtbot.waitUntil(lambda: abs(view.viewport().width() - colored.image.viewport().width()) <= 1)
    at = view.position_of(58, 73)
    QTest.mouseMove(view.viewport(), at + QPoint(30, 30))
    QTest.mouseMove(view.viewport(), at)
    qtbot.waitUntil(lambda: colored.image._pointer == (58, 73))
    press(colored, "X")
    QTest.mouseClick(view.viewport(), LEFT, NONE, at)
    assert np.argwhere(labels(colored)).tolist() == [[58, 73]]


def test_a_view_shows_at_first_what_there_is_to_be_seen_and_the_image_does_not_show(qtbot, demo: MainWindow) -> None:
    demo.session.scene.truth = None
    demo.subjects.tell("")
    made = make(qtbot, demo, "index", "ndvi")
    assert demo.session.scene.derived.view.alone == made.number, "what is made is shown"
    demo.actions_["views_beside"].trigger()
    (view,) = demo.views.shown
    assert demo.views.names[0] == "composite", "no labels, where none are painted"
    demo.session.scene.derived.show(BANDS)
    demo.actions_["views_above"].trigger()
    assert demo.views.names[0] == "composite", "it stays, so that nothing changes under the eyes"
    view.chooser.setCurrentIndex(view.chooser.findData("labels"))
    view.chooser.activated.emit(view.chooser.currentIndex())
    demo.actions_["views_four"].trigger()
    assert demo.views.names[0] == "labels", "chosen by hand"
    assert demo.views.names[1] == f"layer {made.number}"
    _drawn(qtbot, demo)
