"""An unfinished training on disk: one file that is written beside and renamed, gone when the training is complete.

`resume.safetensors` in the run folder holds every tensor; its header, JSON, says what the training is and how far it
came, and beside it stands the SHA-256 of all of that. Nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as parse
from safetensors.torch import save as serialise
from torch import Tensor

from hsigui import __version__, untrusted
from hsigui.errors import HsiError
from hsigui.methods.resume_header import FILE, file_in
from hsigui.methods.snapshot import Snapshot
from hsigui.saving import written_beside
from hsigui.texts import say

__all__ = ["FILE", "Course", "Unfinished", "read", "remove", "write"]

FORMAT = 1
SEALED, SUM = "sealed", "sha256"  # at the head of the header, and beside it


@dataclass(frozen=True)
class Course:
    """What has been seen of a training so far.

    Attributes:
        losses: of every step.
        readings: of the monitor: (steps made, value).
        seconds: of training.
        processes: on how many it was made, (steps made, processes from there on); empty for one.
    """

    losses: tuple[float, ...] = ()
    readings: tuple[tuple[int, float], ...] = ()
    seconds: float = 0.0
    processes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Unfinished:
    """A training that was interrupted.

    Attributes:
        now: the state to go on from.
        best: the state at the monitor's best reading, where early stopping may need it.
        course: up to `now`.
        about: what it is a training of: the settings and the scene, as JSON values.
        transform: arrays of the band transform.
        steps: of the whole training; 0 in files of earlier versions.
    """

    now: Snapshot
    best: Snapshot | None
    course: Course
    about: Mapping[str, Any]
    transform: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    steps: int = 0


def write(folder: Path, unfinished: Unfinished) -> Path:
    """Writes (or replaces) the file of an unfinished training.

    Raises:
        HsiError: the folder cannot be written.
    """
    path = folder / FILE
    with written_beside(path) as (beside,):
        beside.write_bytes(packed(unfinished))
    return path


def packed(unfinished: Unfinished) -> bytes:
    """What the file of an unfinished training holds."""
    tensors = {f"transform/{k}": torch.from_numpy(np.array(v)) for k, v in unfinished.transform.items()}
    tensors["course/losses"] = torch.tensor(unfinished.course.losses, dtype=torch.float64)
    states: dict[str, Any] = {}
    for name, state in (("now", unfinished.now), ("best", unfinished.best)):
        if state is not None:
            states[name] = {"step": state.step, "numbers": state.numbers}
            tensors |= {f"{name}/{k}": v.detach().cpu().contiguous() for k, v in state.tensors.items()}
    course = unfinished.course
    header = {
        SEALED: True,
        "format": FORMAT,
        "program": f"hsigui {__version__}",
        "about": unfinished.about,
        "states": states,
        "steps": unfinished.steps,
        "readings": course.readings,
        "seconds": course.seconds,
        **({"processes": course.processes} if course.processes else {}),
    }
    text = json.dumps(header)
    content: bytes = serialise(tensors, metadata={"hsigui": text, SUM: _sum_of(text, tensors)})
    return content


@untrusted.reads
def read(folder: Path) -> Unfinished:
    """Reads an unfinished training.

    Raises:
        HsiError: there is none, it was written by a newer version, or it is damaged.
    """
    path = file_in(folder)
    try:
        return unpacked(path.read_bytes(), path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise HsiError(
            say("The unfinished training {path} is damaged: {error}.", path=path, error=error),
            say("Begin anew, without going on."),
        ) from error


def unpacked(content: bytes, path: Path = Path(FILE)) -> Unfinished:
    """The unfinished training that `packed` made bytes of.

    Args:
        path: where they were read.

    Raises:
        HsiError: they were made by a newer version.
        ValueError, KeyError, TypeError, AttributeError, SafetensorError: they are damaged.
    """
    header, tensors = _opened(content)
    if header["format"] > FORMAT:
        raise HsiError(
            say("{path} was written by a newer version ({program}).", path=path, program=header["program"]),
            say("Update hsigui."),
        )
    now, best = (_state(name, header["states"], tensors) for name in ("now", "best"))
    if now is None:
        raise KeyError("now")
    readings = tuple((int(step), float(value)) for step, value in header["readings"])
    losses = tuple(tensors["course/losses"].tolist())
    processes = tuple((int(step), int(count)) for step, count in header.get("processes", ()))
    course = Course(losses, readings, float(header["seconds"]), processes)
    transform = {k: v.numpy() for k, v in _under("transform/", tensors).items()}
    return Unfinished(now, best, course, header["about"], transform, int(header.get("steps", 0)))


def remove(folder: Path) -> None:
    """Removes the file where there is one; on a system that locks open files it may stay."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)


def _opened(content: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    tensors = parse(content)
    (length,) = struct.unpack("<Q", content[:8])
    words = untrusted.json_of(content[8 : 8 + length].decode("utf-8"))["__metadata__"]
    header = untrusted.json_of(words["hsigui"])
    # Files of earlier versions have neither mark.
    if (SUM in words or SEALED in header or len(words) > 1) and words.get(SUM) != _sum_of(words["hsigui"], tensors):
        raise ValueError(say("its SHA-256 is not the one that was noted when it was written"))
    return header, tensors


def _sum_of(header: str, tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of all that the file of an unfinished training holds."""
    digest = hashlib.sha256(header.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def _state(name: str, states: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Snapshot | None:
    if name not in states:
        return None
    return Snapshot(int(states[name]["step"]), _under(f"{name}/", tensors), states[name]["numbers"])
