"""Opening scenes and showing them: the composite, the pixel under the cursor, spectra."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.cube import outside
from hsigui.cube.cube import Cube
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import holds_arrays, scene_path
from hsigui.cube.picture import Picture
from hsigui.cube.remote import stand_ins
from hsigui.cube.remote.address import address_of, is_address
from hsigui.cube.render import ViewState, first_view
from hsigui.document.events import BandsChanged, SceneClosed, SceneLeft, SceneOpened, SceneShown, ViewChanged
from hsigui.document.identity import Origin
from hsigui.document.intentions import SceneAsked
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.log import Log
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.input_change import ask_for_input, stop_training
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.desk.message_bar import Message
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.image.subjects import Subject
from hsigui.ui.image.view import ImageView
from hsigui.ui.scene import drawing, opening
from hsigui.ui.scene.address_dialog import AddressDialog
from hsigui.ui.scene.color_keys import key_of
from hsigui.ui.scene.detail import DetailController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.import_dialog import ImportDialog
from hsigui.ui.scene.open_scenes import OpenScenes
from hsigui.ui.scene.subject import composite

_log = Log("scene")


@dataclass(frozen=True)
class SceneLook:
    """What of a scene only the window knows, to be shown again.

    Attributes:
        picture: its composite.
        first: the view that it was opened with.
        place: where one looks; None for the whole scene.
    """

    picture: Picture
    first: ViewState
    place: tuple[float, float, float] | None = None


class SceneController(QObject):
    """From a path to a picture. Who makes this one makes it first of all: others draw on the image that it clears."""

    drawn = Signal()  # another picture of the scene is shown
    found = Signal(object)  # opening.Found: the file is no scene
    refused = Signal()  # a scene could not be opened, and it was said why
    values_read = Signal(int, int, object)  # row, col, values of the shown bands

    def __init__(
        self,
        desk: Desk,
        image: ImageView,
        display: DisplayPanel,
        scenes: OpenScenes,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._image, self._display, self._scenes = desk, image, display, scenes
        self._picture: Picture | None = None
        self._session = desk.session
        self._path: Path | None = None
        self._first: ViewState | None = None
        self._again: Origin | None = None  # the scene that is being read again
        self._asking: Message | None = None  # that a server is asked
        self._stops = False  # that one is no longer trained on then
        self._looks: dict[int, SceneLook] = {}  # of the scenes behind, by their ids
        self._detail = DetailController(desk, image)
        self._opening = Latest(desk.bridge, say("Open scene"), self._ready, failed=self._not_opened)
        self._drawing = Latest(desk.bridge, say("Draw composite"), self._show_picture, between=True)
        self._reading = Latest(desk.bridge, say("Read pixel"), self._show_values, between=True)
        display.view_changed.connect(self._session.set_view)
        image.hovered.connect(self._hovered)
        events = self._session.events
        events.subscribe(SceneLeft, self._left)
        events.subscribe(SceneShown, self._shown)
        events.subscribe(SceneClosed, self._closed)
        events.subscribe(BandsChanged, self._bands_changed)
        events.subscribe(ViewChanged, self._view_changed)
        events.subscribe(SceneAsked, self._open_asked)

    # Opening

    def _open_asked(self, event: SceneAsked) -> None:
        self.open_path(event.path)

    def ask_and_open(self) -> None:
        path = self._desk.prompts.open_path(say("Open scene"), self._desk.settings.last_folder, scene=True)
        if path is not None:
            self.open_path(path)

    def open_path(self, path: str | Path, choice: ImportChoice | None = None) -> None:
        """Opens a scene in a worker; the present one stays until the new one is ready.

        Args:
            path: of a file; or an address, as recent ones are listed.
            choice: how an array of the file becomes the scene; None for the way of the last time, or a guess.
        """
        if is_address(path):
            self.open_address(str(path))
            return
        self._path, self._again = scene_path(Path(path).expanduser().absolute()), None
        cube = self._session.cube
        present = None if cube is None else (cube.rows, cube.cols)
        self._opening.request(partial(opening.open_scene, path=self._path, choice=choice, present=present))

    def ask_and_open_address(self) -> None:
        """Asks for the address of a scene, and opens it."""
        recent = [text for text in self._desk.settings.recent if is_address(text)]
        dialog = AddressDialog(recent, self._desk.settings.network == "never", self._desk.window)
        open_dialog(dialog, self._open_typed)

    def _open_typed(self, dialog: AddressDialog) -> None:
        self.open_address(dialog.address)

    def open_address(self, text: str) -> None:
        """Opens the scene at an address in a worker; the user can call that off.

        Args:
            text: as it was typed; its secrets are shown and kept nowhere.
        """
        try:
            address = address_of(text)
        except HsiError as error:
            self._desk.fail(error)
            self.refused.emit()
            return
        self._path, self._again = stand_ins.path_of(address), None
        cube = self._session.cube
        present = None if cube is None else (cube.rows, cube.cols)
        self._opening.request(partial(opening.open_address, text=text, present=present))
        self._asking = self._desk.messages.info(
            say("{address} is being opened.", address=address.plain), buttons=[(say("Cancel"), self._call_off)]
        )

    def _call_off(self) -> None:
        self._opening.forget()
        self._asking = None
        self.refused.emit()

    def _asked(self) -> None:
        """The server has answered: the message that said that it is asked goes."""
        if self._asking is not None and self._asking in self._desk.messages.messages:
            self._asking.dismiss()
        self._asking = None

    def reload(self) -> None:
        """Reads the open scene again from its file; labels stay where the size is the same."""
        scene = self._session.shown
        if scene is None or scene.cube.path is None:
            return
        answer = ask_for_input(self._desk, scene)
        if answer == "cancel":
            return
        self._path, self._again, self._stops = scene.cube.path, scene.origin, answer == "stop"
        self._opening.request(partial(opening.open_scene, path=scene.cube.path, choice=scene.plain.info.choice))

    def ask_and_open_as(self) -> None:
        """Asks for a file, and then how it is to be read."""
        path = self._desk.prompts.open_path(say("Open as"), self._desk.settings.last_folder, scene=True)
        if path is not None:
            self.open_as(path)

    def open_as(self, path: Path, reason: str = "") -> None:
        """Asks how a file of arrays is to be read, and opens it so."""
        path = path.absolute()

        def ask(found: opening.FileArrays) -> None:
            desk, offered = self._desk, (found.arrays, found.proposals)
            dialog = ImportDialog(path, *offered, desk.bridge, reason, desk.window, unit=desk.wavelength_unit)
            open_dialog(dialog, partial(self._open_chosen, path))

        self._desk.bridge.start(
            partial(opening.look_into, path=path), say("Look into {name}", name=path.name), Watcher(done=ask)
        )

    def _open_chosen(self, path: Path, dialog: ImportDialog) -> None:
        self.open_path(path, dialog.choice)

    def open_demo(self) -> None:
        self.open_simulated(DemoSpec())

    def open_simulated(self, spec: DemoSpec) -> None:
        """Opens a demo scene with its ground truth."""
        self._path, self._again = None, None
        self._opening.request(partial(opening.open_demo, spec=spec))

    def _not_opened(self, error: BaseException, trace: str) -> None:
        path = self._path
        if path is not None and path.suffix == stand_ins.SUFFIX:
            self._asked()
            if isinstance(error, AmbiguousArray):
                self.open_as(path, error.message)
            else:
                self._desk.fail(error, trace)
        elif path is None or not isinstance(error, HsiError):
            self._desk.fail(error, trace)
        elif isinstance(error, outside.LeadsOutside):
            buttons = [(say("Allow it"), partial(self._allow_outside, error.path, path))]
            self._desk.messages.show_message("error", error.message, error.hint, buttons)
        elif isinstance(error, AmbiguousArray):
            self.open_as(path, say("{name} holds several arrays that can be the scene. Choose one:", name=path.name))
        elif not path.exists():
            self._desk.remember(self._desk.settings.without_recent(str(path)))
            self._desk.fail(error, trace)
        elif holds_arrays(path):
            buttons = [(say("Open as…"), partial(self.open_as, path))]
            self._desk.messages.show_message("error", error.message, error.hint, buttons)
        else:
            self._desk.fail(error, trace)
        self.refused.emit()

    def _allow_outside(self, leading: Path, path: Path) -> None:
        """Opens a scene again that names files outside its folder: the user trusts it."""
        try:
            outside.allow(leading)
        except HsiError as error:
            self._desk.fail(error)
        else:
            self.open_path(path)

    def _ready(self, opened: opening.Opened | opening.Found) -> None:
        if isinstance(opened, opening.Found):
            self.found.emit(opened)
            return
        path, scene = self._path, self._session.scene
        if self._again == scene.origin and opened.cube.shape == scene.cube.shape:
            self._take_again(opened)
        else:
            taken = partial(self._take, opened, path)
            if not self._scenes.make_room(opened.cube, taken):
                self.refused.emit()

    def _take_again(self, opened: opening.Opened) -> None:
        """The scene that is open was read again: what was computed of the old values goes, what was drawn stays."""
        session = self._session
        for latest in (self._drawing, self._reading):
            latest.forget()
        computed = session.features is not None
        if self._stops:
            stop_training(self._desk, session.scene)
        self._desk.messages.clear()
        session.replace_cube(opened.cube, plain=opened.plain, new_input=True)
        if session.view is not None:
            self._drawing.request(partial(drawing.draw_picture, cube=opened.cube, view=session.view))
        for text in opened.told:
            self._desk.messages.warning(text)
        dropped = say(" Encoder and map were of the old values and are dropped.") if computed else ""
        self._desk.messages.info(
            say("{name} was read again; the labels stay.{dropped}", name=opened.cube.name, dropped=dropped)
        )

    def _take(self, opened: opening.Opened, path: Path | None, replaced: Scene | None) -> None:
        scene = Scene(opened.cube, opened.view, opened.plain)
        self._looks[scene.id] = SceneLook(opened.picture, opened.view)
        if replaced is None:
            self._session.open(scene)
        else:
            self._session.replace(replaced, scene)
        if path is not None:
            address, settings = opened.cube.info.address, self._desk.settings
            self._asked()
            if address:
                self._desk.remember(settings.with_recent(address))
            else:
                settings = settings.with_recent(str(path))
                self._desk.remember(dataclasses.replace(settings, last_folder=str(path.parent)))
        if opened.truth is not None:
            scene.set_truth(opened.truth.array, opened.truth.classes, say("the simulated ground truth"))
        rows, cols, bands = scene.plain.shape
        _log.note("Scene %d opened: %d x %d x %d, %s", scene.id, rows, cols, bands, scene.plain.dtype)
        for text in opened.told:
            self._desk.messages.warning(text)
        self._session.events.emit(SceneOpened(scene.id, opened.beside))

    # Tabs

    def _left(self, event: SceneLeft) -> None:
        if self._picture is None or self._first is None:
            raise AssertionError("an open scene has a picture")
        self._looks[event.scene] = SceneLook(self._picture, self._first, self._image.looked_at())

    def look_at(self, scene: Scene, place: tuple[float, float, float] | None) -> None:
        """Looks at a place of a scene, as `ImageView.looked_at` names it; of one behind another, when it is shown."""
        if scene is self._session.shown:
            self._image.look_at(place)
        elif scene.id in self._looks:
            self._looks[scene.id] = dataclasses.replace(self._looks[scene.id], place=place)

    def first_view(self, scene: Scene) -> ViewState | None:
        """The view that an open scene was shown with at first."""
        if scene is self._session.shown:
            return self._first
        return self._looks[scene.id].first if scene.id in self._looks else None

    def looked_at(self, scene: Scene) -> tuple[float, float, float] | None:
        """Where one looks at a scene; None for all of it."""
        if scene is self._session.shown:
            return self._image.looked_at()
        return self._looks[scene.id].place if scene.id in self._looks else None

    def _closed(self, event: SceneClosed) -> None:
        self._looks.pop(event.scene, None)

    def _shown(self, event: SceneShown) -> None:
        """Shows a scene as it was left, or for the first time. Before the others are told: they draw on the image."""
        look = self._looks.pop(event.scene, None)
        if look is None:
            return
        for latest in (self._drawing, self._reading):
            latest.forget()
        scene = self._session.scene
        self._image.clear()
        self._picture, self._first = look.picture, look.first
        self.drawn.emit()
        self._image.set_image(look.picture.rgb, look.picture.step, (scene.cube.rows, scene.cube.cols))
        self._image.set_color_key(key_of(look.picture, scene.cube, self._desk.wavelength_unit))
        self._show_bands(scene.cube)
        self._display.set_view(scene.view)
        if look.place is None:
            self._image.fit()
        else:
            self._image.look_at(look.place)
        if look.place is not None or scene.view != look.first:
            # The picture may be of bands that were left in the middle of a change.
            self._drawing.request(partial(drawing.draw_picture, cube=scene.cube, view=scene.view))
        self._desk.messages.clear()

    def _show_bands(self, cube: Cube) -> None:
        self._display.set_bands(cube.bands, cube.wavelengths, cube.is_bad)

    def _bands_changed(self, event: BandsChanged) -> None:
        scene = self._session.scene
        self._show_bands(scene.cube)
        self.set_unit(self._desk.wavelength_unit)
        if event.new_input:  # other pixels may have no data, and others decide on the stretch
            self._drawing.request(partial(drawing.draw_picture, cube=scene.cube, view=scene.view))
        before, self._first = self._first, first_view(scene.cube)
        if scene.view == before != self._first:  # nothing was chosen yet, so what would be shown at opening is shown
            self._session.set_view(self._first)

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes the wavelength of a single band in a unit."""
        cube = self._session.cube
        if cube is not None and self._picture is not None:
            self._image.set_color_key(key_of(self._picture, cube, unit))

    # The composite

    @property
    def drawing(self) -> bool:
        """Whether a picture is being drawn that is not shown yet."""
        return self._drawing.busy

    def _view_changed(self, event: ViewChanged) -> None:
        """Shows other bands or another stretch; the newest wish wins."""
        self._display.set_view(event.after)
        self._drawing.request(partial(drawing.draw_picture, cube=self._session.scene.cube, view=event.after))

    def subjects(self, scene: Scene) -> tuple[Subject, ...]:
        """The composite of the scene that is shown, for other views."""
        if scene is not self._session.shown:
            return ()
        return composite(scene, self._picture, self._desk.wavelength_unit)

    def _show_picture(self, picture: Picture) -> None:
        cube = self._session.cube
        if cube is not None:
            self._picture = picture
            self.drawn.emit()
            self._image.set_image(picture.rgb, picture.step, (cube.rows, cube.cols))
            self._image.set_color_key(key_of(picture, cube, self._desk.wavelength_unit))
            if picture.step > 1:
                self._detail.refresh(picture)

    # Pixels

    def _hovered(self, row: int, col: int) -> None:
        cube, view = self._session.cube, self._session.view
        if cube is not None and view is not None:
            self._reading.request(partial(drawing.read_values, cube=cube, view=view, row=row, col=col))

    def _show_values(self, answer: tuple[int, int, NDArray[np.float32]]) -> None:
        self.values_read.emit(*answer)
