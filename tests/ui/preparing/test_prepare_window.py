"""A raw scene is prepared in the window and saved; the command that is copied writes the same bits."""

from __future__ import annotations

import shlex

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

import hsigui
from hsigui.__main__ import main
from hsigui.cube.describe import describe
from hsigui.preparing.chosen import ChosenStep, read_steps
from hsigui.ui.desk.wavelength_units import NANOMETRES
from hsigui.ui.preparing.controller import PrepareController
from hsigui.ui.preparing.save_dialog import SaveCubeDialog
from hsigui.ui.scene.properties_dialog import facts
from tests.preparing.raw_lab_scene import write_raw_lab_scene
from tests.ui.windows import idle


@pytest.fixture
def raw(tmp_path):
    return write_raw_lab_scene(tmp_path / "ä b" / "capture", rows=24, cols=20, bands=12).raw


def previewed(qtbot, window):
    controller = window._part(PrepareController)
    qtbot.waitUntil(lambda: not controller.busy, timeout=10_000)
    return controller.dialog


def save(qtbot, window, path, **chosen):
    (dialog,) = window.findChildren(SaveCubeDialog)
    dialog.file.setText(str(path))
    if "dtype" in chosen:
        dialog.types.setCurrentText(chosen["dtype"])
    dialog.opens.setChecked(chosen.get("opens", True))
    scenes = window.session.open_scenes
    QTest.mouseClick(dialog.buttons.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    if chosen.get("opens", True):
        qtbot.waitUntil(lambda: window.session.open_scenes == scenes + 1, timeout=10_000)
        idle(qtbot, window)


def test_a_raw_scene_is_prepared_saved_opened_and_written_again_by_the_command(qtbot, window, answers, raw, tmp_path):
    window.open_path(raw)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    window.actions_["prepare_cube"].trigger()
    dialog = previewed(qtbot, window)
    for option in ("white", "fill-columns", "destripe", "bands"):
        dialog.steps.add(option)
    dialog.steps.form.editors[0].line.setFocus()
    QTest.keyClicks(dialog.steps.form.editors[0].line, "tin")
    QTest.keyClick(dialog.steps.form.editors[0].line, Qt.Key.Key_Return)
    previewed(qtbot, window)
    assert dialog.steps.list.topLevelItem(3).text(1) == "not done"
    assert "tin" in dialog.steps.problem.text()
    dialog.steps.form.editors[0].line.setText("")
    QTest.keyClicks(dialog.steps.form.editors[0].line, "1-3,5-12")
    QTest.keyClick(dialog.steps.form.editors[0].line, Qt.Key.Key_Return)
    previewed(qtbot, window)
    assert not dialog.steps.problem.isVisibleTo(dialog)
    assert "11 bands" in dialog.state.text()
    QTest.mouseMove(dialog.pictures["after"], dialog.pictures["after"].rect().center() + QPoint(5, 5))
    previewed(qtbot, window)
    before, after = (dialog.plots[side].curves()[0] for side in ("before", "after"))
    assert np.nanmax(before[1]) > 100 > 5 > np.nanmax(after[1])  # counts, and a reflectance
    dialog.save.click()
    made = tmp_path / "ready.hdr"
    save(qtbot, window, made)
    assert window.session.cube.name == "ready"
    history = window.session.cube.info.history
    assert [step.split()[0] for step in history] == ["--white", "--fill-columns", "--destripe", "--bands"]
    told = facts(describe(window.session.cube), [], NANOMETRES)
    assert [value for name, value in told if name == "Prepared by"] == [*history]
    # The same by the command that is copied for the scene it was made of, and by Python
    window.scenes.show_next()
    idle(qtbot, window)
    controller = window._part(PrepareController)
    assert len(dialog.steps.steps) == 4  # they have come back
    controller.copy_command()
    (line,) = QGuiApplication.clipboard().text().splitlines()
    again = tmp_path / "again.hdr"
    words = [word.replace(str(made), str(again)) for word in shlex.split(line)]
    assert main(words[1:]) == 0
    assert again.with_suffix(".img").read_bytes() == made.with_suffix(".img").read_bytes()
    assert again.read_text() == made.read_text()
    controller.copy_python()
    exec(QGuiApplication.clipboard().text().replace(str(made), str(tmp_path / "python.hdr")), {})
    assert (tmp_path / "python.img").read_bytes() == made.with_suffix(".img").read_bytes()
    answers.save = answers.path = tmp_path / "steps.txt"
    controller.save_steps()
    dialog.steps.show_steps(())
    controller.open_steps()
    assert dialog.steps.steps == read_steps(answers.path)
    assert dialog.steps.steps[0] == ChosenStep("white", "auto")
    dialog.close()
    previewed(qtbot, window)


def test_a_scene_is_saved_as_it_is_and_is_asked_about_where_a_file_is_there(qtbot, demo, answers, tmp_path):
    demo.actions_["save_cube"].trigger()
    (dialog,) = demo.findChildren(SaveCubeDialog)
    save_button = dialog.buttons.button(QDialogButtonBox.StandardButton.Save)
    for wrong in ("x.gif", "no/x.tif", ".."):
        dialog.file.setText(str(tmp_path / wrong))
        assert not save_button.isEnabled()
        assert dialog.problem.text()
    dialog.file.setText(str(tmp_path / "x"))
    dialog.formats.setCurrentIndex(2)
    assert dialog.path == tmp_path / "x.mat"
    assert "MATLAB file does not say where" in dialog.told.text() or demo.session.cube.geo.transform is None
    dialog.formats.setCurrentIndex(1)
    assert dialog.cloud.isVisibleTo(dialog)
    save(qtbot, demo, tmp_path / "x.tif", dtype="float32", opens=False)
    cube = demo.session.cube
    np.testing.assert_array_equal(hsigui.open(tmp_path / "x.tif").read(), cube.read())
    stamp = (tmp_path / "x.tif").stat().st_mtime_ns
    demo.actions_["save_cube"].trigger()
    save(qtbot, demo, tmp_path / "x.tif", opens=False)
    assert "Save cube" in answers.asked  # and the answer was no
    assert (tmp_path / "x.tif").stat().st_mtime_ns == stamp
