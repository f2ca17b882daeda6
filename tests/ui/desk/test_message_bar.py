"""Messages: plain, dismissible, out of the way, and every one of them readable."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from hsigui.errors import HsiError
from hsigui.ui.desk import message_bar
from hsigui.ui.desk.message_bar import AT_ONCE, MessageBar


@pytest.fixture
def ground(qtbot):
    ground = QWidget()
    qtbot.addWidget(ground)
    ground.resize(600, 400)
    ground.show()
    return ground


@pytest.fixture
def bar(ground):
    bar = MessageBar(ground)
    bar.float_over(ground)
    return bar


def test_an_error_shows_its_message_and_its_hint(bar):
    bar.error(HsiError("The file is short.", "Download it again."))
    (message,) = bar.messages
    assert (message.kind, message.text, message.hint) == ("error", "The file is short.", "Download it again.")
    assert bar.isVisible()


def test_every_message_gets_the_room_that_its_text_needs(qtbot, bar, ground):
    bar.warning("Short.")
    bar.warning("A long sentence that needs more than one line to be read as a whole. " * 4)
    bar.error(HsiError("Third."))
    qtbot.wait(20)
    heights = [m.height() for m in bar.messages]
    assert min(heights) >= 24
    assert heights[1] >= 2 * heights[0] - 10
    assert bar.geometry().bottom() < ground.height()
    ground.resize(300, 400)
    qtbot.wait(20)
    assert bar.width() < 300
    assert bar.messages[1].height() > heights[1]


def test_the_cross_dismisses_and_the_bar_goes_with_the_last(qtbot, bar):
    bar.info("One.")
    cross = bar.messages[0].findChild(QToolButton)
    QTest.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert bar.messages == []
    assert not bar.isVisible()


def test_the_same_message_is_not_stacked(bar):
    for _ in range(3):
        bar.info("Again.")
    assert len(bar.messages) == 1


def test_old_messages_make_room_but_questions_stay(bar):
    bar.warning("Restore?", buttons=[("Restore", lambda: None)])
    for number in range(5):
        bar.warning(f"Number {number}.")
    texts = [m.text for m in bar.messages]
    assert len(texts) == AT_ONCE
    assert texts[0] == "Number 4."
    assert "Restore?" in texts


def test_a_button_does_its_thing_once_and_the_message_goes(qtbot, bar):
    done = []
    bar.info("Exported.", buttons=[("Open folder", lambda: done.append(1))])
    QTest.mouseClick(bar.messages[0].findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert done == [1]
    assert bar.messages == []


def test_plain_information_goes_by_itself_and_errors_stay(qtbot, bar, monkeypatch):
    monkeypatch.setattr(message_bar, "INFO_MS", 30)
    bar.info("Saved.")
    bar.info("Exported.", buttons=[("Open folder", lambda: None)])
    bar.error(HsiError("Broken."))
    qtbot.waitUntil(lambda: [m.text for m in bar.messages] == ["Broken.", "Exported."], timeout=2000)


def test_a_notice_with_a_button_may_go_by_itself(qtbot, bar, monkeypatch):
    monkeypatch.setattr(message_bar, "INFO_MS", 20)
    bar.info("Saved.", buttons=[("Open folder", lambda: None)], stays=False)
    bar.info("Load it?", buttons=[("Load", lambda: None)])
    qtbot.waitUntil(lambda: [m.text for m in bar.messages] == ["Load it?"])


def test_a_long_message_is_cut_and_whole_in_its_tooltip(bar):
    text = "word " * 200
    message = bar.info(text)
    (label,) = [each for each in message.findChildren(QLabel) if each.text()]
    assert len(label.text()) < 450
    assert label.toolTip() == text.strip()


def test_markup_in_a_file_name_is_shown_as_it_is(bar):
    bar.info("<b>bold</b>.hdr opened")
    from PySide6.QtWidgets import QLabel

    labels = [label for label in bar.messages[0].findChildren(QLabel) if label.text()]
    assert labels[0].textFormat() == Qt.TextFormat.PlainText
