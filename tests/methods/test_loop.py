"""The loop: every loss is told, cancel comes through, and what it does when numbers, memory or patience run out."""

from __future__ import annotations

import pytest
import torch

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.methods import loop, resume
from hsigui.methods.snapshot import halved


class Counting:
    """A training whose one weight counts its steps; losses follow a script, and memory a limit."""

    def __init__(self, losses: list[float], limit: int = 1000, batch: int = 8, smallest: int = 1) -> None:
        self._losses, self._limit, self._smallest = losses, limit, smallest
        self.network = torch.nn.Linear(1, 1, bias=False)
        torch.nn.init.zeros_(self.network.weight)
        self.batch = torch.tensor(batch)
        self.batches: list[int] = []

    @property
    def steps(self) -> int:
        return len(self._losses)

    @property
    def parts(self):
        return {"network": self.network, "batch": self.batch}

    def shrink(self) -> bool:
        return halved(self.batch, self._smallest)

    def step(self, number, check):
        check()
        with torch.no_grad():
            self.network.weight += 1  # before memory runs out: a step that fails leaves a changed state
        if int(self.batch) > self._limit:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        self.batches.append(int(self.batch))
        return torch.tensor(self._losses[number])

    @property
    def count(self) -> float:
        return float(self.network.weight.detach())


class Listening(SilentContext):
    def __init__(self, cancel_after: int | None = None) -> None:
        self.metrics: list[tuple[str, float, int]] = []
        self.done: list[float] = []
        self.warnings: list[str] = []
        self._left = cancel_after

    def metric(self, name, value, step):
        self.metrics.append((name, value, step))

    def progress(self, done, total, text=""):
        self.done.append(done / total)

    def warn(self, message):
        self.warnings.append(message)

    def check(self):
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise Cancelled


@pytest.fixture
def _every_step(monkeypatch):
    """Losses are read and the state is kept after every step."""
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)


def _watch(values: list[float], patience: int | None) -> loop.Watch:
    left = iter(values)
    return loop.Watch("knn accuracy", lambda check: next(left), lambda made: True, patience)


def test_every_loss_is_told_once_in_order_and_progress_ends_at_the_end():
    ctx = Listening()
    trained = loop.run(Counting([3.0, 2.0, 1.0]), ctx, "Pretraining")
    assert ctx.metrics == [("loss", 3.0, 1), ("loss", 2.0, 2), ("loss", 1.0, 3)]
    assert trained.losses == (3.0, 2.0, 1.0)
    assert trained.stopped == ""
    assert ctx.done[-1] == 1.0


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_first_loss_that_is_no_number_stops_with_its_step_and_a_hint(bad):
    with pytest.raises(HsiError, match="step 1 of 3") as raised:
        loop.run(Counting([bad, 1.0, 1.0]), SilentContext(), "Pretraining")
    assert raised.value.hint


@pytest.mark.usefixtures("_every_step")
def test_a_later_loss_that_is_no_number_keeps_the_weights_before_it_and_says_so():
    ctx, training = Listening(), Counting([3.0, 2.0, float("nan"), 1.0])
    trained = loop.run(training, ctx, "Pretraining")
    assert training.count == 2
    assert trained.losses == (3.0, 2.0)
    assert "step 3 of 4" in trained.stopped
    assert "weights of step 2" in trained.stopped
    assert len(ctx.warnings) == 1


@pytest.mark.usefixtures("_every_step")
def test_weights_that_are_no_numbers_are_never_kept_whatever_the_loss_says():
    class Breaking(Counting):
        def step(self, number, check):
            loss = super().step(number, check)
            if number == 2:
                with torch.no_grad():
                    self.network.weight.fill_(float("nan"))
            return loss

    for steps in (3, 6):  # as the last step, and as one of the middle
        training = Breaking([1.0] * steps)
        trained = loop.run(training, SilentContext(), "Pretraining")
        assert training.count == 2
        assert trained.stopped


@pytest.mark.usefixtures("_every_step")
def test_out_of_memory_halves_the_batch_until_it_fits_and_makes_the_steps_again():
    ctx, training = Listening(), Counting([1.0, 1.0, 1.0], limit=2)
    trained = loop.run(training, ctx, "Pretraining")
    assert training.batches == [2, 2, 2]
    assert training.count == 3
    assert len(trained.losses) == 3
    assert len(ctx.warnings) == 2
    assert [step for _, _, step in ctx.metrics] == [1, 2, 3]


def test_out_of_memory_in_the_middle_goes_on_from_the_state_kept_last():
    class Later(Counting):
        def step(self, number, check):
            self._limit = 4 if number >= 2 else 1000
            return super().step(number, check)

    training = Later([1.0] * 5)
    loop.run(training, Listening(), "Pretraining")
    assert training.count == 5
    assert training.batches[-3:] == [4, 4, 4]


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("[enforce fail at alloc_cpu.cpp:119] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
        RuntimeError("MPS backend out of memory"),
    ],
)
def test_want_of_memory_with_the_smallest_batch_is_said_in_words(error):
    class Failing(Counting):
        def step(self, number, check):
            raise error

    with pytest.raises(HsiError, match="memory") as raised:
        loop.run(Failing([1.0], batch=1), SilentContext(), "Pretraining")
    assert raised.value.hint


