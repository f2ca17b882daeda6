"""Matching a spectrum of the scene with libraries: of the pixel clicked last, of a kept one, of a class."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from scipy import ndimage

from hsigui.analysis.layer import Target
from hsigui.analysis.on_scene import waves_of
from hsigui.analysis.ranking import Matches, rank
from hsigui.analysis.references import Reference, grouped
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.spectra import mean_spectrum
from hsigui.document.events import BandsChanged, LibrariesChanged, SceneShown
from hsigui.document.intentions import SpectrumWanted
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import TRAINING
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.desk.library_asking import ask_and_make
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.view import ImageView
from hsigui.ui.spectra.matches_panel import Asked, MatchesPanel

PIXEL, REGION, KEPT, CLASS = (
    "pixel",
    "region",
    "kept",
    "class",
)  # the place of a kept one, the number of a class, count


@dataclass(frozen=True, eq=False)
class Answer:
    """The matches of a spectrum, one value a band; none where they cannot be found, and why."""

    values: NDArray[np.float32]
    found: Matches | None
    problem: str = ""


class MatchesController(QObject):
    """Keeps the panel in step with the scene. Libraries stay as long as the window."""

    def __init__(self, desk: Desk, image: ImageView, pixel: Pixel, panel: MatchesPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._pixel, self._panel = desk, desk.session, pixel, panel
        self._libraries: dict[Path, tuple[Reference, ...]] = {}
        self._known: dict[Path, SpectralLibrary] = {}  # those that these references are of
        self._seen = False
        self._asking = Latest(desk.bridge, say("Match spectrum"), self._show)
        image.clicked.connect(self._clicked)
        panel.opening.connect(lambda: self._offer())
        panel.changed.connect(self.ask)
        events = self._session.events
        events.subscribe(SceneShown, self._scene_changed)
        events.subscribe(BandsChanged, self._scene_changed)
        events.subscribe(LibrariesChanged, self._libraries_changed)
        self._offer()
        self._explain()

    def set_seen(self, seen: bool) -> None:
        """Matches are looked for only while the panel is in front."""
        self._seen = seen
        if seen:
            self._offer()
            self.ask()

    def ask_library(self) -> None:
        """Asks for a library to match with."""

        def made_of(library: SpectralLibrary) -> tuple[SpectralLibrary, tuple[Reference, ...]]:
            return library, references_of(library)

        def show(answer: tuple[SpectralLibrary, tuple[Reference, ...]]) -> None:
            library, references = answer
            self._libraries[library.path], self._known[library.path] = references, library
            self._session.libraries.add(library)
            self._desk.messages.info(
                say("{count} spectra of {name} are matched with.", count=len(references), name=library.path.name),
                say(" ").join(library.notes), stays=False,
            )  # fmt: skip
            self.ask()

        ask_and_make(self._desk, made_of, show)

    def keep_match(self) -> None:
        """Puts the chosen match on the plot of spectra."""
        match = self._panel.match
        if match is None:
            self._desk.messages.info(say("Choose a match first."), stays=False)
        else:
            self._session.events.emit(SpectrumWanted(match.name, match.curve))

    def name_class(self) -> None:
        """Names a class after the chosen match: the class that is matched, that of the pixel's label, or the current
        one."""
        match, session = self._panel.match, self._session
        if match is None:
            self._desk.messages.info(say("Choose a match first."), stays=False)
            return
        number = self._class()
        if number not in session.classes:
            self._desk.messages.info(say("There is no class to be named: choose one in the list of classes."))
            return
        before = session.classes.get(number).name
        try:
            classes = session.classes.renamed(number, match.name)
        except HsiError as error:
            self._desk.fail(error)
            return
        session.set_classes(classes, say("name of a class after its match"))
        self._desk.messages.info(say("{before} is called {name} now.", before=before, name=match.name), stays=False)
        self._offer()

    def ask(self) -> None:
        """Looks for the matches of the chosen spectrum; the newest wish wins."""
        scene, place = self._session.shown, self._pixel.place
        references = [one for each in self._libraries.values() for one in each]
        kind, which = self._panel.asked.kind, self._panel.asked.which
        of_place = kind in (PIXEL, REGION)
        if not self._seen or scene is None or not references or (of_place and place is None):
            self._asking.forget()
            self._explain()
            return
        spectrum: NDArray[np.float32] | NDArray[np.bool_] | tuple[int, int]
        if kind == CLASS:
            spectrum = np.asarray(scene.labels.snapshot(TRAINING) == which)
        elif kind == KEPT and which < len(scene.spectra):
            spectrum = scene.spectra[which].values
        elif place is not None:
            spectrum = place
        else:
            return
        self._asking.request(partial(
            find, cube=scene.cube, spectrum=spectrum, references=references, by=self._panel.measure,
            count=self._panel.count.value(), labels=scene.labels.snapshot(TRAINING) if kind == REGION else None,
        ))  # fmt: skip

    # Inner doings

    def _clicked(self, _row: int, _col: int, _keep: bool) -> None:
        self._offer(0)
        self.ask()

    def _libraries_changed(self, _event: LibrariesChanged) -> None:
        """The libraries that are open in the window are those that are matched with."""
        open_now = self._session.libraries.all
        for path in self._libraries.keys() - {library.path for library in open_now}:
            del self._libraries[path], self._known[path]
        for library in open_now:
            if self._known.get(library.path) is not library:
                self._libraries[library.path], self._known[library.path] = (), library  # until its spectra are ready
                take = partial(self._take, library)
                title = say("Look into {name}", name=library.path.name)
                self._desk.bridge.start(partial(_references, library=library), title, Watcher(done=take))

    def _take(self, library: SpectralLibrary, references: tuple[Reference, ...]) -> None:
        if self._session.libraries.find(library.path) is library:
            self._libraries[library.path] = references
            self.ask()

    def _scene_changed(self, _event: SceneShown | BandsChanged) -> None:
        self._asking.forget()
        self._offer(0)
        self.ask()

    def _offer(self, chosen: int | None = None) -> None:
        """The spectra that can be matched now, and which is; None for the one before."""
        scene = self._session.shown
        found = [Asked(say("Pixel clicked last"), PIXEL)]
        if scene is not None:
            found += [Asked(say("Kept: {name}", name=kept.label), KEPT, n) for n, kept in enumerate(scene.spectra)]
            numbers = scene.labels.numbers(TRAINING)
            if numbers:
                found.insert(1, Asked(say("Labelled region of the pixel"), REGION))
            found += [
                Asked(say("Mean of {name}", name=info.name), CLASS, info.number)
                for info in scene.classes if info.number in numbers
            ]  # fmt: skip
        self._panel.offer(found, chosen)

    def _class(self) -> int:
        """The class that a match would name."""
        kind, which = self._panel.asked.kind, self._panel.asked.which
        if kind == CLASS:
            return int(which)
        scene, place = self._session.scene, self._pixel.place
        if kind == KEPT and which < len(scene.spectra):
            place = scene.spectra[which].place
        number = 0 if place is None else int(scene.labels.array[place])
        return number or scene.current_class

    def _show(self, answer: Answer) -> None:
        waves = waves_of(self._session.scene.cube)
        if len(waves) != len(answer.values):
            return
        words = answer.problem if answer.found is None else say(" ").join(answer.found.notes)
        self._panel.show_matches(answer.found, waves, answer.values, words)

    def _explain(self) -> None:
        if not self._libraries:
            words = say("Add a library, then click a pixel: its best matches are listed here.")
        else:
            words = say("Click a pixel of the scene, or choose a kept spectrum or a class.")
        self._panel.show_matches(None, np.zeros(0), None, words)


def _references(_ctx: Context, library: SpectralLibrary) -> tuple[Reference, ...]:
    return references_of(library)


def region_of(labels: NDArray[np.uint16], place: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of one class that hang together with a pixel (row, col), by their sides. Rows x cols, in and out."""
    parts, _ = ndimage.label(labels == labels[place])
    return np.asarray(parts == parts[place])


