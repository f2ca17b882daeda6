"""How smoothly a large scene is moved: one view, four linked views, a swipe, and lines over it.

    python tests/benchmarks/views.py --json [--side 10000] [--bands 4] [--frames 120] [--folder SCRATCH]

Prints one JSON object; milliseconds, `p50`, `p99`, `max` and `count` of each, and `own_p99`, the processor time of the
window's thread alone, which other work on the machine changes less. The scene has side x side pixels,
simulated, in an ENVI file (bip, two bytes) that is removed afterwards; it has labels on some fields.

- `pan_ms`, `zoom_ms`: from a move of the mouse with the scene in the hand, or a turn of the wheel, to the end of the
  repaint of the image. What is drawn finer comes later, from workers that draw meanwhile.
- `four_pan_ms`, `four_zoom_ms`: the same with four linked views, to the end of the last repaint of all four.
- `turned_pan_ms`, `turned_zoom_ms`, `turned_four_pan_ms`: the same, one view and four, of a scene that is turned by 20
  degrees, as scenes are whose rows do not run along the map when its north is up.
- `swipe_pan_ms`: with two pictures left and right of a line.
- `lines_pan_ms`: with the outlines of 20,000 fields (five corners each) over the image.
- `finer_ms`: from the last move to the picture of full resolution in each of three linked views.
- `load`: how many processes wanted a core in the minute before.

The window is offscreen, 1400 x 900, its image about 730 x 540; settings and project files go to a scratch folder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tree import NONE, load, open_scene, percentiles, wait_until, window_in

FIELD = 50  # pixels a side
MIDDLE = Qt.MouseButton.MiddleButton


class Paints(QObject):
    """Counts the paints of several views, right after each."""

    def __init__(self, views: list[Any]) -> None:
        super().__init__()
        self.counts = {id(view.viewport()): 0 for view in views}
        for view in views:
            view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.counts[id(watched)] += 1
        return False


def write_scene(folder: Path, side: int, bands: int) -> Path:
    """Fields of smooth spectra with noise, some rows at a time."""
    rng = np.random.default_rng(0)
    fields = rng.random((side // FIELD + 1, side // FIELD + 1, bands))
    header, data = folder / "views.hdr", folder / "views.img"
    with data.open("wb") as file:
        for top in range(0, side, 500):
            rows = np.arange(top, min(top + 500, side)) // FIELD
            values = 4000 * fields[rows][:, np.arange(side) // FIELD]
            file.write((values + rng.integers(0, 400, values.shape)).astype("<u2").tobytes())
    waves = ", ".join(f"{nm:.1f}" for nm in np.linspace(450, 860, bands))
    header.write_text(
        f"ENVI\nsamples = {side}\nlines = {side}\nbands = {bands}\nheader offset = 0\nfile type = ENVI Standard\n"
        f"data type = 12\ninterleave = bip\nbyte order = 0\nwavelength units = Nanometers\nwavelength = {{{waves}}}\n"
    )
    return header


def write_fields(folder: Path, side: int, count: int) -> Path:
    """Outlines of fields in pixels of the scene."""
    rng = np.random.default_rng(1)
    corner = rng.integers(0, side - FIELD, (count, 2))
    around = np.array([(0, 0), (FIELD, 0), (FIELD, FIELD), (0, FIELD), (0, 0)])
    features = [
        {"type": "Feature", "properties": {"name": f"Field {n}"},
         "geometry": {"type": "Polygon", "coordinates": [(at + around).tolist()]}}
        for n, at in enumerate(corner)
    ]  # fmt: skip
    said = {"coordinates": "pixels", "rows": str(side), "cols": str(side)}
    path = folder / "fields.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "hsigui": said, "features": features}))
    return path


class Bench:
    """Moves the scene in a window and watches the clock."""

    def __init__(self, window: Any, frames: int) -> None:
        self.window, self.frames = window, frames

    def _time(self, views: list[Any], moves: list[Callable[[], object]]) -> dict[str, float]:
        paints, took, own = Paints(views), [], []
        for move in moves:
            QApplication.processEvents()
            before, started, worked = dict(paints.counts), time.perf_counter(), time.thread_time()
            move()
            wait_until("the repaint", lambda: all(paints.counts[v] > n for v, n in before.items()))  # noqa: B023
            took.append(1e3 * (time.perf_counter() - started))
            own.append(1e3 * (time.thread_time() - worked))
            time.sleep(0.004)
        for view in views:
            view.viewport().removeEventFilter(paints)
        return percentiles(took) | {"own_p99": percentiles(own)["p99"]}

    def pan(self, views: list[Any]) -> dict[str, float]:
        image = self.window.image
        side = image.scene_size[0]
        image.look_at((side / 2, side / 2, 0.5))
        port = image.viewport()
        at = QPoint(port.width() // 2, port.height() // 2)
        QTest.mousePress(port, MIDDLE, NONE, at)
        steps = [QPoint(round(160 * np.sin(n / 9)), round(110 * np.cos(n / 7))) for n in range(self.frames)]
        found = self._time(views, [lambda step=step: QTest.mouseMove(port, at + step) for step in steps])
        QTest.mouseRelease(port, MIDDLE, NONE, at)
        return found

    def zoom(self, views: list[Any]) -> dict[str, float]:
        port = self.window.image.viewport()
        at = QPoint(port.width() // 3, port.height() // 2)
        self.window.image.fit()
        turns = [1] * (self.frames // 4) + [-1] * (self.frames // 4)

        def turn(way: int) -> None:
            event = QWheelEvent(
                QPointF(at), QPointF(port.mapToGlobal(at)), QPoint(), QPoint(0, 120 * way),
                Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(port, event)

        return self._time(views, [lambda way=way: turn(way) for way in turns * 2])

    def idle(self) -> None:
        wait_until("the end of all jobs", lambda: not self.window.bridge.running)
        wait_until("the pictures", lambda: not any(view.drawing.busy for view in self.window.views.shown))

    def finer(self) -> dict[str, float]:
        took, image = [], self.window.image
        side = image.scene_size[0]
        for n in range(12):
            started = time.perf_counter()
            image.look_at((side * (0.2 + 0.05 * n), side * 0.4, 1.0))
            self.idle()
            took.append(1e3 * (time.perf_counter() - started))
        return percentiles(took)


def measure(folder: Path, side: int, bands: int, frames: int) -> dict[str, Any]:
    path, fields = write_scene(folder, side, bands), write_fields(folder, side, 20_000)
    window = window_in(folder)
    open_scene(window, path)
    found: dict[str, Any] = {
        "machine": platform.machine(), "cores": os.cpu_count(), "side": side, "bands": bands, "load": load(),
    }  # fmt: skip
    bench, image = Bench(window, frames), window.image
    label(window, side)
    bench.idle()
    found["pan_ms"], found["zoom_ms"] = bench.pan([image]), bench.zoom([image])
    window.views.restore({"layout": "four", "subjects": ["composite", "labels", "composite"]})
    bench.idle()
    views = [image, *window.views.shown]
    found["four_pan_ms"], found["four_zoom_ms"] = bench.pan(views), bench.zoom(views)
    found["finer_ms"] = bench.finer()
    image.set_turn(turn_of(20))
    bench.idle()
    found["turned_four_pan_ms"] = bench.pan(views)
    window.actions_["views_one"].trigger()
    found["turned_pan_ms"], found["turned_zoom_ms"] = bench.pan([image]), bench.zoom([image])
    image.set_turn(turn_of(0))
    window.actions_["swipe"].setChecked(True)
    bench.idle()
    found["swipe_pan_ms"] = bench.pan([image])
    window.actions_["swipe"].setChecked(False)
    overlays = next(part for part in window._parts if hasattr(part, "add_lines"))
    overlays.add_lines(fields)
    bench.idle()
    found["lines_pan_ms"] = bench.pan([image])
    window.desk.prompts.work_at_exit = lambda *_asked: "stop"
    window.close()
    return found


def turn_of(degrees: float) -> Any:
    """How a scene is turned on the screen; upright at 0."""
    from hsigui.ui.image.turning import Turn

    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Turn(cos, sin, -sin, cos)


def label(window: Any, side: int) -> None:
    """Labels on every seventh field of some rows."""
    from hsigui.labels.classes import ClassTable
    from hsigui.labels.label_map import Edit

    scene = window.session.scene
    if not len(scene.classes):
        scene.set_classes(ClassTable.for_numbers([1, 2, 3]), "classes")
    for n in range(0, side // FIELD, 7):
        mask = np.ones((FIELD, FIELD), dtype=bool)
        scene.edit(Edit(n * FIELD, (side // 2 // FIELD) * FIELD, mask, 1 + n % 3), "fields")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--side", type=int, default=10_000)
    parser.add_argument("--bands", type=int, default=4)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    given = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory(prefix="hsigui-views-", dir=given.folder) as scratch:
        print(json.dumps(measure(Path(scratch), given.side, given.bands, given.frames)))
    del app


if __name__ == "__main__":
    main()
