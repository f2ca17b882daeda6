"""The graphed step: plain where there is no CUDA, warm-up steps are real ones, and a failed capture loses no step.

The tests that need a device are in test_lscosa; here CUDA's part is played by stand-ins that only count.
"""

from __future__ import annotations

import contextlib

import pytest
import torch

from hsigui.methods import cuda_graph
from hsigui.methods.cuda_graph import WARM_UP, GraphedStep


class _Stream:
    def __init__(self, *_) -> None:
        return

    def wait_stream(self, other) -> None:
        del other


class _Graph:
    """Replays by calling the step that is captured in it."""

    replayed = 0

    def replay(self) -> None:
        type(self).replayed += 1


@pytest.fixture
def _stand_ins(monkeypatch):
    _Graph.replayed = 0
    monkeypatch.setattr(torch.cuda, "Stream", _Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: _Stream())
    monkeypatch.setattr(torch.cuda, "stream", lambda stream: contextlib.nullcontext())
    monkeypatch.setattr(torch.cuda, "CUDAGraph", _Graph)
    monkeypatch.setattr(torch.cuda, "graph", lambda graph: contextlib.nullcontext())


def _counted() -> tuple[list[int], GraphedStep, GraphedStep]:
    calls: list[int] = []

    def step() -> torch.Tensor:
        calls.append(1)
        return torch.tensor(float(len(calls)))

    return calls, GraphedStep(step, torch.device("cpu")), GraphedStep(step, torch.device("cuda"))


def test_without_cuda_every_call_is_a_step():
    calls, graphed, _ = _counted()
    assert [float(graphed()) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert len(calls) == 5
    assert not graphed.captured


@pytest.mark.usefixtures("_stand_ins")
def test_the_first_steps_are_made_plainly_and_the_rest_replayed():
    calls, _, graphed = _counted()
    for _ in range(WARM_UP + 4):
        graphed()
    assert len(calls) == WARM_UP + 1  # the last of them under capture, where nothing runs
    assert _Graph.replayed == 4
    assert graphed.captured


@pytest.mark.usefixtures("_stand_ins")
def test_a_new_shape_is_captured_anew_after_a_warm_up():
    calls, _, graphed = _counted()
    for _ in range(WARM_UP + 1):
        graphed()
    graphed.forget()
    assert not graphed.captured
    for _ in range(WARM_UP):
        graphed()
    assert len(calls) == 2 * WARM_UP + 1
    assert _Graph.replayed == 1


@pytest.mark.usefixtures("_stand_ins")
def test_a_capture_that_fails_goes_on_plainly_and_silently(monkeypatch, caplog):
    @contextlib.contextmanager
    def failing(graph):
        yield
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr(torch.cuda, "graph", failing)
    calls, _, graphed = _counted()
    with caplog.at_level("INFO", cuda_graph.__name__):
        losses = [float(graphed()) for _ in range(WARM_UP + 3)]
    assert len(losses) == WARM_UP + 3
    assert len(calls) == WARM_UP + 3 + 1
    assert not graphed.captured
    assert [r.levelname for r in caplog.records] == ["INFO"]


@pytest.mark.usefixtures("_stand_ins")
def test_the_loss_of_a_replay_is_not_overwritten_by_the_next():
    _, _, graphed = _counted()
    for _ in range(WARM_UP):
        graphed()
    one, two = graphed(), graphed()
    assert one.data_ptr() != two.data_ptr()
