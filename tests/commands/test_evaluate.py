"""`hsigui evaluate`: maps made elsewhere, several draws, two maps, areas, spectra and masked tests."""

from __future__ import annotations

import argparse
import html
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from rasterio.crs import CRS

from hsigui import api
from hsigui.__main__ import main
from hsigui.cli import build_parser
from hsigui.commands import evaluate as evaluate_command
from hsigui.cube.cube import Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline.influence import influence
from hsigui.pipeline.provenance import reach

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
    assert soil["hectares"] == pytest.approx(0.09 * soil["pixels"], rel=1e-3)
    run(["evaluate", *words])
    (line,) = [row.split() for row in capsys.readouterr().out.splitlines() if "Soil" in row and "map" not in row][1:]
    assert line[:3] == ["Soil", f"{0.09007 * 40:.1f}", f"{soil['hectares']:.1f}"], (
        "told on the terminal too, in hectares"
    )
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
    box = ["--set", "blocks=2", "--set", "box=9", "--epochs", "1", "--device", "cpu", "--out", tmp_path / "boxed"]
    run(["pretrain", small / "scene.hdr", *box])
    files = ["--run", tmp_path / "boxed", "--out", tmp_path / "l.tif", "--rest", tmp_path / "t.tif"]
    capsys.readouterr()
    run([*words, "--guard", "3", *files])
    assert "the guard is 8 pixels" in capsys.readouterr().err
    record = json.loads((tmp_path / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["guard"] == 8
    assert main([str(word) for word in (*words, "--guard", "full", *files)]) == 1
    encoder = api.load_encoder(tmp_path / "boxed")
    told, seen = capsys.readouterr().err, influence(encoder.recipe, reach(encoder) or 0)
    assert f"a guard of {seen['wide']} pixels covers all that the map sees" in told
    assert f"mid {seen['mid']} pixels), drawn with --context" in told
    train, test = (read_classes(tmp_path / name).array > 0 for name in ("l.tif", "t.tif"))
    apart = np.abs(np.argwhere(train)[:, None] - np.argwhere(test)[None]).max(axis=2)
    assert apart.min() > 8


def two_rasters(folder: Path, theirs: ClassTable, drawn: np.ndarray) -> list[object]:
    """A map of these classes and a reference of soil and maize; the words that score the one by the other."""
    ours = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    truth = np.ones_like(drawn)
    truth[:, 5:] = 2
    write_classes(folder / "map.tif", drawn, theirs, UTM)
    write_classes(folder / "truth.tif", truth, ours, UTM)
    return [folder / "map.tif", "--truth", folder / "truth.tif"]


def test_a_map_of_which_no_class_is_in_the_reference_is_refused_with_a_way_out(tmp_path, capsys):
    table = ClassTable((ClassInfo(3, "corn", (1, 1, 1)), ClassInfo(4, "sol", (2, 2, 2))))
    drawn = np.full((10, 10), 3, dtype=np.uint16)
    drawn[:, :4] = 4
    words = two_rasters(tmp_path, table, drawn)
    assert main(["evaluate", *map(str, words), "--report", str(tmp_path / "r")]) == 1
    said = capsys.readouterr().err
    assert "No class of map.tif (corn, sol) is one of the reference (Soil, Maize)" in said
    assert "--match 'corn=Soil,...'" in said
    assert not list((tmp_path / "r").glob("*"))
    values = evaluated(capsys, *words, "--match", "corn=Maize,sol=Soil")
    assert values["matrix"] == [[40, 10], [0, 50]]


def test_a_card_with_the_accuracy_of_another_classifier_says_so(small, tmp_path, capsys):
    report = tmp_path / "report"
    run(["evaluate", small / "m-0.tif", "--truth", small / "t-0.tif", "--report", report])
    given = ["--labels", small / "l-0.tif", "--device", "cpu", "--out", tmp_path / "again.tif"]
    shutil.copytree(small / "svm", tmp_path / "svm")
    run(["classify", small / "scene.hdr", "--run", tmp_path / "svm", *given])
    capsys.readouterr()
    run(["card", tmp_path / "svm", "--report", report / "report.json"])
    assert "other labels" not in capsys.readouterr().err
    run(["card", small / "svm", "--report", report / "report.json"])  # it keeps the classifier of the last draw
    assert "fitted to other labels" in capsys.readouterr().err


def test_classes_that_only_the_map_has_are_named_and_their_pixels_are_errors(tmp_path, capsys):
    table = ClassTable(
        (ClassInfo(7, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2)), ClassInfo(5, "Ice", (3, 3, 3)))
    )
    drawn = np.full((10, 10), 7, dtype=np.uint16)
    drawn[:, 5:] = 2
    drawn[:2] = 5
    words = two_rasters(tmp_path, table, drawn)
    run(["evaluate", *words, "--design", "random"])
    said = capsys.readouterr()
    assert "Ice is a class of the map that the reference does not have" in said.err
    assert "7 Soil of the map: 1 Soil of the reference, by name" in said.out
    assert "5 Ice of the map: not in the reference" in said.out
    assert "2 Maize of the map" not in said.out, "what is plain is not said"
    values = evaluated(capsys, *words, "--design", "random")
    assert values["oa"] == pytest.approx(0.8)
    ice = next(row for row in values["area"]["classes"] if row["number"] == 5)
    assert ice["mapped_pixels"] == 20
    for name in ("pixels", "hectares", "share", "share_se", "users_accuracy", "producers_accuracy"):
        assert ice[name] is None, "no test pixel is of it"


def test_the_hashes_of_all_that_was_named_are_in_the_report(small, tmp_path, capsys):
    array = read_classes(small / "m-0.tif").array
    write_classes(
        tmp_path / "theirs.tif", array, read_classes(small / "m-0.tif").classes, read_classes(small / "m-0.tif").geo
    )
    words = [tmp_path / "theirs.tif", "--truth", small / "t-0.tif", "--labels", small / "l-0.tif"]
    run(["evaluate", *words, "--cube", small / "scene.hdr", "--report", tmp_path / "r"])
    theirs = json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))["hashes"]
    run(["evaluate", small / "m-0.tif", "--truth", small / "t-0.tif", "--report", tmp_path / "r"])
    ours = json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))["hashes"]
    assert set(theirs) == {"cube", "labels", "map", "reference"}
    assert theirs == {name: ours[name] for name in theirs}
    maps, tests = ([small / f"{name}-{seed}.tif" for seed in (0, 1)] for name in ("m", "t"))
    runs = evaluated(capsys, *maps, "--truth", *tests)["draws"]["runs"]
    assert runs[0]["hashes"] == {name: ours[name] for name in ("map", "reference", "labels")}
    assert not set(runs[0]["hashes"].values()) & set(runs[1]["hashes"].values())


