"""From the raw counts of a lab camera to a map: in the window and by commands, the same bits all the way."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

import hsigui
from hsigui.cli import run as main
from hsigui.cube.demo import demo_scene
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.ui.preparing.controller import PrepareController
from hsigui.ui.preparing.save_dialog import SaveCubeDialog
from hsigui.ui.results.export_dialog import ExportChoice
from tests.preparing.raw_lab_scene import RawLabScene, write_raw_lab_scene
from tests.ui.windows import idle, opened

ROWS, COLS, BANDS = 40, 36, 24
STEPS = ("white", "mark-bad", "fill-columns", "destripe", "drop-bad")


@pytest.fixture
def raw(tmp_path) -> RawLabScene:
    return write_raw_lab_scene(tmp_path / "Aufnahmen März", rows=ROWS, cols=COLS, bands=BANDS)


@pytest.fixture
def labels(tmp_path) -> Path:
    """Eight labels of each class that the land has enough of."""
    made = demo_scene(0, ROWS, COLS, 4 * BANDS, noise=0.0)
    found, rng = np.zeros((ROWS, COLS), np.uint16), np.random.default_rng(1)
    for number in np.unique(made.truth[made.truth > 0]).tolist():
        places = np.flatnonzero(made.truth == number)
        if len(places) >= 40:
            found.flat[rng.choice(places, 8, replace=False)] = number
    table = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes if (found == entry[0]).any()))
    return write_classes(tmp_path / "Proben.hdr", found, table)[0]


def test_reflectance_is_within_half_a_per_cent_of_what_the_counts_were_made_from(tmp_path):
    raw = write_raw_lab_scene(tmp_path / "a b", rows=ROWS, cols=COLS, bands=BANDS, noise=0.0)
    out = tmp_path / "reflectance.hdr"
    assert main(["prepare", str(raw.raw), str(out), "--white", "auto", "--panel", str(raw.panel)]) == 0
    found = hsigui.open(out).read()
    bright = raw.known & (raw.reflectance > 0.1)  # below, the rounding to whole counts alone is more
    assert bright.mean() > 0.3
    assert np.abs(found[bright] / raw.reflectance[bright] - 1).max() < 0.005
    assert np.abs(found[raw.known] - raw.reflectance[raw.known]).max() < 0.005


@pytest.mark.slow
def test_from_raw_counts_to_a_map_window_and_commands_make_the_same_bits(qtbot, window, raw, labels, tmp_path):
    # In the window: the scene made ready, and saved.
    opened(qtbot, window, raw.raw)
    window.actions_["prepare_cube"].trigger()
    controller = window._part(PrepareController)
    dialog = controller.dialog
    for option in STEPS:
        dialog.steps.add(option)
    qtbot.waitUntil(lambda: not controller.busy, timeout=20_000)
    dialog.save.click()
    (saving,) = window.findChildren(SaveCubeDialog)
    ready = tmp_path / "fertig ä.hdr"
    saving.file.setText(str(ready))
    QTest.mouseClick(saving.buttons.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.cube is not None and window.session.cube.path == ready, timeout=20_000)
    idle(qtbot, window)
    dialog.close()
    history = window.session.cube.info.history
    assert [step.split()[0].lstrip("-") for step in history] == list(STEPS)
    dead = raw.dead_band + 1
    assert str(dead) in shlex.split(history[1])[1].split(","), "the dead band was found"
    assert window.session.cube.bands == BANDS - len(shlex.split(history[1])[1].split(","))

    # Labels, a real training, a map, exported.
    window.label_files.open_labels(labels)
    idle(qtbot, window)
    window.method.advanced.show_spec(replace(window.method.spec(), epochs=4, device="cpu"))
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: window.session.scene.map is not None, timeout=120_000)
    idle(qtbot, window, timeout=60_000)
    out = tmp_path / "Karten"
    window.exporter.export(ExportChoice(("geotiff", "labels"), out, "Karte"))
    idle(qtbot, window)
    in_window = read_classes(out / "Karte.tif")
    record = json.loads((out / "Karte.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["settings"]["Scene"]["prepared by"] == "; ".join(history)

    # The same by commands, in a fresh folder.
    folder = tmp_path / "von Hand, größer"
    folder.mkdir()
    cube, run, made = (str(folder / name) for name in ("cube.hdr", "run", "map.tif"))
    words = [word for option in STEPS for word in (f"--{option}", *TEXTS.get(option, ()))]
    assert main(["prepare", str(raw.raw), cube, *words]) == 0
    assert Path(cube).with_suffix(".img").read_bytes() == ready.with_suffix(".img").read_bytes()
    assert main(["pretrain", cube, "--epochs", "4", "--device", "cpu", "--out", run]) == 0
    assert main(["classify", cube, "--run", run, "--labels", str(labels), "--device", "cpu", "--out", made]) == 0
    by_hand = read_classes(Path(made))
    np.testing.assert_array_equal(by_hand.array, in_window.array)
    assert [info.name for info in by_hand.classes] == [info.name for info in in_window.classes]

    # And by the lines of the record.
    again = tmp_path / "noch einmal"
    again.mkdir()
    with pytest.MonkeyPatch.context() as there:
        there.chdir(again)
        for line in record["commands"]:
            assert main(shlex.split(line)[1:]) == 0, line
    (last,) = again.glob("*map.tif")
    np.testing.assert_array_equal(read_classes(last).array, in_window.array)


TEXTS = {"white": ("auto",), "mark-bad": ("proposed",), "destripe": ("columns",)}
