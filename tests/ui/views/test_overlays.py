"""The list of what lies over the composite, in step with image, menu, panel of the map and scene."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.document.overlays import Overlay
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overlays_panel import OverlaysPanel
from tests.ui.windows import idle

FIRST = ["validation", "labels", "outlines", "map"]


@pytest.fixture
def panel(mapped: MainWindow) -> OverlaysPanel:
    mapped.docks["Overlays"].raise_()
    return mapped._part(OverlaysPanel)


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


def test_the_uppermost_layer_stands_first_and_what_is_not_there_is_faint(panel) -> None:
    assert _listed(panel) == FIRST
    rows = {row.id: row for row in panel._rows}
    assert not rows["labels"].empty
    assert not rows["map"].empty
    assert rows["outlines"].empty


def test_a_box_hides_the_map_and_the_menu_knows_it(mapped, panel) -> None:
    _click_box(panel, FIRST.index("map"))
    assert not mapped.actions_["show_map"].isChecked()
    assert not mapped.image.stack.find("map").layer.visible
    mapped.actions_["show_map"].setChecked(True)
    assert panel.list.item(FIRST.index("map")).checkState() == Qt.CheckState.Checked


def test_opacity_of_the_map_is_one_number_in_list_panel_and_keys(mapped, panel) -> None:
    _choose(panel, "map")
    panel.opacity.setValue(30)
    assert mapped.maps.opacity == pytest.approx(0.3)
    assert mapped.map_panel.opacity.value() == 30
    mapped.actions_["overlay_more"].trigger()
    assert panel.opacity.value() == 35
    mapped.map_panel.opacity.setValue(80)
    assert panel.opacity.value() == 80
    assert panel.percent.text() == "80 %"


def test_validation_labels_can_be_hidden_alone_and_come_back_as_they_were_with_all_labels(mapped, panel) -> None:
    _click_box(panel, FIRST.index("validation"))
    stack = mapped.image.stack
    assert not stack.find("validation").layer.visible
    assert stack.find("labels").layer.visible
    mapped.actions_["show_labels"].setChecked(False)
    mapped.actions_["show_labels"].setChecked(True)
    assert stack.find("labels").layer.visible
    assert not stack.find("validation").layer.visible


def test_buttons_and_keys_change_the_order_of_the_image(mapped, panel) -> None:
    _choose(panel, "map")
    panel.up.click()
    assert [entry.id for entry in mapped.image.stack.entries] == ["outlines", "map", "labels", "validation"]
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert _listed(panel) == ["validation", "map", "labels", "outlines"]
    assert panel.current.id == "map"
    panel.down.click()
    panel.down.click()
    assert _listed(panel) == FIRST
    assert not panel.down.isEnabled()


def test_a_row_that_is_dropped_elsewhere_changes_the_order(mapped, panel) -> None:
    panel.list.dropped.emit(3, 0)
    assert _listed(panel) == ["map", "validation", "labels", "outlines"]
    assert mapped.image.stack.entries[-1].id == "map"


def test_a_subject_that_is_added_is_drawn_over_the_others_and_can_be_removed(qtbot, mapped, panel, grabbed) -> None:
    at = mapped.image.position_of(5, 5)
    _add(panel, "Confidence")
    idle(qtbot, mapped)
    assert _listed(panel) == ["subject:confidence", *FIRST]
    _choose(panel, "subject:confidence")
    panel.opacity.setValue(100)
    qtbot.waitUntil(lambda: not mapped.image.stack.find("subject:confidence").layer.empty)
    subject = mapped.subjects.named(mapped.session.scene, "confidence")
    assert grabbed(mapped.image.viewport(), at) == tuple(subject.draw((5, 5, 6, 6), 1)[0, 0, :3])
    panel.menu.aboutToShow.emit()
    assert "Confidence" not in [action.text() for action in panel.menu.actions()]
    panel.remove.click()
    assert _listed(panel) == FIRST
    assert grabbed(mapped.image.viewport(), at) != tuple(subject.draw((5, 5, 6, 6), 1)[0, 0, :3])


def test_layers_that_belong_to_the_program_cannot_be_removed(panel) -> None:
    for name in FIRST:
        _choose(panel, name)
        assert not panel.remove.isEnabled()
        QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert _listed(panel) == FIRST


def test_each_scene_keeps_its_own_layers(qtbot, mapped, panel, demo_files) -> None:
    first = mapped.session.scene
    _add(panel, "Confidence")
    panel.list.dropped.emit(4, 1)  # the map below it
    assert [overlay.id for overlay in first.overlays] == [
        "outlines", "labels", "validation", "map", "subject:confidence",
    ]  # fmt: skip
    mapped.scene.open_path(demo_files[0])
    qtbot.waitUntil(lambda: mapped.session.scene is not first, timeout=10_000)
    idle(qtbot, mapped)
    assert _listed(panel) == FIRST
    assert mapped.session.scene.overlays == ()
    mapped.session.show(first)
    idle(qtbot, mapped)
    assert _listed(panel) == ["subject:confidence", "map", "validation", "labels", "outlines"]


def test_a_layer_that_another_version_knew_is_left_out_and_kept(mapped, panel) -> None:
    strange = Overlay("of another version", "Strange")
    mapped.session.scene.set_overlays((*mapped._part(Overlays)._first, strange))
    assert _listed(panel) == FIRST


def test_the_list_says_it_all_without_a_mouse(panel) -> None:
    assert panel.list.accessibleName() == "Layers over the image"
    _choose(panel, "labels")
    assert panel.opacity.accessibleName() == "Opacity of Labels"
    assert all(button.accessibleName() for button in (panel.add, panel.up, panel.down, panel.remove))
