"""Painting: what the tools of the image view ask, done as edits that can be taken back, and shown."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.document.events import (
    ClassesChanged,
    CurrentClassChanged,
    LabelsChanged,
    LabelsPainted,
    MasksChanged,
    PaintTargetChanged,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.intentions import AreaAnswered
from hsigui.document.paint_target import MAP
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION
from hsigui.labels.strokes import Area, parts_of, polygon, stroke
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.in_pieces import PIXELS_AT_ONCE, InPieces
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_controller import ClassesController
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.superpixel_controller import SuperpixelController

NO_SUPERPIXEL = say("There is no superpixel here yet.")
NOWHERE = (0, 0, 0, 0)
MASKED_OUT = 1  # what is painted on a mask


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
        for kind in (CurrentClassChanged, PaintTargetChanged, MasksChanged):
            events.subscribe(kind, self._show_current)
        events.subscribe(LabelsPainted, self._show_painted)
        events.subscribe(LabelsChanged, self._changed)
        events.subscribe(ValidationChanged, self._changed)
        events.subscribe(AreaAnswered, self._answered)

    # Drawing

    def paint(self, area: Area, number: int, text: str) -> None:
        """Gives pixels of what is painted on a class; 0 takes it away."""
        self._kept |= self._session.scene.painting.target.paint(area, number, text)

    def class_to_paint(self) -> int:
        """The current class; the first one is made when there is none. A mask has one kind of pixels only."""
        scene = self._session.scene
        if scene.mask_drawn_on:
            return MASKED_OUT
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
        self._session.scene.paint_on_labels()  # that is what is asked for
        self.draw_area(event.area, event.text)

    def _begin(self, text: str) -> None:
        if self._large is not None:
            self._large.finish()
        self._touched = False
        self._kept.clear()
        scene = self._session.scene
        scene.painting.target.begin_stroke(self._named(text))

    def _named(self, text: str) -> str:
        """What a step is called: with the class, or the mask."""
        scene = self._session.scene
        mask = scene.masks.get(scene.mask_drawn_on)
        if mask is not None:
            return say("{text}: {name} (mask)", text=text, name=mask.name)
        if scene.current_class and self._image.tool != "eraser":
            text += f": {scene.classes.get(scene.current_class).name}"
        return say("{text} (map)", text=text) if scene.painting.on(MAP) else text

    def _stroke(self, points: list[tuple[int, int]], size: int, erase: bool) -> None:
        area = stroke(self._session.scene.labels.shape, points, size, self._image.brush_shape)
        if area is not None:
            self.paint(area, UNLABELLED if erase else self.class_to_paint(), say("Stroke"))

    def _end(self) -> None:
        self._session.scene.painting.end_strokes()
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
        scene, labels, mapped = self._session.scene, self._session.labels, self._session.class_map
        if scene.mask_drawn_on:
            self._explain(say("A mask has no classes to take one from."))
            return
        if scene.painting.on(MAP):
            self._session.choose_class(scene.finishing.class_at(row, col))
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
            self._image.show_selection(self._superpixels.area_at(row, col), self.color)

    def _show_no_superpixel(self, _tool: str = "") -> None:
        if self._image.tool != "fill":  # there the selection is another's
            self._image.show_selection(None)

    @property
    def color(self) -> Color:
        """That what is selected would be painted in: of the class, or of the mask."""
        scene = self._session.scene
        mask = scene.masks.get(scene.mask_drawn_on)
        if mask is not None:
            return mask.color
        number = scene.current_class
        return scene.classes.get(number).color if number else (255, 255, 255)

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

    def _show_current(self, _event: Changed | None = None) -> None:
        """The brush has the colour of what it paints; white is of nothing yet."""
        none = not self._session.current_class and not self._session.scene.mask_drawn_on
        self._image.set_brush_color(None if none else self.color)