def test_what_draws_do_not_share_is_told_at_its_worst_and_what_is_unknown_of_one_is_unknown(small, tmp_path, capsys):
    for name in ("m-0.tif", "m-1.tif", "t-0.tif", "t-1.tif", "l-0.tif", "l-1.tif"):
        for path in small.glob(f"{name}*"):
            shutil.copy(path, tmp_path)
    record = tmp_path / "l-1.tif.hsigui.json"
    values = json.loads(record.read_text(encoding="utf-8"))
    words = [tmp_path / "m-0.tif", tmp_path / "m-1.tif", "--truth", tmp_path / "t-0.tif", tmp_path / "t-1.tif"]
    words += ["--labels", tmp_path / "l-0.tif", tmp_path / "l-1.tif"]
    record.write_text(json.dumps({**values, "guard": 1, "kind": "by hand"}), encoding="utf-8")
    split = evaluated(capsys, *words)["split"]
    assert split["guard"] == 1
    assert split["kind"].endswith("8 x 8 pixels; by hand")
    record.unlink()
    split = evaluated(capsys, *words, "--report", tmp_path / "r")["split"]
    assert (split["guard"], split["kind"]) == (None, "")
    assert "<dt>Guard band</dt><dd>not known</dd>" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def test_how_far_averages_within_fields_look_is_told(small, tmp_path, capsys):
    masked = evaluated(capsys, small / "masked.tif", "--truth", small / "t-0.tif", "--report", tmp_path)
    assert masked["split"]["edge_reach"] == 60
    assert "they fade over 60 pixels" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert masked["split"]["influence"]["wide"] > 8 > 2 == masked["split"]["guard"]
    assert "Around some test pixels that holds training pixels" in (tmp_path / "report.html").read_text(
        encoding="utf-8"
    )
    plain = evaluated(capsys, small / "m-0.tif", "--truth", small / "t-0.tif")
    assert plain["split"]["edge_reach"] is None
    assert plain["split"]["influence"] == {"map": 6}, "a Gaussian of two pixels"


