"""Where on this machine something lies that cannot be written to where it belongs, as that folder cannot lock."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from hsigui.storage.can_lock import can_lock
from hsigui.texts import say

_LONGEST_STEM = 40  # characters


def candidates() -> Iterator[Path]:
    """The folders that come into question, the best first: the state folder, and where that lies on a drive that
    cannot lock either, folders for temporary files, those that outlive a restart before others."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_state_dir("hsigui", appauthor=False)
    yield Path(base) / "live"
    if sys.platform == "win32":  # there, the folder for temporary files is the user's own
        yield Path(tempfile.gettempdir()) / "hsigui"
    else:
        yield from (Path(folder) / f"hsigui-{os.getuid()}" for folder in ("/var/tmp", tempfile.gettempdir()))


def stand_in(path: Path) -> Path:
    """The file of this machine that stands for a file elsewhere, by that one's path; it need not be there. One that a
    killed process left is found again, also where another folder is the best by now.

    Raises:
        OSError: no folder of this machine can lock.
    """
    return left_of(path) or _folder() / _name(path)


def left_of(path: Path) -> Path | None:
    """The file of this machine that stands for a file elsewhere, where there is one."""
    found = (folder / _name(path) for folder in candidates())
    return next((place for place in found if place.exists() and _is_ours(place.parent)), None)


def _name(path: Path) -> str:
    whole = os.path.normcase(path.expanduser().resolve())
    digest = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{path.stem[:_LONGEST_STEM]}-{digest}{path.suffix}"


def _folder() -> Path:
    found = next((folder for folder in candidates() if _is_fit(folder)), None)
    if found is None:
        raise OSError(errno.ENOLCK, say("no folder of this machine can lock files"))
    return found


def _is_fit(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _is_ours(folder) and can_lock(folder)
    except OSError:  # not to be written to: the next one may be
        return False


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could have put something into it: a folder for temporary files is everybody's."""
    if sys.platform == "win32":
        return True
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
