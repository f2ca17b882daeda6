"""What memory the window takes while it maps a large scene by tiles: a sparse file of several GB, with data in a part.

    python tests/benchmarks/window_by_tiles.py [--rows 8000] [--cols 8000] [--seconds 600]

Prints the size of the file, the peak of the window's process and of its workers, and the lateness of a 10 ms timer of
the window while tiles are made.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hsigui import api, memory
from hsigui.cube.demo import demo_scene
from hsigui.labels.label_map import Edit
from hsigui.settings import SettingsStore
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.map.tiled_dialog import TilesChoice
from hsigui.ui.map.tiled_maps import TiledMaps
from hsigui.ui.map.tiled_subject import ID
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import Answers

BANDS, PART = 20, (240, 320)


def sparse_scene(folder: Path, rows: int, cols: int) -> tuple[Path, Path, np.ndarray]:
    """A scene of zeros that are no data, with a field of data; a run of that field, and its classes (rows x cols of
    the field)."""
    made = demo_scene(seed=1, rows=PART[0], cols=PART[1], bands=BANDS)
    api.save_cube(made.cube, folder / "part.hdr")
    part = api.open(folder / "part.hdr")
    api.save(api.pretrain(part, "spatial-only", device="cpu"), folder / "run")
    nm = ", ".join(f"{each:.2f}" for each in made.cube.info.wavelengths)
    (folder / "large.hdr").write_text(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {BANDS}\nheader offset = 0\ndata type = 4\n"
        f"interleave = bil\nbyte order = 0\nwavelength units = Nanometers\ndata ignore value = 0\n"
        f"wavelength = {{ {nm} }}\n"
    )
    with (folder / "large.img").open("wb") as file:
        file.truncate(rows * cols * BANDS * 4)
    large = np.memmap(folder / "large.img", dtype="<f4", mode="r+", shape=(rows, BANDS, cols))
    large[1000 : 1000 + PART[0], :, 2000 : 2000 + PART[1]] = np.moveaxis(part.read(), 2, 1)
    large.flush()
    return folder / "large.hdr", folder / "run", np.asarray(getattr(made.truth, "array", made.truth))


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, default in (("rows", 8000), ("cols", 8000), ("seconds", 600)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HSIGUI_CONFIG_DIR"] = str(folder / "config")
        scene, run, truth = sparse_scene(folder, asked.rows, asked.cols)
        app = QApplication([])
        window = MainWindow(
            SettingsStore(folder / "config"), Answers(unsaved="discard", at_exit="stop"),
            Projects(folder / "projects", folder / "recovery"), Runs(folder / "runs"),
        )  # fmt: skip
        window.show()
        measure(app, window, folder, (scene, run, truth), asked.seconds)
        window.close()


def measure(app: QApplication, window: MainWindow, folder: Path, given: tuple, seconds: int) -> None:
    """Opens, labels, maps, and prints what that took."""
    scene, run, truth = given

    def until(true, patience: float = 300.0) -> None:
        end = time.monotonic() + patience
        while not true() and time.monotonic() < end:
            app.processEvents()
            time.sleep(0.002)

    from hsigui.pipeline import disk, live

    held, disk.require_held = disk.require_held, nowhere
    window.scene.open_path(scene)
    until(lambda: window.session.cube is not None and not window.bridge.running)
    print(
        f"scene {scene.with_suffix('.img').stat().st_size / 1e9:.2f} GB; opened: {memory.peak() / 1e9:.2f} GB at most"
    )
    window.run_files.open(run)
    until(lambda: window.session.encoder is not None and not window.bridge.running)
    disk.require_held = held
    print(
        f"features held: {window.session.features is not None}; {live.__name__}: {memory.peak() / 1e9:.2f} GB at most"
    )
    for number in range(1, int(truth.max()) + 1):
        rows, cols = np.nonzero(truth == number)
        for at in range(0, len(rows), max(1, len(rows) // 6)):
            edit = Edit(1000 + int(rows[at]), 2000 + int(cols[at]), np.ones((1, 1), dtype=bool), number)
            window.session.edit(edit, "a dab")
    late: list[float] = []
    clock = QTimer(interval=10)
    before = [time.perf_counter()]

    def tick() -> None:
        now = time.perf_counter()
        late.append(now - before[0] - 0.01)
        before[0] = now

    clock.timeout.connect(tick)
    clock.start()
    tiled, began = window._part(TiledMaps), time.monotonic()
    tiled.begin(TilesChoice(folder / "map.tif", True, (), True, None, None))
    told = 0.0
    while window.session.queue.entries and time.monotonic() - began < seconds:
        app.processEvents()
        time.sleep(0.001)
        if time.monotonic() - told > 30:
            told = time.monotonic()
            found = window.subjects.named(window.session.scene, ID)
            print(f"{told - began:.0f} s: {'' if found is None else found.state}; {memory.peak() / 1e9:.2f} GB at most",
                  flush=True)  # fmt: skip
    clock.stop()
    out = folder / "map.tif"
    print(f"{time.monotonic() - began:.0f} s; window {memory.peak() / 1e9:.2f} GB at most; "
          f"timer late p99 {1e3 * np.percentile(late, 99):.0f} ms, at most {1e3 * max(late):.0f} ms; "
          f"map {'written' if out.exists() else 'not finished'}")  # fmt: skip
    print("\n".join(f"{m.kind}: {m.text} {m.hint}" for m in window.messages.messages))


def nowhere(*_args: object) -> None:
    """In place of `disk.require_held`: no room at all."""
    from hsigui.pipeline.disk import HeldNowhere

    raise HeldNowhere("There is no room, for the measurement.")


if __name__ == "__main__":
    main()