def test_the_array_of_a_maps_mat_file_can_be_named(small, tmp_path, capsys):
    array = read_classes(small / "m-0.tif").array
    scipy.io.savemat(tmp_path / "maps.mat", {"first": array, "second": np.roll(array, 7, axis=1)})
    words = ["evaluate", str(tmp_path / "maps.mat"), "--truth", str(small / "t-0.tif")]
    assert main(words) == 1
    capsys.readouterr()
    one = evaluated(capsys, *words[1:], "--map-variable", "first")
    assert one["oa"] == evaluated(capsys, small / "m-0.tif", "--truth", small / "t-0.tif")["oa"]
    assert evaluated(capsys, *words[1:], "--map-variable", "second")["oa"] < one["oa"]


def test_a_map_of_other_pixels_is_read_at_the_place_of_each_reference_pixel_when_that_is_asked(tmp_path, capsys):
    """Coarser, shifted by one of its pixels, in the other half of a zone: what counts is the place."""
    table = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    coarse = np.array([[1, 2, 2], [1, 1, 2], [2, 1, 1]], dtype=np.uint16)
    left, top = 500000.0, 5600000.0
    write_classes(tmp_path / "coarse.tif", coarse, table, Geo((60.0, 0.0, left + 60, 0.0, -60.0, top), UTM.crs_wkt))
    truth = np.tile(np.array([1, 2], dtype=np.uint16), (8, 4))
    write_classes(tmp_path / "truth.tif", truth, table, UTM)
    labels = np.zeros_like(truth)
    labels[0, 2:4] = truth[0, 2:4]
    write_classes(tmp_path / "labels.tif", labels, table, UTM)
    words = [tmp_path / "coarse.tif", "--truth", tmp_path / "truth.tif", "--labels", tmp_path / "labels.tif"]
    assert main(["evaluate", *map(str, words)]) == 1
    said = capsys.readouterr().err
    assert "3 x 3 pixels" in said
    assert "--resample" in said
    values = evaluated(capsys, *words, "--resample", "--against", tmp_path / "coarse.tif", "--report", tmp_path / "r")
    fine = coarse.repeat(2, axis=0).repeat(2, axis=1)  # rows 0 to 5, columns 2 to 7 of the reference
    tested = labels[:6, 2:8] == 0
    assert values["n_test"] == tested.sum() == 34
    assert values["oa"] == pytest.approx((fine == truth[:6, 2:8])[tested].mean())
    assert (values["overlap"], values["n_train"]) == (2, 2)
    assert values["comparison"]["draws"][0]["both"] == (fine == truth[:6, 2:8])[tested].sum()
    assert "28 labelled pixels of the reference lie outside of the map and are not tested." in values["notes"]
    report = json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8"))
    assert report["scene"]["rows"] == 8
    assert report["pixel_area_m2"] == pytest.approx(900, rel=1e-3)
    elsewhere = Geo((60.0, 0.0, left + 99_000, 0.0, -60.0, top), UTM.crs_wkt)
    write_classes(tmp_path / "far.tif", coarse, table, elsewhere)
    assert main(["evaluate", str(tmp_path / "far.tif"), *map(str, words[1:]), "--resample"]) == 1
    assert "do not overlap" in capsys.readouterr().err


def test_the_report_is_there_even_if_nobody_reads_what_is_printed(small, tmp_path, monkeypatch):
    def gone(*_) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(evaluate_command, "_print", gone)
    words = ["evaluate", str(small / "m-0.tif"), "--truth", str(small / "t-0.tif"), "--report", str(tmp_path)]
    arguments = build_parser().parse_args(words, argparse.Namespace(words=words))
    with pytest.raises(BrokenPipeError):
        arguments.work(arguments)
    assert (tmp_path / "report.html").exists()


