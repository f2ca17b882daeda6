import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.ui.desk import theme
from hsigui.ui.labels.history_panel import HistoryPanel


@pytest.fixture
def panel(qtbot) -> HistoryPanel:
    panel = HistoryPanel()
    qtbot.addWidget(panel)
    panel.resize(260, 300)
    panel.show()
    return panel


def rows(panel):
    return [panel.list.item(n).text() for n in range(panel.list.count())]


def test_steps_stand_below_the_start_and_undone_ones_are_faint(panel):
    panel.set_steps(["Add Water", "Brush stroke", "Polygon"], 2)
    assert rows(panel) == ["Start", "Add Water", "Brush stroke", "Polygon"]
    assert panel.list.currentRow() == 2
    assert [panel.list.item(n).font().italic() for n in range(4)] == [False, False, False, True]


def test_forgotten_steps_are_told(panel):
    panel.set_steps(["Polygon"], 1, forgotten=1234)
    assert rows(panel) == ["1,234 earlier steps", "Polygon"]


def test_showing_asks_for_nothing_and_a_click_or_an_arrow_asks_for_its_step(panel):
    asked = []
    panel.place_asked.connect(asked.append)
    panel.set_steps(["a", "b", "c"], 3)
    panel.set_steps(["a", "b", "c"], 1)
    assert asked == []
    at = panel.list.visualItemRect(panel.list.item(2)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked == [2]
    panel.set_steps(["a", "b", "c"], 2)
    QTest.keyClick(panel.list, Qt.Key.Key_Up)
    assert asked == [2, 1]


def test_steps_can_be_read_in_every_theme(qapp, panel):
    panel.set_steps(["a", "b"], 1)
    try:
        for name in ("dark", "light"):
            theme.apply(qapp, name)
            qapp.processEvents()
            shown = [panel.list.item(n).foreground().color() for n in range(3)]
            text, faint = panel.palette().text().color(), panel.palette().placeholderText().color()
            assert shown == [text, text, faint], name
    finally:
        theme.apply(qapp, "light")
