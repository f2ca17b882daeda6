"""A scene of 100,000 x 20,000 x 400 (1.6 TB) on paper, in a sparse file: seconds and memory of what is done with it.

    python tests/benchmarks/huge_scene.py --json [--size 100000,20000,400] [--limit 2GB] [--steps 20] [--folder SCRATCH]

Prints one JSON object. The scene is an ENVI file (bip, two bytes) with data in some squares and holes everywhere else
(0, no data): it takes 0.9 GB of the disk, and is removed afterwards. Each command is a process of its own, whose
highest resident memory is told with its seconds: `info`; `picture`, opening and the picture that the window shows
first; `pretrain` by windows, whose features are not made, since they fit nowhere; a crop by `prepare`; and the map of
the crop by `classify`, from 10 labels a class. The last three keep to the limit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import runpy
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.demo import demo_scene
from hsigui.cube.open import open_cube
from hsigui.cube.picture import picture_of
from hsigui.cube.render import first_view
from hsigui.labels.sampling import draw

sys.path.insert(0, str(Path(__file__).resolve().parent))

from large_scene import peak_mb

SQUARES, SIDE, LABELS = 12, 300, 10


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


def measured(folder: Path, words: list[str]) -> dict[str, float]:
    """Seconds and highest resident memory of a command, which is a process of its own; "picture" is one, too.

    Raises:
        SystemExit: it failed.
    """
    began, told = time.perf_counter(), folder / "told.json"
    done = subprocess.run(
        [sys.executable, __file__, "--child", str(told), *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
    return {"seconds": round(time.perf_counter() - began, 1), **json.loads(told.read_text())}


def child(told: Path, words: list[str]) -> None:
    """A command, and what it took."""
    try:
        if words[0] == "picture":
            cube = open_cube(Path(words[1]))
            picture_of(cube, first_view(cube))
            return
        sys.argv = ["hsigui", *words]
        runpy.run_module("hsigui", run_name="__main__")
    finally:  # a command ends by SystemExit
        told.write_text(json.dumps({"cpu_s": round(time.process_time(), 1), "resident_mb": round(peak_mb())}))


def measure(folder: Path, size: tuple[int, int, int], limit: str, steps: int) -> dict[str, Any]:
    path, corners = write_scene(folder, *size)
    bound = ["--memory-limit", limit]
    found: dict[str, Any] = {"size": list(size), "limit": limit, "bytes": (folder / "huge.img").stat().st_size}
    found["info"] = measured(folder, ["info", str(path)])
    found["picture"] = measured(folder, ["picture", str(path)])
    run, crop, (top, left) = folder / "run", folder / "crop.img", corners[0]
    found["pretrain"] = measured(folder, ["pretrain", str(path), "--epochs", str(steps), "--out", str(run), *bound])
    part = ["--rows", f"{top}:{top + SIDE}", "--cols", f"{left}:{left + SIDE}"]
    found["crop"] = measured(folder, ["prepare", str(path), *part, "--out", str(crop), *bound])
    labels = folder / "labels.npy"
    np.save(labels, draw(np.load(folder / "truth.npy"), LABELS, 0).train)
    command = ["classify", str(crop.with_suffix(".hdr")), "--run", str(run), "--labels", str(labels)]
    found["map of the crop"] = measured(folder, [*command, "--out", str(folder / "map.tif"), *bound])
    return found


def numbers(text: str) -> tuple[int, int, int]:
    rows, cols, bands = (int(n) for n in text.split(","))
    return rows, cols, bands


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]), sys.argv[3:])
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--size", type=numbers, default=(100_000, 20_000, 400), help="rows,cols,bands")
    parser.add_argument("--limit", default="2GB", help="of memory")
    parser.add_argument("--steps", type=int, default=20, help="of pretraining")
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="hsigui-huge-", dir=given.folder))
    try:
        about = {"machine": platform.machine(), "cores": os.cpu_count()}
        print(json.dumps(about | measure(folder, given.size, given.limit, given.steps)))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
