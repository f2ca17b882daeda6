from PySide6.QtCore import QPoint

from hsigui.labels.classes import ClassTable
from hsigui.ui.map.legend import LegendView


def test_every_class_has_a_line_with_its_count(qtbot, table):
    legend = LegendView()
    qtbot.addWidget(legend)
    legend.set_classes(table.renamed(2, "Corn"), {1: 12345, 2: 7})
    assert legend.lines() == [("Class 1", "12,345"), ("Corn", "7"), ("Class 3", "0")]


def test_without_counts_there_are_none(qtbot, table):
    legend = LegendView()
    qtbot.addWidget(legend)
    legend.set_classes(table)
    assert legend.lines() == [("Class 1", ""), ("Class 2", ""), ("Class 3", "")]


def test_the_swatches_have_the_colours_of_the_classes(qtbot, table, grabbed):
    legend = LegendView()
    qtbot.addWidget(legend)
    legend.set_classes(table)
    legend.resize(legend.sizeHint())
    line = (legend.height() - 16) / len(table)
    for number, info in enumerate(table):
        assert grabbed(legend, QPoint(14, round(8 + line * (number + 0.5)))) == info.color


def test_more_classes_need_more_room(qtbot, table):
    legend = LegendView()
    qtbot.addWidget(legend)
    legend.set_classes(table)
    few = legend.sizeHint()
    legend.set_classes(ClassTable.for_numbers(range(1, 30)).renamed(4, "A class with quite a long name"))
    assert legend.sizeHint().height() > 5 * few.height()
    assert legend.sizeHint().width() > few.width()
    assert legend.minimumSizeHint().height() == legend.sizeHint().height()
