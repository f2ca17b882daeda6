"""What users have on their disks keeps opening: state that commit 8715fea wrote (`write_state.py`, `v0/`).

These tests follow the program as it changes; the state does not. What cannot be opened any more is refused with a
sentence and left untouched, and a test says so here. Numbers of networks are compared with a tolerance: other
processors and libraries add up in another order.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn

from hsigui import __version__
from hsigui.__main__ import main
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.jobs import SilentContext
from hsigui.labels.formats.files import read_classes
from hsigui.methods import checkpoint
from hsigui.methods.calibration import UNKNOWN
from hsigui.pipeline import kept_probe, outcomes, provenance, split
from hsigui.pipeline.classify import classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.features import ENCODER
from hsigui.pipeline.pretrain import pretrain
from hsigui.settings import Settings, SettingsStore
from hsigui.specs import MapSpec
from hsigui.storage import band_edits, imports
from hsigui.storage.kept_scene import SceneFacts
from hsigui.storage.projects import Projects
from hsigui.storage.recovery import scene_key
from hsigui.storage.runs import Runs
from tests.state.home import STATE, Home, unpack

RUNS = tuple(json.loads((STATE / "v0" / "expected.json").read_text(encoding="utf-8"))["runs"])
UNFINISHED = ("lscosa", "contrastdm")  # purified goes on by command
FILES_OF_UNFINISHED = "resume.*"


class Told(SilentContext):
    """Remembers what the user is told."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack("v0", tmp_path_factory.mktemp("state") / "v0")


@pytest.fixture(scope="module")
def shared(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """For tests that only read."""
    return Home(unpacked, tmp_path_factory.mktemp("state") / "home")


@pytest.fixture
def home(unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """For one test, with the settings and the state of its user."""
    found = Home(unpacked, tmp_path / "home")
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(found.folder / "config"))
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(found.folder / "state"))
    return found


def test_a_run_of_each_method_and_baseline_is_there():
    assert {"lscosa", "purified", "contrastdm", "random-encoder"} < set(RUNS)
    assert {"svm-raw", "rf-raw", "logreg-raw", "svm-pca-smooth", "spatial-only"} < set(RUNS)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_says_what_it_was(shared: Home, name: str):
    told, encoder = shared.expected["runs"][name], checkpoint.load(shared.run(name))
    assert told["spec"].items() <= encoder.spec.to_json().items()
    assert told["recipe"]["map"].items() <= encoder.recipe.map.to_json().items()
    assert told["recipe"]["probe"].items() <= encoder.recipe.probe.to_json().items()
    features = json.loads(json.dumps(encoder.recipe.features.to_json()))
    assert told["recipe"]["features"].items() <= features.items()
    assert (encoder.epochs, encoder.width, encoder.precision) == (told["epochs"], told["width"], told["precision"])
    assert list(encoder.losses) == told["losses"]
    assert [list(reading) for reading in encoder.readings] == told["readings"]
    assert encoder.monitor == told["monitor"]
    assert encoder.device_name == "CPU, 1 thread"
    assert encoder.scene["name"] == "scene"
    assert encoder.scene.get("masked_out", {}).get("pixels", 0) == told["masked_out"]
    total = sum(t.double().abs().sum().item() for t in encoder.network.state_dict().values())
    assert total == pytest.approx(told["weights"], rel=1e-9)


@pytest.mark.parametrize("name", RUNS)
def test_a_run_and_its_kept_classifier_draw_the_map_of_its_scene(shared: Home, name: str):
    told = shared.expected["runs"][name]
    kept = _kept(shared.run(name))
    cube, encoder, ctx = open_cube(shared.scene), checkpoint.load(shared.run(name)), Told()
    features = embed(cube, encoder, ctx, device="cpu", known=kept.transforms)
    block = features.columns.get(ENCODER, slice(None))
    rows = np.array([features.array[tuple(pixel)][block] for pixel in shared.expected["pixels"]]).astype(np.float32)
    wanted = shared.arrays[f"{name} features"]
    assert rows.shape == wanted.shape
    assert np.abs(rows - wanted).max() < 0.02 * wanted.std()
    drawn = classify(kept.fitted_to(features), kept.probe, kept.map_spec, ctx)
    assert (drawn.classes == shared.arrays[f"{name} map"]).mean() > 0.99
    assert drawn.confidence == pytest.approx(shared.arrays[f"{name} confidence"], abs=0.02)
    assert [[c.number, c.name, list(c.color)] for c in kept.classes] == shared.expected["classes"]
    assert kept.map_spec == MapSpec.from_json(told["map"])
    assert kept.about["counts"] == told["counts"]
    assert kept.probe.calibration == UNKNOWN, "its maps are as sure as they were, and it says why"
    assert "earlier version" in kept.probe.calibration.words
    assert type(kept.probe).__name__ == told["classifier"]
    assert getattr(kept.probe.refinement, "t_star", None) == told["t*"]
    assert not ctx.warnings


