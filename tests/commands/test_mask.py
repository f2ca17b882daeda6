"""`hsigui mask`: steps in the order given, as the API; and masks at other commands, and the record of it."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.commands import mask_parser
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.masks import asked
from hsigui.masks.words import STEPS
from hsigui.pipeline.python_lines import python_of


def run(*words: object) -> int:
    return main([*map(str, words)])


@pytest.fixture
def scene(tmp_path):
    made = demo_scene(seed=1, rows=40, cols=36, bands=12)
    write_cube(tmp_path / "a ü.hdr", made.cube.read().astype(np.float32), replace(made.cube.info))
    write_classes(tmp_path / "truth.tif", made.truth, ClassTable(tuple(ClassInfo(*c) for c in made.classes)))
    return tmp_path / "a ü.hdr"


def test_steps_are_done_in_their_order_and_are_the_apis(scene, tmp_path, capsys):
    out = tmp_path / "m.tif"
    truth = f"{tmp_path / 'truth.tif'}:1,2"
    assert (
        run("mask", scene, out, "--class", truth, "--grow", 1, "--formula", "ndvi > 0.4", "--invert", "--shrink", 2)
        == 0
    )
    cube = hsigui.open(scene)
    steps = [("class", truth), ("grow", 1), ("formula", "ndvi > 0.4"), "invert", ("shrink", 2)]
    made = hsigui.mask(cube, *steps)
    assert f"{made.pixels:,} pixels" in capsys.readouterr().out
    found = hsigui.read_mask(out, cube)
    np.testing.assert_array_equal(found.masked, made.masked)
    assert found.recipe == made.recipe
    again = tmp_path / "again.tif"
    line = shlex.split(found.commands[0])
    line[3] = str(again)
    assert main(line[1:]) == 0
    assert hsigui.read_mask(again, cube).sha256 == made.sha256


def test_a_map_is_made_without_masked_pixels_and_its_record_makes_it_again(scene, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("mask", scene, "wet.tif", "--class", "truth.tif:4", "--grow", 1) == 0
    assert run("sample", "truth.tif", "--per-class", 5, "--out", "l.tif", "--rest", "t.tif") == 0
    assert run("pretrain", scene, "--method", "svm-pca-smooth", "--device", "cpu", "--out", "run",
               "--mask", "wet.tif:pretrain,map") == 0  # fmt: skip
    assert run("classify", scene, "--run", "run", "--labels", "l.tif", "--out", "map.tif", "--device", "cpu",
               "--mask", "wet.tif:map") == 0  # fmt: skip
    wet = hsigui.read_mask("wet.tif", hsigui.open(scene))
    drawn = read_classes("map.tif").array
    assert not drawn[wet.masked].any()
    assert (drawn[~wet.masked] > 0).all()
    record = json.loads((tmp_path / "map.tif.hsigui.json").read_text(encoding="utf-8"))
    assert [(mask["name"], mask["use"]) for mask in record["masks"]] == [("wet", "pretrain"), ("wet", "map")]
    assert record["settings"]["Masks"]["wet (map)"].endswith("truth.tif:4 --grow 1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert "hsigui mask" in record["commands"][0]
    for line in record["commands"]:
        assert main(shlex.split(line)[1:]) == 0
    np.testing.assert_array_equal(read_classes("map.tif").array, drawn)
    script = python_of(record["commands"])
    assert "mask=mask" in script
    (elsewhere / "py").mkdir()
    monkeypatch.chdir(elsewhere / "py")
    exec(compile(script, "script", "exec"), {})
    np.testing.assert_array_equal(read_classes("map.tif").array, drawn)


def test_statistics_derive_and_maps_by_spectra_take_masks(scene, tmp_path, capsys):
    assert run("mask", scene, tmp_path / "m.npy", "--class", f"{tmp_path / 'truth.tif'}:1") == 0
    mask = tmp_path / "m.npy"
    assert run("derive", scene, "pca", "--out", tmp_path / "p.tif", "--masked", mask) == 0
    masked = np.load(mask) == 1
    layer = hsigui.open(tmp_path / "p.tif").read()
    assert np.isnan(layer[masked]).all()
    record = json.loads((tmp_path / "p.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["masks"][0]["pixels"] == masked.sum()
    assert (
        run("statistics", scene, "--labels", tmp_path / "truth.tif", "--out", tmp_path / "s.csv", "--mask", mask) == 0
    )
    assert run("classify", scene, "--by", "sam", "--labels", tmp_path / "truth.tif", "--out", tmp_path / "b.tif",
               "--masked", f"{mask}:map") == 0  # fmt: skip
    assert not read_classes(tmp_path / "b.tif").array[masked].any()


def test_masks_that_are_of_no_use_and_steps_that_are_none_are_refused(scene, tmp_path, capsys):
    for words, told in (
        (("pretrain", scene, "--out", tmp_path / "r", "--mask", "m.tif:map"), "not for what this command does"),
        (("mask", scene, tmp_path / "m.tif"), "not said what is masked out"),
        (("mask", scene, tmp_path / "m.tif", "--grow", 2), "Nothing is masked out yet"),
        (("mask", scene, tmp_path / "m.tif", "--formula", "ndvi"), "compares nothing"),
        (("mask", scene, tmp_path / "m.png", "--formula", "ndvi > 0"), "End it in one of"),
        (("mask", scene, tmp_path / "truth.tif", "--class", tmp_path / "truth.tif"), "would overwrite"),
        (("mask", scene, tmp_path / "m.tif", "--quality", "cloud"), "no quality mask"),
    ):
        assert run(*words) == 1
        assert told in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run("pretrain", scene, "--out", tmp_path / "r", "--mask", "m.tif:map,mapp")


def test_each_step_of_the_help_is_one_that_is_done():
    assert [name for name, _, _ in STEPS] == list(asked._MAKERS)
    assert mask_parser.STEPS is STEPS
