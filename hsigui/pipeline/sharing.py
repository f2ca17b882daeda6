"""Whether the window has a training made by several processes, one a GPU, and by which command they make it.

What the command cannot be told in words and files (a scene that is in no file, masks) trains in the window's own
process, as on a machine with one GPU. Loads torch late: the preferences ask how many GPUs there are without it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.masked import set_aside
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import registry
from hsigui.pipeline import several_processes
from hsigui.pipeline.command_lines import pretrain as pretrain_line
from hsigui.pipeline.executors.processes import THREADS
from hsigui.pipeline.repeating import scene_argument
from hsigui.settings import TRAINING_GPUS, SettingsStore
from hsigui.specs import PretrainSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.plan import Plan

VARIABLE = "HSIGUI_TRAIN_PROCESSES"
ALL, ONE = TRAINING_GPUS  # values of the preference
MOST = 64  # processes that the variable may ask for
_CARDS = Path("/proc/driver/nvidia/gpus")


def gpus() -> int:
    """How many GPUs this program may use, without loading PyTorch; where it is not loaded yet, those of NVIDIA that the
    system tells of."""
    if "torch" in sys.modules:
        import torch

        return torch.cuda.device_count()
    found = len(list(_CARDS.glob("*")))
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return found if visible is None else min(found, sum(bool(name.strip()) for name in visible.split(",")))


@dataclass(frozen=True)
class SharedTraining:
    """A training that several processes make.

    Attributes:
        words: of the command that each of them is given.
        folder: of the run.
        environment: variables of theirs.
        device: where they compute, in words.
    """

    count: int
    words: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    device: str

    def made(self, ctx: Context) -> Encoder:
        """Has it made, and reads the run.

        Raises:
            HsiError, ProcessesFailedError, Cancelled: see `several_processes.train`.
        """
        from hsigui.methods import checkpoint
        from hsigui.methods import resume as unfinished

        told = _told_before(self.folder, ctx)
        several_processes.train(self.words, self.folder, self.count, ctx, more=self.environment, told=told)
        encoder = checkpoint.load(self.folder)
        unfinished.remove(self.folder)  # they did, unless they ended just before
        return encoder


def _told_before(folder: Path, ctx: Context) -> dict[str, int]:
    """Tells the curves of the unfinished training in a folder, where there is one, whole; the processes tell no more of
    them than how they end. Returns the last step of each."""
    from hsigui.methods import resume as unfinished
    from hsigui.methods.monitor import RANK

    if not (folder / unfinished.FILE).is_file():
        return {}
    course = unfinished.read(folder).course
    # No labels watch a training of the window: its monitor reads the rank.
    curves = {"loss": list(enumerate(course.losses, 1)), RANK: list(course.readings)}
    for name, points in curves.items():
        for step, value in points:
            ctx.metric(name, value, step)
    return {name: points[-1][0] for name, points in curves.items() if points}


def shared_training(cube: Cube, spec: PretrainSpec, folder: Path | None, ctx: Context) -> SharedTraining | None:
    """How several processes make a training of the window; None where one process makes it, and says why where several
    were wanted.

    Args:
        cube: the scene as pretraining sees it.
        folder: of the run; None where it is kept nowhere.

    Raises:
        HsiError: the variable asks for no number of processes.
    """
    learns = registry.method(spec.method).preset(spec.preset).epochs and spec.epochs != 0
    count = _wanted(spec) if learns else 1
    if count < 2:
        return None
    why = _refused(cube, spec, folder)
    if why or folder is None:
        ctx.warn(say("This training is made by one process, and not by {count} (one a GPU): {why}",
                     count=count, why=why))  # fmt: skip
        return None
    return _of_command(cube, spec, folder, count)


def _of_command(cube: Cube, spec: PretrainSpec, folder: Path, count: int) -> SharedTraining:
    """The training as the command that makes it."""
    import torch

    from hsigui.methods import devices

    _, *words = shlex.split(pretrain_line(scene_argument(cube), spec, out=folder.expanduser().resolve()))
    threads = str(max(1, torch.get_num_threads() // count))
    environment = dict.fromkeys(THREADS, threads)
    limit = working_memory.limit()
    if limit is not None:
        environment[working_memory.VARIABLE] = f"{limit}B"
    device = devices.title_of_several(devices.choose(spec.device), count)
    return SharedTraining(count, (*words, "--progress", "json"), folder, environment, device)


def _wanted(spec: PretrainSpec) -> int:
    """How many processes are to make a training: as many as there are GPUs, of what is worth it; or as the variable
    says.

    Quick trains on one: its steps take milliseconds, and processes wait for each other some thirty times in each.

    Raises:
        HsiError: the variable says no number.
    """
    asked = os.environ.get(VARIABLE, "").strip()
    if asked:
        if not asked.isdecimal() or not 1 <= int(asked) <= MOST:
            raise HsiError(
                say("{variable} is “{asked}”, which is no number of processes.", variable=VARIABLE, asked=asked),
                say("Give a whole number from 1 to {most}, or take it out of the environment.", most=MOST),
            )
        return int(asked)
    from hsigui.methods import devices

    if spec.preset != "paper" or devices.choose(spec.device).type != "cuda":
        return 1
    return 1 if SettingsStore().load(keep_broken=False).training_gpus == ONE else gpus()


def _refused(cube: Cube, spec: PretrainSpec, folder: Path | None) -> str:
    """Why several processes cannot make a training; empty where they can."""
    info = registry.method(spec.method)
    if not info.shared:
        return say("{title} is not trained by several processes.", title=info.title)
    if sys.platform != "linux":
        return say("the window has that done on Linux alone.")
    if getattr(sys, "frozen", False):
        return say("the bundle of the program cannot begin them; an installation by pip can.")
    if _sees_tiles(spec):
        return say("a network with blocks, a box or two branches over a tile is not trained by several.")
    if folder is None or not os.access(folder, os.W_OK):
        return say("the folder of kept runs cannot be written to.")
    return _unreadable(cube)


def _sees_tiles(spec: PretrainSpec) -> bool:
    """Whether a training draws tiles, which are not shared (see `methods.field_pairs`)."""
    if spec.preset != "quick":
        return False
    plan: Plan = import_module(registry.method(spec.method).module).plan(registry.settings_of(spec))
    return not plan.sees_pixels_alone


def _unreadable(cube: Cube) -> str:
    """Why other processes cannot read the scene as it is in the window; empty where they can."""
    if set_aside(cube) is not None:
        return say("pixels of the scene are masked out for pretraining.")
    if cube.info.address:
        return say("the scene is on a server.")
    if cube.path is None:
        return say("the scene is in no file.")
    scene = scene_argument(cube)
    try:
        found = open_cube(
            cube.path, variable=scene.variable or None, choice=scene.choice, quality=scene.quality,
            leave_out=scene.left_out, take_in=scene.taken_in,
        )  # fmt: skip
    except HsiError as error:
        return str(error)
    if scene.scale:  # as `api.open` has it, which lies above
        found = found.with_info(replace(found.info, scale=float(scene.scale)))
    same = found.shape == cube.shape and found.info.wavelengths == cube.info.wavelengths
    if not same or scene_fingerprint(found) != scene_fingerprint(cube):
        return say("the scene was edited since it was opened, and no file has it as it is now.")
    return ""
