"""Pairs of pixels of one field: partners are where they are said to be, whatever of the scene is in memory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.transform import fit_transform
from hsigui.errors import HsiError
from hsigui.methods import field_pairs
from hsigui.methods.dense import SceneTile
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.field_pairs import FieldPairs, FieldSampler, TileFields
from hsigui.methods.scene import SceneValues
from tests.methods.presets import settings

CPU = torch.device("cpu")


def _nothing() -> None:
    return None


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def _labels(image: tuple[np.ndarray, np.ndarray]) -> list[list[np.ndarray]]:
    return field_pairs.labels_of([image], _nothing, field_pairs.components_of([image]))


@pytest.fixture
def numbered() -> tuple[np.ndarray, np.ndarray]:
    """A scene whose first two channels are the row and the column of each pixel, and whose third has four fields; the
    valid mask has a hole."""
    rows, cols = np.meshgrid(np.arange(60), np.arange(50), indexing="ij")
    fields = 40.0 * (rows >= 30) + 90.0 * (cols >= 20)
    values = np.stack([rows, cols, fields], 2).astype(np.float32)
    valid = np.ones((60, 50), dtype=bool)
    valid[10:14, 5:30] = False
    return values, valid


def _places(spectra: torch.Tensor) -> np.ndarray:
    return spectra[:, :2].numpy().astype(int)


def test_partners_are_valid_pixels_of_one_superpixel_at_each_of_the_scales(numbered):
    values, valid = numbered
    pairs = FieldPairs(SceneValues.of(values, valid), CPU, 0, _nothing)
    maps = [each[0] for each in _labels(numbered)]
    drawn = pairs.draw(4000, _generator())
    first, second = _places(drawn.first), _places(drawn.second)
    assert valid[tuple(first.T)].all()
    assert valid[tuple(second.T)].all()
    same = np.stack([labels[tuple(first.T)] == labels[tuple(second.T)] for labels in maps])
    assert same.any(axis=0).all()
    # A pair may lie within one superpixel at other scales, too; the large ones hold the most.
    shares = same.mean(axis=1)
    assert shares[0] > shares[1] > shares[2] > 1 / 3
    assert (~same[0]).mean() < (~same[2]).mean()
    assert np.array_equal(drawn.fields.numpy(), maps[field_pairs.MIDDLE][tuple(first.T)])


def test_of_several_candidates_the_one_most_alike_is_taken_and_never_the_pixel_itself(numbered):
    pairs = FieldPairs(SceneValues.of(*numbered), CPU, 0, _nothing)
    project = field_pairs.components_of([numbered])
    apart = []
    for candidates in (1, 4, 16):
        drawn = pairs.draw(3000, _generator(), candidates=candidates)
        distance = np.square(project(drawn.first.numpy()) - project(drawn.second.numpy())).sum(axis=1)
        apart.append(distance.mean())
        assert candidates == 1 or (distance > 0).mean() > 0.99
    assert apart[0] > 2 * apart[1] > 4 * apart[2]


def test_means_are_those_of_the_middle_superpixels(numbered):
    values, valid = numbered
    pairs = FieldPairs(SceneValues.of(values, valid), CPU, 0, _nothing)
    labels = _labels(numbered)[field_pairs.MIDDLE][0]
    assert len(pairs.means) == labels.max() + 1
    for number in (0, labels.max()):
        assert pairs.means[number] == pytest.approx(values[labels == number].mean(axis=0), rel=1e-5)


def test_one_seed_draws_the_same_pairs_and_the_pixel_itself_may_be_its_partner(numbered):
    pairs = FieldPairs(SceneValues.of(*numbered), CPU, 0, _nothing)
    one, again, other = (pairs.draw(100, _generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.second, again.second)
    assert not torch.equal(one.second, other.second)
    itself = pairs.draw(100, _generator(1), "pixel")
    assert torch.equal(itself.first, itself.second)
    assert torch.equal(itself.first, one.first)


@pytest.mark.parametrize("resident", [True, False])
def test_partners_of_a_large_scene_lie_in_the_same_window_and_windows_come_again(numbered, resident, monkeypatch):
    monkeypatch.setattr("hsigui.methods.scene.WINDOW_SIDE", 20)
    monkeypatch.setattr("hsigui.methods.scene.MOST_WINDOWS", 2)
    monkeypatch.setattr(field_pairs, "WHOLE", 1000)
    values, valid = numbered
    if resident:
        scene = SceneValues.of(values, valid)
    else:
        cube = Cube(ArraySource(np.where(valid[..., None], values, np.nan)))
        scene = SceneValues(cube, fit_transform(cube), resident_values=0)
    found = [FieldPairs(scene, CPU, seed, _nothing).draw(500, _generator()) for seed in (3, 3, 4)]
    assert torch.equal(found[0].second, found[1].second)
    assert not torch.equal(found[0].second, found[2].second)
    if resident:
        apart = np.abs(_places(found[0].first) - _places(found[0].second)).max()
        assert 0 < apart < 20


def test_the_views_hold_the_pixels_in_order_with_noise_of_their_own(numbered):
    quiet = field_pairs.ViewNoise(times=0, plus=0, gain=0, drop=0)
    sampler = FieldSampler(
        SceneValues.of(*numbered), CPU, _generator(), pixels=30, partner="pixel", candidates=1, noise=quiet,
        drawn_by=_generator(1), seed=0,
    )  # fmt: skip
    one, two = sampler.draw(_nothing)
    assert one.tile.shape == (1, 3, 30, 1)
    assert torch.equal(one.tile, two.tile)
    assert one.positions.tolist() == list(range(30))
    loud = field_pairs.ViewNoise(times=0.1, plus=0.1, gain=0, drop=0)
    sampler._noise = loud
    one, two = sampler.draw(_nothing)
    assert not torch.equal(one.tile, two.tile)


@pytest.mark.parametrize("resident", [True, False])
def test_partners_within_a_tile_are_valid_pixels_of_one_superpixel(numbered, resident):
    values, valid = numbered
    scene = SceneValues.of(values, valid)
    top, left, side = 8, 4, 30
    window = SceneTile(*scene.window(top, left, side, side), top, left)
    if resident:
        maps = [m[0][top : top + side, left : left + side] for m in _labels(numbered)]
    else:
        cube = Cube(ArraySource(np.where(valid[..., None], values, np.nan)))
        scene = SceneValues(cube, fit_transform(cube), resident_values=0)
        maps = [m[0] for m in _labels((window.values, window.valid))]
    picked = torch.from_numpy(np.flatnonzero(window.valid))[::3]
    partners = TileFields(scene, _generator(), 2)(window, picked)
    assert window.valid.ravel()[partners].all()
    same = np.stack([labels.ravel()[picked] == labels.ravel()[partners] for labels in maps])
    assert same.any(axis=0).all()
    assert (partners != picked).float().mean() > 0.8


@pytest.mark.parametrize(("halo", "partner", "kind"), [(0, "field", "FieldSampler"), (8, "pixel", "TileSampler")])
def test_the_reach_of_the_network_decides_how_views_are_drawn(numbered, halo, partner, kind):
    chosen = settings("lscosa", "quick", partner=partner)
    made = field_pairs.sampler(chosen, halo, SceneValues.of(*numbered), CPU, (_generator(), _generator()), 0)
    assert type(made).__name__ == kind


def test_a_network_that_sees_tiles_is_not_shared_by_processes(numbered):
    scene, generators = SceneValues.of(*numbered), (_generator(), _generator())
    with pytest.raises(HsiError, match="not trained by several processes") as refused:
        field_pairs.sampler(settings("lscosa", "quick"), 8, scene, CPU, generators, 0, Processes(0, 2))
    assert "blocks=0" in refused.value.hint


def test_two_processes_draw_the_pixels_and_the_noise_of_one(numbered):
    chosen, scene = settings("lscosa", "quick", pixels=65), SceneValues.of(*numbered)

    def views(processes: Processes) -> list[torch.Tensor]:
        """Spectra of both views, channels x pixels."""
        own, noise = _generator(), _generator()
        return [
            view.tile[0, :, :, 0]
            for view in field_pairs.sampler(chosen, 0, scene, CPU, (own, noise), 0, processes).draw(lambda: None)
        ]

    parts = zip(views(Processes(0, 2)), views(Processes(1, 2)), strict=True)
    for whole, halves in zip(views(ALONE), parts, strict=True):
        assert [half.shape[1] for half in halves] == [32, 33]
        assert torch.equal(torch.cat(halves, dim=1), whole)


def test_a_tile_pairs_pixels_of_one_field_where_that_is_asked_for(numbered):
    values, valid = numbered
    chosen = settings("lscosa", "quick", noise_times=0.0, noise_plus=0.0, gain=0.0, drop=0.0, tile=32)
    made = field_pairs.sampler(chosen, 8, SceneValues.of(values, valid), CPU, (_generator(), _generator()), 0)
    for _ in range(3):
        one, two = (view.tile[0].flatten(1).T[view.positions] for view in made.draw())
        apart = np.abs(_places(one) - _places(two)).max(axis=1)
        assert apart.max() > 4  # farther than a shift
        assert (one[:, 2] == two[:, 2]).float().mean() > 0.9
