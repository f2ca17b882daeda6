"""How right unmixing is on Jasper Ridge, and how fast and in how much memory it is done.

    python tests/benchmarks/unmixing.py --json [--seeds 10] [--size 1500,1500,100] [--folder SCRATCH]

Prints one JSON object. Threads are those that OMP_NUM_THREADS allows.

`jasper`: Jasper Ridge (100 x 100 x 198) with the abundances and endmembers that come with it. `sad` is the spectral
angle in rad between found and given endmembers, matched so that their sum is least; `rmse` the root mean square of
shares less the given ones, by class and over all. `given` takes the endmembers that come with the data, brought to the
scale of the scene; the others find four, mean and standard deviation over the seeds. `counted` is what HySime says.

`speed`: pixels a second of processor time of fully constrained shares of mixtures of 4 and of 10 random spectra in 198
bands, ours, and one pixel after the other: `nnls_loop` by scipy's NNLS with a heavy row for the sum, `qp_loop` by
cvxopt's quadratic programs as pysptools does, where cvxopt is there; `apart` is how far the two differ at most.

`large`: a simulated scene in an ENVI file (bil, two bytes; see large_scene.py), a process of its own for each entry:
seconds from the opened cube to the layer, those of the processor among them, and the highest resident memory.
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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
from large_scene import numbers, peak_mb, write_scene  # beside this script
from scenes import data_folder, load

METHODS = ("nfindr", "vca", "ppi")
NAMES = ("tree", "water", "dirt", "road")
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "unmix, 6 given": ("unmix", {}),
    "unmix, 6 by N-FINDR": ("unmix", {"find": "nfindr", "count": 6}),
    "unmix, 6 by VCA": ("unmix", {"find": "vca", "count": 6}),
    "unmix, 6 by PPI": ("unmix", {"find": "ppi", "count": 6}),
    "unmixed_map, 6 given": ("unmixed_map", {}),
    "mf": ("mf", {}),
    "ace": ("ace", {}),
    "cem": ("cem", {}),
}
HEAVY = 1e5  # of the row that holds the sum


def jasper(seeds: int) -> dict[str, Any]:
    import hsigui
    from hsigui.analysis.endmember_count import count_endmembers
    from hsigui.jobs import quiet

    cube, _truth = load("jasper")
    held = scipy.io.loadmat(data_folder() / "jasper_ridge" / "jasperRidge2_R198.mat")
    shares = held["A"].reshape(4, 100, 100, order="F").transpose(1, 2, 0)
    members = held["M"].T * float(held["maxValue"].item())
    given = hsigui.derive(cube, "unmix", spectra=dict(zip(NAMES, members, strict=True)))
    found: dict[str, Any] = {"given": _scores([given], members, shares)}
    for method in METHODS:
        layers = [hsigui.derive(cube, "unmix", find=method, count=4, seed=seed) for seed in range(seeds)]
        found[method] = _scores(layers, members, shares)
    counted = count_endmembers(cube, quiet())
    return {**found, "counted": [counted.count, counted.other]}


def _scores(layers: list[Any], members: np.ndarray, shares: np.ndarray) -> dict[str, Any]:
    from scipy.optimize import linear_sum_assignment

    angles, errors = [], []
    for layer in layers:
        own = np.array([target.values for target in layer.recipe.targets])
        unit, known = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (own, members))
        apart = np.arccos(np.clip(unit @ known.T, -1, 1))
        rows, columns = linear_sum_assignment(apart)
        order = rows[np.argsort(columns)]
        angles.append(apart[order, range(4)])
        away = layer.array[:, :, order] - shares
        errors.append([*np.sqrt((away**2).mean(axis=(0, 1))), np.sqrt((away**2).mean())])
    sad = np.column_stack([np.array(angles), np.mean(angles, axis=1)])
    names = (*NAMES, "all")
    return {"sad": _told(names, sad), "rmse": _told(names, np.array(errors)), "runs": len(layers)}


def _told(names: tuple[str, ...], values: np.ndarray) -> dict[str, list[float]]:
    """Mean and standard deviation of each column."""
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1])
    return {
        name: [round(float(m), 4), round(float(s), 4)] for name, m, s in zip(names, values.mean(0), spread, strict=True)
    }


def speed(count: int) -> dict[str, Any]:
    from hsigui.analysis.abundances import Unmixer

    rng = np.random.default_rng(0)
    members = np.cumsum(rng.normal(size=(count, 198)), axis=1) / 20 + 0.5
    mixed = rng.dirichlet(np.full(count, 0.4), 100_000) @ members
    spectra = (mixed + 0.02 * rng.normal(size=mixed.shape)).astype(np.float32)
    unmixer = Unmixer(members, sum_to_one=True)
    unmixer.shares(spectra[:5000])
    began = time.process_time()
    shares = np.concatenate([unmixer.shares(spectra[n : n + 5000]) for n in range(0, len(spectra), 5000)])
    found: dict[str, Any] = {"ours_per_s": round(len(spectra) / (time.process_time() - began))}
    loops: dict[str, Callable[[np.ndarray], np.ndarray] | None] = {
        "nnls_loop": _nnls(members),
        "qp_loop": _quadratic(members),
    }
    for name, one in loops.items():
        if one is None:
            continue
        few = spectra[:1500].astype(float)
        began = time.process_time()
        slow = np.array([one(row) for row in few])
        rate = len(few) / (time.process_time() - began)
        found[f"{name}_per_s"], found[f"{name}_apart"] = round(rate), float(np.abs(slow - shares[: len(few)]).max())
        found[f"times_{name}"] = round(found["ours_per_s"] / rate, 1)
    return found


def _nnls(members: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    from scipy.optimize import nnls

    matrix = np.vstack([members.T, np.full(len(members), HEAVY)])
    return lambda row: nnls(matrix, np.append(row, HEAVY))[0]


def _quadratic(members: np.ndarray) -> Callable[[np.ndarray], np.ndarray] | None:
    try:
        from cvxopt import matrix, solvers
    except ImportError:
        return None
    solvers.options["show_progress"] = False
    count = len(members)
    products, least = matrix(members @ members.T), matrix(-np.eye(count))
    none, ones, one = matrix(np.zeros(count)), matrix(np.ones((1, count))), matrix(1.0)
    return lambda row: np.array(solvers.qp(products, matrix(-members @ row), least, none, ones, one)["x"]).ravel()


def child(path: Path, name: str) -> dict[str, float]:
    """One entry of `large`, in this process."""
    import hsigui

    kind, settings = KINDS[name]
    cube = hsigui.open(path)
    tops = np.linspace(0, cube.rows - 20, 6).astype(int).tolist()
    spectra = {f"{n}": cube.read(slice(top, top + 20), slice(0, 20)).mean(axis=(0, 1)) for n, top in enumerate(tops)}
    began, worked = time.perf_counter(), time.process_time()
    hsigui.derive(cube, kind, spectra=None if "find" in settings else spectra, **settings)
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    return {"seconds": round(seconds, 2), "processor_s": round(processor, 2), "resident_mb": round(peak_mb())}


def large(folder: Path, size: tuple[int, int, int]) -> dict[str, Any]:
    path = write_scene(folder, *size)
    found = {}
    for name in KINDS:
        command = [sys.executable, __file__, "--child", str(path), "--kind", name]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[name] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--seeds", type=int, default=10, help="runs of each way to find endmembers")
    parser.add_argument("--size", type=numbers, default=(1500, 1500, 100), help="rows,cols,bands of the large scene")
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(child(given.child, given.kind)))
        return
    folder = Path(tempfile.mkdtemp(prefix="hsigui-unmixing-", dir=given.folder))
    about = {"machine": platform.machine(), "cores": os.cpu_count(), "threads": os.environ.get("OMP_NUM_THREADS", "")}
    try:
        measured = {"jasper": jasper(given.seeds), "speed": {str(n): speed(n) for n in (4, 10)}}
        print(json.dumps({**about, **measured, "size": list(given.size), "large": large(folder, given.size)}))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
