"""From a file to class numbers on the pixels of the scene, with the questions that come up on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.cube import outside
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.document.scene import Scene
from hsigui.document.values import LabelFile
from hsigui.errors import HsiError
from hsigui.labels.formats.files import ClassRaster
from hsigui.labels.matching import differs, pixel_counts, renumbered
from hsigui.labels.on_scene import grid_of
from hsigui.labels.place import PIXELS, RESAMPLE, Misplaced
from hsigui.labels.widening import has_metres
from hsigui.texts import say, say_number
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.variable_chooser import VariableChooser
from hsigui.ui.labels import class_files
from hsigui.ui.labels.background_dialog import BackgroundDialog
from hsigui.ui.labels.buffer_dialog import BufferDialog
from hsigui.ui.labels.class_mapping_dialog import ClassMappingDialog

# The raster, and whether its numbers are already those of the scene's classes.
Take = Callable[[ClassRaster, bool], None]
_REMEDIES = {RESAMPLE: say("Resample to the scene"), PIXELS: say("Take pixel by pixel")}


class LabelImport(QObject):
    """Reads label files. What it asks: which array or field, what is unlabelled, what to do with another place, which
    class is which."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._how: dict[Path, tuple[str, str]] = {}  # buffer and remedy of what is being read

    def read_as(self, path: Path, raster: ClassRaster) -> LabelFile:
        """How a file was read whose raster was handed over."""
        return LabelFile(path, raster.variable, raster.chosen_background, *self._how.get(path, ("", "")))

    def read(
        self, path: Path, what: str, take: Take, variable: str | None = None, *, by_name: bool = False,
        background: str | None = None, buffer: str | None = None,
    ) -> None:  # fmt: skip
        """Reads a file for the open scene and hands over what it holds.

        Args:
            what: what it is, in words ("labels").
            take: called when all is clear; never when the user gives up or another scene is shown by then.
            variable: array, layer or field, where the file has several.
            by_name: classes that the scene lacks are new ones, and no question.
            background: the numbers that mean no label, as the user chose; None asks where that is not clear.
            buffer: distance around points and lines, as the user chose.
        """
        scene = self._session.shown
        if scene is None:
            return
        self._how[path] = buffer or "", ""

        def failed(error: BaseException, trace: str) -> None:
            if isinstance(error, AmbiguousArray):
                chooser = VariableChooser(path.name, error.candidates, self._desk.window, what, error.part)
                open_dialog(chooser, partial(self._read_chosen, path, what, take, by_name))
            elif isinstance(error, outside.LeadsOutside):
                again = partial(self.read, path, what, take, variable, by_name=by_name, background=background,
                                buffer=buffer)  # fmt: skip
                buttons = [(say("Allow it"), partial(self._allow_outside, error.path, again))]
                self._desk.messages.show_message("error", error.message, error.hint, buttons)
            elif isinstance(error, Misplaced):
                self._offer(error, path, scene, what, take, by_name, variable)
            else:
                self._desk.fail(error, trace)

        job = partial(
            class_files.load_classes, path=path, cube=scene.cube, what=what, variable=variable, seen=self._desk.seen,
            background=background, buffer=buffer,
        )  # fmt: skip
        done = partial(self._ask_background, path, scene, what, take, by_name, variable)
        self._desk.bridge.start(job, say("Open {what}", what=what), Watcher(done=done, failed=failed))

    def _allow_outside(self, path: Path, again: Callable[[], None]) -> None:
        """Reads labels again that name files outside their folder: the user trusts them."""
        try:
            outside.allow(path)
        except HsiError as error:
            self._desk.fail(error)
        else:
            again()

    def _read_chosen(self, path: Path, what: str, take: Take, by_name: bool, chooser: VariableChooser) -> None:
        self.read(path, what, take, chooser.variable, by_name=by_name)

    def _ask_background(
        self, path: Path, scene: Scene, what: str, take: Take, by_name: bool, variable: str | None, raster: ClassRaster
    ) -> None:
        """Asks what is unlabelled, when the file leaves it open; it is read again where another way is chosen."""
        found = raster.background
        if found is None or found.chosen or not found.doubtful:
            self._match(path, scene, what, take, by_name, variable, raster)
            return

        def chosen(dialog: BackgroundDialog) -> None:
            if self._session.shown is not scene:
                return
            if dialog.choice == found.text:
                self._match(path, scene, what, take, by_name, variable, raster)
            else:
                self.read(path, what, take, variable, by_name=by_name, background=dialog.choice)

        if self._session.shown is scene:
            open_dialog(BackgroundDialog(path.name, found, self._desk.window), chosen)

    def _offer(
        self, error: Misplaced, path: Path, scene: Scene, what: str, take: Take, by_name: bool, variable: str | None
    ) -> None:
        """Explains a raster of another place or size, and lets the user decide."""

        def use(remedy: str) -> None:
            if self._session.shown is scene:
                self._how[path] = self._how[path][0], remedy
                job = partial(class_files.fit_classes, raster=error.raster, cube=scene.cube, what=what, remedy=remedy)
                done = partial(self._ask_background, path, scene, what, take, by_name, variable)
                self._desk.bridge.start(job, say("Open {what}", what=what), Watcher(done=done))

        buttons = [(_REMEDIES[remedy], partial(use, remedy)) for remedy in error.remedies]
        self._desk.messages.warning(f"{path.name}: {error.message}", error.hint, buttons)

    def _match(
        self, path: Path, scene: Scene, what: str, take: Take, by_name: bool, variable: str | None, raster: ClassRaster
    ) -> None:
        """Asks which class is which, when that is not clear by name."""
        if self._session.shown is not scene:
            return
        found = raster.background
        told = () if found is None or not (found.doubtful or found.chosen) else found.reasons  # in the question
        for note in raster.notes:
            if note not in told:
                self._desk.messages.info(note)
        if raster.thin:
            self._offer_buffer(path, scene, what, take, by_name, variable, raster.thin)
        counts, table = pixel_counts(raster.array), self._session.classes
        if by_name or not differs(raster.array, raster.classes, table):
            take(raster, False)
            return
        classes = raster.classes.merged_with(counts)

        def chosen(dialog: ClassMappingDialog) -> None:
            if self._session.shown is scene:
                matched = renumbered(raster.array, classes, table, dialog.targets)
                take(replace(raster, array=matched.array, classes=matched.classes), True)

        open_dialog(ClassMappingDialog(path.name, classes, counts, table, self._desk.window), chosen)

    def _offer_buffer(
        self, path: Path, scene: Scene, what: str, take: Take, by_name: bool, variable: str | None, thin: int
    ) -> None:
        """Says that points and lines label few pixels, and offers to label around them."""

        def chosen(dialog: BufferDialog) -> None:
            if self._session.shown is scene:
                self.read(path, what, take, variable, by_name=by_name, buffer=dialog.buffer)

        def ask() -> None:
            if self._session.shown is scene:
                open_dialog(BufferDialog(path.name, thin, has_metres(grid_of(scene.cube)), self._desk.window), chosen)

        text = say_number(
            "{count:,} point or line of {name} labels the pixels that it touches.",
            "{count:,} points and lines of {name} label the pixels that they touch.", thin, name=path.name,
        )  # fmt: skip
        self._desk.messages.info(text, buttons=[(say("Label around them…"), ask)])
