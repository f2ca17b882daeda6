"""Runs studies of the scene that is shown as heavy jobs of the queue, and opens those of earlier days."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from hsigui.cube.cube import Cube
from hsigui.dates import moment_in_words
from hsigui.document.events import SceneShown, TruthChanged
from hsigui.document.hub import Changed
from hsigui.document.identity import Origin
from hsigui.document.queue import HeavyJob, Kind
from hsigui.document.values import Truth
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job, Progress
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.study.lines import study_lines
from hsigui.pipeline.study.log import RESULTS
from hsigui.pipeline.study.plan import StudySpec
from hsigui.report.study import Study
from hsigui.report.study_files import SavedStudy, read_study
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.study.window import StudyWindow

PAGE = "study.html"
NO_TRUTH = say("A study needs ground truth: open it first (File > Open ground truth…).")


class StudyController(QObject):
    """Makes the window when it is first asked for."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._window: StudyWindow | None = None
        self._entry: HeavyJob | None = None
        self._shown: Path | None = None  # the folder whose table is shown
        for kind in (SceneShown, TruthChanged):
            self._session.events.subscribe(kind, self._check)

    @property
    def window(self) -> StudyWindow | None:
        """The window; None before it was asked for."""
        return self._window

    @property
    def running(self) -> bool:
        """Whether a study runs or waits."""
        return self._entry is not None

    def show_study(self) -> None:
        """Shows the window, and brings it to the front."""
        if self._window is None:
            window = self._window = StudyWindow(self._desk.window)
            window.form.changed.connect(self._check)
            window.form.folder_asked.connect(self._ask_folder)
            window.run_asked.connect(self.run)
            window.stop_asked.connect(self.stop)
            window.open_asked.connect(self.ask_and_open)
            window.report_asked.connect(self._show_report)
            window.copy_asked.connect(self.copy_command)
        self._check()
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def run(self) -> None:
        """Puts the study that was chosen into the queue."""
        window, scene = self._window, self._session.shown
        if window is None or scene is None or scene.truth is None or self._entry is not None:
            return
        folder = window.form.path()
        try:
            spec = window.form.spec()
        except HsiError as error:
            window.set_problem(str(error))
            return
        if folder is None:
            return
        self._entry = HeavyJob(
            Kind.STUDY, say("Study"), scene.id, scene.cube.name,
            partial(self._begin, scene.id, spec, folder), partial(self._end, say("Taken out before it began.")),
        )  # fmt: skip
        window.set_running(True)
        window.begin(say("Study of {name} in {folder}", name=scene.cube.name, folder=folder))
        waits = bool(self._session.queue.entries)
        window.set_progress(0, 0, say("It begins when the work before it is done.") if waits else "")
        self._session.queue.add(self._entry)

    def stop(self) -> None:
        """Stops it; the results so far are kept."""
        if self._entry is not None:
            if self._window is not None:
                self._window.set_progress(0, 0, say("Stopping…"))
            self._session.queue.take_out(self._entry)

    def ask_and_open(self) -> None:
        """Asks for the folder of a finished study, and shows its table."""
        folder = self._desk.prompts.open_folder(say("Open study"), str(self._desk.folder()))
        if folder is not None:
            self.show_study()
            self.open(folder)

    def open(self, folder: Path) -> None:
        """Shows the table of a study, and its choices."""

        def done(found: SavedStudy) -> None:
            if self._window is None or self._entry is not None:
                return
            self._window.form.show_settings(found.settings, found.seed)
            self._window.form.folder.setText(str(folder))
            self._shown = folder
            title = say("{title}, {created}", title=found.title, created=_when(found.created))
            self._window.show_study(title, found.rows, found.comparisons)
            self._window.set_progress(1, 1, "")

        self._desk.bridge.start(lambda _ctx: read_study(folder), say("Open study"), Watcher(done=done))

    def copy_command(self) -> None:
        """Puts the command line that does the same on the clipboard."""
        window, scene = self._window, self._session.shown
        if window is None or scene is None or scene.truth is None:
            return
        try:
            folder = window.form.path() or self._desk.folder() / "study"
            found = study_lines(scene.mapped_cube, scene.truth, window.form.spec(), folder, scene.learned_cube)
        except HsiError as error:
            window.set_problem(str(error))
            return
        if found:
            QGuiApplication.clipboard().setText("\n".join([*found, ""]))
            self._desk.messages.info(say("Copied the command of the study."), stays=False)
        else:
            self._desk.messages.info(say("There is no command for this study: its scene or its ground truth is in no "
                                         "file."))  # fmt: skip

    # The job

    def _begin(self, scene_id: int, spec: StudySpec, folder: Path) -> tuple[Job, Origin] | None:
        scene = self._session.find(scene_id)
        if scene is None or scene.truth is None:
            self._end(say("The scene was closed, or its ground truth is gone."))
            return None
        watcher = Watcher(
            done=partial(self._done, folder), failed=self._failed, progress=self._progressed, partial=self._found,
            cancelled=partial(self._end, say("Stopped. Run goes on from what is in the folder.")),
        )  # fmt: skip
        work = partial(
            run_study, cube=scene.mapped_cube, learned=scene.learned_cube, truth=scene.truth, classes=scene.classes,
            spec=spec, folder=folder,
        )  # fmt: skip
        return self._desk.bridge.start(work, say("Study of {name}", name=scene.cube.name), watcher), scene.origin

    def _done(self, folder: Path, found: Study) -> None:
        failed = sorted({failure.method for failure in found.failures})
        told = say("Done.") if not failed else say(
            "{methods} failed; Run tries again what failed.", methods=", ".join(failed)
        )  # fmt: skip
        self._shown = folder
        if self._window is not None:
            self._window.show_study(found.context.title, found.rows, found.comparisons)
        self._end(told)
        self._desk.told(say("The study is done: its report is in {folder}.", folder=folder), folder / PAGE)

    def _failed(self, error: BaseException, trace: str) -> None:
        self._end(str(error) if isinstance(error, HsiError) else say("Stopped by an error."))
        self._desk.fail(error, trace)

    def _end(self, text: str) -> None:
        entry, self._entry = self._entry, None
        if self._window is not None:
            self._window.set_running(False)
            self._check()
            self._window.set_progress(1, 1, text)
        if entry is not None:
            self._session.queue.ended(entry)

    def _progressed(self, event: Progress) -> None:
        stopping = self._entry is not None and self._entry.job is not None and self._entry.job.cancelling
        if self._window is not None and not stopping:
            self._window.set_progress(event.done, event.total, event.text)

    def _found(self, value: object) -> None:
        if self._window is not None and isinstance(value, str):
            self._window.add_line(value)

    # What is chosen

    def _check(self, _event: Changed | None = None) -> None:
        """Says what is missing, or that the folder is gone on with."""
        window = self._window
        if window is None or self._entry is not None:
            return
        window.set_problem(self._problem(window))
        folder = window.form.path()
        if folder is not None and folder != self._shown and (folder / RESULTS).is_file():
            window.text.setText(say("The folder holds results: a study with the same settings goes on from them."))

    def _problem(self, window: StudyWindow) -> str:
        if self._session.shown is None:
            return say("Open a scene first.")
        if self._session.truth is None:
            return NO_TRUTH
        try:
            window.form.spec()
        except HsiError as error:
            return str(error)
        return say("Choose a folder for the results.") if window.form.path() is None else ""

    def _ask_folder(self) -> None:
        folder = self._desk.prompts.open_folder(say("Folder of the study"), str(self._desk.folder()))
        if folder is not None and self._window is not None:
            self._window.form.folder.setText(str(folder))

    def _show_report(self) -> None:
        if self._shown is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._shown / PAGE)))


def run_study(
    ctx: Context, cube: Cube, learned: Cube, truth: Truth, classes: ClassTable, spec: StudySpec, folder: Path
) -> Study:
    """The study and its report, as the command does it.

    Args:
        cube, learned: the scene as maps and as pretraining see it.

    Raises:
        HsiError: as `pipeline.study.whole.study_of`.
    """
    ctx.progress(0, 0, say("Loading PyTorch…"))
    from hsigui.pipeline.study.whole import study_of, truth_of

    reference = truth_of(cube, truth, classes)
    try:
        lines = study_lines(cube, truth, spec, folder, learned)
    except HsiError as error:  # the study does not depend on them
        ctx.warn(error.message)
        lines = ()
    return study_of(cube, reference, spec, folder, ctx, lines[-1] if lines else "", learned)[0]


def _when(created: str) -> str:
    """When a study was written, of what its file says."""
    try:
        return moment_in_words(datetime.datetime.fromisoformat(created).timestamp())
    except ValueError:  # another program wrote it
        return created
