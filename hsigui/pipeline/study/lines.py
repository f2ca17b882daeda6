"""The command line of a study that was asked for in the window. Loads no torch."""

from __future__ import annotations

import shlex
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.cube.masked import masks_told
from hsigui.document.values import Truth
from hsigui.pipeline.command_lines import DEMO_TRUTH, demo
from hsigui.pipeline.mask_lines import mask_lines
from hsigui.pipeline.repeating import is_nowhere, scene_argument
from hsigui.pipeline.study.plan import StudySpec


def study_lines(
    cube: Cube, truth: Truth, spec: StudySpec, folder: Path, learned: Cube | None = None
) -> tuple[str, ...]:
    """The lines that do the study in the same folder; none where scene or truth are in no file.

    Args:
        cube: the scene as the map sees it; learned: as pretraining does, None for the same.

    Raises:
        UnwrittenMask: a mask was drawn, and is in no file.
    """
    made = cube.path is None and not is_nowhere(cube)  # the simulated scene
    if is_nowhere(cube) or (truth.file is None and not made) or (truth.file is not None and truth.file.remedy):
        return ()
    scene = scene_argument(cube)
    words: list[object] = ["study", *scene.words, "--truth"]
    words.append(DEMO_TRUTH if truth.file is None else truth.file.path.resolve())
    if truth.file is not None:
        words += ["--truth-variable", truth.file.variable] if truth.file.variable else []
        words += [f"--truth-background={truth.file.background}"] if truth.file.background else []
        words += ["--truth-buffer", truth.file.buffer] if truth.file.buffer else []
    words += ["--methods", ",".join(spec.methods), "--presets", ",".join(spec.presets)]
    words += ["--labels", ",".join(map(str, spec.labels)), "--draws", spec.draws, "--split", ",".join(spec.splits)]
    words += ["--block", spec.block, "--guard", spec.guard] if "block" in spec.splits else []
    words += [] if spec.epochs is None else ["--epochs", spec.epochs]
    words += [] if spec.untrained else ["--no-untrained"]
    words += ["--seed", spec.seed, "--device", spec.device, "--out", folder.resolve(), *scene.reading]
    line = shlex.join(["hsigui", *map(str, words)])
    masks = mask_lines([*masks_told(cube), *(() if learned is None else masks_told(learned))], scene)
    return (*((demo(cube.name),) if made else ()), *masks.lines, masks.after(line))
