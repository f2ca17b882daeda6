"""Methods compared on one scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsigui.api.given import LabelsLike, PathLike
from hsigui.api.masking import MasksLike, seen_by
from hsigui.cube.cube import Cube
from hsigui.jobs import Context, quiet
from hsigui.labels.label_map import require_same_size
from hsigui.masks.using import MAP, PRETRAIN
from hsigui.pipeline.study.plan import StudySpec, chosen_methods
from hsigui.pipeline.values import Labels
from hsigui.report.study import Study
from hsigui.texts import say


def study(
    cube: Cube, truth: LabelsLike, folder: PathLike, methods: str | Sequence[str] = "all", *,
    labels: Sequence[int] = (5, 10), draws: int = 10, splits: Sequence[str] = ("random",), seed: int = 0,
    device: str = "auto", epochs: int | None = None, untrained: bool = True, spec: StudySpec | None = None,
    mask: MasksLike = None, command: str = "", ctx: Context | None = None,
) -> Study:  # fmt: skip
    """Compares methods and baselines on the same draws of labels; see the help page *Comparing methods*.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        folder: results are kept there draw by draw, so that the same call goes on after it was cut; and the report.
        methods: names of methods and baselines, or "all", "methods", "baselines".
        labels: pixels a class to train on, one table each.
        draws: how often labels are drawn, with the seeds `seed`, `seed` + 1, ...
        splits: one or more of "random", "block" and words such as "strokes:2x12".
        epochs: of pretraining; None for the preset's own.
        untrained: beside each method its own network without training.
        spec: all of it at once, in place of the words above.
        mask: pixels that are neither learned from, nor classified, nor tested, as of `embed`.
        command: a command line that asked for it, for the report.

    Returns:
        `Study`: `rows` with mean and standard deviation of each method's accuracies; a notebook shows them as a table.
        The report is `study.html` in the folder.

    Raises:
        HsiError: a method or split is unknown, truth and scene differ in size, or the folder holds another study.
    """
    from hsigui.pipeline.study.whole import study_of

    names = methods if isinstance(methods, str) else ",".join(methods)
    wanted = spec or StudySpec(
        chosen_methods(names), labels=tuple(labels), draws=draws, splits=tuple(splits), seed=seed, device=device,
        epochs=epochs, untrained=untrained,
    )  # fmt: skip
    known = Labels.of(truth, say("The truth"))
    require_same_size(known.array.shape, (cube.rows, cube.cols), say("ground truth"))
    mapped, learned = (seen_by(cube, mask, use) for use in (MAP, PRETRAIN))
    return study_of(mapped, known, wanted, Path(folder), ctx or quiet(), command, learned)[0]
