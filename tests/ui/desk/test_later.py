"""The place of a widget that is made when it is wanted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from hsigui.ui.desk.later import Later


def test_a_widget_is_made_once_when_its_place_is_seen_and_has_its_place_in_the_order_of_tab(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    made: list[QLineEdit] = []

    def make(parent: QWidget) -> QLineEdit:
        made.append(QLineEdit(parent))
        return made[-1]

    before = QPushButton(window)
    place = Later(make, QSize(40, 20), window)
    after = QPushButton(window)
    column = QVBoxLayout(window)
    for widget in (before, place, after):
        column.addWidget(widget)
    assert (made, place.made) == ([], None)
    window.show()
    qtbot.waitExposed(window)
    assert made == [place.made] == [place.widget]
    assert place.widget.size() == place.size()
    window.activateWindow()
    before.setFocus()
    order = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        order.append(window.focusWidget())
    assert order == [place.widget, after, before]


def test_a_widget_that_is_asked_for_is_made_before_it_is_seen(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    place = Later(QLineEdit, QSize(40, 20), window)
    place.widget.setText("early")
    window.show()
    qtbot.waitExposed(window)
    assert place.widget.text() == "early"
    assert len(place.findChildren(QLineEdit)) == 1
