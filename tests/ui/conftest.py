"""Windows in tests: offscreen without a display, themed, and nothing may be left behind."""

from __future__ import annotations

import functools
import gc
import hashlib
import itertools
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from hsigui.cube import demo as demo_module
from hsigui.labels.classes import ClassTable
from hsigui.methods import probe
from hsigui.ui.desk import job_bridge, theme
from hsigui.ui.image.view import ImageView
from tests.ui.windows import (  # noqa: F401 - fixtures of the whole window
    answers,
    demo,
    demo_files,
    make_window,
    mapped,
    training,
    window,
)

ROWS, COLS = 40, 60


@pytest.fixture(scope="session", autouse=True)
def _themed(qapp: QApplication) -> None:
    theme.apply(qapp, "light")


@pytest.fixture(scope="session", autouse=True)
def _one_demo_scene() -> Iterator[None]:
    """The demo scene is simulated once for all windows, read-only; it is the same each time anyway."""
    simulate = demo_module._simulate

    @functools.cache
    def simulated(*size: int):
        stored, truth, info = simulate(*size)
        stored.setflags(write=False)
        truth.setflags(write=False)
        return stored, truth, info

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_module, "_simulate", simulated)
        yield


@pytest.fixture(scope="session", autouse=True)
def _jobs_are_heard_at_once() -> Iterator[None]:
    """What a job has done is taken up soon, as after a stroke: nobody's eyes need the pause, and every test waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_bridge, "INTERVAL_MS", job_bridge.OFTEN_MS)
        yield


@pytest.fixture(scope="session", autouse=True)
def _each_fit_once() -> Iterator[None]:
    """What the linear classifier finds depends on its arguments alone, and windows learn from the same few labels again
    and again: it is fitted once to each."""
    fit, found = probe.fit, {}

    def fitted(*arguments, **named):
        key = tuple(_content(value) for value in (*arguments, *itertools.chain(*sorted(named.items()))))
        if key not in found:
            found[key] = fit(*arguments, **named)
        return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(probe, "fit", fitted)
        yield


def _content(value):
    """An array as what can be a key; all else as it is."""
    if not isinstance(value, np.ndarray):
        return value
    return value.dtype.str, value.shape, hashlib.sha1(np.ascontiguousarray(value)).digest()


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves a top-level widget or a thread."""
    widgets, threads = set(qapp.topLevelWidgets()), set(threading.enumerate())
    yield
    assert not _left_widgets(qapp, widgets), "top-level widgets left behind"
    assert not _left_threads(threads), "threads left behind"


def _left_widgets(qapp: QApplication, before: set[QWidget]) -> list[QWidget]:
    left: list[QWidget] = []
    for _ in range(3):
        qapp.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        left = [widget for widget in qapp.topLevelWidgets() if widget not in before]
        if not left:
            break
        gc.collect()
    return left


def _left_threads(before: set[threading.Thread], seconds: float = 3.0) -> list[threading.Thread]:
    end = time.monotonic() + seconds
    while True:
        left = [t for t in threading.enumerate() if t not in before and not _for_the_whole_process(t)]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.02)


def _for_the_whole_process(thread: threading.Thread) -> bool:
    """The progress bars' own watcher, and the loops in which servers are asked, stop with the process."""
    return type(thread).__name__ == "TMonitor" or thread.name.startswith(("fsspec", "zarr", "asyncio_"))


@pytest.fixture
def table() -> ClassTable:
    return ClassTable.for_numbers([1, 2, 3])


@pytest.fixture
def rgb() -> NDArray[np.uint8]:
    """A picture of ROWS x COLS in which every pixel tells where it is: red = row, green = column."""
    picture = np.full((ROWS, COLS, 3), 40, dtype=np.uint8)
    picture[..., 0] = np.arange(ROWS)[:, None]
    picture[..., 1] = np.arange(COLS)
    return picture


@pytest.fixture
def view(qtbot, rgb) -> ImageView:
    """A shown image view of 640 x 460 with the picture."""
    view = ImageView()
    qtbot.addWidget(view)
    view.resize(640, 460)
    view.set_image(rgb)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.setFocus()
    return view


@pytest.fixture
def drag() -> Callable[..., None]:
    """Presses at the first pixel (row, col) of a view, moves through the others and releases at the last."""

    def drag(view: ImageView, *pixels: tuple[float, float], button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        places = [view.position_of(*pixel) for pixel in pixels]
        port = view.viewport()
        QTest.mousePress(port, button, Qt.KeyboardModifier.NoModifier, places[0])
        for place in places[1:]:
            QTest.mouseMove(port, place)
        QTest.mouseRelease(port, button, Qt.KeyboardModifier.NoModifier, places[-1])

    return drag


@pytest.fixture
def grabbed() -> Callable[[QWidget, QPoint], tuple[int, int, int]]:
    """Red, green and blue of what a widget shows at a place."""

    def color(widget: QWidget, at: QPoint) -> tuple[int, int, int]:
        picture = widget.grab()
        ratio = picture.devicePixelRatio()
        seen = picture.toImage().pixelColor(int((at.x() + 0.5) * ratio), int((at.y() + 0.5) * ratio))
        return seen.red(), seen.green(), seen.blue()

    return color
