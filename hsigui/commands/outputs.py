"""Files that a command is to write: refused before any work is done when they cannot be, or are its inputs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from hsigui.commands.console import tell
from hsigui.cube.formats.envi import DATA_SUFFIXES
from hsigui.errors import HsiError
from hsigui.labels.formats.files import files_written
from hsigui.saving import others_are_kept, others_kept
from hsigui.seen import SeenFiles
from hsigui.texts import say

_seen: ContextVar[SeenFiles | None] = ContextVar("seen", default=None)


@contextmanager
def careful(overwrite: bool) -> Iterator[None]:
    """Within the block outputs that somebody else changes after `check_outputs` are not written over.

    Args:
        overwrite: they are, all the same.
    """
    if overwrite:
        yield
        return
    with others_kept() as seen:
        before = _seen.set(seen)
        try:
            yield
        finally:
            _seen.reset(before)


@contextmanager
def kept_from_others(overwrite: bool, path: Path) -> Iterator[None]:
    """As `careful`, for one output that a worker process of the command makes: what somebody else changes of it while
    it is made is not written over. In the process of the command nothing is done: it looks after all outputs."""
    if overwrite or others_are_kept():
        yield
        return
    with others_kept() as seen:
        if path.is_file():
            seen.note_before_reading(*files_written(path))
        yield


def check_outputs(inputs: list[Path], outputs: Sequence[tuple[Path, Sequence[str]]], *, replaces: bool = True) -> None:
    """Refuses, before any work is done, outputs that would be in vain.

    Args:
        outputs: each file to be written, with the endings that its name may have.
        replaces: whether all that are there are written over, which is said then.

    Raises:
        HsiError: a name has another ending, an output is an input or another output (the header and the data file of
            ENVI are one), or its folder cannot be written.
    """
    taken: set[Path] = set()
    for path in inputs:
        taken |= _files_of(path)
    for path, endings in outputs:
        if path.suffix.lower() not in endings:
            raise HsiError(
                say("{path} does not say in which format to write.", path=path),
                say("End it in one of {endings}.", endings=", ".join(endings)),
            )
        if _files_of(path) & taken:
            raise HsiError(
                say("{path} would overwrite a file that this command reads or writes too.", path=path),
                say("Choose another name."),
            )
        taken |= _files_of(path)
        check_folder(path.parent)
    there = [path for path, _ in outputs if path.is_file()]
    seen = _seen.get()
    if seen is not None:
        seen.note_before_reading(*(file for path in there for file in files_written(path)))
    if replaces:
        for path in there:
            tell(say("{name} is there already, and will be written over", name=path.name))


def _files_of(path: Path) -> set[Path]:
    """The files that a name stands for; those of ENVI share a stem."""
    whole = path.expanduser().resolve()
    envi = whole.suffix.lower() in (".hdr", *DATA_SUFFIXES)
    return {whole, whole.with_suffix("")} if envi else {whole}


def check_folder(folder: Path) -> None:
    """Refuses a folder that cannot be made or written.

    Raises:
        HsiError: a file is in the way, or the rights are missing.
    """
    there = folder.expanduser().resolve()
    while not there.exists():
        there = there.parent
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise HsiError(say("{folder} cannot be written to.", folder=folder), say("Choose another folder."))
