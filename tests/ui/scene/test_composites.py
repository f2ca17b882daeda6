"""Composites by wavelength, and the user's own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.render import PRESET_NM
from hsigui.settings import BandPreset
from hsigui.ui.scene.composites_dialog import CompositesDialog
from tests.ui.windows import idle

ACTIONS = {
    "true_colour": "true colour", "infrared": "colour infrared", "swir": "short-wave infrared",
    "agriculture": "agriculture", "geology": "geology", "water": "water",
}  # fmt: skip


def test_each_composite_takes_the_good_bands_nearest_to_its_wavelengths(qtbot, demo):
    demo.stretch.low.setValue(5.0)
    for name, preset in ACTIONS.items():
        demo.actions_["one_band"].setChecked(True)
        demo.actions_[name].trigger()
        waves, view = demo.session.cube.wavelengths, demo.session.view
        assert [waves[band] for band in view.shown] == pytest.approx(PRESET_NM[preset], abs=20), name
        assert set(view.bands) <= set(demo.session.cube.good_bands.tolist()), name
        assert view.low == 5.0, name
        idle(qtbot, demo)


def own(window) -> list[str]:
    menu = window.display.more.menu()
    menu.aboutToShow.emit()
    return [a.text() for a in window.composites._own]


def ask(window) -> CompositesDialog:
    window.actions_["own_composites"].trigger()
    (dialog,) = [d for d in window.findChildren(CompositesDialog) if d.isVisible()]
    return dialog


def test_a_composite_of_ones_own_is_kept_shown_and_removed(qtbot, demo, make_window):
    shown = demo.session.view
    dialog = ask(demo)
    assert not dialog.keep.isEnabled()
    QTest.keyClicks(dialog.name, "Roofs & soil")
    QTest.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    dialog.accept()
    assert own(demo) == ["Roofs && soil"]
    demo.actions_["geology"].trigger()
    assert demo.session.view.bands != shown.bands
    demo.composites._own[0].trigger()
    assert demo.session.view.bands == shown.bands
    second = make_window()
    assert own(second) == ["Roofs && soil"]
    assert not second.composites._own[0].isEnabled(), "there is no scene yet"
    dialog = ask(demo)
    assert dialog.list.item(0).text().startswith("Roofs & soil: ")
    dialog.list.setCurrentRow(0)
    QTest.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    dialog.reject()
    assert own(demo) == ["Roofs && soil"], "given up"
    dialog = ask(demo)
    dialog.list.setCurrentRow(0)
    QTest.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    dialog.accept()
    assert own(demo) == []
    idle(qtbot, demo)


def test_the_same_name_replaces_and_enter_keeps(qtbot, demo):
    demo.desk.settings = demo.desk.settings.with_band_preset(BandPreset("Mine", 1, 2, 3))
    dialog = ask(demo)
    QTest.keyClicks(dialog.name, " Mine ")
    QTest.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter keeps the composite and does not close the dialog"
    (kept,) = dialog.kept
    assert kept.nm == tuple(demo.session.cube.wavelengths[band] for band in demo.session.view.bands)
    dialog.reject()


def test_own_composites_out_of_reach_are_said_and_change_nothing(qtbot, demo):
    demo.desk.settings = demo.desk.settings.with_band_preset(BandPreset("Heat", 11000, 10000, 9000))
    view = demo.session.view
    demo.composites.show_own("Heat")
    assert demo.session.view == view
    assert "“Heat”" in demo.messages.messages[-1].text
    idle(qtbot, demo)
