"""Shares: equal to one least squares after the other by scipy, whatever the spectra are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from hsigui.analysis import abundances
from hsigui.analysis.abundances import Unmixer


def scene(count: int, bands: int, pixels: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Endmembers, and noisy mixtures of them that are brighter and darker, too."""
    rng = np.random.default_rng(seed)
    members = np.abs(rng.normal(size=(count, bands))) + 0.2
    mixed = rng.dirichlet(np.full(count, 0.3), pixels) @ members * rng.uniform(0.3, 1.7, (pixels, 1))
    return members, (mixed + 0.1 * rng.normal(size=mixed.shape)).astype(np.float32)


def slowly(spectra: np.ndarray, members: np.ndarray, sum_to_one: bool) -> np.ndarray:
    """One after the other; the sum is held by a heavy row."""
    heavy = 1e4 if sum_to_one else 0.0
    matrix = np.vstack([members.T, np.full(len(members), heavy)])
    return np.array([nnls(matrix, np.append(row, heavy))[0] for row in spectra.astype(float)])


@pytest.mark.parametrize("sum_to_one", [True, False], ids=["fcls", "nnls"])
@pytest.mark.parametrize(("count", "bands"), [(1, 5), (2, 3), (4, 198), (9, 40), (25, 30)])
def test_shares_are_those_of_a_slow_loop(count, bands, sum_to_one):
    members, spectra = scene(count, bands)
    found = Unmixer(members, sum_to_one).shares(spectra)
    np.testing.assert_allclose(found, slowly(spectra, members, sum_to_one), atol=5e-6 if sum_to_one else 1e-10)
    assert found.min() >= 0
    if sum_to_one:
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)


@pytest.mark.parametrize("sum_to_one", [True, False])
def test_more_spectra_than_bands_leave_as_little_as_can_be(sum_to_one):
    members, spectra = scene(12, 6)
    unmixer = Unmixer(members, sum_to_one)
    found = unmixer.shares(spectra)
    wanted = slowly(spectra, members, sum_to_one)
    assert unmixer.alike
    rest = np.linalg.norm(spectra - found @ members, axis=1)
    assert (rest <= np.linalg.norm(spectra - wanted @ members, axis=1) + 2e-4).all()
    assert found.min() >= 0
    np.testing.assert_allclose(unmixer.rest(spectra, found), rest / np.sqrt(6), atol=1e-10)


def test_spectra_that_are_the_same_share_alike():
    members, spectra = scene(3, 20)
    found = Unmixer(np.vstack([members, members[:1]]), True).shares(spectra)
    alone = Unmixer(members, True)
    assert not alone.alike
    np.testing.assert_allclose(found[:, 0] + found[:, 3], alone.shares(spectra)[:, 0], atol=1e-4)
    np.testing.assert_allclose(found[:, 0], found[:, 3], atol=1e-3)


def test_integers_and_negative_values_are_spectra_like_others():
    members, spectra = scene(4, 30)
    away = Unmixer(members - 0.9, True).shares(spectra - np.float32(0.9))
    np.testing.assert_allclose(away, Unmixer(members, True).shares(spectra), atol=1e-5)
    counts = np.round(spectra * 10_000).astype(np.int16)
    np.testing.assert_allclose(
        Unmixer(members * 10_000, False).shares(counts), Unmixer(members, False).shares(counts / 1e4), atol=1e-8
    )
    dark = Unmixer(members, False).shares(np.zeros((3, 30)))
    assert not dark.any()


def test_few_remembered_inverses_give_the_same(monkeypatch):
    members, spectra = scene(9, 40)
    wanted = Unmixer(members, True).shares(spectra)
    monkeypatch.setattr(abundances, "KEPT", 40 * 81)
    monkeypatch.setattr(abundances, "GATHERED", 5 * 81)
    np.testing.assert_allclose(Unmixer(members, True).shares(spectra), wanted, atol=1e-12)
