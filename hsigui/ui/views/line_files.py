"""Files of lines over the image: asked for, read for the scene, and shown by the list of overlays."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QAbstractItemView, QDialog, QDialogButtonBox, QLabel, QListWidget, QVBoxLayout, QWidget

from hsigui.cube.cube import Cube
from hsigui.document.overlays import Overlay
from hsigui.jobs import Context
from hsigui.labels.classes import Color
from hsigui.labels.formats.lines import layers_in, read_lines, suffixes
from hsigui.labels.on_scene import grid_of
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.views.lines_layer import MadeLines, made_ready

# One after the other, so that two files can be told apart; each stands out from land and water.
COLORS: tuple[Color, ...] = ((255, 221, 51), (0, 229, 255), (255, 90, 180), (255, 255, 255))
Take = Callable[[Overlay, MadeLines], None]


class LayersChooser(QDialog):
    """Which layers of a file are shown; several can be chosen."""

    def __init__(self, file_name: str, layers: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Which layers?"))
        text = QLabel(say("{file_name} holds several layers. Choose those to be shown:", file_name=file_name), self)
        text.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Layers of the file"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.addItems(layers)
        self.list.setCurrentRow(0)
        self.list.itemDoubleClicked.connect(self.accept)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (text, self.list, buttons):
            column.addWidget(widget)
        self.resize(400, 280)

    @property
    def layers(self) -> tuple[str, ...]:
        """Those that are chosen, in the order of the file."""
        chosen = {index.row() for index in self.list.selectedIndexes()}
        return tuple(self.list.item(row).text() for row in sorted(chosen))


class LineFiles(QObject):
    """Asks for files and reads them.

    Args:
        take: gets a new layer with its lines, on the GUI thread, if the scene is still shown.
    """

    def __init__(self, desk: Desk, take: Take) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._take = desk, desk.session, take

    def ask(self) -> None:
        """Asks for a file and its layers, and reads them."""
        if self._session.shown is None:
            return
        kinds = say("Vector data ({suffixes})", suffixes=" ".join("*" + suffix for suffix in suffixes()))
        title = say("Add vector overlay")
        path = self._desk.prompts.open_path(title, str(self._desk.folder()), scene=False, kinds=kinds)
        if path is not None:
            self.add(path.absolute())

    def add(self, path: Path) -> None:
        """Lays the lines of a file over the scene; asks where it has several layers."""

        def found(layers: tuple[str, ...]) -> None:
            if len(layers) == 1:
                self._read_new(path, layers)
            else:
                dialog = LayersChooser(path.name, layers, self._desk.window)
                open_dialog(dialog, self._chosen(path))

        title = say("Look into {name}", name=path.name)
        self._desk.bridge.start(partial(_look_into, path=path), title, Watcher(done=found))

    def _chosen(self, path: Path) -> Callable[[LayersChooser], None]:
        def take(dialog: LayersChooser) -> None:
            self._read_new(path, dialog.layers)

        return take

    def _read_new(self, path: Path, layers: tuple[str, ...]) -> None:
        scene = self._session.shown
        if scene is None:
            return
        names = self._free_names()
        lines = sum(overlay.path is not None for overlay in scene.overlays)
        for number, layer in enumerate(layers):
            title = path.stem if layer in ("", path.stem) or len(layers) == 1 else f"{path.stem}: {layer}"
            color = COLORS[(lines + number) % len(COLORS)]
            self.read(Overlay(next(names), title, path=path, layer=layer, color=color), tell=True)

    def _free_names(self) -> Iterator[str]:
        there = {overlay.id for overlay in self._session.scene.overlays}
        return (f"lines {number}" for number in itertools.count(1) if f"lines {number}" not in there)

    def free_name(self) -> str:
        """The id of a layer that the scene does not have yet."""
        return next(self._free_names())

    def read(
        self, overlay: Overlay, tell: bool = False, failed: Callable[[BaseException, str], None] | None = None
    ) -> None:
        """Reads the lines of a layer for the scene that is shown.

        Args:
            tell: says what was assumed.
            failed: gets what went wrong; the error is shown when not given.
        """
        scene, path = self._session.shown, overlay.path
        if scene is None or path is None:
            return

        def done(made: MadeLines) -> None:
            if self._session.shown is scene:
                for note in made.lines.notes if tell else ():
                    self._desk.messages.info(note)
                self._take(overlay, made)

        work = partial(_read, path=path, layer=overlay.layer, cube=scene.cube)
        self._desk.bridge.start(work, say("Read {name}", name=path.name), Watcher(done=done, failed=failed))


def _look_into(_ctx: Context, path: Path) -> tuple[str, ...]:
    return layers_in(path)


def _read(ctx: Context, path: Path, layer: str, cube: Cube) -> MadeLines:
    lines = read_lines(path, layer, grid_of(cube))
    ctx.check()
    return made_ready(lines, max(cube.rows, cube.cols))
