"""The panel of the finished map by itself: its list of steps and their editors."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest

from hsigui.document.finished import ChosenStep, Outcome
from hsigui.finishing.asked import STEPS, step_of
from hsigui.ui.finishing.editors import FIRST, editor_of
from hsigui.ui.finishing.panel import FinishPanel
from hsigui.ui.finishing.words import name_of

STEPS_SHOWN = (ChosenStep("majority", "3"), ChosenStep("sieve", "20,8", on=False), ChosenStep("of-tomorrow", "ü"))


@pytest.fixture
def panel(qtbot) -> FinishPanel:
    """A shown panel that takes over what it asks for, as its controller has it."""
    actions = [QAction(name) for name in ("Show", "Paint", "Erase", "Compare")]
    panel = FinishPanel(*actions, lambda title: panel.file)
    panel.kept = actions  # else nobody has them
    panel.asked, panel.file = [], None
    panel.steps_changed.connect(lambda steps: (panel.asked.append(steps), panel.show_steps(steps, ())))
    qtbot.addWidget(panel)
    panel.resize(330, 320)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def choose(panel: FinishPanel, place: int) -> None:
    panel.list.setCurrentItem(panel.list.topLevelItem(place))


def lines(panel: FinishPanel) -> list[tuple[str, str]]:
    items = [panel.list.topLevelItem(n) for n in range(panel.list.topLevelItemCount())]
    return [(item.text(0), item.text(1)) for item in items]


def test_steps_tell_what_came_of_them_and_why_one_was_not_done(panel):
    panel.show_steps(STEPS_SHOWN, (Outcome(1234), Outcome(), Outcome(problem="Of another version.")))
    assert lines(panel) == [
        ("Majority filter, 3 × 3 pixels", "1,234"), ("Sieve, 20 pixels", "–"), ("Of tomorrow ü", "not done"),
    ]  # fmt: skip
    choose(panel, 2)
    assert panel.problem.isVisible()
    assert panel.problem.text() == "Of another version."
    assert panel.editor is None
    choose(panel, 0)
    assert not panel.problem.isVisible()


@pytest.mark.parametrize(("text", "name"), [("0.5ha,8", "Sieve, 0.5 ha"), ("500m2", "Sieve, 500 m²")])
def test_a_sieve_by_area_is_told_with_its_unit(text, name):
    assert name_of(ChosenStep("sieve", text)) == name


def test_the_editor_is_that_of_the_chosen_step_and_changes_it_alone(panel):
    panel.show_steps(STEPS_SHOWN, ())
    choose(panel, 1)
    assert panel.editor.text == "20,8"
    panel.editor.ways.setCurrentIndex(0)
    assert panel.asked[-1] == (STEPS_SHOWN[0], ChosenStep("sieve", "20", on=False), STEPS_SHOWN[2])
    choose(panel, 0)
    panel.editor.side.setValue(6)
    assert panel.asked[-1][0] == ChosenStep("majority", "7"), "windows have a middle"


def test_steps_are_switched_moved_and_taken_away_by_mouse_and_keys(panel):
    panel.show_steps(STEPS_SHOWN, ())
    choose(panel, 0)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Space)
    assert panel.asked[-1][0] == ChosenStep("majority", "3", on=False)
    QTest.mouseClick(panel.down, Qt.MouseButton.LeftButton)
    assert [step.option for step in panel.asked[-1]] == ["sieve", "majority", "of-tomorrow"]
    assert panel.place == 1, "the moved step stays chosen"
    QTest.mouseClick(panel.remove, Qt.MouseButton.LeftButton)
    assert [step.option for step in panel.asked[-1]] == ["sieve", "of-tomorrow"]
    box = panel.list.visualItemRect(panel.list.topLevelItem(0))
    QTest.mouseClick(
        panel.list.viewport(), Qt.MouseButton.LeftButton, pos=box.topLeft() + QPoint(11, box.height() // 2)
    )
    assert panel.asked[-1][0].on


def test_every_step_of_the_table_can_be_added_and_begins_with_what_can_be_done(panel):
    titles = [action.text() for action in panel.new.menu().actions()]
    assert len(titles) == len(set(titles)) == len(STEPS)
    for action in panel.new.menu().actions():
        action.trigger()
    assert [step.option for step in panel.asked[-1]] == [row.option for row in STEPS]
    for row in STEPS:
        if row.option in FIRST:
            step_of(row.option, FIRST[row.option])
            editor = editor_of(row.option, lambda title: None, panel)
            editor.set_text(FIRST[row.option])
            assert editor.text == FIRST[row.option]


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("majority", "7"), ("sieve", "20"), ("sieve", "0.5ha,8"), ("sieve", "500m2"), ("merge", "3=2,Reed=Meadow"),
        ("merge", '"Water, deep"=4'), ("below", "0.65"), ("below", "0.8125"), ("fill", "5"), ("fill", ""),
        ("recode", "/tmp/ä b.csv"), ("tree", "tree.csv:cover"),
    ],
)  # fmt: skip
def test_an_editor_changes_nothing_that_it_only_shows(panel, option, text):
    step = ChosenStep(option, text)
    panel.show_steps((step,), ())
    choose(panel, 0)
    assert panel.editor.text == text
    assert panel.asked == []


def test_classes_are_merged_by_choosing_them_and_files_are_chosen_or_typed(panel, tmp_path):
    panel.show_names(("Water, deep", "Reed", "Meadow"))
    panel.add("merge")
    first = panel.editor.boxes[0]
    first[0].setCurrentIndex(first[0].findData("Reed"))
    assert panel.asked[-1][0].text == "", "half a pair is none"
    first[1].setCurrentIndex(first[1].findData("Meadow"))
    assert panel.asked[-1][0].text == "Reed=Meadow"
    second = panel.editor.boxes[1]
    assert not second[0].isHidden()
    second[0].setCurrentIndex(second[0].findData("Water, deep"))
    second[1].setCurrentIndex(second[1].findData("Meadow"))
    assert panel.asked[-1][0].text == 'Reed=Meadow,"Water, deep"=Meadow'
    first[0].setCurrentIndex(0)
    assert panel.asked[-1][0].text == '"Water, deep"=Meadow'
    assert first[0].currentData() == "Water, deep"
    panel.add("mask")
    QTest.mouseClick(panel.editor.browse, Qt.MouseButton.LeftButton)
    assert panel.asked[-1][1].text == "", "none was chosen"
    panel.file = tmp_path / "clouds.tif"
    QTest.mouseClick(panel.editor.browse, Qt.MouseButton.LeftButton)
    assert panel.asked[-1][1].text == str(panel.file)
    panel.editor.line.setFocus()
    panel.editor.line.selectAll()
    QTest.keyClicks(panel.editor.line, "other.tif")
    QTest.keyClick(panel.editor.line, Qt.Key.Key_Return)
    assert panel.asked[-1][1].text == "other.tif"
