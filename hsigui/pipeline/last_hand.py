"""The finished map of a scene as a result: the steps that were chosen in the window, and what was painted there.

What is painted goes by a file, as `hsigui edit --paint` reads it, so that the command makes the same map. Loads no
torch.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from hsigui.document.finished import LastHand, compute
from hsigui.errors import HsiError
from hsigui.finishing.asked import step_of
from hsigui.jobs import Context
from hsigui.labels.formats.files import Grid, write_classes
from hsigui.pipeline.result import Result
from hsigui.texts import say


def write_painted(hand: LastHand, result: Result, path: Path) -> tuple[LastHand, list[Path]]:
    """Writes what is painted as a file of labels.

    Returns:
        The same with that file, and all files written; none where nothing is painted.

    Raises:
        HsiError: it cannot be written.
    """
    if hand.painted is None:
        return hand, []
    array, classes = hand.painted
    written = write_classes(path, array, classes, result.cube.geo)
    return dataclasses.replace(hand, file=path), written


def finished_by(ctx: Context, result: Result, hand: LastHand) -> Result:
    """A map after the steps that are on and can be done, and what is painted; of those that cannot be done it is
    warned.

    Raises:
        HsiError: what is painted is in no file.
    """
    ctx.progress(0, 0, say("Finishing the map…"))
    if hand.painted is not None and hand.file is None:
        raise HsiError(
            say("What is painted on the map is in no file as it is now."),
            say("Save it (View > Finished map > Save what is painted), then try again."),
        )
    made = compute(
        result.class_map, result.classes, hand.steps, geo=result.cube.geo, valid=result.valid,
        sure=result.own_confidence is not None, check=ctx.check,
    )  # fmt: skip
    for step, outcome in zip(hand.steps, made.outcomes, strict=True):
        if outcome.problem:
            ctx.warn(say("The step {step} was not done: {reason}", step=step.told, reason=outcome.problem))
    found = result.with_finishing(made.found) if made.found.steps else result
    if hand.painted is None:
        return found
    rows, cols = result.array.shape
    return found.finished([step_of("paint", str(hand.file), Grid(rows, cols, result.cube.geo))], ctx.check)
