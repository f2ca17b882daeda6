"""A table of figures in a view: sorted by any column, its sums at the end, what is not defined last."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt

from hsigui.report.sheets import COUNT, SHARE, TEXT, Column, Sheet
from hsigui.ui.results.sheet_model import UNKNOWN, SheetModel

SHEET = Sheet(
    "zones", "Zones",
    (Column("zone", "Zone", TEXT), Column("pixels", "Pixels", COUNT), Column("share", "Share", SHARE),
     Column("mean", "Mean", places=None)),
    (("b", 10, 0.5, 1e-6), ("Äcker", 1200, None, 12345.678), ("a", 2, 0.25, None), ("sum", 1212, None, None)), 1,
)  # fmt: skip


def shown(model: SheetModel, column: int) -> list[str]:
    return [model.data(model.index(row, column)) for row in range(model.rowCount(QModelIndex()))]


def test_cells_are_read_as_people_read_them_and_sorting_leaves_sums_at_the_end():
    model = SheetModel()
    model.put(SHEET)
    assert shown(model, 1) == ["10", "1,200", "2", "1,212"]
    assert shown(model, 2) == ["50.00 %", UNKNOWN, "25.00 %", UNKNOWN]
    assert shown(model, 3) == ["1e-06", "12346", UNKNOWN, UNKNOWN]
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Pixels"
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert shown(model, 0) == ["Äcker", "b", "a", "sum"]
    model.sort(2)
    assert shown(model, 0) == ["a", "b", "Äcker", "sum"]
    model.sort(2, Qt.SortOrder.DescendingOrder)
    assert shown(model, 0) == ["b", "a", "Äcker", "sum"]
    assert [row[0] for row in model.sheet.rows] == ["b", "a", "Äcker", "sum"]
    assert [model.first_cell(row) for row in range(4)] == ["b", "a", "Äcker", None]
    assert model.data(model.index(3, 0), Qt.ItemDataRole.FontRole).bold()
    model.sort(-1)
    assert shown(model, 0) == ["b", "Äcker", "a", "sum"]


def test_without_a_table_there_is_nothing():
    model = SheetModel()
    assert (model.rowCount(), model.columnCount(), model.sheet) == (0, 0, None)
    model.sort(1)
    assert model.first_cell(0) is None
