"""Copies of labels as the versions before the project files wrote them."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.classes import ClassTable


def write_copy(
    folder: Path,
    key: str,
    array: NDArray[np.uint16],
    classes: ClassTable,
    validation: NDArray[np.uint16] | None = None,
    saved_at: float | None = None,
) -> Path:
    """What `Recovery.save` of commit 8715fea wrote."""
    about = {
        "format": 1,
        "saved_at": time.time() if saved_at is None else saved_at,
        "classes": [[c.number, c.name, c.color] for c in classes],
    }
    layers = {"labels": array} | ({} if validation is None else {"validation": validation})
    path = folder / f"{key}.{uuid.uuid4().hex[:12]}.npz"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, about=np.array(json.dumps(about)), **layers)
    return path
