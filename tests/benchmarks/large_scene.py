"""How long a large scene takes, and how much memory: pretraining, features and map.

    python tests/benchmarks/large_scene.py --json [--size 1500,1500,100] [--steps N] [--threads 2] [--folder SCRATCH]

Prints one JSON object. The scene is the simulated one, repeated to the size with fresh noise, in an ENVI file (bil, two
bytes) that is removed afterwards with all that was made from it. A process of its own opens it, pretrains LSCoSa Quick
(`pretrain_s`; with fewer steps by --steps), makes the features of every pixel in a folder as the window does
(`features_s`; `pretrain_and_features_s` is their sum), fits the probe on 10 labels a class and draws the map by the
default recipe (`map_s`, the median of three). `resident_mb` is the highest resident memory of that process when the
features are there, memory-mapped pages included, and `resident_mb_map` when the map is drawn. The import of PyTorch is
counted in none of the times (`import_s`). `cpu_s` is the processor time of pretraining and features on all threads,
which other work on the machine changes less than the time that passed.

With `--gigabytes` a scene of that size is mapped tile by tile by several workers instead: see `large_scene_by_tiles`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import large_scene_by_tiles  # beside this script
import numpy as np

from hsigui.cube.demo import demo_scene

TILE = 250  # side of the part that is simulated
NOISE = 20  # standard deviation, of reflectance x 10000
LABELS = 10


def write_scene(folder: Path, rows: int, cols: int, bands: int) -> Path:
    """The scene and, beside it, the class of every pixel (truth.npy, 0 for unknown)."""
    part = demo_scene(0, TILE, TILE, bands, fields="farmland")
    values = part.cube.read()
    across = -(-cols // TILE)
    rng = np.random.default_rng(0)
    header, data = folder / "large.hdr", folder / "large.img"
    with data.open("wb") as file:
        for top in range(0, rows, TILE):
            for row in values[: min(TILE, rows - top)]:
                line = np.tile(row, (across, 1))[:cols].T
                file.write((line + rng.normal(0, NOISE, line.shape)).round().astype("<i2").tobytes())
    down = -(-rows // TILE)
    np.save(folder / "truth.npy", np.tile(part.truth, (down, across))[:rows, :cols])
    waves = ", ".join(f"{nm:.1f}" for nm in np.linspace(400, 2450, bands))
    header.write_text(
        f"ENVI\nsamples = {cols}\nlines = {rows}\nbands = {bands}\nheader offset = 0\nfile type = ENVI Standard\n"
        f"data type = 2\ninterleave = bil\nbyte order = 0\nwavelength units = Nanometers\nwavelength = {{{waves}}}\n"
    )
    return header


def child(path: Path, steps: int | None, threads: int) -> dict[str, Any]:
    """All of the work; measured in a process of its own for the memory."""
    started = time.perf_counter()
    import torch

    from hsigui.cube.open import open_cube
    from hsigui.jobs import SilentContext
    from hsigui.labels.sampling import draw
    from hsigui.pipeline.classify import classify
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain
    from hsigui.pipeline.probe import fit_probe
    from hsigui.specs import PretrainSpec

    torch.set_num_threads(threads)
    imported = time.perf_counter()
    cube, ctx = open_cube(path), SilentContext()
    opened, computed = time.perf_counter(), time.process_time()
    encoder = pretrain(cube, PretrainSpec(device="cpu", epochs=steps), ctx)
    trained = time.perf_counter()
    features = embed(cube, encoder, ctx, path.parent / "run", device="cpu")
    embedded, resident, computed = time.perf_counter(), peak_mb(), time.process_time() - computed
    labels = draw(np.load(path.parent / "truth.npy"), LABELS, 0, cube.valid_mask()).train
    maps = []
    for _ in range(3):
        began = time.perf_counter()
        classify(features, fit_probe(features, labels, None, ctx), None, ctx)
        maps.append(time.perf_counter() - began)
    return {
        "import_s": round(imported - started, 1),
        "open_s": round(opened - imported, 3),
        "pretrain_s": round(trained - opened, 1),
        "features_s": round(embedded - trained, 1),
        "pretrain_and_features_s": round(embedded - opened, 1),
        "cpu_s": round(computed, 1),
        "map_s": round(statistics.median(maps), 2),
        "resident_mb": round(resident),
        "resident_mb_map": round(peak_mb()),
        "steps": encoder.epochs,
        "features": int(features.array.shape[2]),
        "threads": threads,
        "torch": torch.__version__,
    }


def peak_mb() -> float:
    # Linux: the figure of getrusage is inherited from the process that started this one.
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def measure(folder: Path, size: tuple[int, int, int], steps: int | None, threads: int) -> dict[str, Any]:
    path = write_scene(folder, *size)
    command = [sys.executable, __file__, "--child", str(path), "--threads", str(threads)]
    command += [] if steps is None else ["--steps", str(steps)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {"machine": platform.machine(), "cores": os.cpu_count(), "size": list(size), **json.loads(done.stdout)}


def numbers(text: str) -> tuple[int, int, int]:
    rows, cols, bands = (int(n) for n in text.split(","))
    return rows, cols, bands


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--size", type=numbers, default=(1500, 1500, 100), help="rows,cols,bands")
    parser.add_argument("--steps", type=int, help="of pretraining; the preset's own when left out")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    tiled = parser.add_argument_group("tile by tile")
    tiled.add_argument("--gigabytes", type=float, help="of the scene")
    tiled.add_argument("--tiles", type=lambda text: [int(n) for n in text.split(",")], default=[0], help="sides")
    tiled.add_argument("--limit", default="1.5GB", help="memory of a process; empty for none")
    tiled.add_argument("--scheduler", default="dask", help="empty for processes")
    tiled.add_argument("--jobs", type=int, default=2)
    tiled.add_argument("--bands", type=int, default=200)
    tiled.add_argument("--context", default="", help="of the map; empty for what the labels say")
    tiled.add_argument("--outs", default=".tif,.zarr", help="formats of the map")
    tiled.add_argument("--by-tiles", type=Path, help=argparse.SUPPRESS)
    tiled.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    tiled.add_argument("--one-tile", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.by_tiles:
        print(json.dumps(large_scene_by_tiles.one(given)))
        return
    if given.child:
        print(json.dumps(child(given.child, given.steps, given.threads)))
        return
    folder = Path(tempfile.mkdtemp(prefix="hsigui-large-", dir=given.folder))
    try:
        if given.gigabytes:
            print(json.dumps(large_scene_by_tiles.measure(folder, given, write_scene)))
        else:
            print(json.dumps(measure(folder, given.size, given.steps, given.threads)))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
