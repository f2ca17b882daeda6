"""Label files in the window: every format, other places, other classes, tables of classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.cube.cube import Geo
from hsigui.labels.class_tables import read_table, write_table
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.files import FORMATS, write_classes
from hsigui.ui.dialogs.class_mapping_dialog import ClassMappingDialog
from hsigui.ui.dialogs.prompts import LABELS, SAVED
from tests.ui.windows import idle, labels, paint, press, texts

OTHERS = ClassTable(
    (ClassInfo(1, "Moss", (9, 8, 7)), ClassInfo(2, "Lichen", (6, 5, 4)), ClassInfo(9, "Rust", (3, 2, 1)))
)


def drawn(window) -> np.ndarray:
    press(window, "B")
    press(window, "2")
    paint(window, (60, 60), (60, 70))
    return labels(window).copy()


def foreign(shape: tuple[int, int] = (128, 128)) -> np.ndarray:
    array = np.zeros(shape, np.uint16)
    array[0, :5], array[1, :4], array[2, :3] = 1, 2, 9
    return array


def asked(window) -> list[ClassMappingDialog]:
    return [d for d in window.findChildren(ClassMappingDialog) if d.isVisible()]


def opened(qtbot, window, answers, path: Path, action: str = "open_labels") -> None:
    answers.path = path
    window.actions_[action].trigger()
    idle(qtbot, window)


def push(window, text: str) -> None:
    (button,) = [b for m in window.messages.messages for b in m.findChildren(QPushButton) if b.text() == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("suffix", [suffix for _, suffix in FORMATS])
def test_labels_are_saved_and_opened_again_in_every_format(qtbot, demo, answers, tmp_path, suffix):
    painted = drawn(demo)
    before = {c.number: c for c in demo.session.classes}
    answers.save = tmp_path / f"mine{suffix}"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.session.undo()
    opened(qtbot, demo, answers, answers.save)
    assert asked(demo) == []
    assert np.array_equal(labels(demo), painted)
    assert {c.number: c for c in demo.session.classes} == before


def test_every_format_is_offered_to_open_and_to_save():
    for _, suffix in FORMATS:
        assert f"*{suffix}" in LABELS
        assert f"(*{suffix})" in SAVED


def test_classes_that_the_scene_lacks_are_a_question_with_counts_and_proposals(qtbot, demo, answers, tmp_path):
    before = labels(demo).copy()
    write_classes(tmp_path / "file.tif", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "file.tif")
    (dialog,) = asked(demo)
    assert np.array_equal(labels(demo), before), "nothing is taken before the answer"
    assert [dialog.table.item(row, 1).text() for row in range(3)] == ["5", "4", "3"]
    assert "Moss" in dialog.table.item(0, 0).text()
    assert not dialog.table.item(0, 0).icon().isNull()
    assert dialog.choice(1).currentText() == "New class “Moss”"

    water = demo.session.classes.numbers[0]
    dialog.choice(1).setCurrentIndex(dialog.choice(1).findData(water))
    dialog.choice(2).setCurrentText("Leave out")
    dialog.accept()
    idle(qtbot, demo)
    found = labels(demo)
    assert (found[0, :5] == water).all()
    assert not found[1].any()
    (rust,) = [c for c in demo.session.classes if c.name == "Rust"]
    assert (found[2, :3] == rust.number).all()
    assert rust.color == (3, 2, 1)
    assert demo.session.classes.get(water).name != "Moss"
    demo.session.undo()
    assert np.array_equal(labels(demo), before)


def test_a_question_that_is_cancelled_changes_nothing(qtbot, demo, answers, tmp_path):
    before, classes = drawn(demo), demo.session.classes
    write_classes(tmp_path / "file.gpkg", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "file.gpkg")
    asked(demo)[0].reject()
    idle(qtbot, demo)
    assert np.array_equal(labels(demo), before)
    assert demo.session.classes == classes


def test_truth_with_other_classes_is_a_question_too(qtbot, demo, answers, tmp_path):
    write_classes(tmp_path / "truth.tif", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "truth.tif", "open_truth")
    (dialog,) = asked(demo)
    first = demo.session.classes.numbers[0]
    for number in (1, 2, 9):
        dialog.choice(number).setCurrentIndex(dialog.choice(number).findData(first))
    dialog.accept()
    idle(qtbot, demo)
    assert np.array_equal(demo.session.truth.array, np.where(foreign() > 0, first, 0))
    assert demo.session.truth.name == "truth.tif"


def test_added_labels_leave_the_present_ones(qtbot, demo, answers, tmp_path):
    before = drawn(demo)
    added = np.zeros_like(before)
    added[10, 10:20] = 1
    write_classes(tmp_path / "more.csv", added, demo.session.classes)
    opened(qtbot, demo, answers, tmp_path / "more.csv", "add_labels")
    assert np.array_equal(labels(demo), before + added)
    demo.session.undo()
    assert np.array_equal(labels(demo), before)


@pytest.mark.parametrize("choice", ["Resample to the scene", "Take pixel by pixel"])
def test_labels_of_another_place_are_explained_and_the_user_decides(qtbot, demo, answers, tmp_path, choice):
    before, geo = labels(demo).copy(), demo.session.cube.geo
    a, b, c, d, e, f = geo.transform
    array = np.zeros((128, 128), np.uint16)
    array[20:30, 40:50] = 1
    moved = Geo((a, b, c + 3 * a, d, e, f), geo.crs_wkt)
    write_classes(tmp_path / "moved.tif", array, demo.session.classes, moved)
    opened(qtbot, demo, answers, tmp_path / "moved.tif")
    assert "lie elsewhere" in texts(demo)
    assert np.array_equal(labels(demo), before)
    push(demo, choice)
    idle(qtbot, demo)
    expected = np.roll(array, 3, axis=1) if choice.startswith("Resample") else array
    assert np.array_equal(labels(demo), expected)


def test_a_damaged_file_is_told_in_words(qtbot, demo, answers, tmp_path):
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    opened(qtbot, demo, answers, tmp_path / "broken.gpkg")
    assert "broken.gpkg cannot be read" in texts(demo)


@pytest.mark.parametrize("suffix", [".csv", ".clr", ".qml", ".json"])
def test_classes_are_written_and_taken_from_tables(qtbot, demo, answers, tmp_path, suffix):
    answers.save = tmp_path / f"classes{suffix}"
    demo.actions_["export_classes"].trigger()
    classes = demo.session.classes
    assert read_table(answers.save) == classes
    first = classes.classes[0]
    write_table(answers.save, ClassTable((ClassInfo(40, first.name, (9, 9, 9)), ClassInfo(41, "Moss", (8, 8, 8)))))
    opened(qtbot, demo, answers, answers.save, "import_classes")
    assert demo.session.classes.get(first.number) == ClassInfo(first.number, first.name, (9, 9, 9))
    assert demo.session.classes.get(41).name == "Moss"
    demo.session.undo()
    assert demo.session.classes == classes


def test_a_table_that_is_none_is_told_in_words(qtbot, demo, answers, tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    opened(qtbot, demo, answers, tmp_path / "a.json", "import_classes")
    assert "no table of classes" in texts(demo)


def test_what_was_assumed_at_reading_is_told(qtbot, demo, answers, tmp_path):
    path = write_classes(tmp_path / "plain.xml", foreign(), ClassTable())[0]
    text = path.read_text(encoding="utf-8").replace("</GeometryDef>", "</GeometryDef><ThresholdDef/>", 1)
    path.write_text(text, encoding="utf-8")
    opened(qtbot, demo, answers, path)
    assert "Only drawn shapes are read" in texts(demo)
