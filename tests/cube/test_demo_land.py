"""The kinds of land: what a scene is to hold so that methods can be developed on it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from hsigui.cube.demo import DemoScene, demo_scene
from hsigui.cube.demo_canvas import FINE, Canvas, shares
from hsigui.cube.demo_land import KINDS
from hsigui.cube.demo_spec import FIELDS
from hsigui.cube.demo_spectra import COVERS
from hsigui.labels.regions import find_regions

NEW = ("mixed", "wide", "plots", "trees")
CLASSES = range(1, len(COVERS) + 1)


@cache
def drawn(kind: str, seed: int, side: int) -> NDArray[np.uint16]:
    """The truth of a scene, which needs no spectra."""
    share = shares(KINDS[kind](np.random.default_rng(seed), side, side).fine)
    truth = np.where(share.max(axis=2) >= 0.88, share.argmax(axis=2) + 1, 0).astype(np.uint16)
    truth.setflags(write=False)
    return truth


def test_every_kind_has_its_land_and_the_default_comes_first():
    assert tuple(KINDS) == FIELDS
    assert FIELDS[0] == "mixed"


@pytest.mark.parametrize("kind", NEW)
def test_every_class_has_enough_pixels_in_several_regions(kind):
    for seed in range(5):
        truth = drawn(kind, seed, 128)
        counts = np.bincount(truth.ravel(), minlength=len(COVERS) + 1)[1:]
        assert counts.min() >= 60, f"seed {seed}: {counts}"
        regions = np.bincount([region.number for region in find_regions(truth)], minlength=len(COVERS) + 1)[1:]
        assert regions.min() >= 3, f"seed {seed}: {regions}"


@pytest.mark.parametrize("kind", NEW)
def test_small_scenes_hold_every_class_too(kind):
    for seed in range(5):
        counts = np.bincount(drawn(kind, seed, 64).ravel(), minlength=len(COVERS) + 1)[1:]
        assert counts.min() >= 20, f"seed {seed}: {counts}"


@pytest.mark.parametrize("kind", NEW)
def test_scenes_need_not_be_square_and_differ_by_seed(kind):
    one, other = (demo_scene(seed, 64, 90, 4, fields=kind) for seed in (0, 1))
    assert one.cube.shape == (64, 90, 4)
    assert one.truth.shape == (64, 90)
    assert set(np.unique(one.truth)) == {0, *CLASSES}
    assert (one.truth != other.truth).mean() > 0.3
    again = demo_scene(0, 64, 90, 4, fields=kind)
    assert np.array_equal(again.cube.read(), one.cube.read())
    assert np.array_equal(again.truth, one.truth)


@pytest.mark.parametrize("kind", NEW)
def test_two_classes_never_touch_because_the_pixels_between_them_are_mixed(kind):
    truth = drawn(kind, 0, 128)
    for one, other in ((truth[1:], truth[:-1]), (truth[:, 1:], truth[:, :-1])):
        assert not ((one != other) & (one > 0) & (other > 0)).any()


def half_width(kind: str) -> float:
    """Median distance of labelled pixels from what is not of their class, in pixels: how large things are."""
    truth = drawn(kind, 0, 128)
    inside = np.zeros(truth.shape)
    for number in CLASSES:
        own = truth == number
        inside[own] = ndimage.distance_transform_edt(np.pad(own, 1, mode="edge"))[1:-1, 1:-1][own]
    return float(np.median([np.median(inside[truth == number]) for number in CLASSES]))


def test_things_are_large_in_wide_small_in_plots_and_trees_and_of_all_sizes_in_mixed():
    size = {kind: half_width(kind) for kind in NEW}
    assert size["wide"] >= 2 * size["plots"]
    assert size["wide"] >= 2 * size["trees"]
    # Mixed: a class has wide fields and small plots.
    areas = [region.size for region in find_regions(drawn("mixed", 0, 128)) if region.number == 2]
    assert max(areas) > 300
    assert sorted(areas)[len(areas) // 2] < 40


def test_the_sensors_noise_can_be_left_out_raised_and_joined_by_white_noise():
    plain = demo_scene(0, 64, 64, 40, fields="wide", noise=0)
    usual = demo_scene(0, 64, 64, 40, fields="wide")
    twice = demo_scene(0, 64, 64, 40, fields="wide", noise=2)
    white = demo_scene(0, 64, 64, 40, fields="wide", noise=0, white=0.05)
    for other in (usual, twice, white):
        assert np.array_equal(other.truth, plain.truth)

    def deviation(scene: DemoScene) -> NDArray[np.float64]:
        return (scene.cube.read().astype(float) - plain.cube.read()).std(axis=(0, 1))

    np.testing.assert_allclose(deviation(twice), 2 * deviation(usual), rtol=0.02)
    np.testing.assert_allclose(deviation(white), 0.05, rtol=0.1)


def test_a_spot_has_room_around_it_while_there_is_room():
    canvas = Canvas(np.random.default_rng(0), 40, 50)
    spots = [canvas.spot(4.0) for _ in range(8)]
    for place, (row, col) in enumerate(spots):
        assert 4 <= row <= 36
        assert 4 <= col <= 46
        for other in spots[:place]:
            assert np.hypot(row - other[0], col - other[1]) > 7
    zone = np.zeros((40, 50), dtype=bool)
    zone[30:36, 40:46] = True
    row, col = canvas.spot(9.0, zone)
    assert zone[int(row), int(col)], "the roomiest place of the zone"


def test_what_is_painted_covers_what_was_there_as_a_field_of_its_own():
    canvas = Canvas(np.random.default_rng(0), 20, 24)
    canvas.paint(canvas.y >= 0, "Meadow")
    canvas.rectangle((10.0, 12.0), (6.0, 8.0), 0.0, "Water")
    land = canvas.land()
    assert land.fine.shape == (20 * FINE, 24 * FINE)
    pixels = land.fine[FINE // 2 :: FINE, FINE // 2 :: FINE]
    assert (pixels == 4).sum() == 48
    assert set(np.unique(land.fields[pixels == 4])).isdisjoint(np.unique(land.fields[pixels == 1]))
    canvas.blob((0.0, 0.0), (3.0, 3.0), "Kaolinite")
    assert 3 < (canvas.land().fine == 9).sum() / FINE**2 < 11, "what lies beyond the rim is left out"
