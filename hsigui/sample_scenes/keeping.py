"""Where fetched scenes lie, and what of them is there."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hsigui import stopping
from hsigui.sample_scenes.table import SCENE, TRUTH, SampleFile, SampleScene
from hsigui.saving import write_bytes

HERE, PARTLY, AWAY = "here", "partly", "away"
PART, WRONG, NOTED = ".part", ".wrong", ".sha256"  # behind the name of a file
_BLOCK = 2**20


@dataclass(frozen=True)
class State:
    """What is there of a scene.

    Attributes:
        where: HERE, PARTLY or AWAY.
        got: bytes that have come.
        unknown: whether a checksum of it was not known before it came.
    """

    where: str
    got: int = 0
    unknown: bool = False


def scenes_folder() -> Path:
    """Where fetched scenes lie: HSIGUI_STATE_DIR when set, else the platform's folder for data of the user."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_data_dir("hsigui", appauthor=False)
    return Path(base) / "scenes"


def folder_of(scene: SampleScene, folder: Path) -> Path:
    """The folder of a scene in the folder of all."""
    return folder / scene.id


def state_of(scene: SampleScene, folder: Path) -> State:
    """What is there of a scene, by the names and sizes of files; nothing is read.

    Args:
        folder: of all scenes.
    """
    own, got, whole = folder_of(scene, folder), 0, 0
    for file in scene.files:
        for path in (own / file.name, part_of(own / file.name)):
            size = _size(path)
            if size is not None:
                got += size
                whole += path.name == file.name
                break
    where = HERE if whole == len(scene.files) else PARTLY if got or whole else AWAY
    return State(where, got, unknown=not scene.checked)


def path_of(scene: SampleScene, folder: Path) -> Path:
    """The file to open."""
    return _path(scene, folder, SCENE) or folder_of(scene, folder)


def truth_of(scene: SampleScene, folder: Path) -> Path | None:
    """The file of its ground truth; None where it has none."""
    return _path(scene, folder, TRUTH)


def part_of(path: Path) -> Path:
    """Where a file grows while it comes."""
    return path.with_name(path.name + PART)


def put_aside(path: Path) -> Path:
    """Renames a file that is not what it should be, over nothing; gives back its new name."""
    place = path.with_name(path.name.removesuffix(PART) + WRONG)
    number = 2
    while place.exists():
        place = path.with_name(f"{path.name.removesuffix(PART)}.{number}{WRONG}")
        number += 1
    path.rename(place)
    return place


def checksum(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            stopping.check()
            digest.update(block)
    return digest.hexdigest()


def noted(path: Path) -> str:
    """The checksum that was noted when a file came; empty where none was."""
    try:
        words = path.with_name(path.name + NOTED).read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError):
        return ""
    return words[0].lower() if words and len(words[0]) == 64 else ""


def note(path: Path, digest: str) -> None:
    """Notes the checksum of a file beside it, as `sha256sum -c` reads it.

    Raises:
        OSError: it cannot be written.
    """
    write_bytes(path.with_name(path.name + NOTED), f"{digest}  {path.name}\n".encode("ascii"))


def _path(scene: SampleScene, folder: Path, kind: str) -> Path | None:
    file: SampleFile | None = scene.file(kind)
    return None if file is None else folder_of(scene, folder) / file.name


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
