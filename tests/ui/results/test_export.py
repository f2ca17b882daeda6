"""What is exported from the window: a report as complete as that of the command line, labels, and the run."""

from __future__ import annotations

import html
import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.document.events import TruthChanged
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.label_map import VALIDATION, Edit
from hsigui.methods import checkpoint
from hsigui.pipeline import kept_probe, live, provenance
from hsigui.pipeline import split as splits
from hsigui.pipeline.own_evaluation import BY_HAND, NO_COMMANDS
from hsigui.pipeline.result import CHANGED
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog
from tests.ui.windows import idle, texts

SPEC = PretrainSpec("svm-pca-smooth", device="cpu")


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder with a small scene, its truth, a second scene and a baseline's run."""
    folder = tmp_path_factory.mktemp("files")
    for seed, name in ((1, "scene"), (2, "other")):
        made = demo_scene(seed=seed, rows=48, cols=40, bands=20)
        write_cube(folder / f"{name}.hdr", made.cube.read().astype(np.float32), made.cube.info)
    made = demo_scene(seed=1, rows=48, cols=40, bands=20)
    write_classes(folder / "truth.tif", made.truth, ClassTable(tuple(ClassInfo(*c) for c in made.classes)))
    return folder


@pytest.fixture
def mapped(qtbot, window, files, tmp_path):
    """A window with the scene, its truth and a real run that is kept; no labels yet."""
    window.scene.open_path(files / "scene.hdr")
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    window.label_files.open_truth(files / "truth.tif")
    idle(qtbot, window)
    cube = window.session.cube
    found = live.pretrain_and_embed(SilentContext(), cube, SPEC, window.run_files.new_folder(cube))
    window.session.set_trained(found.encoder, found.features, found.folder, found.seconds)
    return window


def draw(qtbot, window, spec: SplitSpec) -> None:
    window.sampler.sample(spec)
    idle(qtbot, window)


