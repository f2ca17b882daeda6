"""The key of classes over the image: what it says, where it stands, and that it leaves small views alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize

from hsigui.ui.image.class_key import AWAY, ClassKey, class_key_box
from hsigui.ui.image.view import ImageView

KEY = ClassKey("Errors of the map", (("right: 9", (86, 180, 233)), ("not tested: 3", None)), "Error 1 of 2")


@pytest.fixture
def view(qtbot, rgb) -> ImageView:
    made = ImageView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    made.set_image(rgb)
    return made


def test_its_colours_stand_in_the_upper_left_corner_and_go_with_it(view, grabbed):
    view.set_class_key(KEY)
    box = class_key_box(KEY, view.viewport().size(), view.font())
    assert box.topLeft() == QPointF(AWAY, AWAY)
    inside = {
        grabbed(view.viewport(), QPoint(x, y)) for x in (24,) for y in range(int(box.top()), int(box.bottom()), 2)
    }
    assert (86, 180, 233) in inside
    assert "right: 9" in view.accessibleDescription()
    assert "Error 1 of 2" in view.accessibleDescription()
    view.set_class_key(None)
    assert view.accessibleDescription() == ""


def test_it_is_as_wide_as_its_longest_line_and_left_out_of_a_view_without_room(view):
    font = view.font()
    longer = ClassKey(KEY.title, KEY.rows, KEY.note * 3)
    assert class_key_box(longer, QSize(900, 400), font).width() > class_key_box(KEY, QSize(900, 400), font).width()
    assert class_key_box(longer, QSize(300, 400), font).right() <= 300 - AWAY
    assert class_key_box(KEY, QSize(600, 60), font) == QRectF()
