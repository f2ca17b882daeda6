"""The view is dragged out of the window as a picture and as a file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QImage
from PySide6.QtTest import QTest

from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pictures.dialog import PictureDialog
from hsigui.ui.image.pictures.dragging import KEPT_SECONDS
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import idle, labels, press

LEFT = Qt.MouseButton.LeftButton
CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


@pytest.fixture
def dragged(monkeypatch) -> list[tuple[QImage, Path]]:
    """What was dragged out; nobody takes it."""
    taken: list[tuple[QImage, Path]] = []

    def instead_of_exec(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        data = drag.mimeData()
        taken.append((QImage(data.imageData()), Path(data.urls()[0].toLocalFile())))
        return Qt.DropAction.IgnoreAction

    monkeypatch.setattr(QDrag, "exec", instead_of_exec)
    return taken


def test_the_handle_drags_the_view_as_a_file(qtbot, demo: MainWindow, dragged) -> None:
    handle = demo.findChild(Pictures).dragging.handle
    assert handle.isVisible()
    seen = demo.image.viewport().grab().toImage()
    middle = handle.rect().center()
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(handle, middle + QPoint(-40, 40))
    qtbot.waitUntil(lambda: bool(dragged), timeout=10_000)
    QTest.mouseRelease(handle, LEFT)
    ((image, path),) = dragged
    assert image.size() == seen.size()
    assert path.suffix == ".png"
    assert path.name.startswith("demo-mixed-")
    at = demo.image.position_of(64, 64)
    assert QImage(str(path)).pixelColor(at) == seen.pixelColor(at) == image.pixelColor(at)
    assert not demo.findChildren(PictureDialog)
    idle(qtbot, demo)


def test_a_click_on_the_handle_asks_how_the_picture_is_to_be(qtbot, demo: MainWindow, dragged) -> None:
    QTest.mouseClick(demo.findChild(Pictures).dragging.handle, LEFT)
    idle(qtbot, demo)
    (dialog,) = demo.findChildren(PictureDialog)
    dialog.reject()
    assert dragged == []


def test_ctrl_alt_and_drag_on_the_image_drags_the_view_and_draws_nothing(qtbot, demo: MainWindow, dragged) -> None:
    press(demo, "B")
    port, start = demo.image.viewport(), demo.image.position_of(40, 40)
    QTest.mousePress(port, LEFT, CTRL_ALT, start)
    QTest.mouseMove(port, start + QPoint(60, 10))
    qtbot.waitUntil(lambda: bool(dragged), timeout=10_000)
    QTest.mouseRelease(port, LEFT, CTRL_ALT, start + QPoint(60, 10))
    assert not labels(demo).any()
    idle(qtbot, demo)


def test_files_of_earlier_days_go_with_the_next_drag(qtbot, demo: MainWindow, dragged, tmp_path: Path) -> None:
    folder = tmp_path / "dragged"
    folder.mkdir()
    old, young = folder / "old.png", folder / "young.png"
    for path, age in ((old, KEPT_SECONDS + 60), (young, 60)):
        path.write_bytes(b"")
        os.utime(path, (time.time() - age,) * 2)
    handle = demo.findChild(Pictures).dragging.handle
    QTest.mousePress(handle, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(4, 4))
    QTest.mouseMove(handle, QPoint(4, 90))
    qtbot.waitUntil(lambda: bool(dragged), timeout=10_000)
    QTest.mouseRelease(handle, LEFT)
    assert not old.exists()
    assert young.exists()
    idle(qtbot, demo)


def test_there_is_no_handle_before_there_is_a_scene(qtbot, window: MainWindow, dragged) -> None:
    dragging = window.findChild(Pictures).dragging
    assert not dragging.handle.isVisible()
    QTest.mousePress(window.image.viewport(), LEFT, CTRL_ALT, QPoint(5, 5))
    QTest.mouseMove(window.image.viewport(), QPoint(90, 90))
    QTest.mouseRelease(window.image.viewport(), LEFT, CTRL_ALT, QPoint(90, 90))
    assert dragged == []
