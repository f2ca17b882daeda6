"""Which processor torch works on, how it is called, and where reduced precision is safe and pays."""

from __future__ import annotations

import contextlib
import os
import platform

import torch

from hsigui.errors import HsiError


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
        raise HsiError(f"This machine has no {wanted} device that PyTorch can use.", f"Choose auto or one of: {there}.")
    return torch.device(wanted)


def title(device: torch.device) -> str:
    """The device in words, for the status bar and the report."""
    if device.type == "cuda":
        return f"GPU {torch.cuda.get_device_name(device)}"
    if device.type == "mps":
        return f"GPU {platform.processor() or 'Apple'} (mps)"
    return f"CPU, {torch.get_num_threads()} thread{'s' if torch.get_num_threads() != 1 else ''}"


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bfloat16 arithmetic is native there: on others it is emulated and slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
        return bool(probe and probe())
    return False


def mixed_precision(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Autocast to bfloat16 where the device has it, else a context that does nothing."""
    if has_fast_bf16(device):
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return contextlib.nullcontext()


def leave_cores_free(count: int) -> None:
    """Limits torch's threads so that `count` cores stay free for others (a window that must go on repainting)."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - count))