def test_any_other_error_of_a_step_comes_through():
    class Failing(Counting):
        def step(self, number, check):
            raise RuntimeError("shapes cannot be multiplied")

    with pytest.raises(RuntimeError, match="multiplied"):
        loop.run(Failing([1.0]), SilentContext(), "Pretraining")


def test_cancel_stops_before_the_next_part_of_a_step():
    ctx = Listening(cancel_after=3)
    with pytest.raises(Cancelled):
        loop.run(Counting([1.0] * 10), ctx, "Pretraining")
    assert len(ctx.metrics) <= 2


@pytest.mark.usefixtures("_every_step")
def test_a_cancelled_training_leaves_its_last_state_and_goes_on_from_there(tmp_path):
    keep = loop.Keep(tmp_path)
    with pytest.raises(Cancelled):
        loop.run(Counting([5.0, 4.0, 3.0, 2.0]), Listening(cancel_after=6), "Pretraining", keep=keep)
    begun = resume.read(tmp_path)
    assert 0 < begun.now.step < 4
    ctx, training = Listening(), Counting([5.0, 4.0, 3.0, 2.0])
    trained = loop.run(training, ctx, "Pretraining", keep=keep, begun=begun)
    assert training.count == 4
    assert len(training.batches) == 4 - begun.now.step
    assert trained.losses == (5.0, 4.0, 3.0, 2.0)
    assert [step for _, _, step in ctx.metrics] == [1, 2, 3, 4]


@pytest.mark.usefixtures("_every_step")
def test_a_long_training_is_written_every_so_often(tmp_path):
    seen = []

    class Looking(Counting):
        def step(self, number, check):
            seen.append((tmp_path / resume.FILE).exists())
            return super().step(number, check)

    loop.run(Looking([1.0] * 3), SilentContext(), "Pretraining", keep=loop.Keep(tmp_path, seconds=0.0))
    assert seen == [False, True, True]


def test_the_monitor_ends_a_training_that_rises_no_more_and_keeps_the_best_weights():
    training = Counting([1.0] * 10)
    ctx = Listening()
    trained = loop.run(training, ctx, "Pretraining", watch=_watch([0.1, 0.5, 0.4, 0.5, 0.3, 0.9], 3))
    assert training.count == 2
    assert len(trained.readings) == 5
    assert "step 2" in trained.stopped
    assert ("knn accuracy", 0.5, 2) in ctx.metrics


def test_a_monitor_without_patience_only_tells():
    training = Counting([1.0] * 4)
    trained = loop.run(training, SilentContext(), "Pretraining", watch=_watch([0.4, 0.3, 0.2, 0.1], None))
    assert training.count == 4
    assert trained.readings == ((1, 0.4), (2, 0.3), (3, 0.2), (4, 0.1))
    assert trained.stopped == ""


@pytest.mark.usefixtures("_every_step")
def test_early_stopping_ends_a_resumed_training_where_it_would_have_ended(tmp_path):
    values = [0.1, 0.5, 0.4, 0.3, 0.2, 0.1, 0.9]
    keep = loop.Keep(tmp_path)
    with pytest.raises(Cancelled):
        loop.run(Counting([1.0] * 7), Listening(cancel_after=7), "Pretraining", keep=keep, watch=_watch(values, 4))
    begun = resume.read(tmp_path)
    assert begun.now.step >= 3
    training = Counting([1.0] * 7)
    rest = _watch(values[begun.now.step :], 4)
    trained = loop.run(training, SilentContext(), "Pretraining", watch=rest, begun=begun)
    assert len(trained.readings) == 6
    assert training.count == 2


def test_a_file_of_another_method_is_refused_in_words(tmp_path):
    class Other(Counting):
        @property
        def parts(self):
            return {**super().parts, "dictionary": torch.zeros(3)}

    keep = loop.Keep(tmp_path, seconds=0.0)
    loop.run(Counting([1.0] * 500), SilentContext(), "Pretraining", keep=keep, watch=_watch([1.0] * 500, None))
    with pytest.raises(HsiError, match="does not fit"):
        loop.run(Other([1.0] * 500), SilentContext(), "Pretraining", begun=resume.read(tmp_path))


@pytest.mark.usefixtures("_every_step")
def test_a_training_goes_on_when_what_it_keeps_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    ctx, training = Listening(), Counting([1.0] * 5)
    keep = loop.Keep(tmp_path / "file" / "run", seconds=0.0)
    trained = loop.run(training, ctx, "Pretraining", keep=keep)
    assert len(trained.losses) == 5
    assert len(ctx.warnings) == 1
    assert "not kept" in ctx.warnings[0]


@pytest.mark.usefixtures("_every_step")
def test_what_is_kept_says_how_many_steps_there_are(tmp_path):
    with pytest.raises(Cancelled):
        loop.run(Counting([1.0] * 9), Listening(cancel_after=8), "Pretraining", keep=loop.Keep(tmp_path))
    found = resume.read(tmp_path)
    assert 0 < found.now.step < 9
    assert found.steps == 9
