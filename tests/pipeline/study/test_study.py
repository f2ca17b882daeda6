"""Methods compared on the same draws, on a tiny scene with baselines and one method of few steps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.sampling import draw
from hsigui.pipeline.study import study, work
from hsigui.pipeline.study.log import RESULTS
from hsigui.pipeline.study.plan import StudySpec, StudyTruth, chosen_methods, nearest
from hsigui.pipeline.study.study import StudyFindings, run_study
from hsigui.report.reliability import counted
from hsigui.specs import PretrainSpec

SPEC = StudySpec(("logreg-raw", "spatial-only"), labels=(3, 6), draws=3, device="cpu")


@pytest.fixture(scope="module")
def reference(cube, truth) -> StudyTruth:
    return StudyTruth(truth, ClassTable.for_numbers(range(1, 5)), cube.valid_mask())


@pytest.fixture(scope="module")
def found(cube, reference, tmp_path_factory) -> tuple[StudyFindings, Path]:
    folder = tmp_path_factory.mktemp("study")
    return run_study(cube, reference, SPEC, folder, SilentContext()), folder


class Watch(SilentContext):
    """Remembers what it was told, and cancels after so many draws."""

    def __init__(self, draws: int = 10_000) -> None:
        self.draws, self.told, self.lines = draws, [], []

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.told.append((done, total, text))
        if " draw " in text:
            self.draws -= 1
            if self.draws < 0:
                raise Cancelled

    def partial(self, value: object) -> None:
        self.lines.append(value)


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / RESULTS).read_text(encoding="utf-8").splitlines()]


def test_every_row_holds_mean_and_deviation_of_its_draws(found):
    result, folder = found
    assert [(r.split, r.labels, r.method) for r in result.rows] == [
        ("random", n, m) for n in (3, 6) for m in ("logreg-raw", "spatial-only")
    ]
    scores = [line for line in lines(folder) if line["kind"] == "score"]
    assert len(scores) == 12
    for row in result.rows:
        own = [s for s in scores if (s["method"], s["labels"]) == (row.method, row.labels)]
        for name in ("oa", "aa", "kappa"):
            values = [s[name] for s in own]
            assert getattr(row, f"{name}_mean") == pytest.approx(np.mean(values))
            assert getattr(row, f"{name}_sd") == pytest.approx(np.std(values, ddof=1))
        assert row.ece_mean == pytest.approx(np.mean([s["ece"] for s in own]))
        assert row.ece_before_mean == pytest.approx(np.mean([s["ece_before"] for s in own]))
        assert row.map_s == pytest.approx(np.mean([s["map_s"] for s in own]))
        assert row.draws == 3
        assert row.pretrain_s == pytest.approx(0, abs=0.1)
    assert result.failures == ()


def test_a_score_is_that_of_the_same_steps_done_one_by_one(cube, reference, found):
    from hsigui.pipeline.classify import classify
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain
    from hsigui.pipeline.probe import fit_probe

    ctx = SilentContext()
    encoder = pretrain(cube, SPEC.pretraining(SPEC.candidates()[1]), ctx)
    features = embed(cube, encoder, ctx, device="cpu")
    split = draw(reference.truth, 6, 2, cube.valid_mask())
    probe = fit_probe(features, split.train, None, ctx)
    mapped = classify(features, probe, None, ctx)
    raw = classify(features, probe.calibrated(replace(probe.calibration, temperature=1.0)), None, ctx)
    test = split.test > 0
    right = (mapped.classes == split.test)[test].mean()
    (score,) = [s for s in lines(found[1]) if s["kind"] == "score" and s["method"] == "spatial-only"
                and s["labels"] == 6 and s["draw"] == 2]  # fmt: skip
    assert score["seed"] == 2
    assert score["oa"] == pytest.approx(right)
    assert score["temperature"] == pytest.approx(probe.calibration.temperature)
    assert score["confidence"] == pytest.approx(mapped.confidence[test].mean(), abs=1e-4)
    for name, one in (("ece", mapped), ("ece_before", raw)):
        expected = counted(one.confidence[test], (one.classes == split.test)[test]).ece
        assert score[name] == pytest.approx(expected, abs=1e-3)


def test_training_and_test_never_overlap_and_are_counted(found):
    for sampling in found[0].samplings:
        assert sampling.overlap == 0
        assert sampling.nearest >= 1
        for c in sampling.classes:
            assert c.train == (sampling.labels, sampling.labels)
            assert c.test == (c.pixels - sampling.labels,) * 2
            assert c.tested == 3


def test_a_second_run_computes_nothing_and_gives_the_same_rows(cube, reference, found, monkeypatch):
    result, folder = found
    before = (folder / RESULTS).read_bytes()
    monkeypatch.setattr(work, "fit_probe", None)
    monkeypatch.setattr(work, "pretrain", None)
    again = run_study(cube, reference, SPEC, folder, SilentContext())
    assert again.rows == result.rows
    assert (folder / RESULTS).read_bytes() == before


def test_a_study_that_was_cancelled_goes_on_and_ends_as_if_it_had_not_been(cube, reference, found, tmp_path):
    with pytest.raises(Cancelled):
        run_study(cube, reference, SPEC, tmp_path, Watch(draws=4))
    assert sum(line["kind"] == "score" for line in lines(tmp_path)) == 4
    whole = (tmp_path / RESULTS).read_bytes()
    (tmp_path / RESULTS).write_bytes(whole[:-20])  # as a crash in the middle of a line would leave it
    watch = Watch()
    resumed = run_study(cube, reference, SPEC, tmp_path, watch)
    assert sum(" draw " in text for _, _, text in watch.told) == 12 - 3
    figures = ("method", "labels", "oa_mean", "oa_sd", "aa_mean", "kappa_sd", "draws", "classes")
    for one, other in zip(resumed.rows, found[0].rows, strict=True):
        assert [getattr(one, name) for name in figures] == [getattr(other, name) for name in figures]


def test_another_method_and_more_draws_are_added_to_what_is_there(cube, reference, tmp_path):
    less = StudySpec(("logreg-raw",), labels=(3,), draws=2, device="cpu")
    run_study(cube, reference, less, tmp_path, SilentContext())
    watch = Watch()
    more = run_study(cube, reference, StudySpec(("logreg-raw", "rf-raw"), labels=(3,), draws=3, device="cpu"),
                     tmp_path, watch)  # fmt: skip
    assert sum(" draw " in text for _, _, text in watch.told) == 1 + 3
    assert [r.draws for r in more.rows] == [3, 3]
    assert [r.draws for r in run_study(cube, reference, less, tmp_path, SilentContext()).rows] == [2]


def test_progress_only_rises_to_the_whole_and_says_what_is_done(cube, reference, tmp_path):
    watch = Watch()
    run_study(cube, reference, SPEC, tmp_path, watch)
    told = [entry for entry in watch.told if entry[2].startswith("Study, ")]
    done = [d for d, _, _ in told]
    assert done == sorted(done)
    assert len({total for _, total, _ in told}) == 1
    assert done[-1] + 1 == pytest.approx(told[-1][1])
    assert told[-1][2] == "Study, 11 of 12, Spatial features only (2 of 2), random split, 6 labels, draw 3 of 3"
    assert len(watch.lines) == 4
    assert "OA" in watch.lines[0]


@pytest.mark.parametrize(
    ("change", "named"),
    [({"seed": 1}, "seed"), ({"epochs": 3}, "epochs"), ({"guard": 3}, "guard"), ({"block": 9}, "block")],
)
def test_other_settings_are_refused_and_named(cube, reference, found, change, named):
    other = StudySpec(SPEC.methods, labels=SPEC.labels, draws=SPEC.draws, device="cpu", **change)
    with pytest.raises(HsiError, match=f"differs in: {named}") as refused:
        run_study(cube, reference, other, found[1], SilentContext())
    assert "another folder" in refused.value.hint


def test_another_ground_truth_is_refused(cube, reference, found):
    changed = reference.truth.copy()
    changed[0, 0] = 2
    with pytest.raises(HsiError, match="differs in: ground truth"):
        run_study(cube, StudyTruth(changed, reference.classes, reference.valid), SPEC, found[1], SilentContext())


def test_results_of_another_recipe_are_computed_again(cube, reference, tmp_path, monkeypatch):
    spec = StudySpec(("spatial-only",), labels=(3,), draws=2, device="cpu")
    run_study(cube, reference, spec, tmp_path, SilentContext())
    monkeypatch.setattr(study, "recipes_of", lambda spec: dict.fromkeys(spec.methods, "another"))
    watch = Watch()
    result = run_study(cube, reference, spec, tmp_path, watch)
    assert sum(" draw " in text for _, _, text in watch.told) == 2
    assert result.rows[0].draws == 2


def test_a_method_that_fails_is_told_and_tried_again_and_the_others_are_complete(
    cube, reference, tmp_path, monkeypatch
):
    usual = work.pretrain

    def broken(cube, spec, ctx, out, **more):
        if spec.method == "logreg-raw":
            raise RuntimeError("no luck")
        return usual(cube, spec, ctx, out, **more)

    monkeypatch.setattr(work, "pretrain", broken)
    spec = StudySpec(("logreg-raw", "spatial-only"), labels=(3,), draws=2, device="cpu")
    watch = Watch()
    result = run_study(cube, reference, spec, tmp_path, watch)
    assert [(f.method, f.message) for f in result.failures] == [("logreg-raw", "RuntimeError: no luck")]
    failed, complete = result.rows
    assert (failed.oa_mean, failed.aa_sd, failed.draws) == (None, None, 0)
    assert failed.failed == "RuntimeError: no luck"
    assert complete.draws == 2
    assert complete.failed == ""
    assert "Traceback" in next(line["trace"] for line in lines(tmp_path) if line["kind"] == "failure")
    monkeypatch.setattr(work, "pretrain", usual)
    assert [r.draws for r in run_study(cube, reference, spec, tmp_path, SilentContext()).rows] == [2, 2]


def test_a_draw_that_fails_leaves_the_other_draws(cube, reference, tmp_path, monkeypatch):
    usual = work.fit_probe
    calls = iter(range(100))

    def broken(*arguments):
        if next(calls) == 1:
            raise HsiError("not this one.")
        return usual(*arguments)

    monkeypatch.setattr(work, "fit_probe", broken)
    spec = StudySpec(("logreg-raw",), labels=(3,), draws=3, device="cpu")
    result = run_study(cube, reference, spec, tmp_path, SilentContext())
    assert [(f.split, f.labels, f.draw) for f in result.failures] == [("random", 3, 1)]
    assert result.rows[0].draws == 2
    assert result.rows[0].oa_mean is not None


def test_a_method_is_pretrained_once_for_all_draws_and_its_encoder_is_found_again(
    cube, reference, tmp_path, monkeypatch
):
    spec = StudySpec(("lscosa",), labels=(3, 6), draws=2, device="cpu", epochs=3, splits=("random", "block"),
                     block=8, guard=8, untrained=False)  # fmt: skip
    usual, trained = work.pretrain, []

    def counted(cube, spec, *more, **named):
        trained.append(spec.method)
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work, "pretrain", counted)
    with pytest.raises(Cancelled):
        run_study(cube, reference, spec, tmp_path, Watch(draws=1))
    result = run_study(cube, reference, spec, tmp_path, SilentContext())
    assert trained == ["lscosa"]
    assert [r.draws for r in result.rows] == [2] * 4
    assert all(r.pretrain_s > 0 for r in result.rows)
    apart = {s.split: s.nearest for s in result.samplings}
    assert apart["block"] > 8 > apart["random"]


@pytest.mark.parametrize("odd", [{"scenes": ({}, {})}, {"begun_from": {"name": "another"}}, {"seed": 9}])
def test_an_encoder_that_is_not_of_this_study_is_not_taken_for_one(cube, reference, tmp_path, monkeypatch, odd):
    """A folder may hold another's encoder: of several scenes, gone on from another run, or of another seed."""
    spec = StudySpec(("lscosa",), labels=(3,), draws=2, device="cpu", epochs=3, untrained=False)
    run_study(cube, reference, spec, tmp_path, SilentContext())
    usual, usual_load, trained = work.pretrain, work.checkpoint.load, []

    def other(folder):
        found = usual_load(folder)
        if "seed" in odd:
            return replace(found, spec=replace(found.spec, seed=odd["seed"]))
        return replace(found, **odd)

    def counted(cube, spec, *more, **named):
        trained.append(spec.method)
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work.checkpoint, "load", other)
    monkeypatch.setattr(work, "pretrain", counted)
    run_study(cube, reference, replace(spec, draws=3), tmp_path, SilentContext())
    assert trained == ["lscosa"]


