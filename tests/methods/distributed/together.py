"""Trainings as two processes make them, each of which runs this file with its place in the environment:

    python -m tests.methods.distributed.together FOLDER

Process 0 writes what the tests look at into FOLDER. What goes wrong in a process ends it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import loop
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.distributed.group import joined
from hsigui.methods.distributed.norm import share_norms
from hsigui.methods.distributed.place import place
from hsigui.methods.distributed.processes import LostProcessError, Processes
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


# Of each method both presets, in few steps of small batches that two processes cannot halve. Rates are lower where the
# published one lets one unit in the last place of one weight change others by a hundredth within three steps (LSCoSa's
# 0.3 on batch normalisations), in one process, too.
TRAININGS = {
    "lscosa quick": spec("lscosa", "quick", 6, pixels=65),
    "lscosa paper": spec("lscosa", "paper", 1, batch=25, width=16, epoch_pixels=75, prototypes=64, rate=0.01),
    "purified quick": spec("purified", "quick", 6, pixels=65),
    "purified paper": spec("purified", "paper", 1, batch=33, width=16, epoch_pixels=99, depth=2, local=4),
    "contrastdm quick": spec("contrastdm", "quick", 6, pixels=129, hidden=32),
    "contrastdm paper": spec(
        "contrastdm", "paper", 1, batch=33, width=16, epoch_pixels=99, hidden=32, diffusion_batch=33, rate=2e-4
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


class KilledAt(SilentContext):
    """Kills its process, as the system does where memory runs out, when it was asked so often."""

    def __init__(self, checks: int) -> None:
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def same_norms(processes: Processes) -> None:
    """Normalises a batch by halves that differ in size, and compares with the whole: values, gradients, statistics."""
    generator = torch.Generator().manual_seed(0)
    for shape, kind in (((9, 5), nn.BatchNorm1d), ((9, 5, 4, 3), nn.BatchNorm2d), ((9, 5, 2, 4, 3), nn.BatchNorm3d)):
        x = 3 + 2 * torch.randn(shape, generator=generator)
        towards = torch.randn(shape, generator=generator)
        whole, holder = kind(5), nn.Sequential(kind(5))
        with torch.no_grad():
            for norm in (whole, holder[0]):
                norm.weight.copy_(torch.linspace(0.5, 2, 5))
        share = processes.begin(len(x))
        assert share is not None
        share_norms(holder, processes)
        ours, all_of = share.of(x).clone().requires_grad_(), x.clone().requires_grad_()
        found, expected = holder(ours), whole(all_of)
        (found * share.of(towards)).sum().backward()
        (expected * towards).sum().backward()
        processes.add_gradients(holder.parameters())
        close = partial(torch.testing.assert_close, rtol=1e-5, atol=1e-5)
        close(found, share.of(expected))
        close(ours.grad, share.of(all_of.grad))
        for (name, one), other in zip(holder[0].named_parameters(), whole.parameters(), strict=True):
            close(one.grad, other.grad, msg=lambda said, name=name: f"{name}: {said}")
        for one, other in zip(holder[0].buffers(), whole.buffers(), strict=True):
            close(one, other)


def same_embeddings(processes: Processes) -> None:
    """Gathers what each process has of a batch: values of all, the gradient of one's own."""
    whole, constant = torch.arange(15.0).reshape(5, 3), torch.ones(5, 2)
    share = processes.begin(5)
    assert share is not None
    own = share.of(whole).clone().requires_grad_()
    found, other = processes.gathered(own, share.of(constant))
    assert torch.equal(found, whole)
    assert torch.equal(other, constant)
    assert not other.requires_grad
    (found * whole).sum().backward()
    assert torch.equal(own.grad, share.of(whole))


def trained(folder: Path, rank: int) -> None:
    """Every method; and one that is given a folder in all processes, of which one may write."""
    for name in TRAININGS:
        encoder = pretrain(small_cube(), TRAININGS[name], SilentContext(), labels=labels())
        if rank == 0:
            np.savez(folder / f"{name}.npz", **weights(encoder))
    pretrain(small_cube(), TRAININGS["lscosa quick"], SilentContext(), folder / f"run of {rank}")


def interrupted(folder: Path, rank: int) -> None:
    """One training goes on that one process began, and one is begun for one process to go on with."""
    encoder = gone_on_with("purified quick", folder / "begun by one")
    if rank == 0:
        np.savez(folder / "begun by one.npz", **weights(encoder))
        begun("purified quick", folder / "begun by two", 3)
        return
    try:
        pretrain(small_cube(), TRAININGS["purified quick"], SilentContext())
    except LostProcessError:
        return
    raise AssertionError("process 0 was cancelled, and nobody noticed")


def refused(rank: int) -> None:
    """Process 1 asks for another seed."""
    other = replace(TRAININGS["lscosa quick"], seed=rank)
    try:
        pretrain(small_cube(), other, SilentContext())
    except LostProcessError:
        if rank == 0:
            return
        raise
    except HsiError as error:
        if "spec differ" in error.message:
            return
        raise
    raise AssertionError("two trainings were made one")


def lost(folder: Path, rank: int) -> None:
    """Process 1 is killed in the midst of a training."""
    ctx = SilentContext() if rank == 0 else KilledAt(40)
    long = replace(TRAININGS["lscosa quick"], epochs=100_000)
    started = time.time()
    try:
        pretrain(small_cube(), long, ctx, folder / "lost")
    except LostProcessError as error:
        told = {"seconds": time.time() - started, "message": error.message, "hint": error.hint}
        (folder / "lost.json").write_text(json.dumps(told), encoding="utf-8")
        return
    raise AssertionError("a process was killed, and nobody noticed")


def main(words: Sequence[str]) -> None:
    folder, rank = Path(words[0]), int(os.environ["RANK"])
    torch.set_num_threads(1)
    kept_at_every_step()
    with joined(place(), torch.device("cpu")) as processes:
        same_norms(processes)
        same_embeddings(processes)
    trained(folder, rank)
    interrupted(folder, rank)
    refused(rank)
    lost(folder, rank)


if __name__ == "__main__":
    main(sys.argv[1:])
