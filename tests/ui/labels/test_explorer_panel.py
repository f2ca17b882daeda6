import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.labels.label_map import VALIDATION
from hsigui.labels.regions import find_regions
from hsigui.ui.labels.explorer_panel import Entry, ExplorerPanel, curve


@pytest.fixture
def entries() -> list[Entry]:
    array = np.zeros((60, 60), dtype=np.uint16)
    array[::6, ::6] = 1
    array[1:5, 1:5] = 2
    return [Entry(0, region) for region in find_regions(array)] + [Entry(VALIDATION, find_regions(array)[-1])]


@pytest.fixture
def panel(qtbot, entries, table) -> ExplorerPanel:
    panel = ExplorerPanel()
    qtbot.addWidget(panel)
    panel.resize(300, 400)
    panel.set_entries(entries, table)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def test_rows_tell_class_pixels_and_place(panel, entries, table):
    model, last = panel.model, len(entries) - 1
    assert [model.index(last, column).data() for column in range(3)] == [table.get(2).name, "16", "1, 1"]
    assert "validation" in model.index(last, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert f"{len(entries)} regions" in panel.text.text()


def test_only_rows_in_view_are_asked_for(panel, entries):
    seen = panel.seen()
    assert 0 < len(seen) < len(entries)
    assert seen[0] is entries[0]
    panel.table.scrollToBottom()
    assert panel.seen()[-1] is entries[-1]


def test_a_known_spectrum_is_drawn_and_forgotten_with_its_region(panel, entries, table):
    before = panel.table.viewport().grab().toImage()
    panel.model.add_spectra({entries[0].key: np.array([1, 3, np.nan, 2, 5], dtype=np.float32)})
    assert panel.table.viewport().grab().toImage() != before
    panel.set_entries(entries[1:], table)
    assert panel.model.spectra == {}


def test_clicks_keys_and_the_menu_ask_for_what_they_say(panel, entries, table):
    asked = []
    panel.jump_asked.connect(lambda entry: asked.append(("jump", entry)))
    panel.delete_asked.connect(lambda some: asked.append(("delete", some)))
    panel.reassign_asked.connect(lambda some, number: asked.append((number, some)))
    assert not panel.delete.isEnabled()
    at = panel.table.visualRect(panel.model.index(1, 0)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert panel.delete.isEnabled()
    QTest.mouseClick(panel.delete, Qt.MouseButton.LeftButton)
    panel._fill_menu()
    panel._menu.actions()[2].trigger()
    assert asked == [("jump", entries[1]), ("delete", [entries[1]]), (3, [entries[1]])]


def test_a_curve_fills_its_room_and_has_gaps_where_values_are_missing():
    pieces = curve(np.array([0, 10, np.nan, 5, 5], dtype=np.float32), QRectF(0, 0, 40, 20))
    assert [[(p.x(), p.y()) for p in piece] for piece in pieces] == [[(0, 20), (10, 0)], [(30, 10), (40, 10)]]
    flat = curve(np.full(3, 7, dtype=np.float32), QRectF(0, 0, 40, 20))
    assert [p.y() for p in flat[0]] == [20, 20, 20]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_row_has_a_menu_that_shows_gives_and_deletes(panel, entries, table):
    told = []
    panel.jump_asked.connect(lambda entry: told.append(("jump", entry)))
    panel.delete_asked.connect(lambda chosen: told.append(("delete", list(chosen))))
    assert not any(action.isEnabled() for action in panel._row_menu.actions() if not action.isSeparator())
    panel.table.selectRow(1)
    panel.table.customContextMenuRequested.emit(panel.table.visualRect(panel.model.index(1, 0)).center())
    menu = QApplication.activePopupWidget()
    show, _, give, delete = menu.actions()
    assert give.menu() is panel._menu
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(show).center())
    delete.trigger()
    assert told == [("jump", entries[1]), ("delete", [entries[1]])]
