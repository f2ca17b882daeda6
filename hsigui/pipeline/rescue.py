"""A run and the disk that it is to lie on: looked at before the training; and where the folder cannot be written in the
end, the encoder is written elsewhere, and said where."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import checkpoint
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import Network
from hsigui.pipeline import disk
from hsigui.pipeline.features import SETS_KEPT
from hsigui.specs import Recipe
from hsigui.texts import say


def look_at_disk(
    folder: Path, network: Network, transform: BandTransform, recipe: Recipe, cubes: Sequence[Cube], ctx: Context, *,
    must: bool,
) -> None:  # fmt: skip
    """Refuses a training whose run does not fit on the disk, or says what will not fit.

    Raises:
        HsiError: the run does not fit where it must.
    """
    weights = sum(parameter.numel() for parameter in network.parameters())
    pixels = [cube.rows * cube.cols for cube in cubes[:SETS_KEPT]]
    features = disk.of_features(pixels, network.width, len(transform.good), recipe)
    if said := disk.require_room(folder, disk.of_training(weights), features, must=must):
        ctx.warn(said)


def save(encoder: Encoder, folder: Path) -> None:
    """Writes a run folder; where that fails, another one where there is room.

    Raises:
        HsiError: the folder cannot be written; the sentence says where the run lies instead, or that it is lost.
    """
    try:
        checkpoint.save(encoder, folder)
    except HsiError as error:
        other = _elsewhere(encoder, folder)
        if other is None:
            raise
        raise HsiError(
            say("{message} The run was written to {other} instead.", message=error.message, other=other),
            say("Use it there, or move that folder once there is room."),
        ) from error


def _elsewhere(encoder: Encoder, folder: Path) -> Path | None:
    """Where the run was written; None where nothing could be written."""
    for place in (Path(tempfile.gettempdir()), Path.home(), Path.cwd()):
        try:
            other = Path(tempfile.mkdtemp(prefix=f"{folder.resolve().name}-rescued-", dir=place))
        except OSError:
            continue
        try:
            checkpoint.save(encoder, other)
        except HsiError:
            shutil.rmtree(other, ignore_errors=True)
            continue
        return other
    return None
