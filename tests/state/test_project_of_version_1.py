"""A project file of the first version opens in every later one, with all that it holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.open import open_cube
from hsigui.labels.history import History
from hsigui.labels.label_map import VALIDATION, LabelMap
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.projects import Projects
from tests.state.home import STATE, Home, unpack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return unpack("v1", tmp_path / "projects")


@pytest.fixture
def facts(tmp_path: Path) -> SceneFacts:
    """Of the scene whose labels they are, at another place than then."""
    return SceneFacts.of(open_cube(Home(unpack("v0", tmp_path / "v0"), tmp_path / "home").scene))


def offered(folder: Path, facts: SceneFacts) -> KeptScene:
    found = Projects(folder, folder / "none").look(facts)
    assert found.told == []
    (left,) = found.left
    return left.scene


def assert_whole(kept: KeptScene) -> None:
    expected = json.loads((STATE / "v1" / "expected.json").read_text(encoding="utf-8"))
    with np.load(STATE / "v1" / "expected.npz") as arrays:
        np.testing.assert_array_equal(kept.labels, arrays["labels"])
        np.testing.assert_array_equal(kept.validation, arrays["validation"])
    told = [[c.number, c.name, list(c.color), c.locked, c.hidden] for c in kept.classes]
    assert told == expected["classes"]
    assert [step.text for step in kept.steps] == expected["texts"]
    assert kept.place == expected["place"]
    assert kept.facts.name == expected["name"]
    assert kept.condition.current_class == expected["current_class"]
    assert kept.condition.saved_at == expected["saved_at"]


def test_it_is_found_by_its_scene_and_holds_what_it_held(folder, facts):
    kept = offered(folder, facts)
    assert_whole(kept)
    assert np.count_nonzero(kept.labels) > 20


def test_each_step_of_then_can_be_taken_back_and_done_again(folder, facts):
    kept = offered(folder, facts)
    labels = LabelMap.from_array(kept.labels, kept.classes)
    labels.apply(labels.replacing(kept.validation, layer=VALIDATION))
    history = History(labels)
    history.put(kept.steps, kept.place)
    history.go_to(0)
    assert not labels.array.any()
    assert not labels.validation.any()
    assert len(labels.classes) == 0
    history.go_to(len(kept.steps))
    assert labels.array[20, 1] == 5, "what had been taken back then"
    history.go_to(kept.place)
    np.testing.assert_array_equal(labels.array, kept.labels)


def test_it_can_be_written_to_and_loses_nothing(folder, facts):
    (path,) = folder.glob("*.hsigui")
    ProjectFile(path).close()
    assert_whole(offered(folder, facts))
