"""The networks: sizes as published, and the dense one equal by tiles and in one pass."""

from __future__ import annotations

import pytest
import torch

from hsigui.methods.encoders import (
    DenseEncoder,
    PatchEncoder,
    Projector,
    copy_without_gradient,
    move_average,
)
from tests.methods.sizes import count_parameters


@pytest.mark.parametrize(("bands", "millions"), [(103, 0.78), (200, 0.89)])
def test_the_patch_encoder_has_the_published_number_of_parameters(bands, millions):
    total = count_parameters(PatchEncoder(bands)) + count_parameters(Projector())
    assert round(total / 1e6, 2) == millions


def test_a_tile_with_its_halo_gives_the_features_of_the_whole_scene():
    encoder = DenseEncoder(5, width=8, blocks=2, box=7).eval()
    x = torch.randn(1, 5, 60, 50, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = encoder(x)
        h = encoder.halo
        tile = encoder(x[:, :, 20 - h : 40 + h, 15 - h : 35 + h])[:, :, h:-h, h:-h]
    assert torch.allclose(tile, whole[:, :, 20:40, 15:35], atol=1e-5)


def test_a_narrower_halo_would_not_be_enough():
    encoder = DenseEncoder(5, width=8, blocks=2, box=7).eval()
    x = torch.randn(1, 5, 60, 50, generator=torch.Generator().manual_seed(0))
    h = encoder.halo - 1
    with torch.no_grad():
        tile = encoder(x[:, :, 20 - h : 40 + h, 15 - h : 35 + h])[:, :, h:-h, h:-h]
        assert not torch.allclose(tile, encoder(x)[:, :, 20:40, 15:35], atol=1e-5)


def test_an_even_box_is_refused():
    with pytest.raises(ValueError, match="odd"):
        DenseEncoder(3, box=8)


def test_the_momentum_copy_follows_by_its_share_and_takes_no_gradient():
    source = torch.nn.Linear(2, 2)
    average = copy_without_gradient(source)
    start = average.weight.clone()
    with torch.no_grad():
        source.weight.add_(1.0)
    move_average(average, source, 0.75)
    assert torch.allclose(average.weight, start + 0.25)
    assert not any(p.requires_grad for p in average.parameters())
