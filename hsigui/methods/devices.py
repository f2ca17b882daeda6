"""Which processor torch works on, how it is called, and where reduced precision is safe and pays."""

from __future__ import annotations

import contextlib
import gc
import os
import platform
import threading
from collections.abc import Iterator
from contextvars import ContextVar

import torch

from hsigui.errors import HsiError, is_out_of_memory
from hsigui.texts import say, say_number


def choose(wanted: str) -> torch.device:
    """The device for a choice of "auto", "cpu", "cuda" or "mps"; auto takes cuda, then mps, then cpu.

    Raises:
        HsiError: the device asked for by name is not there.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, there in available.items() if there))
    if not available.get(wanted, False):
        there = ", ".join(name for name, yes in available.items() if yes)
        raise HsiError(
            say("This machine has no {wanted} device that PyTorch can use.", wanted=wanted),
            say("Choose auto or one of: {there}.", there=there),
        )
    return torch.device(wanted)


def title(device: torch.device) -> str:
    """The device in words, for the status bar and the report."""
    if device.type == "cuda":
        return say("GPU {get_device_name}", get_device_name=torch.cuda.get_device_name(device))
    if device.type == "mps":
        return say("GPU {processor} (mps)", processor=platform.processor() or say("Apple"))
    return say_number("CPU, {count} thread", "CPU, {count} threads", torch.get_num_threads())


def title_of_several(device: torch.device, count: int) -> str:
    """The same of so many processes, each of which has such a device."""
    return say("{count} processes, each on {device}", count=count, device=title(device))


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 arithmetic is native there: on others it is emulated and slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return bool(probe and probe())
    return False


_wanted_precision: ContextVar[str] = ContextVar("precision", default="auto")


@contextlib.contextmanager
def wanted_precision(name: str) -> Iterator[None]:
    """What `mixed_precision` does inside: "auto" (bfloat16 where it is native), "float32" or "bfloat16"."""
    token = _wanted_precision.set(name)
    try:
        yield
    finally:
        _wanted_precision.reset(token)


def precision(device: torch.device) -> str:
    """In which numbers networks are trained there: "bfloat16", or "float32". Weights and losses are always float32."""
    wanted = _wanted_precision.get()
    if wanted == "auto":
        return "bfloat16" if has_fast_bf16(device) else "float32"
    return wanted


def mixed_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Autocast to bfloat16 where the device has it (or it is asked for), else a context that does nothing."""
    if precision(device) == "bfloat16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def leave_cores_free(count: int) -> None:
    """Limits torch's threads so that `count` cores stay free for others (a window that must go on repainting)."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - count))


@contextlib.contextmanager
def on_threads(count: int) -> Iterator[None]:
    """So many threads for what the calling thread asks of torch; other threads keep what they have, and those that ask
    torch for the first time meanwhile get what there was before."""
    before = torch.get_num_threads()
    if before == count:
        yield
        return
    torch.set_num_threads(count)
    # The number that torch keeps for threads to come is the last that any thread has set.
    for_others = threading.Thread(target=torch.set_num_threads, args=(before,))
    for_others.start()
    for_others.join()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory does not suffice, the device's or the machine's."""
    return isinstance(error, torch.OutOfMemoryError) or is_out_of_memory(error)


def less_memory(device: torch.device) -> str:
    """What a user can do where a training needs more memory than a device has."""
    if device.type == "cpu":
        return say("Close other programs and scenes, or choose the Quick preset or a smaller part of the scene.")
    return say("Close other programs, train on the CPU, or choose the Quick preset or a smaller part of the scene.")


def free_memory(device: torch.device) -> None:
    """Gives memory that torch holds in reserve back to the device."""
    gc.collect()  # networks and their graphs can hang in cycles
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


@contextlib.contextmanager
def tensor_cores(device: torch.device) -> Iterator[None]:
    """TF32 on a CUDA device: float32 products with 10 bits of mantissa on its tensor cores. Else nothing changes."""
    if device.type != "cuda":
        yield
        return
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
