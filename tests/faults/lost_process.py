"""Kills a process of a training under torchrun, and looks how the others end and whether a restart goes on.

    python tests/faults/lost_process.py --json [--rank 1] [--restarts 1] [--epochs 300]

Prints one JSON object: `ended_s`, seconds from the kill to the word of the process that is left; `kept`, steps in the
resume point then; `code`, of torchrun; `attempts`, how often all were begun; `complete`, whether the run was
written, and `losses`, how many; `reworked`, steps that were made twice.
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

import psutil

from hsigui.cube.demo import write_demo
from hsigui.methods.resume_header import FILE, read_header

STEPS = 20  # that are made before the kill


def run(rank: int, restarts: int, epochs: int, folder: Path) -> dict[str, Any]:
    """One training and one kill in an empty folder."""
    scene = write_demo(folder / "scene", rows=32, cols=32)[0]
    out = folder / "run"
    words = [
        sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--max-restarts", str(restarts),
        "-m", "hsigui", "pretrain", str(scene), "--out", str(out), "--device", "cpu", "--epochs", str(epochs),
        "--progress", "json",
    ]  # fmt: skip
    launcher = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    found: dict[str, Any] = {"rank": rank, "ended_s": None, "kept": None, "attempts": 0, "killed_at": None}
    killed = 0.0
    assert launcher.stderr is not None
    for line in launcher.stderr:
        event = json.loads(line) if line.startswith("{") else {}
        found["attempts"] += event.get("event") == "start"
        if not killed and event.get("name") == "loss" and event["step"] >= STEPS:
            found["killed_at"], killed = event["step"], time.monotonic()
            for child in psutil.Process(launcher.pid).children(recursive=True):
                if child.environ().get("RANK") == str(rank):
                    child.kill()
        if killed and found["ended_s"] is None and "Another of the 2 processes" in line:
            found["ended_s"] = round(time.monotonic() - killed, 2)
            found["kept"] = read_header(out)["states"]["now"]["step"] if (out / FILE).is_file() else 0
    found["code"] = launcher.wait()
    found["complete"] = (out / "run.json").is_file()
    if found["complete"]:
        found["losses"] = len(json.loads((out / "run.json").read_text(encoding="utf-8"))["losses"])
    if found["killed_at"] is not None and found["kept"] is not None:
        found["reworked"] = found["killed_at"] - found["kept"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one object, on one line")
    parser.add_argument("--rank", type=int, default=1)
    parser.add_argument("--restarts", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(arguments.rank, arguments.restarts, arguments.epochs, Path(folder))
    print(json.dumps(found, indent=None if arguments.json else 1))


if __name__ == "__main__":
    main()
