"""The device that pretraining would take, in words, and how many threads a window gives it."""

from __future__ import annotations

import os

from hsigui.methods import devices
from hsigui.settings import SettingsStore


def describe_device(wanted: str = "auto") -> str:
    """For the status bar.

    Raises:
        HsiError: the device asked for by name is not there.
    """
    return devices.title(devices.choose(wanted))


def take_threads_of_window() -> None:
    """Gives torch the threads that the user set for the window; without a wish all but one, so that it repaints."""
    wanted = SettingsStore().load(keep_broken=False).threads
    devices.leave_cores_free(max(0, (os.cpu_count() or 1) - wanted) if wanted else 1)
