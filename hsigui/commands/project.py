"""hsigui project info and check: what a project file holds, and whether it and its copies are whole."""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path

from hsigui.commands.project_about import about_scene, in_sentences
from hsigui.errors import HsiError
from hsigui.storage.copies import copies
from hsigui.storage.database import Damaged, Journal
from hsigui.storage.locks import Holder, holder_of
from hsigui.storage.on_this_machine import left_of
from hsigui.storage.project_content import ProjectContent, read_content, read_project
from hsigui.texts import say


def project(arguments: argparse.Namespace) -> None:
    """Looks at a project file, which another process may be writing to; changes nothing.

    Raises:
        HsiError: it cannot be read, or is damaged; then the newest whole copy is named.
    """
    {"info": _info, "check": _check}[arguments.what](arguments.path, arguments.json)


def _info(path: Path, as_json: bool) -> None:
    kept, holder, left = content_of(path).scenes, _holder(path), left_of(path)
    scenes = [about_scene(scene) for scene in kept]
    beside = len(copies(path))
    about = {
        "path": str(path),
        "written_by": "" if holder is None else str(holder),
        "copies": beside,
        "scenes": scenes,
    }
    if as_json:
        print(json.dumps(about, indent=1))
        return
    if holder is not None:
        print(say("It is being written to by {holder}.", holder=holder))
    elif left is not None:
        print(say("What was drawn last is in {left}; it is taken up when the project is opened.", left=left))
    for scene, whole in zip(scenes, kept, strict=True):
        print(
            say(
                "{name}: {rows} x {cols} pixels, {bands} bands, {labels:,} labels and {validation:,} validation labels "
                "of {classes} classes, {steps} steps, {saved}",
                name=scene["name"], rows=scene["rows"], cols=scene["cols"], bands=scene["bands"],
                labels=scene["labels"], validation=scene["validation_labels"], classes=len(scene["classes"]),
                steps=scene["steps"], saved=scene["saved_at"],
            )
        )  # fmt: skip
        print(say("  of {path}", path=scene["path"] or say("no file")))
        for sentence in in_sentences(whole):
            print(f"  {sentence}")
    print(say("{copies} copies stand beside it.", copies=beside))


def _check(path: Path, as_json: bool) -> None:
    found = {str(path): _state(path), **{str(copy): _state(copy, Journal.IGNORED) for copy in copies(path)}}
    if as_json:
        print(json.dumps(found, indent=1))
    else:
        for name, state in found.items():
            print(say("{name}: {state}", name=name, state=state or say("whole")))
    if found[str(path)]:
        whole = next((name for name, state in found.items() if not state), "")
        raise HsiError(
            say("{path} is damaged: {state}", path=path, state=found[str(path)]),
            say("The newest whole copy is {whole}.", whole=whole) if whole else say("There is no whole copy of it."),
        )


def _holder(path: Path) -> Holder | None:
    try:
        return holder_of(path)
    except OSError:  # a folder that may only be read: who writes there cannot be found out
        return None


def _state(path: Path, journal: Journal = Journal.IN_PLACE) -> str:
    """What is wrong with a file; empty for nothing."""
    try:
        read_project(path, journal)
    except (Damaged, HsiError, sqlite3.Error, OSError) as error:
        return getattr(error, "message", "") or str(error)
    return ""


def content_of(path: Path) -> ProjectContent:
    """All of a project file.

    Raises:
        HsiError: it cannot be read, or is damaged; then the command is named that finds a whole copy.
    """
    try:
        return read_content(path)
    except Damaged as error:
        raise HsiError(
            say("{path} is damaged: {state}", path=path, state=error),
            say("`hsigui project check` names the newest whole copy."),
        ) from error
    except (sqlite3.Error, OSError) as error:
        raise HsiError(
            say("{path} cannot be read: {error}.", path=path, error=getattr(error, "strerror", None) or error),
            say("Choose another file."),
        ) from error
