"""Messages: plain, dismissible, out of the way, and every one of them readable."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from hsigui.errors import HsiError
from hsigui.ui.desk import message_bar
from hsigui.ui.desk.message_bar import AT_ONCE, MOST_LETTERS, MessageBar


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
    column = QVBoxLayout(ground)
    scene = QWidget(ground)
    scene.setObjectName("scene")
    column.addWidget(scene, 1)
    column.addWidget(bar)
    return bar


def test_an_error_shows_its_message_and_its_hint(bar):
    bar.error(HsiError("The file is short.", "Download it again."))
    (message,) = bar.messages
    assert (message.kind, message.text, message.hint) == ("error", "The file is short.", "Download it again.")
    assert bar.isVisible()


def test_every_message_gets_the_room_that_its_text_needs(qtbot, bar, ground):
    bar.warning("Short.")
    bar.warning("A long sentence that needs more than one line to be read as a whole. " * 2)
    bar.error(HsiError("Third."))
    qtbot.wait(20)
    heights = [m.height() for m in bar.messages]
    assert min(heights) >= 24
    assert heights[1] > heights[0]
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


def test_a_long_message_is_cut_whole_in_its_tooltip_and_a_button_leads_to_it(qtbot, bar):
    text = "word " * 200
    message = bar.info(text)
    (label,) = [each for each in message.findChildren(QLabel) if each.text()]
    assert len(label.text()) <= MOST_LETTERS + 2
    assert label.toolTip() == text.strip()
    with qtbot.waitSignal(bar.details_asked) as asked:
        QTest.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert asked.args == [message.said]


def test_messages_stand_below_the_scene_and_never_over_it(qtbot, bar, ground):
    scene = ground.findChild(QWidget, "scene")
    whole = scene.height()
    for number in range(3):
        bar.warning(f"Number {number}.")
    qtbot.waitUntil(lambda: scene.height() < whole)
    assert not scene.geometry().intersects(bar.geometry())
    bar.clear()
    qtbot.waitUntil(lambda: scene.height() == whole)


def test_what_comes_while_something_is_drawn_is_shown_after_it(qtbot, bar, ground):
    drawing = [True]
    bar.wait_while(lambda: drawing[0])
    bar.warning("Number 1.")
    assert [m.text for m in bar.messages] == ["Number 1."]
    qtbot.wait(2 * message_bar.HELD_MS)
    assert not bar.isVisible()
    drawing[0] = False
    qtbot.waitUntil(bar.isVisible)
    drawing[0] = True
    high = bar.height()
    bar.warning("Number 2.")
    qtbot.wait(2 * message_bar.HELD_MS)
    assert bar.height() == high
    drawing[0] = False
    qtbot.waitUntil(lambda: bar.height() > high)


def test_a_message_that_the_mouse_is_on_stays(qtbot, bar, monkeypatch):
    monkeypatch.setattr(message_bar, "INFO_MS", 60)
    message = bar.info("Saved.")
    here = QPointF(5, 5)
    QApplication.sendEvent(message, QEnterEvent(here, here, here))
    qtbot.wait(150)
    assert bar.messages == [message]
    QApplication.sendEvent(message, QEvent(QEvent.Type.Leave))
    qtbot.waitUntil(lambda: bar.messages == [])
    assert bar.log.missed == 0


def test_what_made_room_unread_is_missed_and_what_was_put_away_is_not(bar):
    for number in range(AT_ONCE + 2):
        bar.warning(f"Number {number}.")
    assert bar.log.missed == 2
    assert [said.text for said in bar.log.said if said.missed] == ["Number 0.", "Number 1."]
    QTest.mouseClick(bar.messages[0].findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert bar.log.missed == 2
    bar.clear()
    assert bar.log.missed == AT_ONCE + 1
    bar.log.look()
    assert bar.log.missed == 0
    assert len(bar.log.said) == AT_ONCE + 2


def test_escape_puts_a_message_away(bar):
    bar.warning("Broken.")
    QTest.keyClick(bar.messages[0].findChild(QToolButton), Qt.Key.Key_Escape)
    assert bar.messages == []


def test_markup_in_a_file_name_is_shown_as_it_is(bar):
    bar.info("<b>bold</b>.hdr opened")
    from PySide6.QtWidgets import QLabel

    labels = [label for label in bar.messages[0].findChildren(QLabel) if label.text()]
    assert labels[0].textFormat() == Qt.TextFormat.PlainText
