"""How soon the window shows what is asked of it: another band, another stretch, the next one while bands are played.

    python tests/benchmarks/seeing.py --json [--times 60] [--large]

Prints one JSON object; milliseconds, `p50`, `p99`, `max` and `count` of each. The scene is 610 x 340 x 103, simulated,
in an ENVI file (bsq, two bytes).

- `band_ms`: from a move of the slider of one channel to the end of the repaint that shows the new composite.
- `one_band_ms`: the same for one band alone in a colour map. `stretches_ms`: for one band, by kind of stretch.
- `handle_ms`: from a move of a handle of the histogram to the end of the repaint that shows the new stretch.
- `histogram_ms`: from a move of the slider to the histogram of the new band.
- `played`: of 5 s at 60 bands a second, how many frames were shown (`frames_s`), and how late a timer of 10 ms fired on
  the thread of the window meanwhile (`late_ms`).
- `pictures_ms`: from the switch to the last small picture of the rows in view, a row.
- `large`, with --large: `band_ms` and `histogram_ms` on 4000 x 3000 x 12, and `read_share`: how much of all its samples
  was read for one composite with its stretch and histograms.

A tree that is older than these tools is measured by what it has. The window is offscreen, 1400 x 900; its settings and
project files go to a scratch folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tree import LEFT, NONE, PaintClock, load, open_scene, percentiles, wait_until, window_in
from window import Lateness

SIZE, LARGE = (610, 340, 103), (4000, 3000, 12)
PLAY_S, PLAY_SPEED = 5.0, 60


class Watch:
    """Knows which pictures were shown, and whether they were painted."""

    def __init__(self, window: Any) -> None:
        self._image, self._clock = window.image, PaintClock(window.image.viewport())
        self.pictures, self._painted, self._set = 0, 0, window.image.set_image
        window.image.set_image = self._taken

    def _taken(self, *picture: Any) -> None:
        self._set(*picture)
        self.pictures += 1
        self._painted = self._clock.paints

    def time(self, ask: Callable[[], object]) -> float:
        """Milliseconds from what is asked to the end of the repaint of the next picture."""
        before, started = self.pictures, time.perf_counter()
        ask()
        wait_until("the picture", lambda: self.pictures > before)
        wait_until("the repaint", lambda: self._clock.paints > self._painted)
        return 1e3 * (time.perf_counter() - started)


def write_scene(folder: Path, size: tuple[int, int, int]) -> Path:
    """Fields of smooth spectra with noise, band by band; 430 to 860 nm."""
    rows, cols, bands = size
    rng = np.random.default_rng(0)
    fields = np.kron(rng.random((rows // 10 + 1, cols // 10 + 1)), np.ones((10, 10)))[:rows, :cols]
    header, data = folder / f"scene{rows}.hdr", folder / f"scene{rows}.img"
    with data.open("wb") as file:
        for band in range(bands):
            values = 4000 * fields * (1 + np.sin(band / 9)) + rng.integers(0, 400, (rows, cols))
            file.write(values.astype("<u2").tobytes())
    waves = ", ".join(f"{nm:.2f}" for nm in np.linspace(430, 860, bands))
    header.write_text(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {bands}\nheader offset = 0\nfile type = ENVI Standard\n"
        f"data type = 12\ninterleave = bsq\nbyte order = 0\nwavelength units = Nanometers\nwavelength = {{{waves}}}\n"
    )
    return header


def times_of(watch: Watch, slider: Any, times: int) -> dict[str, float]:
    """Of moves of a slider, with a rest of a random length between, as of a hand."""
    rng, found = np.random.default_rng(1), []
    for number in range(times + 3):
        place = (slider.value() + 7) % (slider.maximum() + 1)
        found.append(watch.time(lambda place=place: slider.setValue(place)))
        QTest.qWait(int(rng.integers(5, 45)))
        if number == 2:
            found.clear()  # the first ones warm the disk
    return percentiles(found)


def histogram_times(window: Any, slider: Any, times: int) -> dict[str, float]:
    strip, found = window.stretch.channels[0].strip, []
    for _ in range(times):
        before, started = strip._histogram, time.perf_counter()
        slider.setValue((slider.value() + 5) % (slider.maximum() + 1))
        wait_until("the histogram", lambda before=before: strip._histogram is not before)
        found.append(1e3 * (time.perf_counter() - started))
        wait_until("the end of all jobs", lambda: not window.bridge.running)
    return percentiles(found)


def handle_times(watch: Watch, window: Any, times: int) -> dict[str, float]:
    strip, found = window.stretch.channels[0].strip, []
    at = QPoint(round(strip.place_of(strip._ends[1])), 20)
    QTest.mouseMove(strip, at)
    QTest.mousePress(strip, LEFT, NONE, at)
    for number in range(times):
        to = at - QPoint(1 + number % 9 * 3, 0)
        found.append(watch.time(lambda to=to: QTest.mouseMove(strip, to)))
    QTest.mouseRelease(strip, LEFT, NONE, at)
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    return percentiles(found)


def played(watch: Watch, window: Any) -> dict[str, Any]:
    window.display.speed.setValue(PLAY_SPEED)
    window.actions_["play_bands"].setChecked(True)
    before = watch.pictures
    late = Lateness().watch(PLAY_S)
    frames = (watch.pictures - before) / PLAY_S
    window.actions_["play_bands"].setChecked(False)
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    return {"frames_s": round(frames, 1), "late_ms": late}


def small_pictures(window: Any) -> float:
    window.docks["Bands"].raise_()
    QTest.qWait(200)
    started, panel = time.perf_counter(), window.band_list
    window.actions_["band_pictures"].setChecked(True)
    QApplication.processEvents()
    wait_until("the small pictures", lambda: not panel.model.missing(panel.bands_in_view()))
    return round(1e3 * (time.perf_counter() - started) / len(panel.bands_in_view()), 1)


def measure(window: Any, times: int) -> dict[str, Any]:
    watch = Watch(window)
    report: dict[str, Any] = {"band_ms": times_of(watch, window.display.sliders["red"], times)}
    if "one_band" not in window.actions_.names:
        return report
    window.actions_["colors_viridis"].trigger()
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    single = window.display.single.slider
    report["one_band_ms"] = times_of(watch, single, times)
    kinds = [name for name in window.actions_.names if name.startswith("stretch_to_")]
    report["stretches_ms"] = {}
    for name in kinds:
        watch.time(window.actions_[name].trigger) if name != kinds[0] else None
        report["stretches_ms"][name.removeprefix("stretch_to_")] = times_of(watch, single, times // 3)["p50"]
    window.actions_["stretch_back"].trigger()
    report["played"] = played(watch, window)
    report["pictures_ms"] = small_pictures(window)
    window.docks["Stretch"].raise_()
    wait_until("the histogram", lambda: window.stretch.channels[0].strip._histogram is not None)
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    report["histogram_ms"] = histogram_times(window, single, times // 3)
    report["handle_ms"] = handle_times(watch, window, times // 2)
    return report


def large(window: Any, times: int) -> dict[str, Any]:
    watch = Watch(window)
    report: dict[str, Any] = {"band_ms": times_of(watch, window.display.sliders["red"], times // 3)}
    if not hasattr(window, "stretch"):
        return report
    window.docks["Stretch"].raise_()
    wait_until("the histogram", lambda: window.stretch.channels[0].strip._histogram is not None)
    wait_until("the end of all jobs", lambda: not window.bridge.running)
    report["histogram_ms"] = histogram_times(window, window.display.sliders["red"], times // 3)
    report["read_share"] = read_share(window.session.cube, window.session.view)
    return report


def read_share(cube: Any, view: Any) -> float:
    """How much of a scene is read for a composite with its stretch and histograms."""
    from hsigui.cube.histogram import spread_of
    from hsigui.cube.picture import display_step, picture_of

    source, read = cube._source, []

    class Counting:
        shape, dtype = source.shape, source.dtype

        def read(self, *window: Any) -> Any:
            found = source.read(*window)
            read.append(found.size)
            return found

    counted = cube.over(lambda _source: Counting(), cube.info)
    picture_of(counted, view)
    spread_of(counted, view, display_step(cube))
    return round(sum(read) / (cube.rows * cube.cols * cube.bands), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--large", action="store_true", help="also a scene of 4000 x 3000 x 12, 290 MB on the disk")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        report: dict[str, Any] = {"machine": platform.machine(), "cores": os.cpu_count(), "load": load()}
        app = QApplication([])
        window = window_in(folder)
        open_scene(window, write_scene(folder, SIZE))
        report["size"] = list(window.session.cube.shape)
        report |= measure(window, given.times)
        if given.large:
            window.close()
            window = window_in(folder / "large")
            open_scene(window, write_scene(folder, LARGE))
            report["large"] = large(window, given.times)
        window.close()
    print(json.dumps(report))
    del app


if __name__ == "__main__":
    main()
