"""How much memory pretraining, features and map take, by method and size of the scene.

    python tests/benchmarks/memory_by_method.py --json [--methods lscosa,purified,contrastdm] [--sizes 1000,1000,60]
        [--limit 1.5GB] [--steps 20] [--threads 2] [--until features] [--folder SCRATCH]

Several sizes are parted by spaces: `--sizes "500,500,60 2000,2000,60"`; `--limit` may name several limits, parted by
commas, "none" among them. Prints one JSON object with a row for each. The scene is that of `large_scene.py`, in a file
that is removed afterwards. Each row is a process of its own: pretraining (Quick; few steps, since their number does not
change the memory), features of every pixel in a folder as the command and the window make them, the probe on 10 labels
a class, the map with all levels of context. `resident_mb` is the highest resident memory of that process until each was
done, mapped pages included, told on stderr as it goes; with `--until features` no map is made; `tile` the side of the
tiles that the features were made in.
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

sys.path.insert(0, str(Path(__file__).resolve().parent))

from large_scene import LABELS, numbers, peak_mb, write_scene


def child(path: Path, method: str, steps: int, threads: int, until: str) -> dict[str, Any]:
    """All of the work; measured in a process of its own for the memory."""
    import torch

    from hsigui.cube.open import open_cube
    from hsigui.jobs import SilentContext
    from hsigui.labels.sampling import draw
    from hsigui.pipeline.classify import classify
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.embed_tiles import tile_side
    from hsigui.pipeline.pretrain import pretrain
    from hsigui.pipeline.probe import fit_probe
    from hsigui.specs import PretrainSpec

    torch.set_num_threads(threads)
    cube, ctx, peaks, seconds = open_cube(path), SilentContext(), {"imports": peak_mb()}, {}
    began = time.perf_counter()

    def done(what: str) -> None:
        nonlocal began
        peaks[what], seconds[what] = peak_mb(), time.perf_counter() - began
        began = time.perf_counter()
        print(f"{method} {what}: {peaks[what]:.0f} MB, {seconds[what]:.0f} s", file=sys.stderr)

    encoder = pretrain(cube, PretrainSpec(method, device="cpu", epochs=steps), ctx)
    done("pretrain")
    features = embed(cube, encoder, ctx, path.parent / f"run-{method}", device="cpu")
    done("features")
    if until != "features":
        labels = draw(np.load(path.parent / "truth.npy"), LABELS, 0, features.valid).train
        probe = fit_probe(features, labels, None, ctx)
        done("probe")
        classify(features, probe, None, ctx)
        done("map")
    return {
        "resident_mb": {what: round(mb) for what, mb in peaks.items()},
        "seconds": {what: round(taken, 1) for what, taken in seconds.items()},
        "features": int(features.array.shape[2]),
        "tile": tile_side(cube.bands, int(features.array.shape[2]), encoder.network.halo),
    }


def measure(folder: Path, given: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for size in given.sizes.split():
        path = write_scene(folder, *numbers(size))
        for method in given.methods.split(","):
            for limit in given.limit.split(","):
                run = folder / f"run-{method}"
                command = [sys.executable, __file__, "--child", str(path), "--methods", method]
                command += ["--steps", str(given.steps), "--threads", str(given.threads), "--until", given.until]
                variables = dict(os.environ) | ({} if limit == "none" else {"HSIGUI_MEMORY_LIMIT": limit})
                out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=variables).stdout
                rows.append({"method": method, "size": size, "limit": limit, **json.loads(out)})
                print(json.dumps(rows[-1]), file=sys.stderr)
                shutil.rmtree(run, ignore_errors=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--methods", default="lscosa,purified,contrastdm")
    parser.add_argument("--sizes", default="1000,1000,60", help="rows,cols,bands of each scene, parted by spaces")
    parser.add_argument("--limit", default="none", help="limits of memory, parted by commas; none for no limit")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--until", choices=("features", "map"), default="map", help="the last that is done")
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.methods, given.steps, given.threads, given.until)))
        return
    folder = Path(tempfile.mkdtemp(prefix="hsigui-memory-", dir=given.folder))
    try:
        about = {"machine": platform.machine(), "cores": os.cpu_count(), "threads": given.threads}
        print(json.dumps({**about, "rows": measure(folder, given)}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
