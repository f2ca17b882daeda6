"""Libraries in the window: opened, closed, their spectra kept on the plot at the scene's bands and in its way to count;
what was kept written as a library of one's own. A scene remembers the libraries that it was worked on with."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog

from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.ground import ground_of
from hsigui.cube.libraries.curves import named
from hsigui.cube.libraries.rereading import WAYS, reread
from hsigui.cube.libraries.scaling import level, level_of_scene, scaling
from hsigui.cube.libraries.table import WRITTEN, read_library
from hsigui.cube.libraries.writing import write_library
from hsigui.document.events import LibrariesChanged
from hsigui.document.open_libraries import LibraryPlace, sum_of
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import PALETTE
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.prompts import library_kinds
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.spectra.libraries_window import LibrariesWindow
from hsigui.ui.spectra.library_table import Row


class Libraries(QObject):
    """Opens them and keeps their spectra."""

    def __init__(self, desk: Desk, spectra: SpectraController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._spectra = desk, desk.session, spectra
        self._as_read: dict[Path, SpectralLibrary] = {}  # before their wavelengths were taken for another unit
        self._session.events.subscribe(LibrariesChanged, self._changed)
        spectra.taken_up.connect(self.open_those_of)

    @cached_property
    def window(self) -> LibrariesWindow:
        """The window of libraries; not there until it is wanted."""
        window = LibrariesWindow(self._desk.window)
        window.open_asked.connect(self.ask_and_open)
        window.folder_asked.connect(self.ask_for_folder)
        window.close_asked.connect(self._close)
        window.keep_asked.connect(self.keep)
        window.wavelengths_asked.connect(self._ask_wavelengths)
        window.chosen.connect(self._choose)
        return window

    def show(self) -> None:
        """Shows the window of libraries."""
        self.window.show_libraries(self._session.libraries.all, self._desk.wavelength_unit)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def ask_and_open(self) -> None:
        """Asks for a file, and opens it beside the libraries that are open."""
        path = self._desk.prompts.open_path(
            say("Spectral library"), str(self._desk.folder()), scene=False, kinds=library_kinds()
        )
        if path is not None:
            self.open(path)

    def ask_for_folder(self) -> None:
        """Asks for a folder of spectra, and opens it as one library."""
        path = self._desk.prompts.open_folder(say("Folder of spectra"), str(self._desk.folder()))
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Reads a library, and lists it in the window."""
        self._read(LibraryPlace(path.absolute()), say("Read {name}", name=path.name), shown=True)

    def open_those_of(self, scene: Scene) -> None:
        """Opens the libraries that a scene was worked on with; their window stays as it is."""
        for place in scene.libraries:
            if self._session.libraries.find(place.path) is None:
                self._read(place, say("Read {name}", name=place.path.name), shown=False)

    def take_wavelengths(self, library: SpectralLibrary, way: str) -> None:
        """Takes the wavelengths of an open library for another unit (`libraries.rereading`)."""
        original = self._as_read.setdefault(library.path, library)
        try:
            made = reread(original, way)
        except HsiError as error:
            self._desk.fail(error)
            return
        self._session.libraries.add(made)
        self._remember_soon(made, way)

    def _ask_wavelengths(self, library: SpectralLibrary) -> None:
        ways = list(WAYS.values())
        way, agreed = QInputDialog.getItem(
            self.window,
            say("Wavelengths of {name}", name=library.path.name),
            say("Its wavelengths are:"),
            ways,
            0,
            False,
        )
        if agreed:
            self.take_wavelengths(library, list(WAYS)[ways.index(way)])

    def use(self, library: SpectralLibrary) -> None:
        """Has a library open that was read elsewhere, without its window."""
        if self._session.libraries.find(library.path) is None:
            self._session.libraries.add(library)
        self._remember_soon(library)

    def keep(self, rows: Sequence[Row]) -> None:
        """Keeps spectra on the plot: at the bands of the scene, and counted as its values are."""
        scene = self._session.shown
        if scene is None:
            self._desk.messages.info(say("Open a scene first: its plot keeps the spectra."))
            return
        work = partial(on_scene, cube=scene.cube, rows=tuple(rows))
        done = partial(self._take, scene)
        self._desk.bridge.start(work, say("Bring spectra to the bands"), Watcher(done=done))

    def ask_and_save(self) -> None:
        """Asks for a file, and writes the kept spectra as a library."""
        scene = self._session.shown
        if scene is None:
            return
        if not scene.spectra:
            self._desk.messages.info(say("There is no kept spectrum."), say("Shift+click in the image keeps one."))
            return
        kinds = ";;".join(f"{title} (*{suffix})" for title, suffix in zip(
            (say("ENVI spectral library"), say("Table of spectra"), say("EnMAP-Box library")), WRITTEN, strict=True
        ))  # fmt: skip
        proposal = str(self._desk.folder() / f"{scene.cube.name}-library{WRITTEN[0]}")
        path = self._desk.prompts.save_path(say("Save spectra as a library"), proposal, kinds=kinds)
        if path is not None:
            self._write(own_library(scene, path), path)

    def _write(self, library: SpectralLibrary, path: Path) -> None:
        def write(_ctx: Context) -> list[Path]:
            return write_library(library, path)

        def done(written: list[Path]) -> None:
            self._desk.told(say("The library was saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save library"), (path,), write, done, lambda: None, (copy, partial(self._write, library, copy))
        ))  # fmt: skip

    def _read(self, place: LibraryPlace, title: str, *, shown: bool) -> None:
        def done(read: tuple[SpectralLibrary, SpectralLibrary, str]) -> None:
            original, library, found = read
            self._as_read[library.path] = original
            self._session.libraries.add(library)
            if shown:
                for note in library.notes:
                    self._desk.messages.info(f"{library.path.name}: {note}", stays=False)
                self._remember(library.path, found)
                self.show()
            elif place.sha256 and found != place.sha256:
                self._desk.messages.warning(
                    say("The library {name} is another one than the scene was worked on with.", name=place.path.name),
                    say("Its file has changed since. Spectra that were kept are as they were."),
                )

        self._desk.bridge.start(partial(_read, place=place), title, Watcher(done=done))

    def _remember_soon(self, library: SpectralLibrary, way: str = "") -> None:
        """The same, with the sum made in a worker."""
        done = partial(self._remember, library.path, way=way)
        title = say("Read {name}", name=library.path.name)
        self._desk.bridge.start(lambda _ctx: sum_of(library), title, Watcher(done=done))

    def _remember(self, path: Path, found: str, way: str = "") -> None:
        """Notes in the shown scene that the library of this path and sum is in use."""
        scene = self._session.shown
        if scene is not None:
            others = (place for place in scene.libraries if place.path != path)
            scene.libraries = (*others, LibraryPlace(path, found, way))

    def _close(self, library: SpectralLibrary) -> None:
        scene = self._session.shown
        if scene is not None:
            scene.libraries = tuple(place for place in scene.libraries if place.path != library.path)
        self._as_read.pop(library.path, None)
        self._session.libraries.remove(library)

    def _choose(self, rows: list[Row]) -> None:
        if tuple(rows) != self._session.libraries.chosen:
            self._session.libraries.choose(rows)

    def _changed(self, _event: LibrariesChanged) -> None:
        if "window" in vars(self) and self.window.isVisible():
            self.window.show_libraries(self._session.libraries.all, self._desk.wavelength_unit)

    def _take(self, scene: Scene, made: list[Spectrum]) -> None:
        if self._session.find(scene.id) is not scene:
            return
        for note in dict.fromkeys(spectrum.note for spectrum in made if spectrum.factor != 1.0):
            self._desk.messages.info(
                say("Kept {note}.", note=note),
                say("Another factor: in the list of kept spectra, by the right button."), stays=False,
            )  # fmt: skip
        self._spectra.add(scene.origin, made, color=True)


