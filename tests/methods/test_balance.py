"""Evening out features: variances go two thirds of the way to white, in the features' own axes."""

from __future__ import annotations

import numpy as np
import torch

from hsigui.methods.balance import Balance, learn


def _features() -> torch.Tensor:
    """5000 vectors of 6 correlated features of different scales."""
    generator = torch.Generator().manual_seed(0)
    mixed = torch.randn(5000, 6, generator=generator) * torch.tensor([8.0, 4.0, 2.0, 1.0, 0.5, 0.25])
    turned, _ = torch.linalg.qr(torch.randn(6, 6, generator=generator))
    return mixed @ turned * torch.tensor([1.0, 10.0, 0.1, 3.0, 1.0, 100.0]) + 5.0


def test_variances_of_the_standardised_features_are_raised_to_the_power_of_a_third():
    features = _features()
    z = (features - features.mean(dim=0)) / features.std(dim=0)
    before = torch.linalg.eigvalsh(torch.cov(z.T))
    after = torch.linalg.eigvalsh(torch.cov(torch.from_numpy(learn(features).apply(features.numpy())).T))
    np.testing.assert_allclose(after, before ** (1 / 3), rtol=2e-2)


def test_the_scale_and_the_origin_of_the_features_do_not_matter():
    features = _features()
    one = learn(features).apply(features.numpy())
    moved = features * torch.tensor([3.0, 0.1, 7.0, 1.0, 50.0, 2.0]) - 20.0
    np.testing.assert_allclose(learn(moved).apply(moved.numpy()), one, atol=2e-3)


def test_features_stay_near_their_own_axes():
    features = _features()
    z = (features - features.mean(dim=0)) / features.std(dim=0)
    even = learn(features).apply(features.numpy())
    for column in range(6):
        found = [abs(float(np.corrcoef(even[:, column], z[:, other])[0, 1])) for other in range(6)]
        assert int(np.argmax(found)) == column


def test_a_feature_that_never_changes_becomes_no_noise():
    features = _features()
    features[:, 2] = 4.0
    even = learn(features).apply(features.numpy())
    assert np.isfinite(even).all()
    assert np.abs(even[:, 2]).max() < 1e-3


def test_it_applies_to_maps_as_to_vectors():
    features = _features()
    balance: Balance = learn(features)
    as_map = balance.apply(features.numpy().reshape(50, 100, 6))
    np.testing.assert_array_equal(as_map.reshape(-1, 6), balance.apply(features.numpy()))