def export(qtbot, window, folder: Path, *kinds: str, **more) -> dict:
    """Exports as "out"; the report where it was asked for."""
    window.exporter.export(ExportChoice(kinds or ("geotiff", "labels", "report"), folder, "out", **more))
    idle(qtbot, window)
    assert "Exported" in texts(window), texts(window)
    path = folder / "out-report" / "report.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def page(folder: Path) -> str:
    return html.unescape((folder / "report.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "spec",
    [SplitSpec(4, 1), SplitSpec(3, 0, "block", block=6, guard=2), SplitSpec(seed=2, kind="strokes", strokes=2)],
    ids=lambda spec: spec.kind,
)
def test_the_command_lines_of_a_report_make_the_same_report(qtbot, mapped, tmp_path, monkeypatch, spec):
    draw(qtbot, mapped, spec)
    here = export(qtbot, mapped, tmp_path / "window")
    monkeypatch.chdir(tmp_path)
    for line in here["commands"]:
        assert main(shlex.split(line)[1:]) == 0
    there = json.loads((tmp_path / "repeated-report" / "report.json").read_text(encoding="utf-8"))
    assert set(here) == set(there)
    assert here["split"].pop("tested_on").startswith("ground truth truth.tif")
    assert there["split"].pop("tested_on") == ""
    assert set(here["seconds"]) == set(there["seconds"])
    for own in ("title", "created", "notes", "seconds"):
        del here[own], there[own]
    assert here == there
    assert here["split"]["guard"] == (2 if spec.kind == "block" else None)
    assert here["seeds"]["draw of labels"] == spec.seed
    assert set(here["hashes"]) == {"cube", "weights", "labels", "map", "reference"}
    pages = [page(tmp_path / folder) for folder in ("window/out-report", "repeated-report")]
    headings, pictures = ([re.findall(p, text) for text in pages] for p in (r"<h[23]>.*?</h[23]>", "data:image/png"))
    assert headings[0] == headings[1]
    assert len(pictures[0]) == len(pictures[1]) == 2
    assert splits.in_words(spec) in pages[0]


def test_window_commands_and_python_make_the_same_map_record_and_report(qtbot, mapped, files, tmp_path):
    draw(qtbot, mapped, SplitSpec(4, 1))
    spec = mapped.session.map_spec
    export(qtbot, mapped, tmp_path)
    scene, truth = files / "scene.hdr", files / "truth.tif"
    by_command(tmp_path, scene, truth, spec)
    by_api(tmp_path, scene, truth, spec)
    maps = [tmp_path / name for name in ("out.tif", "command.tif", "api.tif")]
    assert len({path.read_bytes() for path in maps}) == 1
    assert len({path.with_name(f"{path.name}.aux.xml").read_bytes() for path in maps}) == 1
    records = [read_without(Path(f"{path}.hsigui.json"), "seconds", "commands", "labels", *OF_LAYER) for path in maps]
    assert records[0] == records[1] == records[2]
    own = ("title", "created", "notes", "seconds", "commands")
    folders = ("out-report", "command-report", "api-report")
    reports = [read_without(tmp_path / folder / "report.json", *own) for folder in folders]
    assert reports[0]["split"].pop("tested_on") == "ground truth truth.tif"
    assert [report["split"].pop("tested_on") for report in reports[1:]] == ["", ""]
    assert reports[0] == reports[1] == reports[2]
    assert reports[0]["spectra"]


OF_LAYER = ("confidence", "confidence_sha256")  # that was written beside the map, by a command


def by_command(folder: Path, scene: Path, truth: Path, spec: MapSpec) -> None:
    labels, run, drawn = folder / "labels.tif", folder / "run", folder / "command.tif"
    how = ["--smooth", spec.smooth, "--edges", spec.edges, "--device", "cpu"]
    for words in (
        ["sample", truth, "--per-class", 4, "--seed", 1, "--out", labels, "--rest", folder / "rest.tif"],
        ["pretrain", scene, "--method", SPEC.method, "--device", "cpu", "--out", run],
        [
            "classify",
            scene,
            "--run",
            run,
            "--labels",
            labels,
            *how,
            "--out",
            drawn,
            "--confidence",
            folder / "sure.tif",
        ],
        ["evaluate", drawn, "--truth", truth, "--report", folder / "command-report"],
    ):
        assert main([str(word) for word in words]) == 0


def by_api(folder: Path, scene: Path, truth: Path, spec: MapSpec) -> None:
    cube = hsigui.open(scene)
    known = hsigui.read_labels(truth, cube)
    split = hsigui.sample(known, per_class=4, seed=1, cube=cube)
    features = hsigui.embed(cube, hsigui.pretrain(cube, spec=SPEC), device="cpu")
    result = hsigui.classify(features, hsigui.fit(features, split.train), smooth=spec.smooth, edges=spec.edges)
    hsigui.save(result, folder / "api.tif")
    hsigui.save(hsigui.evaluate(result, known), folder / "api-report")


def read_without(path: Path, *names: str) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    return {name: value for name, value in found.items() if name not in names}


def test_validation_labels_are_called_by_their_name_and_not_ground_truth(qtbot, mapped, tmp_path):
    draw(qtbot, mapped, SplitSpec(3, 0))
    session = mapped.session
    apart = np.where(session.labels.array > 0, 0, session.truth.array).astype(np.uint16)
    apart[:, ::2] = 0
    session.edit(session.labels.replacing(apart, layer=VALIDATION), "Validation")
    idle(qtbot, mapped)
    report = export(qtbot, mapped, tmp_path)
    assert report["split"]["tested_on"] == "validation labels, painted or opened in the window"
    assert report["accuracy"]["n_test"] == np.count_nonzero(apart)
    assert report["accuracy"]["overlap"] == 0
    assert np.array_equal(read_classes(tmp_path / "out-reference.tif").array, apart)
    text = page(tmp_path / "out-report")
    assert "Reference: validation labels" in text
    assert "ground truth" not in text.replace("They are no ground truth", "")
    card = (session.run_folder / "README.md").read_text(encoding="utf-8")
    assert "| source | validation labels, painted or opened in the window |" in card


def test_labels_that_were_painted_are_not_called_drawn(qtbot, mapped, tmp_path):
    draw(qtbot, mapped, SplitSpec(3, 0))
    session = mapped.session
    free = np.argwhere((session.truth.array == 1) & (session.labels.array == 0))[0]
    session.edit(Edit(int(free[0]), int(free[1]), np.ones((1, 1), dtype=bool), 1), "Brush")
    mapped.maps.renew()
    idle(qtbot, mapped)
    changed = export(qtbot, mapped, tmp_path / "changed")
    assert changed["split"]["kind"].endswith(CHANGED)
    assert not any(line.startswith("hsigui sample") for line in changed["commands"])
    assert str(tmp_path / "changed" / "out-labels.tif") in changed["commands"][1]
    only = session.labels.replacing(np.where(session.truth.array % 3 == 1, session.truth.array, 0).astype(np.uint16))
    session.replace_labels(only, "Painted")
    mapped.maps.renew()
    idle(qtbot, mapped)
    painted = export(qtbot, mapped, tmp_path / "painted")
    assert painted["split"]["kind"] == BY_HAND
    assert "draw of labels" not in painted["seeds"]


def test_without_a_file_of_the_labels_there_is_no_command_line_and_it_is_said(qtbot, mapped, tmp_path, answers):
    draw(qtbot, mapped, SplitSpec(3, 0))
    report = export(qtbot, mapped, tmp_path, "geotiff", "report")
    assert report["commands"] == []
    assert NO_COMMANDS in report["notes"]
    assert report["hashes"]["labels"] == provenance.raster_hash(mapped.session.labels.array)
    answers.save = tmp_path / "mine.tif"
    mapped.actions_["save_labels"].trigger()
    idle(qtbot, mapped)
    assert splits.load(answers.save, mapped.session.labels.array) == mapped.session.sample.record
    saved = export(qtbot, mapped, tmp_path, "geotiff", "report")
    assert any(str(answers.save) in line for line in saved["commands"])


def test_labels_that_a_command_drew_are_told_as_drawn(qtbot, mapped, tmp_path, files):
    drawn, rest = tmp_path / "drawn.tif", tmp_path / "rest.tif"
    words = ["--percent", "5", "--seed", "7", "--out", str(drawn), "--rest", str(rest)]
    assert main(["sample", str(files / "truth.tif"), *words]) == 0
    mapped.label_files.open_labels(drawn)
    idle(qtbot, mapped)
    report = export(qtbot, mapped, tmp_path)
    assert report["split"]["kind"] == "5 % of each class at random over the scene"
    assert report["seeds"]["draw of labels"] == 7
    assert "--seed 7" in report["commands"][0]


def test_an_exported_map_knows_its_labels_and_its_filters(qtbot, mapped, tmp_path, capsys):
    draw(qtbot, mapped, SplitSpec(3, 0))
    export(qtbot, mapped, tmp_path, "geotiff", "envi", "labels", majority=3)
    for name in ("out.tif", "out.hdr"):
        record = provenance.load(tmp_path / name, read_classes(tmp_path / name).array)
        assert record.labels == str(tmp_path / "out-labels.tif")
        assert record.settings["Map"]["majority filter (pixels)"] == 3
        assert "--majority 3" in record.commands[-1]
    assert splits.load(tmp_path / "out-labels.tif", mapped.session.labels.array).seed == 0
    capsys.readouterr()
    truth = str(tmp_path / "out-reference.tif")
    assert main(["evaluate", str(tmp_path / "out.tif"), "--truth", truth, "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["overlap"] == measured["n_train"] == np.count_nonzero(mapped.session.labels.array)


def test_the_classifier_of_an_exported_map_is_kept_and_maps_another_scene(qtbot, mapped, tmp_path, files):
    draw(qtbot, mapped, SplitSpec(3, 0))
    export(qtbot, mapped, tmp_path, "png")
    run = mapped.session.run_folder
    card = (run / "README.md").read_text(encoding="utf-8")
    assert "--probe kept" in card
    assert f"| test pixels | {mapped.session.accuracy.n_test} |" in card
    given = ["--run", str(run), "--probe", "kept", "--out"]
    assert main(["classify", str(files / "scene.hdr"), *given, str(tmp_path / "again.tif")]) == 0
    assert np.array_equal(read_classes(tmp_path / "again.tif").array, mapped.session.class_map.classes)
    assert main(["classify", str(files / "other.hdr"), *given, str(tmp_path / "other.tif")]) == 0
    assert read_classes(tmp_path / "other.tif").array.all()


def test_a_run_is_exported_as_a_folder_of_its_own_that_can_be_used_alone(qtbot, mapped, tmp_path, files, answers):
    answers.path = tmp_path / "handed over"
    answers.path.mkdir()
    mapped.actions_["export_run"].trigger()
    idle(qtbot, mapped)
    folder = answers.path / "scene-svm-pca-smooth-run"
    assert {p.name for p in folder.iterdir()} == {"weights.safetensors", "run.json", "README.md"}
    draw(qtbot, mapped, SplitSpec(3, 0))
    mapped.actions_["export_run"].trigger()
    assert "Replace run?" in answers.asked
    idle(qtbot, mapped)
    assert not (folder / "probe.json").exists()
    answers.sure = True
    mapped.actions_["export_run"].trigger()
    idle(qtbot, mapped)
    assert "written to" in texts(mapped)
    session = mapped.session
    kept, encoder = kept_probe.load(folder), checkpoint.load(folder)
    assert encoder.scene["wavelengths_nm"] == list(session.cube.info.wavelengths)
    assert checkpoint.weights_sha256(encoder) == checkpoint.weights_sha256(session.encoder)
    assert [c.name for c in kept.classes] == [c.name for c in session.classes]
    assert json.loads((folder / "accuracy.json").read_text(encoding="utf-8"))["oa"] == session.accuracy.oa
    assert "ground truth truth.tif" in (folder / "README.md").read_text(encoding="utf-8")
    given = ["--run", str(folder), "--probe", "kept", "--out", str(tmp_path / "other.tif")]
    assert main(["classify", str(files / "other.hdr"), *given]) == 0


def test_figures_of_an_earlier_classifier_do_not_stay_beside_a_new_one(qtbot, mapped, tmp_path):
    draw(qtbot, mapped, SplitSpec(3, 0))
    export(qtbot, mapped, tmp_path, "png")
    session = mapped.session
    assert (session.run_folder / "accuracy.json").exists()
    session.scene.truth = None
    session.scene.events.emit(TruthChanged())
    idle(qtbot, mapped)
    export(qtbot, mapped, tmp_path, "png")
    assert not (session.run_folder / "accuracy.json").exists()
    assert "not been measured" in (session.run_folder / "README.md").read_text(encoding="utf-8")


def test_a_run_folder_that_is_gone_costs_the_export_nothing_but_a_warning(qtbot, mapped, tmp_path):
    draw(qtbot, mapped, SplitSpec(3, 0))
    scene = mapped.session.scene
    scene.runs.put(replace(scene.run, folder=tmp_path / "gone"))
    export(qtbot, mapped, tmp_path, "png")
    assert (tmp_path / "out.png").exists()
    assert "not kept for other scenes" in texts(mapped)


def test_changed_bands_are_said_beside_the_command_lines(qtbot, mapped, tmp_path):
    draw(qtbot, mapped, SplitSpec(3, 0))
    session = mapped.session
    session.scene.cube = session.cube.with_info(replace(session.cube.info, notes=("The bad bands were marked.",)))
    report = export(qtbot, mapped, tmp_path)
    assert any("bands of the scene were changed" in note for note in report["notes"])


def test_the_dialog_says_what_a_report_needs(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=False)
    qtbot.addWidget(dialog)
    assert "validation labels" in dialog.boxes["report"].toolTip()
    assert dialog.choice.kinds == ("geotiff", "envi", "png", "labels")


@pytest.mark.usefixtures("installed")
def test_a_map_is_exported_by_a_plugin(qtbot, mapped, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True)
    qtbot.addWidget(dialog)
    assert dialog.boxes["plain"].text() == "Counts of pixels (.plaincounts)"
    assert list(dialog.boxes).index("plain") < list(dialog.boxes).index("measures")
    draw(qtbot, mapped, SplitSpec(3, 0))
    export(qtbot, mapped, tmp_path, "plain")
    said = (tmp_path / "out.plaincounts").read_text(encoding="utf-8")
    assert all(info.name in said for info in mapped.session.classes)
