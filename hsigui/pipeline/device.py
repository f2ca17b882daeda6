"""The device that pretraining would take, in words, and how many cores it leaves to a window."""

from __future__ import annotations

from hsigui.methods import devices


def describe_device(wanted: str = "auto") -> str:
    """For the status bar.

    Raises:
        HsiError: the device asked for by name is not there.
    """
    return devices.title(devices.choose(wanted))


def leave_cores_free(count: int) -> None:
    """Keeps torch off so many cores, so that a window goes on repainting."""
    devices.leave_cores_free(count)
