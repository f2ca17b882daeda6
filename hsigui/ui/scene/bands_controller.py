"""Wavelengths and bad bands of the open scene: edited, applied, and kept for the next time. No file is changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.quality import with_quality_of
from hsigui.document.events import ImportKept
from hsigui.errors import HsiError
from hsigui.storage import band_edits
from hsigui.storage.band_edits import BandEdit
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.input_change import take_input
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.scene.bands_dialog import BandsDialog


class BandsController(QObject):
    """Opens the editor and takes what was chosen in it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session

    def ask(self) -> None:
        """Opens the editor for the scene."""
        cube, plain = self._session.cube, self._session.plain
        if cube is None or plain is None:
            return
        kept = band_edits.recall(plain)
        desk = self._desk
        dialog = BandsDialog(cube, plain, kept, desk.bridge, desk.window, unit=desk.wavelength_unit)
        open_dialog(dialog, self._apply_chosen)

    def leave_out_costly(self) -> None:
        """Marks the band as bad whose gaps cost most pixels of the scene."""
        cube, plain = self._session.cube, self._session.plain
        if cube is None or plain is None or cube.info.costly_band is None:
            return
        good = {*cube.good_bands.tolist()} - {cube.info.costly_band}
        bad = tuple(band for band in range(cube.bands) if band not in good)
        self.apply(replace(band_edits.recall(plain), bad_bands=bad))

    def _apply_chosen(self, dialog: BandsDialog) -> None:
        self.apply(dialog.edit)

    def apply(self, edit: BandEdit) -> None:
        """Takes other bands for the open scene. Asks first where features and map were made with other good bands, and
        where a training learns from those that are good now."""
        scene = self._session.shown
        if scene is None:
            return
        cube, plain = scene.cube, scene.plain
        try:
            edited = edit.applied_to(plain)
            edited = with_quality_of(plain.with_info(plain.info) if edited is plain else edited, cube)
        except HsiError as error:
            self._desk.messages.error(error)
            return
        if _but_for_gaps(edited) == _but_for_gaps(cube) or not take_input(
            self._desk, scene, edited, say("Other bad bands"),
            say("The encoder and the map were made with other good bands."), say("Change the bands"),
        ):  # fmt: skip
            return
        kept = Watcher(done=lambda _kept: self._session.events.emit(ImportKept(scene.id)))
        self._desk.bridge.start(lambda _ctx: band_edits.remember(plain, edit), say("Keep the bands"), kept)


def _but_for_gaps(cube: Cube) -> CubeInfo:
    """What is known of a scene, without what was found out of its gaps after it was opened."""
    return replace(cube.info, notes=(), costly_band=None, gaps_unknown=False)
