"""What is beside the labels of a scene, written into a file and read again."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.analysis.layer import BandTaken, Between, LayerRecipe, Target
from hsigui.analysis.looks import Look
from hsigui.cube.render import ViewState
from hsigui.cube.stretch import ByHand, Stretch
from hsigui.document.derived import DerivedView, KeptLayer, Measure
from hsigui.document.finished import ChosenStep, KeptFinishing
from hsigui.document.raster import Raster
from hsigui.document.results import KeptResult
from hsigui.document.samples import Sample, SplitRecord
from hsigui.document.scene_masks import SceneMask
from hsigui.document.scene_state import MapMaking, RunPlace, SceneState
from hsigui.document.values import Spectrum, Truth
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.masks.asked import step_of
from hsigui.masks.drawn import Drawn, DrawnOn
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe
from hsigui.report.error_map import ALL, Confused
from hsigui.report.metrics import accuracy
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec
from hsigui.storage.kept_scene import SceneFacts, Surroundings
from hsigui.storage.packing import packed, unpacked
from hsigui.storage.project_content import read_content
from hsigui.storage.project_file import ProjectFile
from hsigui.storage.schema import ENTRIES
from hsigui.storage.state_json import entries_of, state_from, sum_of_map, sum_of_run
from tests.storage.scenes import COLS, ROWS, make_cube, make_scene

SHAPE = ROWS, COLS
STRETCH = Stretch(
    "gamma", 1.5, 2.5, True, (1, 2, 30, 40), (ByHand((3,), 0, -0.5, 1.25), ByHand((2, 1, 0), 2, 0.0, 7.0))
)
RECIPE = LayerRecipe(
    "sam", {"tolerance": 12.5}, (Target("kaolinite", (0.5, 0.25), (400.0, 500.0)),), (BandTaken("b850", 3, 852.5),), 2,
    Between(None, 0.25, 1),
)  # fmt: skip


def numbers(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 5, SHAPE).astype(np.uint16)


def sample() -> Sample:
    record = SplitRecord("block", 3, 8, "a" * 64, "b" * 64, "c" * 64, ("Water",), "hsigui sample")
    return Sample(SplitSpec(5, 3, "block"), record, 9, np.packbits(numbers(4) > 3))


def state(folder: Path) -> SceneState:
    curve = np.array([0.5, np.nan, -1.5], dtype=np.float32)
    drawn = sample()
    return SceneState(
        ViewState(2, 1, 0, 1.5, 97.5, 3, "viridis", STRETCH), (10.5, 20.25, 3.0),
        (Spectrum("row 1 \ud800", (1, 2, 3), curve, (4, 5)), Spectrum("library", (9, 9, 9), curve)),
        Truth(numbers(1), "truth.mat", matched_by_user=True), ((2, drawn), (5, None)),
        (RunPlace(folder / "old"), RunPlace(folder / "new", True, {"features": 1.25})),
        MapSpec(1.5, 3.0, "narrow"),
        MapMaking(numbers(2), MapSpec(0.5), drawn, {"probe and map": 0.25}, "the truth", numbers(3)),
        (KeptLayer(1, "NDVI", RECIPE, Look(0, "magma", -1.0, None)), KeptLayer(4, "own", LayerRecipe("pca"))),
        DerivedView(0, Measure(1), None, Measure(4, 2)), results=(kept(folder), KeptResult(7, "training", "a name")),
        errors_meant=Confused(3, 0), finishing=finishing(),
        masks=(SceneMask(2, mask(), frozenset({"map", "pretrain"}), (1, 2, 3)),),
    )  # fmt: skip


def mask() -> Mask:
    masked = numbers(8) > 3
    hand = DrawnOn.of(masked.shape, (1, 2), masked[1:3, 2:6], ~masked[1:3, 2:6])
    formula, grow, invert = step_of("formula", "ndvi > 0.3"), step_of("grow", "2"), step_of("invert")
    recipe = MaskRecipe((formula, Drawn.of(masked), hand, grow, invert))
    made = Mask.of("Wolken", masked, recipe, notes=("a note",), file="/data/m.tif")
    return replace(made, commands=("hsigui mask a b",))


def finishing() -> KeptFinishing:
    """Steps, one of them of a later version, and a part of the map that a hand has painted."""
    steps = (ChosenStep("majority", "3"), ChosenStep("sieve", "20,8", on=False), ChosenStep("of-tomorrow", "ü=1"))
    return KeptFinishing(steps, True, (1, 2, 4, 6), numbers(8)[1:4, 2:6])


def kept(folder: Path, number: int = 3) -> KeptResult:
    """A map that is kept, with all that is known of it."""
    truth, made = np.array([1, 1, 2, 2]), np.array([1, 2, 2, 2])
    table = ClassTable((ClassInfo(1, "Wald", (1, 2, 3)), ClassInfo(2, "Größe", (4, 5, 6))))
    return KeptResult(
        number, "map", "Erster", "a note", 1.5e9, PretrainSpec(seed=4, settings={"temperature": 0.2}), folder / "old",
        MapSpec(1.0, None, "mid"), "mid", "a test", 12.5, 0.5, 8, table, Raster.of(numbers(5)), Raster.of(numbers(6)),
        Raster.of(numbers(7)), accuracy(made, truth, table), "the truth", {"of a later version": [1]}, "Spectral angle",
    )  # fmt: skip


def assert_alike(found: object, wanted: object) -> None:
    """Equal in every value, arrays too."""
    if isinstance(wanted, Raster):
        assert isinstance(found, Raster)
        assert_alike(found.array(), wanted.array())
    elif isinstance(wanted, np.ndarray):
        assert isinstance(found, np.ndarray)
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found, wanted)
    elif isinstance(wanted, tuple):
        assert isinstance(found, tuple)
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert_alike(one, other)
    elif hasattr(wanted, "__dataclass_fields__"):
        assert type(found) is type(wanted)
        for spec in fields(wanted):
            assert_alike(getattr(found, spec.name), getattr(wanted, spec.name))
    else:
        assert found == wanted


def test_all_of_a_state_comes_back(tmp_path):
    given = state(tmp_path / "runs")
    entries = entries_of(given, tmp_path)
    assert {part for part, _ in entries} == {
        "view", "spectra", "truth", "runs", "map", "layers", "results", "finishing", "masks",
    }  # fmt: skip
    made = given.map
    assert made is not None
    known = replace(made, classes=None, sha256=sum_of_map(numbers(3)))
    assert_alike(state_from(entries, SHAPE, tmp_path), replace(given, map=known))


def test_a_view_of_an_earlier_version_is_what_it_was(tmp_path):
    written = json.dumps({"red": 2, "green": 1, "blue": 0, "low": 1.5, "high": 97.5})
    found = state_from({("view", "shown"): written}, SHAPE, tmp_path)
    assert found.view == ViewState(2, 1, 0, 1.5, 97.5)
    assert found.view.shown == (2, 1, 0)


def test_before_errors_were_chosen_all_were_meant(tmp_path):
    entries = entries_of(state(tmp_path), tmp_path)
    del entries["view", "errors"]
    found = state_from(entries, SHAPE, tmp_path)
    assert (found.errors_meant, found.lost) == (ALL, ())


def test_what_earlier_versions_read_of_a_view_is_still_there(tmp_path):
    shown = json.loads(entries_of(state(tmp_path), tmp_path)["view", "shown"])
    assert [shown[name] for name in ("red", "green", "blue", "low", "high")] == [2, 1, 0, 1.5, 97.5]


@pytest.mark.parametrize(
    "odd", [{"kind": "posterised"}, {"gamma": -1}, {"within": [1, 2]}, {"by_hand": [{"bands": [1]}]}, []]
)
def test_a_stretch_that_is_not_understood_costs_the_view_alone(tmp_path, odd):
    entries = entries_of(state(tmp_path), tmp_path)
    shown = json.dumps({**json.loads(entries["view", "shown"]), "stretch": odd})
    assert state_from({**entries, ("view", "shown"): shown}, SHAPE, tmp_path).lost == ("view",)


def test_nothing_is_nothing(tmp_path):
    entries = entries_of(SceneState(), tmp_path)
    assert set(entries.values()) == {None}
    assert_alike(state_from(entries, SHAPE, tmp_path), SceneState())
    assert_alike(state_from({}, SHAPE, tmp_path), SceneState())


def test_what_is_large_and_the_same_is_not_written_again(tmp_path):
    first = state(tmp_path)
    second = replace(first, view=ViewState(0, 0, 0))
    assert {part for part, _ in entries_of(second, tmp_path, first)} == {"view"}


def test_a_run_is_found_beside_the_project_when_both_have_moved(tmp_path):
    run = tmp_path / "work" / "runs" / "one"
    run.mkdir(parents=True)
    (run / "run.json").write_text(json.dumps({"spec": {}, "sealed": True, "sha256": {"a": "b"}}))
    before = sum_of_run(run)
    entries = entries_of(SceneState(runs=(RunPlace(run, True),)), tmp_path / "work")
    (tmp_path / "work").rename(tmp_path / "moved")
    (found,) = state_from(entries, SHAPE, tmp_path / "moved").runs
    assert found.folder == tmp_path / "moved" / "runs" / "one"
    assert found.sha256 == before == sum_of_run(found.folder) != ""
    (found.folder / "run.json").write_text(json.dumps({"spec": {}, "sealed": True, "sha256": {"a": "c"}}))
    assert sum_of_run(found.folder) == before, "what is written into the folder later is no other run"
    assert sum_of_run(tmp_path / "none") == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (("view", "shown"), '{"red": 1}'),
        (("view", "shown"), '{"red": 1, "green": 1, "blue": 1, "low": NaN, "high": 98}'),
        (("view", "map"), '{"context": "wider"}'),
        (("view", "errors"), "[1]"),
        (("view", "errors"), '["Water", null]'),
        (("spectra", "kept"), '[{"label": "x"}]'),
        (("truth", "array"), b"x"),
        (("truth", "array"), packed(np.zeros((3, 3), np.uint16))),
        (("truth", "samples"), '{"a": 1}'),
        (("runs", "all"), "[1]"),
        (("map", "about"), "{}"),
        (("map", "labels"), None),
        (("layers", "all"), '[{"number": 1, "name": "x", "look": {}}]'),
        (("layers", "all"), '[{"number": 0, "name": "x"}]'),
        (("layers", "shown"), '{"alone": 1}'),
        (("masks", "all"), '[{"number": 1}]'),
        (
            ("masks", "all"),
            '[{"number": 1, "name": "x", "uses": [], "color": [1, 2, 3], "recipe": [], "notes": [], '
            '"file": "", "commands": [], "bits": "eJwDAAAAAAE="}]',
        ),
        (("finishing", "about"), '{"steps": ["majority"], "shown": true}'),
        (("finishing", "about"), '{"steps": [], "shown": true, "box": [0, 0, 900, 900]}'),
        (("finishing", "painted"), b"x"),
    ],
)
def test_a_part_that_is_not_understood_is_named_and_the_others_come_back(tmp_path, name, value):
    found = state_from({**entries_of(state(tmp_path), tmp_path), name: value}, SHAPE, tmp_path)
    assert found.lost == (name[0],)
    others = {
        "view": found.view, "spectra": found.spectra, "truth": found.truth, "runs": found.runs, "map": found.map,
        "layers": found.derived, "masks": found.masks, "finishing": not found.finishing.empty,
    }  # fmt: skip
    assert {part for part, it in others.items() if not it} == {name[0]}


def test_what_was_not_understood_stays_until_there_is_something_new(tmp_path):
    lost = SceneState(lost=("spectra",))
    assert ("spectra", "kept") not in entries_of(lost, tmp_path)
    assert entries_of(lost, tmp_path)["truth", "array"] is None
    new = replace(lost, spectra=state(tmp_path).spectra)
    assert entries_of(new, tmp_path)["spectra", "kept"] is not None


def test_no_more_is_inflated_than_the_scene_can_hold():
    with pytest.raises(ValueError, match="in place of"):
        unpacked(packed(np.zeros((500, 500), np.uint16)), (10, 10))


def test_a_file_has_states_of_scenes_and_how_the_window_stood(tmp_path):
    from hsigui.storage.kept_scene import SceneFacts

    path = tmp_path / "a.hsigui"
    file = ProjectFile(path)
    first, second = (SceneFacts.of(make_scene(make_cube(seed=seed)).plain) for seed in (0, 1))
    given = state(tmp_path)
    file.write(first, None, Surroundings(given, {"method": 1}))
    file.write(second, None, Surroundings(SceneState(ViewState(0, 0, 1)), {"method": 2}))
    file.write(first, None, Surroundings(replace(given, truth=None)))
    file.close()
    found = read_content(path)
    assert found.window == {"method": 2}
    assert found.shown == second.identity
    one, two = (scene.state for scene in found.scenes)
    assert one.truth is None
    assert one.map is not None
    assert_alike(two, SceneState(ViewState(0, 0, 1)))
    assert not found.scenes[0].at_stake


def test_a_map_that_is_kept_is_written_once_and_leaves_nothing_when_it_is_deleted(tmp_path):
    file = ProjectFile(tmp_path / "a.hsigui")
    facts = SceneFacts.of(make_scene().plain)
    given = (kept(tmp_path), kept(tmp_path, 5))
    file.write(facts, None, Surroundings(SceneState(results=given)))
    later = (*given, kept(tmp_path, 6))
    entries = entries_of(SceneState(results=later), tmp_path, SceneState(results=given))
    assert {name for part, name in entries if part == "results"} == {"all", "6 map", "6 trained_on", "6 tested"}
    file.close()

    file = ProjectFile(tmp_path / "a.hsigui")  # it does not know any more what it wrote
    (found,) = read_content(tmp_path / "a.hsigui").scenes
    assert_alike(found.state.results, given)
    file.write(facts, None, Surroundings(SceneState(results=found.state.results[1:])))
    names = {key[2] for key in file._rows.keys(ENTRIES, 1, "results")}
    assert names == {"all", "5 map", "5 trained_on", "5 tested"}
    file.write(facts, None, Surroundings(SceneState()))
    assert file._rows.keys(ENTRIES, 1, "results") == []
    file.close()


def test_results_of_a_later_version_stay_until_there_are_others(tmp_path):
    entries = entries_of(state(tmp_path), tmp_path)
    odd = {**entries, ("results", "all"): json.dumps([{"number": 1, "name": 1}])}
    found = state_from(odd, SHAPE, tmp_path)
    assert found.lost == ("results",)
    assert not [name for name in entries_of(found, tmp_path) if name[0] == "results"]


def test_a_map_whose_bytes_are_another_size_says_so_when_it_is_looked_at():
    raster = Raster((3, 4), packed=Raster.of(numbers(1)).packed)
    with pytest.raises(HsiError, match="cannot be read"):
        raster.array()
    with pytest.raises(HsiError, match="cannot be read"):
        Raster((3, 4), packed=b"nothing").array()
