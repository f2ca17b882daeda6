"""A training step as one CUDA graph: hundreds of small kernels are launched at once instead of one by one.

A step that can be captured reads its input from tensors that stay where they are, changes its state in place, returns
its loss as a tensor, and never waits for the device. On other devices, and where capture fails, the same function is
simply called each time: what it computes is the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Generator, Tensor

WARM_UP = 3  # steps made plainly on a side stream first, as capture wants: libraries set themselves up in them

_log = logging.getLogger(__name__)


class GraphedStep:
    """Calls a step; from the fourth call on a CUDA device, replays it.

    Args:
        step: takes no argument; see the module's text for what it may do.
        device: where it runs.
        generators: all that it draws random numbers from on that device.
        plain: never capture, as where a step waits for other processes.

    Attributes:
        captured: whether a graph is being replayed.
    """

    def __init__(
        self, step: Callable[[], Tensor], device: torch.device, generators: Sequence[Generator] = (), *,
        plain: bool = False,
    ) -> None:  # fmt: skip
        self._step, self._device, self._generators = step, device, tuple(generators)
        self._plain = plain or device.type != "cuda"
        self._graph: torch.cuda.CUDAGraph | None = None
        self._loss: Tensor | None = None
        self._side: torch.cuda.Stream | None = None
        self._calls = 0

    @property
    def captured(self) -> bool:
        return self._graph is not None

    def forget(self) -> None:
        """Drops the graph, because the shapes of the input have changed; it is captured anew after a warm-up."""
        self._graph = self._loss = None
        self._calls = 0

    def __call__(self) -> Tensor:
        """Makes one step and returns its loss, a tensor of its own."""
        if self._plain:
            return self._step()
        if self._graph is None:
            if self._calls < WARM_UP:
                self._calls += 1
                return self._beside()
            self._capture()
        if self._graph is None or self._loss is None:
            return self._step()
        self._graph.replay()
        return self._loss.clone()

    def _beside(self) -> Tensor:
        """A plain step on the side stream: a real one, so that the warm-up changes nothing of the training."""
        if self._side is None:
            self._side = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
        main = torch.cuda.current_stream(self._device)
        self._side.wait_stream(main)
        with torch.cuda.stream(self._side):
            loss = self._step()
        main.wait_stream(self._side)
        return loss

    def _capture(self) -> None:
        """Records the step without running it. Where that fails the state is untouched and steps stay plain."""
        graph = torch.cuda.CUDAGraph()
        register = getattr(graph, "register_generator_state", None)
        if register is not None:  # newer versions of torch find the generators by themselves
            for generator in self._generators:
                register(generator)
        try:
            with torch.cuda.graph(graph):
                loss = self._step()
        except RuntimeError as error:
            _log.info("the training step runs without a CUDA graph: %s", error)
            self._plain = True
            return
        self._graph, self._loss = graph, loss
