"""The untrained network beside each method, paired differences of a whole study, strokes, and results of before."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.stroke_split import draw_strokes
from hsigui.methods import checkpoint
from hsigui.pipeline.study import work
from hsigui.pipeline.study.log import RESULTS, StudyLog
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.study import StudyFindings, run_study
from hsigui.report.study import Candidate, RowKey, Score, Timing, title_of

SPEC = StudySpec(("lscosa", "spatial-only"), labels=(3,), draws=3, splits=("random", "strokes:2x6"), device="cpu",
                 epochs=3)  # fmt: skip


@pytest.fixture(scope="module")
def reference(cube, truth) -> StudyTruth:
    return StudyTruth(truth, ClassTable.for_numbers(range(1, 5)), cube.valid_mask())


@pytest.fixture(scope="module")
def found(cube, reference, tmp_path_factory) -> tuple[StudyFindings, Path]:
    folder = tmp_path_factory.mktemp("study")
    return run_study(cube, reference, SPEC, folder, SilentContext()), folder


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / RESULTS).read_text(encoding="utf-8").splitlines()]


def test_each_method_is_followed_by_its_untrained_network_and_baselines_are_not():
    candidates = StudySpec(("lscosa", "rf-raw"), presets=("quick", "paper")).candidates()
    assert [(c.method, c.preset, c.untrained) for c in candidates] == [
        ("lscosa", "quick", False), ("lscosa", "quick", True), ("lscosa", "paper", False), ("lscosa", "paper", True),
        ("rf-raw", "quick", False),
    ]  # fmt: skip
    assert [c.title for c in candidates[:2]] == ["LSCoSa, quick", "LSCoSa, quick, untrained"]
    assert len({c.key for c in candidates}) == 5
    assert not any(c.untrained for c in StudySpec(("lscosa",), untrained=False).candidates())


def test_a_row_is_called_by_what_it_differs_in():
    assert title_of("LSCoSa", RowKey("lscosa", "quick")) == "LSCoSa"
    assert title_of("LSCoSa", RowKey("lscosa", "quick", True, "wide"), several_presets=True) == (
        "LSCoSa, quick, wide, untrained"
    )


def test_levels_of_context_have_results_of_their_own(tmp_path):
    usual = Candidate("lscosa", "quick", "LSCoSa", "method")
    wide = replace(usual, context="wide")
    spec = StudySpec(("lscosa",), labels=(3,), draws=1)
    log = StudyLog(tmp_path, {}, {"lscosa": "recipe"})
    log.add_score(Score("lscosa", "quick", "random", 3, 0, 0, 0.5, 0.5, None, 0, 9, (), 1.0, context="wide"))
    log.add_timing(wide, Timing(1.0, 2.0))
    again = StudyLog(tmp_path, {}, {"lscosa": "recipe"})
    assert (len(again.missing(wide, spec)), len(again.missing(usual, spec))) == (0, 1)
    assert set(again.timings) == {wide.key}
    assert again.found(wide, spec)[0].context == "wide"


def test_the_untrained_network_is_trained_for_no_step_with_the_same_settings():
    spec = StudySpec(("lscosa",), epochs=7, settings=("temperature=0.2",))
    trained, untrained = (spec.pretraining(candidate) for candidate in spec.candidates())
    assert (trained.epochs, untrained.epochs) == (7, 0)
    assert trained.settings == untrained.settings == {"temperature": 0.2}
    with pytest.raises(HsiError, match="1 epoch or more"):
        StudySpec(("lscosa",), epochs=0)


def test_results_and_runs_of_both_are_kept_apart(found):
    result, folder = found
    assert [(r.untrained, r.draws) for r in result.rows[:2]] == [(False, 3), (True, 3)]
    trained, untrained = (
        checkpoint.load(folder / "runs" / name) for name in ("lscosa-quick", "lscosa-quick-untrained")
    )
    assert (trained.epochs, untrained.epochs) == (3, 0)
    assert trained.settings == untrained.settings
    timings = [line for line in lines(folder) if line["kind"] == "timing"]
    assert [(t["method"], t["untrained"]) for t in timings] == [
        ("lscosa", False), ("lscosa", True), ("spatial-only", False),
    ]  # fmt: skip
    assert len({line["recipe"] for line in timings}) == 3


def test_differences_are_those_of_the_scores_draw_by_draw(found):
    result, folder = found
    oa = {(s["method"], s["untrained"], s["split"], s["draw"]): s["oa"] for s in lines(folder) if s["kind"] == "score"}
    for told in result.comparisons:
        other = ("lscosa", True) if told.against == "untrained" else ("spatial-only", False)
        values = [oa["lscosa", False, told.split, d] - oa[(*other, told.split, d)] for d in range(3)]
        assert told.mean == pytest.approx(np.mean(values))
        assert told.se == pytest.approx(np.std(values, ddof=1) / np.sqrt(3))
    assert {(c.against, c.split) for c in result.comparisons} == {
        (against, split) for against in ("untrained", "spatial-only") for split in ("random", "strokes:2x6")
    }
    assert [(g.against, g.cells, g.draws) for g in result.gains] == [("untrained", 2, 3), ("spatial-only", 2, 3)]


def test_a_split_into_strokes_is_one_cell_with_its_own_number_and_those_strokes(found, reference):
    result, _ = found
    assert list(SPEC.drawings()) == [("random", 3), ("strokes:2x6", 2)]
    sampling = result.samplings[1]
    assert (sampling.split, sampling.labels, sampling.overlap) == ("strokes:2x6", 2, 0)
    assert all(c.train == (12, 12) for c in sampling.classes)
    drawn = reference.split(SPEC, "strokes:2x6", 2, seed=1)
    wanted = draw_strokes(reference.truth, 2, 1, reference.valid, pixels=6)
    assert np.array_equal(drawn.train, wanted.train)
    assert np.array_equal(drawn.test, wanted.test)


def test_words_of_splits_are_read_and_written_one_way():
    assert StudySpec(("svm-raw",), splits=("strokes:2x25", "block")).splits == ("strokes:2", "block")
    for wrong in ("strokes:0", "strokes:x", "region", "strokes:2,", "bands"):
        with pytest.raises(HsiError):
            StudySpec(("svm-raw",), splits=(wrong,))
    with pytest.raises(HsiError, match="twice"):
        StudySpec(("svm-raw",), splits=("strokes:2", "strokes:2x25"))


def test_results_of_before_there_were_untrained_rows_are_read_and_only_those_are_added(
    cube, reference, tmp_path, monkeypatch
):
    before = StudySpec(("lscosa",), labels=(3,), draws=2, device="cpu", epochs=3, untrained=False)
    first = run_study(cube, reference, before, tmp_path, SilentContext()).rows
    old = [{name: value for name, value in line.items() if name not in ("untrained", "context")}
           for line in lines(tmp_path)]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in old)
    (tmp_path / RESULTS).write_text(text, encoding="utf-8")
    trained = []
    usual = work.pretrain

    def counted(cube, spec, *more, **named):
        trained.append(spec.epochs)
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work, "pretrain", counted)
    now = StudySpec(("lscosa",), labels=(3,), draws=2, device="cpu", epochs=3)
    rows = run_study(cube, reference, now, tmp_path, SilentContext()).rows
    assert trained == [0]
    assert rows[0] == first[0]
    assert (rows[1].untrained, rows[1].draws) == (True, 2)
    assert (tmp_path / RESULTS).read_text(encoding="utf-8").startswith(text)


def test_an_untrained_network_that_fails_leaves_the_trained_one(cube, reference, tmp_path, monkeypatch):
    usual = work.pretrain

    def broken(cube, spec, *more, **named):
        if spec.epochs == 0:
            raise HsiError("no luck.")
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work, "pretrain", broken)
    spec = StudySpec(("lscosa",), labels=(3,), draws=2, device="cpu", epochs=2)
    result = run_study(cube, reference, spec, tmp_path, SilentContext())
    assert [(f.method, f.untrained) for f in result.failures] == [("lscosa", True)]
    assert [(r.draws, r.failed) for r in result.rows] == [(2, ""), (0, "no luck.")]
    assert result.comparisons == ()
