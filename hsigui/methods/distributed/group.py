"""How the processes of a training find each other, and part again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import PrefixStore
from torch.distributed.rendezvous import rendezvous

from hsigui.errors import HsiError
from hsigui.methods.distributed.place import Place
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.texts import say

WAIT = timedelta(minutes=30)  # for a process that is there and does not answer; one that has ended is noticed at once

_meeting: list[Any] = []  # the store where the processes met, which serves every training of this process
_trainings = 0


@contextlib.contextmanager
def joined(where: Place, device: torch.device) -> Iterator[Processes]:
    """The processes of a training, as long as the block lasts. A process that is alone joins nobody.

    On GPUs each process of a machine takes one; where there are fewer of them than processes, several share one.

    Raises:
        HsiError: the others are not found.
    """
    if where.alone:
        yield ALONE
        return
    _join(where, device)
    try:
        yield Processes(where.rank, where.count)
    finally:
        # What is still under way with a process that is lost would be waited for: nothing is, on the way here.
        dist.destroy_process_group()


def _join(where: Place, device: torch.device) -> None:
    global _trainings
    if not dist.is_available() or dist.is_initialized():
        raise HsiError(
            say("This process cannot join others for its training: PyTorch here cannot, or has joined some already."),
            say("Begin it with torchrun, and have one training at a time."),
        )
    one_each = False
    if device.type == "cuda":
        count = torch.cuda.device_count()
        torch.cuda.set_device(where.local_rank % count)
        one_each = where.local_count <= count and dist.is_nccl_available()
    elif device.type != "cpu":
        raise HsiError(
            say("Several processes train on the CPU or on CUDA devices, not on {device}.", device=device.type),
            say("Give --device cpu, or use one process."),
        )
    try:
        if not _meeting:
            _meeting.append(next(iter(rendezvous("env://", where.rank, where.count, timeout=WAIT)))[0])
        _trainings += 1
        dist.init_process_group(
            "cpu:gloo,cuda:nccl" if one_each else "gloo",
            store=PrefixStore(f"hsigui/{_trainings}", _meeting[0]),
            rank=where.rank, world_size=where.count, timeout=WAIT,
        )  # fmt: skip
    except (RuntimeError, ValueError, OSError) as error:
        raise HsiError(
            say("The other processes of this training were not found: {error}.", error=str(error).splitlines()[0]),
            say("Check MASTER_ADDR and MASTER_PORT, and that all machines reach each other."),
        ) from error
