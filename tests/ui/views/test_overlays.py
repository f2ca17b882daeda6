"""The list of what lies over the composite, in step with image, menu, panel of the map and scene."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.document.overlays import Overlay
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overlays_panel import OverlaysPanel
from tests.ui.views.conftest import RED
from tests.ui.windows import idle

FIRST = ["validation", "labels", "outlines", "truth", "errors", "map"]


@pytest.fixture
def panel(colored: MainWindow) -> OverlaysPanel:
    colored.docks["Overlays"].raise_()
    return colored._part(OverlaysPanel)


def _listed(panel: OverlaysPanel) -> list[str]:
    return [panel.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(panel.list.count())]


def _click_box(panel: OverlaysPanel, row: int) -> None:
    rect = panel.list.visualItemRect(panel.list.item(row))
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 9, rect.center().y()))


def _choose(panel: OverlaysPanel, name: str) -> None:
    panel.list.setCurrentRow(_listed(panel).index(name))


def _add(panel: OverlaysPanel, title: str) -> None:
    panel.menu.aboutToShow.emit()
    next(action for action in panel.menu.actions() if action.text() == title).trigger()


def test_the_uppermost_layer_stands_first_and_what_is_not_there_is_faint(mapped) -> None:
    panel = mapped._part(OverlaysPanel)
    assert _listed(panel) == FIRST
    assert {row.id: row.empty for row in panel._rows} == {
        "validation": True, "labels": False, "outlines": True, "truth": False, "errors": False, "map": False,
    }  # fmt: skip


def test_a_box_hides_the_map_and_the_menu_knows_it(colored, panel) -> None:
    _click_box(panel, FIRST.index("map"))
    assert not colored.actions_["show_map"].isChecked()
    assert not colored.image.stack.find("map").layer.visible
    colored.actions_["show_map"].setChecked(True)
    assert panel.list.item(FIRST.index("map")).checkState() == Qt.CheckState.Checked


def test_opacity_of_the_map_is_one_number_in_list_panel_and_keys(colored, panel) -> None:
    _choose(panel, "map")
    panel.opacity.setValue(30)
    assert colored.maps.opacity == pytest.approx(0.3)
    assert colored.map_panel.opacity.value() == 30
    colored.maps.change_opacity(1)
    assert panel.opacity.value() == 35
    colored.map_panel.opacity.setValue(80)
    assert panel.opacity.value() == 80
    assert panel.percent.text() == "80 %"


def test_validation_labels_can_be_hidden_alone_and_come_back_as_they_were_with_all_labels(colored, panel) -> None:
    _click_box(panel, FIRST.index("validation"))
    stack = colored.image.stack
    assert not stack.find("validation").layer.visible
    assert stack.find("labels").layer.visible
    colored.actions_["show_labels"].setChecked(False)
    colored.actions_["show_labels"].setChecked(True)
    assert stack.find("labels").layer.visible
    assert not stack.find("validation").layer.visible


def test_buttons_and_keys_change_the_order_of_the_image(colored, panel) -> None:
    _choose(panel, "truth")
    panel.up.click()
    assert _listed(panel) == ["validation", "labels", "truth", "outlines", "errors", "map"]
    assert [entry.id for entry in reversed(colored.image.stack.entries)] == _listed(panel)
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert _listed(panel) == ["validation", "truth", "labels", "outlines", "errors", "map"]
    assert panel.current.id == "truth"
    panel.down.click()
    panel.down.click()
    assert _listed(panel) == FIRST
    _choose(panel, "map")
    assert not panel.down.isEnabled()


def test_a_row_that_is_dropped_elsewhere_changes_the_order(colored, panel) -> None:
    panel.list.dropped.emit(5, 0)
    assert _listed(panel) == ["map", *FIRST[:-1]]
    assert colored.image.stack.entries[-1].id == "map"


def test_the_box_of_the_ground_truth_is_that_of_the_menu(colored, panel) -> None:
    place = FIRST.index("truth")
    assert panel.list.item(place).checkState() == Qt.CheckState.Unchecked
    _click_box(panel, place)
    assert colored.actions_["show_truth"].isChecked()
    assert colored.image.stack.find("truth").shown
    colored.actions_["show_truth"].setChecked(False)
    assert panel.list.item(place).checkState() == Qt.CheckState.Unchecked


def test_a_box_of_what_cannot_be_shown_stays_empty(colored, panel) -> None:
    assert panel._rows[FIRST.index("errors")].empty
    _click_box(panel, FIRST.index("errors"))  # without a map there are none
    assert not colored.actions_["show_errors"].isChecked()
    assert panel.list.item(FIRST.index("errors")).checkState() == Qt.CheckState.Unchecked


def test_a_subject_that_is_added_is_drawn_over_the_others_and_can_be_removed(qtbot, colored, panel, grabbed) -> None:
    at = colored.image.position_of(5, 5)
    _add(panel, "Red")
    idle(qtbot, colored)
    assert _listed(panel) == ["subject:red", *FIRST]
    _choose(panel, "subject:red")
    panel.opacity.setValue(100)
    qtbot.waitUntil(lambda: not colored.image.stack.find("subject:red").layer.empty)
    assert grabbed(colored.image.viewport(), at) == RED
    panel.menu.aboutToShow.emit()
    assert "Red" not in [action.text() for action in panel.menu.actions()]
    panel.remove.click()
    assert _listed(panel) == FIRST
    assert grabbed(colored.image.viewport(), at) != RED


def test_layers_that_belong_to_the_program_cannot_be_removed(panel) -> None:
    for name in FIRST:
        _choose(panel, name)
        assert not panel.remove.isEnabled()
        QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert _listed(panel) == FIRST


def test_each_scene_keeps_its_own_layers(qtbot, colored, panel, demo_files) -> None:
    first = colored.session.scene
    _add(panel, "Red")
    panel.list.dropped.emit(6, 1)  # the map below it
    assert [overlay.id for overlay in first.overlays] == [*reversed(FIRST[:-1]), "map", "subject:red"]
    colored.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: colored.session.scene is not first, timeout=10_000)
    idle(qtbot, colored)
    assert _listed(panel) == FIRST
    assert colored.session.scene.overlays == ()
    colored.session.show(first)
    idle(qtbot, colored)
    assert _listed(panel) == ["subject:red", "map", *FIRST[:-1]]


def test_a_layer_that_another_version_knew_is_left_out_and_kept(colored, panel) -> None:
    strange = Overlay("of another version", "Strange")
    colored.session.scene.set_overlays((*colored._part(Overlays)._first, strange))
    assert _listed(panel) == FIRST


def test_the_list_says_it_all_without_a_mouse(panel) -> None:
    assert panel.list.accessibleName() == "Layers over the image"
    _choose(panel, "labels")
    assert panel.opacity.accessibleName() == "Opacity of Labels"
    assert all(button.accessibleName() for button in (panel.add, panel.up, panel.down, panel.remove))