def on_scene(ctx: Context, cube: Cube, rows: Sequence[Row]) -> list[Spectrum]:
    """Spectra of libraries over the bands of a scene, of the size of its values; notes say where they are from."""
    ctx.progress(0, 0, say("Reading spectra"))
    scene_level = level_of_scene(cube)
    made = []
    for library in dict.fromkeys(library for library, _ in rows):
        places = [place for own, place in rows if own is library]
        some = library.taken(places)
        found = scaling(level(some.good_values), scene_level)
        values = some.resampled_to(cube).good_values * np.float32(found.factor)
        for place, name, row in zip(places, some.names, values, strict=True):
            del place
            note = say(", ").join(text for text in (say("of {name}", name=library.path.name), found.note) if text)
            made.append(Spectrum(name, PALETTE[0], row, factor=found.factor, note=note))
    return made


def own_library(scene: Scene, path: Path) -> SpectralLibrary:
    """The kept spectra of a scene as a library, with place, date and the name of the scene.

    Raises:
        HsiError: none is kept.
    """
    kept, cube = scene.spectra, scene.cube
    if not kept:
        raise HsiError(say("There is no kept spectrum."), say("Shift+click in the image keeps one."))
    ground, today = ground_of(cube.geo), datetime.date.today().isoformat()
    about: dict[str, list[str]] = {title: [] for title in ("scene", "date", "row", "col", "x", "y", "group", "note")}
    for spectrum in kept:
        row, col = spectrum.place or (None, None)
        x = y = ""
        if ground is not None and spectrum.place is not None:
            east, north = ground.to_map(spectrum.place[0] + 0.5, spectrum.place[1] + 0.5)
            x, y = f"{float(east):.10g}", f"{float(north):.10g}"
        said = (cube.name, today, "" if row is None else str(row), "" if col is None else str(col), x, y,
                spectrum.group, spectrum.note)  # fmt: skip
        for title, text in zip(about, said, strict=True):
            about[title].append(text)
    return SpectralLibrary(
        path=path, names=named([spectrum.label for spectrum in kept]),
        stored=np.array([spectrum.values for spectrum in kept], dtype=np.float32), wavelengths=cube.wavelengths,
        fwhm=cube.info.fwhm, bad_bands=tuple(bool(bad) for bad in cube.is_bad),
        columns={title: tuple(texts) for title, texts in about.items() if any(texts)},
    )  # fmt: skip


def _read(ctx: Context, place: LibraryPlace) -> tuple[SpectralLibrary, SpectralLibrary, str]:
    """A library as it is read, as its wavelengths are taken, and the sum of what it holds."""
    path = place.path

    def told(done: int, total: int) -> None:
        ctx.progress(done, total, say("Reading {name}…", name=path.name))
        ctx.check()

    told(0, 0)
    original = read_library(path, told)
    library = reread(original, place.wavelengths)
    return original, library, sum_of(library)
