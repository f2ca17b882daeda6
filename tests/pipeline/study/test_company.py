"""Studies that several processes work on in one folder."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

import pytest

from hsigui.claims import Claim, Claims
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.study.log import RESULTS, StudyLog
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.study import run_study
from hsigui.report.study import Score, Timing

SPEC = StudySpec(methods=("sam", "sid"), labels=(3,), draws=2)
RECIPES = {"sam": "a", "sid": "b"}


def score(method: str, draw: int) -> Score:
    return Score(method, "quick", "random", 3, draw, draw, 0.5, 0.5, 0.4, 0, 9, (), 0.1)


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_each_process_writes_a_file_of_its_own_and_all_read_all(tmp_path, monkeypatch):
    sam, sid = SPEC.candidates()
    with StudyLog(tmp_path, {"seed": 0}, RECIPES) as one, StudyLog(tmp_path, {"seed": 0}, RECIPES) as other:
        one.add_score(score("sam", 0))
        monkeypatch.setattr("os.getpid", lambda: 7)
        other.add_score(score("sid", 0))
        one.add_score(score("sam", 1))
        other.read_again()
        assert other.missing(sam, SPEC) == []
        assert other.missing(sid, SPEC) == [("random", 3, 1)]
    assert [line["method"] for line in lines(tmp_path / RESULTS)] == ["sam", "sam"]
    assert [line["method"] for line in lines(tmp_path / f"results-{socket.gethostname()}-7.jsonl")] == ["sid"]
    with StudyLog(tmp_path, {"seed": 0}, RECIPES) as later:
        assert len(later.scores) == 3
        later.add_timing(sid, Timing(1.0, 2.0, "here"))
    assert len(lines(tmp_path / RESULTS)) == 3, "the next one goes on with the first file"
    assert list(tmp_path.glob("*.claim")) == []


def test_a_line_that_another_is_just_writing_is_read_when_it_is_whole(tmp_path):
    with StudyLog(tmp_path, {"seed": 0}, RECIPES) as one:
        one.add_score(score("sam", 0))
        whole = (tmp_path / RESULTS).read_bytes()
        path = tmp_path / "results-elsewhere-9.jsonl"
        of_another = whole.replace(b'"sam"', b'"sid"').replace(b'"a"', b'"b"')
        path.write_bytes(of_another[:30])
        with StudyLog(tmp_path, {"seed": 0}, RECIPES) as other:
            assert len(other.scores) == 1
            path.write_bytes(of_another)
            other.read_again()
            assert len(other.scores) == 2
        path.write_bytes(path.read_bytes() + b"nonsense\n")
        with pytest.raises(HsiError, match="Line 2"):
            StudyLog(tmp_path, {"seed": 0}, RECIPES)


@pytest.fixture(scope="module")
def reference(cube, truth) -> StudyTruth:
    return StudyTruth(truth, ClassTable.for_numbers(range(1, 5)), cube.valid_mask())


@pytest.fixture
def in_work_elsewhere(tmp_path):
    """A folder in which another process is at one method, until it is released."""
    claim = Claims().take(tmp_path / "sam-quick.claim")
    assert isinstance(claim, Claim)
    yield claim
    claim.release()


def test_what_another_is_at_comes_last_and_is_not_computed_twice(cube, reference, tmp_path, in_work_elsewhere):
    spec = replace(SPEC, draws=1)
    elsewhere = tmp_path / "elsewhere"
    run_study(cube, reference, replace(spec, methods=("sam",)), elsewhere, SilentContext())
    told = []

    class Company(SilentContext):
        def progress(self, done, total, text=""):
            told.append(text)
            assert done <= total
            if "in work by" in text and not in_work_elsewhere._ended.is_set():
                (tmp_path / "results-elsewhere-9.jsonl").write_bytes((elsewhere / RESULTS).read_bytes())
                in_work_elsewhere.release()

    found = run_study(cube, reference, spec, tmp_path, Company())
    assert sorted(row.method for row in found.rows) == ["sam", "sid"]
    assert not found.failures
    assert [line["method"] for line in lines(tmp_path / RESULTS)] == ["sid"]
    waited = next(n for n, text in enumerate(told) if "in work by process" in text)
    assert any("draw 1" in text for text in told[waited:]), "the other method was computed meanwhile"
