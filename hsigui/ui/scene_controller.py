"""Opening scenes and showing them: the composite, the pixel under the cursor, spectra."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.cube.arrays import AmbiguousArray
from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState, preset, reaches
from hsigui.labels.classes import PALETTE, Color
from hsigui.ui import work
from hsigui.ui.desk import Desk
from hsigui.ui.dialogs.variable_chooser import VariableChooser
from hsigui.ui.image_view import ImageView
from hsigui.ui.job_bridge import Latest, Watcher
from hsigui.ui.panels.display_panel import DisplayPanel
from hsigui.ui.spectrum_view import SpectrumView

CHANNEL_COLORS: tuple[Color, ...] = ((220, 60, 50), (40, 160, 70), (60, 110, 230))
CHANNELS = ("red", "green", "blue")


class SceneController(QObject):
    """From a path to a picture.

    Args:
        leave: called before a scene is replaced, with what to do once labels are safe; asks the user when they are not.
    """

    opened = Signal(object)  # work.Opened, after the session has it
    values_read = Signal(int, int, object)  # row, col, values of the shown bands

    def __init__(
        self,
        desk: Desk,
        image: ImageView,
        spectra: SpectrumView,
        display: DisplayPanel,
        leave: Callable[[Callable[[], None]], None],
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._image, self._spectra, self._display, self._leave = desk, image, spectra, display, leave
        self._session = desk.session
        self._path: Path | None = None
        self._kept: list[tuple[int, int, Color]] = []
        self._opening = Latest(desk.bridge, "Open scene", self._ready, failed=self._not_opened)
        self._drawing = Latest(desk.bridge, "Draw composite", self._show_picture, between=True)
        self._reading = Latest(desk.bridge, "Read pixel", self._show_values, between=True)
        self._picking = Latest(desk.bridge, "Read spectrum", self._show_spectrum, between=True)
        display.view_changed.connect(self.set_view)
        display.preset_asked.connect(self.show_preset)
        image.hovered.connect(self._hovered)
        image.clicked.connect(self._clicked)
        spectra.kept_changed.connect(self._kept_changed)
        spectra.band_picked.connect(self._band_picked)

    # Opening

    def ask_and_open(self) -> None:
        path = self._desk.prompts.open_path("Open scene", self._desk.settings.last_folder, scene=True)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: str | Path, variable: str | None = None) -> None:
        """Opens a scene in a worker; the present one stays until the new one is ready."""
        self._path = Path(path).expanduser().absolute()
        self._opening.request(partial(work.open_scene, path=self._path, variable=variable))

    def open_demo(self) -> None:
        self._path = None
        self._opening.request(work.open_demo)

    def _not_opened(self, error: BaseException, trace: str) -> None:
        if isinstance(error, AmbiguousArray) and self._path is not None:
            self._choose_variable(self._path, error)
            return
        if self._path is not None and not self._path.exists():
            self._desk.remember(self._desk.settings.without_recent(str(self._path)))
        self._desk.fail(error, trace)

    def _choose_variable(self, path: Path, error: AmbiguousArray) -> None:
        chooser = VariableChooser(path.name, error.candidates, self._desk.window)
        chooser.accepted.connect(lambda: self.open_path(path, chooser.variable))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _ready(self, opened: work.Opened) -> None:
        path = self._path
        self._leave(lambda: self._take(opened, path))

    def _take(self, opened: work.Opened, path: Path | None) -> None:
        for latest in (self._drawing, self._reading, self._picking):
            latest.forget()
        cube = opened.cube
        bad = np.ones(cube.bands, dtype=bool)
        bad[cube.good_bands] = False
        self._image.clear()
        self._image.set_image(opened.picture.rgb, opened.picture.step, (cube.rows, cube.cols))
        self._spectra.set_wavelengths(cube.wavelengths, bad)
        self._display.set_bands(cube.bands, cube.wavelengths, bad)
        self._session.set_scene(cube, opened.view)
        self._show_view(opened.view)
        self._image.fit()
        if path is not None:
            settings = self._desk.settings.with_recent(str(path))
            self._desk.remember(dataclasses.replace(settings, last_folder=str(path.parent)))
        self._desk.messages.clear()
        if cube.notes:
            self._desk.messages.info(f"{cube.name}: {' '.join(cube.notes)}")
        if opened.truth is not None:
            self._session.set_truth(opened.truth.array, opened.truth.classes, "the simulated ground truth")
        self.opened.emit(opened)

    # The composite

    def show_preset(self, name: str) -> None:
        """Shows "true colour", "colour infrared" or "default bands"."""
        cube, view = self._session.cube, self._session.view
        if cube is None or view is None:
            return
        chosen = preset(cube, name)
        if not reaches(cube, name):
            self._desk.messages.info(
                f"{cube.name} has no bands for “{name}”; "
                f"bands {chosen.red}, {chosen.green} and {chosen.blue} are shown.",
                "Choose others with the sliders.",
            )
        self.set_view(dataclasses.replace(chosen, low=view.low, high=view.high))

    def set_view(self, view: ViewState) -> None:
        """Shows other bands or another stretch; the newest wish wins."""
        cube = self._session.cube
        if cube is None or view == self._session.view:
            return
        self._session.set_view(view)
        self._show_view(view)
        self._drawing.request(partial(work.draw_picture, cube=cube, view=view))

    def _show_view(self, view: ViewState) -> None:
        self._display.set_view(view)
        bands = [getattr(view, channel) for channel in CHANNELS]
        self._spectra.mark_bands(list(zip(bands, CHANNEL_COLORS, strict=True)))

    def _show_picture(self, picture: work.Picture) -> None:
        cube = self._session.cube
        if cube is not None:
            self._image.set_image(picture.rgb, picture.step, (cube.rows, cube.cols))

    def _band_picked(self, channel: int, band: int) -> None:
        if self._session.view is not None:
            self.set_view(dataclasses.replace(self._session.view, **{CHANNELS[channel]: band}))

    # Pixels

    def _hovered(self, row: int, col: int) -> None:
        cube, view = self._session.cube, self._session.view
        if cube is not None and view is not None:
            self._reading.request(lambda ctx: (row, col, work.read_values(ctx, cube, view, row, col)))

    def _show_values(self, answer: tuple[int, int, NDArray[np.float32]]) -> None:
        self.values_read.emit(*answer)

    def _clicked(self, row: int, col: int, keep: bool) -> None:
        cube = self._session.cube
        if cube is None:
            return
        read = partial(_place_and_spectrum, cube=cube, row=row, col=col)
        if keep:  # every kept spectrum counts, so these do not replace one another
            self._desk.bridge.start(read, "Read spectrum", Watcher(done=lambda answer: self._keep(cube, answer)))
        else:
            self._picking.request(read)

    def _show_spectrum(self, answer: tuple[int, int, Any]) -> None:
        row, col, values = answer
        self._spectra.show_current(values, self._name(row, col))

    def _keep(self, cube: Cube, answer: tuple[int, int, Any]) -> None:
        row, col, values = answer
        if self._session.cube is not cube:
            return
        number = int(self._session.labels.array[row, col])
        color = self._session.classes.get(number).color if number else PALETTE[len(self._kept) % len(PALETTE)]
        self._kept.append((row, col, color))
        self._spectra.keep(values, self._name(row, col), color)

    def _kept_changed(self) -> None:
        if not self._spectra.kept():
            self._kept = []
        self._image.set_markers(self._kept)

    def _name(self, row: int, col: int) -> str:
        number = int(self._session.labels.array[row, col])
        name = f", {self._session.classes.get(number).name}" if number else ""
        return f"row {row}, col {col}{name}"


def _place_and_spectrum(ctx: Any, cube: Cube, row: int, col: int) -> tuple[int, int, NDArray[np.float32]]:
    return row, col, work.read_spectrum(ctx, cube, row, col)
