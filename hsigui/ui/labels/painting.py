"""Painting: what the tools of the image view ask, done as edits that can be taken back, and shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit, LabelMap
from hsigui.labels.strokes import Area, polygon, stroke, trimmed
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.overlay import Box
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_controller import ClassesController
from hsigui.ui.labels.classes_panel import ClassesPanel

NO_SUPERPIXEL = "There is no superpixel here yet."
NOWHERE = (0, 0, 0, 0)


class LabelController(QObject):
    """Keeps labels, classes panel and image view in step with the session.

    Attributes:
        superpixel_at: finds the superpixel of a pixel (row, column); set by the window.
        superpixel_state: says what became of the search for superpixels.
    """

    settled = Signal()  # labels changed, and no stroke is being drawn
    validation_settled = Signal()  # the same of validation labels

    def __init__(self, desk: Desk, image: ImageView, panel: ClassesPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self.classes = ClassesController(desk, panel)
        self.superpixel_at: Callable[[int, int], Area | None] = lambda _row, _col: None
        self.superpixel_state: Callable[[], str] = lambda: ""
        self._table = ClassTable()  # in whose colours the labels are drawn
        self._drawn: LabelMap | None = None
        self._stroking = False
        self._touched: set[int] = set()  # layers that the stroke changed
        self._kept: set[str] = set()  # why the stroke left pixels as they are
        image.stroke_started.connect(self._begin)
        image.stroked.connect(self._stroke)
        image.stroke_ended.connect(self._end)
        image.polygon_drawn.connect(self._polygon)
        image.touched.connect(self._touch)
        image.hovered.connect(self._hovered)
        image.left_scene.connect(self._show_no_superpixel)
        image.tool_changed.connect(lambda _name: self._show_no_superpixel())
        self._session.changed.connect(self._changed)

    # Drawing

    @property
    def stroking(self) -> bool:
        """True from the start of a stroke to its end; "history" is told then. An open polygon is no stroke."""
        return self._stroking

    def paint(self, area: Area, number: int, text: str) -> None:
        """Gives pixels a class (0 takes their labels away), in the layer that is painted.

        Labels of locked classes stay, and so do those of the other layer: a pixel is trained on or measured on.
        """
        session, (top, left, mask) = self._session, area
        rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        window = session.labels.layer(session.layer)[rows, cols]
        changed = mask & (window != number)
        if session.classes.locked:
            locked = changed & np.isin(window, session.classes.locked)
            changed &= ~locked
            if locked.any():
                self._kept.add("Labels of locked classes stay as they are.")
        if number:
            taken = changed & (session.labels.layer(_other(session.layer))[rows, cols] != UNLABELLED)
            changed &= ~taken
            if taken.any():
                other = "training" if session.layer == VALIDATION else "validation"
                self._kept.add(f"Pixels with {other} labels keep them: none is trained on and measured on.")
        found = trimmed(top, left, changed)
        if found is not None:
            shown = session.classes.with_hidden(number, False) if session.classes.get(number).hidden else None
            session.edit(Edit(*found, number, shown, session.layer), text)

    def class_to_paint(self) -> int:
        """The current class; the first one is made when there is none."""
        if not self._session.current_class:
            self.classes.add()
        return self._session.current_class

    def draw_area(self, area: Area | None, text: str) -> None:
        """Labels an area as one step."""
        if area is None or self._session.cube is None:
            return
        self._begin(text)
        try:
            self.paint(area, self.class_to_paint(), text)
        finally:
            self._end()

    def _begin(self, text: str) -> None:
        self._stroking = True
        self._touched.clear()
        self._kept.clear()
        number = self._session.current_class
        if number and self._image.tool != "eraser":
            text += f": {self._session.classes.get(number).name}"
        self._session.history.begin(text + (" (validation)" if self._session.layer == VALIDATION else ""))

    def _stroke(self, points: list[tuple[int, int]], size: int, erase: bool) -> None:
        if self._session.cube is None:
            return
        area = stroke(self._session.labels.shape, points, size, self._image.brush_shape)
        if area is not None:
            self.paint(area, UNLABELLED if erase else self.class_to_paint(), "Stroke")

    def _end(self) -> None:
        self._session.history.end()
        self._stroking = False
        self._session.changed.emit("history")
        if self._touched:
            if not self._image.labels_visible:
                self._explain("Labels are painted and not shown: Shift+L shows them again.")
            self._settle()
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
            area = self.superpixel_at(row, col)
            if area is not None:
                self.paint(area, self.class_to_paint(), "Superpixels")
            else:
                self._explain(f"{NO_SUPERPIXEL} {self.superpixel_state()}".strip())
        elif kind == "pick":
            self._pick(row, col)

    def _pick(self, row: int, col: int) -> None:
        labels, mapped = self._session.labels, self._session.class_map
        number = int(labels.array[row, col]) or int(labels.validation[row, col])
        if not number and mapped is not None:
            number = int(mapped.classes[row, col])
        if number:
            self._session.choose_class(number)
        else:
            self._explain("There is no label here to take the class from.")

    def _hovered(self, row: int, col: int) -> None:
        if self._image.tool == "superpixel":
            self._image.show_selection(self.superpixel_at(row, col), self._color())

    def _show_no_superpixel(self) -> None:
        if self._image.tool != "fill":  # there the selection is another's
            self._image.show_selection(None)

    def _color(self) -> tuple[int, int, int]:
        number = self._session.current_class
        return self._session.classes.get(number).color if number else (255, 255, 255)

    # Showing

    def _changed(self, what: str) -> None:
        if what == "scene":
            self._panel.setEnabled(True)
            self._drawn = None
        elif what == "classes":
            self._show_classes()
            self._show_current()
        elif what == "current class":
            self._show_current()
        elif what == "labels":
            self._show_labels()
        elif what == "validation":
            self._show_validation(self._session.validation_box)
            self._note(VALIDATION)

    def _show_classes(self) -> None:
        """Draws labels anew only when a class that has some looks otherwise, and only where there can be any."""
        session, before = self._session, self._table
        labels, self._table = session.labels, session.classes
        if self._drawn is not labels:
            self._drawn = labels
            self._image.set_labels(labels.array, session.classes)
            self._show_validation(None)
            return
        self._image.set_label_classes(session.classes)
        if self._looks_otherwise(before, TRAINING):
            self._image.update_labels(labels.extent() or NOWHERE, labels.array)
        if self._looks_otherwise(before, VALIDATION):
            self._show_validation(labels.extent(VALIDATION))

    def _looks_otherwise(self, before: ClassTable, layer: int) -> bool:
        """Whether a class that has labels has another colour than in a table, or came into sight or went out of it."""
        pairs = ((before.get(n), self._table.get(n)) for n in self._session.labels.numbers(layer))
        return any((old.color, old.hidden) != (new.color, new.hidden) for old, new in pairs)

    def _show_labels(self) -> None:
        session = self._session
        if session.label_box is None:
            self._image.set_labels(session.labels.array, session.classes)
        else:
            self._image.update_labels(session.label_box, session.labels.array)
        self._note(TRAINING)

    def _show_validation(self, box: Box | None) -> None:
        session = self._session
        if not session.labels.labelled(VALIDATION):
            self._image.set_validation(None, session.classes)
        elif box is None:
            self._image.set_validation(session.labels.validation, session.classes)
        else:
            self._image.update_validation(box, session.labels.validation, session.classes)

    def _note(self, layer: int) -> None:
        self._touched.add(layer)
        if not self._stroking:  # what follows from labels would make the brush lag
            self._settle()

    def _settle(self) -> None:
        touched = set(self._touched)
        self._touched.clear()
        self.classes.show_counts()
        if TRAINING in touched:
            self.settled.emit()
        if VALIDATION in touched:
            self.validation_settled.emit()

    def _show_current(self) -> None:
        number = self._session.current_class
        self._image.set_brush_color(self._session.classes.get(number).color if number else None)


def _other(layer: int) -> int:
    return VALIDATION if layer == TRAINING else TRAINING
