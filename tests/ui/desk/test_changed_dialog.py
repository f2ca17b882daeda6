"""The question about a file that somebody else has changed: its answers, and what is there beside what is here."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTableWidget

from hsigui.ui.desk.changed_dialog import Changed, ChangedDialog, Comparison

ROWS = (("Corn", "1,204", "1,310"), ("Water", "3", "3"), ("<b>Reed</b>", "–", "12"))


def shown(qtbot, comparison=None) -> ChangedDialog:
    dialog = ChangedDialog(Changed("labels.tif was changed.", "Another wrote it.", "labels-2.tif", comparison))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.mark.parametrize(("button", "answer"), [("copy", "copy"), ("overwrite", "overwrite"), (None, "cancel")])
def test_each_button_is_its_answer(qtbot, button, answer):
    dialog = shown(qtbot)
    if button is None:
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    else:
        QTest.mouseClick(getattr(dialog, button), Qt.MouseButton.LeftButton)
    assert dialog.answer == answer
    assert not dialog.isVisible()


def test_the_copy_is_named_on_its_button(qtbot):
    assert "labels-2.tif" in shown(qtbot).copy.text()


def test_the_counts_are_shown_on_demand(qtbot):
    dialog = shown(qtbot, Comparison("labels.tif", "Labelled pixels", ROWS))
    assert not dialog.comparison.isVisible()
    QTest.mouseClick(dialog.compare, Qt.MouseButton.LeftButton)
    table = dialog.comparison
    assert isinstance(table, QTableWidget)
    assert table.isVisible()
    assert [[table.item(r, c).text() for c in range(3)] for r in range(3)] == [list(row) for row in ROWS]
    assert [table.item(r, 0).font().bold() for r in range(3)] == [True, False, True]


def test_a_file_that_cannot_be_read_says_so_in_place_of_counts(qtbot):
    dialog = shown(qtbot, Comparison("labels.tif", note="labels.tif is damaged."))
    dialog.compare.click()
    assert isinstance(dialog.comparison, QLabel)
    assert dialog.comparison.text() == "labels.tif is damaged."


def test_where_there_is_nothing_to_compare_the_button_rests(qtbot):
    assert not shown(qtbot).compare.isEnabled()
