"""`hsigui evaluate`: maps made elsewhere, several draws, two maps, areas, spectra and masked tests."""

from __future__ import annotations

import html
import json
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.files import read_classes, write_classes

UTM = Geo((30.0, 0.0, 500000.0, 0.0, -30.0, 5600000.0), CRS.from_epsg(32633).to_wkt())


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A folder with a scene, its truth, three block draws, runs with and without a mask, and their maps."""
    folder = tmp_path_factory.mktemp("small")
    scene = demo_scene(seed=1, rows=64, cols=56, bands=20)
    write_cube(folder / "scene.hdr", scene.cube.read().astype(np.float32), scene.cube.info)
    write_classes(
        folder / "truth.tif", scene.truth, ClassTable(tuple(ClassInfo(*c) for c in scene.classes)), scene.cube.geo
    )
    words = ["--split", "block", "--block", "8", "--guard", "2", "--per-class", "5", "--seeds", "0,1,2"]
    run(["sample", folder / "truth.tif", *words, "--out", folder / "l.tif", "--rest", folder / "t.tif"])
    run(["pretrain", folder / "scene.hdr", "--method", "svm-pca-smooth", "--device", "cpu", "--out", folder / "svm"])
    masked = ["--epochs", "2", "--device", "cpu", "--mask-out", folder / "t-0.tif"]
    run(["pretrain", folder / "scene.hdr", *masked, "--out", folder / "masked"])
    for seed in (0, 1, 2):
        given = ["--labels", folder / f"l-{seed}.tif", "--device", "cpu", "--out", folder / f"m-{seed}.tif"]
        run(["classify", folder / "scene.hdr", "--run", folder / "svm", *given])
    given = ["--labels", folder / "l-0.tif", "--device", "cpu", "--out", folder / "masked.tif"]
    run(["classify", folder / "scene.hdr", "--run", folder / "masked", *given])
    return folder


def run(words: list[object]) -> None:
    assert main([str(word) for word in words]) == 0


def evaluated(capsys, *words: object) -> dict:
    capsys.readouterr()
    run(["evaluate", *words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_one_draw_is_told_with_its_split_and_its_report_has_everything(small, tmp_path, capsys):
    values = evaluated(capsys, small / "m-0.tif", "--truth", small / "t-0.tif", "--report", tmp_path)
    assert values["overlap"] == 0
    assert values["split"]["guard"] == 2
    assert values["split"]["gap"] >= 2
    assert values["split"]["seen"] == 0, "a baseline is not pretrained"
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["seeds"]["draw of labels"] == 0
    assert set(report["hashes"]) == {"cube", "weights", "labels", "map", "reference"}
    assert len(report["spectra"]["wavelengths_nm"]) == 20
    assert [command.split()[1] for command in report["commands"]] == ["sample", "pretrain", "classify", "evaluate"]
    page = html.unescape((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert page.count("data:image/png;base64,") == 2
    assert "Spectra of the classes" in page


def test_several_draws_give_mean_deviation_and_interval(small, tmp_path, capsys):
    maps, tests = ([small / f"{name}-{seed}.tif" for seed in (0, 1, 2)] for name in ("m", "t"))
    values = evaluated(capsys, *maps, "--truth", *tests, "--report", tmp_path)
    alone = [evaluated(capsys, m, "--truth", t)["oa"] for m, t in zip(maps, tests, strict=True)]
    draws = values["draws"]
    assert draws["count"] == 3
    assert draws["oa"]["mean"] == pytest.approx(np.mean(alone))
    assert draws["oa"]["sd"] == pytest.approx(np.std(alone, ddof=1))
    assert [entry["seed"] for entry in draws["runs"]] == [0, 1, 2]
    assert values["n_test"] == sum(int((read_classes(t).array > 0).sum()) for t in tests)
    assert (tmp_path / "draws.csv").exists()
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["seeds"]["draws of labels"] == [0, 1, 2]
    assert main(["evaluate", str(maps[0]), str(maps[1]), str(maps[2]), "--truth", str(tests[0]), str(tests[1])]) == 1
    assert "3 maps and 2 truth files" in capsys.readouterr().err


def test_training_pixels_of_both_maps_are_left_out_of_a_comparison(small, capsys):
    values = evaluated(capsys, small / "m-0.tif", "--truth", small / "truth.tif", "--against", small / "m-1.tif")
    (test,) = values["comparison"]["draws"]
    trained = np.zeros((64, 56), dtype=bool)
    for seed in (0, 1):
        trained |= read_classes(small / f"l-{seed}.tif").array > 0
    truth = read_classes(small / "truth.tif").array
    tested = (truth > 0) & ~trained
    counted = sum(test[key] for key in ("both", "only_first", "only_second", "neither"))
    assert counted == tested.sum()
    one, other = ((read_classes(small / f"m-{seed}.tif").array == truth)[tested] for seed in (0, 1))
    assert test["only_first"] == (one & ~other).sum()
    assert test["difference"] == pytest.approx(one.mean() - other.mean())


def test_a_test_area_that_was_masked_out_was_not_seen_and_others_were(small, tmp_path, capsys):
    unseen = evaluated(capsys, small / "masked.tif", "--truth", small / "t-0.tif", "--report", tmp_path)
    assert unseen["split"]["seen"] == 0
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["transductive"] is False
    assert "masked out" in report["hashes"]
    assert "No test pixel was in pretraining" in (tmp_path / "report.html").read_text(encoding="utf-8")
    partly = evaluated(capsys, small / "masked.tif", "--truth", small / "truth.tif")
    masked = read_classes(small / "t-0.tif").array > 0
    trained = read_classes(small / "l-0.tif").array > 0
    truth = read_classes(small / "truth.tif").array > 0
    assert partly["split"]["seen"] == (truth & ~masked & ~trained).sum() > 0


def test_a_map_made_elsewhere_is_matched_by_name_or_as_asked_and_its_areas_estimated(tmp_path, capsys):
    theirs = ClassTable((ClassInfo(7, "corn", (1, 1, 1)), ClassInfo(4, "Soil", (2, 2, 2))))
    ours = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    drawn = np.full((10, 10), 7, dtype=np.uint16)
    drawn[:4] = 4
    truth = np.zeros((10, 10), dtype=np.uint16)
    truth[:4, :3], truth[4:, :3], truth[4, :2] = 1, 2, 1
    write_classes(tmp_path / "map.tif", drawn, theirs, UTM)
    write_classes(tmp_path / "truth.tif", truth, ours, UTM)
    words = [tmp_path / "map.tif", "--truth", tmp_path / "truth.tif", "--match", "corn=Maize", "--design", "stratified"]
    values = evaluated(capsys, *words, "--report", tmp_path / "report")
    assert values["matches"] == [
        {"number": 4, "name": "Soil", "to_number": 1, "to_name": "Soil", "how": "name"},
        {"number": 7, "name": "corn", "to_number": 2, "to_name": "Maize", "how": "asked"},
    ]
    assert values["matrix"] == [[12, 2], [0, 16]]
    soil = values["area"]["classes"][0]
    assert soil["pixels"] == pytest.approx(40 + 60 * 2 / 18)
    assert soil["hectares"] == pytest.approx(0.09 * soil["pixels"])
    assert any("not known which pixels" in note for note in values["notes"])
    assert values["split"]["gap"] is None
    assert main(["evaluate", *map(str, words[:3]), "--match", "corn"]) == 1
    assert "names no pairs" in capsys.readouterr().err


def test_a_cube_of_another_size_is_refused_and_a_vanished_one_only_costs_the_spectra(small, tmp_path, capsys):
    scene = demo_scene(seed=1, rows=20, cols=20, bands=5)
    write_cube(tmp_path / "other.hdr", scene.cube.read().astype(np.float32), scene.cube.info)
    words = ["evaluate", str(small / "m-0.tif"), "--truth", str(small / "t-0.tif"), "--report", str(tmp_path / "r")]
    assert main([*words, "--cube", str(tmp_path / "other.hdr")]) == 1
    assert "20 x 20" in capsys.readouterr().err
    record = small / "m-2.tif.hsigui.json"
    values = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps({**values, "cube": str(tmp_path / "gone.hdr")}), encoding="utf-8")
    run(["evaluate", small / "m-2.tif", "--truth", small / "t-2.tif", "--report", tmp_path / "r"])
    assert json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))["spectra"] is None
    record.write_text(json.dumps({**values, "cube": str(tmp_path / "other.hdr")}), encoding="utf-8")
    run(["evaluate", small / "m-2.tif", "--truth", small / "t-2.tif", "--report", tmp_path / "r"])
    assert "no spectra" in capsys.readouterr().err


def test_the_guard_of_a_block_split_is_at_least_half_of_what_a_runs_encoder_sees(small, tmp_path, capsys):
    words = ["sample", small / "truth.tif", "--split", "block", "--block", "6", "--per-class", "3"]
    files = ["--run", small / "masked", "--out", tmp_path / "l.tif", "--rest", tmp_path / "t.tif"]
    run([*words, "--guard", "3", *files])
    assert "the guard is 8 pixels" in capsys.readouterr().err
    record = json.loads((tmp_path / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["guard"] == 8
    train, test = (read_classes(tmp_path / name).array > 0 for name in ("l.tif", "t.tif"))
    apart = np.abs(np.argwhere(train)[:, None] - np.argwhere(test)[None]).max(axis=2)
    assert apart.min() > 8
