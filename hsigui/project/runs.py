"""Runs that the window keeps by itself, so that minutes or hours of pretraining survive its closing.

One folder a run under the program's state folder, in a folder for each scene. The newest few of a scene are kept whole;
of older ones the features, which can be computed again, are removed, the weights never.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import platformdirs

FEATURES_KEPT = 3
SETTINGS = "run.json"
FEATURES = "features-*"


@dataclass(frozen=True)
class KeptRun:
    """A run on disk: its folder, what it was ("lscosa quick, seed 0"), and when it ended (seconds since the epoch)."""

    folder: Path
    title: str
    made_at: float


def runs_folder() -> Path:
    """Where runs are kept: HSIGUI_STATE_DIR when set, else the platform's folder for state."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_state_dir("hsigui", appauthor=False)
    return Path(base) / "runs"


class Runs:
    """The runs of one user.

    Args:
        folder: where they lie; the program's own place when not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or runs_folder()

    def new(self, key: str) -> Path:
        """A folder name for a new run of a scene; the folder is not made yet."""
        stamp = time.strftime("%Y%m%d-%H%M%S")
        for number in range(1, 1000):
            folder = self.folder / key / (stamp if number == 1 else f"{stamp}-{number}")
            if not folder.exists():
                return folder
        raise AssertionError(f"a thousand runs of {key} within one second")

    def kept(self, key: str) -> list[KeptRun]:
        """The complete runs of a scene, newest first; folders that hold none are passed over."""
        found = []
        for settings in (self.folder / key).glob(f"*/{SETTINGS}"):
            # A run that cannot be read is not offered; its files stay where they are.
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                spec = json.loads(settings.read_text(encoding="utf-8"))["spec"]
                title = f"{spec['method']} {spec['preset']}, seed {spec['seed']}"
                found.append(KeptRun(settings.parent, title, settings.stat().st_mtime))
        return sorted(found, key=lambda run: run.made_at, reverse=True)

    def tidy(self, key: str) -> None:
        """Removes the features of all but the newest runs of a scene."""
        for run in self.kept(key)[FEATURES_KEPT:]:
            for path in run.folder.glob(FEATURES):
                # In use by another window on a system that locks open files: it goes next time.
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
