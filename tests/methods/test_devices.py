"""The choice of a device."""

from __future__ import annotations

import os

import pytest
import torch

from hsigui.errors import HsiError
from hsigui.methods import devices


def test_auto_takes_a_gpu_where_there_is_one_and_else_the_processor(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.choose("auto").type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert devices.choose("auto").type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert devices.choose("auto").type == "cuda"
    assert devices.choose("cpu").type == "cpu"


def test_a_device_that_is_not_there_is_refused_with_those_that_are(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(HsiError, match="no cuda device") as raised:
        devices.choose("cuda")
    assert "cpu" in raised.value.hint


def test_the_processor_is_named_with_its_threads():
    assert devices.title(torch.device("cpu")).startswith("CPU, ")


def test_cores_are_left_free_but_one_thread_is_always_there():
    before = torch.get_num_threads()
    try:
        devices.leave_cores_free(1)
        assert torch.get_num_threads() == max(1, (os.cpu_count() or 1) - 1)
        devices.leave_cores_free(1000)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (torch.OutOfMemoryError("CUDA out of memory."), True),
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_want_of_memory_is_told_from_other_errors(error, is_one):
    assert devices.ran_out_of_memory(error) is is_one


def test_the_precision_that_is_asked_for_holds_inside_and_no_longer(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr(devices, "has_fast_bf16", lambda device: True)
    assert devices.precision(cpu) == "bfloat16"
    a = torch.ones(4, 4)
    with devices.wanted_precision("float32"), devices.mixed_precision(cpu):
        assert (a @ a).dtype == torch.float32
    with devices.wanted_precision("bfloat16"), devices.mixed_precision(cpu):
        assert (a @ a).dtype == torch.bfloat16
    monkeypatch.setattr(devices, "has_fast_bf16", lambda device: False)
    assert devices.precision(cpu) == "float32"


def test_tensor_cores_change_nothing_without_cuda():
    before = torch.get_float32_matmul_precision()
    with devices.tensor_cores(torch.device("cpu")):
        assert torch.get_float32_matmul_precision() == before
