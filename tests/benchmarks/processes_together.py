"""Steps a second of pretraining on one and on two processes of one thread each, beside one process of two threads.

    python tests/benchmarks/processes_together.py --json [--repeats 3] [--steps 24]
        [--methods lscosa,purified,contrastdm]

Prints one JSON object. Every row is a training of its own of the demo scene (96 x 96 pixels, 64 bands) on the CPU in
float32: method and preset, `processes`, `threads` of each, `steps_s` (the median over repeats, without the first steps,
which seek superpixels and fill dictionaries), all repeats, and `loss`, that of the last step, the same for
all up to the order of sums. The ways are measured in turn, so that another program's load falls on all of them.
Batches are those of the presets; `--steps` is for Paper, Quick makes ten times as many.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

WAYS = ((1, 2), (1, 1), (2, 1))  # processes, threads of each
FIRST = 4  # steps that do not count
SCENE = {"rows": 96, "cols": 96, "bands": 64}


def trained(method: str, preset: str, steps: int, threads: int) -> dict[str, float]:
    """One training in this process's place."""
    import torch

    from hsigui.cube.demo import demo_scene
    from hsigui.jobs import CallbackContext
    from hsigui.pipeline.pretrain import pretrain
    from hsigui.specs import PretrainSpec

    torch.set_num_threads(threads)
    times: list[float] = []
    ctx = CallbackContext(
        metric=lambda name, value, step: times.append(time.perf_counter()) if name == "loss" else None
    )
    settings: dict[str, Any] = {}
    if preset == "paper":
        batch = 32 if method == "lscosa" else 256
        settings = {"epoch_pixels": batch * steps}
        if method == "contrastdm":
            settings["second_steps"] = 0.01
    epochs = 1 if preset == "paper" else 10 * steps
    spec = PretrainSpec(
        method, preset, 0, "cpu", epochs, monitor=False, precision="float32", threads=threads, settings=settings
    )
    encoder = pretrain(demo_scene(0, **SCENE).cube, spec, ctx)
    count = int(len(times) * 0.8) if method == "contrastdm" and preset == "quick" else len(times)
    counted = times[FIRST:count]
    return {"steps_s": (len(counted) - 1) / max(1e-9, counted[-1] - counted[0]) if len(counted) > 1 else 0.0,
            "loss": encoder.losses[-1]}  # fmt: skip


def measured(method: str, preset: str, steps: int, processes: int, threads: int) -> dict[str, float]:
    """One training as so many processes make it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, __file__, "--one", method, preset, str(steps), str(threads)]
    given = {"OMP_NUM_THREADS": str(threads)}
    if processes > 1:
        given |= {"WORLD_SIZE": str(processes), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    begun = [
        subprocess.Popen(words, env={**os.environ, **given, "RANK": str(rank)}, stdout=subprocess.PIPE, text=True)
        for rank in range(processes)
    ]
    said = [each.communicate()[0] for each in begun]
    if any(each.returncode for each in begun):
        raise SystemExit(f"{method} {preset} on {processes} processes failed")
    found: dict[str, float] = json.loads(said[0])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one object, on one line")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--methods", default="lscosa,purified,contrastdm")
    parser.add_argument("--presets", default="quick,paper")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        method, preset, steps, threads = arguments.one
        print(json.dumps(trained(method, preset, int(steps), int(threads))))
        return
    rows: list[dict[str, Any]] = []
    for method in arguments.methods.split(","):
        for preset in arguments.presets.split(","):
            found: dict[tuple[int, int], list[dict[str, float]]] = {way: [] for way in WAYS}
            for _ in range(arguments.repeats):
                for way in WAYS:
                    found[way].append(measured(method, preset, arguments.steps, *way))
                    print(method, preset, way, found[way][-1], file=sys.stderr, flush=True)
            rows += [
                {
                    "method": method, "preset": preset, "processes": way[0], "threads": way[1],
                    "steps_s": round(statistics.median(each["steps_s"] for each in repeats), 3),
                    "all": [round(each["steps_s"], 3) for each in repeats], "loss": repeats[-1]["loss"],
                }
                for way, repeats in found.items()
            ]  # fmt: skip
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    about = {"machine": platform.platform(), "cores": os.cpu_count(), "load": load, "steps": arguments.steps}
    print(json.dumps({**about, "rows": rows}, indent=None if arguments.json else 1))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
