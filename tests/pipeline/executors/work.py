"""Work that worker processes of tests do: functions of a module, which is how they are sent."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.jobs import Context

KILL = signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM


def doubled(order: int, ctx: Context) -> tuple[int, int]:
    """Twice the order, and who did it."""
    ctx.progress(1, 2, f"doubling {order}")
    ctx.warn(f"warned {order}")
    print("words of a library")  # must not stand between the answers
    return 2 * order, os.getpid()


def refused(order: int, ctx: Context) -> int:
    """The third is wrong."""
    if order == 2:
        raise HsiError("the third is wrong", "leave it out")
    return order


def dies_once(order: tuple[Path, int], ctx: Context) -> int:
    """Kills its process at the second order, unless it has done so before."""
    folder, number = order
    mark = folder / f"died-{number}"
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), KILL)
    return number


def dies(order: int, ctx: Context) -> int:
    """Kills its process at the second order."""
    if order == 1:
        os.kill(os.getpid(), KILL)
    return order


def sleeps(order: Path, ctx: Context) -> None:
    """Says that it has begun, and waits to be stopped; says whether it was asked."""
    order.write_text(str(os.getpid()))
    try:
        for _ in range(600):
            ctx.progress(0, 1, "begun")
            time.sleep(0.05)
    finally:
        order.with_suffix(".stopped").touch()


def threads(order: int, ctx: Context) -> dict[str, int]:
    """How many threads the sums have in this process."""
    import numpy  # noqa: F401 - loads what is looked at
    from threadpoolctl import threadpool_info

    from hsigui.pipeline import cores

    found = {each["prefix"]: each["num_threads"] for each in threadpool_info()}
    return {**found, "torch's and others'": int(os.environ["OMP_NUM_THREADS"]), "cores": cores.count()}


def crashes(order: int, ctx: Context) -> int:
    """Pretends that its worker is gone at the second order."""
    from tests.pipeline.executors.pretended_ray import Crash

    ctx.warn(f"warned {order}")
    if order == 1:
        raise Crash
    return order


def waits(order: int, ctx: Context) -> int:
    """Takes a moment."""
    time.sleep(0.3)
    return order
