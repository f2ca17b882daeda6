"""Opening scenes and showing them: the composite, the pixel under the cursor, spectra."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Cube
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import holds_arrays
from hsigui.cube.picture import Picture
from hsigui.cube.render import ViewState, first_view, preset, reaches
from hsigui.document.events import BandsChanged, SceneClosed, SceneLeft, SceneShown
from hsigui.document.identity import Origin
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import PALETTE, Color
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.view import ImageView
from hsigui.ui.scene import drawing, opening
from hsigui.ui.scene.detail import DetailController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.import_dialog import ImportDialog
from hsigui.ui.scene.input_change import ask_for_input, stop_training
from hsigui.ui.spectra.view import SpectrumView

CHANNEL_COLORS: tuple[Color, ...] = ((220, 60, 50), (40, 160, 70), (60, 110, 230))
CHANNELS = ("red", "green", "blue")
PixelSpectrum = tuple[int, int, NDArray[np.float32]]  # row, column, a value for each band


@dataclass(frozen=True)
class SceneLook:
    """What of a scene only the window knows, to be shown again.

    Attributes:
        picture: its composite.
        first: the view that it was opened with.
        current: the spectrum under study.
        place: where one looks; None for the whole scene.
    """

    picture: Picture
    first: ViewState
    current: Spectrum | None = None
    place: tuple[float, float, float] | None = None


class SceneController(QObject):
    """From a path to a picture.

    Attributes:
        make_room: called with a new scene and what shows it, to which it hands the open scene whose place it takes,
            or None; the window puts in what looks after the open scenes.
    """

    opened = Signal(object)  # opening.Opened, after the session has it
    found = Signal(object)  # opening.Found: the file is no scene
    refused = Signal()  # a scene could not be opened, and it was said why
    values_read = Signal(int, int, object)  # row, col, values of the shown bands

    def __init__(
        self,
        desk: Desk,
        image: ImageView,
        spectra: SpectrumView,
        display: DisplayPanel,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._image, self._spectra, self._display = desk, image, spectra, display
        self.make_room: Callable[[Cube, Callable[[Scene | None], None]], None] = lambda _cube, show: show(None)
        self._picture: Picture | None = None
        self._session = desk.session
        self._path: Path | None = None
        self._first: ViewState | None = None
        self._again: Origin | None = None  # the scene that is being read again
        self._stops = False  # that one is no longer trained on then
        self._looks: dict[int, SceneLook] = {}  # of the scenes behind, by their ids
        self._detail = DetailController(desk, image)
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
        events = self._session.events
        events.subscribe(SceneLeft, self._left)
        events.subscribe(SceneShown, self._shown)
        events.subscribe(SceneClosed, self._closed)
        events.subscribe(BandsChanged, self._bands_changed)

    # Opening

    def ask_and_open(self) -> None:
        path = self._desk.prompts.open_path("Open scene", self._desk.settings.last_folder, scene=True)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: str | Path, choice: ImportChoice | None = None) -> None:
        """Opens a scene in a worker; the present one stays until the new one is ready.

        Args:
            choice: how an array of the file becomes the scene; None for the way of the last time, or a guess.
        """
        self._path, self._again = Path(path).expanduser().absolute(), None
        cube = self._session.cube
        present = None if cube is None else (cube.rows, cube.cols)
        self._opening.request(partial(opening.open_scene, path=self._path, choice=choice, present=present))

    def reload(self) -> None:
        """Reads the open scene again from its file; labels stay where the size is the same."""
        scene = self._session.shown
        if scene is None or scene.cube.path is None:
            return
        answer = ask_for_input(self._desk, scene)
        if answer == "cancel":
            return
        self._path, self._again, self._stops = scene.cube.path, scene.origin, answer == "stop"
        self._opening.request(partial(opening.open_scene, path=scene.cube.path))

    def ask_and_open_as(self) -> None:
        """Asks for a file, and then how it is to be read."""
        path = self._desk.prompts.open_path("Open as", self._desk.settings.last_folder, scene=True)
        if path is not None:
            self.open_as(path)

    def open_as(self, path: Path, reason: str = "") -> None:
        """Asks how a file of arrays is to be read, and opens it so."""
        path = path.absolute()

        def ask(found: opening.FileArrays) -> None:
            dialog = ImportDialog(path, found.arrays, found.proposals, self._desk.bridge, reason, self._desk.window)
            dialog.accepted.connect(lambda: self.open_path(path, dialog.choice))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

        self._desk.bridge.start(partial(opening.look_into, path=path), f"Look into {path.name}", Watcher(done=ask))

    def open_demo(self) -> None:
        self._path, self._again = None, None
        self._opening.request(opening.open_demo)

    def _not_opened(self, error: BaseException, trace: str) -> None:
        path = self._path
        if path is None or not isinstance(error, HsiError):
            self._desk.fail(error, trace)
        elif isinstance(error, AmbiguousArray):
            self.open_as(path, f"{path.name} holds several arrays that can be the scene. Choose one:")
        elif not path.exists():
            self._desk.remember(self._desk.settings.without_recent(str(path)))
            self._desk.fail(error, trace)
        elif holds_arrays(path):
            buttons = [("Open as…", partial(self.open_as, path))]
            self._desk.messages.show_message("error", error.message, error.hint, buttons)
        else:
            self._desk.fail(error, trace)
        self.refused.emit()

    def _ready(self, opened: opening.Opened | opening.Found) -> None:
        if isinstance(opened, opening.Found):
            self.found.emit(opened)
            return
        path, scene = self._path, self._session.scene
        if self._again == scene.origin and opened.cube.shape == scene.cube.shape:
            self._take_again(opened)
        else:
            self.make_room(opened.cube, lambda replaced: self._take(opened, path, replaced))

    def _take_again(self, opened: opening.Opened) -> None:
        """The scene that is open was read again: what was computed of the old values goes, what was drawn stays."""
        session = self._session
        for latest in (self._drawing, self._reading, self._picking):
            latest.forget()
        computed = session.features is not None
        if self._stops:
            stop_training(self._desk, session.scene)
        self._spectra.clear()
        self._desk.messages.clear()
        session.replace_cube(opened.cube, plain=opened.plain, new_input=True)
        if session.view is not None:
            self._drawing.request(partial(drawing.draw_picture, cube=opened.cube, view=session.view))
        dropped = " Encoder and map were of the old values and are dropped." if computed else ""
        self._desk.messages.info(f"{opened.cube.name} was read again; the labels stay.{dropped}")

    def _take(self, opened: opening.Opened, path: Path | None, replaced: Scene | None) -> None:
        scene = Scene(opened.cube, opened.view, opened.plain)
        self._looks[scene.id] = SceneLook(opened.picture, opened.view)
        if replaced is None:
            self._session.open(scene)
        else:
            self._session.replace(replaced, scene)
        if path is not None:
            settings = self._desk.settings.with_recent(str(path))
            self._desk.remember(dataclasses.replace(settings, last_folder=str(path.parent)))
        if opened.truth is not None:
            scene.set_truth(opened.truth.array, opened.truth.classes, "the simulated ground truth")
        self.opened.emit(opened)

    # Tabs

    def _left(self, event: SceneLeft) -> None:
        if self._picture is None or self._first is None:
            raise AssertionError("an open scene has a picture")
        place = self._image.looked_at()
        self._looks[event.scene] = SceneLook(self._picture, self._first, self._spectra.current(), place)

    def _closed(self, event: SceneClosed) -> None:
        self._looks.pop(event.scene, None)

    def _shown(self, event: SceneShown) -> None:
        """Shows a scene as it was left, or for the first time. Before the others are told: they draw on the image."""
        look = self._looks.pop(event.scene, None)
        if look is None:
            return
        for latest in (self._drawing, self._reading, self._picking):
            latest.forget()
        scene, kept = self._session.scene, self._session.scene.spectra
        self._image.clear()
        self._picture, self._first = look.picture, look.first
        self._image.set_image(look.picture.rgb, look.picture.step, (scene.cube.rows, scene.cube.cols))
        self._show_bands(scene.cube)
        self._show_view(scene.view)
        self._show_spectra(look.current, kept)
        if look.place is None:
            self._image.fit()
        else:
            self._image.look_at(look.place)
            # The picture may be of bands that were left in the middle of a change.
            self._drawing.request(partial(drawing.draw_picture, cube=scene.cube, view=scene.view))
        self._desk.messages.clear()

    def _show_spectra(self, current: Spectrum | None, kept: Sequence[Spectrum]) -> None:
        for spectrum in kept:
            self._spectra.keep(spectrum.values, spectrum.label, spectrum.color, spectrum.place)
        if current is not None:
            self._spectra.show_current(current.values, current.label)

    def _show_bands(self, cube: Cube) -> None:
        bad = np.ones(cube.bands, dtype=bool)
        bad[cube.good_bands] = False
        self._spectra.set_wavelengths(cube.wavelengths, bad)
        self._spectra.set_quantity("Value" if cube.info.scale == 1.0 else "Reflectance")
        self._display.set_bands(cube.bands, cube.wavelengths, bad)
        self._display.set_default_bands(reaches(cube, "default bands"))

    def _bands_changed(self, _event: BandsChanged) -> None:
        scene = self._session.scene
        current, kept = self._spectra.current(), scene.spectra
        self._show_bands(scene.cube)  # forgets the curves, whose values are the same as before
        self._show_view(scene.view)
        self._show_spectra(current, kept)
        before, self._first = self._first, first_view(scene.cube)
        if scene.view == before:  # nothing was chosen yet, so what would be shown at opening is shown
            self.set_view(self._first)

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
                f"bands {chosen.red + 1}, {chosen.green + 1} and {chosen.blue + 1} are shown.",
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
        self._drawing.request(partial(drawing.draw_picture, cube=cube, view=view))

    def _show_view(self, view: ViewState) -> None:
        self._display.set_view(view)
        bands = [getattr(view, channel) for channel in CHANNELS]
        self._spectra.mark_bands(list(zip(bands, CHANNEL_COLORS, strict=True)))

    def _show_picture(self, picture: Picture) -> None:
        cube = self._session.cube
        if cube is not None:
            self._picture = picture
            self._image.set_image(picture.rgb, picture.step, (cube.rows, cube.cols))
            if picture.step > 1:
                self._detail.refresh()

    def _band_picked(self, channel: int, band: int) -> None:
        if self._session.view is not None:
            self.set_view(dataclasses.replace(self._session.view, **{CHANNELS[channel]: band}))

    # Pixels

    def _hovered(self, row: int, col: int) -> None:
        cube, view = self._session.cube, self._session.view
        if cube is not None and view is not None:
            self._reading.request(partial(drawing.read_values, cube=cube, view=view, row=row, col=col))

    def _show_values(self, answer: tuple[int, int, NDArray[np.float32]]) -> None:
        self.values_read.emit(*answer)

    def show_spectrum(self, row: int, col: int) -> None:
        """Shows the spectrum of a pixel, as a click on it does."""
        self._clicked(row, col, False)

    def _clicked(self, row: int, col: int, keep: bool) -> None:
        cube = self._session.cube
        if cube is None:
            return
        read = partial(_place_and_spectrum, cube=cube, row=row, col=col)
        if keep:  # every kept spectrum counts, so these do not replace one another
            done = partial(self._keep, self._session.origin)
            self._desk.bridge.start(read, "Read spectrum", Watcher(done=done))
        else:
            self._picking.request(read)

    def _show_spectrum(self, answer: PixelSpectrum) -> None:
        row, col, values = answer
        self._spectra.show_current(values, _name(self._session.scene, row, col))

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
            self._spectra.keep(values, name, color, (row, col))
        else:
            color = color or PALETTE[len(scene.spectra) % len(PALETTE)]
            scene.spectra = (*scene.spectra, Spectrum(name, color, values, (row, col)))

    def _kept_changed(self) -> None:
        kept = self._spectra.kept()
        self._session.scene.spectra = tuple(kept)
        self._image.set_markers([(*spectrum.place, spectrum.color) for spectrum in kept if spectrum.place is not None])


def _name(scene: Scene, row: int, col: int) -> str:
    number = int(scene.labels.array[row, col])
    name = f", {scene.classes.get(number).name}" if number else ""
    return f"row {row}, col {col}{name}"


def _place_and_spectrum(_ctx: Context, cube: Cube, row: int, col: int) -> PixelSpectrum:
    return row, col, cube.spectrum(row, col)
