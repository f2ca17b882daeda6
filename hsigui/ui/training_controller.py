"""Pretrain, pause, cancel: one job at a time, and what is told of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Job, Progress
from hsigui.methods.registry import method
from hsigui.specs import PretrainSpec
from hsigui.ui import work
from hsigui.ui.desk import Desk
from hsigui.ui.job_bridge import Watcher
from hsigui.ui.panels.method_panel import MethodPanel, learns
from hsigui.ui.run_files import RunFiles
from hsigui.ui.time_left import TimeLeft
from hsigui.ui.training_view import TrainingView

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


class TrainingController(QObject):
    """Runs the pretraining. A cancelled or failed one leaves labels and earlier results as they were."""

    pause_changed = Signal(bool)

    def __init__(self, desk: Desk, panel: MethodPanel, view: TrainingView, runs: RunFiles) -> None:
        super().__init__(desk.window)
        self._runs = runs
        self._desk, self._session, self._panel, self._view = desk, desk.session, panel, view
        self._job: Job | None = None
        self._left = TimeLeft()
        self._session.changed.connect(self._changed)
        runs.opened.connect(self._show_kept)

    def pretrain(self) -> None:
        """Starts with what the method panel says; does nothing while one is running."""
        cube = self._session.cube
        if cube is None or self._job is not None:
            return
        spec = self._panel.spec()
        self._left = TimeLeft()
        self._start_view(spec, 0)
        watcher = Watcher(
            done=partial(self._done, cube),
            failed=self._failed,
            cancelled=lambda: self._ended("Cancelled. Labels and earlier results are as they were."),
            progress=self._progress,
            metric=self._metric,
            partial=self._partial,
        )
        self._job = self._desk.bridge.start(
            partial(work.pretrain_and_embed, cube=cube, spec=spec, folder=self._runs.new_folder(cube)),
            f"Pretrain {cube.name}",
            watcher,
        )
        self._session.set_training(True)

    def pause(self, paused: bool) -> None:
        """Holds the training, or lets it go on."""
        if self._job is None or self._job.paused == paused:
            return
        if paused:
            self._job.pause()
            self._left.pause()
            self._desk.messages.info("Training is held.", "Press Pause again to go on.")
        else:
            self._left.resume()
            self._job.resume()
        self.pause_changed.emit(paused)

    def cancel(self) -> None:
        if self._job is not None:
            self._view.set_progress(0, 0, "Cancelling…", None)
            self._job.cancel()

    def _progress(self, event: Progress) -> None:
        if self._job is not None and not self._job.cancelling:
            self._view.set_progress(event.done, event.total, event.text, self._left.seconds(event.done, event.total))

    def _metric(self, name: str, points: list[tuple[int, float]]) -> None:
        for step, value in points:
            self._view.add(name, step, value)

    def _partial(self, value: object) -> None:
        if isinstance(value, work.DeviceKnown):
            self._session.set_device(value.text)

    def _done(self, cube: Cube, trained: work.Trained) -> None:
        encoder = trained.encoder
        self._view.set_progress(1, 1, "", None)
        self._ended(f"Done in {encoder.seconds:.0f} s on {encoder.device_name}.")
        if self._session.cube is cube:
            self._session.set_device(encoder.device_name)
            self._session.set_trained(encoder, trained.features)

    def _show_kept(self, encoder: Encoder) -> None:
        """The curve of a run that was trained before."""
        self._start_view(encoder.spec, 1)
        for step, loss in enumerate(encoder.losses, start=1):
            self._view.add("loss", step, loss)
        self._view.set_progress(1, 1, "", None)
        made = "Trained" if learns(method(encoder.spec.method)) else "Prepared"
        self._view.finish(f"{made} before, in {encoder.seconds:.0f} s on {encoder.device_name}.")

    def _start_view(self, spec: PretrainSpec, total: float) -> None:
        info = method(spec.method)
        preset = (info.preset(spec.preset).title,) if len(info.presets) > 1 else ()
        self._view.start(", ".join((info.title, *preset, f"seed {spec.seed}")), total)
        if not learns(info):
            self._view.show_plot(False, "A baseline learns nothing from the scene: there is no curve.")

    def _failed(self, error: BaseException, trace: str) -> None:
        self._ended(f"Stopped: {error.message}" if isinstance(error, HsiError) else "Stopped by an error.")
        self._desk.fail(error, trace)

    def _ended(self, text: str) -> None:
        self._job = None
        self._view.finish(text)
        self._session.set_training(False)
        self.pause_changed.emit(False)

    def _changed(self, what: str) -> None:
        if what == "training":
            self._panel.set_running(self._session.training)
        elif what == "scene":
            if self._job is not None:
                self._job.cancel()
            self._view.clear()
            if self._session.encoder is not None:  # a scene that was open before
                self._show_kept(self._session.encoder)
