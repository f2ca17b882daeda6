"""A window that is read from the right: nothing breaks, and the scene is not mirrored."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from tests.ui.windows import idle, labels, paint


@pytest.fixture
def _from_the_right(qapp):
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.usefixtures("_from_the_right")
def test_a_window_from_the_right_has_all_panels_and_the_image_as_it_is(demo, qtbot):
    assert demo.isRightToLeft()
    for dock in demo.docks.values():
        dock.show()
        dock.raise_()
        QApplication.processEvents()
        inner = dock.widget()
        assert inner.isRightToLeft()
        assert inner.width() > 100
        assert not dock.grab().isNull()
    left, right = demo.image.position_of(5, 5), demo.image.position_of(5, 50)
    assert left.x() < right.x(), "columns run to the right, as in the file"
    seen = demo.image.viewport().grab().toImage()
    rgb = demo.image.small_picture(400)
    assert rgb is not None
    assert seen.pixelColor(left) != seen.pixelColor(demo.image.viewport().rect().topLeft() + QPoint(1, 1))
    demo.actions_["tool_pixel"].trigger()
    demo.actions_["class_1"].trigger()
    paint(demo, (5, 5), (5, 9))
    assert labels(demo)[5, 5:10].all()
    assert not labels(demo)[5, 10:].any()
    demo.actions_["undo"].trigger()
    idle(qtbot, demo)
