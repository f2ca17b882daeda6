"""`hsigui project`: what a project file holds, and whether it and its copies are whole."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.labels.classes import ClassTable
from hsigui.storage.copies import copies, new_copy_path
from hsigui.storage.kept_scene import Change, Condition, SceneFacts
from hsigui.storage.locks import Lock, take
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.schema import ENTRIES
from tests.commands.projects import DRAWN, write_project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "fields.hsigui"
    facts = SceneFacts("a" * 32, 4, 5, 7, "field", path="/data/field.hdr")
    tiles = {(0, 0, 0): np.ones((4, 5), np.uint16), (1, 0, 0): np.eye(4, 5, dtype=np.uint16)}
    with closing(ProjectFile(path)) as file:
        file.write(facts, Change(Condition(True), tiles, classes=ClassTable.for_numbers([1, 2])))
        file.copy_to(new_copy_path(path))
    return path


def test_what_a_project_holds_is_told(path, capsys):
    assert main(["project", "info", str(path), "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    (scene,) = about["scenes"]
    assert (about["copies"], about["written_by"]) == (1, "")
    assert (scene["name"], scene["path"], scene["rows"], scene["cols"], scene["bands"]) == (
        "field", "/data/field.hdr", 4, 5, 7,
    )  # fmt: skip
    assert (scene["labels"], scene["validation_labels"], scene["unsaved"]) == (20, 4, True)
    assert [c["name"] for c in scene["classes"]] == ["Class 1", "Class 2"]
    assert main(["project", "info", str(path)]) == 0
    assert "20 labels and 4 validation labels" in capsys.readouterr().out


def test_what_it_holds_beside_labels_is_told(tmp_path, capsys):
    path = write_project(tmp_path / "whole.hsigui")
    assert main(["project", "info", str(path), "--json"]) == 0
    scene, nothing = json.loads(capsys.readouterr().out)["scenes"]
    assert [(s["name"], s["row"], s["col"]) for s in scene["spectra"]] == [("row 0, col 1", 0, 1), ("mean", None, None)]
    assert scene["ground_truth"] == {"name": "gt.mat", "pixels": 14, "classes": 2, "matched_by_user": False}
    assert [run["in_use"] for run in scene["runs"]] == [False, True]
    assert (scene["map"]["labels"], scene["map"]["classes"]) == (np.count_nonzero(DRAWN.train), 2)
    assert [(sample["from_step"], sample["spec"]["per_class"]) for sample in scene["samples"]] == [(1, 2)]
    assert all(not nothing[part] for part in ("spectra", "ground_truth", "samples", "runs", "map", "not_understood"))
    assert main(["project", "info", str(path)]) == 0
    said = capsys.readouterr().out
    for words in (
        "  2 spectra kept\n", "  ground truth gt.mat: 14 pixels of 2 classes\n", "new, in use\n",
        "  labels were drawn from it: 2 pixels a class at random over the scene, seed 3\n",
        "  a map, made from 4 labels of 2 classes\n",
    ):  # fmt: skip
        assert said.count(words) == 1


def test_parts_of_another_version_are_named(tmp_path, capsys):
    path = write_project(tmp_path / "whole.hsigui")
    with closing(ProjectFile(path)) as file, file._rows.transaction():
        file._rows.put(ENTRIES, (1, "runs", "all"), ("{}",))
        file._rows.put(ENTRIES, (1, "map", "about"), ("{}",))
    assert main(["project", "info", str(path)]) == 0
    assert "of another version of hsigui, and not understood: the runs, the map\n" in capsys.readouterr().out


def test_who_writes_to_it_is_told_and_not_disturbed(path, capsys):
    lock = take(path)
    assert isinstance(lock, Lock)
    assert main(["project", "info", str(path)]) == 0
    assert "written to by process" in capsys.readouterr().out
    lock.release()


def test_a_whole_project_passes_the_check(path, capsys):
    before = path.read_bytes()
    assert main(["project", "check", str(path)]) == 0
    assert capsys.readouterr().out.count(": whole\n") == 2
    assert path.read_bytes() == before


def test_a_damaged_project_is_told_with_its_newest_whole_copy_and_left_as_it_is(path, capsys):
    content = path.read_bytes()[:6000]
    path.write_bytes(content)
    assert main(["project", "check", str(path)]) == 1
    assert str(copies(path)[0]) in capsys.readouterr().err
    assert main(["project", "info", str(path)]) == 1
    assert "damaged" in capsys.readouterr().err
    assert path.read_bytes() == content
    copies(path)[0].write_bytes(b"")
    assert main(["project", "check", str(path), "--json"]) == 1
    assert "no whole copy" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["info"], ["check"], ["export", "--to", "nowhere"]])
def test_what_is_no_project_is_refused_in_words(words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.hsigui").write_text("no project")
    for name in ("a.hsigui", "missing.hsigui", "."):
        assert main(["project", *words, str(tmp_path / name)]) == 1
        assert "Traceback" not in capsys.readouterr().err
