"""A hand that does anything at all in the real window, for as long as is asked, and what the program holds meanwhile.

    python tests/faults/random_walk.py --minutes N [--seed S] --json
    python tests/faults/random_walk.py --scenes N [--seed S] --json

Small scenes are opened and closed, labelled, looked at and mapped, by an encoder that is trained already or one that is
trained then (or given up); labels are saved, maps exported, projects saved and opened; dialogs are opened and given up.
All that is done is drawn from the seed; how much of it fits into a minute is the machine's. One
JSON object is printed, with a row a minute (and one at the beginning, after the first scene and its map): resident
memory, widgets, objects under the window, objects of Python's commonest types, open files, threads, and how often
each thing was done. `grown_after_5` says by how many percent memory is above that of the fifth minute, at most;
`errors` are exceptions that nobody expected, in slots or told to the user in a dialog.
With --scenes so many are opened, labelled and closed one after the other, and there is a row every 20.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from hsigui.cube.demo import write_demo
from hsigui.settings import SettingsStore
from hsigui.specs import PretrainSpec
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.desk.error_dialog import ErrorDialog
from hsigui.ui.results.export_dialog import ExportChoice
from hsigui.ui.shell.app import answering_promptly
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import Answers

SIDE = 64
METHODS = ("lscosa", "purified", "contrastdm", "random-encoder")
PROJECTS = 3
SCENES = 5
MOST_OPEN = 4
EPOCHS = 5
TYPES = 25
SETTLED = 5  # minutes after which memory is to stay as it is
LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
DIALOGS = ("help_pages", "preferences", "about", "shortcuts", "report_problem", "export", "bands", "properties",
           "import_notes", "draw_sample", "own_composites")  # fmt: skip
SEEING = ("one_band", "next_band", "previous_band", "play_bands", "find_band", "band_pictures", "colors_viridis",
          "colors_grey", "stretch_to_percentiles", "stretch_to_equalised", "stretch_to_gamma", "stretch_part",
          "decorrelate", "stretch_back", "swir", "geology")  # fmt: skip
SEARCHES = ("", "670", "swir", "bad", "3-9", "nothing like it")
PLAIN = ("undo", "undo", "undo", "redo", "redo", "fit", "zoom_in", "zoom_out", "true_colour", "infrared",
         "default_bands", "show_labels", "show_map", "next_layer", "superpixels", "overlay_less", "overlay_more",
         "clear_spectra", "live", "live", "renew_map", "ask_me", "add_class", "validation", "brush_smaller",
         "brush_larger", "class_1", "class_2", "class_3", "tool_brush", "next_scene", "lock_class",
         "hide_class", "show_classes", "delete_class", "theme_dark", "theme_light")  # fmt: skip


class Walker:
    """A hand at work in a window.

    Args:
        places: headers of the scenes and of their truths.
        run: folder of a trained run that fits all of them.
    """

    def __init__(
        self, window: MainWindow, answers: Answers, places: list[tuple[Path, Path]], run: Path, seed: int
    ) -> None:
        self.window, self.answers, self.places, self.run = window, answers, places, run
        self.out = run.parent.parent / "out"
        self.out.mkdir(exist_ok=True)
        self.rng = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.errors: list[str] = []
        sys.excepthook = self._fault
        self._can: tuple[tuple[float, Callable[[], object]], ...] = (
            (12, self.paint), (12, self.plain), (4, self.zoom), (3, self.pan), (3, self.bands), (3, self.see),
            (2, self.method), (3, self.panel), (2, self.context), (3, self.keep_spectrum), (3, self.open_scene),
            (2, self.close_scene), (4, self.dialog), (1, self.truth), (1, self.sample), (1, self.open_run),
            (1, self.save_labels), (0.4, self.export), (0.3, self.train), (0.4, self.project),
        )  # fmt: skip

    def _fault(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.errors.append(f"{kind.__name__}: {error}")
        traceback.print_exception(kind, error, trace)

    def step(self) -> None:
        """Does one thing, and lets the program answer."""
        (deed,) = self.rng.choices([deed for _, deed in self._can], [weight for weight, _ in self._can])
        deed()
        self.done[deed.__name__] += 1
        self.wait(self.rng.uniform(0.0, 0.06))
        for list_ in (self.answers.asked, self.answers.told, self.answers.proposed, self.answers.changed):
            list_.clear()  # the stand-in's own

    def wait(self, seconds: float) -> None:
        """Lets the window's loop turn, asleep while there is nothing to do."""
        ended = time.monotonic() + seconds
        while True:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            left = ended - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(left, 0.01))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # as between two turns of `exec`

    def settle(self, seconds: float = 30.0) -> None:
        """Waits until nothing is at work."""
        ended = time.monotonic() + seconds
        while self.window.bridge.running or self.window.maps.busy:
            if time.monotonic() > ended:
                break
            self.wait(0.05)

    def reject_dialogs(self) -> int:
        """Gives up every dialog that is open; how many there were."""
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        for dialog in shown:
            if isinstance(dialog, ErrorDialog):
                self.errors.append(dialog.windowTitle())
            dialog.reject()
        return len(shown)

    def place(self) -> QPoint:
        """Somewhere on the scene, in the pixels of the view."""
        port = self.window.image.viewport()
        return QPoint(self.rng.randrange(5, port.width() - 5), self.rng.randrange(5, port.height() - 5))

    # What can be done

    def paint(self) -> None:
        port, at = self.window.image.viewport(), self.place()
        QTest.mousePress(port, LEFT, NONE, at)
        for _ in range(self.rng.randrange(1, 6)):
            at = QPoint(at.x() + self.rng.randrange(-25, 26), at.y() + self.rng.randrange(-25, 26))
            QTest.mouseMove(port, at)
        QTest.mouseRelease(port, LEFT, NONE, at)

    def plain(self) -> None:
        self.trigger(self.rng.choice(PLAIN))

    def trigger(self, name: str) -> None:
        """What a menu does; dialogs that come with it are given up."""
        self.window.actions_[name].trigger()
        self.wait(0.0)
        self.reject_dialogs()

    def zoom(self) -> None:
        image, at = self.window.image, QPointF(self.place())
        turn = QPoint(0, self.rng.choice((-240, -120, 120, 240)))
        QApplication.sendEvent(
            image.viewport(),
            QWheelEvent(at, image.viewport().mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton, NONE,
                        Qt.ScrollPhase.NoScrollPhase, False),
        )  # fmt: skip

    def pan(self) -> None:
        port, at, to = self.window.image.viewport(), self.place(), self.place()
        QTest.mousePress(port, Qt.MouseButton.MiddleButton, NONE, at)
        QTest.mouseMove(port, to)
        QTest.mouseRelease(port, Qt.MouseButton.MiddleButton, NONE, to)

    def bands(self) -> None:
        slider = self.rng.choice(list(self.window.display.sliders.values()))
        slider.setValue(self.rng.randint(slider.minimum(), slider.maximum()))

    def see(self) -> None:
        self.trigger(self.rng.choice(SEEING))
        self.window.band_list.search.setText(self.rng.choice(SEARCHES))
        strip = self.window.stretch.channels[0].strip
        if strip.isVisible():
            at, to = (QPoint(self.rng.randint(4, max(strip.width() - 4, 5)), 20) for _ in range(2))
            QTest.mousePress(strip, LEFT, NONE, at)
            QTest.mouseMove(strip, to)
            QTest.mouseRelease(strip, LEFT, NONE, to)

    def method(self) -> None:
        box = self.window.method.method
        box.setCurrentIndex(self.rng.choice([n for n in range(box.count()) if box.itemData(n)]))  # no headings

    def panel(self) -> None:
        dock = self.rng.choice(list(self.window.docks.values()))
        dock.setVisible(True)
        dock.raise_()

    def context(self) -> None:
        slider = self.window.map_panel.context.slider
        slider.setValue(self.rng.randint(slider.minimum(), slider.maximum()))

    def keep_spectrum(self) -> None:
        self.trigger("tool_navigate")
        QTest.mouseClick(self.window.image.viewport(), LEFT, SHIFT, self.place())
        if self.rng.random() < 0.8:
            self.trigger("tool_brush")

    def open_scene(self) -> None:
        if self.window.session.open_scenes < MOST_OPEN:
            self.window.open_path(self.rng.choice(self.places)[0])
            self.settle()

    def close_scene(self) -> None:
        count = self.window.session.open_scenes
        if count > 1:
            self.answers.unsaved = "discard"
            self.window.scenes.close(self.rng.randrange(count))

    def dialog(self) -> None:
        self.trigger(self.rng.choice(DIALOGS))

    def truth(self) -> None:
        cube = self.window.session.cube
        for scene, truth in self.places:
            if cube is not None and cube.path == scene:
                self.answers.path = truth
                self.window.actions_["open_truth"].trigger()
                self.settle()

    def sample(self) -> None:
        if self.window.session.truth is not None:
            from hsigui.specs import SplitSpec

            self.window.sampler.sample(SplitSpec(3, self.rng.randrange(100)))
            self.settle()

    def open_run(self) -> None:
        self.window.run_files.open(self.run)
        self.settle()

    def save_labels(self) -> None:
        if self.window.session.shown is not None:
            self.answers.save = self.out / f"labels{self.rng.randrange(3)}.hdr"
            self.answers.over = "overwrite"
            self.window.label_files.save()
            self.settle()

    def export(self) -> None:
        if self.window.session.class_map is not None:
            self.answers.sure = True
            self.window.exporter.export(ExportChoice(("geotiff", "report"), self.out / "maps", "map"))
            self.settle()
            self.answers.sure = False

    def train(self) -> None:
        """Trains for an epoch or two, or gives up within a second."""
        self.window.method.show_spec(
            PretrainSpec(self.rng.choice(METHODS), seed=self.rng.randrange(9), epochs=self.rng.randint(1, 2))
        )
        self.trigger("pretrain")
        if self.rng.random() < 0.5:
            self.wait(self.rng.uniform(0.0, 1.0))
            self.trigger("cancel")
        self.settle(120.0)

    def project(self) -> None:
        """Makes a project of what is open, or goes on with one."""
        path = self.out / f"walk{self.rng.randrange(PROJECTS)}.hsigui"
        if path.exists():
            self.window.projects.open(path)
        elif self.window.session.shown is not None:
            self.window.projects.save_as(path)
        self.settle()


