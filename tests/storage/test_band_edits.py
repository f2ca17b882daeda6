"""What the user says of a scene's bands is found again, and the file stays as it is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.storage import band_edits
from hsigui.storage.band_edits import BandEdit, recall, remember

EDIT = BandEdit((400.0, 500.0, 600.0, 700.0), (10.0, 10.0, 10.0, 10.0), (1, 3), "From a list.")


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def cube(tmp_path):
    path = tmp_path / "scene.npy"
    np.save(path, np.random.default_rng(0).random((6, 7, 4)))
    return open_cube(path)


def test_an_edit_is_kept_and_the_file_unchanged(cube):
    before = cube.path.read_bytes()
    remember(cube, EDIT)
    assert recall(open_cube(cube.path)) == EDIT
    assert cube.path.read_bytes() == before


def test_an_edit_is_applied_with_notes(cube):
    edited = EDIT.applied_to(cube)
    assert edited.wavelengths.tolist() == [400, 500, 600, 700]
    assert edited.good_bands.tolist() == [0, 2]
    assert edited.info.fwhm == (10.0,) * 4
    assert edited.notes[-1] == "From a list. The bad bands (2) were marked by the user."
    assert cube.wavelengths is None


def test_an_edit_that_changes_nothing_is_forgotten(cube):
    remember(cube, EDIT)
    remember(cube, BandEdit())
    assert recall(cube) == BandEdit()
    assert BandEdit().applied_to(cube) is cube


def test_an_edit_of_another_number_of_bands_is_not_used(cube):
    remember(cube, EDIT)
    np.save(cube.path, np.ones((6, 7, 9)))
    assert recall(open_cube(cube.path)) == BandEdit()


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1, "edits": []}', '{"format": 99, "edits": {}}'])
def test_a_damaged_store_is_an_empty_one(cube, content):
    remember(cube, EDIT)
    band_edits.store_path().write_text(content)
    assert recall(cube) == BandEdit()


def test_a_damaged_entry_is_passed_over(cube):
    remember(cube, EDIT)
    stored = json.loads(band_edits.store_path().read_text())
    for entry in stored["edits"].values():
        entry["wavelengths"] = ["red"]
    band_edits.store_path().write_text(json.dumps(stored))
    assert recall(cube) == BandEdit()


def test_a_folder_that_cannot_be_written_is_said(cube, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "file" / "below"))
    with pytest.raises(HsiError, match="cannot be written"):
        remember(cube, EDIT)


def test_a_scene_in_memory_has_nothing_kept(cube):
    cube.path = None
    remember(cube, EDIT)
    assert recall(cube) == BandEdit()
