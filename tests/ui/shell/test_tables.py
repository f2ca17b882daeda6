"""Panels and tools are tables: what the window has is what their rows say."""

from __future__ import annotations

from PySide6.QtWidgets import QToolBar

from hsigui.assets import resource
from hsigui.document.intentions import AreaAnswered, PixelPicked
from hsigui.ui.image.tools_table import TOOL_ROWS
from hsigui.ui.shell.panels import PANELS
from tests.ui.windows import idle, labels


def test_each_panel_has_a_dock_in_its_area(window):
    assert list(window.docks) == [row.title for row in PANELS]
    for row in PANELS:
        assert window.dockWidgetArea(window.docks[row.title]) == row.area


def test_panels_stand_behind_the_one_that_their_row_names(window):
    for row in PANELS:
        tabbed = window.tabifiedDockWidgets(window.docks[row.title])
        assert not row.behind or window.docks[row.behind] in tabbed


def test_each_tool_has_an_icon_and_a_place_in_the_strip(window):
    assert all(resource("icons", f"{row.picture}.svg").is_file() for row in TOOL_ROWS)
    strip = window.findChild(QToolBar, "label tools")
    shown = [action.objectName() for action in strip.actions() if not action.isSeparator()]
    assert shown == [*(f"tool_{row.name}" for row in TOOL_ROWS), "validation", "paint_map"]


def test_options_are_those_of_the_row(demo):
    options = demo.labels.options
    for row in TOOL_ROWS:
        demo.labels.choose_tool(row.name)
        assert options.brush.isVisible() == row.has_brush, row.name
        assert options.tolerance.isVisible() == row.likeness, row.name
        assert not row.turns_on or demo.actions_[row.turns_on].isChecked(), row.name


def test_a_pixel_that_any_room_asks_about_has_its_spectrum_shown(qtbot, demo):
    demo.session.events.emit(PixelPicked(40, 41))
    idle(qtbot, demo)
    assert demo.spectra.current().label.startswith("row 40, col 41")


def test_an_area_that_any_room_answers_is_labelled_as_one_step(demo):
    area = demo.session.cube.valid_mask()[:2, :3] | True
    demo.session.events.emit(AreaAnswered((10, 20, area), "Answer"))
    assert (labels(demo)[10:12, 20:23] == demo.session.current_class).all()
    assert demo.session.history.undo_text.startswith("Answer")
