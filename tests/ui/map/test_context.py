"""The slider over the levels of context."""

from hsigui.document.values import LevelFigures
from hsigui.ui.map.context import ContextBox

FIGURES = {"pixel": LevelFigures(0.1, 0.71, 0.65), "narrow": LevelFigures(0.6, 0.83, 0.7), "wide": LevelFigures(0.3)}


def test_the_box_says_which_level_the_labels_chose_and_what_each_would_give(qtbot):
    box = ContextBox()
    qtbot.addWidget(box)
    assert box.words.text() == "Context: chosen by your labels"
    box.show_figures(FIGURES, "narrow")
    assert box.words.text() == "Context: chosen by your labels (narrow)"
    assert [box.each[name].text() for name in ("pixel", "narrow", "mid", "wide")] == [
        "pixel\n10 %", "narrow\n60 %", "mid", "wide\n30 %",
    ]  # fmt: skip
    assert "83.0 %" in box.each["narrow"].whatsThis()
    assert "%" not in box.each["wide"].whatsThis().partition("of the present map")[2]


def test_a_moved_slider_chooses_a_level_and_its_left_end_gives_the_choice_back(qtbot):
    box, chosen = ContextBox(), []
    qtbot.addWidget(box)
    box.chosen.connect(chosen.append)
    box.show_figures(FIGURES, "narrow")
    for place in (4, 1, 0):
        box.slider.setValue(place)
    assert chosen == ["wide", "pixel", ""]
    box.set_context("mid")
    assert (box.context, box.words.text()) == ("mid", "Context: mid, your choice")
    assert chosen == ["wide", "pixel", ""]  # showing a choice is not choosing
