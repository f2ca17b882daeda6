"""Spectra of the shown scene: those of pixels that are picked, those that were kept, and the bands that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage

from hsigui.cube.cube import Cube
from hsigui.cube.render import CHANNELS, SINGLE, ViewState
from hsigui.document.events import (
    BandsChanged,
    PixelPicked,
    SceneClosed,
    SceneLeft,
    SceneShown,
    SpectrumWanted,
    ViewChanged,
)
from hsigui.document.identity import Origin
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.jobs import Context
from hsigui.labels.classes import PALETTE
from hsigui.report.spectra_csv import spectra_csv
from hsigui.saving import written_beside
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.channels import CHANNEL_COLORS
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.image.pictures.files import KINDS, filter_of, write_picture
from hsigui.ui.image.pictures.sheet import Sheet, drawn
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.view import ImageView
from hsigui.ui.spectra.picture import sheet_of
from hsigui.ui.spectra.view import SpectrumView

COPIED_DPI = 192.0
PixelSpectrum = tuple[int, int, NDArray[np.float32]]  # row, column, a value for each band


class SpectraController(QObject):
    """Keeps the plot in step with the scene; a scene keeps its spectra."""

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
        read = partial(read_spectrum, cube=cube, row=row, col=col)
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
        read = partial(read_spectrum, cube=cube, row=place[0], col=place[1])
        self._desk.bridge.start(read, say("Read spectrum"), Watcher(done=partial(self._copy, self._session.scene)))

    def show_kept(self, scene: Scene) -> None:
        """Shows the spectra of a scene that were kept on an earlier day."""
        if scene is self._session.shown:
            self._renew(self._view.current())

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
        for spectrum in kept:
            self._view.keep(spectrum.values, spectrum.label, spectrum.color, spectrum.place)
        if current is not None:
            self._view.show_current(current.values, current.label)

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
        self._view.keep(event.values, event.label)

    def _show_spectrum(self, answer: PixelSpectrum) -> None:
        row, col, values = answer
        self._view.show_current(values, _name(self._session.scene, row, col))

    def _copy(self, scene: Scene, answer: PixelSpectrum) -> None:
        row, col, values = answer
        name, cube = _name(scene, row, col), scene.cube
        QGuiApplication.clipboard().setText(spectra_csv([(name, values)], cube.bands, cube.wavelengths))
        self._desk.messages.info(say("The spectrum of {name} is on the clipboard.", name=name), stays=False)

    def _keep(self, origin: Origin, answer: PixelSpectrum) -> None:
        """A spectrum is kept by its scene, which may be behind another by now."""
        row, col, values = answer
        scene = self._session.find(origin.scene)
        if scene is None or scene.origin != origin:
            return
        number = int(scene.labels.array[row, col])
        color = scene.classes.get(number).color if number else None
        name = _name(scene, row, col)
        if scene is self._session.shown:
            self._view.keep(values, name, color, (row, col))
        else:
            color = color or PALETTE[len(scene.spectra) % len(PALETTE)]
            scene.spectra = (*scene.spectra, Spectrum(name, color, values, (row, col)))

    def _kept_changed(self) -> None:
        kept = self._view.kept()
        self._session.scene.spectra = tuple(kept)
        self._image.set_markers([(*spectrum.place, spectrum.color) for spectrum in kept if spectrum.place is not None])


def spectra(bench: Bench) -> PanelParts:
    """Makes the plot of spectra."""
    view = SpectrumView(bench.desk.window)
    return PanelParts(view, (view, SpectraController(bench.desk, bench.image, view, bench.pixel)))


def write_text(path: Path, text: str) -> list[Path]:
    """Writes a text file; gives it back.

    Raises:
        HsiError: it cannot be written.
    """
    with written_beside(path) as (scratch,):
        scratch.write_text(text, encoding="utf-8")
    return [path]


def read_spectrum(_ctx: Context, cube: Cube, row: int, col: int) -> PixelSpectrum:
    """Row, column and the values of a pixel in every band."""
    return row, col, cube.spectrum(row, col)


def _name(scene: Scene, row: int, col: int) -> str:
    number = int(scene.labels.array[row, col])
    name = f", {scene.classes.get(number).name}" if number else ""
    return say("row {row}, col {col}{name}", row=row, col=col, name=name)
