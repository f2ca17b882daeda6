"""A window in a process of its own that works on a project of two scenes, or opens it, and says what it shows.

    python -m tests.paths.project_window work|look FOLDER OUT

Writes what it shows as JSON to OUT, and then waits to be killed. FOLDER has the scenes `one` and `two`, and gets the
project `fields.hsigui`; settings, state and runs lie below it, too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.document.scene import Scene
from hsigui.settings import SettingsStore
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.results.export_dialog import ExportChoice
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import Answers, drag, press, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
SECONDS = 120.0


def wait(what, said: str = "", seconds: float = SECONDS) -> None:
    """Has the window go on until something is so."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(said)
        go_on()


def go_on() -> None:
    """The next moment of the window. Not by `QTest.qWait`, which holds the interpreter: jobs would stand still."""
    QApplication.processEvents()
    time.sleep(0.02)


def quiet(window: MainWindow) -> None:
    """Waits until no job is at work, and none begins in the next moment."""
    calm = 0
    while calm < 10:
        go_on()
        calm = 0 if window.bridge.running or window.session.queue.entries else calm + 1


def open_scene(window: MainWindow, path: Path) -> None:
    window.scene.open_path(path)
    wait(lambda: window.session.cube is not None and window.session.cube.path == path, f"{path.name} was not opened")
    quiet(window)


def show(window: MainWindow, place: int) -> None:
    at: QPoint = window.tabs.tabRect(place).center()
    QTest.mouseClick(window.tabs, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    quiet(window)


def stroke(window: MainWindow, number: int, *pixels: tuple[int, int]) -> None:
    press(window, str(number))
    drag(window, *pixels)
    quiet(window)


def work(window: MainWindow, answers: Answers, folder: Path) -> None:
    """With mouse and keys: labels of both kinds, a training, maps, spectra, bands, places; some of it taken back."""
    for name in ("one", "two"):
        open_scene(window, folder / name / "demo-scene.hdr")
    answers.save = folder / "fields.hsigui"
    window.actions_["save_project_as"].trigger()
    wait(lambda: window.keeping.project is not None, "no project was made")
    window.method.seed.setValue(3)
    window.method.advanced.show_spec(replace(window.method.spec(), epochs=4))
    show(window, 0)
    answers.path = folder / "one" / "demo-truth.hdr"
    window.actions_["open_truth"].trigger()
    quiet(window)
    press(window, Qt.Key.Key_P, CTRL)
    wait(lambda: window.session.features is not None, "the training did not end")
    quiet(window)
    press(window, "B")
    for number, row in ((1, 20), (2, 60), (3, 100)):
        stroke(window, number, (row, 20), (row, 60))
    stroke(window, 1, (5, 5), (5, 20))
    press(window, Qt.Key.Key_Z, CTRL)
    quiet(window)
    press(window, "L")  # the map stays as it is from now on
    stroke(window, 2, (70, 30), (70, 60))
    window.map_panel.opacity.setValue(45)
    at = window.image.position_of(30, 30)
    QTest.mouseClick(window.image.viewport(), Qt.MouseButton.LeftButton, SHIFT, at)
    window.display.sliders["red"].setValue(3)
    quiet(window)
    show(window, 1)
    press(window, "V")
    stroke(window, 1, (40, 20), (40, 40))
    window.image.zoom_in()
    window.actions_["next_layer"].trigger()
    quiet(window)


def folder_of(scene: Scene) -> str:
    return "" if scene.cube.path is None else scene.cube.path.parent.name


def facts(window: MainWindow, folder: Path, what: str) -> dict[str, object]:
    """What the window shows, of each scene."""
    found: dict[str, object] = {}
    for place, scene in reversed(list(enumerate(window.session.scenes))):
        show(window, place)
        found[folder_of(scene)] = {
            "labels": _sum(scene.labels.array), "validation": _sum(scene.labels.validation),
            "steps": scene.history.texts, "done": scene.history.place, "class": scene.current_class,
            "layer": scene.layer, "spectra": [[s.label, _sum(s.values)] for s in scene.spectra],
            "truth": None if scene.truth is None else [scene.truth.name, _sum(scene.truth.array)],
            "view": list(scene.view.bands), "run": None if scene.run is None else str(scene.run.folder),
            "map": None if scene.map is None else _sum(scene.map.class_map.classes),
            "confidence": None if scene.map is None else _sum(scene.map.class_map.confidence),
            "picture": _picture(window, folder / f"{folder_of(scene)}-{what}.png"), "report": _report(window, folder),
        }  # fmt: skip
    return {
        "scenes": found, "shown": window.session.place, "method": window.method.spec().to_json(),
        "live": window.session.live, "opacity": window.maps.opacity, "layer": window.maps.layer,
    }  # fmt: skip


def _sum(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def _picture(window: MainWindow, path: Path) -> str:
    """The sum of the pixels of the image, which are kept in a file for who wants to see what differs."""
    QApplication.sendEvent(window.image.viewport(), QEvent(QEvent.Type.Leave))  # the brush goes with the hand
    picture = window.image.grab()
    picture.save(str(path))
    shown = picture.toImage().convertToFormat(QImage.Format.Format_RGB32)
    return hashlib.sha256(bytes(shown.constBits())).hexdigest()[:16]


def _report(window: MainWindow, folder: Path) -> str | None:
    """The report that the window writes now, as text; None without a map."""
    if window.session.class_map is None:
        return None
    out = folder / "out"
    window.exporter.export(ExportChoice(("report",), out, "of"))
    wait(lambda: any(out.glob("of-report/*.json")), "no report was written")
    quiet(window)
    (path,) = out.glob("of-report/*.json")
    text = path.read_text(encoding="utf-8")
    shutil.rmtree(out)
    window.messages.clear()
    return text


def main() -> None:
    what, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    app = QApplication([])
    answers = Answers()
    window = MainWindow(
        SettingsStore(folder / "config"), answers, Projects(folder / "projects", folder / "recovery"),
        Runs(folder / "runs"),
    )  # fmt: skip
    window.resize(1280, 800)
    window.show()
    QTest.qWaitForWindowExposed(window)
    if what == "work":
        work(window, answers, folder)
    else:
        window.open_path(folder / "fields.hsigui")
        wait(lambda: window.session.open_scenes == 2 and window.projects._opening is None, "the project did not open")
        quiet(window)
    said = texts(window)
    window.messages.clear()
    shown = {**facts(window, folder, what), "said": said}
    window.states.look()
    wait(lambda: not window.keeping.journal.busy, "not all was written")
    scratch = out.with_suffix(".part")
    scratch.write_text(json.dumps(shown, indent=1), encoding="utf-8")
    scratch.rename(out)
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
