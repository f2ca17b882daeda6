"""One loop for every method: progress, cancel, pause, curves, checkpoints, and what to do when numbers or memory fail.

The loop knows of a method only its steps and its parts (`snapshot`). It keeps the last good state in memory, goes back
to it when the loss is no longer a finite number or memory runs out, and writes it to the run folder now and then.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace

import torch

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, Context
from hsigui.memory import MIB, resident
from hsigui.methods import devices, resume, snapshot
from hsigui.methods.chance import Chance
from hsigui.methods.distributed.processes import ALONE, LostProcessError, Processes
from hsigui.methods.insight import Insight, recorded
from hsigui.methods.resume import Course, Unfinished
from hsigui.methods.snapshot import Parts, Snapshot
from hsigui.methods.training import Keep, Training, TrainingResult, Watch
from hsigui.texts import say

__all__ = ["Keep", "Training", "TrainingResult", "Watch", "run"]


# The loss is read from the device this often at most: each reading waits for all work queued there.
READ_SECONDS = 0.1
INSIGHT_SECONDS = 1.0  # between two looks at what else is at work
# The state is copied in memory this often at most, and so seldom that copying takes a fiftieth of the time at most.
KEEP_SECONDS = 1.0
KEEP_SHARE = 50.0


def run(
    training: Training, ctx: Context, what: str, *, device: torch.device = torch.device("cpu"),  # noqa: B008
    keep: Keep | None = None, watch: Watch | None = None, begun: Unfinished | None = None,
    chance: Chance | None = None, processes: Processes = ALONE,
) -> TrainingResult:  # fmt: skip
    """Runs all steps, or those that are left of a training that was begun.

    When the loss becomes non-finite, or the monitor does not rise any more, the training ends early with the last good
    (or the best) state in its parts, and `Trained.stopped` says why.

    Args:
        chance: what dropout draws from; its state belongs to the training's.
        processes: that make the training together, `begun` being the same in all; process 0 decides whatever hangs on
            the clock, and it alone is given a folder to keep.

    Raises:
        LostProcessError: another process is gone; the last good state is written first, as when it is cancelled.
        HsiError: the loss is not finite and there is no good state to go back to; memory does not suffice for the
            smallest batch; or `begun` does not belong to this training.
        Cancelled: through the context; the last good state is written first where `keep` names a folder.
    """
    loop = _Loop(training, ctx, what, device, keep, watch, chance or Chance(0), processes)
    if begun is not None:
        loop.go_on_from(begun)
    try:
        loop.go()
    except Cancelled:
        loop.write_as_it_ends()
        raise
    except LostProcessError:
        loop.write_in_passing()
        raise
    return TrainingResult(
        loop.seconds, tuple(loop.losses), tuple(loop.readings), loop.stopped, loop.kept_step, recorded(loop.insights),
        loop.shared_by,
    )  # fmt: skip


def _at_work(training: Training, device: torch.device) -> dict[str, float | None]:
    """Rate and memory, of every method alike."""
    optimizer = training.parts.get("optimizer")
    rate = optimizer.param_groups[0]["lr"] if isinstance(optimizer, torch.optim.Optimizer) else None
    memory = resident()
    held = torch.cuda.memory_reserved(device) / MIB if device.type == "cuda" else None
    return {
        "rate": None if rate is None else float(rate), "memory_mb": None if memory is None else memory / MIB,
        "device_mb": held,
    }  # fmt: skip


class _NotFiniteError(Exception):
    """The loss of a step is not a finite number, or the weights after it are not."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class _Loop:
    def __init__(
        self, training: Training, ctx: Context, what: str, device: torch.device, keep: Keep | None,
        watch: Watch | None, chance: Chance, processes: Processes,
    ) -> None:  # fmt: skip
        self._processes = processes
        self._counts = [(0, processes.count)]  # steps made, and on how many processes it went on from there
        self._training, self._ctx, self._what, self._device = training, ctx, what, device
        self._keep, self._watch, self._chance = keep, watch, chance
        self._started = self._last_read = self._last_file = time.perf_counter()
        self._before = 0.0  # seconds of training before this start
        self._waiting: list[torch.Tensor] = []
        self._made = self._told = 0  # steps made, and those whose loss is on the curve
        self._told_unwritten = False
        self._next_copy = 0.0
        self._write_took = 0.0  # seconds, the last time
        self._kept: Snapshot | None = None
        self._best: Snapshot | None = None
        self.losses: list[float] = []
        self.readings: list[tuple[int, float]] = []
        self.stopped = ""
        self._went_back: int | None = None
        self._last_insight = -math.inf
        self.insights: list[Insight] = []  # without what is large

    @property
    def kept_step(self) -> int:
        """After how many steps the weights were that are kept."""
        return self._made if self._went_back is None else self._went_back

    @property
    def shared_by(self) -> tuple[tuple[int, int], ...]:
        """On how many processes it was made; empty for one all along."""
        return () if self._counts == [(0, 1)] else tuple(self._counts)

    @property
    def seconds(self) -> float:
        return self._before + time.perf_counter() - self._started

    def go_on_from(self, begun: Unfinished) -> None:
        try:
            snapshot.restore(self._parts(), begun.now)
        except (KeyError, RuntimeError, ValueError, IndexError) as error:
            raise HsiError(
                say("The unfinished training does not fit this version of the method: {error}.", error=error),
                say("Begin anew."),
            ) from error
        self._best = begun.best
        self._before = begun.course.seconds
        self._made = begun.now.step
        self.losses, self.readings = list(begun.course.losses), list(begun.course.readings)
        for step, value in enumerate(self.losses, 1):
            self._ctx.metric("loss", value, step)
        if self._watch is not None:
            for step, value in self.readings:
                self._ctx.metric(self._watch.name, value, step)
        self._told = len(self.losses)
        counts = [each for each in begun.course.processes or ((0, 1),) if each[0] < self._made]
        count = self._processes.count
        self._counts = counts if counts[-1][1] == count else [*counts, (self._made, count)]

    def go(self) -> None:
        self._processes.equalise(self._parts())
        self._copy()
        while self._made < self._training.steps and not self.stopped:
            ran_out = False
            try:
                self._step()
            except _NotFiniteError as error:
                self._go_back(error.step)
                return
            except (RuntimeError, MemoryError) as error:
                if not devices.ran_out_of_memory(error):
                    raise
                ran_out = True
            if ran_out and not self._processes.alone:
                raise self._no_memory_in_one()
            # Outside of the handler: there the error's frames would still hold the tensors that are to be freed.
            if ran_out:
                self._make_room()

    def write_as_it_ends(self) -> None:
        """Writes the last good state of a training that was cancelled.

        Raises:
            HsiError: it cannot be written, so that what was learned is lost.
        """
        try:
            self.write_last()
        except HsiError as error:
            raise HsiError(
                say("The training was cancelled, and cannot be gone on with: {message}", message=error.message),
                error.hint,
            ) from error

    def write_last(self) -> None:
        """Writes the last good state, where there is a folder for it and a step in it."""
        if self._keep is None or self._kept is None or self._kept.step == 0:
            return
        made = self._kept.step
        readings = tuple(reading for reading in self.readings if reading[0] <= made)
        course = Course(tuple(self.losses[:made]), readings, self.seconds, self.shared_by)
        best = self._best if self._best is not None and self._best.step <= made else None
        steps = self._training.steps
        found = Unfinished(self._kept, best, course, self._keep.about, self._keep.transform, steps)
        resume.write(self._keep.folder, found)
        self._last_file = time.perf_counter()

    def _parts(self) -> Parts:
        return {**self._training.parts, **self._chance.parts}

    def _step(self) -> None:
        self._ctx.check()
        self._waiting.append(self._training.step(self._made, self._ctx.check).detach())
        self._made += 1
        looks = self._watch is not None and self._watch.due(self._made)
        last = self._made == self._training.steps
        if not last and not looks and not self._agreed(time.perf_counter() - self._last_read > READ_SECONDS):
            return
        self._read()
        if last and not self._finite():
            raise _NotFiniteError(self._made)
        if looks:
            self._look()
        if not last and not self.stopped:
            self._keep_when_due()

    def _agreed(self, now: bool) -> bool:
        """What hangs on the clock, which differs from process to process: as the first of them has it."""
        return bool(self._processes.agreed(float(now)))

    def _finite(self) -> bool:
        """Whether all weights are finite numbers, in every process."""
        return not self._processes.any(not snapshot.is_finite(self._training.parts))

    def _read(self) -> None:
        """Fetches the losses of the steps since the last reading and tells them."""
        values = torch.stack(self._waiting).float().cpu().tolist()
        self._waiting.clear()
        lost = self._processes.any(not all(map(math.isfinite, values)))
        for value in values:
            if not math.isfinite(value):
                raise _NotFiniteError(len(self.losses) + 1)
            self.losses.append(value)
            if len(self.losses) > self._told:
                self._told = len(self.losses)
                self._ctx.metric("loss", value, self._told)
        if lost:  # in another process, which numbers that differ in their last digits can bring about
            raise _NotFiniteError(len(self.losses))
        self._last_read = time.perf_counter()
        stage = getattr(self._training, "stage", "")
        text = say("{what}, step {made} of {steps}", what=self._what, made=self._made, steps=self._training.steps) + (
            f" ({stage})" if stage else ""
        )
        self._ctx.progress(self._made, self._training.steps, text)
        if self._last_read - self._last_insight >= INSIGHT_SECONDS or self._made == self._training.steps:
            self._tell_insight()

    def _tell_insight(self) -> None:
        """What else is at work: for who watches, and in short for the record."""
        look = getattr(self._training, "insight", Insight)
        found: Insight = replace(look(), **_at_work(self._training, self._device), step=self._made)
        self._last_insight = self._last_read
        self.insights.append(replace(found, pairs=None, superpixels=None))
        self._ctx.partial(found)

    def _keep_when_due(self) -> None:
        now = time.perf_counter()
        writes = self._keep is not None and now - self._last_file > max(
            self._keep.seconds, KEEP_SHARE * self._write_took
        )
        if self._agreed(writes or now > self._next_copy):
            self._copy()
        if writes:
            self.write_in_passing()

    def write_in_passing(self) -> None:
        """Writes the last good state; where that fails the training goes on, because it is worth more than the file."""
        started = time.perf_counter()
        try:
            self.write_last()
            self._write_took = self._last_file - started
        except (HsiError, MemoryError) as error:
            self._last_file = time.perf_counter()
            if not self._told_unwritten:
                self._told_unwritten = True
                why = error.message if isinstance(error, HsiError) else say("There is not enough memory.")
                self._ctx.warn(say("The unfinished training is not kept for the time being: {message}", message=why))

    def _copy(self) -> None:
        started = time.perf_counter()
        if not self._finite():
            raise _NotFiniteError(self._made)
        self._kept = snapshot.take(self._parts(), self._made)
        now = time.perf_counter()
        self._next_copy = now + max(KEEP_SECONDS, KEEP_SHARE * (now - started))

    def _look(self) -> None:
        """Reads the monitor; ends the training when it has not risen for long enough."""
        assert self._watch is not None
        value = self._watch.measure(self._ctx.check)
        before = max((v for _, v in self.readings), default=-math.inf)
        self.readings.append((self._made, value))
        self._ctx.metric(self._watch.name, value, self._made)
        if self._watch.patience is None:
            return
        if value > before:
            self._best = snapshot.take(self._parts(), self._made)
            return
        top = max(v for _, v in self.readings)
        waited = len(self.readings) - 1 - next(n for n, (_, v) in enumerate(self.readings) if v == top)
        if waited >= self._watch.patience:
            if self._best is not None:
                snapshot.restore(self._parts(), self._best)
            where = self._went_back = self._made if self._best is None else self._best.step
            self.stopped = say(
                "{name} did not rise for {waited} readings: the weights of step {where} are kept.",
                name=self._watch.name,
                waited=waited,
                where=where,
            )

    def _go_back(self, step: int) -> None:
        """The loss is no number any more: takes the last good state for the result."""
        said = say(
            "{what} stopped at step {step} of {steps}: the loss is no longer a finite number.",
            what=self._what,
            step=step,
            steps=self._training.steps,
        )
        advice = say("Mark noisy or empty bands as bad and check the no-data value; another seed may help too.")
        if self._kept is None or self._kept.step == 0:
            raise HsiError(said, advice)
        self._return_to(self._kept)
        self._went_back = self._kept.step
        self.stopped = say("{said} The weights of step {step} are kept.", said=said, step=self._kept.step)
        self._ctx.warn(f"{self.stopped} {advice}")

    def _no_memory_in_one(self) -> HsiError:
        """Memory ran out in this process alone, in the middle of a step of all: the others cannot begin it anew."""
        return HsiError(
            say("Process {rank} has not enough memory for its part of the batch.", rank=self._processes.rank),
            say("Give a smaller batch (--set batch=N, or pixels=N), or use more processes on more machines or GPUs."),
        )

    def _make_room(self) -> None:
        """Memory ran out: goes back to the last copied state and on from there with a smaller batch."""
        assert self._kept is not None
        self._return_to(self._kept)
        if not self._training.shrink():
            raise HsiError(
                say("{what} needs more memory than there is, even with the smallest batch.", what=self._what),
                devices.less_memory(self._device),
            )
        devices.free_memory(self._device)
        self._copy()
        self._ctx.warn(
            say(
                "Memory ran out at step {made}: {what} goes on with half the batch.",
                made=self._made + 1,
                what=self._what.lower(),
            )
        )

    def _return_to(self, state: Snapshot) -> None:
        self._waiting.clear()
        snapshot.restore(self._parts(), state)
        self._made = state.step
        del self.losses[self._made :]
        self.readings = [reading for reading in self.readings if reading[0] <= self._made]
        if self._best is not None and self._best.step > self._made:
            self._best = None
