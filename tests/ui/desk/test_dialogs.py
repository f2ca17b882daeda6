"""Dialogs that are opened and answered."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from hsigui.ui.desk.dialogs import open_dialog


class Asking(QDialog):
    """What was chosen stands in it."""

    chosen = "blue"


def gone(dialog: QDialog) -> bool:
    return not shiboken6.isValid(dialog)


def test_a_dialog_that_is_agreed_to_is_read_once_and_goes(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog, read = Asking(window), list[str]()
    open_dialog(dialog, lambda asked: read.append(asked.chosen))
    assert dialog.isVisible()
    assert read == []
    dialog.accept()
    qtbot.waitUntil(lambda: gone(dialog))
    assert read == ["blue"]


@pytest.mark.parametrize("leave", ["reject", "close"])
def test_a_dialog_that_is_left_is_not_read_and_goes(qtbot: QtBot, leave: str) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog, read = Asking(window), list[str]()
    open_dialog(dialog, lambda asked: read.append(asked.chosen))
    getattr(dialog, leave)()
    qtbot.waitUntil(lambda: gone(dialog))
    assert read == []
