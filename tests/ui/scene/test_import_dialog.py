"""Files of arrays: the user says which array is the scene and how it lies, sees it, and is asked only once."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
import scipy.io
from PySide6.QtWidgets import QDialogButtonBox

from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.storage import imports
from hsigui.ui.scene import opening
from hsigui.ui.scene.import_dialog import ImportDialog
from tests.cube.formats.products.miniatures import emit
from tests.ui.windows import idle, open_scene, press, texts

ROWS, COLS, BANDS = 18, 25, 31
WAVES = np.linspace(400, 1000, BANDS)


@pytest.fixture
def values():
    """A scene in which every sample is different."""
    return np.arange(ROWS * COLS * BANDS, dtype=np.float32).reshape(ROWS, COLS, BANDS)


@pytest.fixture
def odd(tmp_path, values):
    """Two scenes in one file: one as usual, one flattened by columns; with band lists."""
    flat = values.transpose(1, 0, 2).reshape(ROWS * COLS, BANDS).T
    path = tmp_path / "odd.mat"
    good = np.ones(BANDS)
    good[[0, 5]] = 0
    fields = {"plain": values, "other": values[:, :, :20], "flat": flat, "centres_of_bands": WAVES, "fine": good}
    scipy.io.savemat(path, fields)
    return path


def asked(qtbot, window) -> ImportDialog:
    """The import dialog, with its first preview."""
    qtbot.waitUntil(lambda: bool(shown(window)), timeout=5000)
    (dialog,) = shown(window)
    idle(qtbot, window)
    return dialog


def shown(window):
    return [d for d in window.findChildren(ImportDialog) if d.isVisible()]


def can_open(dialog) -> bool:
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Open).isEnabled()


def choose(dialog, name):
    row = next(r for r in range(dialog.table.rowCount()) if dialog.table.item(r, 0).text() == name)
    dialog.table.selectRow(row)


def test_a_file_of_several_arrays_asks_and_the_answer_is_used(qtbot, window, odd, values):
    window.scene.open_path(odd)
    dialog = asked(qtbot, window)
    listed = {dialog.table.item(r, 0).text(): dialog.table.item(r, 1).text() for r in range(dialog.table.rowCount())}
    assert listed["plain"] == "18 x 25 x 31"
    assert listed["flat"] == "31 x 450"
    choose(dialog, "plain")
    dialog.wavelengths.setCurrentIndex(dialog.wavelengths.findData("centres_of_bands"))
    dialog.bad_bands.setCurrentIndex(dialog.bad_bands.findData("fine"))
    idle(qtbot, window)
    assert can_open(dialog)
    assert "18 rows x 25 columns, 31 bands\n400 to 1000 nm\n2 bad bands" in dialog.told.text()
    assert not dialog.picture.pixmap().isNull()
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=5000)
    idle(qtbot, window)
    cube = window.session.cube
    assert np.array_equal(cube.read(), values)
    assert np.allclose(cube.wavelengths, WAVES)
    assert cube.good_bands.tolist() == [n for n in range(BANDS) if n not in (0, 5)]


def test_a_flattened_scene_is_given_its_size(qtbot, window, odd, values):
    window.scene.open_path(odd)
    dialog = asked(qtbot, window)
    choose(dialog, "flat")
    dialog.axes.setCurrentIndex(dialog.axes.findData("bands,pixels"))
    dialog.rows.setValue(17)
    dialog.cols.setValue(20)
    assert not can_open(dialog)
    assert "450 pixels" in dialog.error.text()
    dialog.rows.setValue(ROWS)
    assert dialog.cols.value() == COLS  # 450 pixels leave no choice
    idle(qtbot, window)
    assert dialog.error.text() == ""
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=5000)
    idle(qtbot, window)
    assert np.array_equal(window.session.cube.read(), values)


def test_the_axes_can_be_turned(qtbot, window, tmp_path, values):
    path = tmp_path / "turned.npy"
    np.save(path, values.transpose(2, 1, 0))
    window.scene.open_as(path)
    dialog = asked(qtbot, window)
    dialog.axes.setCurrentIndex(dialog.axes.findData("bands,cols,rows"))
    idle(qtbot, window)
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=5000)
    idle(qtbot, window)
    assert np.array_equal(window.session.cube.read(), values)


def test_a_choice_is_used_the_next_time_with_a_note_and_can_be_changed(qtbot, make_window, odd):
    first = make_window()
    choice = ImportChoice("other", "bands,rows,cols")
    first.scene.open_path(odd, choice)
    qtbot.waitUntil(lambda: first.session.cube is not None, timeout=5000)
    idle(qtbot, first)
    assert imports.recall(odd) == choice
    second = make_window()
    open_scene(qtbot, second, odd)
    assert second.session.cube.shape == (25, 20, 18)
    assert any("as the last time" in note for note in second.session.cube.notes)
    assert second.notes_bar.isVisible()
    assert not shown(second)
    second.scene.open_as(odd)
    dialog = asked(qtbot, second)
    assert dialog.choice == choice
    dialog.reject()


def test_a_scene_that_a_product_makes_is_chosen_like_an_array(qtbot, window, tmp_path):
    path = emit(tmp_path)
    open_scene(qtbot, window, path)
    assert window.session.cube.shape == (12, 9, 20)
    assert any("“reflectance on the map”" in note for note in window.session.cube.notes)
    window.scene.open_as(path)
    dialog = asked(qtbot, window)
    choose(dialog, "reflectance on the map")
    idle(qtbot, window)
    assert can_open(dialog)
    assert "14 rows x 13 columns, 20 bands" in dialog.told.text()
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.cube.shape == (14, 13, 20), timeout=5000)
    idle(qtbot, window)
    assert window.session.cube.geo.transform is not None


def test_a_cancelled_dialog_keeps_nothing(qtbot, window, odd):
    window.scene.open_path(odd)
    asked(qtbot, window).reject()
    idle(qtbot, window)
    assert window.session.cube is None
    assert imports.recall(odd) is None


def test_what_cannot_be_read_is_said_in_the_dialog(qtbot, window, odd):
    window.scene.open_path(odd)
    dialog = asked(qtbot, window)
    choose(dialog, "plain")
    dialog.bad_bands.setCurrentIndex(dialog.bad_bands.findData("centres_of_bands"))
    idle(qtbot, window)
    assert "no list of 1 (good) and 0 (bad)" in dialog.error.text()
    assert not can_open(dialog)
    assert texts(window) == ""
    dialog.reject()


def test_the_preview_has_wavelengths_in_the_unit_of_the_window(qtbot, window, odd):
    window.desk.remember(dataclasses.replace(window.desk.settings, wavelength_unit="um"))
    window.scene.open_path(odd)
    dialog = asked(qtbot, window)
    choose(dialog, "plain")
    dialog.wavelengths.setCurrentIndex(dialog.wavelengths.findData("centres_of_bands"))
    idle(qtbot, window)
    assert "31 bands\n0.4 to 1 µm" in dialog.told.text()
    dialog.reject()


def test_of_many_previews_the_last_one_is_shown(qtbot, window, odd, monkeypatch):
    window.scene.open_path(odd)
    dialog = asked(qtbot, window)
    choose(dialog, "plain")
    idle(qtbot, window)
    made, real, go = [], opening.preview_import, threading.Event()

    def slow(ctx, path, choice, size, unit):
        assert threading.current_thread() is not threading.main_thread()
        made.append(choice.axes)
        go.wait(5)
        return real(ctx, path, choice, size, unit)

    monkeypatch.setattr(opening, "preview_import", slow)
    wishes = ["bands,rows,cols", "cols,rows,bands", "rows,bands,cols", "bands,cols,rows"]
    for axes in wishes:
        dialog.axes.setCurrentIndex(dialog.axes.findData(axes))
    go.set()
    idle(qtbot, window)
    assert made == [wishes[0], wishes[-1]]
    assert dialog.told.text().startswith(f"{BANDS} rows x {COLS} columns, {ROWS} bands")
    dialog.reject()


def test_a_file_without_a_scene_offers_the_dialog(qtbot, window, tmp_path):
    path = tmp_path / "flat.mat"
    scipy.io.savemat(path, {"measured": np.random.default_rng(0).random((31, 450))})
    window.scene.open_path(path)
    idle(qtbot, window)
    (message,) = window.messages.messages
    assert message.kind == "error"
    assert message.asks
    window.scene.open_as(path, "Because.")
    dialog = asked(qtbot, window)
    assert dialog.choice.is_flat
    dialog.reject()


def test_a_file_that_needs_no_choice_says_so(qtbot, window, tmp_path):
    from hsigui.cube.demo import write_demo

    header, _ = write_demo(tmp_path)
    window.scene.open_as(header)
    idle(qtbot, window)
    assert "says itself how it is to be read" in texts(window)
    assert not shown(window)


def test_a_file_without_arrays_is_told_in_the_dialog(qtbot, window, tmp_path):
    dialog = ImportDialog(tmp_path / "x.mat", [ArrayInfo("n", (1,), "float64")], [], window.bridge, parent=window)
    assert "holds no numeric array" in dialog.error.text()
    assert not can_open(dialog)
    dialog.deleteLater()


def test_the_key_opens_the_question(qtbot, window, answers, odd):
    answers.path = odd
    window.actions_["open_as"].trigger()
    dialog = asked(qtbot, window)
    assert answers.asked == ["Open as"]
    dialog.reject()
    press(window, "N")
