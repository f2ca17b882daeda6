"""A process learns from its environment whether it is alone, and its part of a batch from its place."""

from __future__ import annotations

import pytest
import torch

from hsigui.errors import HsiError
from hsigui.methods.distributed.place import Place, place
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.distributed.share import Share, drawn

TORCHRUN = {
    "RANK": "3", "WORLD_SIZE": "6", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
    "MASTER_PORT": "29500", "TORCHELASTIC_RUN_ID": "none", "TORCHELASTIC_RESTART_COUNT": "2",
}  # fmt: skip


def test_without_a_launcher_a_process_is_alone():
    assert place({}) == Place()
    assert place({"WORLD_SIZE": "1"}).alone
    assert place({}).leads


def test_torchrun_says_which_process_it_is():
    assert place(TORCHRUN) == Place(3, 6, 1, 2, 2, True)
    assert not place(TORCHRUN).leads


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MASTER_ADDR": ""}, "MASTER_ADDR is not set"),
        ({"RANK": ""}, "RANK is not set"),
        ({"RANK": "six"}, "no whole number"),
        ({"RANK": "6"}, "no process 6 of 6"),
        ({"RANK": "-1"}, "no process -1 of 6"),
        ({"LOCAL_RANK": "2"}, "no process 3 of 6"),
        ({"WORLD_SIZE": "0"}, "no process 3 of 0"),
        ({"WORLD_SIZE": "some"}, "no whole number"),
    ],
)
def test_an_environment_that_makes_no_sense_is_refused(change, said):
    with pytest.raises(HsiError, match=said) as refused:
        place(TORCHRUN | change)
    assert "torchrun" in refused.value.hint


@pytest.mark.parametrize("total", [3, 4, 7, 512])
def test_the_parts_of_all_processes_are_the_batch(total):
    parts = [Processes(rank, 3).begin(total) for rank in range(3)]
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(total))
    assert max(part.count for part in parts) - min(part.count for part in parts) <= 1


def test_a_batch_of_fewer_samples_than_processes_is_refused():
    with pytest.raises(HsiError, match="A batch of 2 cannot be shared by 3 processes"):
        Processes(0, 3).begin(2)


def test_the_numbers_of_all_parts_are_those_of_one_draw():
    def draw(count: int) -> torch.Tensor:
        return torch.randn((count, 4), generator=torch.Generator().manual_seed(0))

    parts = [drawn(draw, len(range(*each)), Share(*each, 20)) for each in ((0, 6), (6, 13), (13, 20))]
    assert torch.equal(torch.cat(parts), drawn(draw, 20, None))


def test_who_is_alone_shares_nothing():
    own = torch.ones(3, 2)
    assert ALONE.begin(3) is None
    assert ALONE.gathered(own, own) == (own, own)
    assert ALONE.summed(own) is own
    assert ALONE.agreed(0.25) == 0.25
    assert ALONE.any(True)
    assert not ALONE.any(False)
    assert ALONE.given(lambda: b"as made") == b"as made"
