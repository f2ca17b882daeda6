"""The checks of the walk find what they are for: each is shown something wrong, and something right."""

from __future__ import annotations

import gettext

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say, use
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.focus_ring import FocusRing
from tests import access_checks as checks
from tests.made_up_language import LONGER, Longer


@pytest.fixture
def ground(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    QVBoxLayout(widget)
    widget.resize(300, 200)
    return widget


def shown(ground: QWidget, *parts: QWidget) -> QWidget:
    for part in parts:
        ground.layout().addWidget(part)
    ground.show()
    ground.activateWindow()
    QApplication.processEvents()
    return ground


class Painted(QAbstractButton):
    """A button that looks the same whatever happens to it."""

    def paintEvent(self, _event) -> None:
        QPainter(self).fillRect(self.rect(), self.palette().window())


def test_a_control_without_a_name_is_found(ground):
    field, named = QLineEdit(ground), QLineEdit(ground)
    named.setAccessibleName("Name")
    found = checks.nameless(shown(ground, field, named))
    assert len(found) == 1
    assert found[0].startswith("no name: QLineEdit")


def test_a_cell_that_shows_a_colour_alone_is_found(ground):
    model, table = QStandardItemModel(1, 2, ground), QTableView(ground)
    table.setAccessibleName("Table")
    for column, said in enumerate(("", "red")):
        item = QStandardItem()
        item.setData(QColor("red"), Qt.ItemDataRole.DecorationRole)
        item.setData(said, Qt.ItemDataRole.AccessibleTextRole)
        model.setItem(0, column, item)
    table.setModel(model)
    assert [line[:16] for line in checks.nameless(shown(ground, table))] == ["silent cell 0, 0"]


def test_a_text_that_is_cut_is_found_and_one_that_is_told_elsewhere_is_not(ground):
    long = "What does not fit " * 4
    cut, told, box = QLabel(long, ground), ElidedLabel(ground), QCheckBox(long, ground)
    told.setText(long)
    shown(ground)
    for number, part in enumerate((cut, told, box)):
        part.setGeometry(0, 30 * number, 120, 24)
        part.show()
    QApplication.processEvents()
    assert [line.partition(": ")[2][:9] for line in checks.clipped(ground)] == ["QLabel “W", "QCheckBox"]


def test_a_faint_text_is_found(ground):
    faint, clear = QLabel("Faint words", ground), QLabel("Clear words", ground)
    palette = QPalette(faint.palette())
    palette.setColor(QPalette.ColorRole.WindowText, QColor(190, 190, 190))
    faint.setPalette(palette)
    found = checks.faint(shown(ground, faint, clear))
    assert len(found) == 1
    assert "Faint words" in found[0]


def test_a_control_that_hides_its_focus_is_found(ground):
    plain = Painted(ground)
    plain.setMinimumSize(80, 30)
    plain.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    found = checks.unseen_focus(shown(ground, plain, QPushButton("Seen", ground)))
    assert len(found) == 1
    assert found[0].startswith("Painted")


def test_a_ring_shows_the_focus_of_a_list_until_it_leaves(ground):
    ring, view, other = FocusRing(ground), QListView(ground), QLineEdit(ground)
    shown(ground, view, other)
    assert checks.shows_focus(view)
    view.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert ring._ring is not None
    ground.resize(400, 300)
    QApplication.processEvents()
    assert ring._ring.size() == view.size()
    other.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert ring._ring is None
    view.setFocus(Qt.FocusReason.ShortcutFocusReason)
    view.deleteLater()
    QApplication.sendPostedEvents(view, 52)  # DeferredDelete
    other.setFocus(Qt.FocusReason.ShortcutFocusReason)


def test_the_longer_language_is_as_long_as_it_says():
    use(Longer())
    try:
        for text in ("A sentence that is long enough to be counted.", "<b>&Open</b> what was there before"):
            letters = len(text.replace("<b>", "").replace("</b>", "").replace("&", ""))
            more = len(say(text)) - len(text)
            assert (LONGER - 1) * letters <= more <= (LONGER - 1) * letters + 1
    finally:
        use(gettext.NullTranslations())
