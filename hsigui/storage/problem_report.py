"""What helps to find out what went wrong, in one zip file that the user may hand on: log, versions, settings.

No data, no labels, no paths; every part is a text that can be read before it is saved.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hsigui.log import log_files, log_folder, versions, without_paths
from hsigui.saving import written_beside
from hsigui.settings import Settings
from hsigui.texts import say

CRASHES = "crash.txt"  # where the interpreter writes how it ended when it ended by force
NOT_TOLD = ("recent", "last_folder", "runs_folder", "geometry", "layout")  # paths, and what Qt writes of screens
ABOUT = "about.txt"


def parts(settings: Settings, folder: Path | None = None) -> dict[str, str]:
    """The parts of a report by the names that they get in the file.

    Args:
        settings: of the window; without what names files.
        folder: of the log; the usual one when not given.
    """
    folder = folder or log_folder()
    told = {name: value for name, value in dataclasses.asdict(settings).items() if name not in NOT_TOLD}
    found = {
        ABOUT: say("A report of a problem with hsigui. Paths are reduced to names; there is no data in it."),
        "versions.txt": "\n".join(f"{name}: {version}" for name, version in all_versions().items()),
        "settings.json": without_paths(json.dumps(told, indent=2, ensure_ascii=False)),
    }
    for path in (*log_files(folder), folder / CRASHES):
        text = _text_of(path)
        if text:
            found[path.name] = text
    return found


def all_versions() -> dict[str, str]:
    """Versions of Python, the system, the packages and GDAL, and what the machine has; imports rasterio."""
    found = versions()
    from rasterio import __gdal_version__

    found["GDAL"] = str(__gdal_version__)
    found["processors"] = str(os.cpu_count())
    found["frozen"] = str(bool(getattr(sys, "frozen", False)))
    return found


def write(path: Path, texts: Mapping[str, str]) -> list[Path]:
    """Writes the parts as a zip file; gives it back.

    Raises:
        HsiError: it cannot be written.
    """
    with written_beside(path) as (scratch,), zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in texts.items():
            file.writestr(name, text + "\n")
    return [path]


def _text_of(path: Path) -> str:
    """A file of the log with its paths reduced, also those of an earlier version; empty where there is none."""
    try:
        return without_paths(path.read_text(encoding="utf-8", errors="replace")).strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return say("{name} cannot be read: {reason}.", name=path.name, reason=error.strerror or str(error))
