"""How far a map looks is what a changed pixel does to it: nothing beyond the distance that is told, something within.

A pixel is changed, and what follows of it is pushed through the levels of context, a fixed classifier and the map.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.demo import demo_scene
from hsigui.cube.edge_filter import GUIDE_COMPONENTS, Edges, find_edges
from hsigui.cube.transform import fit_transform
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.methods.probe import LinearProbe
from hsigui.pipeline import levels
from hsigui.pipeline.classify import classify
from hsigui.pipeline.context_features import context_transforms
from hsigui.pipeline.embed import embed
from hsigui.pipeline.features import ENCODER, Features, finished
from hsigui.pipeline.influence import (
    EVEN,
    SHARE,
    covered,
    guard_of,
    in_words,
    influence,
    usual_halo,
    usual_influence,
    way_out,
)
from hsigui.pipeline.level_fit import fit_levels
from hsigui.pipeline.levels import LevelSet
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.study.reach import reach
from hsigui.specs import CONTEXTS, FIRST_RECIPE, Level, MapSpec, PretrainSpec, Recipe, levelled

TINY = 0.001  # of a probability: what one pixel beyond may change at most
ENCODER_WIDTH = COMPONENTS = 2
ROWS, COLS = 24, 170


# Along a line of an even field, where the figures are exact


def even_field(length: int, step: float, changed: dict[int, float]) -> Features:
    """Features of one row of pixels with even steps, all 0 but for the changed pixels, with their levels of context."""
    array = np.zeros((1, length, ENCODER_WIDTH + COMPONENTS), dtype=np.float16)
    for place, value in changed.items():
        array[0, place] = value
    edges = Edges(np.full((1, length - 1), step, dtype=np.float16), np.empty((0, length), dtype=np.float16))
    recipe = levelled(components=COMPONENTS)
    blocks = {ENCODER: slice(0, ENCODER_WIDTH), "components": slice(ENCODER_WIDTH, array.shape[2])}
    first = replace(_plain(finished(array, np.ones((1, length), dtype=bool), "", blocks, edges)), recipe=recipe)

    def make(level: Level, ctx: SilentContext) -> Features:
        made = np.empty((1, length, levels.width(level.features, first)), dtype=np.float16)
        columns = levels.fill(made, first, level.features, ctx)
        return _plain(finished(made, first.valid, "", columns, edges))

    return replace(first, levels=LevelSet(recipe.levels, make, lambda ctx: np.zeros((1, length), dtype=np.int32)))


def _plain(features: Features) -> Features:
    """The features as they are, not standardised by what was changed."""
    width = features.array.shape[2]
    return replace(features, mean=np.zeros(width, np.float32), sd=np.ones(width, np.float32))


def probe_of(name: str, width: int) -> LevelledProbe:
    """A classifier of two classes on the first column of each level: what it sees there is the difference of scores."""
    weights = np.zeros((2, width), dtype=np.float32)
    weights[0] = 1.0
    numbers = np.array([1, 2], dtype=np.uint16)
    return LevelledProbe((Part(name, 1.0, LinearProbe(numbers, weights, np.zeros(2, np.float32))),), {})


def changes(name: str, length: int, step: float, columns: slice) -> np.ndarray:
    """How much a changed pixel in the middle changes the probability of a class along a line of even steps."""
    features = even_field(length, step, {length // 2: 0.5})
    assert features.levels is not None
    probe = probe_of(name, features.levels.of(name, SilentContext()).array.shape[2])
    weights = probe.parts[0].probe.weights
    kept = weights[:, columns].copy()
    weights[:] = 0.0
    weights[:, columns] = kept
    found = classify(features, probe, MapSpec(context=name), SilentContext(), keep=True)
    assert found.probabilities is not None
    return np.abs(found.probabilities[0, :, 0] - 0.5)


@pytest.mark.parametrize("step", [EVEN, 1.0])
@pytest.mark.parametrize("name", CONTEXTS)
def test_beyond_the_distance_less_than_a_hundredth_of_what_a_pixel_does_is_left_and_at_half_of_it_more(name, step):
    distance = influence(levelled(components=COMPONENTS), 0, step=step)[name]
    width = ENCODER_WIDTH + COMPONENTS
    blocks = [slice(0, ENCODER_WIDTH), slice(ENCODER_WIDTH, width), slice(width, None)]
    length = 8 * distance + 9
    away = np.abs(np.arange(length) - length // 2)
    shares, halves = [], []
    for columns in blocks if name in ("mid", "wide") else blocks[:2]:
        changed = changes(name, length, step, columns)
        assert changed[away == 0] > 0
        shares.append(changed[away > distance].sum() / changed.sum())
        halves.append(changed[away > distance // 2].sum() / changed.sum())
    assert max(shares) < SHARE
    if name != "pixel":
        assert max(halves) > SHARE, "it is not said to look farther than it does"
        assert max(halves) > 4 * max(shares)


def test_where_nothing_changes_at_all_averages_look_farther_than_in_an_even_field():
    none, even, usual = (influence(levelled(), 0, step=step) for step in (0.0, EVEN, 1.0))
    for name in ("mid", "wide"):
        assert none[name] > 200 > even[name] > usual[name] > 8
    assert none["pixel"] == 0 < none["narrow"] == usual["narrow"] == 3


# In whole scenes, everything computed as ever


def flat_scene() -> Cube:
    """One field and its noise, and the corner of another: long, so that there is a place farther away than is told."""
    rng = np.random.default_rng(3)
    spectra = 50 + 30 * rng.random((2, 1, 10))
    values = spectra[0] + 4 * rng.standard_normal((ROWS, COLS, 10))
    values[16:, 150:] += spectra[1] - spectra[0]
    return Cube(ArraySource(values.astype(np.float32)), name="flat")


def demo() -> Cube:
    return demo_scene(seed=2, rows=ROWS, cols=COLS, bands=20).cube


def changed(cube: Cube, where: np.ndarray) -> Cube:
    """The scene with some pixels (rows x cols) changed by twice as much as it spreads in each band."""
    array = cube.read().astype(np.float32).copy()
    array[where] += 2 * array.reshape(-1, array.shape[2]).std(axis=0)
    return Cube(ArraySource(array), name="changed")


def distances(shape: tuple[int, int], place: tuple[int, int]) -> np.ndarray:
    """In rows or columns, whichever is more."""
    rows, cols = np.indices(shape)
    return np.maximum(np.abs(rows - place[0]), np.abs(cols - place[1]))


def embedded(other: Cube, cube: Cube, features: Features, encoder, near: np.ndarray) -> Features:
    """The features of a changed scene, by the transforms, scales and guide of edges of the scene as it was, which come
    of the whole scene and know no distance; edges are those of the changed scene `near` (rows x cols) a pixel."""
    quiet = SilentContext()
    known = context_transforms(cube, encoder.recipe.base, (encoder.transform,), encoder.spec.seed, quiet)
    guide = fit_transform(cube, GUIDE_COMPONENTS, seed=encoder.spec.seed)
    new, old = find_edges(guide.apply(other.read()), features.valid), features.edges
    edges = Edges(np.where(near[:, 1:], new.across, old.across), np.where(near[1:], new.down, old.down))
    first = replace(embed(other, encoder, quiet, known=known), edges=edges, mean=features.mean, sd=features.sd)

    def make(level: Level, ctx: SilentContext) -> Features:
        made = np.empty((*first.shape, levels.width(level.features, first)), dtype=np.float16)
        columns = levels.fill(made, first, level.features, ctx)
        own = features.levels.of(level.name, ctx)
        return replace(finished(made, first.valid, "", columns, edges), mean=own.mean, sd=own.sd)

    return replace(first, levels=LevelSet(encoder.recipe.levels, make, features.levels.superpixels))


def moved_by(before: Features, after: Features, probe: LevelledProbe, place: tuple[int, int], name: str) -> np.ndarray:
    """The largest change of a class probability in a level's map at each distance from the changed pixel."""
    spec = MapSpec(context=name)
    maps = [classify(each, probe, spec, SilentContext(), keep=True).probabilities for each in (before, after)]
    moved = np.abs(maps[0] - maps[1]).max(axis=2)
    away = distances(before.shape, place)
    return np.array([moved[away == distance].max() for distance in range(away.max() + 1)])