def test_a_class_that_no_draw_can_test_is_not_defined_and_leaves_the_average(cube, reference, tmp_path):
    truth = reference.truth.copy()
    truth[20:22, 20:22] = 5
    changed = StudyTruth(truth, ClassTable.for_numbers(range(1, 6)), reference.valid)
    spec = StudySpec(("logreg-raw",), labels=(3,), draws=2, splits=("block",), block=8, guard=3, device="cpu")
    (row,) = run_study(cube, changed, spec, tmp_path, SilentContext()).rows
    small = row.classes[4]
    assert (small.number, small.recall_mean, small.recall_sd, small.tested) == (5, None, None, 0)
    for score in (line for line in lines(tmp_path) if line["kind"] == "score"):
        recalls = [c["recall"] for c in score["classes"]]
        assert recalls[4] is None
        assert score["aa"] == pytest.approx(np.mean(recalls[:4]))


def test_nothing_is_computed_where_the_blocks_leave_no_test(cube, reference, tmp_path):
    spec = StudySpec(("logreg-raw",), splits=("block",), block=40, guard=20, device="cpu")
    with pytest.raises(HsiError, match="leave no pixel"):
        run_study(cube, reference, spec, tmp_path / "study", SilentContext())
    assert not (tmp_path / "study").exists()


