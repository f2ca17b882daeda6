"""A process with the real window in which somebody labels until the process is killed.

    python tests/faults/labelling_process.py MODE SCENE LOG OUT --seed N

Every state that the labels go through is written down, with its time, before anything else hears of it: what was on
the screen is known, whenever the process is killed. Modes: `brisk` (a stroke about every 100 ms, some taken back),
`slow` (one about every 1.5 s), `held` (strokes of several seconds), `save` (brisk, and saved again and again),
`export` (likewise, and the map exported), `train` (brisk, beside a training).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from hsigui.document.events import HistoryChanged, LabelsChanged, LabelsPainted, ValidationChanged
from hsigui.ui.desk.prompts import Prompts
from hsigui.ui.results.export_dialog import ExportChoice
from hsigui.ui.shell.main_window import MainWindow

MODES = ("brisk", "slow", "held", "save", "export", "train")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LONGEST = 60.0  # seconds, should nobody kill it


def digest(labels: NDArray[np.uint16], validation: NDArray[np.uint16]) -> str:
    """Stands for a state of the labels."""
    return hashlib.sha256(labels.tobytes() + validation.tobytes()).hexdigest()[:16]


class Answers(Prompts):
    """Saves where it is told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save_path(self, title: str, proposal: str, *, kinds: str = "") -> Path | None:
        return self._folder / "labels.tif"

    def unsaved_labels(self) -> str:
        return "cancel"


class Labeller:
    """A hand at work in a window."""

    def __init__(self, window: MainWindow, log: int, mode: str, out: Path, rng: random.Random) -> None:
        self.window, self.mode, self.out, self.rng = window, mode, out, rng
        self._log = log
        self._ops = 0
        self._at: tuple[int, int] | None = None  # where the brush is held down
        self._until = 0.0

    def note(self, what: str, **more: object) -> None:
        """Writes a line that outlives the process."""
        scene = self.window.session.scene
        state = digest(scene.labels.array, scene.labels.validation)
        os.write(self._log, (json.dumps({"t": time.monotonic(), "what": what, "state": state, **more}) + "\n").encode())

    def watch(self) -> None:
        """Notes every state from now on."""
        events = self.window.session.scene.events
        listeners = events._listeners
        for kind, what in ((LabelsPainted, "piece"), (LabelsChanged, "step"), (ValidationChanged, "step"),
                           (HistoryChanged, "step")):  # fmt: skip
            events.subscribe(kind, lambda _event, what=what: self.note(what))
            listeners[kind].insert(0, listeners[kind].pop())  # before those who keep labels hear of it

    def take_up(self) -> None:
        """Does what a user does after a crash: takes up what is offered."""
        offers = [m for m in self.window.messages.messages if "unsaved labels" in m.text]
        others = [m.text for m in self.window.messages.messages if m.kind != "info" and m not in offers]
        for offer in offers:
            (button,) = (b for b in offer.findChildren(QPushButton) if b.text() == "Restore")
            button.click()
        _until(lambda: not self.window.bridge.running)
        history = self.window.session.history
        self.note("taken up", offers=len(offers), others=others, steps=len(history.texts), place=history.place)

    def start(self) -> None:
        window = self.window
        window.actions_["tool_brush"].trigger()
        window.image.set_brush_size(3)
        for _ in range(max(0, 4 - len(window.session.classes))):
            window.labels.classes.add()
        self.watch()
        if self.mode == "export":
            self._make_map()
        self.note("working")
        if self.mode == "train":
            window.actions_["pretrain"].trigger()
        self._timer = QTimer(window)
        self._timer.timeout.connect(self._go_on)
        self._timer.start({"slow": 1500, "held": 40}.get(self.mode, 100))

    def _go_on(self) -> None:
        if self.mode == "held":
            self._hold()
            return
        self._ops += 1
        if self._ops % 9 == 0:
            self.window.session.undo()
        elif self._ops % 9 == 1 and self._ops > 9:
            self.window.session.redo()
        else:
            self._stroke()
        if self.mode in ("save", "export") and self._ops % 4 == 0:
            self.window.label_files.save()
        if self.mode == "export" and len(self.window.bridge.running) < 2 and self.window.session.class_map is not None:
            self.window.exporter.export(ExportChoice(("geotiff", "report"), self.out / "maps", "map"))

    def _stroke(self) -> None:
        session = self.window.session
        if self.mode in ("brisk", "slow", "held"):
            session.set_layer(int(self.rng.random() < 0.2))
        session.choose_class(self.rng.choice(session.classes.numbers))
        port = self.window.image.viewport()
        places = [self._place() for _ in range(self.rng.randint(2, 4))]
        QTest.mousePress(port, LEFT, NONE, places[0])
        for place in places[1:]:
            QTest.mouseMove(port, place)
        QTest.mouseRelease(port, LEFT, NONE, places[-1])

    def _hold(self) -> None:
        port, image, session = self.window.image.viewport(), self.window.image, self.window.session
        rows, cols = session.labels.shape
        if self._at is None:
            session.choose_class(self.rng.choice(session.classes.numbers))
            self._at = self.rng.randrange(rows), self.rng.randrange(cols)
            self._until = time.monotonic() + self.rng.uniform(2, 6)
            QTest.mousePress(port, LEFT, NONE, image.position_of(*self._at))
        elif time.monotonic() > self._until:
            QTest.mouseRelease(port, LEFT, NONE, image.position_of(*self._at))
            self._at = None
        else:
            row, col = self._at
            self._at = (min(max(row + self.rng.randint(-4, 4), 0), rows - 1),
                        min(max(col + self.rng.randint(-4, 4), 0), cols - 1))  # fmt: skip
            QTest.mouseMove(port, image.position_of(*self._at))

    def _place(self) -> QPoint:
        rows, cols = self.window.session.labels.shape
        return self.window.image.position_of(self.rng.randrange(rows), self.rng.randrange(cols))

    def _make_map(self) -> None:
        from hsigui.jobs import SilentContext
        from hsigui.pipeline.embed import embed
        from hsigui.pipeline.pretrain import pretrain
        from hsigui.specs import PretrainSpec

        for _ in range(4):
            self._stroke()
        cube = self.window.session.cube
        assert cube is not None
        encoder = pretrain(cube, PretrainSpec("random-encoder", device="cpu"), SilentContext())
        self.window.session.set_trained(encoder, embed(cube, encoder, SilentContext()))
        _until(lambda: self.window.session.class_map is not None and not self.window.bridge.running)


def _until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not done():
        if time.monotonic() > ends:
            raise SystemExit("the window does not get on")
        QApplication.processEvents()  # not `QTest.qWait`, which holds the interpreter: jobs would stand still
        time.sleep(0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("scene", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("out", type=Path, help="folder for saved labels and maps")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    window = MainWindow(prompts=Answers(arguments.out))
    window.resize(1000, 700)
    window.show()
    window.scene.open_path(arguments.scene)
    _until(lambda: window.session.cube is not None and not window.bridge.running)
    log = os.open(arguments.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    labeller = Labeller(window, log, arguments.mode, arguments.out, random.Random(arguments.seed))
    labeller.take_up()
    labeller.start()
    QTimer.singleShot(int(1000 * LONGEST), app.quit)
    app.exec()
    os._exit(0)


if __name__ == "__main__":
    main()
