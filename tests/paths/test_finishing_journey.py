"""A map finished in the real window: steps, a hand, their accuracy, the next day, and the same by command."""

from __future__ import annotations

import shlex

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from hsigui.cli import run as main
from hsigui.cube.demo import write_demo
from hsigui.document.finished import ChosenStep
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.evaluate import evaluate
from hsigui.specs import SplitSpec
from hsigui.ui.finishing.panel import FinishPanel
from hsigui.ui.results.accuracy_page import AccuracyPage
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog
from hsigui.ui.results.panel import ResultsPanel
from tests.ui.windows import idle, opened, paint, press, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_a_map_is_finished_measured_kept_and_exported_as_the_command_does_it(
    qtbot, make_window, answers, training, tmp_path
):
    window = make_window()
    opened(qtbot, window, write_demo(tmp_path / "Übung eins")[0])
    window.label_files.open_truth(tmp_path / "Übung eins" / "demo-truth.hdr")
    idle(qtbot, window)
    answers.save = project = tmp_path / "fields.hsigui"
    window.actions_["save_project_as"].trigger()
    qtbot.waitUntil(lambda: window.keeping.project is not None)
    window.sampler.sample(SplitSpec(3, 0))
    idle(qtbot, window)
    trained(qtbot, window, training)
    scene = window.session.scene
    answer = scene.map.class_map.classes

    # Steps, and a hand: two strokes, of which one is taken back.
    panel, results = window._part(FinishPanel), window._part(ResultsPanel)
    panel.add("majority")
    panel.add("sieve")
    panel.editor.smallest.setValue(20)
    panel.add("merge")
    first, second = (info.name for info in list(scene.classes)[:2])
    panel.editor.boxes[0][0].setCurrentIndex(panel.editor.boxes[0][0].findData(second))
    panel.editor.boxes[0][1].setCurrentIndex(panel.editor.boxes[0][1].findData(first))
    idle(qtbot, window)
    assert [step.told for step in scene.finishing.steps] == [
        "--majority 3", "--sieve 20", f"--merge {second}={first}",
    ]  # fmt: skip
    press(window, "V", SHIFT)
    press(window, "R")
    press(window, "3")
    paint(window, (60, 60), (75, 80))
    paint(window, (20, 20), (30, 30))
    press(window, "Z", CTRL)
    assert scene.finishing.pixels == 16 * 21
    press(window, Qt.Key.Key_Escape)

    # A label: another answer, and the steps follow.
    press(window, "B")
    press(window, "1")
    paint(window, (100, 60), (100, 64))
    idle(qtbot, window)
    assert scene.map.class_map.classes is not answer
    assert scene.finishing.follows(scene.map.class_map)
    assert (scene.finished.classes[60:76, 60:81] == 3).all()

    # The figures are the answer's until those of the finished map are asked for.
    assert results.figures[0].text() == f"{100 * scene.map.accuracy.oa:.1f} %"
    results.which.setCurrentIndex(1)
    results.which.activated.emit(1)
    idle(qtbot, window)
    made = scene.finished
    reference = made.in_these_classes(np.where(made.painted, 0, scene.reference.array))
    train = made.in_these_classes(scene.map.trained_on)
    measured = evaluate(made.classes, reference, made.table, train, scene.map_valid)
    assert results.figures[0].text() == f"{100 * measured.oa:.1f} %"
    left_out = int(np.count_nonzero(scene.reference.array[made.painted]))
    said = f"After: majority 3, sieve 20, merge {second}={first}; {left_out} hand-painted pixels are left out"
    assert results.after.text().startswith(said)

    window.actions_["show_accuracy"].trigger()
    (page,) = window.findChildren(AccuracyPage)
    assert page.summary.text().startswith("The model's answer, before steps")
    page.close()

    # Painted pixels are in no file yet: nothing that is copied could make them again.
    window.actions_["copy_commands"].trigger()
    idle(qtbot, window)
    assert "in no file as it is now" in texts(window)

    # The next day.
    kept = scene.finishing.kept
    window.close()
    window = make_window()
    window.projects.open(project)
    qtbot.waitUntil(lambda: window.session.truth is not None, timeout=10_000)
    idle(qtbot, window)
    trained(qtbot, window, training)
    idle(qtbot, window)
    scene = window.session.scene
    assert scene.finishing.steps == kept.steps
    np.testing.assert_array_equal(scene.finished.classes, made.classes)
    assert scene.shows_finished

    # What is exported is what the command makes of the exported answer.
    out = tmp_path / "für GIS"
    window.exporter.export(ExportChoice(("geotiff",), out, "answer"))
    idle(qtbot, window)
    window.actions_["export"].trigger()
    (dialog,) = window.findChildren(ExportDialog)
    assert dialog.which.currentData() is True, "what is shown is proposed"
    dialog.folder.setText(str(out))
    dialog.name.setText("last")
    for name, box in dialog.boxes.items():
        box.setChecked(name in ("geotiff", "labels", "report"))
    dialog.accept()
    idle(qtbot, window)
    painted = out / "last-painted.tif"
    steps = [*scene.finishing.steps, ChosenStep("paint", shlex.quote(str(painted)))]
    line = " ".join(step.told for step in steps)
    assert main(["edit", str(out / "answer.tif"), str(out / "command.tif"), *shlex.split(line)]) == 0
    ours, theirs = read_classes(out / "last.tif"), read_classes(out / "command.tif")
    np.testing.assert_array_equal(ours.array, theirs.array)
    np.testing.assert_array_equal(ours.array, scene.finished.classes)
    assert ours.classes == theirs.classes
    records = [provenance.load(out / name, ours.array) for name in ("last.tif", "command.tif")]
    assert records[0].finishing["steps"] == records[1].finishing["steps"]
    assert records[0].finishing["painted"] == records[1].finishing["painted"]
    assert [step["step"] for step in records[0].finishing["steps"]] == [
        "--majority 3", "--sieve 20", f"--merge {second}={first}", f"--paint {shlex.quote(str(painted))}",
    ]  # fmt: skip
    report = (out / "last-report" / "report.json").read_text()
    assert "hand-painted" in report
    window.actions_["copy_commands"].trigger()
    idle(qtbot, window)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert [line.split()[1] for line in copied][-2:] == ["classify", "edit"], texts(window)
    assert copied[-1].endswith(line), "what was painted is read from the file that the export wrote"
    window.actions_["copy_python"].trigger()
    idle(qtbot, window)
    assert "hsigui.edit(" in QGuiApplication.clipboard().text()
