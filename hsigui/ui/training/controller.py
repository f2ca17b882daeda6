"""Pretrain, pause, cancel: one job at a time, and what is told of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Job, Progress
from hsigui.methods.registry import method
from hsigui.specs import PretrainSpec
from hsigui.storage.runs import UnfinishedRun
from hsigui.ui.desk import work
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.training.method_panel import MethodPanel, learns
from hsigui.ui.training.run_files import RunFiles, spec_title
from hsigui.ui.training.time_left import TimeLeft
from hsigui.ui.training.view import TrainingView

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


class TrainingController(QObject):
    """Runs the pretraining. A cancelled or failed one leaves labels and earlier results as they were, and can be gone
    on with."""

    pause_changed = Signal(bool)

    def __init__(self, desk: Desk, panel: MethodPanel, view: TrainingView, runs: RunFiles) -> None:
        super().__init__(desk.window)
        self._runs = runs
        self._desk, self._session, self._panel, self._view = desk, desk.session, panel, view
        self._job: Job | None = None
        self._left = TimeLeft()
        self._session.changed.connect(self._changed)
        runs.opened.connect(self._show_kept)
        runs.go_on_asked.connect(self.go_on)

    def pretrain(self) -> None:
        """Starts with what the method panel says; does nothing while one is running.

        Where a training with these settings was cut, the user says whether it goes on or is begun anew.
        """
        cube = self._session.cube
        if cube is None or self._job is not None:
            return
        spec = self._panel.spec()
        begun = self._runs.unfinished_like(spec)
        answer = "" if begun is None else self._ask(begun)
        if answer == "cancel":
            return
        if begun is not None and answer == "anew":
            self._runs.give_up(begun)
            begun = None
        self._start(cube, spec, begun)

    def go_on(self, begun: UnfinishedRun) -> None:
        """Goes on with a training of the open scene that was cut."""
        cube = self._session.cube
        if cube is not None and self._job is None:
            self._panel.show_spec(begun.spec)
            self._start(cube, begun.spec, begun)

    def _ask(self, begun: UnfinishedRun) -> str:
        return self._desk.prompts.unfinished_training(
            f"Go on with the unfinished training of {spec_title(begun.spec)} ({begun.place})?",
            "Begun anew, it starts at the first step, and what was learned so far is removed.",
        )

    def _start(self, cube: Cube, spec: PretrainSpec, begun: UnfinishedRun | None) -> None:
        folder = self._runs.new_folder(cube) if begun is None else begun.folder
        self._left = TimeLeft()
        self._start_view(spec, 0)
        watcher = Watcher(
            done=partial(self._done, cube, folder),
            failed=partial(self._failed, cube, folder),
            cancelled=partial(self._cancelled, cube, folder),
            progress=self._progress,
            metric=self._metric,
            partial=self._partial,
        )
        work_on = partial(work.pretrain_and_embed, cube=cube, spec=spec, folder=folder, resume=begun is not None)
        self._job = self._desk.bridge.start(self._runs.held(work_on, folder), f"Pretrain {cube.name}", watcher)
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

    def _done(self, cube: Cube, folder: Path, trained: work.Trained) -> None:
        encoder = trained.encoder
        self._runs.ended(cube, folder)
        self._view.set_progress(1, 1, "", None)
        self._ended(f"Done in {encoder.seconds:.0f} s on {encoder.device_name}.")
        if self._session.cube is cube:
            self._session.set_device(encoder.device_name)
            self._session.set_trained(encoder, trained.features, trained.folder, trained.seconds)

    def _show_kept(self, encoder: Encoder) -> None:
        """The curve of a run that was trained before."""
        self._start_view(encoder.spec, 1)
        for step, loss in enumerate(encoder.losses, start=1):
            self._view.add("loss", step, loss)
        self._view.set_progress(1, 1, "", None)
        made = "Trained" if learns(method(encoder.spec.method)) else "Prepared"
        self._view.finish(f"{made} before, in {encoder.seconds:.0f} s on {encoder.device_name}.")

    def _start_view(self, spec: PretrainSpec, total: float) -> None:
        self._view.start(spec_title(spec), total)
        if not learns(method(spec.method)):
            self._view.show_plot(False, "A baseline learns nothing from the scene: there is no curve.")

    def _cancelled(self, cube: Cube, folder: Path) -> None:
        begun = self._runs.ended(cube, folder)
        where = "" if begun is None else f" at {begun.place}: Pretrain goes on from there"
        self._ended(f"Cancelled{where}. Labels and earlier results are as they were.")

    def _failed(self, cube: Cube, folder: Path, error: BaseException, trace: str) -> None:
        self._runs.ended(cube, folder)
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
