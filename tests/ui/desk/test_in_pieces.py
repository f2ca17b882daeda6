"""What is done in pieces: one a turn, all before what the user does next, and no more when it is not wanted."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.ui.desk.in_pieces import InPieces


@pytest.fixture
def parent(qapp) -> QObject:
    return QObject()


def test_there_is_a_turn_of_the_loop_between_two_pieces(qtbot, parent) -> None:
    done: list[object] = []

    def piece(number: int) -> None:
        done.append(number)
        QTimer.singleShot(0, partial(done.append, "others"))

    InPieces((partial(piece, n) for n in range(3)), lambda: True, partial(done.append, "end"), parent)
    assert done == [], "nothing before the loop turns"
    qtbot.waitUntil(lambda: "end" in done)
    assert done == [0, "others", 1, "others", 2, "others", "end"]


def test_a_click_comes_after_all_of_them(qtbot, parent) -> None:
    done: list[object] = []
    button = QPushButton("Click")
    qtbot.addWidget(button)
    button.show()
    button.clicked.connect(partial(done.append, "click"))
    InPieces((partial(done.append, n) for n in range(50)), lambda: True, partial(done.append, "end"), parent)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [*range(50), "end", "click"]


def test_what_is_wanted_no_more_ends_and_so_does_what_fails(qtbot, parent) -> None:
    done: list[object] = []
    InPieces(
        (partial(done.append, n) for n in range(9)), lambda: len(done) < 2, partial(done.append, "end"), parent
    ).finish()
    assert done == [0, 1, "end"]
    failing = InPieces(iter([partial(int, "no number")]), lambda: True, partial(done.append, "failed"), parent)
    with pytest.raises(ValueError, match="no number"):
        failing.finish()
    failing.finish()
    assert done[-1:] == ["failed"]
