"""What workers of the tests do with orders: as the program does, but that one is killed in the middle, once."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from hsigui.jobs import Context, SilentContext
from hsigui.pipeline.tiling import tile
from hsigui.pipeline.tiling.order import TileOrder, TileOutcome


def killed_once(order: TileOrder, ctx: Context) -> TileOutcome:
    """Makes a tile; the first that is at tile 2 is killed while it embeds."""
    del ctx
    marker = order.drawing.folder.parent / "was-killed"
    dying = order.tile.number == 2 and not marker.exists()
    return tile.make(order, Dying(marker) if dying else SilentContext())


@dataclass
class Dying(SilentContext):
    """Kills its process at the second progress."""

    marker: Path
    told: int = 0

    def progress(self, done: float, total: float, text: str = "") -> None:
        self.told += 1
        if self.told == 2:
            self.marker.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
