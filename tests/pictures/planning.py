"""The picture of the page on planning: hours against pixels by number of workers, drawn from the model.

    python -m tests.pictures.planning [--measured PLAN.json] [--folder FOLDER]

What was measured lies beside (`planning.json`): parts of what `hsigui plan SCENE --json --workers 1` printed, bound to
one core. `--measured` takes those of another.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication

from hsigui.assets import resource
from hsigui.pipeline.costs.course import course_of
from hsigui.pipeline.costs.estimate import Asked, estimate
from hsigui.pipeline.costs.figures import Facts, Figures, Machine, Measured
from hsigui.pipeline.costs.found import FoundScene
from hsigui.specs import PretrainSpec
from hsigui.ui.desk.theme import is_dark
from hsigui.ui.shell.help_page import DARK
from tests.pictures.studio import picture_of, themed

KEPT = Path(__file__).with_suffix(".json")
PIXELS = np.logspace(5, 12, 29)
SCENE = 10**7  # pixels of a flight line; what is larger is several
WORKERS = (1, 4, 16, 64, 256)
READ_SPEED = 2e9  # bytes a second of the store that all workers read from
SIZE = (900, 560)
LIGHT_COLORS = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#555555")  # Okabe and Ito 2008, and grey
DARK_COLORS = ("#56b4e9", "#2fce9e", "#ff8f4d", "#e6a3c8", "#bbbbbb")
UNITS = ((1 / 60, "a minute"), (1.0, "an hour"), (24.0, "a day"), (24.0 * 365.25, "a year"))


def kept(path: Path = KEPT) -> Measured:
    """What was measured, as it lies in a file."""
    told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    machine = Machine(1, told["machine"]["memory"], READ_SPEED, told["machine"]["write_speed"])
    rounds = tuple(Figures.from_json(each) for each in told["measured"]["one_core"])
    return Measured(machine, (), rounds, Facts.from_json(told["measured"]["facts"]))


def shortened(told: Mapping[str, Any]) -> dict[str, Any]:
    """Of what `hsigui plan --json` printed, what the picture is drawn from."""
    measured = {name: told["measured"][name] for name in ("one_core", "facts")}
    return {"machine": told["machine"], "measured": measured}


def scenes_of(pixels: float, bands: int) -> list[FoundScene]:
    """So many pixels as flight lines of one size."""
    count = max(1, round(pixels / SCENE))
    side = round((pixels / count) ** 0.5)
    one = FoundScene(Path("line.hdr"), (), side, side, bands, side * side * bands * 2)
    return [one] * count


def hours(measured: Measured) -> dict[int, list[float]]:
    """Hours for each of `PIXELS`, by the number of workers; each has a core and the memory of a machine."""
    course, found = course_of(PretrainSpec()), {count: list[float]() for count in WORKERS}
    for pixels in PIXELS:
        scenes = scenes_of(pixels, measured.facts.bands)
        told = estimate(scenes, measured, Asked("once", course, WORKERS, per_machine=1))
        for one in told.workers:
            found[one.workers].append(one.hours[1])
    return found


def drawn(measured: Measured) -> QImage:
    """The picture in the colours of the program."""
    palette = QApplication.palette()
    dark = is_dark(palette)
    text, ground = (palette.color(role) for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Base))
    plot = pg.PlotWidget(background=ground)
    plot.resize(*SIZE)
    item = plot.getPlotItem()
    item.setLogMode(True, True)
    item.showGrid(True, True, 0.15)
    item.setMenuEnabled(False)
    item.hideButtons()
    for side, title in (("bottom", "pixels of all scenes"), ("left", "hours")):
        axis = item.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setTextPen(text)
        axis.setPen(text)
        axis.setLabel(title, color=text.name())
    legend = item.addLegend(offset=(70, 20), labelTextColor=text)
    for (count, values), color in zip(hours(measured).items(), DARK_COLORS if dark else LIGHT_COLORS, strict=True):
        name = f"{count} worker" + ("s" if count > 1 else "")
        item.plot(PIXELS, values, pen=pg.mkPen(QColor(color), width=2.5), name=name)
    reads = [_disk_hours(pixels, measured) for pixels in PIXELS]
    dashed = pg.mkPen(text, width=1.5, style=pg.QtCore.Qt.PenStyle.DashLine)
    item.plot(PIXELS, reads, pen=dashed, name=f"reading alone, {READ_SPEED / 1e9:.0f} GB/s in all")
    for height, words in UNITS:
        line = pg.InfiniteLine(np.log10(height), 0, pen=pg.mkPen(text, width=0.6), label=words,
                               labelOpts={"position": 0.93, "color": text, "anchors": [(0, 1), (0, 1)]})  # fmt: skip
        item.addItem(line)
    item.setXRange(5, 12, padding=0.01)
    item.setYRange(-2.5, 5, padding=0.0)
    legend.setBrush(pg.mkBrush(ground))
    plot.show()
    image = picture_of(plot)
    plot.close()
    plot.deleteLater()
    return image


def _disk_hours(pixels: float, measured: Measured) -> float:
    """Hours that the disk needs for the maps alone."""
    scenes = scenes_of(pixels, measured.facts.bands)
    fits = scenes[0].stored <= measured.machine.memory / 2
    passes = 1.0 if fits else measured.facts.passes_kept
    return len(scenes) * scenes[0].stored * passes / READ_SPEED / 3600


def main() -> int:
    from tests.pictures.gallery import written

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measured", type=Path, help="JSON of a plan, kept beside from now on")
    parser.add_argument("--folder", type=Path, default=resource("help"))
    given = parser.parse_args()
    if given.measured is not None:
        told = shortened(json.loads(given.measured.read_text(encoding="utf-8")))
        KEPT.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    app = QApplication([])
    for scheme, suffix in (("light", ""), ("dark", DARK)):
        themed(app, scheme)
        path = given.folder / f"planning{suffix}.png"
        print(f"{path.name}: {written(drawn(kept()), path):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