@pytest.mark.parametrize("name", ["lscosa", "svm-raw"])
def test_a_run_knows_its_scene_and_its_features_are_those_kept_with_it(home: Home, name: str):
    (stored,) = (p for p in home.run(name).glob("features-*.npy") if not p.stem.endswith("-valid"))
    kept, ctx = np.load(stored).astype(np.float32), Told()
    features = embed(open_cube(home.scene), checkpoint.load(home.run(name)), ctx, home.run(name), device="cpu")
    assert np.abs(np.asarray(features.array, dtype=np.float32) - kept).max() < 0.02 * kept.std()
    assert features.valid.all()
    assert not ctx.warnings  # such as that it was trained on another scene


def test_a_new_map_can_be_drawn_with_a_run_and_labels_of_then(home: Home, tmp_path: Path):
    words = ["classify", home.scene, "--run", home.run("purified"), "--labels", home.array("labels.tif")]
    assert _run(*words, "--device", "cpu", "--out", tmp_path / "map.tif") == 0
    drawn, then = (read_classes(path) for path in (tmp_path / "map.tif", home.folder / "maps" / "purified.tif"))
    assert (drawn.array == then.array).mean() > 0.99
    assert [(c.number, c.name, c.color) for c in drawn.classes] == [(c.number, c.name, c.color) for c in then.classes]


def test_the_card_of_a_run_is_written_again_with_its_classes_and_accuracy(home: Home):
    folder = home.run("lscosa")
    before = (folder / "README.md").read_text(encoding="utf-8")
    assert _run("card", folder) == 0
    card = (folder / "README.md").read_text(encoding="utf-8")
    for told in (before.splitlines()[0], "| 5 | 水 | #1e5ac8 | 6 |", "| overall accuracy | 100.00 % |", "report.json"):
        assert told in before
        assert told in card


def test_a_report_of_then_is_put_on_the_card_of_its_run(home: Home):
    folder = home.run("lscosa")
    then = (folder / "accuracy.json").read_bytes()
    (folder / "accuracy.json").unlink()
    assert _run("card", folder, "--report", home.folder / "report" / "report.json") == 0
    assert json.loads((folder / "accuracy.json").read_bytes()).items() >= json.loads(then).items()


@pytest.mark.parametrize("name", UNFINISHED)
def test_an_unfinished_training_goes_on_to_its_end(home: Home, name: str):
    told, folder, cube = home.expected["unfinished"][name], home.unfinished(name), open_cube(home.scene)
    spec = dataclasses.replace(checkpoint.load(home.run(name)).spec, **told["spec"])
    encoder = pretrain(cube, spec, Told(), folder, resume=True)
    _as_it_went_on_then(told, encoder.losses, encoder.readings, encoder.stopped)
    assert not [*folder.glob(FILES_OF_UNFINISHED)]
    assert checkpoint.load(folder).losses == encoder.losses


def test_an_unfinished_training_goes_on_by_command(home: Home):
    told, folder = home.expected["unfinished"]["purified"], home.unfinished("purified")
    words = ["pretrain", home.scene, "--method", "purified", "--epochs", 12, "--seed", 4, "--device", "cpu"]
    assert _run(*words, "--out", folder, "--resume") == 0
    encoder = checkpoint.load(folder)
    # Trained in bfloat16 then; where the processor has none it goes on in float32, which is not so near.
    tolerance = 0.005 if encoder.precision == "bfloat16" else 0.1
    _as_it_went_on_then(told, encoder.losses, encoder.readings, encoder.stopped, tolerance)
    assert not [*folder.glob(FILES_OF_UNFINISHED)]


def test_the_window_finds_the_runs_that_it_kept_for_a_scene(home: Home):
    runs, key = Runs(), scene_key(open_cube(home.scene))
    assert [(run.folder, run.title) for run in runs.kept(key)] == [
        (home.run("lscosa"), "LSCoSa, Quick (pixels), seed 7")
    ]
    told = home.expected["unfinished"]["lscosa"]
    (begun,) = runs.unfinished(key)
    assert begun.folder == home.unfinished("lscosa")
    assert (begun.step, begun.steps) == (told["step"], told["steps"])
    assert told["spec"].items() <= begun.spec.to_json().items()
    assert begun.fingerprint == checkpoint.load(home.run("lscosa")).scene["fingerprint"]


