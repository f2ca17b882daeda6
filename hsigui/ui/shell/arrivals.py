"""Files that are dropped, or picked as a scene and are none: labels and spectral libraries go where they belong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary, without_wavelengths
from hsigui.document.events import SceneOpened
from hsigui.errors import HsiError
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.scene import opening
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.spectra.libraries import Libraries
from hsigui.ui.spectra.library_dialog import LibraryDialog


class Arrivals(QObject):
    """Opens scenes, offers labels and libraries, and keeps those that come before their scene until it is open."""

    def __init__(self, desk: Desk, scene: SceneController, labels: LabelFiles, libraries: Libraries) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._scene, self._labels, self._libraries = scene, labels, libraries
        self._waiting: list[opening.Found] = []
        self._scenes: list[Path] = []
        self._later: list[Callable[[], None]] = []  # what is told when the scene is open
        scene.found.connect(self.offer)
        scene.refused.connect(self._scene_opened)
        self._session.events.subscribe(SceneOpened, self._scene_opened)

    def take(self, paths: Sequence[Path]) -> None:
        """Takes files that were dropped: opens the scenes among them, and offers the others when they are open."""
        if len(paths) == 1:
            self._scene.open_path(paths[0])
        elif paths:
            self._desk.bridge.start(
                partial(opening.sort_files, paths=tuple(paths)), say("Look at the files"), Watcher(done=self._sorted)
            )

    def _sorted(self, files: opening.Sorted) -> None:
        self._later = [partial(self._desk.messages.error, error) for error in files.refused]
        self._waiting = list(files.found)
        self._scenes = list(files.scenes)
        if not self._open_next():
            self._offer_waiting()

    def _open_next(self) -> bool:
        """Opens the next of the dropped scenes, each in a tab of its own; False when there is none."""
        if not self._scenes:
            return False
        self._scene.open_path(self._scenes.pop(0))
        return True

    def _scene_opened(self, _event: SceneOpened | None = None) -> None:
        if not self._open_next():
            self._offer_waiting()

    def _offer_waiting(self) -> None:
        waiting, later, self._waiting, self._later = self._waiting, self._later, [], []
        for tell in later:
            tell()
        for found in waiting:
            self.offer(found)

    def offer(self, found: opening.Found) -> None:
        """Asks what is to be done with a file that is no scene."""
        cube = self._session.cube
        if cube is None:
            self._waiting.append(found)
            self._desk.messages.info(
                as_sentence(found.text), say("Open the scene that it belongs to; it is offered then.")
            )
        elif found.kind == "library":
            self._desk.messages.info(
                as_sentence(found.text),
                buttons=[
                    (say("Show spectra…"), partial(self.choose_spectra, found.path)),
                    (say("Open among the libraries"), partial(self._libraries.open, found.path)),
                ],
            )
        elif found.size and found.size != (cube.rows, cube.cols):
            self._desk.messages.warning(
                say(
                    "{text}; the open scene has {rows} x {cols} pixels.",
                    text=found.text,
                    rows=cube.rows,
                    cols=cube.cols,
                ),
                say("Open the scene that it fits."),
            )
        else:
            self._desk.messages.info(
                as_sentence(found.text),
                buttons=[
                    (say("Load as labels"), partial(self._labels.open_labels, found.path)),
                    (say("Load as ground truth"), partial(self._labels.open_truth, found.path)),
                ],
            )

    def choose_spectra(self, path: Path) -> None:
        """Asks which spectra of a library are shown, and keeps them in the spectra plot."""

        def ask(library: SpectralLibrary) -> None:
            dialog = LibraryDialog(path.name, library.names, self._desk.window)
            open_dialog(dialog, partial(self._show_chosen, library))

        self._desk.bridge.start(
            partial(opening.read_library, path=path), say("Read {name}", name=path.name), Watcher(done=ask)
        )

    def _show_chosen(self, library: SpectralLibrary, dialog: LibraryDialog) -> None:
        self.show_spectra(library, dialog.chosen)

    def show_spectra(self, library: SpectralLibrary, places: Sequence[int]) -> None:
        """Keeps spectra of a library beside those of the scene, on its bands."""
        cube = self._session.cube
        if cube is None:
            return
        try:
            require_overlap(library, cube, self._desk.wavelength_unit)
        except HsiError as error:
            self._desk.messages.error(error)
            return
        self._libraries.use(library)
        self._libraries.keep([(library, place) for place in places])


def require_overlap(library: SpectralLibrary, cube: Cube, unit: WavelengthUnit = NANOMETRES) -> None:
    """Refuses a library that cannot be brought to the bands of a scene.

    Args:
        unit: of the wavelengths in what is said of a library that lies elsewhere.

    Raises:
        HsiError: wavelengths are missing on one side and the numbers of bands differ, or none is common.
    """
    waves, centres = library.wavelengths, cube.wavelengths
    if waves is None or centres is None:
        if library.bands != cube.bands:
            raise without_wavelengths(library, cube)
        return
    if waves.max() < centres.min() or waves.min() > centres.max():
        raise HsiError(
            say(
                "The library covers {covered}, the scene {reach}.",
                covered=unit.span(waves.min(), waves.max()),
                reach=unit.span(centres.min(), centres.max()),
            ),
            say("They have no wavelength in common. Are the units right?"),
        )
