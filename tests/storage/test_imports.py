from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hsigui.cube.formats.choice import ImportChoice
from hsigui.errors import HsiError
from hsigui.storage.imports import KEPT, forget, recall, remember, store_path

CHOICE = ImportChoice("params.data", "bands,pixels", 5, 7)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    path = tmp_path / "x.mat"
    path.write_bytes(b"samples")
    return path


def test_a_choice_is_remembered_until_it_is_forgotten(scene: Path) -> None:
    assert recall(scene) is None
    remember(CHOICE, scene)
    assert recall(scene) == CHOICE
    assert recall(str(scene)) == CHOICE
    remember(ImportChoice("other"), scene)
    assert recall(scene) == ImportChoice("other")
    forget(scene)
    assert recall(scene) is None


def test_nothing_is_written_beside_or_into_the_scene(scene: Path) -> None:
    before = (scene.read_bytes(), scene.stat().st_mtime_ns)
    remember(CHOICE, scene)
    assert (scene.read_bytes(), scene.stat().st_mtime_ns) == before
    assert [p.name for p in scene.parent.iterdir() if p != store_path().parent] == ["x.mat"]


def test_a_file_that_has_changed_is_read_anew(scene: Path) -> None:
    remember(CHOICE, scene)
    os.utime(scene, ns=(1, 1))
    assert recall(scene) is None
    remember(CHOICE, scene)
    scene.write_bytes(b"other samples")
    assert recall(scene) is None


def test_a_file_that_is_gone_is_no_accident(scene: Path) -> None:
    remember(CHOICE, scene)
    scene.unlink()
    assert recall(scene) is None
    with pytest.raises(HsiError, match="cannot be read"):
        remember(CHOICE, scene)


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1, "imports": []}', '{"format": 99, "imports": {}}'])
def test_a_damaged_store_is_begun_anew(scene: Path, content: str) -> None:
    store_path().parent.mkdir(parents=True)
    store_path().write_text(content)
    assert recall(scene) is None
    remember(CHOICE, scene)
    assert recall(scene) == CHOICE


def test_an_entry_of_another_version_is_passed_over(scene: Path) -> None:
    remember(CHOICE, scene)
    stored = json.loads(store_path().read_text())
    next(iter(stored["imports"].values()))["choice"]["axes"] = "time,space"
    store_path().write_text(json.dumps(stored))
    assert recall(scene) is None


def test_the_oldest_choices_are_dropped(scene: Path) -> None:
    remember(CHOICE, scene)
    stored = json.loads(store_path().read_text())
    entry = dict(next(iter(stored["imports"].values())), used=1.0)
    stored["imports"] = {f"/scenes/{n}.mat": entry for n in range(KEPT + 20)}
    store_path().write_text(json.dumps(stored))
    remember(CHOICE, scene)
    assert len(json.loads(store_path().read_text())["imports"]) == KEPT
    assert recall(scene) == CHOICE
