"""Derived layers of the shown scene: listed, chosen, shown in the image, called otherwise, made again, taken away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.analysis import looks
from hsigui.cube.render import CHANNELS
from hsigui.document.derived import BANDS, DerivedLayer, DerivedView, Measure, legend_of
from hsigui.document.events import (
    BandsChanged,
    DerivedChanged,
    DerivedListChanged,
    DerivedViewChanged,
    EncoderChanged,
    MasksChanged,
    SceneClosed,
    SceneShown,
)
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.image.view import ImageView
from hsigui.ui.layers.about_dialog import AboutLayer
from hsigui.ui.layers.making import LayerMaker
from hsigui.ui.layers.panel import SIDE, Chosen, Entry, LayersPanel
from hsigui.ui.layers.words import is_stale, pixel_in_words, recipe_in_words, state_in_words

NO_PIXEL = "–"
Then = Callable[[DerivedLayer], None]


class LayersController(QObject):
    """Keeps the panel in step with the layers of the scene."""

    def __init__(self, desk: Desk, image: ImageView, panel: LayersPanel, maker: LayerMaker) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._panel, self._maker = desk, desk.session, panel, maker
        self._chosen: dict[int, int] = {}  # the chosen layer of each scene, by their ids
        self._pictures: dict[int, tuple[DerivedLayer, NDArray[np.uint8]]] = {}  # of the shown scene
        self._pixel: tuple[int, int] | None = None
        self._after: dict[tuple[int, int], Then] = {}  # what is done with a layer once it is made
        panel.chosen.connect(self._choose)
        panel.show_asked.connect(self._show_alone)
        panel.renamed.connect(self._rename)
        panel.look_changed.connect(self._look)
        panel.cancel_asked.connect(maker.cancel)
        maker.changed.connect(self._show_busy)
        maker.added.connect(self._added)
        maker.made.connect(self._made)
        image.hovered.connect(self._hovered)
        image.left_scene.connect(self._left_pixel)
        events = self._session.events
        for kind in (SceneShown, BandsChanged, DerivedListChanged, DerivedViewChanged, DerivedChanged, EncoderChanged,
                     MasksChanged):  # fmt: skip
            events.subscribe(kind, self._show)
        events.subscribe(SceneClosed, self._closed)

    # The chosen one

    @property
    def chosen(self) -> DerivedLayer | None:
        """The layer that is chosen in the list; None where there is none."""
        scene = self._session.scene
        return scene.derived.get(self._chosen.get(scene.id, 0))

    def choose(self, number: int) -> None:
        """Chooses a layer of the shown scene."""
        self._chosen[self._session.scene.id] = number
        self._show()

    def with_numbers(self, then: Then) -> None:
        """Does something with the chosen layer, which is made first where it is only kept."""
        found, scene = self.chosen, self._session.scene
        if found is None:
            return
        if found.layer is not None:
            then(found)
            return
        self._after[scene.id, found.number] = then
        self._maker.make_again(found.number)

    # What can be asked for

    def show_alone(self) -> None:
        """Shows the chosen layer in place of bands; where it is shown, bands again."""
        found = self.chosen
        if found is not None:
            self._show_alone(found.number)

    def show_bands(self) -> None:
        """Shows bands again."""
        self._session.scene.derived.show(BANDS)

    def show_as(self, channel: str) -> None:
        """Shows the chosen measurement as one of CHANNELS of the composite; where it is that, the band again."""
        found, derived = self.chosen, self._session.scene.derived
        if found is None or (found.layer is not None and found.layer.classes is not None):
            return
        measure = Measure(found.number, found.look.measure)
        again = not derived.view.alone and getattr(derived.view, channel) == measure
        derived.show(derived.view.with_channel(channel, None if again else measure))

    def show_as_rgb(self) -> None:
        """Shows three measurements of the chosen layer, from the chosen one on, as red, green and blue."""
        self.with_numbers(self._show_rgb)

    def make_again(self) -> None:
        """Computes the chosen layer from the bands of now."""
        found = self.chosen
        if found is not None:
            self._maker.make_again(found.number)

    def rename(self) -> None:
        """Lets the user write another name into the list."""
        self._panel.edit_name()

    def remove(self) -> None:
        """Takes the chosen layer away. Nobody is asked: it can be had back as long as the message stands."""
        found, scene = self.chosen, self._session.scene
        if found is None:
            return
        numbers = [each.number for each in scene.derived]
        place = numbers.index(found.number)
        rest = [*numbers[place + 1 :], *reversed(numbers[:place])]
        self._chosen[scene.id] = rest[0] if rest else 0
        scene.derived.remove(found.number)
        back = [(say("Take it back"), partial(self._put_back, scene.id, found))]
        self._desk.messages.info(say("{name} was deleted.", name=found.name), buttons=back, stays=False)

    def tell_about(self) -> None:
        """Shows how the chosen layer is made, and its eigenvalues."""
        found = self.chosen
        if found is not None:
            open_dialog(AboutLayer(found, self._desk.window))

    # Inner doings

    def _show_alone(self, number: int) -> None:
        derived = self._session.scene.derived
        if derived.get(number) is not None:
            derived.show(BANDS if derived.view.alone == number else DerivedView(number))

    def _show_rgb(self, found: DerivedLayer) -> None:
        if found.layer is None or found.layer.classes is not None:
            return
        count = len(found.layer.names)
        first = max(0, min(found.look.measure, count - len(CHANNELS)))
        channels = (Measure(found.number, min(first + n, count - 1)) for n in range(len(CHANNELS)))
        self._session.scene.derived.show(DerivedView(0, *channels))

    def _put_back(self, scene: int, found: DerivedLayer) -> None:
        known = self._session.find(scene)
        if known is not None:
            self._chosen[scene] = found.number
            known.derived.put_back(found)

    def _choose(self, number: int) -> None:
        self._chosen[self._session.scene.id] = number
        self._show_chosen()

    def _rename(self, number: int, name: str) -> None:
        derived = self._session.scene.derived
        found = derived.get(number)
        if found is not None and name and name != found.name:
            derived.rename(number, name)
        else:
            self._show()

    def _look(self, look: looks.Look) -> None:
        found = self.chosen
        if found is not None:
            self._session.scene.derived.set_look(found.number, look)

    def _added(self, scene: int, number: int) -> None:
        self._chosen[scene] = number
        if scene == self._session.scene.id:
            self._panel.bring_to_front()

    def _made(self, scene: int, number: int) -> None:
        found = self._session.find(scene)
        then = self._after.pop((scene, number), None)
        if found is None:
            return
        if found is self._session.shown:
            self._show()
            made = found.derived.get(number)
            if then is not None and made is not None and made.layer is not None:
                then(made)

    def _closed(self, event: SceneClosed) -> None:
        self._chosen.pop(event.scene, None)
        self._after = {key: then for key, then in self._after.items() if key[0] != event.scene}

    # The panel

    def _show(self, _event: object = None) -> None:
        scene = self._session.shown
        if scene is None:
            return
        self._panel.setEnabled(True)
        if self.chosen is None:
            self._chosen[scene.id] = next((each.number for each in scene.derived), 0)
        self._pictures = {each.number: (each, self._picture(each)) for each in scene.derived if each.layer is not None}
        self._panel.show_entries([self._entry(scene, each) for each in scene.derived], self._chosen[scene.id])
        self._show_chosen()
        self._show_busy()

    def _entry(self, scene: Scene, each: DerivedLayer) -> Entry:
        picture = self._pictures[each.number][1] if each.number in self._pictures else None
        tip = f"{state_in_words(scene, each)}\n{recipe_in_words(each.kept.recipe)}"
        faded = each.layer is None or is_stale(scene, each)
        return Entry(each.number, each.name, tip, picture, faded, each.number in scene.derived.view.layers)

    def _picture(self, each: DerivedLayer) -> NDArray[np.uint8]:
        """A small picture of a layer, rows x cols x 4; drawn once for as long as it looks the same."""
        known = self._pictures.get(each.number)
        if known is not None and known[0] is each:
            return known[1]
        assert each.layer is not None
        rows, cols = each.layer.shape
        step = max(1, -(-max(rows, cols) // (2 * SIDE)))
        return looks.picture_of(each.layer, each.look, (0, 0, rows, cols), step)

    def _show_chosen(self) -> None:
        found, scene = self.chosen, self._session.scene
        if found is None:
            self._panel.show_chosen(None)
            return
        layer, state = found.layer, state_in_words(scene, found)
        if layer is None:
            self._panel.show_chosen(Chosen(state))
        else:
            names = layer.names if layer.classes is None else ()
            ends = looks.ends_of(layer, found.look) if layer.classes is None else (0.0, 1.0)
            self._panel.show_chosen(Chosen(state, names, found.look, ends, legend_of(layer)))
        self._show_pixel()

    def _show_busy(self) -> None:
        makings = self._maker.of_shown
        if makings:
            last = makings[-1]
            self._panel.busy.show_busy(last.text or last.wish.title, last.done)
        else:
            self._panel.busy.show_busy("", 0.0)

    def _hovered(self, row: int, col: int) -> None:
        self._pixel = row, col
        self._show_pixel()

    def _left_pixel(self) -> None:
        self._pixel = None
        self._show_pixel()

    def _show_pixel(self) -> None:
        found = self.chosen
        known = found is not None and self._pixel is not None
        self._panel.set_pixel(pixel_in_words(found, *self._pixel) if known else NO_PIXEL)  # type: ignore[arg-type,misc]
