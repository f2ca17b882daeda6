"""A study in the real window: its table is that of the command; it is stopped, goes on, and is opened again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsigui.cli import run
from hsigui.cube.cube import CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.ui.study.controller import StudyController
from hsigui.ui.study.window import StudyWindow
from tests.ui.windows import idle, opened, texts

METHODS = ("svm-raw", "logreg-raw")
LEFT = Qt.MouseButton.LeftButton
TIMES = {"pretrain_s", "features_s", "map_s"}


def crop(folder: Path) -> tuple[Path, Path]:
    """A small part of the demo scene with its truth, whose numbers are not those of the window."""
    folder.mkdir()
    scene, part = demo_scene(), slice(20, 48)
    write_cube(folder / "crop.hdr", scene.cube.read()[part, part, ::8], CubeInfo())
    classes = ClassTable(tuple(ClassInfo(number + 20, name, color) for number, name, color in scene.classes))
    truth = np.where(scene.truth == 0, 0, scene.truth + 20)[part, part].astype(np.uint16)
    write_classes(folder / "truth.tif", truth, classes)
    return folder / "crop.hdr", folder / "truth.tif"


def choose(study: StudyWindow, folder: Path) -> None:
    """Some baselines, few labels, a folder."""
    for n in range(study.form.methods.count()):
        item = study.form.methods.item(n)
        wanted = item.data(Qt.ItemDataRole.UserRole) in METHODS
        item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)
    study.form.labels.setText("3; 5")
    study.form.draws.setValue(2)
    study.form.folder.setText(str(folder))


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "study.csv").open(encoding="utf-8", newline="") as file:
        return [{name: value for name, value in row.items() if name not in TIMES} for row in csv.DictReader(file)]


def test_a_study_in_the_window_has_the_table_of_the_command(qtbot, window, answers, tmp_path):
    cube, truth = crop(tmp_path / "ein Ordner")
    controller = window._part(StudyController)
    opened(qtbot, window, cube)
    window.actions_["study"].trigger()
    study = controller.window
    assert "needs ground truth" in study.problem.text()
    assert not study.run.isEnabled()
    window.label_files.open_truth(truth)
    idle(qtbot, window)
    choose(study, tmp_path / "of the window")
    assert study.problem.text() == ""
    study.form.labels.setText("five")
    assert "are no numbers of labels" in study.problem.text()
    study.form.labels.setText("3; 5")
    QTest.mouseClick(study.copy, LEFT)
    command = QGuiApplication.clipboard().text()

    # Stopped at its first result, it goes on from there.
    found: list[str] = []
    window.bridge.partial.connect(lambda _job, value: (found.append(value), controller.stop()) if not found else None)
    QTest.mouseClick(study.run, LEFT)
    assert [entry.title for entry in window.session.queue.entries] == ["Study"]
    qtbot.waitUntil(lambda: not controller.running, timeout=60_000)
    idle(qtbot, window)
    if found:
        assert "Stopped. Run goes on" in study.text.text()
        assert not (tmp_path / "of the window" / "study.csv").exists()
        QTest.mouseClick(study.run, LEFT)
        qtbot.waitUntil(lambda: not controller.running, timeout=60_000)
        idle(qtbot, window)
    assert study.text.text() == "Done."
    assert "The study is done" in texts(window)

    by_command = tmp_path / "of the command"
    words = ["study", str(cube), "--truth", str(truth), "--methods", ",".join(METHODS), "--labels", "3,5",
             "--draws", "2", "--out", str(by_command)]  # fmt: skip
    assert run(words) == 0
    rows = table(tmp_path / "of the window")
    assert rows == table(by_command)
    assert len(rows) == 4
    shown = [[study.findings.table.item(r, c).text() for c in (0, 3)] for r in range(4)]
    assert [float(oa.split(" ")[0]) for _, oa in shown] == [round(100 * float(row["oa_mean"]), 1) for row in rows]
    series = study.findings.curves.series()
    assert set(series) == {title for title, _ in shown}
    for points in series.values():
        assert [x for x, _, _ in points] == [3.0, 5.0]
        assert all(sd >= 0 for _, _, sd in points)
    assert str(tmp_path / "of the window") in command
    assert "--labels 3,5 --draws 2" in command

    # Another day: its table and its choices come back; what is no study says so.
    study.findings.show_rows((), ())
    study.form.draws.setValue(9)
    answers.path = by_command
    QTest.mouseClick(study.open_folder, LEFT)
    idle(qtbot, window)
    assert [study.findings.table.item(r, 3).text() for r in range(4)] == [oa for _, oa in shown]
    assert study.form.draws.value() == 2
    assert study.form.spec().methods == METHODS
    (by_command / "study.json").write_text(json.dumps({"format": "something else"}), encoding="utf-8")
    QTest.mouseClick(study.open_folder, LEFT)
    idle(qtbot, window)
    assert "cannot be read" in texts(window)
