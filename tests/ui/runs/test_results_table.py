"""The table itself: ticks, sorting, names and notes, by mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionViewItem

from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.rows import ACCURACY, NAME, NOTE, Row, texts_of
from tests.ui.runs.results import GOOD, POOR, kept

ROWS = [Row("now", kept(0, GOOD)), Row("kept 2", kept(2, POOR)), Row("kept 1", kept(1, GOOD, note="dry"))]


@pytest.fixture
def panel(qtbot) -> ResultsTable:
    panel = ResultsTable([QAction("Keep"), None, QAction("Delete")])
    qtbot.addWidget(panel)
    panel.resize(900, 260)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def tick(panel: ResultsTable, place: int) -> None:
    """A click into the box of a row, as it stands now."""
    index = panel.table.model().index(place, NAME)
    option = QStyleOptionViewItem()
    option.rect = panel.table.visualRect(index)
    option.features = QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator
    box = panel.table.style().subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, option, panel.table)
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())


def show(panel: ResultsTable) -> None:
    panel.show_rows(ROWS, texts_of(ROWS, {}))


def test_without_rows_it_says_how_they_come(panel):
    assert panel.nothing.isVisible()
    show(panel)
    assert not panel.nothing.isVisible()
    assert panel.chosen is ROWS[0]


def test_two_rows_can_be_ticked_and_a_third_takes_the_place_of_the_first(panel):
    show(panel)
    for place in range(3):
        tick(panel, place)
    assert [row.key for row in panel.ticked] == ["kept 2", "kept 1"]
    tick(panel, 1)
    assert [row.key for row in panel.ticked] == ["kept 1"]
    panel.show_rows(ROWS[:2], texts_of(ROWS[:2], {}))
    assert panel.ticked == []


def test_a_click_on_a_heading_sorts_and_the_chosen_row_stays_chosen(panel):
    show(panel)
    panel.choose("kept 1")
    header = panel.table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(ACCURACY) + 10, 8)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    shown = [panel.table.model().index(n, NAME).data() for n in range(3)]
    assert shown[-1 if header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder else 0] == "Map 2"
    assert panel.chosen is ROWS[2]


def test_names_and_notes_are_written_by_keys_and_the_map_that_is_shown_has_none(qtbot, panel):
    show(panel)
    told: list = []
    panel.model.renamed.connect(lambda *values: told.append(values))
    panel.model.noted.connect(lambda *values: told.append(values))
    assert not panel.model.flags(panel.model.index(0, NAME)) & Qt.ItemFlag.ItemIsEditable
    panel.choose("kept 1")
    panel.edit(NOTE)
    editor = panel.table.findChild(QLineEdit)
    assert editor.text() == "dry"
    editor.selectAll()
    QTest.keyClicks(editor, "after rain")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.table.findChild(QLineEdit) is None)
    panel.edit(NAME)
    editor = panel.table.findChild(QLineEdit)
    assert editor.text() == ""
    QTest.keyClicks(editor, "Best")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [("kept 1", "after rain"), ("kept 1", "Best")]
