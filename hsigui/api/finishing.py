"""The last hand at maps."""

from __future__ import annotations

from pathlib import Path
from typing import overload

from hsigui.api.given import PathLike
from hsigui.errors import HsiError
from hsigui.finishing.asked import step_from
from hsigui.finishing.step import Step
from hsigui.jobs import Context, quiet
from hsigui.labels.formats.files import Grid
from hsigui.pipeline.edited import EditedMap, map_to_edit
from hsigui.pipeline.result import Result
from hsigui.texts import say


@overload
def edit(map: Result, *steps: Step | str, ctx: Context | None = None) -> Result: ...
@overload
def edit(
    map: PathLike | EditedMap, *steps: Step | str, confidence: PathLike | None = None, variable: str | None = None,
    background: str | None = None, ctx: Context | None = None,
) -> EditedMap: ...  # fmt: skip
def edit(
    map: Result | PathLike | EditedMap, *steps: Step | str, confidence: PathLike | None = None,
    variable: str | None = None, background: str | None = None, ctx: Context | None = None,
) -> Result | EditedMap:  # fmt: skip
    """A map after steps, on a copy: the answer of the model stays as it is, and so does a file.

    Args:
        map: a result, or the file of a map, made here or elsewhere.
        steps: `Majority`, `Sieve`, `Merge`, `Recode`, `Level`, `Below`, `Fill`, `Masked` and `Paint`, or texts as
            `hsigui edit` takes them ("majority 3", "sieve 0.5ha", "merge 3=2"), done in this order.
        confidence: of a map in a file, for the step `Below`; None for the one that its record names.
        variable: of a map in a file, name of the array, where the file holds several.
        background: of a map in a file, the numbers that mean no class; see `read_labels`.

    Returns:
        A `Result`, or of a file an `EditedMap`: `array` is the map, `classes` the table of names and colours. `save`
        writes either, with the steps in its record; `evaluate` then says which steps it was measured after, and leaves
        out what a hand has painted.

    Raises:
        HsiError: a step does not fit the map, or a file cannot be read.
    """
    check = (ctx or quiet()).check
    if isinstance(map, Result):
        if confidence is not None or variable is not None or background is not None:
            raise HsiError(
                say("How a file is read is of maps in files."), say("Leave out confidence, variable and background.")
            )
        grid = Grid(map.array.shape[0], map.array.shape[1], map.cube.geo)
        for step in steps:
            map = map.finished([step_from(step, grid) if isinstance(step, str) else step], check)
        return map
    if not isinstance(map, EditedMap):
        map = map_to_edit(
            Path(map).expanduser(), variable=variable, background=background,
            confidence=None if confidence is None else Path(confidence).expanduser(),
        )  # fmt: skip
    return map.after(steps, check)
