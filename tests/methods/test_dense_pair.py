"""The dense pair: by tiles as in one pass, and for single pixels as for all."""

from __future__ import annotations

import pytest
import torch

from hsigui.methods import dense_pair
from hsigui.methods.dense_pair import DensePair


@pytest.fixture
def network() -> DensePair:
    torch.manual_seed(0)
    network = DensePair(5, width=8)
    torch.nn.init.normal_(network.global_branch.position)
    return network.eval()


@pytest.fixture
def x() -> torch.Tensor:
    return torch.randn(1, 5, 50, 46, generator=torch.Generator().manual_seed(0))


def test_a_tile_with_its_halo_gives_the_features_of_the_whole_scene(network, x):
    h = network.halo
    with torch.no_grad():
        whole = network(x)
        inner = network(x[:, :, 18 - h : 32 + h, 15 - h : 30 + h])[:, :, h:-h, h:-h]
        corner = network(x[:, :, 40 - h :, 36 - h :])[:, :, h:, h:]
    assert whole.shape == (1, network.width, 50, 46)
    assert torch.allclose(inner, whole[:, :, 18:32, 15:30], atol=1e-5)
    assert torch.allclose(corner, whole[:, :, 40:, 36:], atol=1e-5)


@pytest.mark.parametrize("branch", ["global_branch", "local_branch"])
def test_a_narrower_halo_would_not_be_enough_for_either_branch(network, x, branch):
    h = getattr(network, branch).halo - 1
    columns = slice(0, 8) if branch == "global_branch" else slice(8, 16)
    with torch.no_grad():
        tile = network(x[:, :, 18 - h : 32 + h, 15 - h : 30 + h])[:, columns, h:-h, h:-h]
        assert not torch.allclose(tile, network(x)[:, columns, 18:32, 15:30], atol=1e-5)


def test_single_pixels_get_the_features_of_the_whole_pass(network, x, monkeypatch):
    monkeypatch.setattr(dense_pair, "CHUNK", 700)
    pixels = torch.tensor([0, 45, 46 * 49, 46 * 50 - 1, 1000])
    with torch.no_grad():
        whole = network(x)[0].flatten(1).T[pixels]
        found = network.at(x, pixels)
    assert [part.shape[1] for part in found] == list(network.branches)
    assert torch.allclose(torch.cat(found, dim=1), whole, atol=1e-5)


def test_a_pixel_attends_to_the_cell_two_steps_away_and_to_no_pixel_beyond(network, x):
    branch = network.global_branch
    pixel = torch.tensor([20 * 46 + 20])
    for distance, sees in ((7, True), (8, False)):
        moved = x.clone()
        moved[:, :, 20, 20 + distance] += 5
        with torch.no_grad():
            before, after = (branch(branch.maps(each), pixel) for each in (x, moved))
        assert torch.equal(before, after) != sees


def test_every_parameter_takes_part(network, x):
    wide, near = network.train().at(x, torch.arange(60))
    ((wide * torch.randn(wide.shape)).sum() + (near * torch.randn(near.shape)).sum()).backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        if "k.bias" not in name:  # softmax does not see a constant added to every key
            assert parameter.grad.abs().max() > 0, name
