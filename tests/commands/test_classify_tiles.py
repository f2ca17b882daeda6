"""`hsigui classify --tile`: the map of one scene by tiles, from the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hsigui import api, cli
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.tiling import tile
from tests.pipeline.tiling.conftest import ground  # noqa: F401 - a fixture


@pytest.fixture(autouse=True)
def _nothing_stays_open():
    yield
    tile.let_go()


def classify(ground, *words: object) -> int:  # noqa: F811
    return cli.run(["classify", str(ground.scene), "--run", str(ground.run), *map(str, words), "--progress", "none"])


def test_the_map_its_layers_and_the_command_that_makes_it_again(ground, tmp_path, capsys, monkeypatch):  # noqa: F811
    out, sure = tmp_path / "map.tif", tmp_path / "sure.zarr"
    more = ("--context", "narrow", "--device", "cpu")
    assert classify(ground, "--out", out, "--confidence", sure, "--memory-limit", "2GB", "--jobs", "1", *more) == 0
    assert "1 tile of 1024 pixels" in capsys.readouterr().out
    record = json.loads(provenance.record_path(out).read_text())
    last = record["commands"][-1]
    assert "--tile 1024" in last
    assert "--jobs" not in last
    assert "--memory-limit" not in last
    monkeypatch.chdir(tmp_path)
    again = tmp_path / "again.tif"
    words = last.replace("--out map.tif", f"--out {again}").split()[1:]
    assert cli.run([*words, "--progress", "none", "--overwrite"]) == 0
    np.testing.assert_array_equal(read_classes(again).array, read_classes(out).array)
    whole = api.classify(api.open(ground.scene), api.load_classifier(ground.run), context="narrow", device="cpu")
    np.testing.assert_array_equal(read_classes(out).array, whole.array)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "map.tif", "--tile", "32", "--labels", "labels.tif"), "With --labels a map is made in one piece"),
        (("--out", "map.tif", "--tile", "32", "--majority", "3"), "Filters go over a whole map"),
        (("--out", "map.png", "--tile", "32"), "does not say in which format"),
        (("--out-dir", "maps", "--tile", "32"), "--tile is of the one map of --out"),
        (("--out", "map.tif", "--tile", "4"), "cannot have a side of 4 pixels"),
    ],
)
def test_what_does_not_go_together_is_refused(ground, tmp_path, monkeypatch, capsys, words, said):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    assert classify(ground, *words) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
