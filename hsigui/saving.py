"""Saving without leaving halves: files are written beside their place and renamed when all is well."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsigui.errors import HsiError


@contextmanager
def written_beside(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Gives one scratch path for each target, in its folder; on leaving they are renamed to the targets, in order.

    The suffix of a target is kept, because writers choose the format by it. When the block raises, the scratch files
    are removed and the targets stay as they were.

    Raises:
        HsiError: the folder cannot be made or written to, or the disk is full.
    """
    scratch = tuple(t.with_name(f".{t.stem}-{os.getpid()}-part{t.suffix}") for t in targets)
    try:
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
        yield scratch
        for source, target in zip(scratch, targets, strict=True):
            source.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise HsiError(
            f"{targets[0]} cannot be written: {reason}.", "Choose a folder that you may write to."
        ) from error
    finally:
        for source in scratch:
            with suppress(OSError):  # where the folder could not be made; the reason is told above
                source.unlink(missing_ok=True)
