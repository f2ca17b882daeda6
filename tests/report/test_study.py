"""The report of a study: summary, page, tables and JSON."""

from __future__ import annotations

import csv
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.comparisons import compare
from hsigui.report.paired import difference
from hsigui.report.study import (
    Candidate,
    ClassCounts,
    ClassScore,
    Failure,
    Sampling,
    Score,
    Study,
    Timing,
    mean_and_sd,
    summarise,
)
from hsigui.report.study_files import write_study
from hsigui.report.write import ReportContext

GOOD = Candidate("good", "quick", "Good <method>", "method")
PLAIN = Candidate("plain", "quick", "Plain", "baseline")
CLASSES = ClassTable((ClassInfo(1, "Corn & hay", (10, 200, 30)), ClassInfo(2, "Oats", (1, 2, 3))))
RANDOM = Sampling(
    "random", 5, 3,
    (ClassCounts(1, "Corn & hay", 900, (5, 5), (895, 895), 3), ClassCounts(2, "Oats", 9, (4, 4), (0, 5), 2)), 0, 1,
)  # fmt: skip


def score(candidate: Candidate, draw: int, oa: float, oats: float | None, kappa: float | None = 0.5) -> Score:
    classes = (ClassScore(1, oa, 895, 5), ClassScore(2, oats, 0 if oats is None else 5, 4))
    return Score(candidate.method, candidate.preset, "random", 5, draw, draw, oa, oa / 2, kappa, 0, 900, classes, 1.5)


SCORES = [score(GOOD, 0, 0.80, 0.6), score(GOOD, 1, 0.90, None), score(GOOD, 2, 0.85, 1.0),
          score(PLAIN, 0, 0.70, 0.2), score(PLAIN, 1, 0.71, None, None), score(PLAIN, 2, 0.72, 0.4)]  # fmt: skip
TIMINGS = {GOOD.key: Timing(61.2, 3.0), PLAIN.key: Timing(0.0, 0.5)}


def study_of(scores=SCORES, failures=(), samplings=(RANDOM,), **more) -> Study:
    rows = summarise([GOOD, PLAIN], samplings, scores, TIMINGS, failures)
    context = ReportContext(title="Study of x", cube_name="x", rows=30, cols=31, bands=7, transductive=True,
                            settings={"Study": {"draws": 3}}, seeds={"pretraining": 4}, versions={"numpy": "2"},
                            device="CPU, 2 threads", seconds={"pretraining": 61.2},
                            commands=("hsigui study 'a <b>.hdr'",), notes=("A note.",), **more)  # fmt: skip
    return Study(rows, tuple(samplings), context, (4, 5, 6), 2, tuple(failures))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def text_of(page: str) -> str:
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_mean_and_deviation_are_those_of_numpy_over_what_is_defined():
    values = [0.8, 0.9, None, 0.85, float("nan")]
    known = [0.8, 0.9, 0.85]
    assert mean_and_sd(values) == (pytest.approx(np.mean(known)), pytest.approx(np.std(known, ddof=1)))
    assert mean_and_sd([0.3]) == (0.3, None)
    assert mean_and_sd([None]) == (None, None)


def test_rows_come_in_the_order_of_tables_and_methods_with_their_own_scores():
    ten = replace(RANDOM, labels=10)
    rows = summarise([GOOD, PLAIN], [RANDOM, ten], SCORES, TIMINGS)
    assert [(r.labels, r.method, r.draws) for r in rows] == [(5, "good", 3), (5, "plain", 3), (10, "good", 0),
                                                            (10, "plain", 0)]  # fmt: skip
    assert rows[0].oa_mean == pytest.approx(0.85)
    assert rows[0].oa_sd == pytest.approx(0.05)
    assert (rows[0].pretrain_s, rows[0].features_s, rows[0].map_s) == (61.2, 3.0, 1.5)
    assert rows[1].kappa_mean == pytest.approx(0.5)
    assert rows[2].oa_mean is None
    oats = rows[0].classes[1]
    assert (oats.recall_mean, oats.tested) == (pytest.approx(0.8), 2)


