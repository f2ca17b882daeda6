"""How fast derived layers are computed, against the libraries that they are equal to, and in how much memory.

    python tests/benchmarks/derived.py --json [--size 1500,1500,100] [--targets 8] [--repeats 5] [--folder SCRATCH]

Prints one JSON object. Threads are those that OMP_NUM_THREADS allows, the same for both sides.

`pca`: ten components of 610 x 340 x 103 samples of two bytes that lie in memory, our `derive` from the cube against
scikit-learn's `PCA(10).fit` and `transform` on the same pixels as a float32 array that is there already
(`sklearn_s`; `sklearn64_s` of a float64 one), medians in turns. `ratio` is ours over the float64 one's, since ours sums
up in float64 as well; `ratio_float32` over the other's.

`large`: a simulated scene in an ENVI file (bil, two bytes; see large_scene.py), a process of its own for each entry:
seconds from the opened cube to the layer, reading included, and the highest resident memory of the process.
`spectral_angles` is that of the library `spectral`: `seconds` of the computing on the scene loaded as float32, and
`with_loading_s` from the file. `sam_in_memory` is ours on the same loaded scene. `sam_ratio` is theirs over ours from
the file to the angles, `sam_ratio_in_memory` on the loaded scene.
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

KINDS: dict[str, dict[str, Any]] = {
    "mnf": {"components": 10},
    "sam": {},
    "sid": {},
    "feature": {"left": 2100.0, "right": 2300.0, "tolerance": 100.0},
    "index": {"name": "ndvi", "tolerance": 100.0},
    "kmeans": {"clusters": 8},
}
THEIRS, LOADED = "spectral_angles", "sam_in_memory"
SIDE = 20  # rows whose mean is a spectrum to compare with


def small(repeats: int) -> dict[str, Any]:
    from sklearn.decomposition import PCA

    import hsigui
    from hsigui.cube.cube import ArraySource, Cube
    from hsigui.cube.demo import demo_scene

    values = demo_scene(0, 610, 340, 103, fields="farmland").cube.read()
    stored = np.clip(values * (1 if values.max() > 10 else 10_000), 0, 65_535).astype(np.uint16)
    short = stored.reshape(-1, 103).astype(np.float32)
    wide = short.astype(np.float64)
    times: dict[str, list[float]] = {"ours_s": [], "sklearn_s": [], "sklearn64_s": []}
    works = {
        "ours_s": lambda: hsigui.derive(Cube(ArraySource(stored)), "pca", components=10),
        "sklearn_s": lambda: PCA(10).fit(short).transform(short),
        "sklearn64_s": lambda: PCA(10).fit(wide).transform(wide),
    }
    for _ in range(repeats + 1):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - began)
    found = {name: round(float(np.median(values[1:])), 3) for name, values in times.items()}
    ours = found["ours_s"]
    return {
        **found,
        "ratio": round(ours / found["sklearn64_s"], 2),
        "ratio_float32": round(ours / found["sklearn_s"], 2),
    }


def child(path: Path, kind: str, targets: int) -> dict[str, float]:
    """One entry of `large`, in this process."""
    import hsigui
    from hsigui.cube.cube import ArraySource, Cube

    cube = hsigui.open(path)
    hsigui.derive(cube, "sam", spectra={"one": cube.spectrum(0, 0) + 1})  # modules are imported, the file is in memory
    tops = np.linspace(0, cube.rows - SIDE, targets).astype(int).tolist()
    spectra = {f"{n}": cube.read(slice(top, top + SIDE)).mean(axis=(0, 1)) for n, top in enumerate(tops)}
    if kind in (THEIRS, LOADED):
        import spectral

        began = time.perf_counter()
        values = np.asarray(spectral.open_image(str(path)).load(dtype=np.float32))
        loaded = time.perf_counter()
        if kind == THEIRS:
            spectral.spectral_angles(values, np.array(list(spectra.values()), dtype=np.float64))
        else:
            hsigui.derive(Cube(ArraySource(values)), "sam", spectra=spectra)
        ended = time.perf_counter()
        found = {"seconds": round(ended - loaded, 3), "with_loading_s": round(ended - began, 3)}
    else:
        began = time.perf_counter()
        hsigui.derive(cube, kind, spectra=spectra if kind in ("sam", "sid") else None, **KINDS[kind])
        found = {"seconds": round(time.perf_counter() - began, 3)}
    return {**found, "resident_mb": round(peak_mb())}


def large(folder: Path, size: tuple[int, int, int], targets: int) -> dict[str, Any]:
    path = write_scene(folder, *size)
    found: dict[str, Any] = {}
    for kind in (*KINDS, LOADED, THEIRS):
        command = [sys.executable, __file__, "--child", str(path), "--kind", kind]
        command += ["--targets", str(targets)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[kind] = json.loads(done.stdout)
    theirs = found[THEIRS]
    found["sam_ratio"] = round(theirs["with_loading_s"] / found["sam"]["seconds"], 2)
    found["sam_ratio_in_memory"] = round(theirs["seconds"] / found[LOADED]["seconds"], 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--size", type=numbers, default=(1500, 1500, 100), help="rows,cols,bands of the large scene")
    parser.add_argument("--targets", type=int, default=8, help="spectra that pixels are compared with")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.kind, given.targets)))
        return
    folder = Path(tempfile.mkdtemp(prefix="hsigui-derived-", dir=given.folder))
    try:
        about = {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "threads": os.environ.get("OMP_NUM_THREADS", ""),
        }
        measured = {"pca": small(given.repeats), "size": list(given.size), "targets": given.targets}
        print(json.dumps({**about, **measured, "large": large(folder, given.size, given.targets)}))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
