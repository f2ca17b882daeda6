"""Runs that the window keeps by itself, so that minutes or hours of pretraining survive its closing.

One folder a run under the program's state folder, in a folder for each scene. The newest few of a scene are kept whole;
of older ones the features, which can be computed again, are removed, the weights never. A training that was cut lies in
such a folder, too, as a file to go on from: a few of those are kept, until they are old.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from hsigui.errors import HsiError
from hsigui.methods import run_record
from hsigui.methods.registry import method, read_spec
from hsigui.methods.resume_header import CLAIM, FILE, read_header
from hsigui.methods.run_record import SETTINGS
from hsigui.specs import PretrainSpec
from hsigui.texts import say, say_number

FEATURES_KEPT = 3
UNFINISHED_KEPT = 5  # of all scenes together
UNFINISHED_SECONDS = 60 * 24 * 3600.0
FEATURES = "features-*"
LOCK = "training.lock"  # held by the window that trains in a folder


@dataclass(frozen=True)
class KeptRun:
    """A run on disk: its folder, what it was ("lscosa quick, seed 0"), and when it ended (seconds since the epoch)."""

    folder: Path
    title: str
    made_at: float


@dataclass(frozen=True)
class RunFacts:
    """What the record of a complete run says of its training.

    Attributes:
        spec: its settings; of those of the method, the ones that are not what the preset has today.
        made_at: when it ended, in seconds since the epoch.
        seconds: that it took; device: where, in words.
        losses: of every step; none for what learns nothing.
        monitor: what its second curve shows; readings: step and value of each point.
    """

    folder: Path
    spec: PretrainSpec
    made_at: float
    seconds: float
    device: str = ""
    losses: tuple[float, ...] = ()
    monitor: str = ""
    readings: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class UnfinishedRun:
    """A training that was cut.

    Attributes:
        folder: where it lies, and where the run will be once it is complete.
        spec: its settings; of those of the method, the ones that are not what the preset has today.
        fingerprint: of the scene.
        step, steps: how far it came, and of how many; 0 where that is not known.
        left_at: when it was written, in seconds since the epoch.
    """

    folder: Path
    spec: PretrainSpec
    fingerprint: str
    step: int
    steps: int
    left_at: float

    @property
    def place(self) -> str:
        """ "step 120 of 300"."""
        if not self.steps:
            return say("step {step:,}", step=self.step)
        return say("step {step:,} of {steps:,}", step=self.step, steps=self.steps)

    def is_of(self, spec: PretrainSpec) -> bool:
        """Whether it has these settings, the method's included; the same device may have another name ("auto")."""
        return dataclasses.replace(self.spec, device="auto") == dataclasses.replace(spec, device="auto")


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
            with contextlib.suppress(HsiError, OSError, ValueError, KeyError, TypeError):
                about = run_record.read(settings.parent)
                spec = about["spec"]
                title = say("{method}, seed {seed}", method=_trained(spec["method"], spec["preset"]), seed=spec["seed"])
                title += _changed(about)
                found.append(KeptRun(settings.parent, title, settings.stat().st_mtime))
        return sorted(found, key=lambda run: run.made_at, reverse=True)

    def is_own(self, folder: Path) -> bool:
        """Whether the program keeps a run by itself, so that it may remove it."""
        return folder.absolute().is_relative_to(self.folder.absolute()) and folder.absolute() != self.folder.absolute()

    def remove(self, folder: Path) -> None:
        """Removes a run that the program keeps by itself, with all its files.

        Raises:
            HsiError: it is not one of these, or a file of it cannot be removed.
        """
        if not self.is_own(folder):
            raise HsiError(say("The run {folder} is not kept by the program itself.", folder=folder))
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise HsiError(
                say("The run {folder} cannot be removed: {reason}.", folder=folder, reason=error.strerror or error),
                say("Close what has its files open, then try again."),
            ) from error

    def damaged(self, key: str) -> list[str]:
        """What is to be said of the runs of a scene that are not offered because they are damaged."""
        found = []
        for settings in sorted((self.folder / key).glob(f"*/{SETTINGS}")):
            try:
                run_record.read(settings.parent)
            except FileNotFoundError:
                continue  # removed meanwhile
            except HsiError as error:
                found.append(say("A run that is kept of this scene is not offered: {message}", message=error.message))
        return found

    def unfinished(self, key: str) -> list[UnfinishedRun]:
        """The trainings of a scene that were cut, newest first."""
        found = (unfinished_in(path.parent) for path in (self.folder / key).glob(f"*/{FILE}"))
        return sorted((run for run in found if run is not None), key=lambda run: run.left_at, reverse=True)

    def tidy(self, key: str) -> None:
        """Removes the features of all but the newest runs of a scene. Reads no run: the window calls it while it is
        looked at."""
        found = [(path.stat().st_mtime, path.parent) for path in (self.folder / key).glob(f"*/{SETTINGS}")]
        for _, folder in sorted(found, reverse=True)[FEATURES_KEPT:]:
            for path in folder.glob(FEATURES):
                # In use by another window on a system that locks open files: it goes next time.
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def tidy_unfinished(self, in_use: Callable[[Path], bool]) -> None:
        """Removes what is left of trainings, of every scene: the old ones, all but the newest few, those that cannot be
        read, and what lies beside complete runs.

        Args:
            in_use: whether a window is training in a folder; that one stays.
        """
        kept: list[UnfinishedRun] = []
        for folder in (path for path in self.folder.glob("*/*") if path.is_dir()):
            complete, begun = (folder / SETTINGS).is_file(), unfinished_in(folder)
            leftover = any((folder / name).exists() for name in (FILE, LOCK, CLAIM)) or not any(folder.iterdir())
            if begun is not None and not complete:
                kept.append(begun)
            elif leftover and not in_use(folder):
                give_up(folder)
        kept.sort(key=lambda run: run.left_at, reverse=True)
        for number, run in enumerate(kept):
            old = time.time() - run.left_at > UNFINISHED_SECONDS
            if (old or number >= UNFINISHED_KEPT) and not in_use(run.folder):
                give_up(run.folder)