def references_of(library: SpectralLibrary) -> tuple[Reference, ...]:
    """The spectra of a library, each for itself."""
    waves = () if library.wavelengths is None else tuple(map(float, library.wavelengths))
    values = library.good_values.astype(float)
    targets = (Target(name, tuple(row.tolist()), waves) for name, row in zip(library.names, values, strict=True))
    return tuple(grouped(targets, source=str(library.path.expanduser().resolve())))


def find(
    ctx: Context, cube: Cube, spectrum: NDArray[np.float32] | NDArray[np.bool_] | tuple[int, int],
    references: list[Reference], by: str, count: int, labels: NDArray[np.uint16] | None = None,
) -> Answer:  # fmt: skip
    """The best matches of a pixel (row, col), of a spectrum (one value a band), or of the mean of a region (rows x cols
    of truth values).

    Args:
        labels: where the mean of the labelled region around the pixel is meant, rows x cols; one that has no label
            stands for itself.
    """
    ctx.progress(0, 0, say("Comparing spectra"))
    if labels is not None and isinstance(spectrum, tuple) and labels[spectrum]:
        spectrum = region_of(labels, spectrum)
    if isinstance(spectrum, tuple):
        values = cube.spectrum(*spectrum)
    elif spectrum.ndim == 1:
        values = np.asarray(spectrum, dtype=np.float32)
    else:
        values = mean_spectrum(cube, spectrum.astype(bool))[0]
    try:
        return Answer(values, rank(cube, values, references, by, count, check=ctx.check))
    except HsiError as error:  # told beside the spectrum that it is of
        return Answer(values, None, f"{error.message} {error.hint}".strip())


def matches(bench: Bench) -> PanelParts:
    """Makes the panel of matches."""
    actions = bench.actions
    panel = MatchesPanel(
        actions["add_match_library"], actions["keep_match"], actions["name_class_by_match"], bench.desk.window
    )
    controller = MatchesController(bench.desk, bench.image, bench.pixel, panel)
    return PanelParts(panel, (panel, controller), controller.set_seen)
