"""Preferences: each row is kept and has its effect; the room of kept runs is measured and won back."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QApplication

from hsigui.cube import limits, outside
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.settings import Settings, SettingsStore
from hsigui.ui.desk import theme
from hsigui.ui.scene.properties_dialog import PropertiesDialog
from hsigui.ui.shell import preference_rows
from hsigui.ui.shell.main_window import kept_runs
from hsigui.ui.shell.preference_rows import ROWS
from hsigui.ui.shell.preferences_dialog import PreferencesDialog
from tests.made_up_language import compiled
from tests.ui.windows import FakeEncoder, features_of, idle, open_scene, texts


@pytest.fixture
def dialog(qtbot, window):
    return opened(qtbot, window)


def opened(qtbot, window) -> PreferencesDialog:
    window.actions_["preferences"].trigger()
    (dialog,) = (found for found in window.findChildren(PreferencesDialog) if found.isVisible())
    idle(qtbot, window)
    return dialog


def put(dialog, **values):
    for name, value in values.items():
        dialog.editors[name].put(value)


def kept(window) -> Settings:
    return SettingsStore(window.desk.store.folder).load()


def write_run(folder: Path, size: int = 2_000_000) -> Path:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (folder / "weights.safetensors").write_bytes(b"w" * 1_000_000)
    (folder / "features-a.npy").write_bytes(b"f" * size)
    return folder


def test_each_row_is_a_setting_with_a_text_and_a_tip(dialog):
    fields = {field.name for field in dataclasses.fields(Settings)}
    assert {row.name for row in ROWS} <= fields
    assert list(dialog.editors) == [row.name for row in ROWS if row.name != "training_gpus"]
    assert all(row.label and row.tip for row in ROWS)
    letters = [row.label[row.label.index("&") + 1] for row in ROWS]
    assert len(set(letters)) == len(letters)


def test_what_is_set_is_shown_and_unchanged_by_looking(dialog, window):
    before = window.desk.settings
    assert dialog.choice == {name: getattr(before, name) for name in dialog.editors}
    dialog.accept()
    assert window.desk.settings == before


def test_where_there_are_several_gpus_trainings_may_take_all_or_one(qtbot, window, monkeypatch):
    monkeypatch.setattr("hsigui.pipeline.sharing.gpus", lambda: 2)
    dialog = opened(qtbot, window)
    assert dialog.choice["training_gpus"] == "all"
    put(dialog, training_gpus="one")
    dialog.accept()
    assert kept(window).training_gpus == "one"


def test_what_is_chosen_is_kept_and_what_is_cancelled_is_not(qtbot, dialog, window, tmp_path):
    chosen = {"theme": "dark", "memory_gib": 0.5, "threads": 1, "runs_folder": str(tmp_path / "elsewhere")}
    put(dialog, **chosen)
    dialog.reject()
    assert kept(window) == Settings()
    again = opened(qtbot, window)
    put(again, **chosen)
    again.accept()
    stored = kept(window)
    assert {name: getattr(stored, name) for name in chosen} == chosen
    assert "from the next start" in texts(window)


def test_what_changed_while_the_dialog_was_open_stays(dialog, window):
    window.desk.remember(dataclasses.replace(window.desk.settings, last_folder="/data", device="cpu"))
    put(dialog, threads=1)
    dialog.accept()
    assert (window.desk.settings.last_folder, window.desk.settings.device) == ("/data", "cpu")
    assert window.desk.settings.threads == 1


@pytest.mark.parametrize("name", ["dark", "light"])
def test_colours_change_at_once_and_the_menu_says_so(dialog, window, name):
    put(dialog, theme=name)
    dialog.accept()
    app = QApplication.instance()
    assert theme.is_dark(app.palette()) == (name == "dark")
    assert window.actions_[f"theme_{name}"].isChecked()


# Wavelengths


def written_at_axis(window) -> tuple[str, list[str]]:
    """What stands at the axis of the spectra: its title, and the numbers of its longest ticks."""
    axis = window.spectra._plot.getAxis("bottom")
    (spacing, values), *_ = axis.tickValues(400, 2400, 600)
    return axis.labelText, axis.tickStrings(values, axis.scale, spacing)


def choose_unit(dialog, name):
    put(dialog, wavelength_unit=name)
    dialog.accept()


def test_wavelengths_are_written_in_the_other_unit_at_once_and_in_the_next_window(qtbot, demo, make_window):
    assert written_at_axis(demo)[0] == "Wavelength (nm)"
    red = demo.session.view.red
    nm = demo.session.cube.wavelengths[red]
    assert demo.display.rows["red"].entry.text() == f"{nm:.1f} nm · {red + 1}"
    choose_unit(opened(qtbot, demo), "um")
    title, ticks = written_at_axis(demo)
    assert title == "Wavelength (µm)"
    assert [float(tick) for tick in ticks] == [0.5, 1.0, 1.5, 2.0]
    assert demo.display.rows["red"].entry.text() == f"{nm / 1000:.4f} µm · {red + 1}"
    second = make_window()
    assert second.spectra._unit.name == second.display.rows["red"].entry._unit.name == "um"
    choose_unit(opened(qtbot, demo), "nm")
    assert [float(tick) for tick in written_at_axis(demo)[1]] == [500, 1000, 1500, 2000]
    assert demo.display.rows["red"].entry.text() == f"{nm:.1f} nm · {red + 1}"


def test_curves_stay_where_the_unit_changes_and_csv_has_nanometres_always(qtbot, demo):
    demo.spectra.keep(np.ones(demo.session.cube.bands), "one")
    before = demo.spectra.csv_text()
    choose_unit(opened(qtbot, demo), "um")
    assert [curve.label for curve in demo.spectra.kept()] == ["one"]
    assert demo.spectra.csv_text() == before
    assert before.startswith("band,wavelength_nm,one\n1,400,")


def test_numbers_of_bands_are_no_wavelengths_in_any_unit(qtbot, window, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((20, 22, 30)))
    open_scene(qtbot, window, tmp_path / "x.npy")
    choose_unit(opened(qtbot, window), "um")
    axis = window.spectra._plot.getAxis("bottom")
    assert (axis.labelText, axis.scale) == ("Band", 1.0)
    assert window.display.rows["red"].entry.text().startswith("band ")


def test_properties_are_in_the_unit_and_their_json_is_in_nanometres(qtbot, demo):
    choose_unit(opened(qtbot, demo), "um")
    demo.actions_["properties"].trigger()
    (page,) = demo.findChildren(PropertiesDialog)
    assert "0.4 to 2.45 µm" in page.text()
    assert json.loads(page.json())["wavelength_last_nm"] == 2450
    page.reject()


# Language


def catalogue(folder: Path, code: str) -> None:
    (folder / code / "LC_MESSAGES").mkdir(parents=True)
    (folder / code / "LC_MESSAGES" / "hsigui.mo").write_bytes(compiled({"": "", "Open": "Öffnen"}))


def languages(dialog) -> list[tuple[str, str]]:
    box = dialog.editors["language"].widget.box
    return [(box.itemData(place), box.itemText(place)) for place in range(box.count())]


def test_where_there_is_only_english_the_row_says_so(qtbot, window, monkeypatch):
    monkeypatch.setattr(preference_rows, "languages_folder", lambda: None)
    dialog = opened(qtbot, window)
    assert [code for code, _ in languages(dialog)] == ["", "en"]
    assert dialog.editors["language"].widget.note.isVisible()


def test_a_catalogue_is_a_language_to_choose_and_is_taken_at_the_next_start(qtbot, window, tmp_path, monkeypatch):
    catalogue(tmp_path, "de")
    monkeypatch.setattr(preference_rows, "languages_folder", lambda: tmp_path)
    dialog = opened(qtbot, window)
    assert languages(dialog) == [("", "As the system"), ("en", "English"), ("de", "Deutsch (de)")]
    assert not dialog.editors["language"].widget.note.isVisible()
    put(dialog, language="de")
    dialog.accept()
    assert kept(window).language == "de"
    assert "from the next start" in texts(window)


def test_a_chosen_language_whose_catalogue_is_gone_stays_chosen(qtbot, window):
    window.desk.remember(dataclasses.replace(window.desk.settings, language="fr"))
    dialog = opened(qtbot, window)
    assert languages(dialog)[-1][1] == "Français (fr): not there"
    dialog.accept()
    assert kept(window).language == "fr"


# Network and other folders


def test_the_network_row_lists_files_that_were_allowed_and_forgets_them(qtbot, window, tmp_path):
    paths = [tmp_path / "one.vrt", tmp_path / "two.vrt"]
    for path in paths:
        path.write_text("<VRTDataset/>")
        outside.allow(path)
    dialog = opened(qtbot, window)
    assert [dialog.outside.files.item(row).text() for row in range(2)] == [str(path) for path in reversed(paths)]
    assert dialog.outside.told.text().startswith("2 files may name others")
    dialog.outside.forget.click()
    assert not any(map(outside.allowed, paths))
    assert all(path.exists() for path in paths)
    assert "None is allowed" in dialog.outside.told.text()
    assert not dialog.outside.forget.isVisible()


def test_choices_that_cannot_be_forgotten_are_told_and_stay_listed(qtbot, window, tmp_path, monkeypatch):
    (tmp_path / "one.vrt").write_text("<VRTDataset/>")
    outside.allow(tmp_path / "one.vrt")
    dialog = opened(qtbot, window)

    def refuse(self, missing_ok=False):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    dialog.outside.forget.click()
    monkeypatch.undo()
    assert "outside.json cannot be removed: Permission denied" in texts(window)
    assert dialog.outside.files.count() == 1


# Memory, threads and folders


def test_the_limit_of_memory_refuses_files_that_announce_more(dialog, window, tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((400, 300, 3), np.float32))
    assert open_cube(path).shape == (400, 300, 3)
    put(dialog, memory_gib=0.1)
    dialog.accept()
    assert limits.memory_limit() == int(0.1 * 2**30)
    assert open_cube(path).shape == (400, 300, 3)
    with pytest.raises(HsiError, match=r"more than this machine can hold \(102 MiB"):
        limits.require_room("x", 10_000, 3_000)


def test_threads_are_those_that_torch_takes_for_a_training(dialog, monkeypatch):
    from hsigui.pipeline import device

    taken = []
    monkeypatch.setattr(device.devices, "leave_cores_free", taken.append)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    device.take_threads_of_window()
    put(dialog, threads=1)
    dialog.accept()
    device.take_threads_of_window()
    assert taken == [1, 7]


def test_the_folder_of_runs_is_taken_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path))
    assert kept_runs(Settings()).folder == tmp_path / "runs"
    assert kept_runs(Settings(runs_folder=str(tmp_path / "mine"))).folder == tmp_path / "mine"


def test_a_home_written_short_is_written_whole(dialog):
    dialog.editors["runs_folder"].widget.line.setText(" ~/runs ")
    assert dialog.choice["runs_folder"] == str(Path.home() / "runs")


# Kept runs


def test_without_runs_there_is_nothing_to_remove(dialog):
    assert dialog.space.text() == "No run is kept."
    assert not dialog.features.isEnabled()
    assert not dialog.runs.isEnabled()


def test_the_room_is_told_and_features_are_removed_where_they_are_not_in_use(qtbot, window):
    folder = window.run_files.runs.folder
    one, two = write_run(folder / "a" / "1"), write_run(folder / "b" / "1")
    lock = folder / "b" / "1" / "training.lock"
    dialog = opened(qtbot, window)
    assert dialog.space.text().startswith("2 runs of 6 MB, of which 4 MB are features")
    held = QLockFile(str(lock))
    assert held.lock()
    dialog.features.click()
    idle(qtbot, window)
    held.unlock()
    assert not (one / "features-a.npy").exists()
    assert (one / "weights.safetensors").exists()
    assert (two / "features-a.npy").exists(), "it is trained in"
    assert "2 MB of features were removed" in texts(window)
    assert "2 runs of 4 MB" in dialog.space.text()


@pytest.mark.parametrize("sure", [False, True])
def test_runs_are_removed_after_a_question_and_those_in_use_stay(qtbot, demo, answers, sure):
    folder = demo.run_files.runs.folder
    one, used = write_run(folder / "a" / "1"), write_run(folder / "b" / "1")
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube), used)
    idle(qtbot, demo)
    dialog = opened(qtbot, demo)
    answers.sure = sure
    dialog.runs.click()
    idle(qtbot, demo)
    assert answers.asked == ["Remove runs?"]
    assert one.exists() is not sure
    assert used.exists()
    if sure:
        assert "1 run was removed" in texts(demo)
        assert dialog.space.text().startswith("1 run of")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_the_folder_is_not_followed(qtbot, window, answers, tmp_path):
    folder = window.run_files.runs.folder
    outside = write_run(tmp_path / "of somebody else")
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "link").symlink_to(outside)
    answers.sure = True
    dialog = opened(qtbot, window)
    assert dialog.space.text() == "No run is kept."
    dialog.runs_unwanted.emit()
    idle(qtbot, window)
    assert (outside / "weights.safetensors").exists()
