"""A window whose scene has more to show than it has at first, without anything being learned."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.ui.image.subjects import Draw, Subject
from hsigui.ui.shell.main_window import MainWindow

RED, BLUE = (250, 10, 20), (20, 10, 250)


def _plain(color: tuple[int, int, int]) -> Draw:
    def draw(box: Box, step: int) -> np.ndarray:
        top, left, bottom, right = box
        rows, cols = len(range(top, bottom, step)), len(range(left, right, step))
        return np.tile(np.array((*color, 255), dtype=np.uint8), (rows, cols, 1))

    return draw


def _offered(_scene: Scene) -> tuple[Subject, ...]:
    return Subject("red", "Red", _plain(RED)), Subject("blue", "Blue", _plain(BLUE))


@pytest.fixture
def colored(qtbot, demo: MainWindow) -> MainWindow:
    """The demo scene in a wide window; two plain pictures of it are offered, too: "red" and "blue"."""
    demo.resize(1500, 900)
    qtbot.waitUntil(lambda: demo.image.viewport().width() > 500, timeout=3000)
    demo.subjects.offer(_offered)
    demo.subjects.tell("")
    return demo
