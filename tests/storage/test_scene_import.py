"""How a scene is read: kept with a project, read back, also as earlier versions wrote it; masks that were chosen."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.storage import band_edits, chosen_masks, imports
from hsigui.storage.band_edits import BandEdit
from hsigui.storage.scene_import import SceneImport
from tests.cube.formats.products.miniatures import emit


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


def test_what_was_chosen_goes_to_another_machine(tmp_path: Path, config: Path):
    path = emit(tmp_path)
    choice = ImportChoice("reflectance on the map")
    plain = open_cube(path, choice=choice)
    band_edits.remember(plain, BandEdit(bad_bands=(3,)))
    chosen_masks.remember(plain, ["cloud", "water"])
    kept = SceneImport.of(plain)
    assert kept == SceneImport(choice, BandEdit(bad_bands=(3,)), ("cloud", "water"))
    assert SceneImport.from_json(kept.to_json()) == kept
    for file in config.iterdir():
        file.unlink()
    SceneImport.from_json(kept.to_json()).remember(path)
    assert imports.recall(path) == choice
    assert band_edits.recall(plain).bad_bands == (3,)
    assert chosen_masks.recall(plain) == ("cloud", "water")
    assert chosen_masks.recall(open_cube(path)) == (), "another scene of the file"


def test_projects_of_before_there_were_masks_are_read_without_any(tmp_path: Path):
    values = json.loads(SceneImport(None, BandEdit(bad_bands=(1,)), ("cloud",)).to_json())
    del values["quality"]
    found = SceneImport.from_json(json.dumps(values))
    assert found == SceneImport(None, BandEdit(bad_bands=(1,)))
    path = emit(tmp_path)
    chosen_masks.remember(open_cube(path), ["cloud"])
    found.remember(path)
    assert chosen_masks.recall(open_cube(path)) == ()


def test_a_choice_stands_with_the_cube_that_was_read_by_it(tmp_path: Path):
    np.save(tmp_path / "x.npy", np.ones((5, 6, 7), np.float32))
    choice = ImportChoice(axes="bands,rows,cols")
    assert open_cube(tmp_path / "x.npy", choice=choice).info.choice == choice
    assert open_cube(tmp_path / "x.npy").info.choice is None


@pytest.mark.parametrize("entry", ["cloud", {"names": "cloud"}, {"names": [1]}, {"names": None}, [], None])
def test_choices_that_are_no_choices_are_none(tmp_path: Path, config: Path, entry):
    path = emit(tmp_path)
    cube = open_cube(path)
    chosen_masks.remember(cube, ["cloud"])
    content = json.loads(chosen_masks.store_path().read_text())
    content["masks"] = dict.fromkeys(content["masks"], entry)
    chosen_masks.store_path().write_text(json.dumps(content))
    assert chosen_masks.recall(cube) == ()