def resident_mb() -> float:
    """Memory of this process; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def open_files() -> list[str]:
    """What this process holds open; nothing where the system does not tell."""
    found = []
    for entry in Path("/proc/self/fd").glob("*"):
        try:
            found.append(str(entry.readlink()))
        except FileNotFoundError:  # that of the listing itself
            continue
    return found


def held(window: MainWindow) -> dict[str, Any]:
    """What the program holds now."""
    gc.collect()
    objects: Counter[str] = Counter(type(o).__name__ for o in gc.get_objects())
    widgets = [type(w).__name__ for w in QApplication.allWidgets()]
    return {
        "rss_mb": round(resident_mb(), 1),
        "widgets": len(widgets),
        "top_level": len(QApplication.topLevelWidgets()),
        "objects_under_window": len(window.findChildren(QObject)),
        "files": len(open_files()),
        "threads": threading.active_count(),
        "scenes": window.session.open_scenes,
        "python_objects": sum(objects.values()),
        "scene_objects": objects["Scene"],
        "types": dict(objects.most_common(TYPES)),
        "widget_types": dict(Counter(widgets).most_common(TYPES)),
    }


def grown(rows: list[dict[str, Any]]) -> float | None:
    """By how many percent memory is above that of the first settled minute, at most; None before there are two."""
    settled = [row["rss_mb"] for row in rows if row["minute"] >= SETTLED]
    return round(100 * (max(settled) / settled[0] - 1), 1) if len(settled) > 1 else None


def trained_run(scene: Path, folder: Path) -> Path:
    """A run of a short training on the scene."""
    from hsigui.cube.open import open_cube
    from hsigui.jobs import SilentContext
    from hsigui.pipeline.pretrain import pretrain

    pretrain(open_cube(scene), PretrainSpec("lscosa", epochs=EPOCHS, device="cpu"), SilentContext(), folder)
    return folder


def window_in(scratch: Path, answers: Answers) -> MainWindow:
    """A shown window that keeps all it keeps in a scratch folder."""
    window = MainWindow(
        SettingsStore(scratch / "config"), answers, Projects(scratch / "projects", scratch / "recovery"),
        Runs(scratch / "runs"),
    )  # fmt: skip
    window.resize(1280, 800)
    window.show()
    QTest.qWaitForWindowExposed(window)
    return window


def walk(scratch: Path, minutes: float, seed: int) -> dict[str, Any]:
    """Walks, and counts every minute."""
    places = [write_demo(scratch / f"scene{n}", seed=n, rows=SIDE, cols=SIDE) for n in range(SCENES)]
    run = trained_run(places[0][0], scratch / "runs" / "walk")
    answers = Answers(unsaved="discard", several="discard", at_exit="stop")
    window = window_in(scratch, answers)
    walker = Walker(window, answers, places, run, seed)
    with answering_promptly(window):  # as the program runs its window
        rows = walked(walker, minutes)
    done = dict(walker.done)
    window.close()
    window.deleteLater()
    walker.wait(0.2)
    return {
        "seed": seed, "minutes": minutes, "grown_after_5": grown(rows), "errors": walker.errors, "done": done,
        "rows": rows,
    }  # fmt: skip


def walked(walker: Walker, minutes: float) -> list[dict[str, Any]]:
    """Walks for so long; what was held at the beginning and after every minute."""
    window = walker.window
    window.open_path(walker.places[0][0])
    walker.wait(1.0)
    walker.settle()
    walker.open_run()
    walker.truth()
    rows: list[dict[str, Any]] = [{"minute": 0, **held(window)}]
    started = time.monotonic()
    for minute in range(1, max(1, round(minutes)) + 1):
        while time.monotonic() - started < min(60.0 * minute, 60.0 * minutes):
            walker.step()
        walker.settle()
        rows.append({"minute": minute, "steps": walker.done.total(), **held(window)})
        print(minute, rows[-1]["rss_mb"], rows[-1]["widgets"], file=sys.stderr, flush=True)
    return rows


def open_and_close(scratch: Path, count: int, seed: int) -> dict[str, Any]:
    """Opens, labels and closes one scene after the other beside one that stays, and counts every 20."""
    places = [write_demo(scratch / f"scene{n}", seed=n, rows=SIDE, cols=SIDE) for n in range(SCENES)]
    answers = Answers(unsaved="discard", several="discard", at_exit="stop")
    window = window_in(scratch, answers)
    walker = Walker(window, answers, places, scratch, seed)
    window.open_path(places[0][0])
    walker.wait(1.0)
    walker.settle()
    rows: list[dict[str, Any]] = []
    with answering_promptly(window):
        for number in range(1, count + 1):
            window.open_path(places[1 + number % (SCENES - 1)][0])
            walker.settle()
            walker.trigger("tool_brush")
            for _ in range(3):
                walker.paint()
            window.scenes.close()
            walker.settle()
            if number % 20 == 0:
                rows.append({"closed": number, **held(window)})
    window.close()
    window.deleteLater()
    walker.wait(0.2)
    return {"seed": seed, "scenes": count, "errors": walker.errors, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--scenes", type=int, default=0, help="open and close so many instead")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = scratch
        if arguments.scenes:
            found = open_and_close(Path(scratch), arguments.scenes, arguments.seed)
        else:
            found = walk(Path(scratch), arguments.minutes, arguments.seed)
    print(json.dumps(found))
    del app


if __name__ == "__main__":
    main()
