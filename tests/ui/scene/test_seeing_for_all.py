"""What shows bands and stretches can be reached and understood without a mouse, at any size of the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QScrollArea, QSlider, QTableView

from hsigui.ui.scene.histogram_strip import HistogramStrip
from tests.ui.windows import idle

CONTROLS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QTableView)
PANELS = ("Display", "Bands", "Stretch")


def controls(window, name, kinds=CONTROLS):
    """What can be used of a panel; parts of a part, such as the line of a spin box, are left out."""
    found = [w for w in window.docks[name].widget().findChildren(object) if isinstance(w, kinds)]
    return [w for w in found if not isinstance(w.parent(), (QAbstractSpinBox, QComboBox, QLineEdit, QTableView))
            and w.isVisibleTo(window.docks[name])]  # fmt: skip


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("name", PANELS)
def test_everything_has_a_name_and_a_short_tip(qtbot, demo, name, alone):
    demo.docks[name].raise_()
    demo.actions_["one_band"].setChecked(alone)
    idle(qtbot, demo)
    found = controls(demo, name)
    assert len(found) > 4
    for widget in found:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or text, widget
        if not isinstance(widget, QTableView):
            assert 0 < len(widget.toolTip()) < 140, widget
    for strip in controls(demo, name, HistogramStrip):
        assert "Histogram of" in strip.accessibleName()


@pytest.mark.parametrize("name", PANELS)
def test_the_tab_key_reaches_everything_from_top_to_bottom(qtbot, demo, name):
    demo.docks[name].raise_()
    idle(qtbot, demo)
    wanted = [w for w in controls(demo, name) if w.isEnabled()]
    first = min(wanted, key=lambda w: w.mapTo(demo, w.rect().center()).y())
    seen, at = [], first
    for _ in range(5000):
        if at in wanted:
            seen.append(at)
        at = at.nextInFocusChain()
        if at is first:
            break
    assert {id(w) for w in seen} == {id(w) for w in wanted}
    assert all(w.focusPolicy() for w in wanted)


@pytest.mark.parametrize("size", [(1100, 640), (1366, 768), (1600, 1000)])
def test_no_control_is_cut_at_any_size(qtbot, demo, size):
    demo.resize(*size)
    for name in PANELS:
        for alone in (False, True):
            demo.docks[name].raise_()
            demo.actions_["one_band"].setChecked(alone)
            idle(qtbot, demo)
            qtbot.wait(10)
            panel = demo.docks[name].widget()
            inside = panel.widget() if isinstance(panel, QScrollArea) else panel
            for widget in controls(demo, name):
                needed = widget.minimumWidth() or widget.minimumSizeHint().width()
                assert widget.width() >= needed, (name, widget, widget.toolTip())
                assert widget.height() >= widget.minimumSizeHint().height(), (name, widget, widget.toolTip())
                place = widget.mapTo(inside, widget.rect().bottomRight())
                assert place.x() < inside.width(), (name, widget)
                assert place.y() < inside.height(), (name, widget)
    assert (demo.width(), demo.height()) == size


def test_sliders_go_on_by_keys(qtbot, demo):
    slider, before = demo.display.sliders["green"], demo.session.view.green
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert demo.session.view.green == before + 1
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert demo.session.view.green == demo.session.cube.bands - 1
    entry = demo.display.rows["green"].entry
    entry.setFocus()
    QTest.keyClick(entry, Qt.Key.Key_Down)
    assert demo.session.view.green == demo.session.cube.bands - 2
    idle(qtbot, demo)
