"""How fast scenes open: against the library `spectral` on a small one, and in bounded memory on one of 20 GB.

    python tests/benchmarks/opening.py --json [--folder SCRATCH] [--large 8000,10000,125] [--skip-large]

Prints one JSON object. `ratio_to_spectral`: opening and first composite of a 610 x 340 x 103 cube, our median over
that of `spectral.open_image` and `get_rgb` with the same bands, taken in turns, the worst of bsq, bil and bip. Times
of a busy machine stray: `cpu_ratio` is that of the processor's time, which strays less. Neither side calls BLAS or
OpenMP, so no setting of threads (OMP_NUM_THREADS and the like) decides on either. For the large cube (a sparse file,
removed afterwards) the worst of the three interleaves: `large_first_composite_s` (opening, levels and composite with
the file's pages warm), `large_resident_mb` (highest resident memory of a process that does all of this, shared pages
of the file included), and the median time of a spectrum, `click_ms_bil`, `_bip`, `_bsq`.
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
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube, write_header
from hsigui.cube.formats.strided import interleave_strides
from hsigui.cube.open import open_cube
from hsigui.cube.render import ViewState, first_view, render

INTERLEAVES = ("bsq", "bil", "bip")
CLICKS = 30
SCREEN = 1_500_000  # pixels; more cannot be seen before the user zooms in
REPEATS = 15


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    started = time.process_time()
    by_clock = seconds(work)
    return by_clock, time.process_time() - started


def small(folder: Path) -> dict[str, Any]:
    """Both programs on 610 x 340 x 103 samples of two bytes, in turns so that a busy machine hurts both."""
    import spectral

    samples = np.random.default_rng(0).integers(0, 8000, (610, 340, 103)).astype(np.uint16)
    waves = tuple(np.linspace(430, 860, 103).tolist())
    found: dict[str, Any] = {}
    for interleave in INTERLEAVES:
        header, _ = write_cube(folder / f"small-{interleave}.img", samples, CubeInfo(wavelengths=waves), interleave)
        bands = first_view(open_cube(header)).bands

        def ours(path: Path = header) -> object:
            cube = open_cube(path)
            return render(cube, first_view(cube))

        def theirs(path: Path = header, shown: tuple[int, int, int] = bands) -> object:
            return spectral.get_rgb(spectral.open_image(str(path)), shown)

        turns = [(processor_seconds(ours), processor_seconds(theirs)) for _ in range(REPEATS + 1)][1:]
        (mine, cpu), (other, cpu_of_other) = np.median(turns, axis=0).tolist()
        found[interleave] = {"ours_ms": round(mine * 1e3, 2), "spectral_ms": round(other * 1e3, 2)}
        found[interleave] |= {"ratio": round(mine / other, 3), "cpu_ratio": round(cpu / cpu_of_other, 3)}
    return found


def write_sparse(folder: Path, shape: tuple[int, int, int], interleave: str) -> Path:
    """A scene of zeros that takes hardly any room, with a few real rows."""
    rows, cols, bands = shape
    data = folder / f"large-{interleave}.img"
    fields = {
        "samples": cols, "lines": rows, "bands": bands, "data type": 12, "interleave": interleave, "byte order": 0,
        "header offset": 0, "file type": "ENVI Standard", "wavelength units": "Nanometers",
        "wavelength": np.linspace(400, 2450, bands).round(1).tolist(),
    }  # fmt: skip
    write_header(data.with_suffix(".hdr"), fields)
    row_step, _, band_step = interleave_strides(interleave, shape, 2)
    rng = np.random.default_rng(1)
    with data.open("wb") as file:
        file.truncate(rows * cols * bands * 2)
        for row in range(0, rows, 80):
            values = rng.integers(1, 6000, (bands, cols)).astype("<u2")
            if interleave == "bip":
                values = np.ascontiguousarray(values.T)
            if interleave == "bsq":
                for band in range(bands):
                    file.seek(band * band_step + row * row_step)
                    file.write(values[band].tobytes())
            else:
                file.seek(row * row_step)
                file.write(values.tobytes())
    return data.with_suffix(".hdr")


def child(path: Path) -> dict[str, float]:
    """What one window would do with a large scene; measured in a process of its own for the memory."""

    def first_composite() -> object:
        cube = open_cube(path)
        view: ViewState = first_view(cube)
        return render(cube, view, step=max(1, math.ceil(math.sqrt(cube.rows * cube.cols / SCREEN))))

    cold = seconds(first_composite)
    warm = min(seconds(first_composite) for _ in range(2))
    cube = open_cube(path)
    rng = np.random.default_rng(2)
    pixels = [(int(rng.integers(cube.rows)), int(rng.integers(cube.cols))) for _ in range(CLICKS)]
    for row, col in pixels:
        cube.spectrum(row, col)
    clicks = [seconds(lambda at=at: cube.spectrum(*at)) for at in pixels]
    other = [(int(rng.integers(cube.rows)), int(rng.integers(cube.cols))) for _ in range(CLICKS)]
    first_clicks = [seconds(lambda at=at: cube.spectrum(*at)) for at in other]
    return {
        "composite_cold_s": round(cold, 3),
        "composite_warm_s": round(warm, 3),
        "click_ms": round(float(np.median(clicks)) * 1e3, 2),
        "click_worst_ms": round(max(clicks) * 1e3, 2),
        "click_elsewhere_ms": round(float(np.median(first_clicks)) * 1e3, 2),
        "resident_mb": round(peak_mb(), 1),
    }


def peak_mb() -> float:
    import resource

    # Linux: the figure of getrusage is inherited from the process that started this one.
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def large(folder: Path, shape: tuple[int, int, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for interleave in INTERLEAVES:
        path = write_sparse(folder, shape, interleave)
        done = subprocess.run(
            [sys.executable, __file__, "--child", str(path)], check=True, capture_output=True, text=True
        )
        found[interleave] = json.loads(done.stdout)
        path.with_suffix(".img").unlink()
    return found


def measure(folder: Path, shape: tuple[int, int, int] | None) -> dict[str, Any]:
    small_ones = small(folder)
    report: dict[str, Any] = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "ratio_to_spectral": max(entry["ratio"] for entry in small_ones.values()),
        "small": small_ones,
    }
    if shape is not None:
        by_interleave = large(folder, shape)
        report["large_first_composite_s"] = max(e["composite_warm_s"] for e in by_interleave.values())
        report["large_resident_mb"] = max(e["resident_mb"] for e in by_interleave.values())
        report |= {f"click_ms_{name}": entry["click_ms"] for name, entry in by_interleave.items()}
        report["large_bytes"] = int(np.prod(shape, dtype=np.int64)) * 2
        report["large"] = by_interleave
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--folder", type=Path, help="where the scratch files go; they are removed")
    parser.add_argument("--large", default="8000,10000,125", help="rows,cols,bands of the large cube")
    parser.add_argument("--skip-large", action="store_true")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(child(arguments.child)))
        return
    rows, cols, bands = (int(n) for n in arguments.large.split(","))
    folder = Path(tempfile.mkdtemp(prefix="hsigui-opening-", dir=arguments.folder))
    try:
        print(json.dumps(measure(folder, None if arguments.skip_large else (rows, cols, bands))))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
