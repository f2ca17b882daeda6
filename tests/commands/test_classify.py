"""`hsigui classify`: labels of another scene than the run's."""

from __future__ import annotations

import numpy as np

from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes


def test_a_scene_in_another_unit_than_the_runs_is_told_though_it_has_labels_of_its_own(tmp_path, capsys):
    scene = demo_scene(seed=1, rows=32, cols=32, bands=12)
    values = scene.cube.read().astype(np.float32)
    write_cube(tmp_path / "a.hdr", values, scene.cube.info)
    write_cube(tmp_path / "b.hdr", 10_000 * values, scene.cube.info)
    table = ClassTable(tuple(ClassInfo(*c) for c in scene.classes))
    write_classes(tmp_path / "truth.tif", scene.truth, table, scene.cube.geo)
    run = ["--run", str(tmp_path / "run"), "--labels", str(tmp_path / "truth.tif"), "--device", "cpu"]
    words = ["pretrain", str(tmp_path / "a.hdr"), "--method", "svm-pca-smooth", "--device", "cpu"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    said = {}
    for name in "ab":
        capsys.readouterr()
        assert main(["classify", str(tmp_path / f"{name}.hdr"), *run, "--out", str(tmp_path / f"{name}.tif")]) == 0
        said[name] = capsys.readouterr().err
    assert "in the same unit" in said["b"]
    assert "in the same unit" not in said["a"]
