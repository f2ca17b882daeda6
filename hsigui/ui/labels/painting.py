"""Painting: what the tools of the image view ask, done as edits that can be taken back, and shown."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.document.events import (
    AreaAnswered,
    ClassesChanged,
    CurrentClassChanged,
    LabelsChanged,
    LabelsPainted,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit
from hsigui.labels.strokes import Area, parts_of, polygon, stroke, trimmed
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.in_pieces import PIXELS_AT_ONCE, InPieces
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_controller import ClassesController
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.superpixel_controller import SuperpixelController

NO_SUPERPIXEL = say("There is no superpixel here yet.")
NOWHERE = (0, 0, 0, 0)
OTHER = {TRAINING: VALIDATION, VALIDATION: TRAINING}  # the layer that a pixel must have no label in


class LabelController(QObject):
    """Keeps labels, classes panel and image view in step with the session."""

    def __init__(self, desk: Desk, image: ImageView, panel: ClassesPanel, superpixels: SuperpixelController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self.classes = ClassesController(desk, panel)
        self._superpixels = superpixels
        self._table = ClassTable()  # in whose colours the labels are drawn
        self._touched = False  # the stroke changed labels
        self._large: InPieces | None = None  # that is being painted
        self._kept: set[str] = set()  # why the stroke left pixels as they are
        image.stroke_started.connect(self._begin)
        image.stroked.connect(self._stroke)
        image.stroke_ended.connect(self._end)
        image.polygon_drawn.connect(self._polygon)
        image.touched.connect(self._touch)
        image.hovered.connect(self._hovered)
        image.left_scene.connect(self._show_no_superpixel)
        image.tool_changed.connect(self._show_no_superpixel)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        events.subscribe(ClassesChanged, self._classes_changed)
        events.subscribe(CurrentClassChanged, self._show_current)
        events.subscribe(LabelsPainted, self._show_painted)
        events.subscribe(LabelsChanged, self._changed)
        events.subscribe(ValidationChanged, self._changed)
        events.subscribe(AreaAnswered, self._answered)

    # Drawing

    def paint(self, area: Area, number: int, text: str) -> None:
        """Gives pixels a class (0 takes their labels away), in the layer that is painted.

        Labels of locked classes stay, and so do those of the other layer: a pixel is trained on or measured on. Where
        the map is painted on, it is in place of labels.
        """
        scene, (top, left, mask) = self._session.scene, area
        if scene.finishing.painting:
            scene.finishing.paint(area, number, text)
            return
        labels, layer = scene.labels, scene.layer
        rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        window = labels.layer(layer)[rows, cols]
        changed = mask & (window != number)
        if labels.classes.locked:
            locked = changed & np.isin(window, labels.classes.locked)
            changed &= ~locked
            if locked.any():
                self._kept.add(say("Labels of locked classes stay as they are."))
        if number:
            taken = changed & (labels.layer(OTHER[layer])[rows, cols] != UNLABELLED)
            if taken.any():
                changed &= ~taken
                other = "training" if layer == VALIDATION else "validation"
                self._kept.add(
                    say("Pixels with {other} labels keep them: none is trained on and measured on.", other=other)
                )
        found = trimmed(top, left, changed)
        if found is not None:
            shown = labels.classes.with_hidden(number, False) if labels.classes.get(number).hidden else None
            scene.edit(Edit(*found, number, shown, layer), text)

    def class_to_paint(self) -> int:
        """The current class; the first one is made when there is none."""
        scene = self._session.scene
        if not scene.current_class:
            self.classes.add()
        return scene.current_class

    def draw_area(self, area: Area | None, text: str) -> None:
        """Labels an area as one step; a large one some rows at a time."""
        if area is None or self._session.cube is None:
            return
        self._begin(text)
        if area[2].size > PIXELS_AT_ONCE:
            pieces = (partial(self._paint_current, part, text) for part in parts_of(area, PIXELS_AT_ONCE))
            self._large = InPieces(pieces, partial(self._still_in, self._session.scene), self._painted, self)
            return
        try:
            self._paint_current(area, text)
        finally:
            self._end()

    def _paint_current(self, area: Area, text: str) -> None:
        self.paint(area, self.class_to_paint(), text)

    def _still_in(self, scene: Scene) -> bool:
        return self._session.shown is scene and scene.stroking

    def _painted(self) -> None:
        self._large = None
        self._end()

    def _answered(self, event: AreaAnswered) -> None:
        self._session.scene.finishing.paint_here(False)  # what is asked for are labels
        self.draw_area(event.area, event.text)

    def _begin(self, text: str) -> None:
        if self._large is not None:
            self._large.finish()
        self._touched = False
        self._kept.clear()
        number = self._session.current_class
        if number and self._image.tool != "eraser":
            text += f": {self._session.classes.get(number).name}"
        scene = self._session.scene
        if scene.finishing.painting:
            scene.finishing.begin_stroke(say("{text} (map)", text=text))
        else:
            scene.begin_stroke(text + (" (validation)" if scene.layer == VALIDATION else ""))

    def _stroke(self, points: list[tuple[int, int]], size: int, erase: bool) -> None:
        area = stroke(self._session.scene.labels.shape, points, size, self._image.brush_shape)
        if area is not None:
            self.paint(area, UNLABELLED if erase else self.class_to_paint(), say("Stroke"))

    def _end(self) -> None:
        self._session.scene.finishing.end_stroke()
        self._session.scene.end_stroke()
        if self._touched:
            if not self._image.labels_visible:
                self._explain(say("Labels are painted and not shown: Shift+L shows them again."))
        elif self._kept:
            self._explain(" ".join(sorted(self._kept)))

    def _polygon(self, vertices: list[tuple[float, float]], text: str) -> None:
        self.draw_area(polygon(self._session.labels.shape, vertices), text)

    def _explain(self, text: str) -> None:
        if all(message.text != text for message in self._desk.messages.messages):
            self._desk.messages.info(text)

    # What lies under the mouse

    def _touch(self, kind: str, row: int, col: int) -> None:
        if kind == "superpixel":
            area = self._superpixels.area_at(row, col)
            if area is not None:
                self.paint(area, self.class_to_paint(), say("Superpixels"))
            else:
                self._explain(f"{NO_SUPERPIXEL} {self._superpixels.state}".strip())
        elif kind == "pick":
            self._pick(row, col)

    def _pick(self, row: int, col: int) -> None:
        labels, mapped, finishing = self._session.labels, self._session.class_map, self._session.scene.finishing
        if finishing.painting:
            self._session.choose_class(finishing.class_at(row, col))
            return
        number = int(labels.array[row, col]) or int(labels.validation[row, col])
        if not number and mapped is not None:
            number = int(mapped.classes[row, col])
        if number:
            self._session.choose_class(number)
        else:
            self._explain(say("There is no label here to take the class from."))

    def _hovered(self, row: int, col: int) -> None:
        if self._image.tool == "superpixel":
            self._image.show_selection(self._superpixels.area_at(row, col), self._color())

    def _show_no_superpixel(self, _tool: str = "") -> None:
        if self._image.tool != "fill":  # there the selection is another's
            self._image.show_selection(None)

    def _color(self) -> tuple[int, int, int]:
        number = self._session.current_class
        return self._session.classes.get(number).color if number else (255, 255, 255)

    # Showing

    def _show_scene(self, _event: SceneShown) -> None:
        scene = self._session.scene
        self._panel.setEnabled(True)
        self._table = scene.classes
        self._image.set_labels(scene.labels.array, scene.classes)
        self._show_all_validation()
        self._show_current()

    def _classes_changed(self, event: ClassesChanged) -> None:
        """Draws labels anew only when a class that has some looks otherwise, and only where there can be any."""
        labels, self._table = self._session.labels, event.after
        self._image.set_label_classes(event.after)
        for layer in (TRAINING, VALIDATION):
            if self._looks_otherwise(event.before, layer):
                self._show_box(layer, labels.extent(layer) or NOWHERE)
        self._show_current()

    def _looks_otherwise(self, before: ClassTable, layer: int) -> bool:
        """Whether a class that has labels has another colour than in a table, or came into sight or went out of it."""
        pairs = ((before.get(n), self._table.get(n)) for n in self._session.labels.numbers(layer))
        return any((old.color, old.hidden) != (new.color, new.hidden) for old, new in pairs)

    def _show_painted(self, event: LabelsPainted) -> None:
        self._touched = True
        if event.layer == TRAINING:  # straight on: told at each piece of a stroke
            self._image.update_labels(event.box, self._session.scene.labels.layer(TRAINING))
        else:
            self._show_box(event.layer, event.box)

    def _show_box(self, layer: int, box: Box) -> None:
        labels = self._session.scene.labels
        if layer == TRAINING:
            self._image.update_labels(box, labels.layer(TRAINING))
        elif labels.labelled(VALIDATION):
            self._image.update_validation(box, labels.validation, labels.classes)
        else:
            self._image.set_validation(None, labels.classes)

    def _show_all_validation(self) -> None:
        labels = self._session.labels
        shown = labels.validation if labels.labelled(VALIDATION) else None
        self._image.set_validation(shown, labels.classes)

    def _changed(self, _event: LabelsChanged | ValidationChanged) -> None:
        self.classes.show_counts()

    def _show_current(self, _event: CurrentClassChanged | None = None) -> None:
        number = self._session.current_class
        self._image.set_brush_color(self._session.classes.get(number).color if number else None)