def test_the_json_has_the_fields_that_are_promised_and_null_for_what_is_not_defined(tmp_path):
    write_study(tmp_path, study_of([score(GOOD, 0, 0.8, None)]), CLASSES)
    told = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))
    assert (told["format"], told["version"]) == ("hsigui-study", 1)
    names = {"method", "labels", "split", "draws", "oa_mean", "oa_sd", "aa_mean", "aa_sd", "kappa_mean", "kappa_sd",
             "pretrain_s", "map_s"}  # fmt: skip
    assert all(names <= row.keys() for row in told["rows"])
    one, none = told["rows"]
    assert one["oa_mean"] == 0.8
    assert one["oa_sd"] is None
    assert one["classes"][1]["recall_mean"] is None
    assert none["oa_mean"] is None
    assert none["draws"] == 0
    assert told["seeds"] == {"pretraining": 4, "draws": [4, 5, 6]}
    assert told["settings"]["Study"]["draws"] == 3
    assert told["samplings"][0]["overlap"] == 0
    assert told["versions"] == {"numpy": "2"}


def test_the_tables_for_a_spreadsheet_hold_the_same_figures(tmp_path):
    write_study(tmp_path, study_of(), CLASSES)
    rows = table(tmp_path / "study.csv")
    assert float(rows[0]["oa_mean"]) == pytest.approx(0.85)
    assert rows[0]["split"] == "random"
    classes = table(tmp_path / "study-classes.csv")
    assert [c["name"] for c in classes] == ["Corn & hay", "Oats"] * 2
    assert classes[1]["draws_tested"] == "2"
    assert classes[3]["producers_accuracy_mean"] == "0.300000"


def test_an_undefined_figure_is_an_empty_cell(tmp_path):
    write_study(tmp_path, study_of([score(PLAIN, 0, 0.8, None)]), CLASSES)
    rows = table(tmp_path / "study.csv")
    assert rows[0]["oa_mean"] == ""
    assert rows[1]["oa_sd"] == ""


def test_the_page_discloses_how_it_was_made_and_has_no_outside_part(tmp_path):
    page = write_study(tmp_path, study_of(), CLASSES)[0].read_text(encoding="utf-8")
    told = text_of(page)
    for part in ("transductive", "trained on: 0", "seeds 4, 5, 6", "CPU, 2 threads", "hsigui study 'a <b>.hdr'",
                 "A note.", "Good <method>", "Corn & hay", "numpy", "61.2"):  # fmt: skip
        assert part in told, part
    assert not re.search(r"(src|href)=|<script|@import|url\(", page)
    assert "@media (prefers-color-scheme: dark)" in page
    assert page.index("@media print") > page.index(".scroll { overflow-x: auto; }"), "or printing would cut tables off"


def test_the_best_mean_of_a_column_is_marked_and_equals_alike(tmp_path):
    page = write_study(tmp_path, study_of(), CLASSES)[0].read_text(encoding="utf-8")
    marked = re.findall(r'<td class="best">([\d.]+)', page)
    # OA, AA of the better one; kappa is the same in both rows; then the two classes.
    assert marked == ["85.0", "42.5", "0.500", "0.500", "85.0", "80.0"]


def test_a_class_without_test_pixels_is_na_on_the_page_and_named(tmp_path):
    never = replace(RANDOM, classes=(RANDOM.classes[0], replace(RANDOM.classes[1], test=(0, 0), tested=0)))
    page = write_study(tmp_path, study_of([score(GOOD, d, 0.8, None) for d in range(3)], samplings=(never,)), CLASSES)
    told = text_of(page[0].read_text(encoding="utf-8"))
    assert "Oats (0 of 3 draws, never)" in told
    assert re.search(r"Oats 9 4 0 n/a n/a", told)


