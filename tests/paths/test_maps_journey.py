"""Two trainings of one scene in the real window: their maps are kept, held against each other, and come back."""

from __future__ import annotations

import csv

import numpy as np
import rasterio
from PySide6.QtCore import Qt

from hsigui.cube.demo import write_demo
from hsigui.specs import SplitSpec
from hsigui.ui.runs.controller import ResultsOfScene
from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.rows import ACCURACY, NAME, NOTE, VERSUS
from tests.ui.windows import idle, opened, press, texts, trained

CTRL = Qt.KeyboardModifier.ControlModifier


def table(window) -> ResultsTable:
    return window._part(ResultsTable)


def keys(window) -> list[str]:
    return [row.key for row in window._part(ResultsOfScene).rows]


def tick(window, *rows: str) -> None:
    model = table(window).model
    for key in rows:
        index = model.index(model.place_of(key), NAME)
        model.setData(index, Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)


def test_two_trainings_are_compared_and_the_table_is_whole_the_next_day(
    qtbot, make_window, answers, training, tmp_path
):
    window = make_window()
    opened(qtbot, window, write_demo(tmp_path / "Übung eins")[0])
    window.label_files.open_truth(tmp_path / "Übung eins" / "demo-truth.hdr")
    idle(qtbot, window)
    answers.save = tmp_path / "fields.hsigui"
    window.actions_["save_project_as"].trigger()
    qtbot.waitUntil(lambda: window.keeping.project is not None)
    window.docks["Maps and trainings"].raise_()
    window.sampler.sample(SplitSpec(3, 0))
    idle(qtbot, window)
    trained(qtbot, window, training)
    first = window.session.class_map.classes.copy()
    assert keys(window) == ["now"]

    # The map of the first training is kept by itself when a second one takes its place.
    window.method.seed.setValue(7)
    training.go.clear()
    window.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: len(window.session.scene.results) == 1, timeout=10_000)
    idle(qtbot, window)
    window.maps._panel.smooth.setValue(2.0)
    idle(qtbot, window)
    assert keys(window) == ["now", "kept 1"]
    (kept,) = window.session.scene.results
    np.testing.assert_array_equal(kept.map.array(), first)
    press(window, "K", CTRL)
    press(window, "K", CTRL)
    idle(qtbot, window)
    assert "kept already" in texts(window)
    assert keys(window) == ["now", "kept 2", "kept 1"]

    panel = table(window)
    panel.choose("kept 1")
    idle(qtbot, window)
    said = {row[NAME]: row for row in panel.model.texts()}
    assert said["Map 1"][VERSUS] == "the chosen one"
    better = window.session.accuracy.oa - kept.accuracy.oa
    assert said["Map 2"][VERSUS].startswith(f"{100 * better:+.1f} (")
    assert said["Map 2"][ACCURACY] == said["The map that is shown"][ACCURACY]

    tick(window, "kept 1", "kept 2")
    window.actions_["compare_views"].trigger()
    idle(qtbot, window)
    assert window.views.names == ("kept 1", "kept 2", "difference kept 1 kept 2")
    shown = window.subjects.named(window.session.scene, "difference kept 1 kept 2")
    picture = shown.draw((0, 0, *first.shape), 1)
    same = (picture[..., :3] == dict(shown.legend)["same class"]).all(axis=2)
    np.testing.assert_array_equal(same, first == window.session.class_map.classes)
    assert f"They agree on {same.sum():,} of {first.size:,} pixels" in panel.words.text()
    window.actions_["compare_swipe"].trigger()
    assert window.actions_["swipe"].isChecked()

    panel.model.renamed.emit("kept 1", "Erste Karte")
    panel.model.noted.emit("kept 1", "plain")
    answers.save = tmp_path / "kept.tif"
    panel.choose("kept 1")
    window.actions_["export_result"].trigger()
    idle(qtbot, window)
    with rasterio.open(answers.save) as file:
        np.testing.assert_array_equal(file.read(1), first)
    answers.save = tmp_path / "table.csv"
    window.actions_["save_results"].trigger()
    idle(qtbot, window)
    with answers.save.open(encoding="utf-8", newline="") as file:
        assert [row[0] for row in csv.reader(file)] == ["Name", "The map that is shown", "Map 2", "Erste Karte"]

    panel.choose("kept 2")
    window.actions_["delete_result"].trigger()
    assert keys(window) == ["now", "kept 1"]
    (back,) = [m for m in window.messages.messages if "was deleted" in m.text]
    next(b for b in back.findChildren(type(button_of(back))) if b.text() == "Take it back").click()
    assert keys(window) == ["now", "kept 2", "kept 1"]
    panel.choose("kept 2")
    window.actions_["repeat_training"].trigger()
    idle(qtbot, window)
    assert [spec.seed for spec, _, _ in training.calls] == [0, 7, 7]
    window.close()

    answers.at_exit = "stop"
    later = make_window()
    later.projects.open(tmp_path / "fields.hsigui")
    qtbot.waitUntil(lambda: len(later.session.scene.results) >= 2, timeout=20_000)
    idle(qtbot, later)
    later.docks["Maps and trainings"].raise_()
    idle(qtbot, later)
    rows = {row[NAME]: row for row in table(later).model.texts()}
    assert rows["Erste Karte"][NOTE] == "plain"
    assert rows["Erste Karte"][ACCURACY] == said["Map 1"][ACCURACY]
    found = later.session.scene.results.get(1)
    np.testing.assert_array_equal(found.map.array(), first)
    np.testing.assert_array_equal(found.accuracy.matrix, kept.accuracy.matrix)


def button_of(message):
    """A button of a message."""
    from PySide6.QtWidgets import QPushButton

    return message.findChild(QPushButton)
