"""What users of an earlier version have on their disks, put down in a folder of a test as if it was written there."""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

STATE = Path(__file__).parent
TEXTS = (".json", ".jsonl", ".csv")


def unpack(version: str, folder: Path) -> Path:
    """Copies the state of a version ("v0") into a new folder, its packed files unpacked. Returns the folder."""
    shutil.copytree(STATE / version, folder)
    for path in [*folder.rglob("*.xz")]:
        path.with_suffix("").write_bytes(lzma.decompress(path.read_bytes()))
        path.unlink()
    return folder


class Home:
    """The state of one version in a folder of its own.

    Args:
        unpacked: a copy of it that `unpack` made.
        folder: where it is put; made here.

    Attributes:
        scene: the header of the scene that everything belongs to.
        expected: what the code of that version read from it.
    """

    def __init__(self, unpacked: Path, folder: Path) -> None:
        # Not with the times of the files that are copied: what is old is tidied away.
        shutil.copytree(unpacked, folder, copy_function=shutil.copyfile)
        self.folder = folder.resolve()
        self.scene = self.folder / "scene" / "scene.hdr"
        self._move_in()
        self.expected: dict[str, Any] = _json(self.folder / "expected.json")

    @cached_property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The arrays of `expected`, by "RUN what"."""
        with np.load(self.folder / "expected.npz", allow_pickle=False) as stored:
            return dict(stored)

    def array(self, name: str) -> Path:
        return self.folder / "scene" / name

    def run(self, name: str) -> Path:
        """The folder of a run."""
        return self._here("runs", name)

    def unfinished(self, name: str) -> Path:
        """The folder of an unfinished training."""
        return self._here("unfinished", name)

    def _here(self, kind: str, name: str) -> Path:
        was: str = self.expected[kind][name]["folder"]
        return self.folder / was.replace(self.expected["scene key"], scene_key_of_v0(self.scene))

    def _move_in(self) -> None:
        """Makes paths, the keys made of paths, and the times of files what they would be had all been written here."""
        was, key = (_json(self.folder / "expected.json")[name] for name in ("home", "scene key"))
        for path in (path for path in self.folder.rglob("*") if path.suffix in TEXTS):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(was, self.folder.as_posix()), encoding="utf-8", newline="")
        for path in [*self.folder.glob(f"state/*/{key}*")]:
            path.rename(path.with_name(path.name.replace(key, scene_key_of_v0(self.scene))))
        for name, entry in _json(self.folder / "config" / "imports.json")["imports"].items():
            os.utime(name, ns=(entry["state"][1], entry["state"][1]))


def scene_key_of_v0(scene: Path) -> str:
    """The name that commit 8715fea gave to what belongs to an ENVI scene; today's program may give it another."""
    digest = hashlib.sha256(f"{scene.resolve()}\n".encode()).hexdigest()
    return f"{scene.stem}-{digest[:16]}"


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
