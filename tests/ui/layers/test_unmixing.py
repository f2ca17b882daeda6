"""Unmixing in the window: endmembers are added, proposed and kept, previewed where one looks, and made into layers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.analysis.layer import Target
from hsigui.document.events import SceneLeft
from hsigui.document.values import Spectrum
from hsigui.jobs import quiet
from hsigui.storage.band_edits import BandEdit
from hsigui.ui.layers.files import command_text
from hsigui.ui.layers.unmix_dialog import UnmixDialog
from hsigui.ui.layers.unmix_preview import unmixed, with_preview
from hsigui.ui.layers.unmix_table import COLOR, SOURCE, Member, MembersTable
from tests.analysis.scenes import cube_of, spectra
from tests.ui.layers.asked import choose, dialog, layers, settle
from tests.ui.layers.test_layers_panel import cover
from tests.ui.windows import paint, press


def opened(window) -> UnmixDialog:
    window.actions_["unmix"].trigger()
    return dialog(window, UnmixDialog)


def test_what_a_scene_is_mixed_of_is_proposed_previewed_and_made(qtbot, demo, answers):
    scene = demo.session.scene
    asked = opened(demo)
    assert asked.hint.isVisible()
    assert not asked.make.isEnabled()
    asked.count.setValue(3)
    QTest.mouseClick(asked.propose, Qt.MouseButton.LeftButton)
    assert not asked.propose.isEnabled()
    settle(qtbot, demo)
    found = asked.table.used
    assert len(found) == 3
    assert len({target.color for target in found}) == 3
    assert not asked.hint.isVisible()
    assert demo.image.marks == tuple((*target.place, n) for n, target in enumerate(found, 1))
    asked.table.item(1, 0).setCheckState(Qt.CheckState.Unchecked)
    assert [number for *_, number in demo.image.marks] == [1, 3]
    asked.table.item(1, 0).setCheckState(Qt.CheckState.Checked)
    box = asked.table.visualItemRect(asked.table.item(0, SOURCE))
    fitting = demo.image.scale
    QTest.mouseClick(asked.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    QTest.mouseDClick(asked.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert demo.image.scale > fitting
    top, left, bottom, right = demo.image.visible_box()
    assert top <= found[0].place[0] < bottom
    assert left <= found[0].place[1] < right
    demo.actions_["fit"].trigger()
    # The preview covers what is seen, and ends with its box.
    before = demo.image.covered
    QTest.mouseClick(asked.preview, Qt.MouseButton.LeftButton, pos=asked.preview.rect().center() / 4)
    assert asked.preview.isChecked()
    qtbot.waitUntil(lambda: demo.image.covered)
    settle(qtbot, demo)
    assert not before
    assert tuple(map(int, cover(demo)[found[0].place])) == pytest.approx(found[0].color, abs=60)
    assert "Residual of what is seen" in asked.told.text()
    asked.preview.click()
    qtbot.waitUntil(lambda: not demo.image.covered)
    # The pixels go into the plot, with their marks.
    asked.curves.click()
    settle(qtbot, demo)
    told = [(kept.label, kept.color, kept.place) for kept in scene.spectra]
    assert told == [(target.name, target.color, target.place) for target in found]
    # Layers.
    asked.classes.click()
    asked.make.click()
    settle(qtbot, demo)
    shares, largest = sorted(layers(demo), key=lambda found: found.kept.recipe.kind)
    assert shares.layer.names == (*(target.name for target in found), "Residual")
    assert scene.derived.view.alone == shares.number
    assert [info.color for info in largest.layer.classes][:3] == [target.color for target in found]
    line = command_text(scene, shares.kept.recipe)
    assert "unmix " in line
    assert line.count("--pixel") == 3
    # Whoever asks again of a layer begins with its endmembers.
    asked.reject()
    settle(qtbot, demo)
    assert demo.image.marks == ()
    choose(demo, shares.number)
    again = opened(demo)
    assert again.table.used == found
    demo.actions_["unmix"].trigger()
    assert dialog(demo, UnmixDialog) is again
    demo.bands.apply(BandEdit(bad_bands=(3,)))
    settle(qtbot, demo)
    assert again.isVisible(), "a band that is marked bad changes no spectrum"
    again.how_many.click()
    settle(qtbot, demo)
    assert "HySime counts" in again.told.text()
    assert again.count.value() >= 1
    again.reject()
    settle(qtbot, demo)


def test_kept_spectra_and_means_are_added_and_what_is_missing_is_said(qtbot, demo, answers):
    asked = opened(demo)
    kept, means, library = asked.add_menu.actions()
    kept.trigger()
    assert "Shift and a click" in asked.told.text()
    means.trigger()
    assert "No class has labels" in asked.told.text()
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    demo.session.scene.spectra = (Spectrum("mine", (1, 2, 3), demo.session.cube.spectrum(4, 5), (4, 5)),)
    kept.trigger()
    means.trigger()
    settle(qtbot, demo)
    assert [member.source for member in asked.table.members] == ["kept", "class"]
    assert asked.table.used[0].color == (1, 2, 3)
    name = demo.session.scene.classes.get(demo.session.current_class).name
    assert asked.table.used[1].name == f"mean of {name}"
    library.trigger()
    assert answers.asked[-1] == "Spectral library"
    answers.colour = (9, 8, 7)
    box = asked.table.visualItemRect(asked.table.item(0, COLOR))
    QTest.mouseClick(asked.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert asked.table.used[0].color == (9, 8, 7)
    asked.table.add([asked.table.members[0]] * 58)
    kept.trigger()
    assert asked.told.text() == "At most 60 spectra can be unmixed: 1 were left out."
    assert len(asked.table.members) == 60
    demo.session.events.emit(SceneLeft(demo.session.scene.id))
    qtbot.waitUntil(lambda: not demo.findChildren(UnmixDialog))


def test_the_table_keeps_names_apart_and_goes_by_the_keyboard(qtbot):
    table = MembersTable()
    qtbot.addWidget(table)
    table.show()
    table.add([Member(Target("a", (1.0, 2.0, np.nan, 3.0)), "x"), Member(Target("a", (2.0, 2.0, 2.0, 2.0)), "y")])
    assert [target.name for target in table.used] == ["a", "a 2"]
    asked = []
    table.color_asked.connect(asked.append)
    table.setCurrentCell(1, COLOR)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert asked == [1]
    table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert [target.name for target in table.used] == ["a 2"]
    table.item(0, 0).setText("a 2")
    assert [member.target.name for member in table.members] == ["a 2 2", "a 2"]
    table.item(0, 0).setText("  ")
    assert table.members[0].target.name == "a 2 2"
    table.selectRow(1)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert [member.target.name for member in table.members] == ["a 2 2"]
    table.propose([Member(Target(f"p{n}", (1.0, 2.0), place=(n, n)), "VCA") for n in range(3)])
    table.item(1, 0).setText("mine")
    table.propose([Member(Target(f"q{n}", (1.0, 2.0), place=(n, n)), "VCA") for n in range(2)])
    assert [member.target.name for member in table.members] == ["a 2 2", "mine", "q1"]


def test_a_preview_is_laid_over_the_part_that_is_seen_and_nowhere_else():
    values = spectra()
    values[5, 5] = np.nan
    cube = cube_of(values)
    pure = [Target(str(n), tuple(map(float, values[n, n])), color=(255 - 250 * n, 0, 250 * n)) for n in range(2)]
    found = unmixed(quiet(), cube, pure, "fcls", (0, 0, 20, 25))
    assert found.step == 1
    draw = with_preview(None, found)((0, 0, 30, 25), 2)
    assert draw.shape == (15, 13, 4)
    assert tuple(draw[0, 0]) == (255, 0, 1, 255)
    assert not draw[10:].any()
    assert not with_preview(None, found)((5, 5, 6, 6), 1).any()
    under = with_preview(lambda box, step: np.full((30, 25, 4), 7, np.uint8), found)((0, 0, 30, 25), 1)
    assert (under[20:] == 7).all()
    assert np.isnan(unmixed(quiet(), cube_of(values * np.nan), pure, "nnls", (0, 0, 3, 3)).rest)
