"""Asking for a new layer: kinds, settings, the search of indices, the check of formulas, spectra to compare with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.analysis.background import packed
from hsigui.analysis.formula import LONGEST
from hsigui.analysis.table import kinds
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.derived import EMBEDDING
from hsigui.storage.band_edits import BandEdit
from hsigui.ui.layers.formula_field import pointed_at
from hsigui.ui.layers.spectra_chooser import at_hand
from tests.ui.layers.asked import layers, new_dialog, panel, settle
from tests.ui.windows import FakeEncoder, click, idle, paint, press, texts


def shown(chooser) -> list[str]:
    """The names of the indices that are listed."""
    items = [chooser.list.item(row) for row in range(chooser.list.count())]
    return [item.data(Qt.ItemDataRole.UserRole) for item in items if not item.isHidden()]


def test_every_kind_is_offered_with_its_settings_and_what_it_gives(demo):
    asked = new_dialog(demo, "pca")
    names = [asked.kinds.item(row).data(Qt.ItemDataRole.UserRole) for row in range(asked.kinds.count())]
    assert names == [*(row.name for row in kinds()), EMBEDDING]
    for row in kinds():
        asked.choose(row.name)
        assert row.about in asked.title.text()
        own = {"name"} if row.name == "index" else {"formula"} if row.name == "formula" else set()
        assert set(asked.page.editors) == {each.name for each in row.settings.described()} - own
        assert asked.page.values == row.settings().to_json()
    asked.reject()


def test_indices_are_found_by_their_names_and_tell_their_bands(demo):
    asked = new_dialog(demo, "index")
    chooser = asked.page.indices
    assert shown(chooser)[0] == "ndvi"
    QTest.keyClicks(chooser.search, "red edge")
    assert "ndre" in shown(chooser)
    assert "evi" not in shown(chooser)
    assert chooser.name == shown(chooser)[0]
    assert "b790: band" in chooser.told.text()
    QTest.keyClicks(chooser.search, " nothing of the kind")
    assert shown(chooser) == []
    assert not asked.make.isEnabled()
    asked.reject()


def test_an_index_whose_bands_the_scene_lacks_says_so_and_others_can_be_made(qtbot, demo):
    cube = demo.session.cube
    waves = cube.wavelengths
    bad = tuple(int(band) for band in np.flatnonzero(np.abs(waves - 800) < 60))
    demo.bands.apply(BandEdit(bad_bands=bad))
    idle(qtbot, demo)
    asked = new_dialog(demo, "index")
    chooser = asked.page.indices
    assert chooser.name == "ndvi"
    assert "marked bad" in chooser.told.text()
    assert not asked.make.isEnabled()
    box = asked.page.editors["tolerance"].widget
    box.setValue(80.0)
    assert "marked bad" in chooser.told.text(), "the nearest band stays the one that is bad"
    QTest.keyClicks(chooser.search, "pri")
    assert asked.make.isEnabled()
    asked.reject()


def test_an_index_needs_wavelengths(qtbot, demo):
    scene = demo.session.scene
    scene.replace_cube(scene.cube.with_info(replace(scene.cube.info, wavelengths=())), new_input=True)
    settle(qtbot, demo)
    asked = new_dialog(demo, "index")
    assert not asked.make.isEnabled()
    assert "needs the wavelengths" in asked.problem.text()
    asked.choose("formula")
    asked.page.formula.field.setText("band(12) / band(3)")
    assert asked.make.isEnabled()
    asked.reject()


def test_a_formula_is_checked_as_it_is_typed_and_the_fault_is_pointed_at(qtbot, demo):
    asked = new_dialog(demo, "formula")
    field = asked.page.formula
    assert asked.make.isEnabled()
    field.field.setFocus()
    field.field.selectAll()
    QTest.keyClicks(field.field, "b850 / (b670 - )")
    assert field.place.text() == "b850 / (b670 - )\n               ^"
    assert "is not expected there" in field.told.text()
    assert not asked.make.isEnabled()
    QTest.keyClick(field.field, Qt.Key.Key_Backspace)
    QTest.keyClicks(field.field, "b550)")
    assert field.place.isHidden()
    assert "b550: band" in field.told.text()
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    (found,) = layers(demo)
    cube = demo.session.cube
    bands = [int(np.abs(cube.wavelengths - nm).argmin()) for nm in (850, 670, 550)]
    one, two, three = cube.spectrum(8, 9)[bands]
    assert found.layer.array[8, 9] == pytest.approx(one / (two - three), rel=1e-4)


def test_the_caret_stands_below_the_fault_wherever_it_is():
    assert pointed_at("abc", 2) == "abc\n ^"
    long = "1 + " * 100 + "?"
    shown, caret = pointed_at(long, len(long)).split("\n")
    assert shown[len(caret) - 1] == "?"
    assert len(shown) < 60
    assert pointed_at("", 1) == "\n^"
    assert LONGEST > 100


def test_settings_that_are_changed_are_those_of_the_recipe(qtbot, demo):
    asked = new_dialog(demo, "pca")
    box = asked.page.editors["components"].widget
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "5")
    asked.page.editors["standardised"].widget.click()
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    (found,) = layers(demo)
    assert found.kept.recipe.parameters == {"components": 5, "standardised": True}
    assert found.layer.array.shape[2] == 5


def test_pixels_are_compared_with_kept_spectra_and_with_means_of_classes(qtbot, demo):
    click(demo, 20, 30, Qt.KeyboardModifier.ShiftModifier)
    idle(qtbot, demo)
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    asked = new_dialog(demo, "sam")
    chooser = asked.page.chooser
    items = [chooser.list.item(row) for row in range(chooser.list.count())]
    assert [item.text().split(",")[0] for item in items] == ["row 20", "mean of Meadow"]
    assert [item.checkState() == Qt.CheckState.Checked for item in items] == [True, False]
    items[0].setCheckState(Qt.CheckState.Unchecked)
    assert not asked.make.isEnabled()
    for item in items:
        item.setCheckState(Qt.CheckState.Checked)
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    (found,) = layers(demo)
    assert [target.name.split(",")[0] for target in found.kept.recipe.targets] == ["row 20", "mean of Meadow"]
    assert found.layer.array[20, 30, 0] == pytest.approx(0.0, abs=1e-3)
    assert found.layer.array[20, 30, 1] > 0.001


def test_spectra_come_from_a_library(qtbot, demo, answers, tmp_path):
    waves = demo.session.cube.wavelengths[::3]
    values = np.stack([np.linspace(0.1, 0.9, len(waves)), np.full(len(waves), 0.5)]).astype("<f4")
    (tmp_path / "minerals.sli").write_bytes(values.tobytes())
    (tmp_path / "minerals.hdr").write_text(
        "ENVI\nfile type = ENVI Spectral Library\n"
        f"samples = {len(waves)}\nlines = 2\nbands = 1\ndata type = 4\ninterleave = bsq\nbyte order = 0\n"
        "wavelength units = Nanometers\nspectra names = {rising, flat}\n"
        f"wavelength = {{{', '.join(f'{w:.2f}' for w in waves)}}}\n"
    )
    answers.path = tmp_path / "minerals.sli"
    asked = new_dialog(demo, "sid")
    QTest.mouseClick(asked.page.chooser.more, Qt.MouseButton.LeftButton)
    idle(qtbot, demo)
    chooser = asked.page.chooser
    assert [chooser.list.item(row).text() for row in range(2)] == ["rising  (minerals.sli)", "flat  (minerals.sli)"]
    chooser.list.item(1).setCheckState(Qt.CheckState.Checked)
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    (found,) = layers(demo)
    assert [target.name for target in found.kept.recipe.targets] == ["flat"]
    assert np.isfinite(found.layer.array).any()


def test_what_the_encoder_learned_is_three_colours_once_there_is_an_encoder(qtbot, mapped):
    asked = new_dialog(mapped, EMBEDDING)
    assert asked.make.isEnabled()
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, mapped)
    (found,) = layers(mapped)
    assert found.layer.array.shape[2] == 3
    assert found.layer.figures["share"][0] > found.layer.figures["share"][1]
    other = replace(mapped.session.features, key="of another encoder")
    mapped.session.set_trained(FakeEncoder(), other)
    settle(qtbot, mapped)
    assert "another encoder than the one in use" in panel(mapped).state.text()
    mapped.actions_["make_layer_again"].trigger()
    settle(qtbot, mapped)
    assert "another encoder" not in panel(mapped).state.text()
    mapped.actions_["copy_layer_command"].trigger()
    assert "in the window only" in texts(mapped)


def test_without_an_encoder_it_is_said_what_is_missing(demo):
    asked = new_dialog(demo, EMBEDDING)
    assert not asked.make.isEnabled()
    assert "no encoder in use" in asked.problem.text()
    asked.reject()


def test_pure_pixels_can_be_found_in_place_of_chosen_spectra_and_labels_left_out(qtbot, demo):
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    asked = new_dialog(demo, "mf")
    assert asked.wish.recipe.left_out == ""
    asked.page.labelled.click()
    assert asked.wish.recipe.left_out == packed(demo.session.scene.labels.array > 0)
    asked.choose("unmix")
    assert asked.page.labelled is None
    assert len(asked.wish.means) == 1
    asked.page.editors["find"].widget.setCurrentText("nfindr")
    assert not asked.page.chooser.isEnabled()
    assert asked.make.isEnabled()
    assert (asked.wish.means, asked.wish.recipe.targets) == ((), ())
    asked.page.editors["count"].widget.setValue(3)
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    assert len(layers(demo)[0].layer.names) == 4


def test_spectra_that_are_chosen_in_the_window_of_libraries_are_at_hand():
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    library = SpectralLibrary(Path("x.sli"), ("a", "b"), values, np.array([400.0, 500, 600]))
    (offer,) = at_hand([(library, 1)])
    assert offer.text == "b  (x.sli)"
    assert (offer.spectrum.values, offer.spectrum.wavelengths) == ((3, 4, 5), (400, 500, 600))
    assert at_hand([]) == []
