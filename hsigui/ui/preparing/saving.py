"""Does steps over a whole scene and writes the new file, in a worker. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.passes import remarks_of, settle
from hsigui.preparing.table import not_carried, save_cube, writer_of
from hsigui.preparing.wish import Joined, Written
from hsigui.texts import say
from hsigui.ui.preparing.previewing import Preparer


def write(
    ctx: Context, cube: Cube, joined: Joined, steps: Sequence[ChosenStep], path: Path, written: Written
) -> list[Path]:
    """Writes the cube after the steps; gives back the files, the one to open first.

    Raises:
        HsiError: a step does not fit, or the file cannot be written.
        Cancelled: through the context.
    """
    ctx.progress(0, 0, say("Preparing {name}…", name=cube.name))
    outcome = Preparer(cube).outcome(ctx, joined, steps)
    if outcome.problem is not None:
        raise outcome.problem
    made = outcome.cube
    for note in (
        *(note for note in made.notes if note not in cube.notes),
        *not_carried(made, path, written.dtype, written.scale),
    ):
        ctx.warn(note)

    def looked(done: int, total: int) -> None:
        ctx.progress(done, total, say("Looking at {name}", name=cube.name))

    def told(done: int, total: int) -> None:
        ctx.progress(done, total, say("Saving {name}", name=path.name))

    settle(made, looked)
    files = save_cube(
        made, path, interleave=written.interleave, dtype=written.dtype, scale=written.scale, cloud=written.cloud,
        told=told,
    )  # fmt: skip
    for remark in remarks_of(made):
        ctx.warn(remark)
    return files


def targets_of(path: Path) -> list[Path]:
    """The files that are written under a name."""
    if writer_of(path).title != "ENVI" or path.suffix.lower() == ".hdr":
        return [path]
    return [path, path.with_suffix(".hdr")]
