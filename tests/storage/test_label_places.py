"""Where the labels of scenes stood last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hsigui.cube.cube import Cube
from hsigui.storage.label_places import recall, remember, store_path
from tests.storage.scenes import make_cube


@pytest.fixture
def cube(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cube:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    return make_cube(path=tmp_path / "scene.hdr")


def test_the_last_file_of_a_scene_is_known_as_long_as_it_is_there(cube: Cube, tmp_path: Path) -> None:
    assert recall(cube) is None
    for name in ("first.tif", "second.tif"):
        (tmp_path / name).touch()
        remember(cube, tmp_path / name)
    assert recall(cube) == tmp_path / "second.tif"
    assert recall(make_cube(path=tmp_path / "other.hdr")) is None
    (tmp_path / "second.tif").unlink()
    assert recall(cube) is None


def test_nothing_is_kept_of_a_scene_that_is_no_file(cube: Cube, tmp_path: Path) -> None:
    remember(make_cube(), tmp_path / "labels.tif")
    assert not store_path().exists()


@pytest.mark.parametrize("entry", [None, 7, [], {}, {"path": 7}, {"path": ""}, {"path": "a\0b"}])
def test_what_cannot_be_understood_is_no_file(cube: Cube, tmp_path: Path, entry: object) -> None:
    remember(cube, tmp_path / "labels.tif")
    kept = json.loads(store_path().read_text(encoding="utf-8"))
    kept["labels"] = dict.fromkeys(kept["labels"], entry)
    store_path().write_text(json.dumps(kept), encoding="utf-8")
    assert recall(cube) is None