def test_training_labels_follow_what_was_asked_for_the_classes_of_their_map(tmp_path, capsys):
    """Else the class that was asked for would seem untrained, and average accuracy would leave it out."""
    ours = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    theirs = ClassTable((ClassInfo(3, "corn", (1, 1, 1)), ClassInfo(4, "Soil", (2, 2, 2))))
    truth = np.ones((10, 10), dtype=np.uint16)
    truth[:, 5:] = 2
    drawn = np.where(truth == 2, 3, 4).astype(np.uint16)
    drawn[0] = 3
    labels = np.zeros_like(truth)
    labels[9, 3:7] = drawn[9, 3:7]
    write_classes(tmp_path / "truth.tif", truth, ours)
    write_classes(tmp_path / "map.tif", drawn, theirs)
    write_classes(tmp_path / "labels.tif", labels, theirs)
    write_classes(tmp_path / "other.tif", np.where(drawn == 3, 9, 7).astype(np.uint16),
                  ClassTable((ClassInfo(9, "corn", (1, 1, 1)), ClassInfo(7, "Soil", (2, 2, 2)))))  # fmt: skip
    words = [tmp_path / "map.tif", "--truth", tmp_path / "truth.tif", "--labels", tmp_path / "labels.tif"]
    values = evaluated(capsys, *words, "--match", "corn=Maize", "--against", tmp_path / "other.tif")
    assert [(row["name"], row["train"]) for row in values["classes"]] == [("Soil", 2), ("Maize", 2)]
    assert values["untrained_pixels"] == 0
    assert values["aa"] == pytest.approx((43 / 48 + 1) / 2)
    assert values["comparison"]["draws"][0]["difference"] == 0, "the other map names its classes alike"


def test_a_second_map_of_which_a_class_is_unknown_is_told(tmp_path, capsys):
    ours = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    other = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "corn", (2, 2, 2))))
    truth = np.ones((10, 10), dtype=np.uint16)
    truth[:, 5:] = 2
    for name, table in (("truth", ours), ("map", ours), ("other", other)):
        write_classes(tmp_path / f"{name}.tif", truth, table)
    words = [tmp_path / "map.tif", "--truth", tmp_path / "truth.tif", "--against", tmp_path / "other.tif"]
    run(["evaluate", *words])
    assert "other.tif: corn is a class of the map that the reference does not have" in capsys.readouterr().err


def test_few_labels_are_not_lost_between_the_pixels_of_a_coarser_reference(tmp_path, capsys):
    table = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    fine = np.ones((40, 40), dtype=np.uint16)
    fine[:, 20:] = 2
    coarse = fine[::10, ::10].copy()
    labels = np.zeros_like(fine)
    labels[1, 2], labels[38, 39] = 1, 2  # at the centre of no coarse pixel
    place = Geo((300.0, 0.0, 500000.0, 0.0, -300.0, 5600000.0), UTM.crs_wkt)
    write_classes(tmp_path / "map.tif", fine, table, UTM)
    write_classes(tmp_path / "labels.tif", labels, table, UTM)
    write_classes(tmp_path / "truth.tif", coarse, table, place)
    words = [tmp_path / "map.tif", "--truth", tmp_path / "truth.tif", "--labels", tmp_path / "labels.tif"]
    values = evaluated(capsys, *words, "--resample")
    assert (values["n_train"], values["overlap"], values["n_test"]) == (2, 2, 14)
    assert values["aa"] == 1


def test_draws_whose_truths_number_their_classes_differently_are_put_together_by_name(tmp_path, capsys):
    one = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2))))
    other = ClassTable((ClassInfo(1, "Maize", (1, 1, 1)), ClassInfo(2, "Soil", (2, 2, 2))))
    truth = np.ones((10, 10), dtype=np.uint16)
    truth[:, 5:] = 2
    drawn = np.ones_like(truth)  # all of it soil
    write_classes(tmp_path / "t0.tif", truth, one)
    write_classes(tmp_path / "m0.tif", drawn, one)
    write_classes(tmp_path / "t1.tif", 3 - truth, other)
    write_classes(tmp_path / "m1.tif", 3 - drawn, other)
    maps, truths = ([tmp_path / f"{name}{n}.tif" for n in (0, 1)] for name in "mt")
    values = evaluated(capsys, *maps, "--truth", *truths)
    assert {row["name"]: row["producers_accuracy"] for row in values["classes"]} == {"Soil": 1, "Maize": 0}
    assert values["matrix"] == [[100, 0], [100, 0]]
    assert values["oa"] == 0.5


def test_which_of_several_draws_lacked_labels_of_a_class_is_told(tmp_path, capsys):
    table = ClassTable(
        (ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2)), ClassInfo(3, "Ice", (3, 3, 3)))
    )
    truth = np.ones((10, 10), dtype=np.uint16)
    truth[:, 5:], truth[9] = 2, 3
    write_classes(tmp_path / "truth.tif", truth, table)
    for n, known in enumerate(((1, 2, 3), (1, 2))):
        labels = np.where(np.isin(truth, known), truth, 0)
        labels[:9, 1:9], labels[9, 1:] = 0, 0
        write_classes(tmp_path / f"l{n}.tif", labels, table)
        write_classes(tmp_path / f"m{n}.tif", np.where(np.isin(truth, known), truth, 1), table)
    maps, labels = ([tmp_path / f"{name}{n}.tif" for n in (0, 1)] for name in "ml")
    values = evaluated(capsys, *maps, "--truth", tmp_path / "truth.tif", "--labels", *labels)
    (note,) = values["notes"]
    assert note.startswith("m1.tif, 82 test pixels: 10 of these pixels are of 1 class without training labels")


