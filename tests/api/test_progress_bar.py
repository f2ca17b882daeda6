"""A bar for calls of the API, and their end by an interrupt."""

from __future__ import annotations

import io
import signal
import sys
import threading
import types

import pytest
from tqdm import tqdm

import hsigui
from hsigui.api.progress_bar import ProgressBar, bar_kind
from hsigui.cube.demo import demo_scene


def test_a_bar_tells_each_phase_its_figures_and_its_warnings():
    out = io.StringIO()
    with ProgressBar(file=out) as ctx:
        for step in range(3):
            ctx.progress(step, 3, "Pretraining, step")
            ctx.metric("loss", 2.5, step)
        ctx.warn("mind the gap")
        ctx.progress(1, 4, "Embedding")
    told = out.getvalue()
    assert "Pretraining: 100%" in told
    assert "loss 2.5" in told
    assert "mind the gap" in told
    assert "Embedding" in told


def test_an_interrupt_ends_the_work_at_its_next_step_and_the_second_at_once():
    before = signal.getsignal(signal.SIGINT)
    out, reached = io.StringIO(), []

    def work() -> None:
        with ProgressBar(file=out) as ctx:
            ctx.progress(0, 10, "Pretraining")
            signal.raise_signal(signal.SIGINT)
            reached.append("after the interrupt")
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            ctx.check()
            reached.append("after the next step")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["after the interrupt"]
    assert "interrupt again" in out.getvalue()
    assert signal.getsignal(signal.SIGINT) is before


def test_off_the_main_thread_it_is_cancelled_by_name():
    ended: list[BaseException] = []

    def work() -> None:
        try:
            with ProgressBar(file=io.StringIO()) as ctx:
                ctx.cancel()
                ctx.progress(1, 2, "Working")
        except KeyboardInterrupt as error:
            ended.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(ended) == 1


def test_an_error_of_the_work_is_not_hidden():
    def work() -> None:
        with ProgressBar(file=io.StringIO()) as ctx:
            ctx.progress(0, 1, "Working")
            raise hsigui.HsiError("wrong")

    with pytest.raises(hsigui.HsiError, match="wrong"):
        work()


def test_a_notebook_without_widgets_gets_plain_text_and_no_warning(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert bar_kind() is tqdm


class InterruptedAt(ProgressBar):
    """A bar that is interrupted when a step is told."""

    def metric(self, name: str, value: float, step: int) -> None:
        if step == 3:
            signal.raise_signal(signal.SIGINT)
        super().metric(name, value, step)


def test_a_training_that_is_interrupted_goes_on_from_where_it_was(tmp_path, monkeypatch):
    from hsigui.methods import loop

    for name in ("READ_SECONDS", "KEEP_SECONDS", "KEEP_SHARE"):
        monkeypatch.setattr(loop, name, 0.0)
    cube = demo_scene(seed=1, rows=24, cols=24, bands=8).cube

    def work() -> None:
        with InterruptedAt(file=io.StringIO()) as ctx:
            hsigui.pretrain(cube, epochs=8, device="cpu", folder=tmp_path / "run", ctx=ctx)

    with pytest.raises(KeyboardInterrupt):
        work()
    encoder = hsigui.pretrain(cube, epochs=8, device="cpu", folder=tmp_path / "run", resume=True)
    assert len(encoder.losses) == 8
