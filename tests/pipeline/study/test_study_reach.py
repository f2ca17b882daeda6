"""The guard of a block study is at least half of what each of its encoders sees of a pixel."""

from __future__ import annotations

import importlib

import pytest
import torch

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.blocks import GUARD
from hsigui.labels.classes import ClassTable
from hsigui.methods import registry
from hsigui.pipeline.influence import covered, usual_influence
from hsigui.pipeline.study.about import context
from hsigui.pipeline.study.plan import StudySpec, StudyTruth, study_from
from hsigui.pipeline.study.reach import reach, require_guard, seen_by
from hsigui.pipeline.study.study import StudyFindings, run_study
from hsigui.specs import PretrainSpec, SplitSpec

KINDS = [(name, preset.name) for name in registry.names(None) for preset in registry.method(name).presets]


@pytest.mark.parametrize(("method", "preset"), KINDS)
def test_the_usual_guard_is_wide_enough_for_every_method(method, preset):
    assert reach(PretrainSpec(method, preset)) <= GUARD == SplitSpec().guard == StudySpec(("lscosa",)).guard


@pytest.mark.parametrize("method", ["lscosa", "purified"])
@torch.no_grad()
def test_how_far_an_encoder_looks_is_what_a_distant_change_does_to_it(method):
    """The outermost pixel that is counted matters, and the next one does not."""
    half = reach(PretrainSpec(method))
    plan = importlib.import_module(registry.method(method).module).plan(registry.settings_of(PretrainSpec(method)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network, scene = plan.network(4).eval(), torch.rand(1, 4, 24, 24)

    def features(distance: int | None) -> torch.Tensor:
        changed = scene.clone()
        if distance is not None:
            changed[0, :, 12, 12 + distance] += 10
        found: torch.Tensor = network(changed)[0, :, 12, 12]
        return found

    plain = features(None)
    assert (features(half) - plain).abs().max() > 1e-6
    assert (features(half + 1) - plain).abs().max() < 1e-6


def test_a_narrower_guard_is_refused_with_the_width_that_is_needed(cube, truth, tmp_path):
    box = ("lscosa.blocks=2", "lscosa.box=9")
    spec = StudySpec(("svm-raw", "lscosa"), splits=("random", "block"), guard=7, device="cpu", settings=box)
    reference = StudyTruth(truth, ClassTable.for_numbers(range(1, 5)), cube.valid_mask())
    with pytest.raises(HsiError, match="7 pixels is too narrow: the encoder of LSCoSa sees 8") as error:
        run_study(cube, reference, spec, tmp_path / "study", SilentContext())
    assert "8 or more" in error.value.hint
    assert not (tmp_path / "study").exists()


def test_a_full_guard_is_as_wide_as_the_maps_of_all_methods_look_far():
    spec = study_from({"methods": ("svm-raw", "lscosa"), "splits": ("block",), "guard": "full"})
    assert seen_by(spec) == {"": 0, **usual_influence()}
    assert spec.guard == max(usual_influence().values())
    require_guard(spec)
    narrow = study_from({"methods": ("svm-raw", "lscosa"), "guard": "full", "contexts": ("narrow",)})
    assert narrow.guard == usual_influence()["narrow"]
    assert study_from({"methods": ("lscosa",), "guard": 9}).guard == 9
    assert study_from({"methods": ("svm-raw",), "guard": "full"}).guard == 0


@pytest.mark.parametrize("contexts", [("labels",), ("narrow",)])
def test_the_report_says_what_the_guard_covers_and_that_the_vote_saw_no_test_label(cube, contexts):
    spec = StudySpec(("lscosa",), splits=("block",), contexts=contexts)
    notes = " ".join(context(cube, spec, StudyFindings((), (), (), "cpu", 1, {})).notes)
    assert covered(8, seen_by(spec)) in notes
    assert ("never a test label" in notes) == (contexts == ("labels",))


def test_without_blocks_or_without_an_encoder_any_guard_will_do():
    require_guard(StudySpec(("lscosa",), splits=("random",), guard=0))
    require_guard(StudySpec(("svm-raw", "spatial-only"), splits=("block",), guard=0))
    require_guard(StudySpec(("lscosa",), presets=("paper",), splits=("block",), guard=7))
    before = torch.random.get_rng_state()
    require_guard(StudySpec(("lscosa",), splits=("block",)))
    assert torch.equal(before, torch.random.get_rng_state()), "whoever draws next does not notice"