def test_labels_that_a_crash_left_are_found_newest_first_with_their_classes(home: Home):
    facts = SceneFacts.of(open_cube(home.scene))
    labels = read_classes(home.array("labels.tif")).array
    validation = read_classes(home.array("labels-validation.tif")).array
    found = Projects().look(facts)
    newest, older = (left.scene for left in found.left)
    assert np.array_equal(newest.labels, np.where(labels == 5, 9, labels))
    assert np.array_equal(newest.validation, validation)
    assert np.array_equal(older.labels, labels)
    assert not older.validation.any()
    assert newest.condition.saved_at > older.condition.saved_at
    for kept in (newest, older):
        assert [[c.number, c.name, list(c.color)] for c in kept.classes] == home.expected["classes"]
    assert found.told == []
    assert len([*(home.folder / "state" / "recovery").glob("*.old")]) == 1  # what was given up then stays


def test_the_settings_are_those_of_then(home: Home):
    store = SettingsStore()
    found, stored = store.load(), json.loads((home.folder / "config" / "settings.json").read_text(encoding="utf-8"))
    folder = home.folder / "scene"
    assert store.problem == ""
    assert found.recent == tuple(str(folder / name) for name in ("scene.hdr", "flat.npy", "gone.hdr"))
    assert (found.theme, found.device, found.last_folder) == ("dark", "cpu", str(folder))
    assert (found.geometry, found.layout) == (stored["geometry"], stored["layout"])
    assert found != Settings()
    assert len(found.layout) > 100


def test_files_are_read_as_they_were_the_last_time(home: Home):
    scene = open_cube(home.scene).read()
    for name, axes in (("flat.npy", "pixels,bands"), ("scene.h5", "bands,rows,cols")):
        choice = imports.recall(home.array(name))
        assert choice is not None
        assert choice.axes == axes
        cube = open_cube(home.array(name), choice=choice)
        assert np.array_equal(np.rint(cube.read()), np.rint(10_000 * scene))
    assert imports.recall(home.array("flat.npy")) == ImportChoice("", "pixels,bands", 24, 20, "columns")
    assert open_cube(home.array("scene.h5"), choice=choice).wavelengths[[0, -1]] == pytest.approx([420.0, 1005.0])


def test_the_bands_are_as_the_user_set_them(home: Home):
    flat = open_cube(home.array("flat.npy"), choice=imports.recall(home.array("flat.npy")))
    edited = band_edits.recall(flat).applied_to(flat)
    assert edited.wavelengths.tolist() == [400 + 12.5 * n for n in range(40)]
    assert edited.info.fwhm == (11.0,) * 40
    assert sorted(set(range(40)) - set(edited.good_bands.tolist())) == [2, 3, 38]
    assert any("instrument’s maker" in note for note in edited.info.notes)
    arrays = open_cube(home.array("scene.h5"), choice=imports.recall(home.array("scene.h5")))
    edit = band_edits.recall(arrays)
    assert (edit.bad_bands, edit.wavelengths) == ((0, 1), None)


def test_a_map_is_scored_by_its_record_and_that_of_its_labels(shared: Home, capsys: pytest.CaptureFixture[str]):
    assert _run("evaluate", shared.folder / "maps" / "lscosa.tif", "--truth", shared.array("test.tif"), "--json") == 0
    found = json.loads(capsys.readouterr().out)
    then = json.loads((shared.folder / "report" / "printed.json").read_text(encoding="utf-8"))
    for name in ("oa", "aa", "kappa", "n_test", "n_train", "overlap", "columns", "matrix", "notes"):
        assert found[name] == then[name], name
    assert then["split"].items() <= found["split"].items()
    assert then["split"]["seen"] == 234


def test_training_pixels_and_masked_pixels_are_known_from_the_record_of_a_map(
    shared: Home, capsys: pytest.CaptureFixture[str]
):
    assert (
        _run("evaluate", shared.folder / "maps" / "purified.tif", "--truth", shared.array("truth.tif"), "--json") == 0
    )
    found = json.loads(capsys.readouterr().out)
    truth, mask = (read_classes(shared.array(name)).array for name in ("truth.tif", "mask.tif"))
    train = read_classes(shared.array("labels.tif")).array
    assert found["overlap"] == np.count_nonzero(train) == 24
    assert found["split"]["masked"] == 120
    assert found["split"]["seen"] == np.count_nonzero((truth != 0) & (train == 0) & (mask == 0))


def test_the_record_of_a_map_says_how_it_came_to_be(shared: Home):
    path = shared.folder / "maps" / "lscosa.tif"
    made = provenance.load(path, read_classes(path).array)
    assert made is not None
    assert made.settings["Pretraining"]["method"] == "lscosa"
    assert made.settings["Map"]["smoothing of probabilities (pixels)"] == 0.5
    assert made.seeds == {"pretraining": 7}
    assert (made.labels, made.cube) == (str(shared.array("labels.tif")), str(shared.scene))
    assert (made.reach, made.edge_reach, made.pixel_area_m2, made.transductive) == (8, 60.0, 25.0, True)
    assert made.hashes["cube"] == checkpoint.load(shared.run("lscosa")).scene["fingerprint"]
    assert made.hashes["weights"] == kept_probe.weights_hash(shared.run("lscosa"))


