"""Plans of real folders: with made-up measurements, and one that is measured."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.demo import write_demo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, quiet
from hsigui.pipeline.costs import measuring, speeds
from hsigui.pipeline.costs.course import course_of
from hsigui.pipeline.costs.found import scenes_under
from hsigui.pipeline.costs.plan import Wish, plan
from hsigui.specs import PretrainSpec
from tests.pipeline.costs.given import FIGURES, FakeTrials

WISH = Wish(PretrainSpec(), sides=(24, 48), rounds=1)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes in two folders, their ground truths, a file that is no scene, and a run with features."""
    tmp_path = tmp_path_factory.mktemp("flights")
    for name, side in (("one", 60), ("two", 80)):
        write_demo(tmp_path / name, rows=side, cols=side)
    (tmp_path / "one" / "notes.txt").write_text("sunny", encoding="utf-8")
    (tmp_path / "two" / "broken.hdr").write_text("ENVI\nsamples = many\n", encoding="utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text("{}", encoding="utf-8")
    np.save(tmp_path / "run" / "features.npy", np.zeros((8, 8, 30), dtype=np.float32))
    return tmp_path


def test_scenes_are_found_by_their_headers_and_what_is_none_is_told(flights):
    scenes, out = scenes_under([flights])
    assert [(one.path.parent.name, one.rows, one.cols) for one in scenes] == [("two", 80, 80), ("one", 60, 60)]
    assert scenes[0].stored == (flights / "two" / "demo-scene.img").stat().st_size
    told = {f"{each.path.parent.name}/{each.path.name}": each.why for each in out}
    assert sorted(told) == ["one/demo-truth.hdr", "two/broken.hdr", "two/demo-truth.hdr"]
    assert "class map" in told["one/demo-truth.hdr"]


def test_a_scene_that_is_named_twice_counts_once(flights):
    scenes, _ = scenes_under([flights / "one", flights / "one" / "demo-scene.hdr", flights / "one" / "demo-scene.img"])
    assert len(scenes) == 1


def test_folders_without_a_scene_are_refused(tmp_path):
    with pytest.raises(HsiError, match="no scene to plan for"):
        scenes_under([tmp_path])
    with pytest.raises(HsiError, match="does not exist"):
        scenes_under([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"trained": "twice"}, "what is trained"),
        ({"trained": "never"}, "a run is needed"),
        ({"run": Path("nowhere"), "trained": "never"}, "no finished run"),
        ({"format": ".doc"}, "cannot be written as"),
        ({"workers": ()}, "counted from 1"),
        ({"workers": (0,)}, "counted from 1"),
        ({"price": float("nan")}, "price is no amount"),
        ({"read_speed": 0.0}, "reading speed is no amount"),
        ({"classes": 1}, "Two classes"),
        ({"map_spec": {"smooth": 99.0}}, "Smoothing must lie"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_refused_before_anything_is_read(change, said, tmp_path):
    with pytest.raises(HsiError, match=said):
        plan([tmp_path / "nowhere"], replace(WISH, **change), quiet())


@pytest.mark.parametrize("spec", [PretrainSpec(), PretrainSpec("lscosa", "paper", epochs=3)])
def test_the_figures_of_the_trials_are_found_again(spec, flights):
    """What the trials cost is made up of the terms of the model: the measurement must take them apart as they were."""
    trials = FakeTrials(course=course_of(spec))
    found = plan([flights], replace(WISH, spec=spec), quiet(), launch=trials)
    (figures,) = found.measured.whole or found.measured.single
    for name, value in FIGURES.to_json().items():
        assert figures.to_json()[name] == pytest.approx(value, abs=1e-9), name
    assert [request["work"] for request in trials.requests[-2:]] == ["training", "mapping"]


def test_with_a_run_nothing_is_trained(flights):
    trials = FakeTrials()
    found = plan([flights], replace(WISH, run=flights / "run", trained="never"), quiet(), launch=trials)
    assert {request["work"] for request in trials.requests} == {"mapping"}
    assert {request["run"] for request in trials.requests} == {str(flights / "run")}
    assert found.estimate.shares["training"] == found.estimate.shares["preparing"] == 0.0


def test_a_plan_is_told_to_programs_in_full(flights):
    wish = replace(WISH, workers=(1, 4), price=0.5, currency="EUR")
    told = json.loads(json.dumps(plan([flights], wish, quiet(), launch=FakeTrials()).to_json()))
    assert told["pixels"] == 80 * 80 + 60 * 60
    assert [each["workers"] for each in told["workers"]] == [1, 4]
    assert told["workers"][0]["cost"][1] == pytest.approx(0.5 * told["workers"][0]["hours"][1])
    assert told["currency"] == "EUR"
    assert len(told["scenes"]) == 2
    assert len(told["left_out"]) == 3
    assert sum(told["scenes"][0]["terms"].values()) == pytest.approx(told["scenes"][0]["seconds"])


def test_a_crop_of_a_small_scene_is_filled_up_with_its_mirror(tmp_path):
    values = np.arange(10 * 12 * 5, dtype=np.int16).reshape(10, 12, 5)
    write_cube(tmp_path / "small.hdr", values, CubeInfo())
    cut = open_cube(measuring._crop(open_cube(tmp_path / "small.hdr"), 32, tmp_path))
    assert cut.shape == (32, 32, 5)
    assert np.array_equal(cut.read()[:10, :12], values)
    assert np.array_equal(cut.read()[10:20, :12], values[::-1])


def test_the_speed_of_a_disk_is_bytes_by_seconds(tmp_path):
    (tmp_path / "a").write_bytes(bytes(3 * speeds.PIECE))
    ticks = iter(range(1000))
    assert speeds.reading_speed([tmp_path / "a"], clock=lambda: float(next(ticks))) == pytest.approx(speeds.PIECE)
    (tmp_path / "b").write_bytes(b"little")
    assert speeds.reading_speed([tmp_path / "b"]) is None
    assert speeds.writing_speed(tmp_path, clock=lambda: next(ticks) / 10) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"], "nothing of the trial is left"


def test_a_trial_that_fails_says_why_and_one_that_is_cancelled_ends_at_once(tmp_path):
    request = {"cores": 0, "work": "training"}  # without a clock
    with pytest.raises(HsiError, match="Measuring failed") as failed:
        measuring.launched(request, tmp_path, quiet())
    assert failed.value.hint == "KeyError: 'clock'"

    class Stopped(type(quiet())):
        def check(self) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        measuring.launched(request, tmp_path, Stopped())


def test_a_small_plan_is_measured(tmp_path):
    """The trials are the real work: every part takes time, and the whole is of the size of such a work."""
    write_demo(tmp_path / "scene", rows=64, cols=64)
    wish = replace(WISH, spec=PretrainSpec(epochs=10), sides=(24, 40), classes=3, labels=5)
    scenes, _ = scenes_under([tmp_path])
    course = course_of(wish.spec)
    trial = measuring.Trial(wish.spec, course, rounds=1, sides=wish.sides, classes=3, labels=5)
    found = measuring.measure(scenes[0], scenes, trial, quiet(), whole=False, single=True)
    (figures,) = found.single
    for name, value in figures.to_json().items():
        if name not in ("later_step", "watching", "finishing"):
            assert (value if isinstance(value, float) else value["fixed"] + value["each"]) > 0, name
    assert 1e-5 < figures.step < 5
    assert found.facts.channels == 32
    assert found.facts.width == 160
    assert found.facts.passes_training >= 1
    assert found.facts.memory_mapping.at(1600) > 100e6 or os.name == "nt"
