"""Stands in for `torchrun … hsigui pretrain`: a launcher and its one process, which do as STAND_IN says, without torch.

    python stand_in_training.py pretrain … --out FOLDER … [--resume]

"ends" tells of a training and writes its run; "trains" tells of steps until it is told to end, leaves a resume point
then, and once it goes on from that writes its run; "killed", "refused", "broken" and "no features" end badly; "alone"
has the launcher killed, and trains on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

words = sys.argv[1:]
folder, what = Path(words[words.index("--out") + 1]), os.environ["STAND_IN"]


def tell(event: str, **values: object) -> None:
    print(json.dumps({"event": event, "seconds": 0.0, **values}), file=sys.stderr, flush=True)


def step(number: int) -> None:
    tell("progress", phase="Pretraining", text=f"Pretraining, step {number} of 1000", share=number / 1000, left=None)
    tell("metric", name="loss", value=1 / number, step=number)


def launch() -> None:
    """Begins the process in a session of its own, hands a wish to end on, and tells how it ended, as torchrun does."""
    process = subprocess.Popen([sys.executable, *sys.argv], start_new_session=True, env={**os.environ, "RANK": "0"})
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    with (folder / "processes").open("a") as log:
        log.write(f"{os.getpid()} {process.pid} {' '.join(words)}\n")
    code = process.wait()
    if code:
        place = f"failed (exitcode: {code}) local_rank: 0 (pid: {process.pid}) of binary: python"
        print(f"E1128 10:00:00.000000 1 api.py:986] {place}", file=sys.stderr)
    sys.exit(1 if code else 0)


def told_to_end(*_: object) -> None:
    (folder / "resume.safetensors").write_bytes(b"where it was")
    os._exit(130)


def work() -> None:
    tell("start", title="Loading PyTorch")
    if what == "refused":
        print("hsigui: process 0 of 2: The batch of 1 cannot be shared.\n        Use fewer processes.", file=sys.stderr)
        sys.exit(1)
    if what == "broken":
        raise ZeroDivisionError("a fault of the program")
    if what == "killed":
        step(1)
        os.kill(os.getpid(), signal.SIGKILL)
    if what in ("trains", "alone") and "--resume" not in words:
        signal.signal(signal.SIGTERM, told_to_end)
        if what == "alone":
            step(1)
            os.kill(os.getppid(), signal.SIGKILL)
        for number in range(1, 1000):
            step(number)
            time.sleep(0.02)
    tell("warning", text="Grün")
    tell("message", text="half way")
    for number in (3, 4):
        step(number)
    tell("metric", name="loss", value=None, step=5)
    tell("insight", step=4, rate=0.1, memory_mb=9.0, device_mb=None, used=[1, 2], pairs=[[0, 1, 2, 3]])
    (folder / "run.json").write_text("{}")
    if what == "no features":
        print("hsigui: process 0 of 2: The disk is full.", file=sys.stderr)
        sys.exit(1)
    tell("end", outcome="completed")


work() if "RANK" in os.environ else launch()
