"""How long the map of a large scene takes tile by tile, and how much memory a worker and the command need for it.

    python tests/benchmarks/large_scene.py --gigabytes 20 --json [--tiles 256,512] [--limit 1.5GB] [--scheduler dask]
        [--jobs 2] [--bands 200] [--context wide] [--steps 60] [--outs .tif,.zarr] [--folder SCRATCH]

Called by `large_scene.py`. The scene is the simulated one, repeated with fresh noise, two bytes a sample; the run is
trained on a part of it of 250 x 250 pixels, whose classifier it keeps. Each row is a process of its own that maps the
whole scene: `tile` (0 for the side that suits the limit), `out` (a GeoTIFF is written cloud-optimised), `seconds`,
`tiles`, `worker_mb` (the most that a worker had in use, by the system), `command_mb` (the same of the process that
plans and puts together), `estimated_mb` (what the program thinks that a worker needs), `sha256` of the class numbers.
`formats_equal`: maps of one side are the same in all formats. All scratch files are removed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PART = 250  # side of the scene that the run is trained on


def measure(folder: Path, given: argparse.Namespace, write_scene: Callable[..., Path]) -> dict[str, Any]:
    """All rows.

    Args:
        write_scene: of a folder, rows, columns and bands.
    """
    side = math.isqrt(int(given.gigabytes * 1e9 / 2 / given.bands))
    run = _trained(folder, given, write_scene)
    (folder / "large").mkdir()
    scene = write_scene(folder / "large", side, side, given.bands)
    rows = []
    for tile in given.tiles:
        for suffix in given.outs.split(","):
            words = ["--by-tiles", str(scene), "--run", str(run), "--one-tile", str(tile), "--outs", suffix]
            words += ["--limit", given.limit, "--scheduler", given.scheduler, "--jobs", str(given.jobs)]
            words += ["--context", given.context]
            # The script that called, by its name: it knows these words.
            done = subprocess.run([sys.executable, sys.argv[0], *words], check=True, stdout=subprocess.PIPE, text=True)
            rows.append(json.loads(done.stdout))
            print(rows[-1], file=sys.stderr)
    sums = {tile: {row["sha256"] for row in rows if row["tile"] == tile} for tile in given.tiles}
    return {
        "machine": platform.machine(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        "gigabytes": given.gigabytes, "size": [side, side, given.bands], "limit": given.limit,
        "workers": [given.scheduler or "processes", given.jobs], "rows": rows,
        "formats_equal": all(len(each) == 1 for each in sums.values()),
    }  # fmt: skip


def _trained(folder: Path, given: argparse.Namespace, write_scene: Callable[..., Path]) -> Path:
    """A run with a classifier, of a small part of the scene."""
    from hsigui import api
    from hsigui.labels.sampling import draw

    (folder / "part").mkdir()
    cube = api.open(write_scene(folder / "part", PART, PART, given.bands))
    truth = np.load(folder / "part" / "truth.npy")
    encoder = api.pretrain(cube, epochs=given.steps, device="cpu")
    features = api.embed(cube, encoder, device="cpu")
    labels = draw(truth, 10, 0, cube.valid_mask()).train.astype(np.uint16)
    result = api.classify(features, api.fit(features, labels))
    api.save(encoder, folder / "run")
    api.keep(result, folder / "run")
    return folder / "run"


def one(given: argparse.Namespace) -> dict[str, Any]:
    """One row, in a process of its own."""
    from contextlib import nullcontext

    from hsigui import api, memory
    from hsigui.pipeline import provenance
    from hsigui.pipeline.tiling.run import folder_of

    out = given.by_tiles.with_name(f"map{given.outs}")
    bound = api.memory_limit(given.limit) if given.limit else nullcontext()
    started = time.perf_counter()
    with bound:
        made = api.classify_by_tiles(
            given.by_tiles, given.run, out, tile=given.one_tile or None, jobs=given.jobs, scheduler=given.scheduler,
            context=given.context or None, device="cpu", cloud=out.suffix == ".tif",
        )  # fmt: skip
    seconds = time.perf_counter() - started
    record = json.loads(provenance.record_path(out).read_text())
    size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file()) if out.is_dir() else out.stat().st_size
    assert not folder_of(out).exists()
    _remove(out)
    return {
        "tile": given.one_tile, "side": made.side, "border": made.border, "out": given.outs,
        "seconds": round(seconds, 1),
        "tiles": made.made.tiles, "worker_mb": round(made.made.resident / 1e6),
        "command_mb": round((memory.peak() or 0) / 1e6), "map_mb": round(size / 1e6, 1),
        "sha256": record["map_sha256"], "by": made.made.workers,
    }  # fmt: skip


def _remove(out: Path) -> None:
    for path in out.parent.glob(f"{out.stem}.*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
