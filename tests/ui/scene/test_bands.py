"""Wavelengths and bad bands: from sensors and lists, by hand, range and noise; applied to the scene, kept, undoable."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from hsigui.cube.sensors import fitting
from hsigui.storage import band_edits
from hsigui.ui.scene.bands_dialog import BandsDialog
from tests.ui.windows import click, idle, labels, open_scene, paint, press, texts

BANDS = 103


@pytest.fixture
def scene(tmp_path):
    """A scene of 103 bands without wavelengths; bands 7 and 50 are noise."""
    rng = np.random.default_rng(0)
    ground = rng.random((40, 42, 1)) * 0.2 + 0.5
    values = ground * np.linspace(1, 2, BANDS) + rng.normal(0, 0.002, (40, 42, BANDS))
    values[:, :, [7, 50]] = rng.normal(0.5, 0.5, (40, 42, 2))
    np.save(tmp_path / "scene.npy", values)
    return tmp_path / "scene.npy"


@pytest.fixture
def opened(qtbot, window, scene):
    open_scene(qtbot, window, scene)
    return window


def edit(window) -> BandsDialog:
    window.actions_["bands"].trigger()
    (dialog,) = [d for d in window.findChildren(BandsDialog) if d.isVisible()]
    return dialog


def test_a_known_sensor_gives_the_wavelengths(qtbot, opened):
    dialog = edit(opened)
    sensors = fitting(BANDS)
    assert dialog.sensor.count() == 1 + len(sensors) > 1
    dialog.sensor.setCurrentIndex(1)
    dialog.sensor.activated.emit(1)
    assert dialog.table.item(0, 1).text() == f"{sensors[0].centers[0]:.10g}"
    dialog.accept()
    idle(qtbot, opened)
    cube = opened.session.cube
    assert np.allclose(cube.wavelengths, sensors[0].centers)
    assert sensors[0].note in cube.notes[-1]
    assert opened.notes_bar.isVisible()
    assert "nm" in opened.display.rows["red"].entry.text()
    opened.actions_["true_colour"].trigger()
    assert abs(cube.wavelengths[opened.session.view.red] - 640) < 10
    idle(qtbot, opened)


def test_pasted_wavelengths_are_taken_in_their_unit_and_wrong_ones_refused(qtbot, opened):
    dialog = edit(opened)
    dialog.pasted.setPlainText(", ".join(f"{0.4 + 0.01 * n:.2f}" for n in range(BANDS - 1)))
    dialog.take.click()
    assert "102 wavelengths were pasted for 103 bands" in dialog.error.text()
    assert dialog.wavelengths() == ()
    dialog.pasted.setPlainText(", ".join(f"{0.4 + 0.01 * n:.2f}" for n in range(BANDS)))
    dialog.units.setCurrentIndex(dialog.units.findData("um"))
    dialog.take.click()
    assert dialog.error.text() == ""
    assert dialog.wavelengths()[0] == pytest.approx(400)
    assert dialog.wavelengths()[-1] == pytest.approx(1420)
    dialog.pasted.setPlainText("no numbers")
    dialog.take.click()
    assert "no numbers" in dialog.error.text()
    dialog.reject()


def test_bad_bands_are_marked_by_hand_by_range_and_for_water(qtbot, opened):
    dialog = edit(opened)
    assert not dialog.range.isEnabled()  # without wavelengths there is no range
    dialog.pasted.setPlainText(" ".join(str(1000 + 10 * n) for n in range(BANDS)))
    dialog.take.click()
    dialog.first.setValue(1100)
    dialog.last.setValue(1120)
    dialog.range.click()
    assert dialog.bad_bands() == (10, 11, 12)
    dialog.table.selectRow(11)
    dialog.unmark.click()
    assert dialog.bad_bands() == (10, 12)
    dialog.table.selectRow(2)
    dialog.mark.click()
    dialog.table.item(1, 2).setCheckState(Qt.CheckState.Checked)
    assert dialog.bad_bands() == (1, 2, 10, 12)
    assert "103 bands, 4 of them bad, 1000 to 2020 nm" in dialog.told.text()
    dialog.water.click()
    assert {34, 45, 79, 97} < set(dialog.bad_bands())
    assert 60 not in dialog.bad_bands()
    dialog.accept()
    idle(qtbot, opened)
    assert 34 not in opened.session.cube.good_bands


def test_noisy_bands_are_selected_and_not_marked_by_themselves(qtbot, opened):
    dialog = edit(opened)
    dialog.noisy.click()
    assert not dialog.noisy.isEnabled()
    idle(qtbot, opened)
    assert {7, 50} <= set(dialog.selected()) <= {6, 7, 8, 49, 50, 51}
    assert dialog.bad_bands() == ()
    dialog.mark.click()
    assert set(dialog.bad_bands()) >= {7, 50}
    dialog.reject()


def test_cancel_leaves_everything_as_it_was(qtbot, opened, scene):
    cube, before = opened.session.cube, scene.read_bytes()
    dialog = edit(opened)
    dialog.sensor.activated.emit(1)
    dialog.mark_bands([3], True)
    dialog.reject()
    idle(qtbot, opened)
    assert opened.session.cube is cube
    assert not band_edits.store_path().exists()
    assert scene.read_bytes() == before


def test_bands_are_kept_for_the_next_time_and_the_file_can_have_its_own_again(qtbot, opened, make_window, scene):
    before = scene.read_bytes()
    dialog = edit(opened)
    dialog.sensor.activated.emit(1)
    dialog.mark_bands([3, 4], True)
    dialog.accept()
    idle(qtbot, opened)
    second = make_window()
    open_scene(qtbot, second, scene)
    assert second.session.cube.info == opened.session.cube.info
    again = edit(second)
    assert again.bad_bands() == (3, 4)
    again.reset.click()
    again.accept()
    idle(qtbot, second)
    assert second.session.cube.wavelengths is None
    assert len(second.session.cube.good_bands) == BANDS
    assert scene.read_bytes() == before
    third = make_window()
    open_scene(qtbot, third, scene)
    assert third.session.cube.wavelengths is None


def test_labels_and_kept_spectra_stay(qtbot, opened):
    press(opened, "B")
    paint(opened, (20, 20), (20, 25))
    press(opened, "N")
    click(opened, 10, 10, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(opened.spectra.kept()) == 1, timeout=3000)
    before = labels(opened).copy()
    dialog = edit(opened)
    dialog.sensor.activated.emit(1)
    dialog.mark_bands([3], True)
    dialog.accept()
    idle(qtbot, opened)
    assert np.array_equal(labels(opened), before)
    assert len(opened.spectra.kept()) == 1
    assert len(opened.image._markers) == 1
    press(opened, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(opened).any()


def trained(qtbot, window, training):
    window.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=10_000)
    idle(qtbot, window)


def test_other_good_bands_drop_the_features_only_after_a_question(qtbot, opened, training, answers):
    trained(qtbot, opened, training)
    cube = opened.session.cube
    for sure in (False, True):
        answers.sure = sure
        dialog = edit(opened)
        dialog.mark_bands([3], True)
        dialog.accept()
        idle(qtbot, opened)
        assert answers.asked[-1] == "Other bad bands"
        assert (opened.session.cube is cube) is not sure
        assert (opened.session.features is None) is sure
    assert opened.session.encoder is None


def test_other_wavelengths_leave_the_features(qtbot, opened, training, answers):
    trained(qtbot, opened, training)
    dialog = edit(opened)
    dialog.sensor.activated.emit(1)
    dialog.accept()
    idle(qtbot, opened)
    assert answers.asked == []
    assert opened.session.features is not None
    assert opened.session.cube.wavelengths is not None


def test_a_typed_wavelength_is_checked(qtbot, opened):
    dialog = edit(opened)
    dialog.table.item(4, 1).setText("500")
    assert "alone" in dialog.error.text()
    dialog.sensor.activated.emit(1)
    dialog.table.item(4, 1).setText("-3")
    assert "positive number" in dialog.error.text()
    assert dialog.table.item(4, 1).text() == f"{fitting(BANDS)[0].centers[4]:.10g}"
    dialog.table.item(4, 1).setText("450,5")
    assert dialog.wavelengths()[4] == 450.5
    dialog.reject()


def test_not_every_band_can_be_bad(qtbot, opened):
    dialog = edit(opened)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.mark_bands(range(BANDS), True)
    assert not ok.isEnabled()
    assert "leave at least one" in dialog.error.text()
    dialog.mark_bands([0], False)
    assert ok.isEnabled()
    dialog.reject()


def test_the_default_preset_rests_without_default_bands_and_reflectance_is_named(qtbot, window, scene, tmp_path):
    from hsigui.cube.cube import CubeInfo
    from hsigui.cube.formats.envi import write_cube

    open_scene(qtbot, window, scene)
    assert not window.actions_["default_bands"].isEnabled()
    assert window.spectra._plot.getAxis("left").labelText == "Value"
    header, _ = write_cube(
        tmp_path / "scaled.img", np.ones((5, 6, 7), np.int16), CubeInfo(default_bands=(3, 2, 1), scale=10000.0), "bip"
    )
    open_scene(qtbot, window, header)
    assert window.actions_["default_bands"].isEnabled()
    assert window.spectra._plot.getAxis("left").labelText == "Reflectance"
    assert texts(window).count("error") == 0


def test_bands_are_shown_and_typed_in_micrometres_where_these_are_wanted(qtbot, opened):
    opened.desk.remember(dataclasses.replace(opened.desk.settings, wavelength_unit="um"))
    dialog = edit(opened)
    dialog.pasted.setPlainText(" ".join(str(1000 + 10 * n) for n in range(BANDS)))
    dialog.take.click()
    assert dialog.table.horizontalHeaderItem(1).text() == "Wavelength (µm)"
    assert [dialog.table.item(row, 1).text() for row in (0, 1)] == ["1", "1.01"]
    assert "1 to 2.02 µm" in dialog.told.text()
    assert (dialog.first.value(), dialog.first.suffix()) == (1.34, " µm")
    dialog.first.setValue(1.1)
    dialog.last.setValue(1.12)
    dialog.range.click()
    assert dialog.bad_bands() == (10, 11, 12)
    dialog.table.item(0, 1).setText("0.4123")
    assert dialog.wavelengths()[:2] == (412.3, 1010.0)
    dialog.table.item(0, 1).setText("none")
    assert "a positive number in micrometres" in dialog.error.text()
    dialog.reject()


def test_bands_are_proposed_with_reasons_and_a_picture_and_can_be_taken_back(qtbot, opened):
    dialog = edit(opened)
    assert not dialog.plot.isVisible()
    dialog.mark_bands([7], True)
    dialog.propose.click()
    assert not dialog.propose.isEnabled()
    idle(qtbot, opened)
    assert {7, 50} <= set(dialog.bad_bands()) <= {6, 7, 8, 49, 50, 51}
    assert "1 of them new" in dialog.told.text()
    assert dialog.table.item(50, 3).text().startswith("signal to noise 1.")
    assert dialog.table.item(60, 3).text() == ""
    assert dialog.plot.isVisible()
    assert dialog.plot.marked().tolist() == [band + 1 for band in dialog.bad_bands()]
    assert dialog.propose.isEnabled()
    dialog.unmark.click()
    assert dialog.bad_bands() == ()
    dialog.reject()
