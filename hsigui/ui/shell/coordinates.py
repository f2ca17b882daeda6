"""In which coordinates the window tells places, as the user chose; how a place is copied, and how one is gone to."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from hsigui.cube import systems
from hsigui.cube.systems import LONLAT, MAP, PIXEL
from hsigui.document.events import SceneShown
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.image.surroundings import Surroundings
from hsigui.ui.image.view import ImageView
from hsigui.ui.shell.go_to_dialog import GoToDialog
from hsigui.ui.shell.system_dialog import SystemDialog

OTHER = "other"
CHOICES = (PIXEL, MAP, LONLAT, OTHER)


class Coordinates(QObject):
    """Tells places, copies them, goes to them.

    Signals:
        changed(): places are told otherwise from now on.
    """

    changed = Signal()

    def __init__(self, desk: Desk, image: ImageView, actions: ActionSet, surroundings: Surroundings) -> None:
        super().__init__(desk.window)
        self._desk, self._image, self._actions, self._surroundings = desk, image, actions, surroundings
        self._last: tuple[int, int] | None = None  # where the mouse was in the scene that is shown
        surroundings.found.connect(self.changed)
        desk.session.events.subscribe(SceneShown, self._scene_shown)
        image.hovered.connect(self._hovered)
        self._show_choice()

    @property
    def system(self) -> str:
        """In which places are told: of `systems`, or a code. What a settings file names wrongly is map coordinates."""
        return systems.known_or_map(self._desk.settings.coordinates)

    @property
    def last(self) -> tuple[int, int] | None:
        """The pixel (row, col) where the mouse is, or was last in the shown scene; None before."""
        return self._last

    def told(self, row: int, col: int) -> str:
        """Where a pixel is."""
        return systems.written(self._surroundings.ground, row, col, self.system)

    @property
    def about(self) -> str:
        """What the numbers of `told` are, and what a click does."""
        numbers = systems.about(self._surroundings.ground, self.system)
        return say("{numbers}\nA click copies them (Ctrl+Shift+C, too).", numbers=numbers)

    # Actions

    def tell_in(self, system: str) -> None:
        """Tells places in a system from now on; asks which for `OTHER`."""
        if system != OTHER:
            self._choose(system)
            return
        cube = self._desk.session.cube
        shape = (0, 0) if cube is None else (cube.rows, cube.cols)
        dialog = SystemDialog(self._desk.bridge, self._surroundings.ground, shape, self._code, self._desk.window)
        dialog.rejected.connect(self._show_choice)
        open_dialog(dialog, self._chosen)

    def copy(self) -> None:
        """Copies where the mouse is, or was last."""
        if self._last is None:
            self._desk.messages.info(say("Point at a pixel of the image first."), stays=False)
            return
        text = systems.plain(self._surroundings.ground, *self._last, self.system)
        QGuiApplication.clipboard().setText(text)
        self._desk.messages.info(say("Copied: {text}", text=text), stays=False)

    def go_to(self) -> None:
        """Asks for a place and goes there."""
        cube = self._desk.session.cube
        if cube is None:
            return
        dialog = GoToDialog(self._surroundings.ground, (cube.rows, cube.cols), self.system, self._desk.window)
        dialog.gone_to.connect(self._image.show_place)
        open_dialog(dialog)

    # Inner doings

    @property
    def _code(self) -> str:
        """The code that was chosen; empty where it is none. Not looked up: a window opens without what takes a while
        to load."""
        name = self._desk.settings.coordinates
        return "" if name in CHOICES else name

    def _chosen(self, dialog: SystemDialog) -> None:
        self._choose(dialog.code)

    def _choose(self, system: str) -> None:
        self._desk.remember(dataclasses.replace(self._desk.settings, coordinates=system))
        self._show_choice()
        self.changed.emit()

    def _show_choice(self) -> None:
        code = self._code
        self._actions[f"coordinates_{OTHER if code else self._desk.settings.coordinates}"].setChecked(True)
        text = say("&Other system ({code})…", code=code) if code else say("&Other system…")
        self._actions[f"coordinates_{OTHER}"].setText(text)

    def _hovered(self, row: int, col: int) -> None:
        self._last = row, col

    def _scene_shown(self, _event: SceneShown) -> None:
        self._last = None
        self.changed.emit()
