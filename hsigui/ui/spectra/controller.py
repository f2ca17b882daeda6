"""Spectra of the shown scene: those of pixels that are picked, those that were kept, and the bands that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage

from hsigui.cube.cube import Cube
from hsigui.cube.render import CHANNELS, SINGLE, ViewState
from hsigui.cube.responses import read_responses
from hsigui.cube.spectra import window_spectrum
from hsigui.document.events import BandsChanged, SceneClosed, SceneLeft, SceneShown, ViewChanged
from hsigui.document.identity import Origin
from hsigui.document.intentions import PixelPicked, SpectrumWanted
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.jobs import Context
from hsigui.labels.classes import PALETTE
from hsigui.report.spectra_csv import spectra_csv
from hsigui.saving import write_text
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.channels import CHANNEL_COLORS
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.pictures.files import KINDS, filter_of, write_picture
from hsigui.ui.image.pictures.sheet import Sheet, drawn
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.view import ImageView
from hsigui.ui.spectra.picture import sheet_of
from hsigui.ui.spectra.view import SpectrumView

COPIED_DPI = 192.0


@dataclass(frozen=True, eq=False)
class PixelSpectrum:
    """The spectrum of a pixel, or the mean of a square around it.

    Attributes:
        values, spread: one a band; no spread of a single pixel.
    """

    row: int
    col: int
    side: int
    values: NDArray[np.float32]
    spread: NDArray[np.float32] | None = None


class SpectraController(QObject):
    """Keeps the plot in step with the scene; a scene keeps its spectra.

    Signals:
        taken_up(Scene): the scene that is shown has its state of an earlier day.
    """

    taken_up = Signal(object)

    def __init__(self, desk: Desk, image: ImageView, view: SpectrumView, pixel: Pixel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._view = desk, desk.session, image, view
        self._pixel = pixel
        self._under_study: dict[int, Spectrum] = {}  # of the scenes behind, by their ids
        self._picking = Latest(desk.bridge, say("Read spectrum"), self._show_spectrum, between=True)
        image.clicked.connect(self.pick)
        view.kept_changed.connect(self._kept_changed)
        view.band_picked.connect(self._band_picked)
        view.export_asked.connect(self.ask_and_export)
        view.refused.connect(desk.fail)
        view.responses_asked.connect(self._ask_responses)
        view.list.ask_color = desk.prompts.color
        events = self._session.events
        events.subscribe(SceneLeft, self._left)
        events.subscribe(SceneShown, self._shown)
        events.subscribe(SceneClosed, self._closed)
        events.subscribe(BandsChanged, self._bands_changed)
        events.subscribe(ViewChanged, self._view_changed)
        events.subscribe(PixelPicked, self._pixel_picked)
        events.subscribe(SpectrumWanted, self._spectrum_wanted)

    def ask_and_export(self) -> None:
        """Asks for a file, and writes the shown spectra to it."""
        name = self._session.scene.cube.name
        path = self._desk.prompts.save_path(
            say("Save spectra"), str(self._desk.folder() / f"{name}-spectra.csv"), kinds=say("CSV (*.csv)")
        )
        if path is not None:
            self._write(path, self._view.csv_text())

    def copy_picture(self) -> None:
        """Puts the plot on the clipboard as a picture."""
        sheet = sheet_of(self._view.plot(), "", COPIED_DPI)

        def done(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._desk.messages.info(say("Copied the plot of the spectra."), stays=False)

        self._desk.bridge.start(lambda _ctx: drawn(sheet), say("Copy picture"), Watcher(done=done))

    def ask_and_save_picture(self) -> None:
        """Asks for a file, and draws the plot into it."""
        name = self._session.scene.cube.name
        path = self._desk.prompts.save_path(
            say("Save picture"), str(self._desk.folder() / f"{name}-spectra.png"),
            kinds=";;".join(filter_of(kind) for kind in KINDS),
        )  # fmt: skip
        if path is not None:
            self._write_picture(path, sheet_of(self._view.plot(), say("Spectra of {name}", name=name)))

    def _write_picture(self, path: Path, sheet: Sheet) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("The picture was saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save picture"), (path,), partial(write_picture, sheet=sheet, path=path), done, lambda: None,
            (copy, partial(self._write_picture, copy, sheet)),
        ))  # fmt: skip

    def _write(self, path: Path, text: str) -> None:
        def write(_ctx: Context) -> list[Path]:
            return write_text(path, text)

        def done(written: list[Path]) -> None:
            self._desk.told(say("Spectra saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save spectra"), (path,), write, done, lambda: None, (copy, partial(self._write, copy, text))
        ))  # fmt: skip

    def pick(self, row: int, col: int, keep: bool) -> None:
        """Shows the spectrum of a pixel in place of the last one, or keeps it beside the others."""
        cube = self._session.cube
        if cube is None:
            return
        read = partial(read_spectrum, cube=cube, row=row, col=col, side=self._view.side)
        if keep:  # every kept spectrum counts, so these do not replace one another
            done = partial(self._keep, self._session.origin)
            self._desk.bridge.start(read, say("Read spectrum"), Watcher(done=done))
        else:
            self._picking.request(read)

    def keep_here(self) -> None:
        """Keeps the spectrum of the pixel in question."""
        place = self._pixel.needed()
        if place is not None:
            self.pick(*place, keep=True)

    def copy_here(self) -> None:
        """Shows the spectrum of the pixel in question, and puts it on the clipboard as CSV."""
        place, cube = self._pixel.needed(), self._session.cube
        if place is None or cube is None:
            return
        self.pick(*place, keep=False)
        read = partial(read_spectrum, cube=cube, row=place[0], col=place[1], side=self._view.side)
        self._desk.bridge.start(read, say("Read spectrum"), Watcher(done=partial(self._copy, self._session.scene)))

    def show_kept(self, scene: Scene) -> None:
        """Shows the spectra of a scene that were kept on an earlier day."""
        if scene is self._session.shown:
            self._renew(self._view.current())
            self.taken_up.emit(scene)

    def add(self, origin: Origin, made: Sequence[Spectrum], *, color: bool = False) -> None:
        """Keeps spectra that were made of a scene, if its bands are still those.

        Args:
            color: whether each gets the next colour of the plot's own.
        """
        scene = self._session.find(origin.scene)
        if scene is None or scene.origin != origin:
            return
        if scene is self._session.shown:
            self._view.keep_all(made, color=color)
            return
        for spectrum in made:
            own = PALETTE[len(scene.spectra) % len(PALETTE)]
            scene.spectra = (*scene.spectra, replace(spectrum, color=own) if color else spectrum)

    def show_under_study(self, values: NDArray[np.float32], label: str) -> None:
        """Shows a spectrum of the scene in place of the one under study. One value a band."""
        self._view.show_current(values, label)

    # The scene

    def _left(self, event: SceneLeft) -> None:
        current = self._view.current()
        if current is not None:
            self._under_study[event.scene] = current

    def _closed(self, event: SceneClosed) -> None:
        self._under_study.pop(event.scene, None)

    def _shown(self, event: SceneShown) -> None:
        self._picking.forget()
        self._renew(self._under_study.pop(event.scene, None))

    def _bands_changed(self, event: BandsChanged) -> None:
        if event.read_again:
            self._picking.forget()
            self._view.clear()
        self._renew(self._view.current())

    def _renew(self, current: Spectrum | None) -> None:
        """Shows the curves of the scene on its bands: their values are those of before."""
        scene = self._session.scene
        kept = scene.spectra  # those of the scene before go from the plot first, which tells so
        self._view.set_wavelengths(scene.cube.wavelengths, scene.cube.is_bad)
        self._view.set_quantity(say("Value") if scene.cube.info.scale == 1.0 else say("Reflectance"))
        self._mark_bands(scene.view)
        self._show(current, kept)

    def _show(self, current: Spectrum | None, kept: Sequence[Spectrum]) -> None:
        self._view.set_kept(kept)
        if current is not None:
            self._view.show_current(current.values, current.label, current.spread)

    # The bands that are shown

    def _view_changed(self, event: ViewChanged) -> None:
        self._mark_bands(event.after)

    def _mark_bands(self, view: ViewState) -> None:
        if view.single is None:
            self._view.mark_bands(list(zip(view.bands, CHANNEL_COLORS, strict=True)))
        else:
            self._view.mark_bands([(view.single, None)])

    def _band_picked(self, channel: int, band: int) -> None:
        view = self._session.view
        if view is not None:
            self._session.set_view(view.with_band(CHANNELS[channel] if view.single is None else SINGLE, band))

    # Pixels

    def _pixel_picked(self, event: PixelPicked) -> None:
        self.pick(event.row, event.col, event.keep)

    def _spectrum_wanted(self, event: SpectrumWanted) -> None:
        self._view.keep(event.values, event.label, event.color, event.place)

    def _show_spectrum(self, answer: PixelSpectrum) -> None:
        self._view.show_current(answer.values, _name(self._session.scene, answer), answer.spread)

    def _copy(self, scene: Scene, answer: PixelSpectrum) -> None:
        name, cube = _name(scene, answer), scene.cube
        QGuiApplication.clipboard().setText(spectra_csv([(name, answer.values)], cube.bands, cube.wavelengths))
        self._desk.messages.info(say("The spectrum of {name} is on the clipboard.", name=name), stays=False)

    def _keep(self, origin: Origin, answer: PixelSpectrum) -> None:
        """A spectrum is kept by its scene, which may be behind another by now."""
        scene = self._session.find(origin.scene)
        if scene is None or scene.origin != origin:
            return
        number = int(scene.labels.array[answer.row, answer.col])
        color = scene.classes.get(number).color if number else PALETTE[0]
        note = "" if answer.side == 1 else say("mean of {side} x {side} pixels", side=answer.side)
        made = Spectrum(_name(scene, answer), color, answer.values, (answer.row, answer.col), answer.spread, note=note)
        self.add(origin, [made], color=not number)

    def _kept_changed(self) -> None:
        kept = self._view.kept()
        self._session.scene.spectra = tuple(kept)
        self._image.set_markers([
            (*spectrum.place, spectrum.color, str(number))
            for number, spectrum in enumerate(kept, 1) if spectrum.place is not None and spectrum.shown
        ])  # fmt: skip

    def _ask_responses(self) -> None:
        """Asks for a file of the bands of a sensor, and has the spectra seen as it sees them."""
        path = self._desk.prompts.open_path(
            say("Bands of a sensor"), str(self._desk.folder()), scene=False,
            kinds=say("Tables of responses, or of centres and widths (*.csv *.txt)"),
        )  # fmt: skip
        if path is not None:
            self._desk.bridge.start(
                lambda _ctx: read_responses(path), say("Read {name}", name=path.name),
                Watcher(done=self._view.strip.add_responses),
            )  # fmt: skip


def read_spectrum(_ctx: Context, cube: Cube, row: int, col: int, side: int = 1) -> PixelSpectrum:
    """The values of a pixel in every band, or the mean of a square of pixels around it with its spread."""
    if side == 1:
        return PixelSpectrum(row, col, side, cube.spectrum(row, col))
    return PixelSpectrum(row, col, side, *window_spectrum(cube, row, col, side))


def _name(scene: Scene, found: PixelSpectrum) -> str:
    number = int(scene.labels.array[found.row, found.col])
    name = f", {scene.classes.get(number).name}" if number else ""
    square = "" if found.side == 1 else say(", mean of {side} x {side}", side=found.side)
    return say("row {row}, col {col}{name}{square}", row=found.row, col=found.col, name=name, square=square)
