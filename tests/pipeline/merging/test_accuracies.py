"""Accuracies of many scenes from their reports."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.pipeline.merging.accuracies import accuracies, reports_in
from hsigui.pipeline.merging.merge import Asked, merge
from hsigui.report.context import ReportContext
from hsigui.report.metrics import accuracy
from hsigui.report.write import write_report
from tests.pipeline.merging.maps import CLASSES

CTX = SilentContext()


def report(folder: Path, seed: int, classes: ClassTable = CLASSES, created: str = "2026-01-01", **hashes: str):
    """A report of random maps; returns truth and map."""
    draw = np.random.default_rng(seed)
    truth = draw.choice([*classes.numbers], size=(9 + seed, 10)).astype(np.uint16)
    made = np.where(draw.random(truth.shape) < 0.3, draw.choice([0, *classes.numbers], size=truth.shape), truth)
    context = ReportContext(cube_name=folder.name, created=created, hashes=hashes)
    write_report(folder, accuracy(made.astype(np.uint16), truth, classes), context=context)
    return truth, made


def test_error_matrices_are_added_up_and_means_are_over_scenes(tmp_path):
    made = [report(tmp_path / f"scene-{seed}", seed) for seed in range(3)]
    found = accuracies(reports_in([tmp_path]))
    truth = np.concatenate([t.ravel() for t, _ in made])[None]
    both = accuracy(np.concatenate([m.ravel() for _, m in made])[None].astype(np.uint16), truth, CLASSES)
    assert np.array_equal(found.pooled.matrix, both.matrix)
    assert (found.pooled.oa, found.pooled.kappa) == (both.oa, both.kappa)
    each = [float((t == m).mean()) for t, m in made]
    assert found.oa.mean == pytest.approx(np.mean(each))
    assert found.oa.sd == pytest.approx(np.std(each, ddof=1))
    assert found.oa.mean != pytest.approx(both.oa, abs=1e-4), "scenes are of different sizes"
    merged = merge([tmp_path], tmp_path / "out", Asked(), CTX)
    rows = merged.book.get("scenes").rows
    assert [row[0] for row in rows] == ["scene-0", "scene-1", "scene-2", "Mean over scenes", "Standard deviation",
                                        "All test pixels"]  # fmt: skip
    assert rows[-1][2] == both.oa
    tables = json.loads((tmp_path / "out" / "statistics.json").read_text())["tables"]
    assert [row["Corn"] for row in tables["confusion"]] == both.matrix[:, 0].tolist()
    assert "Mean over scenes" in (tmp_path / "out" / "scenes.csv").read_text(encoding="utf-8-sig")


def test_a_scene_that_was_measured_twice_counts_once(tmp_path):
    report(tmp_path / "a", 1, created="2026-01-01", map="m", reference="r")
    report(tmp_path / "b", 2, created="2026-02-01", map="m", reference="r")
    found = accuracies(reports_in([tmp_path]))
    assert [scene.name for scene in found.scenes] == ["b"]
    assert "measured twice" in found.notes[0]
    assert np.isnan(found.oa.sd), "of one scene nothing is known of how scenes differ"


def test_classes_that_disagree_are_refused_and_by_name_are_added_up(tmp_path):
    report(tmp_path / "a", 1)
    other = ClassTable((ClassInfo(1, "Water", (0, 60, 200)), ClassInfo(2, "Corn", (200, 180, 0))))
    report(tmp_path / "b", 2, other)
    paths = reports_in([tmp_path])
    with pytest.raises(HsiError, match="Class 1 is Corn"):
        accuracies(paths)
    found = accuracies(paths, by_name=True)
    assert found.pooled.names == ("Corn", "Bare soil", "Water")
    assert found.pooled.n_test == sum(scene.accuracy.n_test for scene in found.scenes)
    assert sum(found.pooled.right) == sum(sum(scene.accuracy.right) for scene in found.scenes)


@pytest.mark.parametrize("content", ["{", "[]", '{"format": "other"}', '{"format": "hsigui-report", "version": 2}'])
def test_a_report_that_cannot_be_read_is_told_by_its_name(tmp_path, content):
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(HsiError, match=r"report\.json cannot be read as a report"):
        accuracies(reports_in([tmp_path]))


def test_a_report_whose_matrix_does_not_go_with_its_classes_is_refused(tmp_path):
    report(tmp_path, 1)
    told = json.loads((tmp_path / "report.json").read_text())
    told["accuracy"]["matrix"] = [[1]]
    (tmp_path / "report.json").write_text(json.dumps(told))
    with pytest.raises(HsiError, match="does not go with its classes"):
        accuracies(reports_in([tmp_path]))
    (tmp_path / "report.json").write_text(json.dumps({**told, "version": 99}))
    with pytest.raises(HsiError, match="newer version"):
        accuracies(reports_in([tmp_path]))
