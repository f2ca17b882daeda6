"""The real window of whichever tree is measured, driven from outside: by its actions, by what is dropped on it and by
the mouse. What an older and a newer tree call otherwise is told apart here and nowhere else, so that one script can
measure both: `PYTHONPATH=TREE python tests/benchmarks/NAME.py --json`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QObject, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MARGIN = 60  # pixels of the view at each side in which no stroke begins
REACH = 25  # of one move of the mouse, in pixels of the view


def found(name: str, *modules: str) -> Any:
    """What a tree calls `name`, from the first of the modules that it has.

    Raises:
        ImportError: it has none of them, or one of them does not import.
    """
    for module in modules:
        try:
            return getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            missing = error.name or ""
            if module != missing and not module.startswith(f"{missing}."):
                raise
    raise ImportError(f"{name} is in none of {', '.join(modules)}")


def run_program() -> Callable[[], int]:
    """What starts the program with its window, as the command does, and returns when it is quit."""
    return found("run", "hsigui.ui.shell.app", "hsigui.ui.app")


class Answers:
    """Stands in for the program's questions: a training is begun anew, labels are given up, colours stay."""

    def unfinished_training(self, *_asked: object) -> str:
        return "anew"

    def unsaved_labels(self, *_asked: object) -> str:
        return "discard"

    def color(self, *_asked: object) -> None:
        return None


def window_in(scratch: Path) -> Any:
    """A shown main window that keeps its settings, runs and copies in a scratch folder."""
    os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = str(scratch)
    kind = found("MainWindow", "hsigui.ui.shell.main_window", "hsigui.ui.main_window")
    window = kind(None, Answers())
    window.resize(1400, 900)
    window.show()
    QTest.qWaitForWindowExposed(window)
    return window


def open_scene(window: Any, path: Path | None) -> None:
    """Drops a file on the window, or asks for the demo scene, and waits until it is shown and nothing is at work."""
    if path is None:
        window.actions_["open_demo"].trigger()
    else:
        drop(window, path)
    wait_until("the scene", lambda: window.session.cube is not None)
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    QTest.qWait(500)


def drop(window: QWidget, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    at, copy = QPoint(20, 20), Qt.DropAction.CopyAction
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, data, LEFT, NONE))  # or the drop finds no target
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, data, LEFT, NONE))


def wait_until(what: str, true: Callable[[], bool], seconds: float = 120) -> float:
    """Waits as the program's own loop does, asleep until there is something to do; returns the seconds that it took.

    Raises:
        SystemExit: it took too long.
    """
    started = time.perf_counter()
    while not true():
        if time.perf_counter() - started > seconds:
            raise SystemExit(f"Waited {seconds} s in vain for {what}.")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
    return time.perf_counter() - started


def load() -> float:
    """How many processes wanted a core in the last minute; 0 where the system does not tell."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


def percentiles(values: Sequence[float]) -> dict[str, float]:
    return {
        "p50": round(float(np.median(values)), 2),
        "p99": round(float(np.percentile(values, 99)), 2),
        "max": round(float(np.max(values)), 2),
        "count": len(values),
    }


class PaintClock(QObject):
    """Knows when the view was last painted: an event filter sees the event before, so it asks again right after."""

    def __init__(self, watched: QObject) -> None:
        super().__init__()
        self.paints = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.paints += 1
        return False


class Brush:
    """A hand that paints strokes of 12 pieces with a brush of 3 pixels, with one of 16 classes after the other."""

    PIECES = 12

    def __init__(self, window: Any) -> None:
        from hsigui.labels.classes import ClassTable

        self._window, self._port = window, window.image.viewport()
        self._random = np.random.default_rng(1)
        self._at, self._strokes = QPoint(), 0
        self._clock = PaintClock(self._port)
        if not len(window.session.classes):
            window.session.set_classes(ClassTable.for_numbers(range(1, 17)), "Classes")
        window.actions_["tool_brush"].trigger()
        window.image.brush_size = 3

    def press(self, at: QPoint | None = None) -> None:
        """Begins a stroke of the next class; anywhere in the view when no place of the view is given."""
        self._strokes += 1
        numbers = self._window.session.classes.numbers
        self._window.session.choose_class(numbers[self._strokes % len(numbers)])
        width, height = self._port.width(), self._port.height()
        self._at = at or QPoint(*self._random.integers(MARGIN, (width - MARGIN, height - MARGIN)).tolist())
        QTest.mousePress(self._port, LEFT, NONE, self._at)

    def move(self, step: tuple[int, int] | None = None) -> None:
        """One move; somewhere near when it is not said by how much."""
        across, down = step or self._random.integers(-REACH, REACH + 1, 2).tolist()
        x = min(max(self._at.x() + across, 1), self._port.width() - 2)
        y = min(max(self._at.y() + down, 1), self._port.height() - 2)
        self._at = QPoint(x, y)
        QTest.mouseMove(self._port, self._at)

    def release(self) -> None:
        QTest.mouseRelease(self._port, LEFT, NONE, self._at)

    def piece(self, step: tuple[int, int] | None = None) -> float:
        """One move and all that follows it, to the end of its repaint; milliseconds."""
        before, started = self._clock.paints, time.perf_counter()
        self.move(step)
        while self._clock.paints == before and time.perf_counter() - started < 1:
            QApplication.processEvents()
        return 1e3 * (time.perf_counter() - started)

    def pieces(self, strokes: int) -> list[float]:
        """Milliseconds of each piece of some strokes."""
        times = []
        for _ in range(strokes):
            self.press()
            QApplication.processEvents()
            times += [self.piece() for _ in range(self.PIECES)]
            self.release()
            QTest.qWait(50)
        return times
