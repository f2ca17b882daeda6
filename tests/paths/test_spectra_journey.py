"""From a library to a map, its accuracy, files and a project, in the real window; from a pixel to what it is like."""

from __future__ import annotations

import json
import shlex

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes
from hsigui.labels.label_map import Edit
from hsigui.ui.map.spectra_dialog import SpectraDialog
from hsigui.ui.results.export_dialog import ExportChoice
from hsigui.ui.spectra.matches_panel import MatchesPanel
from tests.analysis.libraries import NAMES, TABLE, made
from tests.ui.layers.asked import dialog, settle
from tests.ui.windows import click, opened, press, texts

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def test_from_a_library_to_a_map_files_and_a_project(qtbot, make_window, answers, tmp_path, monkeypatch):
    window, files = make_window(), made(tmp_path)
    opened(qtbot, window, files.scene)
    session = window.session
    assert not session.classes

    press(window, Qt.Key.Key_B, CTRL_SHIFT)
    asked = dialog(window, SpectraDialog)
    assert not asked.make.isEnabled()
    answers.path = files.library
    QTest.mouseClick(_button(asked, "Add a &library…"), LEFT)
    qtbot.waitUntil(lambda: "would be unclassified" in asked.told.text(), timeout=10_000)
    settle(qtbot, window)
    assert session.class_map is None  # only looked at
    QTest.mouseClick(asked.make, LEFT)
    settle(qtbot, window)
    found = session.class_map.classes
    assert [info.name for info in session.classes] == list(NAMES)
    assert np.mean(found == files.numbers) > 0.99
    assert found[5, 5] == 0 == found[0, 0]
    assert "Map by 4 spectra: Spectral angle (SAM)." in window.map_panel.state.text()
    window.maps.show_pixel(5, 5)
    assert window.map_panel.pixel.text().startswith("unclassified: ")
    window.maps.show_pixel(0, 0)
    assert window.map_panel.pixel.text() == "no data"

    session.set_truth(files.numbers, TABLE, "truth.tif")
    settle(qtbot, window)
    assert session.accuracy.unmapped == 1
    assert session.map.reliability is None
    before = session.map.nearest.distance
    threshold = window.map_panel.threshold
    threshold.setFocus()
    threshold.selectAll()
    QTest.keyClicks(threshold, "0.01")
    QTest.keyClick(threshold, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert session.map.nearest.distance is before  # nothing was compared again
    assert session.accuracy.unmapped > 10
    left = int((session.class_map.classes == 0).sum())
    session.set_classes(session.classes.renamed(1, "Mud"), "renamed")

    window.exporter.export(ExportChoice(("geotiff", "report", "measures"), tmp_path / "out", "map"))
    settle(qtbot, window)
    assert "Exported" in texts(window)
    written = read_classes(tmp_path / "out" / "map.tif")
    assert int((written.array == 0).sum()) == left
    assert written.classes.get(1).name == "Mud"
    assert (tmp_path / "out" / "map-distances.tif").exists()
    record = json.loads((tmp_path / "out" / "map.tif.hsigui.json").read_text(encoding="utf-8"))
    window.actions_["copy_commands"].trigger()
    settle(qtbot, window)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 1
    for name, line in (("copied", lines[0]), ("record", record["commands"][0])):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        assert main(shlex.split(line)[1:]) == 0
        np.testing.assert_array_equal(read_classes(tmp_path / name / "repeated-map.tif").array, written.array)
    window.actions_["copy_step_python"].trigger()
    settle(qtbot, window)
    assert "hsigui.classify_by(" in QGuiApplication.clipboard().text()

    answers.save = tmp_path / "soils.hsigui"
    window.actions_["save_project_as"].trigger()
    settle(qtbot, window)
    qtbot.waitUntil(lambda: answers.save.exists(), timeout=10_000)
    shown = session.class_map.classes
    window.close()
    other = make_window()
    answers.path = answers.save
    other.actions_["open_project"].trigger()
    qtbot.waitUntil(lambda: other.session.class_map is not None, timeout=20_000)
    settle(qtbot, other)
    np.testing.assert_array_equal(other.session.class_map.classes, shown)
    assert other.map_panel.threshold.value() == 0.01
    assert [info.name for info in other.session.classes] == ["Mud", *NAMES[1:]]


def test_from_a_pixel_to_what_it_is_like_and_the_name_of_its_class(qtbot, window, answers, tmp_path):
    files = made(tmp_path)
    opened(qtbot, window, files.scene)
    window.docks["Matches"].raise_()
    answers.path = files.library
    window.actions_["add_match_library"].trigger()
    settle(qtbot, window)
    assert "4 spectra of Böden neu.csv are matched with." in texts(window)
    panel = window._part(MatchesPanel)
    row, col = (int(n[0]) for n in np.nonzero(files.numbers == 3))
    click(window, row, col)
    qtbot.waitUntil(lambda: panel.match is not None, timeout=10_000)
    settle(qtbot, window)
    assert panel.match.name == NAMES[2]
    assert panel.list.topLevelItemCount() == 4
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.match.name != NAMES[2]
    QTest.keyClick(panel.list, Qt.Key.Key_Up)

    window.actions_["keep_match"].trigger()
    assert [kept.label for kept in window.session.scene.spectra] == [NAMES[2]]
    window.session.set_classes(window.session.classes.added("Class 1")[0], "class")
    window.session.choose_class(1)
    paint_region(window, files.numbers == 3, row, col)
    panel.opening.emit()
    panel.of.setCurrentIndex(1)
    panel.of.activated.emit(1)
    settle(qtbot, window)
    assert (panel.asked.title, panel.match.name) == ("Labelled region of the pixel", NAMES[2])
    window.actions_["name_class_by_match"].trigger()
    assert window.session.classes.get(1).name == NAMES[2]
    window.actions_["undo"].trigger()
    assert window.session.classes.get(1).name == "Class 1"


def paint_region(window, wanted: np.ndarray, row: int, col: int) -> None:
    """Labels a part of some pixels around one."""
    mask = wanted[row : row + 4, col : col + 4]
    window.session.edit(Edit(row, col, mask, 1), "painted")


def _button(asked: SpectraDialog, text: str) -> QPushButton:
    return next(each for each in asked.findChildren(QPushButton) if each.text() == text)
