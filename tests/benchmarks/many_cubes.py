"""Many cubes by one process and by several: how long it takes, and whether the maps are the same.

    python tests/benchmarks/many_cubes.py --json [--cubes 40] [--size 200] [--bands 100] [--epochs 8] [--repeats 1]
        [--method lscosa] [--scheduler dask] [--memory 145,400,800]

Cubes are crops of one simulated scene; each way is a call of `hsigui classify --out-dir` as a process of its own, its
start, the import of PyTorch and the table included. Prints one JSON object: `rows` of `way` ("1 process, 1 thread", "1
process, 2 threads", "2 processes, 1 thread" and, where asked for, the engine), `seconds` (the least of the repeats),
`all_seconds`, `made`, and `equal` (whether every map holds the classes of the first way's, pixel by pixel); `gain_1`,
`gain_2`: how many times as fast two processes are as one of one thread and of two. With `--memory` it is measured
instead what the map of one cube of so many rows and columns takes at its peak: `rows` of `size`, `bands`,
`resident_mib`, and `estimated_mib` by `pipeline.fitting`.
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

import numpy as np

from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import fitting

PROGRAM = [sys.executable, "-m", "hsigui"]


def run(folder: Path, arguments: argparse.Namespace) -> Path:
    """A trained run with its classifier, of a small scene of as many bands as the cubes."""
    made = demo_scene(seed=1, rows=100, cols=100, bands=arguments.bands)
    write_cube(folder / "scene.hdr", made.cube.read().astype(np.float32), made.cube.info)
    table = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes))
    write_classes(folder / "truth.tif", made.truth, table, made.cube.geo)
    of_training = ["--method", arguments.method, "--epochs", str(arguments.epochs), "--device", "cpu"]
    for words in (
        ["sample", folder / "truth.tif", "--per-class", "8", "--out", folder / "l.tif", "--rest", folder / "t.tif"],
        ["pretrain", folder / "scene.hdr", *of_training, "--out", folder / "run"],
        ["classify", folder / "scene.hdr", "--run", folder / "run", "--labels", folder / "l.tif", "--out",
         folder / "map.tif", "--device", "cpu"],
    ):  # fmt: skip
        subprocess.run([*PROGRAM, *map(str, words)], check=True, stdout=sys.stderr)
    return folder / "run"


def cubes(folder: Path, count: int, size: int, bands: int) -> None:
    """Crops of one simulated scene that repeats itself, a step of a few pixels from each to the next."""
    made = demo_scene(seed=2, rows=150, cols=150, bands=bands)
    values = made.cube.read().astype(np.float32)
    for number in range(count):
        rows, cols = (np.arange(size) + 4 * number) % 150, np.arange(size) % 150
        write_cube(folder / f"crop-{number:02}.hdr", values[np.ix_(rows, cols)], made.cube.info)


def classified(folder: Path, run_folder: Path, name: str, threads: int | None, *more: str) -> tuple[float, int]:
    """Seconds of one call that maps all cubes, and how many maps it made."""
    out = folder / f"maps-{name}"
    shutil.rmtree(out, ignore_errors=True)
    free = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment = free if threads is None else {**free, "OMP_NUM_THREADS": str(threads), "HSIGUI_CORES": str(threads)}
    words = ["classify", f"{folder}/cubes/*.hdr", "--run", str(run_folder), "--out-dir", str(out), "--device", "cpu"]
    started = time.perf_counter()
    subprocess.run([*PROGRAM, *words, "--quiet", *more], check=True, stdout=sys.stderr, env=environment)
    return time.perf_counter() - started, len(list(out.glob("*-map.tif")))


def same(folder: Path, one: str, other: str) -> bool:
    """Whether two ways made the same maps, pixel by pixel."""
    first = sorted((folder / f"maps-{one}").glob("*-map.tif"))
    pairs = ((path, folder / f"maps-{other}" / path.name) for path in first)
    return all(np.array_equal(read_classes(a).array, read_classes(b).array) for a, b in pairs)


def timed(folder: Path, arguments: argparse.Namespace) -> dict[str, object]:
    run_folder = run(folder, arguments)
    cubes(folder / "cubes", arguments.cubes, arguments.size, arguments.bands)
    ways: list[tuple[str, str, int | None, list[str]]] = [
        ("one-1", "1 process, 1 thread", 1, []), ("one-2", "1 process, 2 threads", 2, []),
        ("two-1", "2 processes, 1 thread", None, ["--jobs", "2"]),
    ]  # fmt: skip
    if arguments.scheduler:
        ways.append(("engine", f"{arguments.scheduler}, 2 workers", None,
                     ["--jobs", "2", "--scheduler", arguments.scheduler]))  # fmt: skip
    taken: dict[str, list[float]] = {name: [] for name, *_ in ways}
    made = {}
    for number in range(arguments.repeats):
        for name, way, threads, more in ways:
            seconds, made[name] = classified(folder, run_folder, name, threads, *more)
            taken[name].append(round(seconds, 2))
            print(f"{number + 1}/{arguments.repeats} {way}: {seconds:.1f} s", file=sys.stderr)
    rows = [
        {"way": way, "seconds": min(taken[name]), "all_seconds": taken[name], "made": made[name],
         "equal": same(folder, "one-1", name)}
        for name, way, *_ in ways
    ]  # fmt: skip
    least = {name: min(values) for name, values in taken.items()}
    return {
        "cubes": arguments.cubes, "shape": [arguments.size, arguments.size, arguments.bands], "rows": rows,
        "gain_1": round(least["one-1"] / least["two-1"], 2), "gain_2": round(least["one-2"] / least["two-1"], 2),
    }  # fmt: skip


def memory(folder: Path, arguments: argparse.Namespace) -> dict[str, object]:
    run_folder = run(folder, arguments)
    rows = []
    for size in map(int, arguments.memory.split(",")):
        shutil.rmtree(folder / "cubes", ignore_errors=True)
        cubes(folder / "cubes", 1, size, arguments.bands)
        words = ["classify", str(folder / "cubes" / "crop-00.hdr"), "--run", str(run_folder), "--out-dir",
                 str(folder / f"maps-{size}"), "--device", "cpu", "--quiet"]  # fmt: skip
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "HSIGUI_CORES": "1"}
        process = subprocess.Popen([*PROGRAM, *words], stdout=sys.stderr, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"size {size} failed")
        rows.append({
            "size": size, "bands": arguments.bands, "resident_mib": round(used.ru_maxrss / 1024),
            "estimated_mib": round(fitting.of_map(size, size, arguments.bands) / 2**20),
        })  # fmt: skip
        print(rows[-1], file=sys.stderr)
    return {"rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true", required=True)
    parser.add_argument("--cubes", type=int, default=40)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--bands", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--method", default="lscosa")
    parser.add_argument("--scheduler", default="")
    parser.add_argument("--memory", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = (memory if arguments.memory else timed)(Path(name), arguments)
    machine = f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores"
    print(json.dumps({"machine": machine, "load": round(os.getloadavg()[0], 1), "method": arguments.method, **found}))


if __name__ == "__main__":
    main()
