"""Asking for a new layer: the dialog, and the library that spectra can come from."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.library_asking import ask_library
from hsigui.ui.layers.making import LayerMaker
from hsigui.ui.layers.new_layer_dialog import NewLayerDialog
from hsigui.ui.layers.spectra_chooser import SpectraChooser


class NewLayers(QObject):
    """Opens the dialog for the shown scene, and has made what was chosen in it."""

    def __init__(self, desk: Desk, maker: LayerMaker) -> None:
        super().__init__(desk.window)
        self._desk, self._maker = desk, maker

    def ask(self) -> None:
        """Asks for a new layer."""
        scene = self._desk.session.shown
        if scene is None:
            return
        dialog = NewLayerDialog(scene, self._desk.window, self._desk.session.libraries.chosen)
        dialog.library_asked.connect(partial(self._ask_library, dialog))
        open_dialog(dialog, self._make)

    def _make(self, dialog: NewLayerDialog) -> None:
        try:
            wish = dialog.wish
        except HsiError as error:
            self._desk.fail(error)
        else:
            self._maker.make(wish)

    def _ask_library(self, dialog: NewLayerDialog, chooser: SpectraChooser) -> None:
        def show(library: SpectralLibrary) -> None:
            if dialog.isVisible() and dialog.page.chooser is chooser:
                chooser.add_library(library)

        ask_library(self._desk, show)
