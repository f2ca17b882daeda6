"""The room that kept runs take on the disk, and how it is won back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hsigui.methods.run_record import SETTINGS
from hsigui.storage.runs import FEATURES

InUse = Callable[[Path], bool]


@dataclass(frozen=True)
class RunSpace:
    """What lies in a folder of runs.

    Attributes:
        runs: complete ones and those that were cut.
        size: bytes of all.
        features: bytes of features among them, which can be computed again.
    """

    runs: int
    size: int
    features: int


def space_of(folder: Path) -> RunSpace:
    """What lies in a folder of runs now; files that vanish meanwhile are not counted."""
    runs = list(_runs(folder))
    files = {path: _size(path) for run in runs for path in run.rglob("*")}
    features = {path for run in runs for path in run.glob(FEATURES)}
    return RunSpace(len(runs), sum(files.values()), sum(files.get(path, 0) for path in features))


def remove_features(folder: Path, in_use: InUse) -> int:
    """Removes the features of all runs that are not in use, and tells how many bytes that were."""
    won = 0
    for run in _runs(folder):
        if not in_use(run) and (run / SETTINGS).is_file():
            for path in run.glob(FEATURES):
                size = _size(path)
                try:
                    path.unlink()
                except OSError:  # in use by another window on a system that locks open files: it stays
                    continue
                won += size
    return won


def remove_runs(folder: Path, in_use: InUse) -> int:
    """Removes all runs that are not in use, weights and all, and tells how many."""
    removed = 0
    for run in _runs(folder):
        if not in_use(run):
            shutil.rmtree(run, ignore_errors=True)  # what another window has open stays, on some systems
            removed += not run.exists()
    return removed


def _runs(folder: Path) -> Iterator[Path]:
    """The folders of runs: they lie in a folder for each scene."""
    yield from sorted(path for path in folder.glob("*/*") if path.is_dir() and not path.is_symlink())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
