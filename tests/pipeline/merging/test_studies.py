"""One study from several folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hsigui.claims import Claim, Claims
from hsigui.errors import HsiError
from hsigui.pipeline.merging.studies import is_study, merge_studies
from hsigui.pipeline.study.log import StudyLog
from hsigui.report.study import Candidate, ClassScore, Failure, Score, Timing

SETTINGS, RECIPES = {"scene": "s", "seed": 0}, {"svm-raw": "r", "rf-raw": "r"}


def score(method: str, draw: int, oa: float = 0.5, seconds: float = 1.0) -> Score:
    return Score(method, "", "random", 5, draw, draw, oa, 0.5, 0.4, 0, 9, (ClassScore(1, 0.5, 9, 5),), seconds)


def log(folder: Path, *scores: Score, settings: dict[str, object] = SETTINGS) -> None:
    folder.mkdir(exist_ok=True)
    with StudyLog(folder, settings, RECIPES) as found:
        for one in scores:
            found.add_score(one)


def test_draws_of_several_folders_stand_in_one_and_each_once(tmp_path):
    log(tmp_path / "a", score("svm-raw", 0), score("svm-raw", 1))
    log(tmp_path / "b", score("svm-raw", 1, seconds=9.0), score("rf-raw", 0))
    with StudyLog(tmp_path / "b", SETTINGS, RECIPES) as found:
        found.add_failure(Failure("rf-raw", "", "no memory"), "trace")
        found.add_timing(Candidate("rf-raw", "", "Random forest", "baseline"), Timing(1.0, 2.0, "cpu"))
    (tmp_path / "b" / "results.jsonl").rename(tmp_path / "b" / "results-node-7.jsonl")
    with (tmp_path / "b" / "results-node-7.jsonl").open("a") as file:
        file.write('{"kind": "score", "met')  # cut off by a crash
    merged = merge_studies([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert (merged.scores, merged.failures) == (3, 1)
    assert merged.notes == ("1 result stands in several folders: the first counts.",)
    with StudyLog(tmp_path / "out", SETTINGS, RECIPES) as found:
        assert {(key[0].method, key[3]) for key in found.scores} == {("svm-raw", 0), ("svm-raw", 1), ("rf-raw", 0)}
        assert [timing.features_s for timing in found.timings.values()] == [2.0]
    again = merge_studies([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert again.scores == 3, "what is in the folder already is kept"


def test_draws_that_differ_are_told(tmp_path):
    log(tmp_path / "a", score("svm-raw", 0, 0.5))
    log(tmp_path / "b", score("svm-raw", 0, 0.6))
    merged = merge_studies([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert merged.notes[1] == "1 of them has other figures in another folder, as from another device."
    line = json.loads((tmp_path / "out" / "results.jsonl").read_text())
    assert line["oa"] == 0.5


def test_another_study_and_a_folder_in_work_are_refused(tmp_path):
    log(tmp_path / "a", score("svm-raw", 0))
    log(tmp_path / "b", score("svm-raw", 0), settings={**SETTINGS, "seed": 1})
    with pytest.raises(HsiError, match="differs in: seed"):
        merge_studies([tmp_path / "a", tmp_path / "b"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    claim = Claims().take(tmp_path / "out" / "results.jsonl.claim")
    assert isinstance(claim, Claim)
    with claim, pytest.raises(HsiError, match="is at work in"):
        merge_studies([tmp_path / "a"], tmp_path / "out")
    assert not is_study(tmp_path / "out")
    (tmp_path / "a" / "results.jsonl").write_text("nonsense\n")
    with pytest.raises(HsiError, match="Line 1 of"):
        merge_studies([tmp_path / "a"], tmp_path / "out")
