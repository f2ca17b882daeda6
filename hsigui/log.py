"""What the window did, in a file that helps to find out what went wrong: versions, sizes of scenes, jobs, errors.

Never data, labels or contents of files; paths are reduced to the names of files and folders. The file rotates, so that
it stays small. Nothing is sent anywhere.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import traceback
from contextlib import suppress
from importlib import metadata
from logging.handlers import RotatingFileHandler
from pathlib import Path

import platformdirs

from hsigui.texts import say

FILE = "hsigui.log"
MOST_BYTES, BACKUPS = 500_000, 3
PACKAGES = ("hsigui", "torch", "PySide6-Essentials", "pyqtgraph", "numpy", "scipy", "scikit-learn", "rasterio", "h5py")

_root = logging.getLogger("hsigui")
_root.addHandler(logging.NullHandler())  # without a log nothing is printed in its place
# A drive or a leading slash, folders, and the last name, which stays. Words such as km/h have no leading slash.
_IN_NAME = r"""(?:[^\\/\n"'<>|*?:;,()]|[;,()](?!\s)|'(?=\w))"""  # signs that end a name end it before a blank only
_PATH = re.compile(rf"""(?<![\w/\\.])(?:~|[A-Za-z]:)?[\\/]+(?![\s\\/])(?:{_IN_NAME}+[\\/]+)+""")
_MODULE = re.compile(r"[^\s\"']+\.py\b")


class Log:
    """The lines of a part of the program, in English: they are for whoever looks into a problem.

    Args:
        part: its name.
    """

    def __init__(self, part: str) -> None:
        self._logger = _root.getChild(part)

    def note(self, line: str, *values: object) -> None:
        """What happened, as it should; the values are put in by the signs of `%`."""
        self._logger.info(line, *values)

    def caution(self, line: str, *values: object) -> None:
        """What the user was warned of, or refused."""
        self._logger.warning(line, *values)

    def fault(self, line: str, *values: object) -> None:
        """What went wrong inside the program."""
        self._logger.error(line, *values)


def log_folder() -> Path:
    """Where the log lies: in HSIGUI_STATE_DIR when set, else in the platform's folder for logs."""
    state = os.environ.get("HSIGUI_STATE_DIR")
    return Path(state) / "log" if state else Path(platformdirs.user_log_dir("hsigui", appauthor=False))


def start(folder: Path | None = None) -> str:
    """Begins to write the log; a second call writes it elsewhere from then on.

    Args:
        folder: where; `log_folder()` when not given.

    Returns:
        What is wrong, in words, when it cannot be written; else nothing.
    """
    stop()
    folder = folder or log_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _Rotating(folder / FILE, maxBytes=MOST_BYTES, backupCount=BACKUPS, encoding="utf-8")
    except OSError as error:
        return say("No log can be written to {folder} ({reason}).", folder=folder, reason=error.strerror or str(error))
    handler.setFormatter(_Reduced("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    _root.addHandler(handler)
    _root.setLevel(logging.INFO)
    Log("window").note("Started: %s", "; ".join(f"{name} {version}" for name, version in versions().items()))
    return ""


def stop() -> None:
    """Ends the log and closes its file."""
    for handler in [handler for handler in _root.handlers if isinstance(handler, _Rotating)]:
        _root.removeHandler(handler)
        handler.close()
    _root.setLevel(logging.NOTSET)


def log_files(folder: Path | None = None) -> list[Path]:
    """The files of the log, the newest first."""
    folder = folder or log_folder()
    return [
        path for path in (folder / FILE, *(folder / f"{FILE}.{n}" for n in range(1, BACKUPS + 1))) if path.is_file()
    ]


def versions() -> dict[str, str]:
    """Versions of Python, the system and the packages that matter; imports none of them."""
    found = {"Python": platform.python_version(), "system": platform.platform()}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):  # such as in a frozen program
            found[name] = metadata.version(name)
    return found


def without_paths(text: str) -> str:
    """A text in which each path is reduced to its last name; files of the program keep their place in it."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    return _PATH.sub(_kept, text)


def told_of(error: BaseException, trace: str = "") -> str:
    """An error with its trace, as the log has it."""
    return (trace or "".join(traceback.format_exception(error))).strip()


def _kept(found: re.Match[str]) -> str:
    """What stays of the folders of a path: the place of a module in the program or in a package, else nothing."""
    if not _MODULE.match(found.string, found.end()):
        return ""
    folders = re.split(r"[\\/]+", found.group())
    for mark in ("site-packages", "hsigui"):
        if mark in folders:
            inner = folders[len(folders) - folders[::-1].index(mark) - (mark == "hsigui") :]
            return "/".join(inner)
    return ""


class _Reduced(logging.Formatter):
    """Paths are reduced at the last moment, whoever wrote them."""

    def format(self, record: logging.LogRecord) -> str:
        return without_paths(super().format(record))


class _Rotating(RotatingFileHandler):
    """A log that cannot be written must neither stop nor disturb the program."""

    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:  # another window has the file open, where that holds it fast: goes on in the same file
            if self.stream is None:
                self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        del record  # a full disk, say: told where something of the user's is to be written, not here
