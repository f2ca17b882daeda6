"""What makes a map in worker processes of tests."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from hsigui.jobs import Context
from hsigui.pipeline.one_cube import Order
from hsigui.pipeline.outcomes import MADE, CubeOutcome
from tests.pipeline.executors.work import KILL


@dataclass(frozen=True)
class MakeMap:
    """Makes a map and writes its name into a log; some kill the process that is at them.

    Attributes:
        once, always: names of cubes that do so the first time, and every time.
    """

    folder: Path
    once: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

    def __call__(self, order: Order, ctx: Context) -> CubeOutcome:
        name = order.cube.name
        with (self.folder / "made.log").open("a") as log:
            log.write(f"{name}\n")
        mark = self.folder / f"{name}-killed"
        if name in self.always or (name in self.once and not mark.exists()):
            mark.touch()
            order.map.with_name(".half").write_bytes(b"half a m")
            os.kill(os.getpid(), KILL)
        ctx.progress(1, 2, "half of it")
        time.sleep(0.02)
        order.map.write_bytes(b"map of " + order.cube.read_bytes())
        return CubeOutcome(str(order.cube), MADE, str(order.map), 3, 4, 5, 12, 2)
