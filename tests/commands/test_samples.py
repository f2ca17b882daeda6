"""hsigui samples: what there is, and fetching it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hsigui.__main__ import main
from hsigui.sample_scenes import table
from hsigui.sample_scenes.table import sample_scenes
from tests.sample_scenes.server import CUBE, LABELS, TRUTH, file_at, scene_of, served

pytest.importorskip("pooch")


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))


def test_all_scenes_are_listed_with_terms_and_state(capsys, tmp_path: Path) -> None:
    assert main(["samples"]) == 0
    said = capsys.readouterr().out
    for scene in sample_scenes():
        assert scene.id in said
        assert scene.licence in said
    assert "Not here" in said
    assert str(tmp_path / "state" / "scenes") in said
    assert main(["samples", "list", "--json", "--to", str(tmp_path / "other")]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == [scene.id for scene in sample_scenes()]
    assert {row["state"] for row in rows} == {"away"}
    assert rows[0]["path"].startswith(str(tmp_path / "other"))


def test_a_scene_is_fetched_into_a_folder(capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(cube_mat=CUBE, labels_mat=LABELS) as host:
        scene = scene_of(file_at(host.url), file_at(host.url, name="labels.mat", kind=TRUTH, content=None))
        monkeypatch.setattr(table, "sample_scenes", lambda: (scene,))
        assert main(["samples", "get", "samson", "Tiny", "--to", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "No licence is stated" in said.out
    assert "Source: Nobody" in said.out
    assert said.out.splitlines()[-2:] == [
        str(tmp_path / "samson" / "cube.mat"),
        str(tmp_path / "samson" / "labels.mat"),
    ]
    assert said.err.count("was not known beforehand") == 1
    assert (tmp_path / "samson" / "cube.mat").read_bytes() == CUBE


def test_names_that_there_are_not_are_refused_before_anything_is_fetched(capsys, tmp_path: Path) -> None:
    assert main(["samples", "get", "houston", "indian-pines", "--to", str(tmp_path)]) == 1
    assert "no sample scene “houston”" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SystemExit) as caught:
        main(["samples", "get"])
    assert caught.value.code == 2


def test_the_list_loads_neither_pooch_nor_requests(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    for name in ("pooch", "requests"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it fails
    assert main(["samples"]) == 0
    capsys.readouterr()
    assert main(["samples", "get", "samson"]) == 1
    assert "pip install pooch" in capsys.readouterr().err
