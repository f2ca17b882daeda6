"""A trained encoder whose folder cannot be written any more: it is written elsewhere, and said where."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.methods import checkpoint
from hsigui.methods.checkpoint import Encoder
from hsigui.texts import say


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
