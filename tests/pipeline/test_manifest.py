"""Lists of scenes in files: what they may hold, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.pipeline.manifest import COLUMNS, Manifest, read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three small scenes, two in a folder below; a mask for each."""
    for name in ("a", "flight/b", "flight/c"):
        path = tmp_path / f"{name}.hdr"
        path.parent.mkdir(exist_ok=True)
        write_cube(path, np.ones((6, 7, 3), dtype=np.float32), CubeInfo())
        (tmp_path / f"{path.stem}-mask.npy").write_bytes(b"")
    return tmp_path


def listed(folder: Path, name: str, text: str) -> Manifest:
    (folder / name).write_text(text, encoding="utf-8")
    return read_manifest(folder / name)


def told(folder: Path, name: str, text: str) -> str:
    with pytest.raises(HsiError) as caught:
        listed(folder, name, text)
    assert caught.value.hint
    return caught.value.message


def names(found: Manifest) -> list[str]:
    return [path.name for path in found.paths]


def test_a_text_has_a_path_or_a_pattern_a_line(folder):
    found = listed(folder, "list.txt", "# of the second campaign\na.hdr\n\nflight/*.hdr\n")
    assert names(found) == ["a.hdr", "b.hdr", "c.hdr"]
    assert [entry.line for entry in found.entries] == [2, 4, 4]
    assert found.weights == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_has_weights_masks_and_labels(folder, mark):
    text = "path,weight,mask,labels\na.hdr,2,{name}-mask.npy,\nflight/*.hdr,,{name}-mask.npy,a-mask.npy\n"
    found = listed(folder, "list.csv", "\ufeff" + text.replace(",", mark))
    assert found.weights == (2.0, 1.0, 1.0)
    assert [entry.mask and entry.mask.name for entry in found.entries] == ["a-mask.npy", "b-mask.npy", "c-mask.npy"]
    assert [entry.labels and entry.labels.name for entry in found.entries] == [None, "a-mask.npy", "a-mask.npy"]


@pytest.mark.parametrize("wrapped", [False, True])
def test_json_has_paths_or_objects(folder, wrapped):
    scenes = ["a.hdr", {"path": "flight/b.hdr", "weight": 0.5, "mask": "b-mask.npy"}]
    found = listed(folder, "list.json", json.dumps({"scenes": scenes} if wrapped else scenes))
    assert names(found) == ["a.hdr", "b.hdr"]
    assert found.weights == (1.0, 0.5)


def test_paths_are_relative_to_the_list_wherever_it_is_read_from(folder, monkeypatch):
    monkeypatch.chdir(folder / "flight")
    found = listed(folder, "list.txt", "a.hdr")
    assert found.paths[0].is_file()


def test_all_wrong_lines_are_told_with_their_numbers(folder):
    text = "path,weight,mask\na.hdr,much,\nnothing*.hdr,,\nflight/b.hdr,-1,\n,2,\nflight/c.hdr,,gone.npy\na.hdr,1,,4\n"
    said = told(folder, "list.csv", text)
    for line, word in ((2, "much"), (3, "nothing*"), (4, "-1"), (5, "names no scene"), (6, "gone.npy"), (7, "columns")):
        assert f"line {line}: " in said
        assert word in said


def test_a_scene_that_is_named_twice_is_told_with_both_lines(folder):
    assert "line 3" in (said := told(folder, "list.txt", "flight/b.hdr\na.hdr\nflight/../flight/b.hdr"))
    assert "line 1" in said


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("list.csv", "file,weight\na.hdr,1\n", "file, weight"), ("list.csv", "path,path\na,a\n", "path, path"),
        ("list.json", "{", "no JSON"), ("list.json", '{"files": []}', "no list"), ("list.json", "[3]", "line 1"),
        ("list.json", '[{"path": "a.hdr", "weight": true}]', "True"), ("list.txt", "# nothing\n", "names no scene"),
        ("list.txt", "https://example.org/a.tif", "address"), ("list.doc", "a.hdr", "no list"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_told(folder, name, text, word):
    assert word in told(folder, name, text)


def test_a_list_in_another_encoding_is_told(folder):
    (folder / "list.txt").write_bytes("größe.hdr".encode("latin-1"))
    with pytest.raises(HsiError, match="UTF-8"):
        read_manifest(folder / "list.txt")


def test_a_column_that_means_nothing_is_told_and_passed_over(folder):
    found = listed(folder, "list.csv", "path,date\na.hdr,2020-01-01\n")
    assert "date" in found.notes[0]
    assert not set(COLUMNS) & {"date"}


def test_scenes_that_cannot_be_opened_are_refused_with_their_lines_or_left_out(folder):
    (folder / "bad.hdr").write_text("ENVI\nsamples = 7\n", encoding="utf-8")
    found = listed(folder, "list.txt", "a.hdr\nbad.hdr\ngone.hdr\nflight/b.hdr")
    with pytest.raises(HsiError) as caught:
        found.open()
    assert "2 of 4" in caught.value.message
    assert "line 2, bad.hdr" in caught.value.message
    assert "line 3, gone.hdr" in caught.value.message
    assert [cube.name for cube in found.open(skip_unreadable=True)] == ["a", "b"]


def test_opening_reads_headers_and_no_samples(folder, monkeypatch):
    from hsigui.cube.formats import strided

    monkeypatch.setattr(strided.StridedFile, "read", lambda *_: pytest.fail("samples were read"))
    for path in folder.rglob("*.hdr"):
        write_cube(path, np.ones((6, 7, 3), dtype=np.int16), CubeInfo())
    assert len(listed(folder, "list.txt", "a.hdr\nflight/*.hdr").open()) == 3
