"""Runs on disk and the window: each pretraining is kept, offered when its scene is opened again, opened on request.

One that was cut can be gone on with. The window that trains in a folder holds a lock there, so that no other goes on
with the same training or takes it for abandoned.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from hsigui.cube.cube import Cube
from hsigui.dates import moment_in_words
from hsigui.document.course import TrainingCurves
from hsigui.document.events import BandsChanged, EncoderChanged, QueueChanged, SceneOpened
from hsigui.document.identity import Origin
from hsigui.document.intentions import RunAsked
from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.queue import HeavyJob, Kind
from hsigui.document.scene import Scene
from hsigui.document.scene_state import RunPlace
from hsigui.document.values import Encoder, Run
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job, Work
from hsigui.methods.insight import from_record
from hsigui.methods.registry import method
from hsigui.methods.run_record import SETTINGS
from hsigui.methods.settings import told
from hsigui.pipeline import live
from hsigui.pipeline.run_claim import is_claimed
from hsigui.specs import PretrainSpec
from hsigui.storage.recovery import scene_key
from hsigui.storage.runs import LOCK, KeptRun, Runs, UnfinishedRun, give_up, unfinished_in
from hsigui.storage.state_json import sum_of_run
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.message_bar import Message
from hsigui.ui.training.method_panel import learns

MOST_TOLD = 2  # changed settings by name; of more only the number is told


class RunFiles(QObject):
    """Finds and opens runs.

    Signals:
        go_on_asked: with the `UnfinishedRun` that the user wants to go on with.
    """

    go_on_asked = Signal(object)

    def __init__(self, desk: Desk, runs: Runs) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self.runs = runs
        self._offer: Message | None = None
        self._unfinished_offer: Message | None = None
        self._unfinished: dict[str, list[UnfinishedRun]] = {}  # by scene, newest first
        events = self._session.events
        events.subscribe(SceneOpened, self._scene_opened)
        events.subscribe(EncoderChanged, self._encoder_changed)
        events.subscribe(QueueChanged, self._queue_changed)
        events.subscribe(BandsChanged, self._bands_changed)
        events.subscribe(RunAsked, self._run_asked)

    def new_folder(self, cube: Cube) -> Path:
        """Where the next run of a scene is kept."""
        return self.runs.new(scene_key(cube))

    def offer(self) -> None:
        """Looks for runs of the open scene; offers the newest, and to go on with the newest that was cut."""
        scene = self._session.shown
        if scene is None:
            return
        origin = scene.origin

        def done(found: tuple[list[KeptRun], list[UnfinishedRun]]) -> None:
            kept, cut = found
            self._unfinished[scene_key(scene.cube)] = cut
            opening = any(entry.scene == scene.id for entry in self._session.queue.entries)
            if self._session.origin != origin or self._session.encoder is not None or opening:
                return
            if kept:
                self._offer = self._desk.messages.info(
                    say(
                        "An encoder of this scene is kept: {title}, of {when}.",
                        title=kept[0].title,
                        when=_when(kept[0].made_at),
                    ),
                    buttons=[(say("Use it"), partial(self.open, kept[0].folder))],
                )
            if cut and not self._session.training:
                self._unfinished_offer = self._desk.messages.info(
                    say(
                        "A training of this scene is unfinished: {spec_title} ({place}), of {when}.",
                        spec_title=spec_title(cut[0].spec),
                        place=cut[0].place,
                        when=_when(cut[0].left_at),
                    ),
                    buttons=[
                        (say("Go on"), partial(self.go_on_asked.emit, cut[0])),
                        (say("Give it up"), partial(self.give_up, cut[0])),
                    ],
                )

        self._look(scene, Watcher(done=done))

    def _scene_opened(self, _event: SceneOpened) -> None:
        self.offer()

    def unfinished_like(self, spec: PretrainSpec) -> UnfinishedRun | None:
        """A training of the open scene with these settings that was cut, where there is one."""
        cube = self._session.cube
        found = [] if cube is None else self._unfinished.get(scene_key(cube), [])
        return next((run for run in found if run.is_of(spec)), None)

    def give_up(self, run: UnfinishedRun) -> None:
        """Removes a training that was cut, unless another window goes on with it."""
        for key, found in self._unfinished.items():
            self._unfinished[key] = [other for other in found if other.folder != run.folder]
        if not _is_held(run.folder):
            give_up(run.folder)

    def is_held(self, folder: Path) -> bool:
        """Whether a window, this one or another, is training in a folder."""
        return _is_held(folder)

    def held(self, work_on: Work, folder: Path) -> Work:
        """A work that trains in a folder: holds its lock, and leaves no empty folder."""

        def run(ctx: Context) -> object:
            try:
                with _lock(folder):
                    return work_on(ctx)
            finally:
                if not (folder / SETTINGS).is_file() and unfinished_in(folder) is None:
                    give_up(folder)

        return run

    def ended(self, cube: Cube, folder: Path) -> UnfinishedRun | None:
        """Notes that the training in a folder has ended; returns what there is to go on from."""
        key = scene_key(cube)
        others = [run for run in self._unfinished.get(key, []) if run.folder != folder]
        complete = (folder / SETTINGS).is_file()
        cut = None if complete else unfinished_in(folder)
        self._unfinished[key] = others if cut is None else [cut, *others]
        return cut

    def show_folder(self) -> None:
        """Opens the folder of the run in use in the system's file manager."""
        run = self._session.scene.run
        if run is not None and run.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.folder)))
        elif run is not None:
            self._desk.messages.info(say("This run is kept nowhere: it was made in memory."))

    def ask_and_open(self) -> None:
        """Asks for a run folder, of this window or of the command line, and opens it."""
        folder = self._desk.prompts.open_folder(say("Open run"), str(self._desk.folder()))
        if folder is not None:
            self.open(folder)

    def open(self, folder: Path) -> None:
        """Takes the encoder of a run folder for the open scene; an error leaves everything as it was.

        Its features may have to be computed, so it waits for other heavy work to end.
        """
        scene = self._session.shown
        if scene is not None:
            self._open_for(scene, folder)

    def _run_asked(self, asked: RunAsked) -> None:
        if sum_of_run(asked.folder):
            self.open(asked.folder)
        else:
            self._desk.messages.warning(
                say("The run {folder} is not there.", folder=asked.folder),
                say("Open the run where it is now (Training > Open run…), or train again: Repeat."),
            )

    def take_up(self, scene: Scene, place: RunPlace) -> None:
        """Takes the encoder of a run into use again that was in use on an earlier day, and says where it cannot."""
        self._withdraw_offer()
        found = sum_of_run(place.folder)
        if not found:
            self._desk.messages.warning(
                say("The run {folder} of {name} is not there.", folder=place.folder, name=scene.cube.name),
                say("The labels are. Open the run where it is now (Training > Open run…), or pretrain again."),
            )
        elif place.sha256 and found != place.sha256:
            self._desk.messages.warning(
                say("The run {folder} of {name} is another now.", folder=place.folder, name=scene.cube.name),
                say("It is not used unasked: Training > Open run… takes it."),
            )
        else:
            self._open_for(scene, place.folder, place.seconds)

    def _open_for(self, scene: Scene, folder: Path, seconds: Mapping[str, float] | None = None) -> None:
        """Waits for a turn; `seconds` that the features took, where that is known from an earlier day."""
        verdict = may(Deed.LEARN, scene.id, self._session.queue)
        if verdict.answer is Answer.NO:
            self._desk.messages.info(verdict.why, verdict.hint)
            return
        if verdict.answer is Answer.WAITS:
            self._desk.messages.info(verdict.why, verdict.hint)
        entry = HeavyJob(
            Kind.OPENING,
            say("Open run {name}", name=folder.name),
            scene.id,
            scene.cube.name,
            lambda: self._begin(entry, folder, seconds),
        )
        self._session.queue.add(entry)

    def _begin(self, entry: HeavyJob, folder: Path, seconds: Mapping[str, float] | None) -> tuple[Job, Origin] | None:
        scene = self._session.find(entry.scene)
        if scene is None:
            return None
        origin, queue, mapped = scene.origin, self._session.queue, scene.mapped_cube

        def done(found: live.Trained) -> None:
            queue.ended(entry)
            if self._session.find(origin.scene) is None:
                return
            if scene.origin != origin:
                scene.keep_run(Run(found.encoder, None, found.folder, found.seconds, origin.revision))
                return
            took = found.seconds if seconds is None else seconds
            scene.set_run(found.encoder, found.features, found.folder, took, mapped=mapped)
            scene.set_course(course_of(found.encoder))

        def failed(error: BaseException, trace: str) -> None:
            queue.ended(entry)
            self._desk.fail(error, trace)

        watcher = Watcher(done=done, failed=failed, cancelled=lambda: queue.ended(entry))
        work_on = partial(live.restore_run, cube=mapped, folder=folder)
        return self._desk.bridge.start(work_on, entry.title, watcher), origin

    def _look(self, scene: Scene, watcher: Watcher) -> None:
        """Hands the runs of a scene to a watcher: those that are kept, and those that were cut and can be gone on with.

        What was cut with other bands is of no use for the scene as it is now, but may be again: it stays.
        """

        def look(ctx: Context) -> tuple[list[KeptRun], list[UnfinishedRun]]:
            self.runs.tidy_unfinished(_is_held)
            key = scene_key(scene.cube)
            for said in self.runs.damaged(key):
                ctx.warn(said)
            cut = [run for run in self.runs.unfinished(key) if not _is_held(run.folder)]
            identity = scene.input_identity if cut else ""
            return self.runs.kept(key), [run for run in cut if run.fingerprint == identity]

        self._desk.bridge.start(look, say("Look for runs"), watcher)

    def _encoder_changed(self, _event: EncoderChanged) -> None:
        if self._session.encoder is not None:
            self._withdraw_offer()
            self.runs.tidy(scene_key(self._session.scene.cube))

    def _withdraw_offer(self) -> None:
        self._desk.messages.withdraw(self._offer)
        self._offer = None

    def _queue_changed(self, _event: QueueChanged) -> None:
        if self._session.training:
            self._desk.messages.withdraw(self._unfinished_offer)
            self._unfinished_offer = None

    def _bands_changed(self, _event: BandsChanged) -> None:
        scene = self._session.scene
        key = scene_key(scene.cube)
        self._unfinished.pop(key, None)  # with these bands the scene may be another
        self._look(scene, Watcher(done=lambda found: self._unfinished.update({key: found[1]})))