def _trained(name: str, preset: str) -> str:
    """What a method and its preset are called; their names where this installation has no such method."""
    try:
        info = method(name)
        return say(", ").join([info.title, *([info.preset(preset).title] if len(info.presets) > 1 else [])])
    except HsiError:
        return f"{name} {preset}"


def _changed(about: Mapping[str, Any]) -> str:
    """How many settings of a run its user set otherwise than its preset had them, to stand behind its title; empty for
    none."""
    count = len(about["spec"].get("settings") or {})
    return say_number(", {count} setting changed", ", {count} settings changed", count) if count else ""


def facts_of(folder: Path) -> RunFacts | None:
    """What the record of a run says; None where there is no complete run, or it cannot be read."""
    try:
        about = run_record.read(folder)
        monitor = about.get("monitor") or {}
        readings = tuple((float(step), float(value)) for step, value, *_ in monitor.get("readings") or ())
        return RunFacts(
            folder, read_spec(about["spec"], about.get("settings"), about.get("epochs")),
            (folder / SETTINGS).stat().st_mtime, float(about.get("seconds") or 0.0), str(about.get("device") or ""),
            tuple(float(value) for value in about.get("losses") or ()), str(monitor.get("name") or ""), readings,
        )  # fmt: skip
    except (HsiError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def unfinished_in(folder: Path) -> UnfinishedRun | None:
    """The training that was cut in a folder; None where there is none, or none that can be read."""
    try:
        header = read_header(folder)
        about = header["about"]
        spec = read_spec(about["spec"], about.get("settings"), about.get("epochs"))
        step, steps = int(header["states"]["now"]["step"]), int(header.get("steps", 0))
        left_at = (folder / FILE).stat().st_mtime
        return UnfinishedRun(folder, spec, str(about["scene"].get("fingerprint", "")), step, steps, left_at)
    except (HsiError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def give_up(folder: Path) -> None:
    """Removes what there is to go on from in a folder, and the folder when nothing else is in it."""
    stem = Path(FILE).stem
    # Open in another program on a system that locks open files, or on a disk that went away: it goes next time.
    with contextlib.suppress(OSError):
        for path in (folder / FILE, folder / LOCK, folder / CLAIM, *folder.glob(f".{stem}-*")):
            path.unlink(missing_ok=True)
        if not any(folder.iterdir()):
            folder.rmdir()
