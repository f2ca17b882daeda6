"""How fast labels are painted on a very large scene, what undo costs in memory, and how soon the map follows.

    python tests/benchmarks/labelling.py --json [--skip-maps]

Prints one JSON object:

- `stroke_to_repaint_ms`: on a scene of 10,000 x 10,000 pixels, from a real mouse move with the brush down to the end of
  the repaint that shows it, median over many strokes at four magnifications (`_p95` and each magnification beside it).
- `undo_500_mb`: memory of 500 strokes that can be undone, as the history counts it; `undo_500_process_mb` is what the
  process grew by meanwhile (freed memory that the allocator keeps included).
- `stroke_to_map_ms_145` and `_610`: from the release of the mouse to the first repaint of the renewed map, on scenes of
  145 x 145 and 610 x 340 with 16 classes, three strokes each, and the four levels of context of the default recipe:
  the map of the closed form, which comes at once. `stroke_to_settled_ms_145` and `_610`: to that of the recipe's own
  classifier, the rest of the hand that it waits for included. Medians.

The window is offscreen. Its settings and project files go to a scratch folder.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `take_one_blas_thread` of the program does

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.picture import Picture, display_step
from hsigui.cube.render import first_view
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import Edit
from hsigui.settings import SettingsStore
from hsigui.specs import PretrainSpec
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.scene.opening import Opened
from hsigui.ui.shell.main_window import MainWindow

LARGE = 10_000
MAGNIFICATIONS = {"whole": None, "quarter": 0.25, "full": 1.0, "magnified": 8.0}
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


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


def window_in(folder: Path) -> MainWindow:
    window = MainWindow(
        SettingsStore(folder), None, Projects(folder / "projects", folder / "recovery"), Runs(folder / "runs")
    )
    window.resize(1400, 900)
    window.show()
    QTest.qWaitForWindowExposed(window)
    return window


def open_in(window: MainWindow, values: NDArray[Any], name: str) -> None:
    """Shows a scene held in memory, as if it had just been opened."""
    cube = Cube(ArraySource(values), name=name)
    step = display_step(cube)
    rgb = np.random.default_rng(0).integers(0, 255, (-(-cube.rows // step), -(-cube.cols // step), 3), dtype=np.uint8)
    window.scene._ready(Opened(cube, first_view(cube), Picture(rgb, step), cube))
    QTest.qWait(50)


def repaint_times(window: MainWindow, scale: float | None, strokes: int, rng: np.random.Generator) -> list[float]:
    """Milliseconds from each mouse move of some strokes to the end of its repaint."""
    image = window.image
    if scale is None:
        image.fit()
    else:
        image.look_at((LARGE / 2, LARGE / 2, scale))
    port = image.viewport()
    clock, found = PaintClock(port), []
    QTest.qWait(400)
    width, height = port.width(), port.height()
    for number in range(strokes):
        window.session.choose_class(1 + number % 16)
        at = QPoint(*(rng.integers(60, (width - 60, height - 60))).tolist())
        QTest.mousePress(port, LEFT, NONE, at)
        QApplication.processEvents()
        for _ in range(12):
            at = QPoint(
                int(np.clip(at.x() + rng.integers(-25, 26), 1, width - 2)),
                int(np.clip(at.y() + rng.integers(-25, 26), 1, height - 2)),
            )
            before, started = clock.paints, time.perf_counter()
            QTest.mouseMove(port, at)
            while clock.paints == before and time.perf_counter() - started < 1:
                QApplication.processEvents()
            found.append(1e3 * (time.perf_counter() - started))
        QTest.mouseRelease(port, LEFT, NONE, at)
        QApplication.processEvents()
    port.removeEventFilter(clock)
    return found


def resident_mb() -> float:
    """Memory of this process; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def large(folder: Path, strokes: int) -> dict[str, Any]:
    """Repaints and undo on 10,000 x 10,000 pixels."""
    window = window_in(folder)
    open_in(window, np.broadcast_to(np.float32(0.5), (LARGE, LARGE, 3)), "large")
    window.session.set_classes(ClassTable.for_numbers(range(1, 17)), "Classes")
    window.actions_["tool_brush"].trigger()
    window.image.brush_size = 15
    rng = np.random.default_rng(1)
    times = {name: repaint_times(window, scale, strokes, rng) for name, scale in MAGNIFICATIONS.items()}
    together = [value for values in times.values() for value in values]
    found = {
        "stroke_to_repaint_ms": round(float(np.median(together)), 2),
        "stroke_to_repaint_ms_p95": round(float(np.percentile(together, 95)), 2),
        **{f"stroke_to_repaint_ms_{name}": round(float(np.median(v)), 2) for name, v in times.items()},
        **undo(window, rng),
    }
    close(window)
    return found


