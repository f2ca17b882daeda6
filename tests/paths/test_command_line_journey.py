"""The first use on a real cube by commands: a few labels of Indian Pines, a map, and its accuracy."""

from __future__ import annotations

import json

import numpy as np
import pytest
import rasterio

from hsigui.__main__ import main
from hsigui.commands import demo
from hsigui.labels.formats.files import read_classes


@pytest.mark.slow
def test_ten_labels_a_class_map_indian_pines_with_three_quarters_right(data_dir, tmp_path, capsys):
    cube = str(data_dir / "indian_pines" / "IP_200_M.mat")
    truth = str(data_dir / "indian_pines" / "Indian_pines_gt.mat")
    labels, rest, run, drawn = (str(tmp_path / n) for n in ("labels.tif", "test.tif", "run", "map.tif"))
    assert main(["sample", truth, "--per-class", "10", "--seed", "0", "--out", labels, "--rest", rest]) == 0
    assert main(["pretrain", cube, "--method", "lscosa", "--preset", "quick", "--seed", "0", "--out", run]) == 0
    assert main(["classify", cube, "--run", run, "--labels", labels, "--out", drawn]) == 0
    capsys.readouterr()
    assert main(["evaluate", drawn, "--truth", rest, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["oa"] >= 0.75
    assert figures["overlap"] == 0
    assert len(figures["classes"]) == 16
    assert np.array(figures["matrix"]).shape == (16, 16)


def test_the_demo_runs_without_a_window_and_says_where_its_outputs_are(tmp_path, capsys, monkeypatch):
    made = demo._steps
    more = {"pretrain": ["--epochs", "10"]}  # that suffices; as long as usual is trained above
    monkeypatch.setattr(demo, "_steps", lambda *how: [[*words, *more.get(words[0], [])] for words in made(*how)])
    assert main(["demo", "--headless", "--out", str(tmp_path), "--device", "cpu"]) == 0
    said = capsys.readouterr().out
    assert str(tmp_path / "report" / "report.html") in said
    oa = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))["accuracy"]["oa"]
    assert f"OA:      {100 * oa:.1f} %" in said
    assert oa > 0.85
    labels, test = (read_classes(tmp_path / n).array for n in ("labels.tif", "test.tif"))
    assert not ((labels > 0) & (test > 0)).any()
    with rasterio.open(tmp_path / "demo-scene.img") as cube, rasterio.open(tmp_path / "map.tif") as drawn:
        assert drawn.crs == cube.crs
        assert drawn.transform == cube.transform
        assert drawn.colormap(1)[1][:3] == tuple(read_classes(tmp_path / "map.tif").classes.get(1).color)
