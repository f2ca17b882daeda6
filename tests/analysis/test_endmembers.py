"""Pure pixels that were hidden in a scene are found, and how many there are; scenes without any are refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hsigui.analysis import endmembers
from hsigui.analysis.endmember_count import count_endmembers
from hsigui.analysis.endmembers import METHODS, find_endmembers
from hsigui.errors import HsiError
from hsigui.jobs import quiet
from tests.analysis.scenes import cube_of

PURE = ((2, 3), (17, 20), (25, 5), (9, 11))


def hidden(rows: int = 28, cols: int = 24, bands: int = 60, noise: float = 0.001, seed: int = 0) -> np.ndarray:
    """Mixtures of four spectra, each pure in one pixel; rows x cols x bands."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, bands)
    pure = np.stack([0.4 + 0.3 * np.sin((k + 1) * 2.1 * x + k) for k in range(4)])
    shares = rng.dirichlet(np.ones(4) * 2, (rows, cols))
    for number, place in enumerate(PURE):
        shares[place] = np.eye(4)[number]
    return (shares @ pure + noise * rng.normal(size=(rows, cols, bands))).astype(np.float32)


def smooth() -> np.ndarray:
    """As `hidden`, of shares that change slowly from pixel to pixel, none of them pure."""
    rng = np.random.default_rng(1)
    fields = gaussian_filter(rng.normal(size=(60, 50, 4)), (5, 5, 0))
    shares = np.exp(2 * fields / fields.std())
    pure = np.stack([hidden(noise=0.0)[place] for place in PURE])
    mixed = shares / shares.sum(axis=2, keepdims=True) @ pure
    return (mixed + 0.01 * rng.normal(size=mixed.shape)).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("noise", [1e-5, 2e-3])
def test_pure_pixels_are_found_whatever_the_seed(method, noise):
    cube = cube_of(hidden(noise=noise))
    for seed in (0, 1, 2):
        found = find_endmembers(cube, method, 4, seed, quiet())
        assert {target.place for target in found.targets} == set(PURE)
        assert found.notes == ()
    first = found.targets[0]
    np.testing.assert_array_equal(first.values, cube.spectrum(*first.place).astype(float))
    assert len({target.color for target in found.targets}) == 4


def test_the_same_seed_finds_the_same(monkeypatch):
    cube = cube_of(np.random.default_rng(0).random((20, 20, 12)).astype(np.float32))
    for method in METHODS:
        one, other = (find_endmembers(cube, method, 5, 3, quiet()) for _ in range(2))
        assert one.targets == other.targets
    monkeypatch.setattr(endmembers, "MOST_PIXELS", 150)
    places = [target.place for target in find_endmembers(cube, "nfindr", 5, 3, quiet()).targets]
    assert all((row * 20 + col) % 3 == 0 for row, col in places)


def test_the_number_is_counted_and_told_with_how_sure_it_is():
    counted = count_endmembers(cube_of(smooth()), quiet())
    assert (counted.count, counted.other) == (4, 4)
    assert "they agree" in str(counted)
    unsure = count_endmembers(cube_of(hidden()), quiet())  # whose neighbours differ by more than noise
    assert unsure.count == 4
    assert unsure.lower < 3
    found = find_endmembers(cube_of(hidden()), "vca", 0, 0, quiet())
    assert len(found.targets) == unsure.lower
    assert "HySime counts 4" in found.notes[0]
    assert "this is unsure" in found.notes[0]
    alone = count_endmembers(cube_of(hidden() * 0 + np.random.default_rng(1).random((28, 24, 1), np.float32)), quiet())
    assert alone.count == 1


@pytest.mark.parametrize("method", METHODS)
def test_one_and_two_can_be_asked_for(method):
    cube = cube_of(hidden())
    for count in (1, 2):
        assert len(find_endmembers(cube, method, count, 0, quiet()).targets) == count


@pytest.mark.parametrize("method", METHODS)
def test_pixels_without_data_are_never_found(method):
    values = hidden()
    values[:9], values[20, 20, 4] = np.nan, np.inf
    found = find_endmembers(cube_of(values), method, 4, 0, quiet())
    assert all(row >= 9 and (row, col) != (20, 20) for row, col in (target.place for target in found.targets))


@pytest.mark.parametrize("method", METHODS)
def test_scenes_without_pure_pixels_are_refused_in_words(method):
    values = hidden()
    with pytest.raises(HsiError, match="have data"):
        find_endmembers(cube_of(np.full_like(values, np.nan)), method, 4, 0, quiet())
    with pytest.raises(HsiError, match="are alike"):
        find_endmembers(cube_of(np.ones_like(values)), method, 4, 0, quiet())
    with pytest.raises(HsiError, match="have data"):
        find_endmembers(cube_of(values[:1, :2]), method, 4, 0, quiet())
    with pytest.raises(HsiError, match="cannot be told apart in 3 bands"):
        find_endmembers(cube_of(values[:, :, :3]), method, 4, 0, quiet())
    flat = np.tile(values[:1, :1], (5, 5, 1))
    flat[2, 2] *= 2
    found = find_endmembers(cube_of(flat), method, 4, 0, quiet())
    assert 1 <= len(found.targets) < 4
    assert "that differ" in found.notes[0]
