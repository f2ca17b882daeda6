"""How promptly the real window answers: at rest, under a hand that labels, and while a training runs beside it.

    python tests/benchmarks/window.py --json [--scene indian_pines] [--seconds 10] [--method lscosa] [--epochs 0]

Prints one JSON object:

- `first_paint_s`: from the start of a process to the end of the first paint of its window, median (`_worst` beside it);
  `torch_at_first_paint`: whether PyTorch was imported by then.
- `late_ms`: how late a timer of 10 ms fires on the thread of the window, `p50`, `p99` and `max`. `idle`: nobody does
  anything. `labelling`: a hand paints, a move every 16 ms. `loading`: the first 10 s of a training (LSCoSa Quick on one
  core less than there are, the import of PyTorch among them). `training`: the same training later.
  `training_labelling`: both.
- `piece_ms`: from a mouse move with the brush down to the end of the repaint that shows it, and `piece_ms_training`,
  the same while the training runs.
- `cancel_s`: from the cancelling of a training to the window's word that it ended, median of several at different
  moments.
- `load`: how many processes wanted a core in the minute before (0 where the system does not tell).

The window is offscreen, 1400 x 900. Its settings, runs and project files go to a scratch folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
from tree import Brush, load, open_scene, percentiles, run_program, wait_until, window_in

from hsigui.specs import PretrainSpec

LOADING = 10.0  # seconds of a training in which PyTorch is imported
TICK_MS, MOVE_MS = 10, 16
PAUSE = 8  # moves' time between two strokes


class Lateness(QObject):
    """A timer of 10 ms that is started anew at each tick, and how late each of them was, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._due = 0.0
        self._late: list[float] = []

    def watch(self, seconds: float) -> dict[str, float]:
        """Runs the program's event loop for a time."""
        self._late = []
        loop = QEventLoop()
        QTimer.singleShot(round(1e3 * seconds), loop.quit)
        self._again()
        loop.exec()
        self._timer.stop()
        return percentiles(self._late)

    def _again(self) -> None:
        self._due = time.perf_counter() + TICK_MS / 1e3
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        self._late.append(1e3 * max(0.0, time.perf_counter() - self._due))
        self._again()


class Hand(QObject):
    """Paints by itself, a move every 16 ms, while the event loop runs."""

    def __init__(self, brush: Brush) -> None:
        super().__init__()
        self._brush, self._turn = brush, 0
        self._timer = QTimer(self)
        self._timer.setInterval(MOVE_MS)
        self._timer.timeout.connect(self._move)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        if 0 < self._turn <= Brush.PIECES:
            self._brush.release()
        self._turn = 0

    def _move(self) -> None:
        if self._turn == 0:
            self._brush.press()
        elif self._turn <= Brush.PIECES:
            self._brush.move()
        elif self._turn == Brush.PIECES + 1:
            self._brush.release()
        self._turn = (self._turn + 1) % (Brush.PIECES + PAUSE)


class FirstPaint(QObject):
    """Quits the program when its window was painted for the first time, and keeps when that was."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.seen, self.at, self.torch = False, 0.0, False
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.seen and event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            self.seen = True
            QTimer.singleShot(0, self._painted)
        return False

    def _painted(self) -> None:
        self.at, self.torch = time.time(), "torch" in sys.modules
        QApplication.quit()


def start_once() -> None:
    """What a child does: starts the program as the command does, and prints when its window was painted."""
    app = QApplication([])
    first = FirstPaint(app)
    run_program()()
    app.removeEventFilter(first)
    print(json.dumps({"at": first.at, "torch": first.torch}))


def starts(scratch: Path, times: int) -> dict[str, Any]:
    """Seconds from the start of a process to its first paint; the first of them, which warms the disk, left out."""
    environment = {**os.environ, "HSIGUI_CONFIG_DIR": str(scratch), "HSIGUI_STATE_DIR": str(scratch)}
    seconds, torch = [], False
    for _ in range(times + 1):
        started = time.time()
        done = subprocess.run(
            [sys.executable, __file__, "--child"], check=True, capture_output=True, text=True, env=environment
        )
        told = json.loads(done.stdout)
        seconds.append(told["at"] - started)
        torch = torch or told["torch"]
    return {
        "first_paint_s": round(statistics.median(seconds[1:]), 2),
        "first_paint_s_worst": round(max(seconds[1:]), 2),
        "torch_at_first_paint": torch,
    }


def as_the_program_does(window: Any) -> AbstractContextManager[None]:
    """What the program does around the event loop of its window, where the tree has such a thing."""
    prompt = getattr(import_module("hsigui.ui.shell.app"), "answering_promptly", None)
    return nullcontext() if prompt is None else prompt(window)


def measure(window: Any, seconds: float, strokes: int, cancels: int) -> dict[str, Any]:
    brush, late = Brush(window), Lateness()
    hand = Hand(brush)
    phases = {"idle": late.watch(seconds)}
    pieces = percentiles(brush.pieces(strokes))
    with hand:
        phases["labelling"] = late.watch(seconds)
    window.actions_["pretrain"].trigger()
    phases["loading"] = late.watch(LOADING)
    phases["training"] = late.watch(seconds)
    with hand:
        phases["training_labelling"] = late.watch(seconds)
    beside = percentiles(brush.pieces(strokes))
    if not window.session.training:
        raise SystemExit("The training ended before all was measured: give fewer --seconds.")
    stops = [cancel(window)]
    for number in range(1, cancels):
        window.actions_["pretrain"].trigger()
        late.watch(2 + 0.37 * number)
        stops.append(cancel(window))
    return {
        "late_ms": phases,
        "piece_ms": pieces,
        "piece_ms_training": beside,
        "cancel_s": round(statistics.median(stops), 3),
        "cancel_s_worst": round(max(stops), 3),
    }


def cancel(window: Any) -> float:
    """Seconds until a running training has ended."""
    if not window.session.training:
        raise SystemExit("There is no training to cancel.")
    window.actions_["cancel"].trigger()
    return wait_until("the end of the training", lambda: not window.session.training)


def scene_file(name: str) -> Path | None:
    if name == "demo":
        return None
    folder = Path(os.environ.get("HSIGUI_DATA") or Path(__file__).parents[3] / "shared" / "data")
    return folder / "indian_pines" / "IP_200_M.mat"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--scene", default="indian_pines", choices=("indian_pines", "demo"))
    parser.add_argument("--seconds", type=float, default=10, help="of each phase")
    parser.add_argument("--method", default="lscosa")
    parser.add_argument(
        "--epochs", type=int, default=0, help="of the training, longer than all phases; 0: the preset's"
    )
    parser.add_argument("--strokes", type=int, default=15, help="of 12 pieces")
    parser.add_argument("--cancels", type=int, default=6)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        start_once()
        return
    with tempfile.TemporaryDirectory() as scratch:
        report: dict[str, Any] = {"machine": platform.machine(), "cores": os.cpu_count(), "load": load()}
        report["scene"] = given.scene
        report |= starts(Path(scratch), given.starts)
        app = QApplication([])
        window = window_in(Path(scratch))
        with as_the_program_does(window):
            open_scene(window, scene_file(given.scene))
            report["size"] = list(window.session.cube.shape)
            report["method"] = given.method
            window.method.show_spec(PretrainSpec(given.method, epochs=given.epochs or None))
            report |= measure(window, given.seconds, given.strokes, given.cancels)
        window.close()
    print(json.dumps(report))
    del app


if __name__ == "__main__":
    main()
