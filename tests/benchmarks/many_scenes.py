"""Learning from many small scenes of a list: seconds, memory and open files, by the number of scenes.

    python -m tests.benchmarks.many_scenes --scenes 200 --side 64 --json

Makes crops of one simulated scene in a folder of its own, lists them with weights, and learns from the list by the API
in a process of its own, once as it is and once with little held in memory. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube

CHILD = """
import json, resource, sys, time
from pathlib import Path
started = time.perf_counter()
import hsigui
from hsigui.methods import scene, stacked_scenes
listed = hsigui.read_manifest(sys.argv[1])
cubes = listed.open()
opened = time.perf_counter() - started
at_opening = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
held = int(sys.argv[3])
if held:
    original = stacked_scenes.StackedScenes.__init__
    def less(self, *given, **named):
        original(self, *given, **{**named, "resident_values": held})
    stacked_scenes.StackedScenes.__init__ = less
most = [0]
class Told(hsigui.CallbackContext):
    def check(self):
        most[0] = max(most[0], len(list(Path("/proc/self/fd").iterdir())))
    def metric(self, name, value, step):
        self.check()
began = time.perf_counter()
encoder = hsigui.pretrain(cubes, weights=listed.weights, epochs=int(sys.argv[2]), device="cpu", ctx=Told(),
                          normalise=sys.argv[4])
print(json.dumps({
    "opening_s": round(opened, 2), "learning_s": round(time.perf_counter() - began, 1),
    "training_s": round(encoder.seconds, 1), "memory_at_opening_mib": round(at_opening),
    "memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "most_open_files": most[0],
}))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--scenes", type=int, default=200)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--bands", type=int, default=60)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--held", type=int, default=2_000_000, help="values in memory of the second run (2,000,000)")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        made = _crops(Path(scratch), given)
        found: dict[str, Any] = {"scenes": given.scenes, "side": given.side, "bands": given.bands, "steps": given.steps,
                                 "crops_made_s": made}  # fmt: skip
        runs = {"all held": ("0", ""), "read by windows": (str(given.held), ""), "normalised": ("0", "scene")}
        for name, (held, normalise) in runs.items():
            command = [sys.executable, "-c", CHILD, str(Path(scratch) / "list.csv"), str(given.steps), held, normalise]
            done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
            found[name] = json.loads(done.stdout.splitlines()[-1])
            print(name, found[name], file=sys.stderr, flush=True)
    print(json.dumps(found) if given.json else json.dumps(found, indent=1))


def _crops(folder: Path, given: argparse.Namespace) -> float:
    """Writes crops of a scene, each with a light of its own, and their list; returns the seconds."""
    started, rng = time.perf_counter(), np.random.default_rng(0)
    scene = demo_scene(1, 4 * given.side, 4 * given.side, given.bands).cube
    values = scene.read()
    lines = ["path,weight"]
    for number in range(given.scenes):
        row, col = rng.integers(0, 3 * given.side, 2)
        crop = values[row : row + given.side, col : col + given.side] * (0.8 + 0.4 * rng.random())
        write_cube(folder / f"{number:03}.hdr", crop.astype(np.float32), scene.info)
        lines.append(f"{number:03}.hdr,{1 + number % 3}")
    (folder / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    return round(time.perf_counter() - started, 1)


if __name__ == "__main__":
    main()