@pytest.fixture(scope="module", params=["flat", "demo"])
def scene(request):
    cube = flat_scene() if request.param == "flat" else demo()
    encoder = pretrain(cube, PretrainSpec(epochs=3, device="cpu", monitor=False), SilentContext())
    features = embed(cube, encoder, SilentContext())
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[8:12, 8:10], labels[18:22, 155:157], labels[3:7, 90:92] = 1, 2, 1
    fitted = fit_levels(features, labels > 0, labels, MapSpec(), SilentContext()).probe
    return cube, encoder, features, replace(fitted, parts=tuple(map(softened, fitted.parts)))


def softened(part: Part) -> Part:
    """With scores so small that no probability is close to 0 or 1, where nothing would move it."""
    assert isinstance(part.probe, LinearProbe)
    return replace(part, probe=replace(part.probe, weights=part.probe.weights / 4, bias=part.probe.bias / 4))


def test_no_pixel_farther_away_than_is_told_changes_a_map(scene):
    cube, encoder, features, probe = scene
    told, within = influence(encoder.recipe, encoder.network.halo), dict.fromkeys(CONTEXTS, 0.0)
    for place in ((1, 1), (12, 160)):
        away = distances(features.shape, place)
        after = embedded(changed(cube, away == 0), cube, features, encoder, away <= 6)
        for name in CONTEXTS:
            moved = moved_by(features, after, probe, place, name)
            assert moved[told[name] + 1 :].max() < TINY
            within[name] = max(within[name], moved[: told[name] // 4 + 2].max())
    assert min(within.values()) > 10 * TINY, "nearer pixels do change it"


def test_a_guard_of_what_is_told_keeps_out_all_pixels_beyond_together_and_one_of_eight_does_not(scene):
    cube, encoder, features, probe = scene
    told, place = influence(encoder.recipe, encoder.network.halo), (3, 100)
    away = distances(features.shape, place)

    def let_through(guard: int, name: str) -> float:
        after = embedded(changed(cube, away > guard), cube, features, encoder, away < 0)
        return float(moved_by(features, after, probe, place, name)[0])

    for name in CONTEXTS:
        assert let_through(told[name], name) < TINY
    assert let_through(8, "wide") > 10 * TINY


# What is said


def test_the_usual_network_looks_as_far_as_the_settings_say():
    assert usual_halo() == reach(PretrainSpec())
    seen = usual_influence()
    assert tuple(seen) == CONTEXTS
    assert sorted(seen.values()) == list(seen.values())
    assert seen["pixel"] == usual_halo()


def test_a_way_of_drawing_without_levels_or_by_one_alone_is_told_as_it_is():
    assert influence(FIRST_RECIPE, 8) == {"": 8}, "its components are smoothed less far than its network looks"
    smoothed = influence(FIRST_RECIPE, 8, MapSpec(smooth=3, edges=0))[""]
    assert 8 < smoothed <= 8 + 9
    assert influence(levelled(), 0, MapSpec(context="mid")).keys() == {"mid"}
    assert influence(levelled(), 0, MapSpec(edges=0))["wide"] < influence(levelled(), 0)["wide"]
    probe = LevelledProbe((Part("narrow", 1.0, LinearProbe(*[np.zeros(0)] * 3)), Part("wide", 0.0, None)), {})
    assert influence(Recipe(levels=levelled().levels), 0, None, probe).keys() == {"narrow"}


def test_a_guard_is_told_by_what_it_covers():
    seen = {"pixel": 0, "narrow": 3, "mid": 36, "wide": 63}
    assert covered(8, seen) == (
        "a guard of 8 pixels covers the context pixel, narrow; in an even field mid 36, wide 63 pixels are seen"
    )
    assert covered(63, seen) == "a guard of 63 pixels covers all that the map sees in an even field"
    assert "covers no level of context" in covered(2, {"narrow": 3, "mid": 36})
    assert covered(2, {"": 9}) == "a guard of 2 pixels does not cover what the map sees: 9 pixels in an even field"
    assert in_words({"": 9}) == "9 pixels"
    assert "pixel 0, narrow 3, mid 36 pixels" in way_out(seen)
    assert "--context" not in way_out({"": 9})


def test_a_full_guard_is_as_wide_as_the_widest_level_and_other_words_are_refused():
    assert guard_of("full", {"pixel": 0, "wide": 63}) == 63
    assert guard_of(5, {"wide": 63}) == 5
    with pytest.raises(HsiError, match="“whole” cannot be read"):
        guard_of("whole", {})
