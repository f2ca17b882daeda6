"""How quickly `hsigui prepare` cuts, calibrates and saves a cube, beside `cp` of the same file, and in how much memory.

    python tests/benchmarks/prepare.py --json [--gigabytes 2] [--orders bsq:bsq,bip:bsq] [--rounds 1] [--folder DIR]

Prints one JSON object. The scene is an ENVI file of real bytes (uint16, 200 bands). Nine tenths of its rows and
columns and three quarters of its bands are kept, which is 0.61 of it: once as they are, and once as reflectance by a
white and a dark reference (float32, and so 1.21 of its bytes). Needs the room of the scene and of its results in the
folder. Of each order of samples, read and written:

- `cp_s`: seconds of `cp` of the data file. `cp_kept_s`: those until its copy is on the disk, as our file is.
- `s`: of the whole command, start of Python included; `mb_in`, `mb_out`: what it reads from and what it writes.
- `cp_cpu_s`, `cpu_s`: seconds of processor time of both, which count where other programs want the processor too.
- `speed`: bytes of the whole input by second, by those of `cp` (0.5 is half as quick). `speed_out`: the same of what is
  written. `speed_kept`: beside `cp_kept_s`.
- `peak_mb`: the most that the process held.

Copies and commands take turns; each figure is the median over the rounds. The machine's load is told.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.formats.envi_header import write_header

BANDS = 200
REFERENCE = 16  # rows of white, and as many of dark behind them
ORDERS = ("bsq:bsq", "bil:bil", "bip:bip", "bsq:bip", "bip:bsq", "bil:bsq", "bsq:bil")
CALIBRATED = ["--white", f"0:{REFERENCE}", "--dark", f"{REFERENCE}:{2 * REFERENCE}"]


def write_scene(folder: Path, order: str, gigabytes: float) -> Path:
    """A scene of random counts in some order of samples; its first rows are white, the next ones dark."""
    side = int((gigabytes * 1e9 / 2 / BANDS) ** 0.5)
    some = np.random.default_rng(0).integers(2_000, 40_000, (2 * BANDS, side), np.uint16)
    lines = {"white": 50_000 + some % 100, "dark": 100 + some % 10, "scene": some}

    def line(row: int) -> np.ndarray:
        """Bands x cols."""
        kind = "white" if row < REFERENCE else "dark" if row < 2 * REFERENCE else "scene"
        return lines[kind][row % BANDS : row % BANDS + BANDS].astype("<u2")

    path = folder / f"large {order}.img"
    with path.open("wb") as file:
        for number in range(BANDS if order == "bsq" else side):
            if order == "bsq":
                plane = np.stack([line(row)[number] for row in range(2 * REFERENCE, 2 * REFERENCE + BANDS)])
                references = np.stack([line(row)[number] for row in range(2 * REFERENCE)])
                file.write(np.concatenate([references, np.resize(plane, (side - 2 * REFERENCE, side))]).data)
            else:
                file.write(np.ascontiguousarray(line(number).T if order == "bip" else line(number)).data)
    header = path.with_suffix(".hdr")
    write_header(header, {
        "samples": side, "lines": side, "bands": BANDS, "header offset": 0, "file type": "ENVI Standard",
        "data type": 12, "interleave": order, "byte order": 0, "wavelength units": "Nanometers",
        "wavelength": [400.0 + 10 * n for n in range(BANDS)],
    })  # fmt: skip
    return header


def seconds(work: Callable[[], object]) -> float:
    """Of a work, begun when nothing waits to be written."""
    os.sync()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def ended(words: list[Any]) -> resource.struct_rusage:
    """Runs a program to its end; gives what it used."""
    process = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(errors.decode())
    return usage


def command(header: Path, out: Path, order: str, more: list[str]) -> resource.struct_rusage:
    """Runs `hsigui prepare`; gives what it used."""
    side = int(np.sqrt(header.with_suffix(".img").stat().st_size / 2 / BANDS))
    first = max(2 * REFERENCE, side // 20)
    part = f"{first}:{first + int(0.9 * side)}" if first + int(0.9 * side) <= side else f"{first}:"
    words = [sys.executable, "-m", "hsigui", "prepare", header, out, *more, "--rows", part, "--cols",
             f"{side // 20}:{side // 20 + int(0.9 * side)}", "--bands", f"1-80,{BANDS - 69}-{BANDS}",
             "--interleave", order, "--overwrite"]  # fmt: skip
    return ended(words)


def compared(header: Path, order: str, rounds: int) -> dict[str, Any]:
    """All figures of a scene that is written in some order of samples, as it is and calibrated."""
    data, copy, out = header.with_suffix(".img"), header.with_name("copy.img"), header.with_name("out.hdr")
    times: dict[str, list[float]] = {"cp": [], "cp_kept": [], "as they are": [], "calibrated": []}
    used: dict[str, list[resource.struct_rusage]] = {"cp": [], "as they are": [], "calibrated": []}
    written: dict[str, float] = {}

    def copied(kept: bool) -> None:
        used["cp"].append(ended(["cp", data, copy]))
        if kept:
            subprocess.run(["sync", copy], check=True)

    for _ in range(rounds):
        for name, kept in (("cp", False), ("cp_kept", True)):
            times[name].append(seconds(lambda kept=kept: copied(kept)))
            copy.unlink()
        for name, more in (("as they are", []), ("calibrated", CALIBRATED)):
            runs = used[name]
            times[name].append(seconds(lambda more=more, runs=runs: runs.append(command(header, out, order, more))))
            written[name] = out.with_suffix(".img").stat().st_size / 2**20
            out.with_suffix(".img").unlink()
    middle = {name: statistics.median(each) for name, each in times.items()}
    read = data.stat().st_size / 2**20
    busy = {name: statistics.median(one.ru_utime + one.ru_stime for one in each) for name, each in used.items()}
    found: dict[str, Any] = {"mb_in": round(read), "cp_s": middle["cp"], "cp_kept_s": middle["cp_kept"],
                             "cp_cpu_s": busy["cp"]}  # fmt: skip
    for name in ("as they are", "calibrated"):
        found[name] = {
            "s": middle[name], "mb_out": round(written[name]), "speed": middle["cp"] / middle[name],
            "speed_out": written[name] / read * middle["cp"] / middle[name],
            "speed_kept": middle["cp_kept"] / middle[name], "cpu_s": busy[name],
            "peak_mb": round(max(one.ru_maxrss for one in used[name]) / 1024),
        }  # fmt: skip
    return found


def run(gigabytes: float, orders: list[str], rounds: int, folder: Path) -> dict[str, Any]:
    """All figures; files go to a scratch folder, one scene at a time."""
    found: dict[str, Any] = {"gigabytes": gigabytes, "cores": len(os.sched_getaffinity(0)), "load": os.getloadavg()}
    for source in dict.fromkeys(each.split(":")[0] for each in orders):
        header = write_scene(folder, source, gigabytes)
        for each in orders:
            if each.split(":")[0] == source:
                found[each] = compared(header, each.split(":")[1], rounds)
                print(each, json.dumps(found[each]), file=sys.stderr, flush=True)
        header.with_suffix(".img").unlink()
    return {**found, "load_after": os.getloadavg()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--orders", default=",".join(ORDERS), help="read:written, with commas")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to write the files")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        found = run(given.gigabytes, given.orders.split(","), given.rounds, Path(folder))
    json.dump(found, sys.stdout, indent=None if given.json else 2)
    print()


if __name__ == "__main__":
    main()
