"""Blocks beside the encoder's features: equal by windows, right in what they are, safe where there is no data."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.superpixels import segment_cube
from hsigui.cube.transform import fit_transform
from hsigui.jobs import SilentContext
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline import context_features, embed_tiles
from hsigui.pipeline.context_features import Window, context_blocks
from hsigui.pipeline.embed import embed
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import FeatureSpec, PretrainSpec, Recipe

CTX = SilentContext()
ALL = FeatureSpec(
    encoder=False, raw=True, components=5, smoothed=(0.0, 1.0, 2.5), superpixels=(12, 30), edge_aware=(4.0,)
)


@pytest.fixture(scope="module")
def blocks(cube):
    return context_blocks(cube, ALL, (), 0, CTX)


def _with(encoder: Encoder, spec: FeatureSpec) -> Encoder:
    return replace(encoder, recipe=Recipe(spec))


def test_a_recipe_gives_its_blocks_in_order_each_with_its_own_name(blocks):
    assert [(b.name, b.width) for b in blocks] == [
        ("bands", 12),
        ("components, smoothed 0", 5),
        ("components, smoothed 1", 5),
        ("components, smoothed 2.5", 5),
        ("components, means of 12 superpixels", 5),
        ("components, means of 30 superpixels", 5),
        ("components, edge-aware 4", 5),
    ]


def test_windows_with_their_halo_give_what_the_whole_scene_gives(cube, blocks):
    good = cube.good_bands
    whole = Window(cube, good, slice(0, cube.rows), slice(0, cube.cols))
    for block in blocks:
        part = Window(cube, good, slice(12 - block.halo, 25 + block.halo), slice(13 - block.halo, 30 + block.halo))
        inside = block.values(part)[block.halo : block.halo + 13, block.halo : block.halo + 17]
        assert np.allclose(inside, block.values(whole)[12:25, 13:30], atol=1e-5)


def test_features_by_tiles_are_those_of_one_pass_for_every_block(cube, monkeypatch):
    encoder = _with(
        pretrain(cube, PretrainSpec(method="random-encoder", device="cpu"), CTX), replace(ALL, encoder=True)
    )
    whole = embed(cube, encoder, CTX)
    monkeypatch.setattr(embed_tiles, "TILE", 16)
    tiled = embed(cube, encoder, CTX)
    # Rounded to float16, so not to 1e-5 as the blocks themselves.
    assert np.allclose(whole.array.astype(np.float32), tiled.array.astype(np.float32), rtol=2e-3, atol=2e-3)
    assert sum(place.stop - place.start for place in whole.columns.values()) == whole.array.shape[2]


def test_a_superpixels_columns_are_the_mean_of_its_pixels(cube, blocks):
    block = blocks[-2]
    labels = segment_cube(cube, 30).labels
    window = Window(cube, cube.good_bands, slice(0, cube.rows), slice(0, cube.cols))
    values, own = block.values(window), window.values(block.transform)
    for number in (0, int(labels.max())):
        inside = labels == number
        assert np.allclose(values[inside], own[inside].mean(axis=0), atol=1e-4)
    assert (values[labels < 0] == 0).all()


def test_components_that_the_encoder_has_are_not_fitted_again(cube, monkeypatch):
    known = fit_transform(cube, 5), fit_transform(cube, None)

    def fail(*_args, **_kwargs):
        raise AssertionError("fitted again")

    monkeypatch.setattr(context_features, "fit_transform", fail)
    made = context_blocks(cube, replace(ALL, superpixels=()), known, 0, CTX)
    assert made[0].transform is known[1]
    assert made[1].transform is known[0]


def test_bands_of_huge_numbers_are_kept_with_all_their_differences(cube):
    small = _with(
        pretrain(cube, PretrainSpec(method="svm-raw", device="cpu"), CTX),
        FeatureSpec(False, True, smoothed=(), edge_aware=()),
    )
    values = cube.read() * np.float32(1e12)
    large = Cube(ArraySource(values), name="large")
    encoder = pretrain(large, PretrainSpec(method="svm-raw", device="cpu"), CTX)
    one, two = embed(cube, small, CTX), embed(large, encoder, CTX)
    assert np.allclose(one.array.astype(np.float32), two.array.astype(np.float32), atol=0.01)


def test_kept_features_of_another_recipe_are_not_taken(cube, tmp_path):
    encoder = pretrain(cube, PretrainSpec(method="spatial-only", device="cpu"), CTX)
    two, four = (_with(encoder, FeatureSpec(encoder=False, smoothed=(s,))) for s in (2.0, 4.0))
    first = np.array(embed(cube, two, CTX, tmp_path).array)
    assert not np.array_equal(first, embed(cube, four, CTX, tmp_path).array)
    assert np.array_equal(first, embed(cube, two, CTX, tmp_path).array)
