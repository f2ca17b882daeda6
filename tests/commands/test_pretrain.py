"""`hsigui pretrain`: what is refused before any work is done, and trainings on several scenes."""

from __future__ import annotations

import dataclasses
import json

import numpy as np

from hsigui.__main__ import main
from hsigui.commands import demo
from hsigui.cube.demo import demo_scene
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.methods.resume_header import FILE


def test_an_unfinished_training_is_begun_anew_only_when_told(tmp_path, capsys):
    """A minute into the new one, the hours that the old one took would be gone."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / FILE).write_bytes(b"hours of work")
    words = ["pretrain", str(tmp_path / "scene.hdr"), "--out", str(tmp_path / "run")]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "holds an unfinished training" in said
    assert "--resume" in said
    assert "--replace" in said
    assert main([*words, "--replace"]) == 1
    assert "does not exist" in capsys.readouterr().err, "the scene, which is another matter"
    assert (tmp_path / "run" / FILE).read_bytes() == b"hours of work"


def test_the_demo_writes_the_scene_that_is_asked_for(tmp_path):
    spec = DemoSpec("plots", noise=0.0, seed=4, rows=64, cols=72)
    words = demo._steps(tmp_path, 4, "cpu", spec)
    made = demo_scene(4, 64, 72, fields="plots", noise=0.0)
    assert np.array_equal(open_cube(words[1][1]).read(), made.cube.read())
    assert np.array_equal(read_classes(words[0][1]).array, made.truth)


def test_the_demo_begins_anew_over_a_training_that_was_cancelled(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / FILE).write_bytes(b"")
    steps = demo._steps(tmp_path, 0, "cpu")
    assert "--replace" in next(step for step in steps if step[0] == "pretrain")


def test_several_scenes_are_learned_from_and_gone_on_from_and_each_is_classified(tmp_path, capsys):
    for seed, shift in ((0, 0.0), (1, 0.3), (2, 0.0)):
        scene = demo_scene(seed=seed, rows=32, cols=32, bands=16)
        centres = np.array(scene.cube.info.wavelengths)
        info = dataclasses.replace(
            scene.cube.info, wavelengths=tuple((centres + shift * (centres[1] - centres[0])).tolist())
        )
        write_cube(tmp_path / f"{seed}.hdr", scene.cube.stored_window(slice(None), slice(None), range(16)), info)
        table = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
        write_classes(tmp_path / f"{seed}-truth.tif", scene.truth, table, scene.cube.geo)
    short = ["--epochs", "2", "--device", "cpu"]
    cubes = [str(tmp_path / f"{seed}.hdr") for seed in range(3)]
    run, second = tmp_path / "run", tmp_path / "second"
    assert main(["pretrain", *cubes[:2], *short, "--out", str(run)]) == 0
    assert "linear interpolation" in capsys.readouterr().err
    assert len(list(run.glob("features-*-superpixels.npy"))) == 2, "features of both scenes are kept"
    for seed in (0, 1):
        labels = str(tmp_path / f"{seed}-truth.tif")
        words = ["classify", cubes[seed], "--run", str(run), "--labels", labels, "--device", "cpu"]
        assert main([*words, "--out", str(tmp_path / f"{seed}-map.tif")]) == 0
        assert "another scene" not in capsys.readouterr().err
    assert main(["pretrain", cubes[2], "--from", str(run), *short, "--out", str(second)]) == 0
    kept = json.loads((second / "run.json").read_text(encoding="utf-8"))
    assert kept["from"]["scenes"] == "0, 1"
    words = ["pretrain", cubes[2], "--from", str(run), "--set", "width=16", *short]
    assert main([*words, "--out", str(tmp_path / "x")]) == 1
    assert "width" in capsys.readouterr().err


def test_a_further_scene_of_the_sensor_is_mapped_with_the_classifier_that_such_a_run_keeps(tmp_path, capsys):
    for seed, centres in ((0, 0.0), (1, 0.0), (2, 0.25)):
        scene = demo_scene(seed=seed, rows=32, cols=32, bands=16)
        nm = np.array(scene.cube.info.wavelengths)
        info = dataclasses.replace(scene.cube.info, wavelengths=tuple((nm + centres * (nm[1] - nm[0])).tolist()))
        write_cube(tmp_path / f"{seed}.hdr", scene.cube.stored_window(slice(None), slice(None), range(16)), info)
    scene = demo_scene(seed=0, rows=32, cols=32, bands=16)
    table = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
    write_classes(tmp_path / "truth.tif", scene.truth, table, scene.cube.geo)
    cubes, run = [str(tmp_path / f"{seed}.hdr") for seed in range(3)], ["--run", str(tmp_path / "run")]
    assert main(["pretrain", *cubes[:2], "--epochs", "2", "--device", "cpu", "--out", run[1]]) == 0
    words = ["--labels", str(tmp_path / "truth.tif"), "--device", "cpu", "--out", str(tmp_path / "map.tif")]
    assert main(["classify", cubes[0], *run, *words]) == 0
    out = tmp_path / "maps"
    assert main(["classify", *cubes, *run, "--probe", "kept", "--device", "cpu", "--out-dir", str(out)]) == 0
    lines = (out / "outcomes.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == ["made"] * 3
    assert "resampled" in lines[3]
    assert "resampled" not in lines[1] + lines[2]