def test_case_of_a_map_whose_hectares_were_four_times_too_large(cases, tmp_path, capsys):
    mercator = Geo((30.0, 0.0, 1_000_000.0, 0.0, -30.0, 8_400_000.0), CRS.from_epsg(3857).to_wkt())
    raster = read_classes(cases / "gis" / "am.tif")
    write_classes(tmp_path / "map.tif", raster.array, raster.classes, mercator)
    write_classes(tmp_path / "truth.tif", raster.array, raster.classes, mercator)
    words = [tmp_path / "map.tif", "--truth", tmp_path / "truth.tif", "--design", "random"]
    evaluated(capsys, *words, "--report", tmp_path / "report")
    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    for row in report["map"]:
        assert row["hectares"] == pytest.approx(row["pixels"] * 225.4e-4, rel=0.01)
    assert report["pixel_area_m2"] == pytest.approx(225.4, rel=0.01)
    assert "WGS 84" in report["areas"]
    assert report["area"]["classes"][0]["hectares"] == pytest.approx(report["map"][0]["hectares"])
    assert report["areas"] in html.unescape((tmp_path / "report" / "report.html").read_text(encoding="utf-8"))


def test_errors_and_confused_pairs_are_written_as_maps_that_count_what_is_printed(small, tmp_path, capsys):
    files = [tmp_path / name for name in ("errors.tif", "errors.hdr", "errors.png", "pairs.tif")]
    values = evaluated(
        capsys, small / "m-0.tif", "--truth", small / "t-0.tif", "--errors", *files[:3], "--confused", files[3]
    )
    matrix = np.array(values["matrix"])
    right = int(np.trace(matrix))
    for path in files[:2]:
        found = read_classes(path)
        assert np.bincount(found.array.ravel(), minlength=3)[1:].tolist() == [right, int(matrix.sum()) - right]
        assert found.geo.transform == read_classes(small / "truth.tif").geo.transform
    pairs = read_classes(files[3])
    counts = np.bincount(pairs.array.ravel())
    off = np.sort((matrix - np.diag(np.diag(matrix))).ravel())[::-1]
    assert counts[1:].tolist() == [right, *off[off > 0].tolist()]
    record = json.loads(Path(f"{files[0]}.hsigui.json").read_text(encoding="utf-8"))
    assert record["settings"]["Errors"]["wrong"] == str(int(off.sum()))
    assert [line.split()[1] for line in record["commands"]] == ["sample", "pretrain", "classify", "evaluate"]
    assert record["commands"][-1].endswith("--errors errors.tif")
    other = json.loads(Path(f"{files[3]}.hsigui.json").read_text(encoding="utf-8"))
    assert other["commands"][-1].endswith("--confused pairs.tif")


def test_errors_of_a_map_made_elsewhere_have_the_line_that_writes_them(small, tmp_path, capsys):
    truth = read_classes(small / "truth.tif")
    write_classes(tmp_path / "map.mat", np.roll(truth.array, 1, axis=0), truth.classes)
    evaluated(capsys, tmp_path / "map.mat", "--truth", small / "truth.tif", "--errors", tmp_path / "wrong.tif")
    record = json.loads((tmp_path / "wrong.tif.hsigui.json").read_text(encoding="utf-8"))
    (line,) = record["commands"]
    assert str(tmp_path / "map.mat") in line
    assert line.endswith("--errors wrong.tif")


def test_errors_of_several_maps_or_over_an_input_are_refused_before_anything_is_done(small, tmp_path, capsys):
    maps, tests = ([str(small / f"{name}-{seed}.tif") for seed in (0, 1)] for name in ("m", "t"))
    assert main(["evaluate", *maps, "--truth", *tests, "--errors", str(tmp_path / "e.tif")]) == 1
    assert "Give one map" in capsys.readouterr().err
    assert main(["evaluate", maps[0], "--truth", tests[0], "--errors", tests[0]]) == 1
    assert "would overwrite" in capsys.readouterr().err
    assert main(["evaluate", maps[0], "--truth", tests[0], "--confused", str(tmp_path / "e.xyz")]) == 1
    assert not any(tmp_path.iterdir())