def test_a_line_that_cannot_be_read_is_named(cube, reference, tmp_path):
    spec = StudySpec(("logreg-raw",), labels=(3,), draws=1, device="cpu")
    run_study(cube, reference, spec, tmp_path, SilentContext())
    with (tmp_path / RESULTS).open("a", encoding="utf-8") as file:
        file.write("nonsense\n")
    with pytest.raises(HsiError, match="Line 3 of"):
        run_study(cube, reference, spec, tmp_path, SilentContext())


def test_methods_are_chosen_by_family_or_name():
    everything, methods, baselines = (chosen_methods(text) for text in ("all", "methods", "baselines"))
    assert everything == methods + baselines
    assert "lscosa" in methods
    assert "svm-pca-smooth" in baselines
    assert chosen_methods("rf-raw, lscosa") == ("rf-raw", "lscosa")
    with pytest.raises(HsiError, match="Unknown method “svm”"):
        chosen_methods("svm")


def test_a_baseline_is_run_once_and_a_method_with_each_preset():
    candidates = StudySpec(("lscosa", "rf-raw"), presets=("quick", "paper"), untrained=False).candidates()
    assert [(c.method, c.preset, c.family) for c in candidates] == [
        ("lscosa", "quick", "method"), ("lscosa", "paper", "method"), ("rf-raw", "quick", "baseline"),
    ]  # fmt: skip
    assert candidates[0].title != candidates[1].title


