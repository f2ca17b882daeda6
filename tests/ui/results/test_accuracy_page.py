"""The window of the accuracy: it follows the map, shows the pixels of a cell, and hands its matrix on."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.report.error_map import Confused
from hsigui.ui.image.view import ImageView
from hsigui.ui.results.accuracy_controller import SPLIT_PAGE, AccuracyController
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.tested import STATES, TESTED
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.windows import idle, press


@pytest.fixture
def wrong(qtbot, mapped) -> MainWindow:
    """A window whose map is wrong in some places: the truth is moved a little."""
    truth = np.roll(mapped.session.truth.array, 3, axis=1)
    mapped.session.set_truth(truth, mapped.session.classes, "a truth of another day")
    idle(qtbot, mapped)
    return mapped


def test_a_click_on_a_cell_shows_its_pixels_and_the_list_goes_from_place_to_place(qtbot, wrong, answers, tmp_path,
                                                                                  monkeypatch):  # fmt: skip
    gone: list = []
    monkeypatch.setattr(ImageView, "point_out", lambda _self, area: gone.append(area))
    press(wrong, "Y", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    page, errors = wrong._part(AccuracyController).page, wrong._part(ErrorController)
    assert page.isVisible()
    found = wrong.session.accuracy
    assert f"{found.n_test:,} test pixels of a truth of another day" in page.summary.text()
    row = int(np.argmax(found.matrix.sum(axis=1) - np.diag(found.matrix)))
    line = found.matrix[row].copy()
    line[row] = 0
    column = int(np.argmax(line))
    at = page.matrix.visualRect(page.matrix.figures.index(row, column)).center()
    QTest.mouseClick(page.matrix.viewport(), Qt.MouseButton.LeftButton, pos=at)
    idle(qtbot, wrong)
    assert errors.meant == Confused(found.classes[row], found.classes[column])
    assert wrong.actions_["show_errors"].isChecked()
    assert sum(area.size for area in errors.found.areas) == int(line[column])
    assert page.places.count() == len(errors.found.areas)
    assert page.places_title.text() == errors.meant.words(wrong.session.classes)

    item = page.places.visualItemRect(page.places.item(1)).center()
    QTest.mouseClick(page.places.viewport(), Qt.MouseButton.LeftButton, pos=item)
    assert int(gone[-1][2].sum()) == errors.found.areas[1].size
    press(wrong, Qt.Key.Key_F3)
    assert page.places.currentRow() == errors.at == 2
    assert int(gone[-1][2].sum()) == errors.found.areas[2].size

    page.numbers.setCurrentIndex(1)
    press_button(page, "Copy ta&ble")
    copied = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert copied[row + 1][0] == found.names[row]
    assert float(copied[row + 1][column + 1]) == pytest.approx(found.percent[row, column], abs=1e-4)
    answers.save = tmp_path / "ein Ordner" / "Wälder.csv"
    answers.save.parent.mkdir()
    press_button(page, "&Save…")
    idle(qtbot, wrong)
    with answers.save.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[row + 1][0] == found.names[row]
    answers.save = tmp_path / "matrix.svg"
    press_button(page, "&Save…")
    press_button(page, "Copy &picture")
    idle(qtbot, wrong)
    assert found.names[row] in answers.save.read_text(encoding="utf-8")
    assert not QGuiApplication.clipboard().image().isNull()


def press_button(page, text: str) -> None:
    (button,) = (b for b in page.findChildren(QPushButton) if b.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_it_follows_the_map_and_tells_what_is_tested(qtbot, wrong):
    wrong.actions_["show_accuracy"].trigger()
    page = wrong._part(AccuracyController).page
    page.tabs.setCurrentIndex(SPLIT_PAGE)
    idle(qtbot, wrong)
    scene, found = wrong.session.scene, wrong.session.accuracy
    told = page.sentences.text()
    assert f"{found.n_test:,} pixels are tested." in told
    assert f"{found.n_train} pixels were trained on: none of them is tested." in told
    assert "Test pixels lie 1 pixel beside training pixels" in told
    assert page.split.pixmap().width() > 100

    subject = wrong.subjects.named(scene, TESTED)
    picture = subject.draw((0, 0, scene.cube.rows, scene.cube.cols), 1)
    for info, count in zip(STATES, (found.n_train, found.n_test), strict=True):
        assert int((picture[..., :3] == info.color).all(axis=2).sum()) == count

    truth = np.where(scene.truth.array == 1, 0, scene.truth.array)
    wrong.session.set_truth(truth, wrong.session.classes, "a truth without meadows")
    idle(qtbot, wrong)
    assert "a truth without meadows" in page.summary.text()
    assert f"One class has no test pixel: {wrong.session.classes.get(1).name}." in page.sentences.text()
    assert page.bars.rows[0].words.startswith(f"{wrong.session.classes.get(1).name}: Producer's n/a")

    wrong.session.set_truth(np.zeros_like(truth), wrong.session.classes, "nothing")
    idle(qtbot, wrong)
    assert page.accuracy is None
    assert not page.matrix.isVisible()
    assert "neither ground truth nor validation labels" in page.why.text()
