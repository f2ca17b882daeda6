"""Wavelengths and bad bands of the open scene: edited, applied, and kept for the next time. No file is changed."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from hsigui.document.identity import same_input
from hsigui.errors import HsiError
from hsigui.storage import band_edits
from hsigui.storage.band_edits import BandEdit
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.scene.bands_dialog import BandsDialog
from hsigui.ui.scene.input_change import ask_for_input, stop_training


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
        except HsiError as error:
            self._desk.messages.error(error)
            return
        if edited.info == cube.info:
            return
        new_input = not same_input(edited, cube)
        answer = ask_for_input(self._desk, scene) if new_input else "keep"
        if answer == "cancel":
            return
        drop = new_input and scene.features is not None
        if drop and not self._desk.prompts.confirm(
            say("Other bad bands"),
            say("The encoder and the map were made with other good bands."),
            say(
                "They do not fit the scene any more and are dropped; the labels stay. The run is kept on disk, but "
                "another pretraining is needed for a new map."
            ),
            say("Change the bands"),
        ):
            return
        if answer == "stop":
            stop_training(self._desk, scene)
        scene.replace_cube(edited, new_input=new_input)
        self._desk.bridge.start(lambda _ctx: band_edits.remember(plain, edit), say("Keep the bands"))
