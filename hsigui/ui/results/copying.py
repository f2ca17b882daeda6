"""How the shown map came to be, into the clipboard: as command lines, or as a Python script."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from hsigui.cube.cube import Cube
from hsigui.document.events import SceneClosed, SceneOpened, StepDone
from hsigui.document.finished import LastHand
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.message_bar import Message
from hsigui.ui.results.exported import result_of

if TYPE_CHECKING:
    from hsigui.pipeline.result import Result


def lines_of(ctx: Context, result: Result) -> tuple[str, ...]:
    """Command lines that make the map again in an empty folder. Reads label files and hashes weights.

    Raises:
        HsiError: its labels or its scene are in no file, or it cannot be made again.
    """
    from hsigui.pipeline import command_lines as lines
    from hsigui.pipeline.repeating import command_lines, require_written_masks

    if result.nearest is not None:
        from hsigui.pipeline.step_lines import mapped

        drawn = mapped(result, result.label_files())
        steps = [] if result.finishing is None else [done.told for done in result.finishing.steps]
        return (*drawn, lines.edit(steps)) if steps else drawn
    if result.kept is None and result.probe_spec is not None:
        raise HsiError(
            say("The map is the first answer to the last change of the labels."), say("Wait until it is settled.")
        )
    ctx.progress(0, 0, say("Looking for the files of the map…"))
    files = result.label_files()
    ctx.check()
    if result.kept is None and files.labels is None:
        raise HsiError(
            say("The labels that the map was made from are in no file as they are now."),
            say("Save the labels (Ctrl+S), then copy again."),
        )
    found = command_lines(result, result.record(files), files)
    if not found:
        require_written_masks(result)
        raise HsiError(
            say("There are no commands that make this map again: its scene is in no file, or labels in no file chose "
                "which weights were kept."),
            say("Export the map: the record beside it says how it came to be."),
        )  # fmt: skip
    return found


def map_lines_of(_ctx: Context, result: Result) -> tuple[str, ...]:
    """The line that draws the map alone, by its run. Reads label files.

    Raises:
        HsiError: its labels, its run or its scene are in no file.
    """
    from hsigui.pipeline.step_lines import mapped

    return mapped(result, result.label_files())


def opened_lines_of(_ctx: Context, cube: Cube) -> tuple[str, ...]:
    """The line that reads a scene.

    Raises:
        HsiError: it is in no file.
    """
    from hsigui.pipeline.step_lines import opened

    return opened(cube)


def script_of(ctx: Context, result: Result) -> str:
    """A Python script that makes the map again in an empty folder.

    Raises:
        HsiError: as `lines_of`, or a step of it has no Python.
    """
    from hsigui.pipeline.python_lines import python_of

    return python_of(lines_of(ctx, result))


def commands_of(ctx: Context, result: Result) -> str:
    """The lines one below the other, as a terminal takes them."""
    return "\n".join([*lines_of(ctx, result), ""])


def _finished(ctx: Context, result: Result, hand: LastHand) -> Result:
    from hsigui.pipeline.last_hand import finished_by

    return finished_by(ctx, result, hand)


class CopyController(QObject):
    """Puts them into the clipboard, and says so: of the whole way to the map, or of the last thing that was done."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk = desk
        self._last: tuple[Scene, StepDone] | None = None
        self._map_follows = False  # from the last step, without being asked for
        self._refused: Message | None = None  # why nothing was copied
        desk.session.events.subscribe(SceneOpened, self._opened)
        desk.session.events.subscribe(StepDone, self._done)
        desk.session.events.subscribe(SceneClosed, self._closed)

    def copy_commands(self) -> None:
        """The map as commands."""
        self._copy(commands_of, say("Copied the commands that make this map again; run them in an empty folder."))

    def copy_python(self) -> None:
        """The map as Python."""
        self._copy(script_of, say("Copied a Python script that makes this map again; run it in an empty folder."))

    def copy_step_commands(self) -> None:
        """The last step as commands."""
        self._copy_step(say("commands"), lambda lines: "\n".join([*lines, ""]))

    def copy_step_python(self) -> None:
        """The last step as Python."""
        from hsigui.pipeline.python_lines import python_of

        self._copy_step(say("Python"), partial(python_of, keep=True))

    def _copy_step(self, how: str, written: Callable[[tuple[str, ...]], str]) -> None:
        if self._last is None:
            self._desk.messages.info(say("Nothing was done yet that a command does, too."))
            return
        scene, step = self._last
        lines = step.lines
        if lines is None:
            result = result_of(self._desk.session) if scene is self._desk.session.shown else None
            if result is None:
                self._desk.messages.info(
                    say("The last step was a map that is not shown any more."), say("Show its scene, then copy again.")
                )
                return
            lines = partial(map_lines_of, result=result)

        self._start(lambda ctx: written(lines(ctx)), say("Copied as {how}: {what}.", how=how, what=step.what))

    def _opened(self, _event: SceneOpened) -> None:
        cube = self._desk.session.scene.cube
        self._done(StepDone(say("{name} was opened", name=cube.name), partial(opened_lines_of, cube=cube)))

    def _done(self, step: StepDone) -> None:
        session = self._desk.session
        if step.lines is None and self._map_follows:
            self._map_follows = False
            return
        enough = session.features is not None and session.labelled_classes > 1
        self._map_follows = step.leads_to_map and session.live and enough
        self._last = session.scene, step

    def _closed(self, event: SceneClosed) -> None:
        if self._last is not None and self._last[0].id == event.scene:
            self._last = None  # it would keep the scene in memory

    def _copy(self, work: Callable[[Context, Result], str], told: str) -> None:
        result, scene = result_of(self._desk.session), self._desk.session.scene
        if result is None:
            return
        if scene.shows_finished and scene.finishing.in_use:  # what is seen is what is copied
            hand = scene.finishing.hand
            self._start(lambda ctx: work(ctx, _finished(ctx, result, hand)), told)
        else:
            self._start(lambda ctx: work(ctx, result), told)

    def _start(self, work: Callable[[Context], str], told: str) -> None:
        """Makes the text in a worker. What an earlier try was refused for is out of date when this one ends."""
        messages = self._desk.messages

        def done(text: str) -> None:
            messages.withdraw(self._refused)
            QGuiApplication.clipboard().setText(text)
            messages.info(told)

        def failed(error: BaseException, trace: str) -> None:
            messages.withdraw(self._refused)
            if isinstance(error, HsiError):
                self._refused = messages.show_message("error", error.message, error.hint)
            else:
                self._desk.fail(error, trace)

        self._desk.bridge.start(work, say("Copy"), Watcher(done=done, failed=failed))
