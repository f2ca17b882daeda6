"""Scenes below each other: tiles of one of them, borders as in a scene alone, nothing across."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Generator

from hsigui.cube import superpixels
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.transform import fit_together, fit_transform
from hsigui.methods import scene as one_scene
from hsigui.methods.augment import ViewNoise
from hsigui.methods.chance import Chance
from hsigui.methods.dense import TileSampler
from hsigui.methods.encoders import DenseEncoder
from hsigui.methods.monitor import Monitor
from hsigui.methods.patches import PATCH, patches_of, reflected
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.methods.stacked_scenes import EDGE, GAP, StackedScenes

CPU = torch.device("cpu")


def make(rows: int, cols: int, seed: int) -> Cube:
    array = np.random.default_rng(seed).random((rows, cols, 6)).astype(np.float32)
    array[3:6, 4:9] = np.nan
    return Cube(ArraySource(array), name=f"scene {seed}")


@pytest.fixture(scope="module")
def cubes() -> list[Cube]:
    return [make(40, 44, 0), make(30, 24, 1), make(20, 44, 2)]


@pytest.fixture(scope="module")
def transform(cubes):
    return fit_together(cubes, 4)


@pytest.fixture(params=["in memory", "from disk"])
def stack(request, cubes, transform):
    if request.param == "in memory":
        return StackedScenes(cubes, transform)
    return StackedScenes(cubes, transform, resident_values=0)


def test_each_scene_lies_in_the_stack_as_it_is_alone(stack, cubes, transform):
    assert (stack.whole is None) == (stack.parts[0][0].whole is None)
    assert stack.rows == 40 + 30 + 20 + 2 * GAP
    for cube, (_, top) in zip(cubes, stack.parts, strict=True):
        alone = SceneValues(cube, transform)
        values, valid = stack.window(top, 0, cube.rows, cube.cols)
        assert np.allclose(values, alone.whole[0], atol=1e-5)
        assert np.array_equal(valid, alone.whole[1])
    everywhere = stack.window(0, 0, stack.rows, stack.cols)[1]
    assert everywhere.sum() == sum(cube.valid_mask().sum() for cube in cubes), "no pixel between is valid"
    assert len(stack.filled) == everywhere.sum()
    assert everywhere[tuple(stack.filled.T)].all()


def test_tiles_are_of_one_scene_each_with_the_chance_of_its_pixels(stack, cubes):
    sampler = TileSampler(
        stack, CPU, Generator().manual_seed(0), pixels=50, shift=3, noise=ViewNoise(0, 0, 0, 0), tile=36
    )  # fmt: skip
    drawn = [0, 0, 0]
    for _ in range(300):
        for view in sampler.draw():
            window = view.window
            tops = [top for _, top in stack.parts]
            number = max(n for n, top in enumerate(tops) if top <= window.top)
            assert window.top + window.valid.shape[0] <= tops[number] + cubes[number].rows
            assert window.valid.shape[1] <= cubes[number].cols
        drawn[number] += 1
    shares = np.array([cube.valid_mask().sum() for cube in cubes], dtype=float)
    assert np.allclose(np.array(drawn) / 300, shares / shares.sum(), atol=0.08)


def test_patches_at_a_border_see_its_reflection_as_in_a_scene_alone(cubes, transform):
    stack = StackedScenes(cubes, transform)
    bank = patches_of(stack, CPU, Generator().manual_seed(0)).bank
    half = PATCH // 2
    for cube, (alone, top) in zip(cubes, stack.parts, strict=True):
        padded = reflected(np.ascontiguousarray(alone.whole[0]), half)
        for row, col in [(0, 0), (0, cube.cols - 1), (cube.rows - 1, 0), (cube.rows - 1, cube.cols - 1), (9, 11)]:
            patch = bank.gather(torch.tensor([top + row]), torch.tensor([col]))[0].permute(1, 2, 0).numpy()
            assert np.array_equal(patch, padded[row : row + PATCH, col : col + PATCH]), (cube.name, row, col)
    assert half <= EDGE


def test_patches_of_scenes_on_disk_stay_inside_their_windows(cubes, transform, monkeypatch):
    monkeypatch.setattr(one_scene, "WINDOW_SIDE", 22)
    monkeypatch.setattr(one_scene, "MOST_WINDOWS", 6)
    stack = StackedScenes(cubes, transform, resident_values=0)
    found = patches_of(stack, CPU, Generator().manual_seed(0))
    assert {values.shape[:2] for values, _ in found.windows} == {(20, 22)}
    assert len(found.pixels) > 100


def test_no_superpixel_reaches_from_one_scene_into_another(cubes, transform):
    stack = StackedScenes(cubes, transform)
    labels = superpixels.segment_image(*stack.whole).labels
    found = [set(np.unique(labels[top : top + scene.rows])) - {-1} for scene, top in stack.parts]
    assert all(found)
    assert not found[0] & found[1]
    assert not found[1] & found[2]


def test_features_of_a_stack_are_those_of_its_scenes(cubes, transform):
    with Chance(0).building():
        encoder = DenseEncoder(4, width=8, blocks=1, box=3).eval()
    together = features_of_scene(encoder, StackedScenes(cubes, transform), CPU, 10**6, 0, lambda: None)
    alone = [features_of_scene(encoder, SceneValues(c, transform), CPU, 10**6, 0, lambda: None) for c in cubes]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)


def test_the_monitor_reads_labels_of_the_first_scene(stack, cubes):
    labels = np.zeros((cubes[0].rows, cubes[0].cols), dtype=np.uint16)
    labels[10:20], labels[20:30] = 1, 2
    with Chance(0).building():
        encoder = DenseEncoder(4, width=8, blocks=1, box=3)
    value = Monitor(encoder, stack, CPU, 0, stack.of_first(labels)).measure(lambda: None)
    assert 0 <= value <= 1


def test_each_scene_weighs_the_same_in_the_transform_however_large_it_is():
    rng = np.random.default_rng(0)
    large = Cube(ArraySource(rng.normal(10, 1, (80, 80, 3)).astype(np.float32)))
    small = Cube(ArraySource(rng.normal(20, 1, (10, 10, 3)).astype(np.float32)))
    assert np.allclose(fit_together([large, small]).mean, 15, atol=0.2)
    assert np.allclose(fit_together([large, small]).sd, np.sqrt(26), atol=0.3)


def test_of_one_scene_the_transform_is_bit_for_bit_that_of_its_sample(cubes):
    found = fit_transform(cubes[0])
    sample = cubes[0].read()[cubes[0].valid_mask()].astype(np.float64)
    assert np.array_equal(found.mean, sample.mean(axis=0).astype(np.float32))
    assert np.array_equal(found.sd, sample.std(axis=0).astype(np.float32))


@pytest.fixture(params=["in memory", "from disk"])
def weighed(request, cubes, transform):
    held = {} if request.param == "in memory" else {"resident_values": 0}
    return StackedScenes(cubes, transform, weights=(1.0, 6.0, 2.0), **held)


def wanted_shares(cubes):
    shares = np.array([cube.valid_mask().sum() for cube in cubes], dtype=float) * [1, 6, 2]
    return shares / shares.sum()


def test_a_scene_is_drawn_from_as_often_as_its_weight_says(weighed, cubes):
    generator = Generator().manual_seed(0)
    tops = [top for _, top in weighed.parts]
    drawn = [weighed.one(lambda limit: int(torch.randint(0, limit, (1,), generator=generator)))[1] for _ in range(600)]
    found = np.array([drawn.count(top) for top in tops]) / 600
    assert np.allclose(found, wanted_shares(cubes), atol=0.06)


def test_of_a_scene_that_weighs_more_patches_are_drawn_from_more_windows(weighed, cubes, monkeypatch):
    monkeypatch.setattr(one_scene, "MOST_WINDOWS", 40)
    assert weighed.drawn_from is None, "windows stand for scenes of different weights, in memory too"
    own = {id(scene): 0 for scene, _ in weighed.parts}
    for scene, _ in weighed.parts:
        original = scene.excerpt

        def counted(draw, check, *, most=None, size=None, original=original, scene=scene):
            own[id(scene)] = most
            return original(draw, check, most=most, size=size)

        monkeypatch.setattr(scene, "excerpt", counted)
    patches_of(weighed, CPU, Generator().manual_seed(0))
    assert np.allclose(np.array(list(own.values())) / 40, wanted_shares(cubes), atol=0.03)


def test_weights_that_are_alike_change_nothing(cubes, transform):
    alike, without = (StackedScenes(cubes, transform, weights=weights) for weights in ((3.0, 3.0, 3.0), ()))
    assert alike.drawn_from is not None
    assert alike._until == without._until


def test_the_transform_of_several_scenes_heeds_their_weights(cubes):
    alone, weighed = fit_together([cubes[1]], 3), fit_together(cubes, 3, weights=(1e-9, 1.0, 1e-9))
    assert np.allclose(alone.mean, weighed.mean, atol=1e-5)
    assert np.allclose(alone.sd, weighed.sd, atol=1e-5)
    even = fit_together(cubes, 3, weights=(2.0, 2.0, 2.0))
    assert np.allclose(even.mean, fit_together(cubes, 3).mean, atol=1e-6)