def course_of(encoder: Encoder) -> TrainingCurves:
    """What is told of a training of earlier days."""
    course = TrainingCurves(spec_title(encoder.spec), learns(method(encoder.spec.method)), done=1, total=1)
    course.add("loss", list(enumerate(encoder.losses, start=1)))
    for found in from_record(getattr(encoder, "course", {})):
        course.note(found)
    course.finish(made_before(encoder))
    return course


def made_before(encoder: Encoder) -> str:
    """What is said of a training that ended before its scene was shown."""
    made = say("Trained") if learns(method(encoder.spec.method)) else say("Prepared")
    return say(
        "{made} before, in {seconds:.0f} s on {device_name}.",
        made=made,
        seconds=encoder.seconds,
        device_name=encoder.device_name,
    )


def spec_title(spec: PretrainSpec) -> str:
    """What was trained, in words: "LSCoSa, Quick (pixels), seed 0, temperature 0.2"."""
    info = method(spec.method)
    preset = (info.preset(spec.preset).title,) if len(info.presets) > 1 else ()
    few = len(spec.settings) <= MOST_TOLD
    changed = [f"{name} {told(value)}" for name, value in spec.settings.items()]
    return say(", ").join(
        (
            info.title,
            *preset,
            say("seed {seed}", seed=spec.seed),
            *(changed if few else [say("{count} settings", count=len(changed))]),
        )
    )


def _when(seconds: float) -> str:
    return moment_in_words(seconds)


def _lock_file(folder: Path) -> QLockFile:
    lock = QLockFile(str(folder / LOCK))
    lock.setStaleLockTime(0)  # a training may take days; one whose program is gone is found out by its number
    return lock


@contextlib.contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder. Where none can be made nothing is kept there either, and the work tells so.

    Raises:
        HsiError: another window holds it.
    """
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    lock = _lock_file(folder)
    if not lock.tryLock(0) and lock.error() == QLockFile.LockError.LockFailedError:
        raise HsiError(
            say("Another window goes on with this training."), say("Wait for it, or train with another seed.")
        )
    try:
        yield
    finally:
        lock.unlock()


def _is_held(folder: Path) -> bool:
    """Whether a window, or a command, is training in a folder."""
    if is_claimed(folder):
        return True
    lock = _lock_file(folder)
    free = lock.tryLock(0)
    if free:
        lock.unlock()
    return not free and lock.error() == QLockFile.LockError.LockFailedError
