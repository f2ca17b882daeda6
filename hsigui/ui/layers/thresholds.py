"""Masks by a threshold, and layers of classes, as layers and as labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.analysis.false_alarms import tail_of, threshold_of_all
from hsigui.analysis.layer import Layer
from hsigui.analysis.table import kinds
from hsigui.document.derived import DerivedLayer
from hsigui.document.events import ClassesChanged, CurrentClassChanged, DerivedListChanged, SceneLeft
from hsigui.document.identity import Origin
from hsigui.document.intentions import AreaAnswered
from hsigui.document.scene import Scene
from hsigui.jobs import Context
from hsigui.labels.classes import Color
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit
from hsigui.labels.matching import match_classes
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.in_pieces import PIXELS_AT_ONCE, InPieces
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subjects
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.cover import Cover
from hsigui.ui.layers.ground import Threshold, with_threshold
from hsigui.ui.layers.threshold_dialog import ThresholdDialog

PASSES = (255, 140, 0)  # the colour of what passes while there is no current class
INSIDE = 1  # the class of a mask that its threshold lets through
COMPOSITE = "composite"  # id of the subject of the scene's room


@dataclass(frozen=True)
class Counted:
    """How many of the pixels with data pass a threshold, and how many of the background are expected to."""

    inside: int
    known: int
    expected: float | None = None


class Thresholds(QObject):
    """Opens the dialog over a layer, shows what passes, and makes layers and labels of it."""

    def __init__(self, bench: Bench, layers: LayersController, cover: Cover) -> None:
        desk: Desk = bench.desk
        super().__init__(desk.window)
        self._desk, self._session, self._layers, self._cover = desk, desk.session, layers, cover
        self._subjects: Subjects = bench.subjects
        self._dialog: ThresholdDialog | None = None
        self._of: tuple[Scene, DerivedLayer] | None = None
        self._counting = Latest(desk.bridge, say("Count pixels"), self._counted, between=True)
        self._finding = Latest(desk.bridge, say("Find threshold"), self._found, between=True)
        events = self._session.events
        events.subscribe(SceneLeft, self._close)
        events.subscribe(CurrentClassChanged, self._show_class)
        events.subscribe(ClassesChanged, self._show_class)
        events.subscribe(DerivedListChanged, self._list_changed)

    def ask(self) -> None:
        """Lets the user find a threshold of the chosen layer."""
        self._layers.with_numbers(self._open)

    def into_labels(self) -> None:
        """Makes labels of the chosen layer of classes: of a mask, those of the current class; of others, of classes of
        their names. One step that can be taken back; pixels that have labels keep them."""
        self._layers.with_numbers(self._into_labels)

    # The dialog

    def _open(self, found: DerivedLayer) -> None:
        layer = found.layer
        if layer is None or layer.classes is not None:
            self._desk.messages.info(
                say("{name} is a layer of classes, and has no threshold.", name=found.name),
                say("“Turn into labels” makes labels of its classes."),
            )
            return
        self._close()
        distance = any(row.distance for row in kinds() if row.name == layer.recipe.kind)
        dialog = ThresholdDialog(found.name, layer, found.look.measure, self._desk.window, distance=distance)
        self._dialog, self._of = dialog, (self._session.scene, found)
        dialog.changed.connect(self._renew)
        dialog.rate_asked.connect(self._find)
        dialog.keep_asked.connect(self._keep)
        dialog.labels_asked.connect(self._label)
        dialog.finished.connect(partial(self._closed, dialog))
        self._show_class()
        self._renew()
        dialog.ask_rate()
        dialog.show()

    def _close(self, _event: object = None) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    def _closed(self, dialog: ThresholdDialog, _result: int) -> None:
        dialog.deleteLater()
        if dialog is self._dialog:
            self._dialog = self._of = None
            self._counting.forget()
            self._finding.forget()
            self._cover.preview(None)

    def _list_changed(self, _event: DerivedListChanged) -> None:
        if self._of is not None and self._of[0].derived.get(self._of[1].number) is None:
            self._close()

    @property
    def _color(self) -> Color:
        number = self._session.current_class
        return self._session.classes.get(number).color if number else PASSES

    def _show_class(self, _event: object = None) -> None:
        if self._dialog is not None:
            number = self._session.current_class
            self._dialog.show_class(self._session.classes.get(number).name if number else "")
            self._renew()

    def _renew(self) -> None:
        """Shows what passes now."""
        if self._dialog is None or self._of is None:
            return
        threshold, scene = self._dialog.threshold, self._of[0]
        over = self._subjects.named(scene, COMPOSITE) if self._dialog.over_composite.isChecked() else None
        draw = with_threshold(None if over is None else over.draw, threshold, self._color)
        self._cover.preview(draw)
        if not self._dialog.is_none:
            self._counting.request(partial(count, threshold=threshold))

    def _find(self, rate: float, of_all: bool) -> None:
        if self._dialog is not None:
            threshold = self._dialog.threshold
            self._finding.request(partial(threshold_at, threshold=threshold, rate=rate, of_all=of_all))

    def _found(self, value: float | None) -> None:
        if self._dialog is not None:
            self._dialog.take_threshold(value)

    def _counted(self, counted: Counted) -> None:
        if self._dialog is not None and not self._dialog.is_none:
            self._dialog.show_result(counted.inside, counted.known, counted.expected)

    def _keep(self) -> None:
        if self._dialog is None or self._of is None or self._dialog.is_none:
            return
        scene, found = self._of
        done = partial(self._take_mask, scene.origin, found)
        work = partial(mask_of, threshold=self._dialog.threshold)
        self._desk.bridge.start(work, say("Mask of {name}", name=found.name), Watcher(done=done))

    def _take_mask(self, origin: Origin, found: DerivedLayer, mask: Layer) -> None:
        scene = self._session.find(origin.scene)
        if scene is None:
            return
        number = scene.derived.add(mask, found.input_revision).number
        if scene is self._session.shown:
            self._layers.choose(number)
            self._desk.messages.info(say("{name} is kept as a layer.", name=mask.name))

    def _label(self) -> None:
        if self._dialog is None or self._of is None or self._dialog.is_none:
            return
        scene, found = self._of
        done = partial(self._take_area, scene.origin, say("Threshold of {name}", name=found.name))
        work = partial(area_of, threshold=self._dialog.threshold)
        self._desk.bridge.start(work, say("Mask of {name}", name=found.name), Watcher(done=done))

    def _take_area(self, origin: Origin, text: str, area: Area | None) -> None:
        """The labels room paints it, as it paints any area."""
        if self._session.scene.id == origin.scene and area is not None:
            self._session.events.emit(AreaAnswered(area, text))

    # Layers of classes

    def _into_labels(self, found: DerivedLayer) -> None:
        layer, scene = found.layer, self._session.scene
        if layer is None:
            return
        if layer.classes is None:
            self._open(found)
        elif layer.recipe.between is not None:
            text = say("Mask {name}", name=found.name)
            work = partial(class_area, layer=layer, number=INSIDE)
            self._desk.bridge.start(work, text, Watcher(done=partial(self._take_area, scene.origin, text)))
        else:
            text = say("Classes of {name}", name=found.name)
            edit = partial(classes_edit, layer=layer, scene=scene, revision=scene.revision)
            self._desk.bridge.start(edit, text, Watcher(done=partial(self._take_classes, scene, text)))

    def _take_classes(self, scene: Scene, text: str, made: tuple[Edit | None, int]) -> None:
        edit, revision = made
        if scene is not self._session.shown:
            return
        if edit is None:
            self._desk.messages.info(say("Every pixel has a label already; nothing was changed."))
        elif revision != scene.revision:
            self._desk.messages.info(say("The labels were changed meanwhile."), say("Ask for them once more."))
        elif edit.mask is None or edit.mask.size <= PIXELS_AT_ONCE:
            scene.edit(edit, text)
        else:
            scene.begin_stroke(text)
            pieces = (partial(scene.edit, piece, text) for piece in edit.pieces(PIXELS_AT_ONCE))
            InPieces(pieces, partial(self._still_in, scene), scene.end_stroke, self)

    def _still_in(self, scene: Scene) -> bool:
        return self._session.shown is scene and scene.stroking


def count(_ctx: Context, threshold: Threshold) -> Counted:
    """Counts what passes."""
    values = threshold.layer.stack[:, :, threshold.place]
    inside, known = int(np.count_nonzero(threshold.inside())), int(np.count_nonzero(np.isfinite(values)))
    tail = tail_of(threshold.layer, threshold.place)
    if tail is None:
        return Counted(inside, known)
    return Counted(inside, known, known * (tail.rate(threshold.low) - tail.rate(threshold.high)))


def threshold_at(_ctx: Context, threshold: Threshold, rate: float, of_all: bool) -> float | None:
    """The lower limit of a score that such a part of the background passes; None where it cannot be told."""
    tail = None if of_all else tail_of(threshold.layer, threshold.place)
    if tail is not None:
        return tail.threshold(rate)
    return threshold_of_all(threshold.layer, threshold.place, rate)


def mask_of(_ctx: Context, threshold: Threshold) -> Layer:
    """The layer of two classes."""
    low, high = (None if np.isinf(end) else end for end in (threshold.low, threshold.high))
    return threshold.layer.masked(low, high, threshold.place)


def area_of(_ctx: Context, threshold: Threshold) -> Area | None:
    """The pixels that pass; None without any."""
    return trimmed(0, 0, threshold.inside())


def class_area(_ctx: Context, layer: Layer, number: int) -> Area | None:
    """The pixels of a class; None without any."""
    return trimmed(0, 0, np.asarray(layer.array == number))


def classes_edit(ctx: Context, layer: Layer, scene: Scene, revision: int) -> tuple[Edit | None, int]:
    """What gives each pixel without a label that of its class in a layer, with the classes that the scene lacks; and
    the revision of the labels that it is of."""
    assert layer.classes is not None
    free = np.asarray((scene.labels.layer(TRAINING) == 0) & (scene.labels.layer(VALIDATION) == 0) & (layer.array > 0))
    ctx.check()
    area = trimmed(0, 0, free)
    if area is None:
        return None, revision
    matched = match_classes(layer.array, layer.classes, scene.classes)
    top, left, mask = area
    rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
    return Edit(top, left, mask, matched.array[rows, cols][mask], matched.classes, scene.layer), revision
