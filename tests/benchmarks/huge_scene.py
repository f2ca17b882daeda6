"""A scene of 100,000 x 20,000 x 400 (1.6 TB) on paper, in a sparse file: how long its opening, a training and the map of
a crop take, and how much memory, each within a limit.

    python tests/benchmarks/huge_scene.py --json [--size 100000,20000,400] [--limit 2GB] [--steps 20] [--folder SCRATCH]

Prints one JSON object. The scene is an ENVI file (bip, two bytes) with data in some squares and holes everywhere else
(0, no data): it takes 0.9 GB of the disk, and is removed afterwards. Each command is a process of its own, whose
highest resident memory is told with its seconds (`resident_mb`): `info`, the first picture as the window draws it
(`picture`), `pretrain`, a crop by `prepare`, and its map by `classify`, the last three with the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.demo import demo_scene

SQUARES, SIDE = 12, 300
PICTURE = """
import sys
from pathlib import Path
from hsigui.cube.looks import coarse
"""


def write_scene(folder: Path, rows: int, cols: int, bands: int) -> tuple[Path, list[tuple[int, int]]]:
    """The scene and the upper left pixels of its squares with data; beside it the classes of a square (truth.npy)."""
    part = demo_scene(0, SIDE, SIDE, bands, fields="farmland")
    values = np.clip(part.cube.read().round(), 1, 30_000).astype("<i2")
    rng = np.random.default_rng(0)
    corners = [(int(rng.integers(rows - SIDE)), int(rng.integers(cols - SIDE))) for _ in range(SQUARES)]
    with (folder / "huge.img").open("wb") as file:
        file.truncate(rows * cols * bands * 2)
        for top, left in corners:
            for row, line in enumerate(values):
                file.seek(((top + row) * cols + left) * bands * 2)
                file.write(line.tobytes())
    np.save(folder / "truth.npy", part.truth)
    waves = ", ".join(f"{nm:.1f}" for nm in np.linspace(400, 2450, bands))
    (folder / "huge.hdr").write_text(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {bands}\nheader offset = 0\nfile type = ENVI Standard\n"
        f"data type = 2\ninterleave = bip\nbyte order = 0\ndata ignore value = 0\nwavelength units = Nanometers\n"
        f"wavelength = {{{waves}}}\n"
    )
    return folder / "huge.hdr", corners
