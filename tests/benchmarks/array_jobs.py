"""An array job against one process: the same maps, the same table, and a mosaic of the same pixels.

    python tests/benchmarks/array_jobs.py --json [--scheduler slurm|snakemake|bash] [--tasks 4] [--crops 5x4]
        [--side 20] [--folder DIR]

Cuts a simulated scene into crops, maps them by one process (`hsigui classify --out-dir`) and by the script that
`hsigui cluster-script` writes: given to `sbatch`, to `snakemake`, or to bash with the variables of SLURM, all tasks at
once. Then merges (`hsigui merge --geotiff`). Prints one JSON object: `crops`, `tasks`, `maps_equal` (files that are
equal byte for byte, `.aux.xml` and `.qml` included) of `maps`, `table_equal` (without seconds), `mosaic_equal` (virtual
raster and GeoTIFF against the crops, by rasterio), `gdalinfo` (checksum, names and no-data value of both by GDAL's own
program, where it is installed) and `seconds` of each part. The folder must be one that all nodes see. Ends with 1 where
anything is not equal.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio

from hsigui.cube.cube import Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

PROGRAM = f"{sys.executable} -m hsigui"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scheduler", choices=("slurm", "snakemake", "bash"), default="bash")
    parser.add_argument("--tasks", type=int, default=4)
    parser.add_argument("--crops", default="5x4")
    parser.add_argument("--side", type=int, default=20)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp())
    down, across = map(int, asked.crops.split("x"))
    make(folder, down, across, asked.side)
    seconds = {}
    words = ["classify", "crops/*.hdr", "--run", "run", "--device", "cpu", "--out-dir"]
    seconds["one process"] = timed(hsigui, folder, *words, "alone")
    kind = "snakemake" if asked.scheduler == "snakemake" else "slurm"
    options = ["--for", kind, "--tasks", asked.tasks, "--cpus", 1, "--memory", "2G", "--program", PROGRAM]
    hsigui(folder, "cluster-script", *options, "--out", "script", "--", *words, "maps")
    seconds[asked.scheduler] = timed({"slurm": slurm, "snakemake": snakemake, "bash": bash}[asked.scheduler], folder)
    seconds["merge"] = timed(hsigui, folder, "merge", "maps", "--out", "merged", "--geotiff", "--cubes", "crops/*.hdr")
    found = {
        "scheduler": asked.scheduler,
        "crops": down * across,
        "tasks": asked.tasks,
        **compared(folder, down, across),
    }
    found["seconds"] = {name: round(value, 1) for name, value in seconds.items()}
    print(json.dumps(found, indent=1))
    return (
        0
        if all(found[name] for name in ("table_equal", "mosaic_equal")) and found["maps_equal"] == found["maps"]
        else 1
    )


def make(folder: Path, down: int, across: int, side: int) -> None:
    """A run that keeps a classifier, and crops of its scene."""
    made = demo_scene(seed=1, rows=down * side, cols=across * side, bands=30)
    values, info = made.cube.read().astype(np.float32), made.cube.info
    write_cube(folder / "scene.hdr", values, info)
    table = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes))
    write_classes(folder / "truth.tif", made.truth, table, made.cube.geo)
    hsigui(folder, "sample truth.tif --per-class 8 --out labels.tif --rest test.tif")
    hsigui(folder, "pretrain scene.hdr --method svm-pca-smooth --device cpu --out run")
    hsigui(folder, "classify scene.hdr --run run --labels labels.tif --out map.tif --device cpu")
    a, b, c, d, e, f = info.geo.transform
    for number in range(down * across):
        top, left = side * (number // across), side * (number % across)
        geo = Geo((a, b, c + a * left + b * top, d, e, f + d * left + e * top), info.geo.crs_wkt)
        part = values[top : top + side, left : left + side]
        write_cube(folder / "crops" / f"crop-{number:03}.hdr", part, replace(info, geo=geo))


def hsigui(folder: Path, *words: object) -> None:
    """Runs a command; one word alone is all of its line."""
    words = tuple(str(words[0]).split()) if len(words) == 1 else words
    told = subprocess.run([*PROGRAM.split(), *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"{words}\n{told.stdout}{told.stderr}")


def slurm(folder: Path) -> None:
    subprocess.run(["sbatch", "--wait", "script"], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def snakemake(folder: Path) -> None:
    command = ["snakemake", "--snakefile", "script", "--cores", str(os.cpu_count())]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def bash(folder: Path) -> None:
    """All tasks at once, as a scheduler with room for them begins them."""
    text = (folder / "script").read_text().replace("exec srun ", "exec ")
    (folder / "script").write_text(text)
    tasks = range(1, int(re.search(r"--array=1-(\d+)", text)[1]) + 1)
    started = [
        subprocess.Popen(["bash", "script"], cwd=folder, env={**os.environ, "SLURM_ARRAY_TASK_ID": str(task)},
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for task in tasks
    ]  # fmt: skip
    if any([process.wait() for process in started]):  # noqa: C419 - all are waited for
        raise SystemExit("a task failed")


def timed(work, *words: object) -> float:
    started = time.perf_counter()
    work(*words)
    return time.perf_counter() - started


def compared(folder: Path, down: int, across: int) -> dict[str, object]:
    names = [path.name for path in (folder / "alone").glob("*-map.*") if path.suffix != ".json"]
    equal = sum((folder / "alone" / name).read_bytes() == (folder / "maps" / name).read_bytes() for name in names)
    tables = [rows(folder / name / "outcomes.csv") for name in ("alone", "maps", "merged")]
    crops = [read(folder / "alone" / f"crop-{number:03}-map.tif") for number in range(down * across)]
    whole = np.block([crops[line * across : (line + 1) * across] for line in range(down)])
    mosaics = [folder / "merged" / name for name in ("mosaic.vrt", "mosaic.tif")]
    return {
        "maps": len(names), "maps_equal": equal, "table_equal": tables[0] == tables[1] == tables[2],
        "mosaic_equal": all(np.array_equal(read(path), whole) for path in mosaics),
        "gdalinfo": [md5 for path in mosaics if (md5 := by_gdal(path))],
    }  # fmt: skip


def rows(table: Path) -> list[tuple[str, ...]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [(Path(row["cube"]).name, row["outcome"], Path(row["map"]).name, row["pixels"], row["classes"],
                 row["message"]) for row in csv.DictReader(file)]  # fmt: skip


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def by_gdal(path: Path) -> str:
    """The checksum of the pixels, and how many classes have a name, by GDAL's own program; empty without it."""
    if shutil.which("gdalinfo") is None:
        return ""
    told = subprocess.run(["gdalinfo", "-json", "-checksum", path], capture_output=True, text=True, check=True).stdout
    band = json.loads(told)["bands"][0]
    return f"{band['checksum']}, {len(band.get('categories', ()))} names, no data {band['noDataValue']}"


if __name__ == "__main__":
    sys.exit(main())
