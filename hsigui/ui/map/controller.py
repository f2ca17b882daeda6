"""The map: renewed after strokes without pretraining again, shown, and measured where there is ground truth."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.document.events import (
    ClassesChanged,
    EncoderChanged,
    FinishedChanged,
    FinishedPainted,
    FinishedShown,
    LabelsChanged,
    LiveChanged,
    MapChanged,
    MapSpecChanged,
    PaintTargetChanged,
    SceneShown,
    StepDone,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.paint_target import MAP
from hsigui.document.values import context_of
from hsigui.labels.classes import ClassTable
from hsigui.pipeline import live
from hsigui.pipeline.own import own_features, own_map, own_probe
from hsigui.specs import MapSpec
from hsigui.storage.state_json import sum_of_map
from hsigui.texts import number_text, say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.view import ImageView
from hsigui.ui.map.layers import LAYERS, layer_raster, layer_values, scale
from hsigui.ui.map.legend import LegendView, hectares_of
from hsigui.ui.map.panel import MapPanel
from hsigui.ui.map.words import distance_in_words, finished_in_words, map_in_words

OPACITY_STEP = 0.05
FIRST_OPACITY = 0.6
NO_PIXEL = "–"


class MapController(QObject):
    """Keeps map, legend and figures in step with labels, features and truth.

    Signals:
        renewed(): a map is made by the run in use, in place of any other that is being made.
    """

    renewed = Signal()

    def __init__(self, desk: Desk, image: ImageView, panel: MapPanel, legend: LegendView) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._image, self._panel, self._legend = image, panel, legend
        self._opacity = FIRST_OPACITY
        self._pixel: tuple[int, int] | None = None
        self._asked_on = ""  # what the map that is being made is measured on
        self._layer = LAYERS[0].id
        self._ahead = False  # a part of the map that is drawn is newer than the session's
        self._drawn_in = ClassTable()
        self._mapping = Latest(desk.bridge, say("Renew map"), self._take_made, early=self._take_early)
        self._measuring = Latest(desk.bridge, say("Measure map"), self._take)
        self._sizing = Latest(desk.bridge, say("Areas of the classes"), legend.set_hectares)
        image.hovered.connect(self.show_pixel)
        image.left_scene.connect(self.leave_scene)
        panel.opacity_changed.connect(self._set_opacity)
        panel.drawn_changed.connect(self._set_drawn)
        panel.layer_chosen.connect(self.show_layer)
        panel.set_opacity(FIRST_OPACITY)
        image.set_map_opacity(FIRST_OPACITY)
        image.stack.changed.connect(self._stack_changed)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        events.subscribe(LabelsChanged, self._labels_changed)
        events.subscribe(ValidationChanged, self._reference_changed)
        events.subscribe(TruthChanged, self._reference_changed)
        events.subscribe(EncoderChanged, self._encoder_changed)
        events.subscribe(MapChanged, self._map_changed)
        events.subscribe(ClassesChanged, self._classes_changed)
        events.subscribe(LiveChanged, self._live_changed)
        events.subscribe(MapSpecChanged, self._map_spec_changed)
        events.subscribe(FinishedChanged, self._finished_changed)
        events.subscribe(FinishedShown, self._finished_shown)
        events.subscribe(FinishedPainted, self._finished_painted)
        events.subscribe(PaintTargetChanged, self._target_changed)

    @property
    def busy(self) -> bool:
        """Whether a map is being made or measured."""
        return self._mapping.busy or self._measuring.busy

    def renew(self) -> None:
        """Makes the map from the labels as they are now; the newest wish wins."""
        session = self._session
        if session.features is None:
            self._explain()
            return
        again = session.scene.map_to_make
        if again is not None and again.matching is not None:  # it needs no run: see `by_spectra`
            return
        if again is None and session.labelled_classes < 2:
            self._mapping.forget()
            self._take_back()
            self._explain()
            return
        reference = session.reference
        truth = None if reference is None else reference.array.copy()
        self._asked_on = "" if reference is None else reference.name
        self._measuring.forget()  # of the map before; its answer must not replace the new one
        self.renewed.emit()
        self._mapping.request(
            partial(
                live.make_map,
                features=own_features(session.features),
                labels=session.labels.snapshot() if again is None else again.trained_on,
                classes=session.classes,
                truth=truth,
                map_spec=session.next_map_spec if again is None else again.spec,
                view=self._image.visible_box(),
                sample=session.sample if again is None else again.sample,
            )
        )

    def give_way(self) -> None:
        """Another map is made, in place of any that is being made here."""
        self._mapping.forget()
        self._measuring.forget()

    def draw_again(self) -> None:
        """Draws the map of the scene, or none, in place of what is drawn."""
        self._draw()

    def _labels_changed(self, _event: LabelsChanged) -> None:
        """Renews when the map is live, else says that it is not of the present labels."""
        self._session.scene.map_to_make = None
        if self._session.live:
            self.renew()
        else:
            self._explain()

    def change_opacity(self, steps: int) -> None:
        """By steps of 5 %."""
        self._panel.set_opacity(min(1.0, max(0.0, self._opacity + steps * OPACITY_STEP)))

    def show_layer(self, name: str) -> None:
        """Draws the classes of the map, or how sure it is of them; one of LAYERS."""
        if name == self._layer:
            return
        self._layer = name
        self._panel.set_layer(name)
        self._draw()
        if self._pixel is not None:
            self.show_pixel(*self._pixel)

    def show_next_layer(self) -> None:
        names = [layer.id for layer in LAYERS]
        self.show_layer(names[(names.index(self._layer) + 1) % len(names)])

    @property
    def opacity(self) -> float:
        """Of the map over the scene, 0 to 1."""
        return self._opacity

    def set_opacity(self, opacity: float) -> None:
        self._panel.set_opacity(min(1.0, max(0.0, opacity)))

    @property
    def layer(self) -> str:
        """What of the map is drawn."""
        return self._layer

    def show_pixel(self, row: int, col: int) -> None:
        """Tells class and confidence of the pixel under the cursor."""
        self._pixel = (row, col)
        self._panel.set_pixel(self._words(row, col))

    def leave_scene(self) -> None:
        self._pixel = None
        self._panel.set_pixel(NO_PIXEL)

    def _words(self, row: int, col: int) -> str:
        class_map = self._session.class_map
        if class_map is None:
            return NO_PIXEL
        number = int(class_map.classes[row, col])
        near = None if self._session.map is None else self._session.map.nearest
        if self._shows_finished:
            scene = self._session.scene
            if told := finished_in_words(scene.finishing, scene.classes, number, row, col):
                return told
        if near is not None:
            return distance_in_words(near, row, col)
        if not number:
            return say("no data")
        words = say(
            "{name}, {confidence:.0f} % sure",
            name=self._session.classes.get(number).name,
            confidence=100 * float(class_map.confidence[row, col]),
        )
        if self._layer in ("classes", "confidence"):
            return words
        return f"{words}, {self._layer} {number_text(float(layer_values(class_map, self._layer)[row, col]), '.2f')}"

    def _set_opacity(self, value: float) -> None:
        self._opacity = value
        self._image.set_map_opacity(value)

    def _stack_changed(self, name: str) -> None:
        """The list of what lies over the image changes the opacity of the map, too."""
        layer = self._image.stack.find("map")
        if name == "map" and layer is not None:
            self._panel.set_opacity(layer.layer.opacity)

    def _set_drawn(self, spec: MapSpec) -> None:
        self._session.scene.map_to_make = None
        self._session.scene.chosen_map_spec = spec
        if self._session.class_map is not None:
            self.renew()

    def _take_early(self, glimpse: live.Glimpse | live.Mapped) -> None:
        """What is in view is drawn before the rest of the map is there, and a map that came at once before the better
        one."""
        if isinstance(glimpse, live.Mapped):
            self._take(glimpse)
            return
        if self._shows_finished and self._session.scene.finishing.in_use:  # a part without the steps would flicker
            return
        self._ahead = True
        part = layer_raster(glimpse.class_map, self._layer)
        self._image.put_map(glimpse.top, glimpse.left, part, self._colors)

    def _take_back(self) -> None:
        """A map that will not come leaves nothing behind."""
        if self._ahead:
            self._draw()

    @property
    def _colors(self) -> ClassTable:
        if self._shows_finished:
            return self._session.scene.finishing.table
        return self._session.classes if self._layer == "classes" else scale()

    @property
    def _shows_finished(self) -> bool:
        """Whether the classes that are drawn are those of the finished map; confidence is the model's in any case."""
        return self._layer == "classes" and self._session.scene.shows_finished

    def _draw(self) -> None:
        class_map, self._ahead = self._session.class_map, False
        self._drawn_in = self._colors
        if class_map is None:
            self._image.set_map(None)
        elif self._shows_finished:
            self._image.set_map(self._session.scene.finishing.classes, self._drawn_in)
        else:
            self._image.set_map(layer_raster(class_map, self._layer), self._drawn_in)

    def _take_made(self, mapped: live.Mapped) -> None:
        """Where it is a map of an earlier day made again, that one's times stay, and what is not the same is told."""
        scene = self._session.scene
        again, scene.map_to_make = scene.map_to_make, None
        if again is None or again.trained_on is not mapped.trained_on:
            self._take(mapped)
            self._session.events.emit(StepDone(say("the map was drawn"), None))
            return
        self._take(replace(mapped, seconds=again.seconds or mapped.seconds))
        if again.sha256 and again.sha256 != sum_of_map(mapped.class_map.classes):
            self._desk.messages.info(
                say("The map of {name} was made again from the labels that were kept.", name=scene.cube.name),
                say("It is not pixel for pixel what it was: another machine or version of a library made that one."),
            )

    def _take(self, mapped: live.Mapped) -> None:
        self._session.set_map(
            mapped.probe, mapped.class_map, mapped.trained_on, mapped.accuracy,
            map_spec=mapped.map_spec, sample=mapped.sample, seconds=mapped.seconds,
            measured_on=self._asked_on, reliability=mapped.reliability, nearest=mapped.nearest,
        )  # fmt: skip

    def _measure(self) -> None:
        """The map stays; only what it is measured on has changed."""
        session = self._session
        present, features, reference = session.map, session.features, session.reference
        near = None if present is None else present.nearest
        known = features if near is None else near
        if present is None or known is None or reference is None:
            return
        self._asked_on = reference.name
        self._measuring.request(
            partial(
                live.measure_again,
                mapped=live.Mapped(
                    own_probe(present.probe),
                    own_map(present.class_map),
                    present.trained_on,
                    None,
                    present.spec,
                    present.sample,
                    present.seconds,
                    nearest=present.nearest,
                ),
                valid=known.valid,
                truth=reference.array.copy(),
                classes=session.classes,
            )
        )

    def _reference_changed(self, _event: TruthChanged | ValidationChanged | SceneShown) -> None:
        """Other labels or another truth to measure the map on."""
        if self._mapping.busy:  # that map does not know them yet
            self.renew()
        elif self._session.reference is None:
            self._session.drop_accuracy()
        else:
            self._measure()

    def _show_scene(self, event: SceneShown) -> None:
        scene = self._session.scene
        self.leave_scene()
        self._mapping.forget()
        self._measuring.forget()
        self._show_map_spec()
        # It was left before its map was there, or its run came while it was behind another.
        wanted = self._session.live or scene.map is None or scene.map_to_make is not None
        if wanted and scene.labelled_classes > 1 and self._stale:
            self.renew()
        self._reference_changed(event)
        self._show_map()
        self._explain()

    def _encoder_changed(self, _event: EncoderChanged) -> None:
        self._measuring.forget()
        self._show_map_spec()
        if self._session.features is None:
            self._mapping.forget()
        else:
            self.renew()

    def _map_spec_changed(self, _event: MapSpecChanged) -> None:
        self._show_map_spec()

    def _show_map_spec(self) -> None:
        """How the maps of this scene are drawn; another scene's are drawn its own way."""
        features = self._session.features
        recipe = None if features is None else features.recipe
        if recipe is None or recipe.levels:
            edges = None
        else:
            edges = recipe.edges
        self._panel.set_drawn(self._session.next_map_spec, edges)

    def _live_changed(self, event: LiveChanged) -> None:
        if event.live and self._stale:
            self.renew()
        self._explain()

    def _map_changed(self, _event: MapChanged) -> None:
        self._show_map()
        self._explain()

    def _classes_changed(self, _event: ClassesChanged) -> None:
        self._show_map()

    def _finished_changed(self, event: FinishedChanged) -> None:
        if not self._session.scene.finishing.shown:
            return
        if event.painted and self._drawn_in is self._colors:  # piece by piece it is drawn already
            self._show_areas()
        else:
            self._show_map()

    def _finished_shown(self, _event: FinishedShown) -> None:
        self._show_map()

    def _finished_painted(self, event: FinishedPainted) -> None:
        """A piece of a stroke; a class that was not on the map before has no colour there yet."""
        if self._drawn_in is not self._colors:
            self._draw()
        elif self._shows_finished and (classes := self._session.scene.finishing.classes) is not None:
            top, left, bottom, right = event.box
            self._image.put_map(top, left, classes[top:bottom, left:right], self._drawn_in)

    def _target_changed(self, event: PaintTargetChanged) -> None:
        """Classes are painted, not how sure the map is of them."""
        if event.kind == MAP:
            self.show_layer("classes")

    @property
    def _stale(self) -> bool:
        session = self._session
        if session.features is None or (session.map is not None and session.map.nearest is not None):
            return False
        return session.trained_on is None or not np.array_equal(session.trained_on, session.labels.array)

    def _show_map(self) -> None:
        session = self._session
        if self._pixel is not None:
            self.show_pixel(*self._pixel)
        self._draw()
        near = None if session.map is None else session.map.nearest
        self._panel.show_threshold(None if near is None else near.matching)
        calibration = None if session.map is None else session.map.probe.calibration
        self._panel.set_calibration(*("", "") if calibration is None else (calibration.brief, calibration.words))
        figures = {} if session.map is None else context_of(session.map.probe)
        self._panel.context.show_figures(figures, max(figures, key=lambda name: figures[name].weight, default=""))
        self._show_areas()

    def _show_areas(self) -> None:
        """How much of the map that is shown each class is."""
        classes, table = self._session.class_map, self._session.classes
        array = None if classes is None else classes.classes
        if array is None:
            self._sizing.forget()
            self._legend.set_classes(ClassTable())
            return
        if self._session.scene.shows_finished:
            array, table = self._session.scene.finishing.classes, self._session.scene.finishing.table
            assert array is not None
        counts = np.bincount(array.ravel())
        self._legend.set_classes(table, {n: int(c) for n, c in enumerate(counts) if n})
        self._size(array)

    def _size(self, classes: NDArray[np.uint16]) -> None:
        """Has the areas of the classes found, where the scene has a place on the earth."""
        geo = self._session.scene.cube.geo
        self._sizing.forget()
        if geo.transform is not None and geo.crs_wkt:
            self._sizing.request(lambda _ctx: hectares_of(classes, geo))

    def _explain(self) -> None:
        session = self._session
        if session.map is not None and session.map.nearest is not None:
            self._panel.set_state(map_in_words(session.map.nearest))
        elif session.features is None and session.encoder is not None:
            self._panel.set_state(
                say("No live map: the features fit nowhere. Label, then Training > Map the whole scene by tiles…")
            )
        elif session.features is None:
            self._panel.set_state(
                say("No map yet: press Pretrain, then label two classes or more; or classify by spectra.")
            )
        elif session.class_map is None:
            self._panel.set_state(
                say(
                    "The features are ready. Label pixels of two classes or more to see the map: dab several fields of "
                    "a class rather than paint one full."
                )
            )
        elif session.labelled_classes < 2:
            self._panel.set_state(say("The map is of earlier labels: a new one needs labels of two classes or more."))
        elif self._stale:
            self._panel.set_state(say("The labels have changed since this map. Renew it, or switch Live on."))
        else:
            labels = session.trained_on
            count = 0 if labels is None else np.count_nonzero(labels)
            self._panel.set_state(
                say(
                    "Map from {count:,} labels of {labelled_classes} classes.",
                    count=count,
                    labelled_classes=session.labelled_classes,
                )
            )
