"""What `hsigui plan` says against what `hsigui pretrain` and `hsigui classify` then take, scene by scene.

    python tests/benchmarks/plan_against_runs.py --json [--sizes 100,200,400] [--method lscosa] [--epochs N]
        [--clock wall|processor] [--rounds 2] [--repeats 3] [--folder DIR]

Simulated scenes of 120 bands and so many pixels a side. One plan of all of them, each with a training of its own, then
the two commands on each, `repeats` times, of which the median counts. `wall` is the time that passes, with all cores;
on a machine that does other work too it says little, and `processor` is meant: everything is bound to one core, and
the seconds of the processor count. Prints one JSON object with `rows`: `size`, `planned` and `took` (seconds of the two
commands), `error` (planned / took - 1), `pretrain` and `classify` (median seconds of each), `spread` (largest less
smallest total over the median), `memory_planned` and `memory` (bytes, the larger of both commands); and `plan_seconds`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from hsigui.jobs import quiet
from hsigui.pipeline.costs.plan import Wish, plan
from hsigui.specs import PretrainSpec

LABELS = 10  # of each class


def taken(words: Sequence[str], clock: str) -> tuple[float, int]:
    """Seconds of a command, and bytes of memory that it took at most."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, "-m", "hsigui", *words], stdout=subprocess.DEVNULL, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(words)} failed: {said.read()}")
    passed = time.perf_counter() - begun
    return used.ru_utime + used.ru_stime if clock == "processor" else passed, used.ru_maxrss * 1024


def simulated(folder: Path, size: int) -> tuple[Path, Path]:
    """A scene and its truth, made by another process: the memory of this one would count as that of its children."""
    code = (
        f"from hsigui.cube.demo import write_demo; write_demo({str(folder)!r}, rows={size}, cols={size}, seed={size})"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    return folder / "demo-scene.hdr", folder / "demo-truth.hdr"


def runs(scene: Path, truth: Path, folder: Path, given: argparse.Namespace) -> list[dict[str, float]]:
    """The two commands on a scene, as often as is asked for."""
    labels, run = folder / "labels.tif", folder / "run"
    taken(["sample", str(truth), "--per-class", str(LABELS), "--out", str(labels), "--rest", str(folder / "t.tif")], "")
    epochs = [] if given.epochs is None else ["--epochs", str(given.epochs)]
    found = []
    for number in range(given.repeats):
        words = ["--method", given.method, *epochs, "--out", f"{run}-{number}", "--quiet"]
        first, held = taken(["pretrain", str(scene), *words], given.clock)
        drawn = folder / f"map-{number}.tif"
        words = ["--run", f"{run}-{number}", "--labels", str(labels), "--out", str(drawn), "--quiet"]
        second, other = taken(["classify", str(scene), *words], given.clock)
        found.append({"pretrain": first, "classify": second, "memory": max(held, other)})
        print(json.dumps({"scene": str(scene), **found[-1]}), file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON (the only form there is)")
    parser.add_argument("--sizes", default="100,200,400")
    parser.add_argument("--method", default="lscosa")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--clock", default="wall", choices=("wall", "processor"))
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="for scenes and runs; one for a while when left out")
    given = parser.parse_args()
    if given.clock == "processor":
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
        os.environ["OMP_NUM_THREADS"] = "1"
    sizes = [int(text) for text in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        home = given.folder or Path(scratch)
        scenes = {size: simulated(home / f"{size}", size) for size in sizes}
        spec = PretrainSpec(given.method, epochs=given.epochs)
        wish = Wish(spec, trained="each", classes=9, labels=LABELS, rounds=given.rounds)
        found = plan([scene for scene, _ in scenes.values()], wish, quiet())
        costs = {one.scene.rows: one for one in found.estimate.scenes}
        rows = []
        for size, (scene, truth) in scenes.items():
            made = runs(scene, truth, home / f"{size}", given)
            totals = [one["pretrain"] + one["classify"] for one in made]
            took, one = median(totals), costs[size]
            waits = one.terms["reading"] if given.clock == "processor" else 0.0
            rows.append({
                "size": size, "planned": one.seconds - waits, "took": took, "error": (one.seconds - waits) / took - 1,
                "pretrain": median(each["pretrain"] for each in made),
                "classify": median(each["classify"] for each in made), "spread": (max(totals) - min(totals)) / took,
                "memory_planned": one.memory, "memory": max(each["memory"] for each in made), "terms": one.terms,
            })  # fmt: skip
    print(json.dumps({
        "clock": given.clock, "method": given.method, "epochs": given.epochs, "rounds": given.rounds,
        "repeats": given.repeats, "plan_seconds": found.measured.seconds, "load": found.measured.busy,
        "cores": os.cpu_count(), "machine": platform.processor() or platform.machine(), "rows": rows,
    }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
