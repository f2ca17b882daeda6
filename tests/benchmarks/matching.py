"""How fast a map by spectra is made, against the library that its distances are equal to, and in how much memory.

    python tests/benchmarks/matching.py --json [--size 1500,1500,100] [--spectra 12] [--repeats 3] [--folder SCRATCH]

Prints one JSON object. A simulated scene in an ENVI file (bil, two bytes; see large_scene.py), a process of its own for
each entry and repeat, in turns; medians. `seconds` from the opened file to the map, reading included; `cpu_s` the time
of the processor in it, of all threads together, which other work on the machine changes less; `resident_mb` the highest
resident memory of the process. `sam`, `sid`, `sff` and `euclid` are ours, with distances to the two nearest classes and
all that a `Result` has, on all cores. `spectral_angles` is that of the library `spectral` on the scene loaded as
float32, and the class of the smallest; `with_loading_s` counts the loading, too. `sam_in_memory` is ours on the same
loaded scene. `ratio` and `ratio_in_memory` are theirs over ours, `cpu_ratio` and `cpu_ratio_in_memory` by `cpu_s`.
`rank_s` is `match` of one pixel with 2,000 spectra of 200 bands.
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
from large_scene import numbers, peak_mb, write_scene  # beside this script

OWN = ("sam", "sid", "sff", "euclid")
THEIRS, LOADED = "spectral_angles", "sam_in_memory"
SIDE = 20  # rows whose mean is a spectrum to compare with


def child(path: Path, kind: str, count: int) -> dict[str, float]:
    """One entry, in this process."""
    import hsigui
    from hsigui.cube.cube import ArraySource, Cube

    cube = hsigui.open(path)
    tops = np.linspace(0, cube.rows - SIDE, count).astype(int).tolist()
    spectra = {f"{n}": cube.read(slice(top, top + SIDE)).mean(axis=(0, 1)) for n, top in enumerate(tops)}
    small = Cube(ArraySource(cube.read(slice(0, 4))), cube.info)
    hsigui.classify_by(small, spectra, "sam")  # modules are imported
    loading = 0.0
    if kind in (THEIRS, LOADED):
        import spectral

        began = time.perf_counter()
        values = np.asarray(spectral.open_image(str(path)).load(dtype=np.float32))
        loading = time.perf_counter() - began
    clock, processor = time.perf_counter(), time.process_time()
    if kind == THEIRS:
        angles = spectral.spectral_angles(values, np.array(list(spectra.values()), dtype=np.float64))
        angles.argmin(axis=2)
    elif kind == LOADED:
        hsigui.classify_by(Cube(ArraySource(values)), spectra, "sam", threshold=0.1)
    else:
        hsigui.classify_by(cube, spectra, kind, threshold=0.1)
    seconds, used = time.perf_counter() - clock, time.process_time() - processor
    found = {"seconds": seconds, "cpu_s": used, "with_loading_s": seconds + loading, "resident_mb": round(peak_mb())}
    return {name: round(value, 3) for name, value in found.items() if loading or name != "with_loading_s"}


def rank(repeats: int) -> float:
    """Seconds of a ranking, the best of some."""
    import hsigui
    from hsigui.cube.cube import ArraySource, Cube, CubeInfo

    rng = np.random.default_rng(0)
    cube = Cube(ArraySource(rng.random((2, 2, 200), dtype=np.float32)), CubeInfo(tuple(np.linspace(400, 2500, 200))))
    references = {f"{n}": row for n, row in enumerate(rng.random((2000, 200)))}
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        hsigui.match(cube, (0, 0), references)
        times.append(time.perf_counter() - began)
    return round(min(times), 3)


def large(folder: Path, size: tuple[int, int, int], spectra: int, repeats: int) -> dict[str, Any]:
    path = write_scene(folder, *size)
    runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in (*OWN, LOADED, THEIRS)}
    for _ in range(repeats):
        for kind, done in runs.items():
            command = [sys.executable, __file__, "--child", str(path), "--kind", kind, "--spectra", str(spectra)]
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            done.append(json.loads(out))
    found: dict[str, Any] = {
        kind: {name: round(float(np.median([each[name] for each in done])), 3) for name in done[0]}
        for kind, done in runs.items()
    }
    theirs, ours, loaded = found[THEIRS], found["sam"], found[LOADED]
    found["ratio"] = round(theirs["with_loading_s"] / ours["seconds"], 2)
    found["ratio_in_memory"] = round(theirs["seconds"] / loaded["seconds"], 2)
    found["cpu_ratio"] = round(theirs["cpu_s"] / ours["cpu_s"], 2)
    found["cpu_ratio_in_memory"] = round(theirs["cpu_s"] / loaded["cpu_s"], 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--size", type=numbers, default=(1500, 1500, 100), help="rows,cols,bands of the large scene")
    parser.add_argument("--spectra", type=int, default=12, help="spectra that pixels are compared with")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.kind, given.spectra)))
        return
    folder = Path(tempfile.mkdtemp(prefix="hsigui-matching-", dir=given.folder))
    try:
        about = {
            "machine": platform.machine(), "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS", ""),
            "size": list(given.size), "spectra": given.spectra, "repeats": given.repeats,
        }  # fmt: skip
        made = large(folder, given.size, given.spectra, given.repeats)
        print(json.dumps({**about, "large": made, "rank_s": rank(given.repeats)}))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
