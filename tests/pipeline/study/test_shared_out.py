"""Studies by several workers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Ended, Workers
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.study.plan import StudySpec
from hsigui.pipeline.study.study import Shared, StudyFindings, run_study
from tests.pipeline.study.opening import OpenDemo

SPEC = StudySpec(methods=("sam", "sid", "svm-pca-smooth"), labels=(3,), draws=2, device="cpu")


class Losing(Serial):
    """Loses every worker."""

    def map(self, do, orders, hear):
        for number in range(len(orders)):
            yield Ended(number, lost="The machine is on fire.")


def found(folder, spec=SPEC, executor=None, opening=OpenDemo(), ctx=None) -> StudyFindings:  # noqa: B008 - frozen
    """What a study finds, by workers where there are some."""
    cube, reference, _ = OpenDemo()(SilentContext())
    shared = None if executor is None else Shared(executor, opening)
    return run_study(cube, reference, spec, folder, ctx or SilentContext(), shared=shared)


def figures(findings: StudyFindings) -> list[tuple]:
    return [(s.method, s.draw, s.oa, s.aa, s.kappa, s.classes, s.confidence) for s in findings.scores]


def test_two_processes_find_what_one_finds_though_one_of_them_is_killed(tmp_path):
    alone = found(tmp_path / "alone")
    told = []

    class Hearing(SilentContext):
        def progress(self, done, total, text=""):
            assert 0 <= done <= total + 1e-6

        def warn(self, message):
            told.append(message)

    with Processes(Workers(2)) as executor:
        shared = found(tmp_path / "shared", SPEC, executor, OpenDemo(tmp_path / "killed"), Hearing())
    assert any("tried once more" in text for text in told)
    assert figures(shared) == figures(alone)
    assert [row.method for row in shared.rows] == [row.method for row in alone.rows]
    assert not shared.failures
    assert shared.threads == 1
    assert figures(found(tmp_path / "shared", SPEC, Losing())) == figures(alone), "nobody is asked for what is there"


def test_rows_whose_workers_are_lost_again_have_failed_and_the_study_says_so(tmp_path):
    spec = replace(SPEC, methods=("sam", "sid"))
    findings = found(tmp_path, spec, Losing())
    assert [(f.method, f.message) for f in findings.failures] == [
        ("sam", "The machine is on fire."), ("sid", "The machine is on fire."),
    ]  # fmt: skip
    assert found(tmp_path, spec).failures == (), "the next call tries again"


def test_what_fails_in_a_worker_is_a_failure_of_the_study(tmp_path, monkeypatch):
    def broken(self, candidate):
        raise HsiError("no features today")

    monkeypatch.setattr("hsigui.pipeline.study.work.Work._features", broken)
    findings = found(tmp_path, replace(SPEC, methods=("svm-pca-smooth", "sam")), Serial())
    assert [(f.method, f.message) for f in findings.failures] == [("svm-pca-smooth", "no features today")]
    assert [row.draws for row in findings.rows if row.method == "sam"] == [2]


def test_a_scene_that_a_worker_cannot_open_ends_the_study(tmp_path):
    with pytest.raises(HsiError, match="not here"):
        found(tmp_path, SPEC, Serial(), missing)


def missing(ctx):
    raise HsiError("it is not here")
