"""The confusion matrix and the bars of the classes: numbers, tints, names, mouse, keys and pictures of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from hsigui.jobs import quiet
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.error_map import Confused
from hsigui.report.metrics import Accuracy, accuracy
from hsigui.report.tables import percent_of_map_csv, tab_separated
from hsigui.ui.desk.contrast import ink_on
from hsigui.ui.image.pictures.files import write_picture
from hsigui.ui.results.class_bars import LOWEST_FIRST, ClassBars, rows_of
from hsigui.ui.results.matrix import (
    COUNTS,
    NOTHING,
    OF_MAP,
    OF_REFERENCE,
    cell_of,
    pair_of,
    text_of,
    tint,
    words_of,
)
from hsigui.ui.results.matrix_picture import sheet_of
from hsigui.ui.results.matrix_view import MatrixView

TABLE = ClassTable(
    (
        ClassInfo(1, "Water", (0, 0, 200)),
        ClassInfo(4, "Corn & soy", (200, 200, 0)),
        ClassInfo(7, "Roofs", (200, 0, 0)),
    )
)


@pytest.fixture
def few() -> Accuracy:
    """Three classes, one of them not tested, and pixels that the map leaves out."""
    truth = np.array([[1, 1, 1, 1, 4, 4, 4, 4]])
    predicted = np.array([[1, 1, 1, 4, 4, 4, 7, 0]])
    return accuracy(predicted, truth, TABLE)


@pytest.fixture(scope="module")
def sixty() -> Accuracy:
    chance = np.random.default_rng(0)
    table = ClassTable(tuple(ClassInfo(n, f"A class with quite a long name, {n}", (n, 90, 90)) for n in range(1, 61)))
    truth = np.repeat(np.arange(1, 61), 50)[None]
    wrong = chance.random(truth.shape) < 0.3
    return accuracy(np.where(wrong, chance.integers(1, 61, truth.shape), truth), truth, table)


def test_cells_say_pixels_or_shares_of_the_row_or_of_the_column(few):
    counts = [[text_of(few, COUNTS, row, column) for column in range(4)] for row in range(3)]
    assert counts == [["3", "1", "", ""], ["", "2", "1", "1"], ["", "", "", ""]]
    of_reference = [[text_of(few, OF_REFERENCE, row, column) for column in range(4)] for row in range(3)]
    assert of_reference == [["75.0", "25.0", "", ""], ["", "50.0", "25.0", "25.0"], [NOTHING] * 4]
    assert [text_of(few, OF_MAP, 1, column) for column in range(4)] == ["", "66.7", "100.0", "100.0"]


def test_a_cell_tells_its_pixels_and_both_shares_in_words(few):
    assert words_of(few, 1, 3) == (
        "Corn & soy taken for Unclassified: 1 pixel, 25.0 % of the test pixels of Corn & soy, 100.0 % of those mapped "
        "as Unclassified"
    )
    assert words_of(few, 0, 0).startswith("Water found right: 3 pixels, 75.0 %")
    assert words_of(few, 2, 0) == "Roofs taken for Water: 0 pixels, 0.0 % of those mapped as Water"


def test_the_cell_of_a_pair_is_the_pair_of_a_cell(few):
    for row in range(3):
        for column in range(4):
            expected = None if row == column else (row, column)
            assert cell_of(few, pair_of(few, row, column)) == expected
    assert pair_of(few, 1, 3) == Confused(4, 0)
    assert cell_of(few, Confused(99, 4)) is None


def test_more_errors_have_a_stronger_tint_and_letters_can_be_read_on_any():
    for ground in (QColor(255, 255, 255), QColor(26, 28, 32)):
        assert tint(0.0, False, ground) == tint(math.nan, True, ground) == ground
        far = [sum(abs(a - b) for a, b in zip(tint(s, False, ground).getRgb(), ground.getRgb(), strict=True))
               for s in (0.01, 0.1, 0.5, 1.0)]  # fmt: skip
        assert far == sorted(far)
        assert far[0] > 20
    assert ink_on(QColor(255, 255, 255)).lightness() < 60
    assert ink_on(QColor(26, 28, 32)).lightness() == 255


def test_a_click_or_the_keys_choose_the_errors_of_a_cell_a_row_or_a_column(qtbot, few):
    view = MatrixView()
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show_accuracy(few, COUNTS)
    view.show()
    qtbot.waitExposed(view)
    chosen, told = [], []
    view.pair_chosen.connect(chosen.append)
    view.told.connect(told.append)
    at = view.visualRect(view.figures.index(1, 2)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert chosen == [Confused(4, 7)]
    assert told[-1].startswith("Corn & soy taken for Roofs: 1 pixel")
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert chosen[-1] == Confused(1, 4)
    header = view.verticalHeader()
    place = QPoint(20, header.sectionViewportPosition(1) + 5)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    header = view.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(3) + 5, 20)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen[-2:] == [Confused(4), Confused(taken_for=0)]


def test_sixty_classes_are_scrolled_and_their_names_cut_with_the_whole_in_a_tip(qtbot, sixty, grabbed):
    view = MatrixView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_accuracy(sixty, OF_REFERENCE)
    view.show()
    qtbot.waitExposed(view)
    assert view.verticalHeader().width() < 180
    assert view.horizontalHeader().height() < 140
    tip = view.figures.headerData(59, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole)
    assert "A class with quite a long name, 60 in the reference" in tip
    view.setFocus()
    view.setCurrentIndex(view.figures.index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    place = view.visualRect(view.figures.index(59, 59))
    assert view.viewport().rect().contains(place)
    # Beside the number a cell has the tint of its share.
    corner = view.viewport().mapTo(view, place.topLeft() + QPoint(4, 4))
    base = view.palette().base().color()
    assert grabbed(view, corner) == tint(float(sixty.percent[59, 59]) / 100, True, base).getRgb()[:3]
    kept = view.currentIndex().row(), view.currentIndex().column()
    view.show_accuracy(sixty, COUNTS)
    assert (view.currentIndex().row(), view.currentIndex().column()) == kept == (59, 59)


def test_bars_have_the_intervals_of_the_report_and_the_worst_class_comes_first(qtbot, few):
    rows = rows_of(few)
    assert [row.intervals[:2] for row in rows] == [(few.producers_interval(i), few.users_interval(i)) for i in range(3)]
    worst = rows_of(few, LOWEST_FIRST)
    assert [row.name for row in worst] == ["Corn & soy", "Water", "Roofs"]
    assert worst[2].words == "Roofs: Producer's n/a, User's n/a, F1 n/a"
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.set_rows(worst)
    assert bars.accessibleDescription().splitlines()[1].startswith("Water: Producer's 75.0 (30.1–95.4)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_bars_are_as_long_as_their_figures(qtbot, qapp, few, grabbed, scheme):
    from hsigui.ui.desk import theme

    theme.apply(qapp, scheme)
    bars = ClassBars()
    qtbot.addWidget(bars)
    bars.set_rows(rows_of(few))
    bars.resize(600, bars.sizeHint().height())
    bars.show()
    color = (0, 158, 115)  # of F1, which no whisker covers
    middle = bars._top + 2 * 12 + 4
    inside, outside = round(bars._x(few.f1[0]) - 3), round(bars._x(few.f1[0]) + 3)
    assert grabbed(bars, QPoint(inside, middle)) == color
    assert grabbed(bars, QPoint(outside, middle)) != color
    theme.apply(qapp, "light")


@pytest.mark.parametrize("ending", [".png", ".svg"])
def test_the_matrix_is_a_picture_as_large_as_it_needs(qtbot, tmp_path, few, sixty, ending):
    small, large = sheet_of(few, COUNTS, "Few"), sheet_of(sixty, OF_MAP, "Many")
    assert large.width > 4 * small.width
    assert large.height > 4 * small.height
    (path,) = write_picture(quiet(), small, tmp_path / f"a matrix{ending}")
    if ending == ".svg":
        text = path.read_text(encoding="utf-8")
        assert "Corn &amp; soy" in text
        assert "8 test pixels, overall accuracy 62.5 %" in text


def test_tables_for_spreadsheets_have_the_shares_of_the_map(few):
    rows = [line.split("\t") for line in tab_separated(percent_of_map_csv(few)).splitlines()]
    assert rows[0][1:] == ["Water", "Corn & soy", "Roofs", "Unclassified"]
    assert rows[2] == ["Corn & soy", "0.0000", "66.6667", "100.0000", "100.0000"]
    assert rows[-1] == ["pixels", "3", "3", "1", "1"]
