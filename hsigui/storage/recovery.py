"""Labels that survive a crash: a copy of unsaved labels beside the program's state, keyed by their scene.

Each running window writes a file of its own, so two windows on one scene cannot overwrite each other. Nothing is
lost by a save or a refusal either: the last copies taken out of use are kept as `.old`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import time
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.saving import write_bytes
from hsigui.texts import say

FORMAT = 1
KEPT_OLD = 5


@dataclass(frozen=True)
class Recovered:
    """Labels found again.

    Attributes:
        array: class numbers, rows x cols uint16.
        saved_at: seconds since the epoch.
        path: the file they came from; hand it to `retire` once they are safe.
        validation: class numbers of the validation labels; None when there were none.
    """

    array: NDArray[np.uint16]
    classes: ClassTable
    saved_at: float
    path: Path
    validation: NDArray[np.uint16] | None = None

    @property
    def labelled(self) -> int:
        """How many pixels have a label, validation labels among them."""
        return sum(int(np.count_nonzero(layer)) for layer in (self.array, self.validation) if layer is not None)


def state_folder() -> Path:
    """Where the copies lie: HSIGUI_STATE_DIR when set, else the platform's folder for state."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_state_dir("hsigui", appauthor=False)
    return Path(base) / "recovery"


def scene_key(cube: Cube) -> str:
    """A file name that stands for a scene: its absolute path and variable, or its name and size when it has no file."""
    where = str(cube.path.resolve()) if cube.path else f"memory:{cube.name}:{cube.shape}"
    digest = hashlib.sha256(f"{where}\n{cube.info.variable}".encode()).hexdigest()[:16]
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", cube.name)[:40] or "scene"
    return f"{name}-{digest}"


class Recovery:
    """The recovery copies of one window.

    Attributes:
        problems: sentences about files that could not be read; they were renamed to `.damaged`, never deleted.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or state_folder()
        self.problems: list[str] = []
        self._token = uuid.uuid4().hex[:12]

    def own_file(self, key: str) -> Path:
        return self.folder / f"{key}.{self._token}.npz"

    def save(
        self,
        key: str,
        array: NDArray[np.uint16],
        classes: ClassTable,
        validation: NDArray[np.uint16] | None = None,
    ) -> Path:
        """Writes the labels beside and renames; the copy written before stays whole until then. Both layers are rows x
        cols.

        Args:
            validation: the validation labels, when there are any.

        Raises:
            OSError: the folder cannot be written to; the labels in memory are not safe then.
        """
        about = {"format": FORMAT, "saved_at": time.time(), "classes": [[c.number, c.name, c.color] for c in classes]}
        content = io.BytesIO()
        layers = {"labels": array.astype(np.uint16)}
        if validation is not None:
            layers["validation"] = validation.astype(np.uint16)
        np.savez_compressed(content, about=np.array(json.dumps(about)), **layers)  # type: ignore[arg-type]
        target = self.own_file(key)
        write_bytes(target, content.getvalue())
        return target

    def waiting(self, key: str, shape: tuple[int, int]) -> list[Recovered]:
        """Copies that other (crashed) windows left for a scene of this size, newest first; empty ones are left out."""
        found = []
        for path in sorted(self.folder.glob(f"{key}.*.npz")):
            if path == self.own_file(key):
                continue
            recovered = self._read(path)
            if recovered is not None and recovered.array.shape == shape and recovered.labelled:
                found.append(recovered)
        return sorted(found, key=lambda r: r.saved_at, reverse=True)

    def retire(self, path: Path) -> None:
        """Takes a copy out of use: its labels are safe elsewhere or were given up.

        It is renamed to `.old`; of these the last few of each scene are kept, in case the user thinks better of it.
        """
        if not path.exists():
            return
        path.replace(path.with_suffix(".old"))
        key = path.name.split(".")[0]
        retired = sorted(self.folder.glob(f"{key}.*.old"), key=lambda p: p.stat().st_mtime)
        for oldest in retired[:-KEPT_OLD]:
            oldest.unlink()

    def _read(self, path: Path) -> Recovered | None:
        try:
            content = path.read_bytes()
        except OSError as error:
            self.problems.append(
                say(
                    "A recovery copy of labels, {path}, could not be read ({strerror}).",
                    path=path,
                    strerror=error.strerror or error,
                )
            )
            return None
        try:
            return _parsed(content, path)
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
            damaged = path.with_suffix(".damaged")
            self.problems.append(
                say(
                    "A recovery copy of labels is damaged ({error}); it was kept as {damaged}.",
                    error=error,
                    damaged=damaged,
                )
            )
            path.replace(damaged)
            return None


def _parsed(content: bytes, path: Path) -> Recovered:
    with np.load(io.BytesIO(content), allow_pickle=False) as stored:
        about = json.loads(str(stored["about"]))
        array = np.array(stored["labels"], dtype=np.uint16)
        validation = np.array(stored["validation"], dtype=np.uint16) if "validation" in stored.files else None
    if array.ndim != 2:
        raise ValueError(f"{array.ndim} axes")
    if validation is not None and validation.shape != array.shape:
        raise ValueError(f"validation labels of {validation.shape} for labels of {array.shape}")
    table = ClassTable(tuple(ClassInfo(int(n), str(s), (c[0], c[1], c[2])) for n, s, c in about["classes"]))
    numbers = {*np.unique(array).tolist(), *(() if validation is None else np.unique(validation).tolist())}
    return Recovered(array, table.merged_with(numbers), float(about["saved_at"]), path, validation)