def test_what_failed_is_told_with_its_reason_and_keeps_its_row(tmp_path):
    whole = Failure("good", "quick", "out of <memory>")
    one = Failure("plain", "quick", "odd draw", "random", 5, 1)
    page = write_study(tmp_path, study_of(SCORES[3:5], (whole, one)), CLASSES)[0].read_text(encoding="utf-8")
    told = text_of(page)
    assert "good : out of <memory>" in told
    assert "Plain: only 2 of 3 draws. odd draw" in told
    assert page.count('colspan="7"') == 1


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(HsiError, match="cannot be written"):
        write_study(tmp_path / "file", study_of(), CLASSES)


TWIN = replace(GOOD, title="Good, untrained", untrained=True)
TWINS = [replace(s, oa=oa, untrained=True) for s, oa in zip(SCORES, (0.79, 0.88, 0.85), strict=False)]


def study_with_differences() -> Study:
    context = ReportContext(title="Study of x", settings={})
    rows = summarise([GOOD, TWIN, PLAIN], [RANDOM], [*SCORES, *TWINS], TIMINGS)
    comparisons, gains = compare([GOOD, TWIN, PLAIN], {"": [*SCORES, *TWINS]})
    return Study(rows, (RANDOM,), context, (4, 5, 6), 2, (), comparisons, gains)


def test_differences_stand_in_page_table_and_json(tmp_path):
    write_study(tmp_path, study_with_differences(), CLASSES)
    wanted = difference([0.01, 0.02, 0.0])
    first, twin, plain = table(tmp_path / "study.csv")
    assert float(first["over_untrained_mean"]) == pytest.approx(0.01)
    assert float(first["over_untrained_se"]) == pytest.approx(wanted.se, rel=1e-4)
    assert (
        float(first["over_untrained_p"]) == float(first["over_untrained_p_holm"]) == pytest.approx(wanted.p, rel=1e-4)
    )
    assert first["over_spatial_mean"] == twin["over_untrained_mean"] == plain["over_untrained_mean"] == ""
    assert [(row["untrained"], row["context"]) for row in (first, twin, plain)] == [("0", ""), ("1", ""), ("0", "")]
    told = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))
    (comparison,) = told["comparisons"]
    assert (comparison["method"], comparison["against"], comparison["draws"]) == ("good", "untrained", 3)
    assert comparison["mean"] == pytest.approx(0.01)
    assert [(g["cells"], g["draws"]) for g in told["gains"]] == [(1, 3)]
    assert [row["untrained"] for row in told["rows"]] == [False, True, False]
    words = text_of((tmp_path / "study.html").read_text(encoding="utf-8"))
    assert "What training brings: each method minus its own untrained network" in words
    assert "Good <method> +1.00 ± 0.58 p 0.2254 +1.00 ± 0.58 3 draws, 1 cell" in words


def test_a_study_without_anything_to_compare_with_has_no_table_of_differences(tmp_path):
    page = write_study(tmp_path, study_of(), CLASSES)[0].read_text(encoding="utf-8")
    assert "What training brings" not in page


def test_a_split_into_strokes_is_told_by_its_number_of_strokes(tmp_path):
    strokes = replace(RANDOM, split="strokes:2x12", labels=2)
    scores = [replace(s, split="strokes:2x12", labels=2) for s in SCORES]
    page = write_study(tmp_path, study_of(scores, samplings=(strokes,)), CLASSES)[0].read_text(encoding="utf-8")
    assert "2 strokes a class, each inside one field (strokes:2x12)" in text_of(page)


def test_the_error_of_the_confidence_stands_in_the_page_where_it_was_measured(tmp_path):
    told = [replace(s, confidence=0.9, ece=0.03, ece_before=0.08) for s in SCORES if s.method == "good"]
    others = [s for s in SCORES if s.method != "good"]
    page = write_study(tmp_path / "a", study_of([*told, *others]), CLASSES)[0].read_text(encoding="utf-8")
    words = text_of(page)
    assert "Sure, % Error of confidence, %" in words
    assert "90.0 3.0 (8.0)" in words
    assert words.count("n/a n/a") >= 1  # of the row that was not measured
    without = write_study(tmp_path / "b", study_of(), CLASSES)[0].read_text(encoding="utf-8")
    assert "Error of confidence" not in without
