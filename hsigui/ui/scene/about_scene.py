"""What the window tells of the open scene's file: the strip of import notes, and the properties page."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtGui import QAction

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.nodata import band_name, costs_told
from hsigui.document.events import BandsChanged, NotesChanged, SceneShown
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.scene.notes_bar import NotesBar
from hsigui.ui.scene.properties_dialog import PropertiesDialog


class AboutScene(QObject):
    """Keeps the notes bar in step with the scene, and opens its properties.

    Args:
        action: shows and hides the bar; a scene with notes checks it.
    """

    def __init__(self, desk: Desk, bar: NotesBar, action: QAction) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._bar, self._action = desk, desk.session, bar, action
        bar.details_asked.connect(self.show_properties)
        bar.dismissed.connect(partial(action.setChecked, False))
        self._session.events.subscribe(SceneShown, self._show)
        self._session.events.subscribe(BandsChanged, self._bands_changed)
        self._session.events.subscribe(NotesChanged, self._show)
        self._counting = Latest(desk.bridge, say("Look what no-data costs"), self._note_gaps)

    def show_notes(self, shown: bool) -> None:
        """Brings the notes back, unfolded, or hides them."""
        self._bar.setVisible(shown and bool(self._bar.notes))
        self._bar.header.setChecked(shown)

    def show_properties(self) -> None:
        """Opens the properties page of the open scene."""
        if self._session.cube is None:
            return
        try:
            dialog = PropertiesDialog(self._session.cube, self._desk.window, unit=self._desk.wavelength_unit)
        except HsiError as error:  # a scene whose file went away
            self._desk.messages.error(error)
            return
        open_dialog(dialog)

    def _bands_changed(self, event: BandsChanged) -> None:
        cube = self._session.scene.cube
        if event.read_again or cube.info.gaps_unknown or cube.notes != self._bar.notes:
            self._show(event)

    def _note_gaps(self, answer: tuple[Cube, CubeInfo]) -> None:
        cube, found = answer
        scene = self._session.shown
        if scene is not None and scene.cube is cube:
            scene.note_gaps(found)

    def _look_for_gaps(self) -> None:
        """What no-data costs is not looked at when a scene is opened, or its bands are changed: of a large one that
        takes longer than its picture. It is told when it is known."""
        cube = self._session.scene.cube
        if cube.info.gaps_unknown:
            self._counting.request(partial(look_for_gaps, cube=cube))
        else:
            self._counting.forget()

    def _show(self, event: SceneShown | BandsChanged | NotesChanged) -> None:
        if not isinstance(event, NotesChanged):
            self._look_for_gaps()
        cube = self._session.scene.cube
        notes, costly = cube.notes, cube.info.costly_band
        self._bar.set_notes(notes)
        offered = costly is not None and costly in cube.good_bands
        self._bar.offer(band_name(costly, cube.info) if offered and costly is not None else "")
        with QSignalBlocker(self._action):  # the bar opens folded; only the user's own wish unfolds it
            self._action.setChecked(bool(notes))


def look_for_gaps(ctx: Context, cube: Cube) -> tuple[Cube, CubeInfo]:
    """What no-data costs of a scene with the bands in use."""
    ctx.progress(0, 0, say("Counting pixels without data in {name}…", name=cube.name))
    return cube, costs_told(cube, ctx.check)
