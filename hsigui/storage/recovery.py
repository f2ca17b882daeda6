"""Copies of unsaved labels that earlier versions wrote (`KEY.TOKEN.npz`): they still open, and none is written.

A scene was known by its path then, so the copies of all files that it may be opened by are looked for.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import platformdirs

from hsigui.cube.cube import Cube
from hsigui.cube.remote.address import is_address
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import files_of_scene
from hsigui.storage.kept_scene import Condition, KeptScene, SceneFacts
from hsigui.texts import say

KEPT_OLD = 5
SUFFIX = ".npz"


def state_folder() -> Path:
    """Where the copies lie: HSIGUI_STATE_DIR when set, else the platform's folder for state."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_state_dir("hsigui", appauthor=False)
    return Path(base) / "recovery"


def scene_key(cube: Cube) -> str:
    """A file name that stands for a scene: its absolute path and variable, or its name and size when it has no file."""
    where = str(cube.path.resolve()) if cube.path else f"memory:{cube.name}:{cube.shape}"
    return _key(where, cube.name, cube.info.variable)


def left_copies(folder: Path, facts: SceneFacts, told: list[str]) -> Iterator[tuple[Path, KeptScene]]:
    """The copies of a scene that have a label; those of another size stay where they are.

    Args:
        told: gets a sentence for each copy that cannot be read; it is renamed to `.damaged`, never deleted.
    """
    for path in sorted({path for key in _keys(facts) for path in folder.glob(f"{key}.*{SUFFIX}")}):
        try:
            kept = _parsed(path.read_bytes(), facts)
        except OSError as error:
            told.append(
                say(
                    "A recovery copy of labels, {path}, could not be read ({strerror}).",
                    path=path,
                    strerror=error.strerror or error,
                )
            )
        except Exception as error:  # noqa: BLE001 - untrusted bytes: whatever they raise, the next copy may be whole
            told.append(_set_aside(path, error))
        else:
            if kept.labels.shape == facts.shape and kept.labelled:
                yield path, kept


def retire(path: Path) -> None:
    """Takes a copy out of use: its labels are safe elsewhere or were given up.

    It is renamed to `.old`; of these the last few of each scene are kept, in case the user thinks better of it.

    Raises:
        OSError: it cannot be renamed.
    """
    if not path.exists():
        return
    path.replace(path.with_suffix(".old"))
    key = path.name.split(".")[0]
    retired = sorted(path.parent.glob(f"{key}.*.old"), key=lambda p: p.stat().st_mtime)
    for oldest in retired[:-KEPT_OLD]:
        oldest.unlink()


def _keys(facts: SceneFacts) -> set[str]:
    if not facts.path:
        where = f"memory:{facts.name}:{(facts.rows, facts.cols, facts.bands)}"
        return {_key(where, facts.name, facts.variable)}
    found = {_key(facts.path, facts.name, facts.variable)}
    if is_address(facts.path):
        return found
    # A header that is gone or damaged leads to no other file.
    with contextlib.suppress(OSError):
        found |= {_key(str(file.resolve()), facts.name, facts.variable) for file in files_of_scene(facts.path)}
    return found


def _key(where: str, name: str, variable: str) -> str:
    digest = hashlib.sha256(f"{where}\n{variable}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '_', name)[:40] or 'scene'}-{digest}"


def _set_aside(path: Path, error: Exception) -> str:
    damaged = path.with_suffix(".damaged")
    try:
        path.replace(damaged)
    except OSError:
        damaged = path
    return say(
        "A recovery copy of labels is damaged ({error}); it was kept as {damaged}.", error=error, damaged=damaged
    )


def _parsed(content: bytes, facts: SceneFacts) -> KeptScene:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        array = np.array(stored["labels"], dtype=np.uint16)
        checks = (
            np.array(stored["validation"], dtype=np.uint16) if "validation" in stored.files else np.zeros_like(array)
        )
    if array.ndim != 2:
        raise ValueError(f"{array.ndim} axes")
    if checks.shape != array.shape:
        raise ValueError(f"validation labels of {checks.shape} for labels of {array.shape}")
    table = ClassTable(tuple(ClassInfo(int(n), str(s), (c[0], c[1], c[2])) for n, s, c in about["classes"]))
    classes = table.merged_with({*np.unique(array).tolist(), *np.unique(checks).tolist()})
    return KeptScene(facts, array, checks, classes, Condition(True, float(about["saved_at"])))
