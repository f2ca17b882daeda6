"""Pretrain, pause, cancel: a job of its scene in the queue, and what is told of it, whichever scene is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from hsigui.cube.cube import Cube
from hsigui.document.course import TrainingCurves
from hsigui.document.events import CourseChanged, QueueChanged, SceneShown, StepDone
from hsigui.document.identity import Origin
from hsigui.document.intentions import TrainingAsked
from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.queue import HeavyJob, Kind
from hsigui.document.scene import Scene
from hsigui.document.values import Encoder, Run
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job, Progress
from hsigui.methods.insight import Insight
from hsigui.methods.registry import method
from hsigui.pipeline import live
from hsigui.pipeline.own import own_encoder
from hsigui.pipeline.values import DeviceKnown
from hsigui.specs import PretrainSpec
from hsigui.storage.runs import UnfinishedRun
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.image.subjects import Subjects
from hsigui.ui.training.method_panel import MethodPanel, learns
from hsigui.ui.training.queue_list import QueueList
from hsigui.ui.training.run_files import RunFiles, made_before, spec_title
from hsigui.ui.training.subject import PAIRS
from hsigui.ui.training.time_left import TimeLeft
from hsigui.ui.training.view import TrainingView


@dataclass(eq=False)
class _Training:
    """One training: what it is of, and what is told of it."""

    scene: int
    name: str
    spec: PretrainSpec
    begun: UnfinishedRun | None
    asked: Origin
    course: TrainingCurves
    entry: HeavyJob | None = None
    cube: Cube | None = None
    mapped: Cube | None = None
    folder: Path | None = None
    origin: Origin | None = None


class TrainingController(QObject):
    """Runs the pretrainings. A cancelled or failed one leaves labels and earlier results as they were, and can be gone
    on with."""

    def __init__(
        self, desk: Desk, panel: MethodPanel, view: TrainingView, queue: QueueList, runs: RunFiles, pause: QAction,
        subjects: Subjects,
    ) -> None:  # fmt: skip
        super().__init__(desk.window)
        self._pause, self._subjects = pause, subjects
        self._runs = runs
        self._desk, self._session, self._panel, self._view, self._list = desk, desk.session, panel, view, queue
        self._queue = desk.session.queue
        self._left = TimeLeft()  # of the training at work
        self._held = False
        events = self._session.events
        events.subscribe(SceneShown, self._show_course)
        events.subscribe(CourseChanged, self._show_course)
        events.subscribe(QueueChanged, self._queue_changed)
        events.subscribe(TrainingAsked, self._train_again)
        queue.out_asked.connect(self._take_out)
        runs.go_on_asked.connect(self.go_on)

    def pretrain(self) -> None:
        """Has the shown scene trained on as the method panel says; does nothing while it is already.

        Where a training with these settings was cut, the user says whether it goes on or is begun anew.
        """
        scene = self._session.shown
        if scene is None or not self._may_learn(scene):
            return
        scene.paint_on_labels()  # a mask that was drawn on is in force then
        spec = self._panel.spec()
        begun = self._runs.unfinished_like(spec)
        answer = "" if begun is None else self._ask(begun)
        if answer == "cancel":
            return
        if begun is not None and answer == "anew":
            self._runs.give_up(begun)
            begun = None
        self._add(scene, spec, begun)

    def go_on(self, begun: UnfinishedRun) -> None:
        """Goes on with a training of the open scene that was cut."""
        scene = self._session.shown
        if scene is not None and self._may_learn(scene):
            self._panel.show_spec(begun.spec)
            self._add(scene, begun.spec, begun)

    def _train_again(self, asked: TrainingAsked) -> None:
        """Trains with settings of an earlier day, which the panel shows then."""
        scene = self._session.shown
        if scene is not None and self._may_learn(scene):
            self._panel.show_spec(asked.spec)
            self._add(scene, asked.spec, None)

    def pause(self, paused: bool) -> None:
        """Holds the training at work, or lets it go on."""
        training = self._queue.training
        if training is None or training.job is None or training.job.paused == paused:
            return
        if paused:
            self._queue.hold(True)
            self._left.pause()
            self._desk.messages.info(
                say("The training of {scene_name} is held.", scene_name=training.scene_name),
                say("Press Pause again to go on."),
            )
        else:
            self._left.resume()
            self._queue.hold(False)

    def cancel(self) -> None:
        """Stops the training at work, whichever scene it is of."""
        training = self._queue.training
        if training is not None:
            self._take_out(training)

    def _may_learn(self, scene: Scene) -> bool:
        verdict = may(Deed.LEARN, scene.id, self._queue)
        if verdict.answer is Answer.NO:
            self._desk.messages.info(verdict.why, verdict.hint)
        return verdict.answer is not Answer.NO

    def _ask(self, begun: UnfinishedRun) -> str:
        return self._desk.prompts.unfinished_training(
            say(
                "Go on with the unfinished training of {spec_title} ({place})?",
                spec_title=spec_title(begun.spec),
                place=begun.place,
            ),
            say("Begun anew, it starts at the first step, and what was learned so far is removed."),
        )

    # In the queue

    def _add(self, scene: Scene, spec: PretrainSpec, begun: UnfinishedRun | None) -> None:
        course = TrainingCurves(spec_title(spec), learns(method(spec.method)))
        course.progress(0, 1, may(Deed.LEARN, scene.id, self._queue).why)  # said while it waits
        training = _Training(scene.id, scene.cube.name, spec, begun, scene.origin, course)
        training.entry = HeavyJob(
            Kind.TRAINING,
            course.title,
            scene.id,
            scene.cube.name,
            partial(self._begin, training),
            partial(
                self._finish, training, say("Taken out before it began. Labels and earlier results are as they were.")
            ),
        )
        scene.set_course(course)
        self._queue.add(training.entry)

    def _begin(self, training: _Training) -> tuple[Job, Origin] | None:
        scene = self._session.find(training.scene)
        if scene is None:
            return None
        cube, origin, begun = scene.learned_cube, scene.origin, training.begun
        if origin != training.asked:  # other bands since: what was cut is of no use for them
            begun = None
        folder = self._runs.new_folder(cube) if begun is None else begun.folder
        training.cube, training.folder, training.origin = cube, folder, origin
        training.mapped = scene.mapped_cube
        self._left = TimeLeft()
        self._progress(training, 0, 0, "")
        watcher = Watcher(
            done=partial(self._done, training),
            failed=partial(self._failed, training),
            cancelled=partial(self._cancelled, training),
            progress=partial(self._progressed, training),
            metric=partial(self._metric, training),
            partial=partial(self._partial, training),
        )
        work_on = partial(
            live.pretrain_and_embed,
            cube=cube,
            spec=training.spec,
            folder=folder,
            resume=begun is not None,
            mapped=training.mapped,
        )
        job = self._desk.bridge.start(self._runs.held(work_on, folder), say("Pretrain {name}", name=cube.name), watcher)
        return job, origin

    def _take_out(self, entry: HeavyJob) -> None:
        scene = self._session.find(entry.scene)
        if entry.job is not None and entry.kind is Kind.TRAINING and scene is not None and scene.course is not None:
            scene.course.progress(0, 0, say("Cancelling…"))
            if scene is self._session.shown:
                self._view.set_progress(0, 0, say("Cancelling…"), None)
        self._queue.take_out(entry)

    def _queue_changed(self, _event: QueueChanged) -> None:
        self._panel.set_running(self._session.training)
        self._list.show_entries(self._queue.entries)
        training = self._queue.training
        held = training is not None and training.job is not None and training.job.paused
        if held != self._held:
            self._held = held
            self._pause.setChecked(held)

    # What is told of a training

    def _progressed(self, training: _Training, event: Progress) -> None:
        entry = training.entry
        if entry is None or entry.job is None or not entry.job.cancelling:
            self._progress(training, event.done, event.total, event.text)

    def _progress(self, training: _Training, done: float, total: float, text: str) -> None:
        training.course.progress(done, total, text, self._left.seconds(done, total))
        if self._is_shown(training):
            self._view.set_progress(done, total, text, training.course.seconds_left)

    def _metric(self, training: _Training, name: str, points: list[tuple[int, float]]) -> None:
        training.course.add(name, points)
        if self._is_shown(training):
            for step, value in points:
                self._view.add(name, step, value)

    def _partial(self, training: _Training, value: object) -> None:
        if isinstance(value, DeviceKnown):
            self._session.set_device(value.text)
        elif isinstance(value, Insight):
            first = training.course.pairs is None and training.course.superpixels is None
            training.course.note(value)
            if self._is_shown(training):
                self._view.set_insights(training.course.insights)
                self._subjects.tell(*(("",) if first and value.pairs is not None else ()), PAIRS)

    def _is_shown(self, training: _Training) -> bool:
        return self._session.scene.course is training.course

    # Its end

    def _done(self, training: _Training, trained: live.Trained) -> None:
        """The result goes to its scene, shown or not; of an earlier input it is only noted there."""
        encoder = trained.encoder
        self._note_end(training)
        training.course.progress(1, 1, "")
        scene = self._session.find(training.scene)
        told = say(
            "Done in {seconds:.0f} s on {device_name}.", seconds=encoder.seconds, device_name=encoder.device_name
        )
        later = made_before(encoder)
        if scene is None:
            self._finish(training, told, later)
        elif scene.origin != training.origin:
            revision = 0 if training.origin is None else training.origin.revision
            scene.keep_run(Run(encoder, None, trained.folder, trained.seconds, revision))
            self._finish(
                training, say("{told} It is kept as a run of the scene as it was, and draws no map.", told=told)
            )
            self._desk.messages.info(
                say(
                    "The training of {name} is done. It learned from the scene as it was before the change.",
                    name=training.name,
                ),
                say("It is kept as a run of that, and draws no map."),
            )
        else:
            self._finish(training, told, later)
            self._session.set_device(encoder.device_name)
            scene.set_run(encoder, trained.features, trained.folder, trained.seconds, mapped=training.mapped)
            lines = partial(_lines, cube=scene.cube, encoder=encoder)
            self._session.events.emit(StepDone(say("the encoder was pretrained"), lines, leads_to_map=True))
            if scene is not self._session.shown:
                self._desk.messages.info(say("The training of {name} is done.", name=training.name))

    def _cancelled(self, training: _Training) -> None:
        begun = self._note_end(training)
        where = "" if begun is None else say(" at {place}: Pretrain goes on from there", place=begun.place)
        self._finish(training, say("Cancelled{where}. Labels and earlier results are as they were.", where=where))

    def _failed(self, training: _Training, error: BaseException, trace: str) -> None:
        self._note_end(training)
        self._finish(
            training,
            say("Stopped: {message}", message=error.message)
            if isinstance(error, HsiError)
            else say("Stopped by an error."),
        )
        self._desk.fail(error, trace)

    def _note_end(self, training: _Training) -> UnfinishedRun | None:
        if training.cube is None or training.folder is None:
            return None
        return self._runs.ended(training.cube, training.folder)

    def _finish(self, training: _Training, text: str, later: str = "") -> None:
        training.course.finish(text, later)
        if self._is_shown(training):
            self._view.set_progress(training.course.done, training.course.total, "", None)
            self._view.finish(text)
        if training.entry is not None:
            self._queue.ended(training.entry)

    # The course of the scene that is shown

    def _show_course(self, event: SceneShown | CourseChanged) -> None:
        course = self._session.scene.course
        self._panel.set_running(self._session.training)
        if course is None:
            self._view.clear()
            return
        self._view.start(course.title, course.total)
        if not course.learns:
            self._view.show_plot(False, say("A baseline learns nothing from the scene: there is no curve."))
        for name, points in course.points.items():
            for step, value in points:
                self._view.add(name, step, value)
        self._view.set_insights(course.insights)
        self._view.set_progress(course.done, course.total, course.text, course.seconds_left)
        if course.end:
            again = isinstance(event, SceneShown) and course.later
            self._view.finish(course.later if again else course.end)


def _lines(_ctx: Context, cube: Cube, encoder: Encoder) -> tuple[str, ...]:
    from hsigui.pipeline.step_lines import pretrained  # loads what reads files

    return pretrained(cube, own_encoder(encoder))
