"""Several processes that make one training: each has a part of every batch, all have the same weights.

What a single process computes of a batch is computed of the same batch here, up to the order in which numbers are
added: a sum over the batch is a sum over processes (`summed`), the embeddings that a loss compares are those of all
(`gathered`), gradients are added (`add_gradients`), and whatever hangs on a clock or a file is decided by process 0
(`agreed`, `given`). Data parallelism as in torch's DistributedDataParallel (arXiv 2006.15704), with sums instead of
means, because the loss is that of the whole batch already.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from safetensors.torch import load as parse
from safetensors.torch import save as serialise
from torch import Tensor, nn
from torch.autograd import Function

from hsigui.errors import HsiError
from hsigui.methods import devices, snapshot
from hsigui.methods.distributed.share import Share
from hsigui.methods.snapshot import Parts
from hsigui.texts import say


class LostProcessError(HsiError):
    """Another of the processes is gone: what was asked of all will never be answered."""


class Processes:
    """Those that train together, as one of them sees them.

    Attributes:
        rank: of this one, from 0.
        count: how many there are; 1 for a training as ever, in which nothing below does anything.
        share: the part of the batch that this one has in the step that is under way; None for all of it.
    """

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank, self.count = rank, count
        self.share: Share | None = None

    def __deepcopy__(self, memo: object) -> Processes:
        """Networks that are copied go on sharing their batches with the same processes."""
        return self

    @property
    def alone(self) -> bool:
        return self.count == 1

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes, tells and decides."""
        return self.rank == 0

    def begin(self, total: int) -> Share | None:
        """Begins a step on a batch of so many samples; returns the part of it that this process has, None for all.

        Raises:
            HsiError: there are more processes than samples.
        """
        if self.alone:
            return None
        if total < self.count:
            raise HsiError(
                say("A batch of {total} cannot be shared by {count} processes.", total=total, count=self.count),
                say("Use fewer processes, or a larger batch: --set batch=N, or pixels=N."),
            )
        start, stop = (total * rank // self.count for rank in (self.rank, self.rank + 1))
        self.share = Share(start, stop, total)
        return self.share

    def gathered(self, *own: Tensor) -> tuple[Tensor, ...]:
        """What all processes have of some vectors (own samples x width each, of any widths) of the batch of this step:
        batch x width each. The gradient of a process's own vectors is that of the loss of the whole batch, which every
        process computes."""
        if self.alone:
            return own
        assert self.share is not None
        together = torch.cat(own, dim=1)
        whole: Tensor = _Gathered.apply(together, self, self.share)  # type: ignore[no-untyped-call]
        found = torch.split(whole, [each.shape[1] for each in own], dim=1)
        return tuple(all_of if part.requires_grad else all_of.detach() for all_of, part in zip(found, own, strict=True))

    def summed(self, values: Tensor) -> Tensor:
        """The sum over all processes, in place; of any shape, without gradient."""
        if not self.alone:
            with self._reaching():
                dist.all_reduce(values)
        return values

    def add_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Adds up what the processes found of the gradient, so that all make one step."""
        if self.alone:
            return
        found = [p.grad for p in parameters if p.grad is not None]
        flat = self.summed(torch.cat([each.reshape(-1) for each in found]))
        for each, added in zip(found, torch.split(flat, [each.numel() for each in found]), strict=True):
            each.copy_(added.view_as(each))

    def agreed(self, value: float) -> float:
        """The value that process 0 has."""
        if self.alone:
            return value
        told = torch.tensor([value], dtype=torch.float64)
        with self._reaching():
            dist.broadcast(told, 0)
        return float(told)

    def any(self, one: bool) -> bool:
        """Whether it is so in one process at least."""
        return one if self.alone else bool(self.summed(torch.tensor([int(one)]))[0] > 0)

    def given(self, content: Callable[[], bytes]) -> bytes:
        """Bytes that process 0 makes, in all processes."""
        made = content() if self.leads else b""
        if self.alone:
            return made
        length = int(self.agreed(len(made)))
        told = torch.empty(length, dtype=torch.uint8)
        if self.leads:
            told.copy_(torch.from_numpy(np.frombuffer(made, dtype=np.uint8).copy()))
        with self._reaching():
            dist.broadcast(told, 0)
        return told.numpy().tobytes()

    def given_arrays(self, make: Callable[[], Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
        """Named arrays, of any shape, that process 0 makes, in all processes."""
        if self.alone:
            return dict(make())

        def packed() -> bytes:
            return bytes(serialise({name: torch.from_numpy(np.array(value)) for name, value in make().items()}))

        return {name: value.numpy() for name, value in parse(self.given(packed)).items()}

    def equalise(self, parts: Parts) -> None:
        """Gives all processes the state that a training's parts have in process 0."""
        if self.alone:
            return
        state = snapshot.take(parts, 0)
        told = {}
        for name, value in sorted(state.tensors.items()):
            on_cpu = value.cpu().contiguous()
            with self._reaching():
                dist.broadcast(on_cpu, 0)
            told[name] = on_cpu
        snapshot.restore(parts, snapshot.Snapshot(0, told, state.numbers))

    def require_same(self, about: Mapping[str, Any]) -> None:
        """Refuses to train with a process that was asked for something else.

        Raises:
            HsiError: process 0 has other values; the sentence names them.
        """
        first = json.loads(self.given(lambda: json.dumps(about).encode()))
        own = json.loads(json.dumps(about))
        other = sorted(name for name in {*first, *own} if first.get(name) != own.get(name))
        if self.any(bool(other)) and other:
            raise HsiError(
                say("Process {rank} was asked for another training than process 0: {names} differ.",
                    rank=self.rank, names=", ".join(other)),
                say("Give all processes the same command, the same files and the same version of hsigui."),
            )  # fmt: skip

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        """Around what all processes must take part in.

        Raises:
            LostProcessError: one of them does not.
        """
        try:
            yield
        except RuntimeError as error:
            if devices.ran_out_of_memory(error):
                raise
            raise LostProcessError(
                say("Another of the {count} processes of this training has ended, or cannot be reached: {error}.",
                    count=self.count, error=_in_short(error)),
                say("What it said tells why. The same command with --resume goes on from the last resume point, on any "
                    "number of processes; torchrun --max-restarts does so by itself."),
            ) from error  # fmt: skip


def _in_short(error: RuntimeError) -> str:
    """What torch says, without the place in its source that it begins with and the trace that follows."""
    first = str(error).partition("\n")[0]
    return first.partition("] ")[2].rstrip(".: ") if first.startswith("[/") else first.rstrip(".: ")


ALONE = Processes()


class _Gathered(Function):
    """Vectors of a process's own samples to those of the whole batch, in its order."""

    @staticmethod
    def forward(ctx: Any, own: Tensor, processes: Processes, share: Share) -> Tensor:
        ctx.share = share
        counts = [share.total * (rank + 1) // processes.count - share.total * rank // processes.count
                  for rank in range(processes.count)]  # fmt: skip
        # All must send as much: those with a sample less send an empty one, too.
        sent = own.new_zeros(max(counts), *own.shape[1:])
        sent[: len(own)] = own
        each = [torch.empty_like(sent) for _ in counts]
        with processes._reaching():
            dist.all_gather(each, sent)
        return torch.cat([found[:count] for found, count in zip(each, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.share.of(gradient), None, None
