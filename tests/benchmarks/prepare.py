"""How quickly a large cube is cut and saved, beside plain copying of the same bytes, and how much memory that takes.

    python tests/benchmarks/prepare.py --json [--gigabytes 4]

Prints one JSON object. The scene is a sparse ENVI file (bsq, two bytes, 200 bands); half its rows and columns and every
second band are saved, which is an eighth of it.

- `copy_s`: from a memory map to a file by numpy, band by band: what is saved below, written by nothing but `tofile`.
- for each of `bsq`, `bil`, `bip` and `tif`: `s`, `ratio` (to `copy_s`) and `peak_mb`: by how much the process grew at
  most, memory maps left out where the system tells them apart.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

import hsigui
from hsigui.cube.formats.envi_header import write_header

BANDS = 200


def memory_mb() -> float:
    """What the process holds in memory of its own, in MB; 0 where the system does not tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) / 1024
    return 0.0


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of a work, and by how many MB the process grew at most."""
    done, start, peak = threading.Event(), memory_mb(), [0.0]

    def watch() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], memory_mb() - start)

    watcher = threading.Thread(target=watch)
    watcher.start()
    begun = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - begun
        done.set()
        watcher.join()
    return seconds, peak[0]


def sparse(folder: Path, gigabytes: float) -> Path:
    """A scene whose bytes are holes, with some numbers in its first rows."""
    side = math.isqrt(int(gigabytes * 2**30 / 2 / BANDS))
    with (folder / "large.img").open("wb") as file:
        file.write(np.arange(side * 50, dtype="<i2").tobytes())
        file.truncate(side * side * BANDS * 2)
    header = folder / "large.hdr"
    write_header(header, {
        "samples": side, "lines": side, "bands": BANDS, "header offset": 0, "file type": "ENVI Standard",
        "data type": 2, "interleave": "bsq", "byte order": 0, "wavelength units": "Nanometers",
        "wavelength": [400.0 + 10 * n for n in range(BANDS)],
    })  # fmt: skip
    return header


def run(gigabytes: float, folder: Path) -> dict[str, Any]:
    """All figures; files go to a scratch folder."""
    cube = hsigui.open(sparse(folder, gigabytes))
    rows, cols, picked = cube.rows // 2, cube.cols // 2, range(1, BANDS, 2)
    names = tuple(str(n + 1) for n in picked)
    part = hsigui.prepare(cube, hsigui.Crop((0, rows), (0, cols)), hsigui.Bands(names))
    stored = np.memmap(folder / "large.img", "<i2", "r", shape=(BANDS, cube.rows, cube.cols))

    def copy() -> None:
        with (folder / "copy.img").open("wb") as file:
            for band in picked:
                np.ascontiguousarray(stored[band, :rows, :cols]).tofile(file)

    found: dict[str, Any] = {"megabytes": rows * cols * len(picked) * 2 / 2**20}
    found["copy_s"] = min(measured(copy)[0] for _ in range(3))
    for name, path in (("bsq", "x.hdr"), ("bil", "y.hdr"), ("bip", "z.hdr"), ("tif", "x.tif")):
        order = name if name != "tif" else "bsq"
        seconds, peak = measured(lambda path=path, order=order: hsigui.save_cube(part, folder / path, interleave=order))
        found[name] = {"s": seconds, "ratio": seconds / found["copy_s"], "peak_mb": peak}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gigabytes", type=float, default=4.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(arguments.gigabytes, Path(folder))
    json.dump(found, sys.stdout, indent=None if arguments.json else 2)
    print()


if __name__ == "__main__":
    main()
