"""The program for Python: what the help page shows runs, nothing is loaded early, and errors say what to do."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import hsigui
from hsigui import api
from hsigui.__main__ import main
from hsigui.assets import resource
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import provenance

ROOT = Path(hsigui.__file__).parents[1]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder with two small scenes and the truth of the first."""
    folder = tmp_path_factory.mktemp("files")
    for seed, name in ((1, "scene"), (2, "other")):
        made = demo_scene(seed=seed, rows=48, cols=40, bands=20)
        write_cube(folder / f"{name}.hdr", made.cube.read().astype(np.float32), made.cube.info)
        write_classes(folder / f"{name}-truth.tif", made.truth, ClassTable(tuple(ClassInfo(*c) for c in made.classes)))
    (folder / "scene-truth.tif").rename(folder / "truth.tif")
    return folder


@pytest.fixture(scope="module")
def features(files) -> hsigui.SceneFeatures:
    """Of a baseline, which learns nothing; its run is kept in "run"."""
    cube = hsigui.open(files / "scene.hdr")
    encoder = hsigui.pretrain(cube, method="svm-pca-smooth", device="cpu", folder=files / "run")
    return hsigui.embed(cube, encoder, folder=files / "run", device="cpu")


@pytest.fixture(scope="module")
def split(files) -> hsigui.LabelSplit:
    return hsigui.sample(hsigui.read_labels(files / "truth.tif"), per_class=4, seed=1)


