"""The list of steps and the editors that their fields make, without a window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.preparing.asked import OFFERED
from hsigui.preparing.chosen import ChosenStep
from hsigui.ui.preparing.editors import Sources, StepForm, start_of
from hsigui.ui.preparing.step_list import StepList
from hsigui.ui.preparing.words import TITLES
from tests.preparing.test_fields import TEXTS

FULL = {"columns": "columns,31", "mnf": "mnf,auto", "savgol,7": "savgol,7,2"}  # what is taken where none is said
SOURCES = Sources(lambda _title: Path("/a b/c.hdr"), lambda: ("1:5", "2:6"), lambda: "0,1,2,3")


@pytest.fixture
def steps(qtbot):
    made = StepList(SOURCES)
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_step_has_a_title_and_an_editor_that_keeps_its_text(qtbot):
    assert TITLES.keys() <= {row.option for row in OFFERED}
    for row in OFFERED:
        if not row.form:
            continue
        form = StepForm(row.option, SOURCES)
        qtbot.addWidget(form)
        told = []
        form.changed.connect(told.append)
        for text in (start_of(row.option), *TEXTS.get(row.option, ()), "what nobody understands, 1, 2, 3, 4"):
            form.set_text(text)
            assert form.text == FULL.get(text, text), row.option
        assert told == []
        assert all(editor.line or editor.box or editor.spin for editor in form.editors)


def test_steps_are_added_moved_switched_off_and_taken_away(steps, qtbot):
    changes = []
    steps.changed.connect(lambda: changes.append(steps.steps))
    entries = {action.text(): action for action in steps.new.menu().actions()}
    entries["Destripe"].trigger()
    entries["Pick bands"].trigger()
    assert steps.steps == (ChosenStep("destripe", "columns,31"), ChosenStep("bands"))
    QTest.keyClicks(steps.form.editors[0].line, "1-3")
    QTest.keyClick(steps.form.editors[0].line, Qt.Key.Key_Return)
    assert steps.steps[1].text == "1-3"
    QTest.mouseClick(steps.up, Qt.MouseButton.LeftButton)
    assert [step.option for step in steps.steps] == ["bands", "destripe"]
    assert steps.place == 0
    steps.list.setFocus()
    QTest.keyClick(steps.list, Qt.Key.Key_Space)
    assert not steps.steps[0].on
    QTest.mouseClick(steps.remove, Qt.MouseButton.LeftButton)
    assert steps.steps == (ChosenStep("destripe", "columns,31"),)
    assert len(changes) == 6


def test_another_way_begins_with_its_own_settings_and_may_lack_something(steps):
    steps.add("white")
    assert steps.steps[0].text == "auto"
    steps.form.ways.setCurrentIndex(1)
    assert steps.steps[0].text == ""
    steps.form.editors[0]._take(steps.form.editors[0]._file)
    steps.form.editors[3].spin.setValue(0.95)
    assert steps.steps[0].text == "/a b/c.hdr --panel 0.95"
    steps.add("smooth")
    steps.form.editors[0].spin.setValue(8)  # windows have a middle
    assert steps.steps[1].text == "savgol,7,2"


def test_a_box_goes_to_the_step_that_takes_one(steps):
    steps.add("flat-field")
    assert steps.draw("1:2", "3:4")
    assert steps.steps[0].text == "1:2,3:4"
    steps.add("continuum")
    assert not steps.draw("1:2", "3:4")


def test_a_problem_stands_at_its_step_and_passes_over_those_that_are_off(steps):
    steps.show_steps((ChosenStep("rows", "1:2"), ChosenStep("cols", "1:2", on=False), ChosenStep("bands", "x")))
    steps.show_outcome(("--rows 1:2",), "No such band.")
    assert [steps.list.topLevelItem(n).text(1) for n in range(3)] == ["", "", "not done"]
    assert steps.problem.text() == "No such band."
    steps.list.setCurrentItem(steps.list.topLevelItem(0))
    assert steps.problem.text() == "Pick bands: No such band."
    steps.show_outcome(("--rows 1:2", "--bands 1"), "")
    assert not steps.problem.isVisibleTo(steps)
