import numpy as np
from PySide6.QtCore import QPoint
from rasterio.crs import CRS

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.ui.map.legend import LegendView, hectares_of


def test_every_class_has_a_line_with_its_count_and_its_share_of_the_map(qtbot, table):
    legend = LegendView()
    qtbot.addWidget(legend)
    legend.set_classes(table.renamed(2, "Corn"), {1: 12345, 2: 655})
    assert legend.lines() == [("Class 1", "12,345 · 95.0 %"), ("Corn", "655 · 5.0 %"), ("Class 3", "0 · 0.0 %")]


def test_where_pixels_have_a_size_hectares_are_told_until_there_is_another_map(qtbot, table):
    legend = LegendView()
    qtbot.addWidget(legend)
    metres = Geo((30.0, 0.0, 500_000.0, 0.0, -30.0, 5_000_000.0), CRS.from_epsg(32632).to_wkt())
    array = np.array([[1, 1, 2], [2, 2, 0]], dtype=np.uint16)
    hectares = hectares_of(array, metres)
    assert set(hectares) == {1, 2}
    assert abs(hectares[2] - 3 * 0.09) < 1e-3
    legend.set_classes(table, {1: 2, 2: 3})
    legend.set_hectares({1: 0.18, 2: 1234.5})
    assert [text for _, text in legend.lines()] == ["2 · 40.0 % · 0.18 ha", "3 · 60.0 % · 1,234 ha", "0 · 0.0 %"]
    legend.set_classes(table, {1: 2})
    assert [text for _, text in legend.lines()] == ["2 · 100.0 %", "0 · 0.0 %", "0 · 0.0 %"]


def test_a_map_without_a_place_on_the_earth_has_no_hectares():
    assert hectares_of(np.ones((1, 1), dtype=np.uint16), Geo()) == {}


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
