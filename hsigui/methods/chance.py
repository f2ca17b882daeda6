"""The random numbers of one job: nothing here reads or moves a generator that others draw from.

torch fills the weights of a new layer from its one global generator, and so does its dropout. Whoever opens a run while
another trains would change the other's numbers, and two threads that draw at once get what chance gives them. Networks
are built inside `Chance.building` instead, where every draw of the thread is made from the job's own generator, and
dropout is the one of this module, which is handed a generator. With one seed the numbers are those that torch's
generator would have given.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.distributed.share import drawn


class Chance:
    """The generators of a job.

    Attributes:
        own: on the cpu; weights are drawn from it.
        masks: dropout draws from it; `own` but for CUDA devices, which draw by themselves.
        processes: that share the batches for which dropout draws.
    """

    def __init__(self, seed: int, device: torch.device | None = None, processes: Processes = ALONE) -> None:
        self.processes = processes
        self.own = Generator(device="cpu").manual_seed(seed)
        on_gpu = device is not None and device.type == "cuda"
        self.masks = Generator(device=device).manual_seed(seed) if on_gpu else self.own

    @property
    def parts(self) -> Mapping[str, Generator]:
        """What a training keeps of it to go on later, by the names that torch's generators had."""
        return {"torch": self.own} if self.masks is self.own else {"torch": self.own, "torch cuda": self.masks}

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """Everything that the thread draws inside without naming a generator is drawn from `own`."""
        with _DrawnFrom(self.own):
            yield

    def give_masks(self, network: nn.Module) -> None:
        """Hands the generator of masks to all dropout in a network."""
        for module in network.modules():
            if isinstance(module, Dropout | DropPath):
                module.generator, module.processes = self.masks, self.processes


class _DrawnFrom(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Gives a generator to every operation of the thread that would draw from the global one."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._generator = generator

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: PyTorch's compiler, which nothing here uses, would be imported to be kept away, 3 seconds of it."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        del types
        given = dict(kwargs or {})
        if torch.Tag.nondeterministic_seeded not in func.tags:
            return func(*args, **given)
        place = _place(func)
        if place is None:
            func = _with_generator(func)
            place = _place(func)
        if given.get("generator") is None and not (place is not None and place < len(args) and args[place] is not None):
            given["generator"] = self._generator
        return func(*args, **given)


def _place(func: Any) -> int | None:
    """Which of the arguments of an operation is the generator; None where it takes none."""
    names = [argument.name for argument in func._schema.arguments]
    return names.index("generator") if "generator" in names else None


def _with_generator(func: Any) -> Any:
    """The form of an operation that takes a generator.

    Raises:
        RuntimeError: there is none, such as of dropout: use the one of this module.
    """
    overload = func._schema.overload_name
    found = getattr(func.overloadpacket, f"{overload}_generator" if overload else "generator", None)
    if found is None:
        raise RuntimeError(f"{func} draws from torch's global generator and takes no other")
    return found


class _Masked(nn.Module):
    generator: Generator | None = None
    processes: Processes = ALONE

    def __init__(self, part: float) -> None:
        super().__init__()
        self.part = part

    def _drawing(self) -> Generator:
        """The generator that was handed in.

        Raises:
            RuntimeError: none was.
        """
        if self.generator is None:
            raise RuntimeError("dropout in training needs a generator: Chance.give_masks")
        return self.generator


class Dropout(_Masked):
    """In training, sets a part of the numbers to 0 and scales the others up (as `torch.nn.Dropout`)."""

    def forward(self, x: Tensor) -> Tensor:
        """Of any shape, the same in and out."""
        if not self.training or self.part == 0:
            return x
        drawing, kept = self._drawing(), 1 - self.part

        def draw(count: int) -> Tensor:
            # Laid out in memory as x is: masks are drawn in that order.
            strides = (x[0].numel(), *x.stride()[1:])
            empty = torch.empty_strided((count, *x.shape[1:]), strides, dtype=x.dtype, device=drawing.device)
            return empty.bernoulli_(kept, generator=drawing).div_(kept)

        if self.processes.share is None:
            mask = torch.empty_like(x, device=drawing.device).bernoulli_(kept, generator=drawing).div_(kept)
        else:
            mask = drawn(draw, len(x), self.processes.share)
        return x * mask.to(x.device)


class DropPath(_Masked):
    """In training, leaves out a residual branch for whole samples of a batch of maps (arXiv 1603.09382)."""

    def forward(self, x: Tensor) -> Tensor:
        """Batch x channels x rows x cols, in and out."""
        if not self.training or self.part == 0:
            return x
        drawing = self._drawing()

        def draw(count: int) -> Tensor:
            return torch.rand(count, 1, 1, 1, device=drawing.device, generator=drawing)

        kept = drawn(draw, len(x), self.processes.share) >= self.part
        return x * kept.to(x.device) / (1 - self.part)