def undo(window: MainWindow, rng: np.random.Generator) -> dict[str, Any]:
    """500 strokes of a brush of 15 pixels over what was drawn before, each across half of the view."""
    gc.collect()
    before = resident_mb()
    session, port = window.session, window.image.viewport()
    window.image.look_at((LARGE / 2, LARGE / 2, 1.0))
    for number in range(500):
        session.choose_class(1 + number % 16)
        places = [QPoint(*(rng.integers(60, (port.width() - 60, port.height() - 60))).tolist()) for _ in range(4)]
        QTest.mousePress(port, LEFT, NONE, places[0])
        for place in places[1:]:
            QTest.mouseMove(port, place)
        QTest.mouseRelease(port, LEFT, NONE, places[-1])
    history = session.history
    drawn = session.labels.array[4000:6000, 4000:6000].copy()
    started = time.perf_counter()
    kept = history.place
    session.go_to(0)
    seconds = time.perf_counter() - started
    session.go_to(kept)
    assert np.array_equal(session.labels.array[4000:6000, 4000:6000], drawn)
    return {
        "undo_500_mb": round(history.nbytes / 1e6, 2),
        "undo_500_process_mb": round(resident_mb() - before, 1),
        "undo_steps": kept,
        "undo_all_ms": round(1e3 * seconds, 1),
    }


def stroke_to_map(folder: Path, rows: int, cols: int, strokes: int) -> dict[str, Any]:
    """From the end of a stroke to the repaint with the map made from it: 16 classes with three strokes each, the four
    levels of context of an untrained encoder."""
    from hsigui.jobs import SilentContext
    from hsigui.labels.stroke_split import draw_strokes
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain

    window = window_in(folder)
    rng = np.random.default_rng(2)
    truth = rng.integers(1, 17, (rows // 8 + 1, cols // 8 + 1)).repeat(8, 0).repeat(8, 1)[:rows, :cols]
    centres = rng.normal(size=(17, 64))
    open_in(window, (centres[truth] + rng.normal(size=(rows, cols, 64))).astype(np.float32), f"{rows}")
    window.session.set_classes(ClassTable.for_numbers(range(1, 17)), "Classes")
    drawn = draw_strokes(truth, 3).train
    window.session.edit(Edit(0, 0, drawn > 0, drawn[drawn > 0]), "Strokes")
    cube = window.session.cube
    encoder = pretrain(cube, PretrainSpec("random-encoder", device="cpu"), SilentContext())
    window.session.set_trained(encoder, embed(cube, encoder, SilentContext()))
    wait_for_map(window)
    window.actions_["tool_brush"].trigger()
    window.image.brush_size = 3
    port, times, settled = window.image.viewport(), [], []
    clock = PaintClock(port)
    for _ in range(strokes):
        row, col = int(rng.integers(5, rows - 5)), int(rng.integers(5, cols - 5))
        window.session.choose_class(int(truth[row, col]))
        before = window.session.class_map
        QTest.mousePress(port, LEFT, NONE, window.image.position_of(row, col))
        QTest.mouseMove(port, window.image.position_of(row + 2, col + 2))
        started = time.perf_counter()
        QTest.mouseRelease(port, LEFT, NONE, window.image.position_of(row + 2, col + 2))
        while window.session.class_map is before and time.perf_counter() - started < 60:
            wait_for_events()
        painted = clock.paints
        while clock.paints == painted and time.perf_counter() - started < 60:
            wait_for_events()
        times.append(1e3 * (time.perf_counter() - started))
        wait_for_map(window)
        settled.append(1e3 * (time.perf_counter() - started))
    close(window)
    name = f"stroke_to_map_ms_{rows}"
    return {
        name: round(float(np.median(times[1:])), 1),
        f"{name}_worst": round(max(times[1:]), 1),
        f"stroke_to_settled_ms_{rows}": round(float(np.median(settled[1:])), 1),
    }


def wait_for_events() -> None:
    """As the program's own loop does: asleep until there is something to do, so that the worker has the cores."""
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def wait_for_map(window: MainWindow) -> None:
    ended = time.perf_counter() + 60
    while time.perf_counter() < ended and (window.session.class_map is None or window.maps.busy):
        wait_for_events()  # qWait holds Python's lock while it waits, and the workers stand still
    if window.session.class_map is None:
        raise SystemExit("no map was made: " + "; ".join(m.text for m in window.messages.messages))


def close(window: MainWindow) -> None:
    window.session.mark_saved()
    window.close()
    window.deleteLater()
    QApplication.processEvents()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--strokes", type=int, default=12, help="at each magnification, and for the map")
    parser.add_argument("--skip-maps", action="store_true")
    arguments = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = scratch
        found: dict[str, Any] = {"machine": platform.machine(), "cores": os.cpu_count()}
        found |= large(Path(scratch), arguments.strokes)
        if not arguments.skip_maps:
            for rows, cols in ((145, 145), (610, 340)):
                found |= stroke_to_map(Path(scratch), rows, cols, arguments.strokes)
    print(json.dumps(found))
    del app


if __name__ == "__main__":
    main()
