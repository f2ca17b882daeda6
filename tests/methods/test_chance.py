"""Networks and dropout draw from the generator that they are handed, and give what torch's own would have given."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from hsigui.methods import registry
from hsigui.methods.chance import Chance, Dropout, DropPath

KINDS = {"dense": 4, "patch": 4, "purified-dense": 4, "purified-patch": 20, "refined": 4}


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_has_the_weights_that_torchs_generator_would_have_given(kind):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        expected = registry.network(kind)(KINDS[kind], width=16).state_dict()
    before = torch.get_rng_state()
    with Chance(5).building():
        found = registry.network(kind)(KINDS[kind], width=16).state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    for name, value in found.items():
        assert torch.equal(value, expected[name]), name


def test_everything_that_draws_without_a_generator_draws_from_the_jobs():
    def drawn() -> list[torch.Tensor]:
        return [
            torch.rand(3), torch.randn(2, 2), torch.randint(0, 9, (4,)), torch.randperm(5), torch.empty(3).normal_(),
            torch.bernoulli(torch.full((4,), 0.5)), nn.init.trunc_normal_(torch.empty(3)),
        ]  # fmt: skip

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        expected = drawn()
    before = torch.get_rng_state()
    with Chance(2).building():
        found = drawn()
        own = torch.rand(3, generator=torch.Generator().manual_seed(9))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))
    assert torch.equal(own, torch.rand(3, generator=torch.Generator().manual_seed(9)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dropout_is_torchs(dtype):
    x = torch.randn(6, 7, 3, generator=torch.Generator().manual_seed(0)).to(dtype)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        expected = nn.Dropout(0.3)(x)
    layer, before = Dropout(0.3), torch.get_rng_state()
    Chance(3).give_masks(layer)
    assert torch.equal(layer(x), expected)
    assert torch.equal(torch.get_rng_state(), before)
    assert layer.eval()(x) is x


@pytest.mark.parametrize("layer", [Dropout(0.5), DropPath(0.5)], ids=["dropout", "drop path"])
def test_dropout_without_a_generator_refuses_to_train(layer):
    with pytest.raises(RuntimeError, match="needs a generator"):
        layer(torch.ones(2, 1, 1, 1))


def test_what_takes_no_generator_is_refused_while_a_network_is_built():
    with Chance(0).building(), pytest.raises(RuntimeError, match="takes no other"):
        torch.ops.aten.native_dropout(torch.ones(3), 0.5, True)
