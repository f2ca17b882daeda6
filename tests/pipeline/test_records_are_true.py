"""What a record and a report say of labels, epochs, searches and pixels without data is what was done."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hsigui import api
from hsigui.__main__ import main
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.methods import checkpoint
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline import live, provenance
from hsigui.pipeline.result import LabelOrigin, Result
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.study import run_study

EMPTY = np.s_[4:9, 3:12]  # pixels without data


@dataclass(frozen=True)
class Known:
    """A scene with a hole, its truth, and labels that know nothing of the hole, as files."""

    folder: Path
    cube: Cube
    truth: api.Labels
    labels: api.Labels

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Known:
    folder = tmp_path_factory.mktemp("records")
    scene = demo_scene(seed=1, rows=28, cols=28, bands=10)
    values = scene.cube.read()
    values[EMPTY] = -1.0
    table = ClassTable(tuple(ClassInfo(*c) for c in scene.classes))
    write_cube(folder / "scene.hdr", values, dataclasses.replace(scene.cube.info, nodata=-1.0))
    write_classes(folder / "truth.tif", scene.truth, table, scene.cube.geo)
    truth = api.read_labels(folder / "truth.tif")
    api.save(api.sample(truth, 8).train, folder / "labels.tif")
    cube = api.open(folder / "scene.hdr")
    return Known(folder, cube, truth, api.read_labels(folder / "labels.tif", cube))


def mapped(known: Known, encoder: Encoder) -> Result:
    features = api.embed(known.cube, encoder)
    return api.classify(features, api.fit(features, known.labels))


def watched(known: Known, labels: api.Labels, **more: object) -> Encoder:
    """An encoder, as if labels had chosen which of its weights are kept."""
    encoder = api.pretrain(known.cube, "spatial-only", device="cpu")
    told = {"sha256": provenance.raster_hash(labels.array), "pixels": int(np.count_nonzero(labels.array)),
            "chose": True, **({"file": str(labels.path)} if labels.path else {})}  # fmt: skip
    return dataclasses.replace(
        encoder, watched_by={**told, **more}, kept={"step": 24, "steps": 960, "epoch": 1}, epochs=40
    )


def test_labels_that_chose_the_epoch_are_named_with_their_hash_wherever_accuracy_is_said(known, tmp_path, capsys):
    api.save(watched(known, known.truth), tmp_path / "run")
    encoder = api.load_encoder(tmp_path / "run")
    result = mapped(known, encoder)
    api.save(result, tmp_path / "map.tif")
    record = provenance.load(tmp_path / "map.tif", result.array)
    assert record.settings["Pretraining"]["weights kept"] == "those after epoch 1 of 40"
    (chose,) = record.chosen_by
    assert chose["sha256"] == provenance.raster_hash(known.truth.array)
    assert chose["file"] == known["truth.tif"]
    report = ["--report", str(tmp_path / "report")]
    assert main(["evaluate", str(tmp_path / "map.tif"), "--truth", known["truth.tif"], *report]) == 0
    tested = int(np.count_nonzero((known.truth.array > 0) & (known.labels.array == 0) & (result.array > 0)))
    words = f"{tested:,} test pixels are among them: on these the accuracy is too good"
    assert words in capsys.readouterr().out
    assert words in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    told = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))["split"]["chosen_by"]
    assert [(one["name"], one["tested"]) for one in told] == [("truth.tif", tested)]
    card = (tmp_path / "run" / "README.md").read_text(encoding="utf-8")
    assert "those after epoch 1 of 40" in card


def test_training_labels_that_chose_hold_no_test_pixel_and_what_moved_is_not_known(known, tmp_path):
    by_training = api.evaluate(mapped(known, watched(known, known.labels)), known.truth)
    assert [one.tested for one in by_training.context.split.chosen_by] == [0]
    assert "No test pixel is among them" in by_training.context.split.chosen_by[0].words
    moved = dataclasses.replace(known.truth, path=tmp_path / "gone.tif")
    lost = api.evaluate(mapped(known, watched(known, moved)), known.truth)
    assert "not known" in lost.context.split.chosen_by[0].words
    nameless = dataclasses.replace(known.truth, path=None)
    assert (
        "labels in no file"
        in api.evaluate(mapped(known, watched(known, nameless)), known.truth).context.split.chosen_by[0].words
    )


def test_labels_that_were_only_looked_at_chose_nothing(known):
    assert mapped(known, watched(known, known.truth, chose=False)).record().chosen_by == ()


@pytest.mark.slow
def test_a_training_by_epochs_keeps_the_one_that_its_labels_chose_and_says_which(known, tmp_path):
    words = ["--preset", "paper", "--epochs", "2", "--patience", "1", "--device", "cpu"]
    given = ["--monitor-labels", known["truth.tif"], "--out", str(tmp_path / "run")]
    assert main(["pretrain", known["scene.hdr"], *words, *given]) == 0
    encoder = checkpoint.load(tmp_path / "run")
    best = max(encoder.readings, key=lambda reading: (reading[1], -reading[0]))
    assert encoder.watched_by["chose"] is True
    assert encoder.kept["step"] == (best[0] if encoder.stopped else encoder.kept["steps"])
    assert encoder.kept["epoch"] == encoder.kept["step"] * 2 // encoder.kept["steps"]
    assert f"--monitor-labels {known['truth.tif']}" in encoder.command
    assert encoder.watched_by["sha256"] in (tmp_path / "run" / "README.md").read_text(encoding="utf-8")


def test_the_search_of_a_support_vector_machine_is_told_as_it_was(known):
    result = mapped(known, api.pretrain(known.cube, "svm-pca-smooth", device="cpu"))
    told = result.record().settings["Probe"]
    assert told["C"] == "chosen among 1, 10, 100 and 1000 by cross-validation on the labels"
    assert told["kernel width"] == "1 over the number of features and their variance in the labels"
    assert told["C that was chosen"] == result.probe.penalty
    assert not any("width" in name and "cross" in str(value) for name, value in told.items())


# Pixels without data


def test_accuracy_is_the_same_figure_in_window_commands_study_and_python(known, tmp_path, capsys):
    encoder = api.pretrain(known.cube, "spatial-only", device="cpu")
    result = mapped(known, encoder)
    lost = int(np.count_nonzero(known.truth.array[EMPTY]))
    assert lost > 10
    by_python = api.evaluate(result, known.truth).accuracy
    api.save(result, tmp_path / "map.tif")
    assert main(["evaluate", str(tmp_path / "map.tif"), "--truth", known["truth.tif"]]) == 0
    printed = capsys.readouterr().out
    by_command = api.evaluate(tmp_path / "map.tif", known["truth.tif"]).accuracy
    shown = live.Mapped(result.probe, result.class_map, result.trained_on, None, result.spec)
    window = live.measure_again(SilentContext(), shown, result.valid, known.truth.array, result.classes).accuracy
    trained = int(np.count_nonzero(known.labels.array[EMPTY]))
    for figures in (by_python, by_command, window):
        assert figures.oa == by_python.oa
        assert figures.unmapped == 0
        assert figures.n_test == by_python.n_test
        assert (figures.without_data, figures.train_without_data) == (lost - trained, trained)
        assert figures.n_train == np.count_nonzero(known.labels.array) - trained
    assert f"{lost - trained} labelled pixels of the reference have no data" in printed
    truth = StudyTruth(known.truth.array, known.truth.classes, known.cube.valid_mask())
    spec = StudySpec(("spatial-only",), labels=(5,), draws=1)
    found = run_study(known.cube, truth, spec, tmp_path / "study", SilentContext())
    assert found.without_data == lost


def test_pixels_without_a_class_on_a_map_of_another_program_are_errors(known, tmp_path):
    result = mapped(known, api.pretrain(known.cube, "spatial-only", device="cpu"))
    write_classes(tmp_path / "foreign.tif", result.array, result.classes, known.cube.geo)
    figures = api.evaluate(tmp_path / "foreign.tif", known["truth.tif"]).accuracy
    assert figures.without_data == 0
    assert figures.unmapped == np.count_nonzero(known.truth.array[EMPTY])


def test_a_truth_without_a_pixel_that_has_data_is_refused_by_its_reason(known, tmp_path):
    result = mapped(known, api.pretrain(known.cube, "spatial-only", device="cpu"))
    only = np.zeros_like(known.truth.array)
    only[EMPTY] = 1
    with pytest.raises(HsiError, match="no data at the labelled pixels"):
        api.evaluate(result, only)


def test_a_comparison_leaves_out_what_either_scene_has_no_data_of(known, tmp_path):
    encoder = api.pretrain(known.cube, "spatial-only", device="cpu")
    api.save(mapped(known, encoder), tmp_path / "a.tif")
    values = known.cube.read()
    values[20:23] = np.nan
    other = Cube(ArraySource(values), CubeInfo(wavelengths=known.cube.info.wavelengths), name="other")
    features = api.embed(other, encoder)
    api.save(api.classify(features, api.fit(features, known.labels)), tmp_path / "b.tif")
    found = api.evaluate(tmp_path / "a.tif", known["truth.tif"], against=tmp_path / "b.tif").context.comparison
    test = found.draws[0]
    counted = test.both + test.only_first + test.only_second + test.neither
    both = (read_classes(tmp_path / "a.tif").array > 0) & (read_classes(tmp_path / "b.tif").array > 0)
    assert counted == np.count_nonzero(both & (known.truth.array > 0) & (known.labels.array == 0))


@pytest.mark.parametrize("chosen", ["0,255", "0", "none"])
def test_labels_that_were_read_as_the_user_chose_are_found_in_their_file(known, tmp_path, chosen):
    """As in a window, which holds numbers and not how they were read."""
    numbers = np.full(known.truth.array.shape, 255, dtype=np.uint8)
    here = known.labels.array > 0
    numbers[here] = known.labels.array[here] - 1
    np.save(tmp_path / "from0.npy", numbers)
    wanted = api.read_labels(tmp_path / "from0.npy", known.cube, background=chosen)
    usual = api.read_labels(tmp_path / "from0.npy", known.cube)
    assert not np.array_equal(wanted.array, usual.array)
    features = api.embed(known.cube, api.pretrain(known.cube, "spatial-only", device="cpu"))
    result = api.classify(features, api.fit(features, wanted))
    held = api.Labels(wanted.array, wanted.classes, wanted.geo)
    shown = dataclasses.replace(result, labels=held, origin=LabelOrigin(files=(tmp_path / "from0.npy",)))
    found = shown.label_files()
    assert (found.labels, found.background) == (tmp_path / "from0.npy", wanted.chosen_background)
    record = shown.record(found)
    assert record.labels_background == wanted.chosen_background != ""
    other = dataclasses.replace(shown, labels=api.Labels(np.where(here, 1, 0).astype(np.uint16), wanted.classes))
    assert other.label_files().labels is None
