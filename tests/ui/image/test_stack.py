"""The stack of layers over the composite: order, what is seen of them, and lines over all."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor

from hsigui.labels.classes import ClassTable
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.subject_layer import Drawn, SubjectLayer

RED, BLUE = 0xFFFF0000, 0xFF0000FF


def _names(canvas: SceneCanvas) -> list[str]:
    return [entry.id for entry in canvas.stack.entries]


def _plain(color: int, shape: tuple[int, int] = (40, 60)) -> SubjectLayer:
    layer = SubjectLayer()
    layer.whole = Drawn(np.full(shape, color, dtype=np.uint32))
    return layer


class _Line:
    """A level line through the middle of the scene."""

    visible, opacity, empty = True, 1.0, False

    def paint_lines(self, painter, camera) -> None:
        painter.setPen(QColor(0, 255, 0))
        painter.drawLine(camera.to_view(20, 0), camera.to_view(20, 60))


def test_at_first_labels_lie_over_outlines_and_the_map(view) -> None:
    assert _names(view) == ["map", "errors", "truth", "outlines", "labels", "validation"]


def test_the_higher_of_two_layers_is_seen_and_their_order_can_be_changed(view, grabbed) -> None:
    view.stack.add("red", "Red", _plain(RED))
    view.stack.add("blue", "Blue", _plain(BLUE))
    at = view.position_of(10, 10)
    assert grabbed(view, at) == (0, 0, 255)
    view.stack.arrange(("blue", "red"))
    assert _names(view)[-2:] == ["blue", "red"]
    assert grabbed(view, at) == (255, 0, 0)


def test_an_order_that_does_not_name_all_leaves_the_others_where_they_are(view) -> None:
    view.stack.arrange(("labels", "map", "no such layer"))
    assert _names(view) == ["labels", "errors", "truth", "outlines", "map", "validation"]


def test_lines_stay_over_rasters_whatever_order_is_asked_for(view, grabbed) -> None:
    view.stack.add_lines("line", "Line", _Line())
    view.stack.add("red", "Red", _plain(RED))
    view.stack.arrange(("line", "red"))
    assert _names(view)[-2:] == ["red", "line"]
    top, left = view.position_of(20, 30).y(), view.position_of(20, 30).x()
    found = {grabbed(view, QPoint(left, top + away)) for away in range(-8, 9)}
    assert (0, 255, 0) in found
    assert (255, 0, 0) in found


def test_a_layer_in_place_of_another_hides_it_as_long_as_there_is_something_of_it_to_be_seen(view, grabbed) -> None:
    view.stack.add("red", "Red", _plain(RED))
    view.stack.add("blue", "Blue", _plain(BLUE), in_place_of="red")
    view.stack.set_opacity("blue", 0.5)
    at = view.position_of(10, 10)
    assert abs(grabbed(view, at)[2] - (255 + 40) / 2) <= 2
    assert grabbed(view, at)[0] < 20
    view.stack.set_visible("blue", False)
    assert grabbed(view, at) == (255, 0, 0)


def test_a_layer_half_as_opaque_lets_half_of_the_composite_through(view, grabbed) -> None:
    view.stack.add("red", "Red", _plain(RED))
    view.stack.set_opacity("red", 0.5)
    at = view.position_of(10, 10)
    red, green, blue = grabbed(view, at)
    assert abs(red - (255 + 10) / 2) <= 2
    assert (green, blue) == (5, 20)
    view.stack.set_visible("red", False)
    assert grabbed(view, at) == (10, 10, 40)


def test_what_changes_is_told_once_and_only_if_it_changes(view) -> None:
    told: list[str] = []
    view.stack.changed.connect(told.append)
    view.set_map_opacity(0.25)
    view.set_map_opacity(0.25)
    view.set_labels_visible(False)
    view.stack.arrange(("map", "errors", "truth", "outlines", "labels", "validation"))
    assert told == ["map", "validation", "labels"]
    with pytest.raises(KeyError):
        view.stack.set_visible("no such layer", True)


def test_a_removed_layer_is_painted_no_more(view, grabbed) -> None:
    view.stack.add("red", "Red", _plain(RED))
    view.stack.remove("red")
    assert grabbed(view, view.position_of(10, 10)) == (10, 10, 40)


def test_labels_below_the_map_are_hidden_by_it(view, grabbed) -> None:
    table = ClassTable.for_numbers([1, 2])
    view.set_labels(np.full((40, 60), 1, dtype=np.uint16), table)
    view.set_map(np.full((40, 60), 2, dtype=np.uint16), table)
    view.set_map_opacity(1.0)
    view.stack.arrange(("labels", "map"))
    assert grabbed(view, view.position_of(10, 10)) == table.get(2).color