def test_the_record_of_a_draw_belongs_to_its_labels(shared: Home):
    path = shared.array("labels.tif")
    drawn = split.load(path, read_classes(path).array)
    assert drawn is not None
    assert drawn.kind == "6 pixels a class at random in training blocks of 6 x 6 pixels"
    assert (drawn.seed, drawn.guard, drawn.not_tested) == (3, 1, ())
    assert drawn.test_sha256 == provenance.raster_hash(read_classes(shared.array("test.tif")).array)


def test_the_table_of_many_maps_is_read_and_its_folder_gone_on_with(home: Home):
    folder = home.folder / "batch"
    made, failed = outcomes.read_table(folder / "outcomes.csv")
    assert (made.cube, made.outcome, made.map) == (str(home.scene), outcomes.MADE, str(folder / "scene-map.tif"))
    assert (made.rows, made.cols, made.bands, made.pixels, made.classes) == (24, 20, 40, 480, 4)
    assert (failed.outcome, failed.map) == (outcomes.FAILED, "")
    assert failed.message.startswith("broken.npy cannot be read as a NumPy file")
    then = read_classes(folder / "scene-map.tif").array
    words = ["classify", home.scene, "--run", home.run("logreg-raw"), "--probe", "kept", "--device", "cpu"]
    assert _run(*words, "--out-dir", folder) == 0
    assert (read_classes(folder / "scene-map.tif").array == then).mean() > 0.99


def test_a_study_goes_on_and_computes_nothing_again(home: Home):
    _written_by(home, __version__)
    results = home.folder / "study" / "results.jsonl"
    before, runs = results.read_bytes(), [*home.folder.glob("study/runs/*/run.json")]
    written = {path: path.stat().st_mtime_ns for path in runs}
    assert _study(home) == 0
    assert results.read_bytes().startswith(before)
    added = [json.loads(line) for line in results.read_bytes()[len(before) :].splitlines()]
    assert [(line["kind"], line["method"], line["draw"]) for line in added] == [
        ("score", "svm-raw", 2), ("score", "logreg-raw", 2),
    ]  # fmt: skip
    assert {path: path.stat().st_mtime_ns for path in runs} == written
    assert len(runs) == 2
    report = json.loads((home.folder / "study" / "study.json").read_text(encoding="utf-8"))
    kept = [json.loads(line)["oa"] for line in before.splitlines() if b'"score"' in line and b"svm-raw" in line]
    (row,) = (row for row in report["rows"] if row["method"] == "svm-raw")
    assert row["oa_mean"] == pytest.approx(np.mean([*kept, added[0]["oa"]]))


def test_a_study_of_another_version_is_refused_and_left_as_it_is(home: Home, capsys: pytest.CaptureFixture[str]):
    _written_by(home, "0.0.1")
    before = {path: path.read_bytes() for path in home.folder.glob("study/*.json*")}
    assert _study(home) == 1
    assert "holds a study that differs in: program." in capsys.readouterr().err
    assert {path: path.read_bytes() for path in home.folder.glob("study/*.json*")} == before


def _run(*words: object) -> int:
    return main([str(word) for word in words])


def _study(home: Home) -> int:
    return _run(
        "study", home.scene, "--truth", home.array("truth.tif"), "--methods", "svm-raw,logreg-raw", "--labels", 5,
        "--draws", 3, "--seed", 2, "--device", "cpu", "--out", home.folder / "study",
    )  # fmt: skip


def _written_by(home: Home, version: str) -> None:
    """Another version in the settings of the study: only results of one version stand in one table."""
    path = home.folder / "study" / "settings.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**about, "program": f"hsigui {version}"}), encoding="utf-8")


def _kept(folder: Path) -> kept_probe.KeptProbe:
    about = json.loads((folder / "probe.json").read_text(encoding="utf-8"))["probe"]
    if about.get("scikit-learn", sklearn.__version__) != sklearn.__version__:
        pytest.skip("a kept forest grows again with the scikit-learn that it was grown with, and is refused by others")
    return kept_probe.load(folder)


def _as_it_went_on_then(
    told: dict[str, Any],
    losses: tuple[float, ...],
    readings: tuple[tuple[int, float], ...],
    stopped: str,
    tolerance: float = 0.001,
) -> None:
    """Steps made before are kept to the last digit; those made now are near those that the code of then made."""
    assert list(losses[: told["step"]]) == told["losses"][: told["step"]]
    assert list(losses) == pytest.approx(told["losses"], rel=tolerance)
    assert [step for step, _ in readings] == [step for step, _ in told["readings"]]
    assert [value for _, value in readings] == pytest.approx([v for _, v in told["readings"]], rel=tolerance)
    assert stopped == told["stopped"]
