"""Trainings as several processes make them: run by each of the processes, with its place in the environment.

    python -m tests.methods.distributed.together FOLDER NAME...

Process 0 writes the weights of each training into FOLDER.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from hsigui.cube.cube import ArraySource, Cube
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import loop
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec

ROWS, COLS, BANDS = 16, 17, 16  # at least 15 bands for the transformer's spectral stem


def small_cube() -> Cube:
    """Four noisy fields with a hole."""
    rng = np.random.default_rng(0)
    fields = 2 * (np.arange(ROWS)[:, None] >= 8) + (np.arange(COLS)[None, :] >= 5)
    array = (100 * rng.random((4, BANDS)))[fields] + 15 * rng.standard_normal((ROWS, COLS, BANDS))
    array[2:4, 3:5] = np.nan
    return Cube(ArraySource(array.astype(np.float32)), name="fields")


def labels() -> np.ndarray:
    """Of the four fields, rows x cols."""
    found = 1 + 2 * (np.arange(ROWS)[:, None] >= 8) + (np.arange(COLS)[None, :] >= 5)
    return found.astype(np.uint16)


def spec(method: str, preset: str, epochs: int, **settings: float | int | str) -> PretrainSpec:
    """Of float32 numbers on one thread of the processor."""
    return PretrainSpec(
        method, preset, 1, "cpu", epochs, precision="float32", threads=1, settings=settings, patience=0
    )  # fmt: skip


# Of each method both presets, in few steps of small batches that two processes cannot halve.
TRAININGS = {
    "lscosa quick": spec("lscosa", "quick", 6, pixels=65),
    "lscosa paper": spec("lscosa", "paper", 1, batch=25, width=16, epoch_pixels=75, prototypes=64, rate=0.01),
    "purified quick": spec("purified", "quick", 6, pixels=65),
    "purified paper": spec("purified", "paper", 1, batch=33, width=16, epoch_pixels=99, depth=2, local=4),
    "contrastdm quick": spec("contrastdm", "quick", 6, pixels=129, hidden=32),
    "contrastdm paper": spec(
        "contrastdm", "paper", 1, batch=33, width=16, epoch_pixels=99, hidden=32, diffusion_batch=33
    ),
}


class StoppedAt(SilentContext):
    """Cancels when a step is told of."""

    def __init__(self, step: int) -> None:
        self._step, self._stop = step, False

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._stop = self._stop or ("step" in text and done >= self._step)

    def check(self) -> None:
        if self._stop:
            raise Cancelled


def kept_at_every_step() -> None:
    """Losses are read and the state is kept after every step, however long that takes."""
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        setattr(loop, name, 0.0)


def begun(name: str, folder: Path, step: int) -> None:
    """Begins a training and cancels it, so that it can be gone on with."""
    try:
        pretrain(small_cube(), TRAININGS[name], StoppedAt(step), folder)
    except Cancelled:
        return
    raise AssertionError(f"{name} was not cancelled")


def gone_on_with(name: str, folder: Path) -> Encoder:
    return pretrain(small_cube(), TRAININGS[name], SilentContext(), folder, resume=True)


def weights(encoder: Encoder) -> dict[str, np.ndarray]:
    """All of the network's numbers, and the losses and readings."""
    found = {name: value.numpy() for name, value in encoder.network.state_dict().items()}
    found["losses"], found["readings"] = np.array(encoder.losses), np.array(encoder.readings)
    if encoder.balance is not None:
        found["balance"] = encoder.balance.matrix
    return found


def main(words: Sequence[str]) -> None:
    folder, names = Path(words[0]), words[1:]
    torch.set_num_threads(1)
    kept_at_every_step()
    rank = os.environ.get("RANK", "0")
    for name in names:
        started = time.perf_counter()
        encoder = pretrain(small_cube(), TRAININGS[name], SilentContext(), labels=labels())
        if rank == "0":
            np.savez(folder / f"{name}.npz", **weights(encoder))
        print(rank, name, round(time.perf_counter() - started, 2), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
