"""What the file of an unfinished training says of itself, without its tensors. Loads no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.texts import say

FILE = "resume.safetensors"
CLAIM = "training.claim"  # held by the process that trains in the folder


def file_in(folder: Path) -> Path:
    """The file of the unfinished training in a run folder.

    Raises:
        HsiError: there is none.
    """
    path = folder / FILE
    if not path.is_file():
        raise HsiError(
            say("There is no unfinished training in {folder}.", folder=folder),
            say("It is complete, or was stopped before its first steps."),
        )
    return path


@untrusted.reads
def read_header(folder: Path) -> dict[str, Any]:
    """The header of the unfinished training in a run folder: "about" (settings and scene), "states" and "steps".

    Raises:
        HsiError: there is none, or it is damaged.
    """
    path = file_in(folder)
    try:
        with safe_open(path, framework="np") as opened:
            header = untrusted.json_of(opened.metadata()["hsigui"])
        if not isinstance(header, dict):
            raise TypeError(f"a header of {type(header).__name__}")
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise HsiError(
            say("The unfinished training {path} is damaged: {error}.", path=path, error=error),
            say("Begin anew, without going on."),
        ) from error
    return header
