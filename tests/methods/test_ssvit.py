"""The published pair of networks: their sizes, and what training does to them."""

from __future__ import annotations

import pytest
import torch

from hsigui.methods.chance import Chance, DropPath
from hsigui.methods.resnet import ResidualProjector, ResNet18
from hsigui.methods.ssvit import SSViT
from tests.methods.sizes import count_parameters


@pytest.mark.parametrize(("bands", "millions"), [(103, 1.35), (200, 1.37)])
def test_ssvit_has_the_published_number_of_parameters(bands, millions):
    assert round(count_parameters(SSViT(bands)) / 1e6, 2) == millions


def test_resnet_and_its_projector_have_the_published_number_of_parameters():
    total = count_parameters(ResNet18(200)) + count_parameters(ResidualProjector())
    assert round(total / 1e6, 1) == 11.4


def test_resnet_18_gives_512_features_of_a_patch():
    network = ResNet18(6).eval()
    assert sum(isinstance(m, torch.nn.Conv2d) and m.kernel_size == (3, 3) for m in network.modules()) == 17
    with torch.no_grad():
        assert network(torch.randn(2, 6, 15, 15)).shape == (2, 512)


@pytest.mark.parametrize("bands", [3, 15, 16])
def test_a_scene_of_few_bands_can_be_seen(bands):
    network = SSViT(bands, width=16, depth=1).eval()
    with torch.no_grad():
        y = network(torch.randn(2, bands, 15, 15, generator=torch.Generator().manual_seed(0)))
    assert y.shape == (2, 16)
    assert (y[0] - y[1]).abs().max() > 1e-4


def test_every_parameter_of_ssvit_takes_part():
    network = SSViT(20, width=16, depth=2)
    Chance(0).give_masks(network)
    y = network(torch.randn(4, 20, 15, 15))
    (y * torch.randn(y.shape)).sum().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name


def test_drop_path_leaves_out_whole_samples_and_keeps_the_mean():
    layer = DropPath(0.25).train()
    Chance(0).give_masks(layer)
    y = layer(torch.ones(4000, 2, 1, 1))
    assert set(y.unique().tolist()) == {0.0, float(torch.tensor(1 / 0.75))}
    assert torch.equal(y[:, 0], y[:, 1])
    assert abs(float(y.mean()) - 1) < 0.05
    assert torch.equal(layer.eval()(y), y)
