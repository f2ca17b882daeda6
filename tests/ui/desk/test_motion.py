"""Little moves where the desktop or the user wants little."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMainWindow, QProgressBar, QStyle

from hsigui.settings import MOTIONS
from hsigui.ui.desk import motion


@pytest.fixture
def main(qtbot):
    made = QMainWindow()
    qtbot.addWidget(made)
    yield made
    motion.apply(made, "system")


def test_little_motion_stills_panels_bars_and_the_cursor(qapp, qtbot, main):
    bar = QProgressBar()
    qtbot.addWidget(bar)
    motion.apply(main, "system")
    flash = qapp.cursorFlashTime()
    assert main.isAnimated()
    motion.show_part(bar, -1)
    assert (bar.minimum(), bar.maximum()) == (0, 0), "it runs to and fro"
    motion.apply(main, "little")
    assert motion.is_little()
    assert not main.isAnimated()
    assert qapp.cursorFlashTime() == 0
    motion.show_part(bar, -1)
    assert bar.maximum() == motion.STEPS
    assert bar.value() == 0
    motion.show_part(bar, 0.25)
    assert bar.value() == 250
    motion.apply(main, "system")
    assert qapp.cursorFlashTime() == flash
    assert main.isAnimated()


def test_the_desktop_is_followed(qapp, main, monkeypatch):
    asked = QStyle.StyleHint.SH_Widget_Animation_Duration
    monkeypatch.setattr(type(qapp.style()), "styleHint", lambda self, hint, *rest: 0 if hint == asked else 1)
    motion.apply(main, "system")
    assert motion.is_little()
    monkeypatch.undo()
    motion.apply(main, "system")
    assert not motion.is_little()


def test_choices_are_those_of_the_settings(main):
    assert motion.CHOICES == MOTIONS
    with pytest.raises(ValueError, match="jumpy"):
        motion.apply(main, "jumpy")
