"""The list of messages: the last ones, the whole of each, copied and forgotten."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsigui.ui.desk.message_log import KEPT, MessageLog
from hsigui.ui.desk.messages_dialog import MessagesDialog


@pytest.fixture
def log():
    return MessageLog()


@pytest.fixture
def dialog(qtbot, log):
    log.add("info", "Saved.")
    log.miss(log.add("error", "The file is short.", "Download it again."))
    dialog = MessagesDialog(log)
    qtbot.addWidget(dialog)
    dialog.show_said()
    return dialog


def rows(dialog):
    items = [dialog.list.topLevelItem(n) for n in range(dialog.list.topLevelItemCount())]
    return [(item.text(1), item.text(2)) for item in items]


def test_the_last_messages_are_kept_and_no_more(log):
    for number in range(KEPT + 5):
        log.add("info", f"Number {number}.")
    assert len(log.said) == KEPT
    assert log.said[0].text == "Number 5."


def test_the_newest_is_on_top_with_its_hint_below_and_all_count_as_looked_at(dialog, log):
    assert rows(dialog) == [("error", "The file is short. Download it again."), ("info", "Saved.")]
    assert dialog.whole.toPlainText() == "The file is short.\n\nDownload it again."
    assert dialog.list.topLevelItem(0).font(2).bold()
    assert log.missed == 0


def test_the_arrows_show_another_message_and_a_new_one_leaves_it_chosen(dialog, log):
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.whole.toPlainText() == "Saved."
    log.add("warning", "Odd.")
    assert len(rows(dialog)) == 3
    assert dialog.whole.toPlainText() == "Saved."


def test_copy_takes_the_chosen_messages_and_clear_forgets_all(dialog, log):
    QTest.keyClick(dialog.list, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    first, second = QGuiApplication.clipboard().text().splitlines()
    assert first.endswith("info  Saved.")
    assert second.endswith("error  The file is short. Download it again.")
    QTest.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert rows(dialog) == []
    assert log.said == ()
    assert dialog.whole.toPlainText() == ""
    assert not dialog.copy.isEnabled()
