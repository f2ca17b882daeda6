"""Tooltips are short, and nothing of a longer text is lost."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from hsigui.ui.desk.tips import MORE, MOST, explain, shortened

LONG = "Go to the places where a stroke would help the map most, numbered in the image; again to pass one over (J)."


def test_a_short_text_is_left_alone():
    assert shortened("Fit the scene") == "Fit the scene"
    assert shortened("x" * MOST) == "x" * MOST


def test_a_long_text_ends_where_a_part_of_it_does():
    assert shortened(LONG) == f"Go to the places where a stroke would help the map most{MORE}"
    assert shortened("word " * 40) == "word " * 12 + "word" + MORE
    assert len(shortened("x" * 500)) == MOST


def test_lines_are_shortened_one_by_one():
    assert shortened(f"Short\n{LONG}").split("\n") == ["Short", shortened(LONG)]


def test_the_whole_text_is_told_to_whoever_asks(qtbot):
    label = QLabel()
    qtbot.addWidget(label)
    explain(label, LONG)
    assert len(label.toolTip()) <= MOST
    assert label.whatsThis() == LONG
    explain(label, "Short")
    assert (label.toolTip(), label.whatsThis()) == ("Short", "")
