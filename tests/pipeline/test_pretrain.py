"""Pretraining end to end: the same for one seed, cancelled cleanly, refused in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, Finished, JobRunner, Metric, Outcome, SilentContext
from hsigui.methods import checkpoint, loop, registry, resume
from hsigui.methods.lscosa import training as lscosa
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import PretrainSpec
from tests.pipeline.conftest import make_cube

SHORT = PretrainSpec(epochs=15, device="cpu")


def test_the_same_seed_gives_the_same_weights(cube, encoder):
    again = pretrain(cube, SHORT, SilentContext())
    for a, b in zip(encoder.network.state_dict().values(), again.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert encoder.losses == again.losses


def test_the_callers_random_numbers_are_left_alone(cube):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    pretrain(cube, PretrainSpec(epochs=1, device="cpu"), SilentContext())
    assert torch.equal(torch.rand(3), expected)


def test_the_run_says_what_it_was_made_from(encoder, cube):
    assert encoder.scene["shape"] == [40, 44, 12]
    assert encoder.scene["name"] == "fields"
    assert encoder.epochs == len(encoder.losses) == 15
    assert "CPU" in encoder.summary
    assert not encoder.network.training


def test_a_written_run_reads_back_as_the_encoder(cube, tmp_path):
    encoder = pretrain(cube, PretrainSpec(epochs=2, device="cpu"), SilentContext(), tmp_path / "run")
    again = checkpoint.load(tmp_path / "run")
    x = torch.randn(1, encoder.transform.channels, 20, 20)
    with torch.no_grad():
        assert torch.equal(encoder.network(x), again.network(x))


def test_every_step_tells_its_loss(cube):
    runner = JobRunner()
    job = runner.start(lambda ctx: pretrain(cube, SHORT, ctx), "pretrain")
    assert job.wait(60)
    losses = [e for e in runner.drain() if isinstance(e, Metric) and e.name == "loss"]
    assert [e.step for e in losses] == list(range(1, 16))
    runner.close()


@pytest.mark.serial
def test_a_cancelled_pretraining_ends_within_a_second_and_leaves_only_what_is_needed_to_go_on(cube, tmp_path):
    runner = JobRunner()
    spec = PretrainSpec(epochs=100_000, device="cpu")
    job = runner.start(lambda ctx: pretrain(cube, spec, ctx, tmp_path / "run"), "pretrain")
    while not isinstance(runner.next_event(30), Metric):
        pass
    job.cancel()
    assert job.wait(1.0)
    end = next(e for e in runner.drain() if isinstance(e, Finished))
    assert end.outcome is Outcome.CANCELLED
    left = [p.name for p in tmp_path.glob("run/*")]
    assert left in ([], [resume.FILE])  # nothing when it was cancelled before a state was kept
    runner.close()


class CancelledAt(SilentContext):
    """Cancels when the loss of a step is told; remembers what was told."""

    def __init__(self, step: int | None = None) -> None:
        self.step = step
        self.told: list[tuple[str, int]] = []

    def metric(self, name, value, step):
        self.told.append((name, step))
        if step == self.step:
            raise Cancelled


@pytest.fixture
def _kept_at_every_step(monkeypatch):
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)


def small(preset: registry.Preset) -> dict[str, int]:
    """Settings of a preset that make it small enough for a test."""
    wished = {"width": 8, "local": 8, "depth": 1, "batch": 64, "epoch_pixels": 192}
    known = {each.name for each in preset.settings.described()}
    return {name: value for name, value in wished.items() if name in known}


LEARNING = [(info, preset) for info in registry.methods() if info.family == "method" for preset in info.presets]


@pytest.mark.usefixtures("_kept_at_every_step")
@pytest.mark.parametrize(("info", "preset"), LEARNING, ids=lambda each: each.name)
def test_going_on_after_a_cancel_gives_bit_for_bit_what_not_stopping_gives(info, preset, tmp_path):
    rng = np.random.default_rng(0)
    cube = Cube(ArraySource(rng.random((18, 19, 16), dtype=np.float32)), name="noise")
    # One seed of weights, dropout and noise; the precision that needs no native support.
    spec = PretrainSpec(
        info.name, preset.name, seed=3, device="cpu", epochs=2 if preset.epochs_are == "epochs" else 8,
        precision="float32", settings=small(preset),
    )  # fmt: skip
    whole = pretrain(cube, spec, SilentContext())
    steps = len(whole.losses)
    out = tmp_path / "run"
    for at in (steps // 2, steps - 1):  # twice, the second time in what was itself gone on with
        with pytest.raises(Cancelled):
            pretrain(cube, spec, CancelledAt(at), out, resume=(out / resume.FILE).exists())
        assert resume.read(out).now.step in (at, at - 1)
    ctx = CancelledAt()
    parted = pretrain(cube, spec, ctx, out, resume=True)
    assert parted.losses == whole.losses
    assert parted.readings == whole.readings
    assert [step for name, step in ctx.told if name == "loss"] == list(range(1, steps + 1))
    for a, b in zip(whole.network.state_dict().values(), parted.network.state_dict().values(), strict=True):
        assert torch.equal(a, b)
    assert not (out / resume.FILE).exists()
    assert checkpoint.load(out).losses == whole.losses


@pytest.fixture
def begun(cube, tmp_path, monkeypatch):
    """A folder with an unfinished training of the spec SHORT."""
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    with pytest.raises(Cancelled):
        pretrain(cube, SHORT, CancelledAt(5), tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "said"),
    [({"seed": 1}, "seed 0, not 1"), ({"epochs": 20}, "epochs 15, not 20"), ({"preset": "paper"}, "preset quick")],
)
def test_going_on_with_other_settings_is_refused_by_name(cube, begun, change, said):
    with pytest.raises(HsiError, match=said):
        pretrain(cube, replace(SHORT, **change), SilentContext(), begun, resume=True)


def test_going_on_with_other_labels_for_the_monitor_is_refused(cube, truth, begun):
    with pytest.raises(HsiError, match=r"monitor labels none, not [0-9a-f]+"):
        pretrain(cube, SHORT, SilentContext(), begun, resume=True, labels=truth)


def test_going_on_with_another_scene_is_refused(begun):
    with pytest.raises(HsiError, match="of another scene, fields"):
        pretrain(make_cube(hole=False), SHORT, SilentContext(), begun, resume=True)


def test_beginning_anew_does_not_mind_what_was_left(cube, encoder, begun):
    anew = pretrain(cube, SHORT, SilentContext(), begun)
    assert anew.losses == encoder.losses
    assert not (begun / resume.FILE).exists()


@pytest.mark.parametrize("folder", [True, False])
def test_there_must_be_something_to_go_on_with(cube, tmp_path, folder):
    with pytest.raises(HsiError, match=r"folder to go on from|no unfinished training"):
        pretrain(cube, SHORT, SilentContext(), tmp_path if folder else None, resume=True)


def test_the_monitor_tells_the_accuracy_of_labels_and_else_a_rank(cube, truth, encoder):
    ctx = CancelledAt()
    watched = pretrain(cube, SHORT, ctx, labels=truth)
    assert watched.monitor == "knn accuracy"
    assert ("knn accuracy", 15) in ctx.told
    assert watched.readings[-1][1] > 0.8
    assert encoder.monitor == "effective rank"
    # It only looks: the same weights come out with it, with another, and without.
    without = pretrain(cube, replace(SHORT, monitor=False), SilentContext())
    assert without.readings == ()
    assert without.losses == watched.losses == encoder.losses


def test_labels_of_another_size_are_refused(cube):
    with pytest.raises(HsiError, match="labels"):
        pretrain(cube, SHORT, SilentContext(), labels=np.ones((3, 3), dtype=np.uint16))


@pytest.mark.usefixtures("_kept_at_every_step")
def test_a_training_whose_loss_breaks_gives_the_last_good_encoder_with_a_warning(cube, tmp_path, monkeypatch):
    step = lscosa.QuickTraining.step
    monkeypatch.setattr(
        lscosa.QuickTraining, "step", lambda t, n, check: step(t, n, check) * (float("nan") if n == 9 else 1)
    )
    warned: list[str] = []
    ctx = SilentContext()
    monkeypatch.setattr(ctx, "warn", warned.append, raising=False)
    found = pretrain(cube, SHORT, ctx, tmp_path)
    assert len(found.losses) == 9
    assert "weights of step 9" in found.stopped
    assert len(warned) == 1
    again = checkpoint.load(tmp_path)
    assert again.stopped == found.stopped
    assert all(torch.isfinite(t).all() for t in again.network.state_dict().values())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_run_says_in_which_numbers_it_was_trained(cube, precision, tmp_path):
    pretrain(cube, PretrainSpec(epochs=2, device="cpu", precision=precision), SilentContext(), tmp_path)
    assert checkpoint.load(tmp_path).precision == precision


def test_a_scene_that_does_not_fit_into_memory_is_refused_in_words(cube, monkeypatch):
    def no_room(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(lscosa, "training", no_room)
    with pytest.raises(HsiError, match="does not fit into the memory"):
        pretrain(cube, SHORT, SilentContext())


def test_a_scene_too_small_to_learn_from_is_refused_with_its_size():
    tiny = Cube(ArraySource(np.ones((10, 40, 3), dtype=np.float32)), name="tiny")
    with pytest.raises(HsiError, match="10 x 40"):
        pretrain(tiny, SHORT, SilentContext())


def test_unknown_methods_are_refused(cube):
    with pytest.raises(HsiError, match="magic"):
        pretrain(cube, PretrainSpec(method="magic"), SilentContext())


def _numbers(encoder) -> dict[str, torch.Tensor]:
    """Everything that a training gives in numbers."""
    found = dict(encoder.network.state_dict())
    found |= {"losses": torch.tensor(encoder.losses), "readings": torch.tensor(encoder.readings)}
    if encoder.balance is not None:
        found |= {"mean": torch.from_numpy(encoder.balance.mean), "matrix": torch.from_numpy(encoder.balance.matrix)}
    return found | {name: torch.from_numpy(np.asarray(v)) for name, v in encoder.transform.to_arrays().items()}


@pytest.mark.parametrize("name", ["lscosa", "purified", "contrastdm", "random-encoder"])
def test_one_seed_gives_the_same_numbers_on_any_number_of_threads(name):
    # Large enough that a second thread would be given work.
    rng = np.random.default_rng(0)
    fields = np.kron(rng.random((5, 6, 40), dtype=np.float32), np.ones((24, 20, 1), dtype=np.float32))
    cube = Cube(ArraySource(fields + 0.1 * rng.random(fields.shape, dtype=np.float32)), name="fields")
    before = torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            with threadpool_limits(threads, user_api="blas"):
                found.append(pretrain(cube, PretrainSpec(name, epochs=5, device="cpu"), SilentContext()))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    numbers = [_numbers(encoder) for encoder in found]
    for other in numbers[1:]:
        assert other.keys() == numbers[0].keys()
        assert not [key for key in other if not torch.equal(other[key], numbers[0][key])]
    assert {encoder.threads for encoder in found} == {None}


def test_where_numbers_depend_on_threads_the_run_says_how_many_and_goes_on_with_them(cube, tmp_path, monkeypatch):
    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    spec = PretrainSpec(epochs=4, device="cpu", settings={"width": 8, "blocks": 1})
    seen = []
    step = lscosa.QuickTraining.step
    monkeypatch.setattr(
        lscosa.QuickTraining, "step",
        lambda training, n, check: seen.append(torch.get_num_threads()) or step(training, n, check),
    )  # fmt: skip
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        whole = pretrain(cube, spec, SilentContext(), tmp_path / "whole")
        with pytest.raises(Cancelled):
            pretrain(cube, spec, CancelledAt(2), tmp_path / "parted")
        with pytest.raises(HsiError, match="threads 2, not 1"):
            pretrain(cube, replace(spec, threads=1), SilentContext(), tmp_path / "parted", resume=True)
        torch.set_num_threads(1)
        parted = pretrain(cube, spec, SilentContext(), tmp_path / "parted", resume=True)
    finally:
        torch.set_num_threads(before)
    assert set(seen) == {2}
    assert parted.losses == whole.losses
    assert whole.threads == checkpoint.load(tmp_path / "parted").threads == 2
    assert checkpoint.load(tmp_path / "whole").spec == spec
    assert pretrain(cube, replace(spec, threads=3), SilentContext()).threads == 3
