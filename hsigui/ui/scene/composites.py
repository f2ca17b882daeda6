"""Composites by wavelength: those that everybody knows, and the user's own, which the settings keep."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from hsigui.cube.cube import Cube
from hsigui.cube.render import DEFAULT_BANDS, PRESET_NM, Triple, ViewState, out_of_reach, preset, view_of
from hsigui.document.events import BandsChanged, SceneShown
from hsigui.settings import BandPreset
from hsigui.texts import say
from hsigui.ui.desk.channels import COMPOSITE_TITLES
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.scene.composites_dialog import CompositesDialog
from hsigui.ui.scene.display_panel import DisplayPanel


class Composites(QObject):
    """Shows composites, says why one cannot be shown, and keeps the user's own.

    Args:
        give_wavelengths: the action that lets the user give them.
    """

    def __init__(self, desk: Desk, display: DisplayPanel, give_wavelengths: QAction) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._display = desk, desk.session, display
        self._give = give_wavelengths
        self._menu: QMenu | None = None
        self._own: list[QAction] = []
        display.preset_asked.connect(self.show)
        display.wavelengths_asked.connect(give_wavelengths.trigger)
        self._session.events.subscribe(SceneShown, self._show_reach)
        self._session.events.subscribe(BandsChanged, self._show_reach)

    def show(self, name: str) -> None:
        """Shows one of PRESETS."""
        cube = self._session.cube
        if cube is None:
            return
        if name == DEFAULT_BANDS:
            self._show(preset(cube, name))
        else:
            self._show_nm(cube, COMPOSITE_TITLES[name], PRESET_NM[name])

    def show_own(self, name: str) -> None:
        """Shows one of the user's own, by its name."""
        cube = self._session.cube
        found = next((one for one in self._desk.settings.band_presets if one.name == name), None)
        if cube is not None and found is not None:
            self._show_nm(cube, name, found.nm)

    def ask_own(self) -> None:
        """Lets the user keep the bands that are shown as a composite, and take kept ones away."""
        cube, view = self._session.cube, self._session.view
        if cube is None or view is None:
            return
        if cube.wavelengths is None:
            self._no_wavelengths(cube)
            return
        red, green, blue = (float(cube.wavelengths[band]) for band in view.bands)
        dialog = CompositesDialog(
            self._desk.settings.band_presets, (red, green, blue), self._desk.wavelength_unit, self._desk.window
        )
        open_dialog(dialog, self._take_own)

    def fill(self, menu: QMenu) -> None:
        """Takes the menu at whose end the user's own composites stand."""
        self._menu = menu
        menu.addSeparator()
        menu.aboutToShow.connect(self._show_own)
        self._display.set_menu(menu)
        self._show_own()

    def set_unit(self, _unit: WavelengthUnit) -> None:
        """Says in the unit of now what the scene has no band near to."""
        self._show_reach()

    # Inner doings

    def _show_nm(self, cube: Cube, title: str, nm: Triple) -> None:
        missing = out_of_reach(cube, nm)
        if cube.wavelengths is None:
            self._no_wavelengths(cube)
        elif missing is not None:
            self._desk.messages.info(
                say("{name} has no bands for “{title}”: none is near {nm}.", name=cube.name, title=title,
                    nm=self._desk.wavelength_unit.written(missing)),
                say("The view stays as it is. Choose bands in Display or Bands."),
            )  # fmt: skip
        else:
            self._show(view_of(cube, nm))

    def _show(self, chosen: ViewState) -> None:
        view = self._session.view
        if view is not None:
            self._session.set_view(replace(view, red=chosen.red, green=chosen.green, blue=chosen.blue, single=None))

    def _no_wavelengths(self, cube: Cube) -> None:
        self._desk.messages.show_message(
            "info",
            say("{name} has no wavelengths, which composites by colour need.", name=cube.name),
            say("Take them from a sensor or a list in Edit > Bands…, or choose bands by number."),
            [(say("Bands…"), self._give.trigger)],
        )

    def _show_reach(self, _event: SceneShown | BandsChanged | None = None) -> None:
        cube = self._session.cube
        if cube is None:
            return
        missing: dict[str, str] = {}
        for name, nm in PRESET_NM.items():
            if cube.wavelengths is None:
                missing[name] = say("The scene has no wavelengths: give them in Edit > Bands…")
            else:
                away = out_of_reach(cube, nm)
                if away is not None:
                    near = self._desk.wavelength_unit.written(away)
                    missing[name] = say("The scene has no band near {nm}", nm=near)
        self._display.set_reach(missing)

    def _take_own(self, dialog: CompositesDialog) -> None:
        self._desk.remember(replace(self._desk.settings, band_presets=dialog.kept))

    def _show_own(self) -> None:
        """The names of now, at the end of the menu."""
        if self._menu is None:
            return
        for action in self._own:
            self._menu.removeAction(action)
            action.deleteLater()
        cube = self._session.cube
        known = cube is not None and cube.wavelengths is not None
        self._own = []
        for one in self._desk.settings.band_presets:
            action = QAction(one.name.replace("&", "&&"), self._menu)
            action.setToolTip(nm_in_words(one, self._desk))
            action.setStatusTip(action.toolTip())
            action.setEnabled(known)
            action.triggered.connect(partial(self._own_chosen, one.name))
            self._menu.addAction(action)
            self._own.append(action)

    def _own_chosen(self, name: str, *_pressed: bool) -> None:
        self.show_own(name)


def nm_in_words(kept: BandPreset, desk: Desk) -> str:
    """The three wavelengths of a composite."""
    return say(" / ").join(desk.wavelength_unit.written(nm) for nm in kept.nm)