def blocks(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def test_importing_loads_neither_qt_nor_torch_nor_numpy_and_opening_a_scene_no_torch(files):
    code = f"""
import sys
import hsigui
early = [name for name in ("numpy", "torch", "sklearn", "PySide6") if name in sys.modules]
assert not early, early
hsigui.sample(hsigui.read_labels({str(files / "truth.tif")!r}, hsigui.open({str(files / "scene.hdr")!r})))
late = [name for name in ("torch", "sklearn", "PySide6") if name in sys.modules]
assert not late, late
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_public_name_is_there_and_type_checkers_are_told_the_same():
    assert len(set(hsigui.__all__)) == len(hsigui.__all__)
    assert all(hasattr(hsigui, name) for name in hsigui.__all__)
    assert set(hsigui.__all__) <= set(dir(hsigui))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hsigui.nothing
    tree = ast.parse((ROOT / "hsigui" / "__init__.pyi").read_text(encoding="utf-8"))
    told = {alias.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == hsigui._PLACE_OF
    assert (ROOT / "hsigui" / "py.typed").is_file()


@pytest.mark.parametrize("page", ["help", "README"])
def test_the_example_of_a_page_runs(page, files, tmp_path, monkeypatch, capsys):
    path = resource("help") / "api.md" if page == "help" else ROOT / "README.md"
    (code,) = blocks(path)
    for name, here in {"IP_200_M.mat": "scene.hdr", "Indian_pines_gt.mat": "truth.tif"}.items():
        code = code.replace(name, here)
    for name in ("scene.hdr", "truth.tif"):
        code = code.replace(f'"{name}"', repr(str(files / name)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hsigui, "pretrain", partial(api.pretrain, epochs=3, device="cpu"))
    exec(compile(code, path.name, "exec"), {})
    said = capsys.readouterr()
    assert said.err == ""
    assert float(re.findall(r"\d+\.\d+", said.out)[0]) > 0.5
    drawn = read_classes(tmp_path / "map.tif")
    assert drawn.array.shape == (48, 40)
    assert drawn.classes.get(1).name == read_classes(files / "truth.tif").classes.get(1).name
    assert provenance.load(tmp_path / "map.tif", drawn.array) is not None
    assert (tmp_path / "report" / "report.html").exists() == (page == "help")


def test_a_map_from_python_is_measured_alike_from_memory_and_from_its_file(features, split, tmp_path):
    labels = tmp_path / "labels.tif"
    hsigui.save(split.train, labels)
    kept = hsigui.read_labels(labels, features.cube)
    assert kept.drawn == split.record
    result = hsigui.classify(features, hsigui.fit(features, kept), probabilities=True)
    assert result.probabilities.shape == (48, 40, len(result.names))
    hsigui.save(result, tmp_path / "map.tif", probabilities=tmp_path / "p.tif")
    hsigui.save(split.test, tmp_path / "test.tif")
    here = hsigui.evaluate(result, split.test)
    there = hsigui.evaluate(tmp_path / "map.tif", tmp_path / "test.tif")
    assert here.oa == there.oa > 0.5
    assert (here.aa, here.kappa) == (there.aa, there.kappa)
    assert np.array_equal(here.accuracy.matrix, there.accuracy.matrix)
    assert here.context.split == there.context.split
    assert here.context.seeds == there.context.seeds == {"pretraining": 0, "probe": 0, "draw of labels": 1}
    with pytest.raises(hsigui.HsiError, match="not kept"):
        hsigui.save(hsigui.classify(features, hsigui.fit(features, kept)), tmp_path / "x.tif", probabilities="p.tif")


def test_a_kept_classifier_maps_another_scene_as_the_command_does(features, split, files, tmp_path):
    result = hsigui.classify(features, hsigui.fit(features, split.train))
    hsigui.keep(result)
    classifier = hsigui.load_classifier(files / "run")
    assert [c.name for c in classifier.classes] == [c.name for c in split.train.classes]
    other = hsigui.classify(hsigui.open(files / "other.hdr"), classifier, device="cpu")
    hsigui.save(other, tmp_path / "here.tif")
    words = [
        "classify",
        files / "other.hdr",
        "--run",
        files / "run",
        "--device",
        "cpu",
        "--out",
        tmp_path / "there.tif",
    ]
    assert main([str(word) for word in words]) == 0
    assert (tmp_path / "here.tif").read_bytes() == (tmp_path / "there.tif").read_bytes()
    records = [json.loads((tmp_path / f"{name}.tif.hsigui.json").read_text()) for name in ("here", "there")]
    for record in records:
        del record["seconds"], record["commands"]
    assert records[0] == records[1]
    assert records[0]["settings"]["Classifier"] == {"fitted on": "scene"}
    assert hsigui.evaluate(other, files / "other-truth.tif").accuracy.n_train is None
    same = hsigui.classify(features.cube, classifier, device="cpu")
    assert np.array_equal(same.array, result.array)


def test_arrays_of_ones_own_are_labels_and_another_classifier_is_told_in_the_record(features, split):
    numbers = np.where(split.train.array > 2, 0, split.train.array)
    classifier = hsigui.fit(features, numbers, spec=hsigui.ProbeSpec(classifier="logistic"))
    result = hsigui.classify(features, classifier, smooth=1.0, edges=0.0, filters=hsigui.Filters(majority=3))
    assert set(np.unique(result.array)) == {1, 2}
    assert result.names == ["Class 1", "Class 2"]
    settings = result.record().settings
    assert settings["Probe"]["classifier"] == "multinomial logistic regression"
    assert settings["Map"]["smoothing of probabilities (pixels)"] == 1.0
    assert settings["Map"]["majority filter (pixels)"] == 3
    spots = hsigui.ask(result, 2)
    assert len(set(spots)) == 2
    assert not any(numbers[spot] for spot in spots)
    assert not set(spots) & set(hsigui.ask(result, 2, asked=spots))


def test_values_are_shown_in_a_line(features, split):
    classifier = hsigui.fit(features, split.train)
    result = hsigui.classify(features, classifier)
    assert repr(split.train) == "Labels(36 of 48 x 40 pixels, 9 classes)"
    assert repr(features).startswith("SceneFeatures(scene: 48 x 40 x ")
    assert repr(classifier) == "Classifier(svm, 9 classes)"
    assert repr(result) == "Result(scene: map of 48 x 40 pixels, 9 classes)"
    assert re.fullmatch(
        r"Evaluation\(OA \d+\.\d\d %, AA \d+\.\d\d %, kappa 0\.\d{4}, on \d+ test pixels\)",
        repr(hsigui.evaluate(result, split.test)),
    )


def test_strokes_are_drawn_by_word_or_by_numbers(files):
    truth = hsigui.read_labels(files / "truth.tif")
    drawn = hsigui.sample(truth, split="strokes", strokes=2, pixels=12, seed=1)
    again = hsigui.sample(truth, split="strokes:2x12", seed=1)
    np.testing.assert_array_equal(drawn.train.array, again.train.array)
    np.testing.assert_array_equal(drawn.train.array + drawn.test.array, truth.array)
    assert drawn.record == again.record
    assert drawn.record.guard is None
    assert drawn.record.kind.startswith("2 strokes a class")
    for wrong in ({"strokes": 2}, {"split": "strokes:2", "strokes": 2}, {"split": "strokes", "percent": 5.0}):
        with pytest.raises(hsigui.HsiError, match="trokes"):
            hsigui.sample(truth, **wrong)


def test_what_does_not_go_together_is_refused_with_a_way_out(features, split, files):
    classifier = hsigui.fit(features, split.train)
    with pytest.raises(hsigui.HsiError, match="do not go together"):
        hsigui.classify(features.cube, classifier)
    with pytest.raises(hsigui.HsiError, match="48 x 40"):
        hsigui.fit(features, split.train.array[1:])
    with pytest.raises(hsigui.HsiError, match="holds no labels"):
        hsigui.fit(features, np.zeros(5, dtype=int))
    with pytest.raises(hsigui.HsiError, match="2 maps and 3 truth files"):
        hsigui.evaluate(["a.tif", "b.tif"], ["1.tif", "2.tif", "3.tif"])
    with pytest.raises(hsigui.HsiError, match="negative"):
        hsigui.sample(split.train, seed=-1)
    in_memory = hsigui.embed(features.cube, features.encoder, device="cpu")
    with pytest.raises(hsigui.HsiError, match="no run folder"):
        hsigui.keep(hsigui.classify(in_memory, hsigui.fit(in_memory, split.train)))


def test_a_context_tells_what_it_is_asked_to_and_stops(files):
    cube = hsigui.open(files / "scene.hdr")
    told, losses = [], []
    ctx = hsigui.CallbackContext(
        progress=lambda done, total, text: told.append(text),
        metric=lambda name, value, step: losses.append((name, step)),
        stop=lambda: len(losses) >= 2,
    )
    with pytest.raises(hsigui.Cancelled):
        hsigui.pretrain(cube, epochs=5, device="cpu", ctx=ctx)
    assert any("Pretraining" in text for text in told)
    assert losses[0] == ("loss", 1)
    assert len(losses) == 2
    warned: list[str] = []
    hsigui.CallbackContext(warn=warned.append).warn("Look out.")
    assert warned == ["Look out."]
    hsigui.quiet().warn("Nobody hears this.")


def test_several_scenes_give_one_encoder_and_another_training_begins_with_it(files, tmp_path):
    cubes = [hsigui.open(files / f"{name}.hdr") for name in ("scene", "other")]
    truth = hsigui.read_labels(files / "truth.tif", cubes[0])
    encoder = hsigui.pretrain(cubes, epochs=2, device="cpu", folder=tmp_path, labels=truth)
    assert [scene["name"] for scene in encoder.scenes] == ["scene", "other"]
    assert encoder.monitor == "knn accuracy"
    assert [hsigui.embed(cube, encoder, device="cpu").array.shape[:2] for cube in cubes] == [(48, 40)] * 2
    next_one = hsigui.pretrain(cubes[1], epochs=2, device="cpu", begin_from=tmp_path)
    assert next_one.begun_from["name"] == tmp_path.name
    with pytest.raises(hsigui.HsiError, match="no scene"):
        hsigui.pretrain([], epochs=2, device="cpu", labels=truth)
