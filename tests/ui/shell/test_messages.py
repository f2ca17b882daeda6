"""Messages and progress in the window: each in its own place, none over the scene, none lost."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from hsigui.errors import HsiError
from hsigui.ui.desk.message_bar import AT_ONCE
from hsigui.ui.desk.messages_dialog import MessagesDialog
from tests.ui.windows import idle, press


def place_of(window, widget):
    return widget.rect().translated(widget.mapTo(window, QPoint()))


def test_a_message_does_not_cover_the_image(qtbot, demo):
    high = demo.image.height()
    demo.desk.fail(HsiError("The file is short.", "Download it again."))
    qtbot.waitUntil(lambda: demo.image.height() < high)
    assert not place_of(demo, demo.image).intersects(place_of(demo, demo.messages))
    demo.messages.clear()
    qtbot.waitUntil(lambda: demo.image.height() == high)


def test_a_magnified_scene_stays_where_it_is_when_a_message_comes(qtbot, demo):
    demo.image.look_at((60.0, 60.0, 12.0))
    at = demo.image.position_of(60, 60)
    high = demo.image.height()
    demo.messages.warning("Odd.")
    qtbot.waitUntil(lambda: demo.image.height() < high)
    assert demo.image.position_of(60, 60) == at


def test_nothing_moves_under_a_stroke(qtbot, demo):
    press(demo, "B")
    port, high = demo.image.viewport(), demo.image.height()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    demo.messages.warning("Odd.")
    qtbot.wait(300)
    assert demo.image.height() == high
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=port.rect().center())
    qtbot.waitUntil(lambda: demo.image.height() < high)


def test_the_badge_counts_what_was_missed_and_opens_the_list(qtbot, demo):
    badge = demo.status.missed
    for number in range(AT_ONCE + 2):
        demo.messages.warning(f"Number {number}.")
    assert badge.text() == "2"
    assert "2 messages were missed" in badge.accessibleName()
    QTest.mouseClick(badge, Qt.MouseButton.LeftButton)
    (dialog,) = demo.findChildren(MessagesDialog)
    assert dialog.isVisible()
    assert dialog.list.topLevelItem(0).text(2) == f"Number {AT_ONCE + 1}."
    assert badge.text() == ""
    demo.actions_["messages"].trigger()
    assert len(demo.findChildren(MessagesDialog)) == 1
    dialog.reject()


def test_more_of_a_long_message_is_in_the_list(qtbot, demo):
    message = demo.messages.info("word " * 100)
    demo.messages.info("Short.")
    QTest.mouseClick(message.findChild(QPushButton), Qt.MouseButton.LeftButton)
    (dialog,) = demo.findChildren(MessagesDialog)
    assert dialog.whole.toPlainText().startswith("word word")
    dialog.reject()


@pytest.fixture
def training_on(qtbot, demo, training):
    demo.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: "Pretraining, step" in demo.status.busy.text(), timeout=5000)
    return demo


def test_progress_has_its_own_place_beside_coordinates_and_tips(qtbot, training_on):
    window, status = training_on, training_on.status
    qtbot.waitUntil(status.progress.isVisible)
    assert status.busy.text().startswith(f"{window.session.cube.name}: Pretraining, step")
    status.show_pixel(3, 4)
    QApplication.sendEvent(window, QStatusTipEvent("Show the whole scene"))
    assert status.tip.text() == "Show the whole scene"
    assert status.progress.isVisible()
    places = [place_of(window, w) for w in (status.progress, status.tip, status.place, status.device, status.missed)]
    assert [p.left() for p in places] == sorted(p.left() for p in places)
    assert not any(a.intersects(b) for a, b in itertools.pairwise(places))
    QApplication.sendEvent(window, QStatusTipEvent(""))
    assert status.tip.text() == ""
    window.trainer.cancel()
    idle(qtbot, window)


def test_the_cross_in_the_status_bar_stops_what_runs(qtbot, training_on):
    status = training_on.status
    qtbot.waitUntil(status.progress.stop.isVisible)
    QTest.mouseClick(status.progress.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not status.progress.isVisible(), timeout=5000)
    assert training_on.session.queue.training is None
    assert training_on.session.encoder is None


def test_light_work_has_no_place_and_no_cross(qtbot, demo):
    shown = []
    demo.bridge.start(lambda ctx: ctx.progress(1, 2, "Quick"), "Quick")
    qtbot.waitUntil(lambda: shown.append(demo.status.progress.isVisible()) or not demo.bridge.running)
    assert not any(shown)