@pytest.mark.parametrize(
    "wrong",
    [
        {"methods": ()}, {"methods": ("rf-raw", "rf-raw")}, {"labels": ()}, {"labels": (0,)}, {"draws": 0},
        {"splits": ("blocks",)}, {"splits": ()}, {"guard": -1}, {"presets": ("slow",)}, {"seed": -1},
    ],
)  # fmt: skip
def test_a_study_of_nothing_or_of_unknown_things_is_refused(wrong):
    with pytest.raises(HsiError):
        StudySpec(**{"methods": ("lscosa",), **wrong})


def test_the_nearest_test_pixel_is_measured_in_rows_or_columns():
    truth = np.zeros((9, 9), dtype=np.uint16)
    truth[2, 2] = truth[4, 7] = 1
    split = draw(truth, 1)
    assert nearest(split) == 5


def test_class_means_stand_beside_methods_without_a_run(cube, reference, tmp_path):
    folder = tmp_path / "study"
    made = run_study(cube, reference, replace(SPEC, methods=("sam", "sid"), draws=2), folder, SilentContext())
    assert sorted((row.method, row.labels) for row in made.rows) == [("sam", 3), ("sam", 6), ("sid", 3), ("sid", 6)]
    assert not made.failures
    assert not (folder / "runs").exists()
    one = next(s for s in made.scores if (s.method, s.labels, s.draw) == ("sam", 6, 1))
    drawn = reference.split(SPEC, "random", 6, one.seed)
    values, mask = cube.read(), drawn.test > 0
    means = np.stack([values[drawn.train == n].mean(axis=0) for n in range(1, 5)]).astype(np.float64)
    unit = values[mask] / np.linalg.norm(values[mask], axis=1, keepdims=True)
    nearest_mean = (unit @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T).argmax(axis=1) + 1
    assert one.oa == pytest.approx(float((nearest_mean == drawn.test[mask]).mean()), abs=0.002)
    assert one.overlap == 0
    with pytest.raises(HsiError, match="learns nothing, and makes no run"):
        work.pretrain(cube, PretrainSpec("sam"), SilentContext())
