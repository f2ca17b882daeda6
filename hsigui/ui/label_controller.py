"""Painting and classes: what the image view's tools and the classes panel ask, done as edits that can be taken back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import UNLABELLED, Edit
from hsigui.labels.strokes import Area, polygon, stroke
from hsigui.ui.desk import Desk
from hsigui.ui.image_view import ImageView
from hsigui.ui.panels.classes_panel import ClassesPanel


class LabelController(QObject):
    """Keeps labels, classes panel and image view in step with the session."""

    settled = Signal()  # labels changed, and no stroke is being drawn

    def __init__(self, desk: Desk, image: ImageView, panel: ClassesPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self._stroking = False
        self._touched = False
        image.stroke_started.connect(self._begin)
        image.stroked.connect(self._stroke)
        image.stroke_ended.connect(self._end)
        image.polygon_drawn.connect(self._polygon)
        panel.chosen.connect(self.choose)
        panel.renamed.connect(self._rename)
        panel.recolor_asked.connect(self._recolor)
        panel.add_asked.connect(self.add_class)
        panel.delete_asked.connect(self.delete_class)
        self._session.changed.connect(self._changed)

    # Drawing

    def _begin(self, text: str) -> None:
        self._stroking, self._touched = True, False
        self._session.history.begin(text)

    def _stroke(self, points: list[tuple[int, int]], size: int, erase: bool) -> None:
        if self._session.cube is None:
            return
        area = stroke(self._session.labels.shape, points, size)
        if area is not None:
            self._apply(area, erase, "Eraser stroke" if erase else "Brush stroke")

    def _end(self) -> None:
        self._session.history.end()
        self._stroking = False
        self._session.changed.emit("history")
        if self._touched:
            self._settle()

    def _polygon(self, vertices: list[tuple[float, float]]) -> None:
        if self._session.cube is None:
            return
        area = polygon(self._session.labels.shape, vertices)
        if area is None:
            return
        self._begin("Polygon")
        try:
            self._apply(area, False, "Polygon")
        finally:
            self._end()

    def _apply(self, area: Area, erase: bool, text: str) -> None:
        number = UNLABELLED if erase else self._class_to_paint()
        top, left, mask = area
        height, width = mask.shape
        different = mask & (self._session.labels.array[top : top + height, left : left + width] != number)
        if different.any():
            self._session.edit(Edit(top, left, different, number), text)

    def _class_to_paint(self) -> int:
        if not self._session.current_class:
            self.add_class()
        return self._session.current_class

    # Classes

    def choose(self, number: int) -> None:
        self._session.choose_class(number)

    def choose_place(self, place: int) -> None:
        """A number key: the class of that number."""
        if place in self._session.classes:
            self._session.choose_class(place)
        else:
            self._desk.messages.info(f"There is no class number {place} yet.", "Add one with Ctrl+N.")

    def add_class(self) -> None:
        """Adds a class and makes it the one that is painted."""
        if self._session.cube is None:
            return
        table, info = self._session.classes.added()
        self._session.set_classes(table, f"Add {info.name}")
        self._session.choose_class(info.number)

    def delete_class(self) -> None:
        """Deletes the current class with its labels."""
        number = self._session.current_class
        if not number:
            return
        name = self._session.classes.get(number).name
        mask = self._session.labels.array == number
        classes = self._session.classes.removed(number)
        edit = Edit(0, 0, np.asarray(mask), UNLABELLED, classes) if mask.any() else Edit(classes=classes)
        self._session.edit(edit, f"Delete {name}")

    def _rename(self, number: int, name: str) -> None:
        if name != self._session.classes.get(number).name:
            self._change(lambda classes: classes.renamed(number, name), "Rename class")

    def _recolor(self, number: int) -> None:
        info = self._session.classes.get(number)
        color = self._desk.prompts.color(info.color, info.name)
        if color is not None and color != info.color:
            self._change(lambda classes: classes.recolored(number, color), "Recolour class")

    def _change(self, change: Callable[[ClassTable], ClassTable], text: str) -> None:
        try:
            self._session.set_classes(change(self._session.classes), text)
        except HsiError as error:
            self._desk.messages.error(error)
            self._show_classes()

    # Showing

    def _changed(self, what: str) -> None:
        if what == "scene":
            self._panel.setEnabled(True)
        elif what == "classes":
            self._show_classes()
            self._image.set_labels(self._session.labels.array, self._session.classes)
        elif what == "current class":
            self._show_current()
        elif what == "labels":
            self._show_labels()

    def _show_labels(self) -> None:
        session = self._session
        if session.label_box is None:
            self._image.set_labels(session.labels.array, session.classes)
        else:
            self._image.update_labels(session.label_box, session.labels.array)
        self._touched = True
        if not self._stroking:  # counting a large scene at every mouse move would make the brush lag
            self._settle()

    def _settle(self) -> None:
        self._panel.set_counts(self._session.labels.counts())
        self.settled.emit()

    def _show_classes(self) -> None:
        session = self._session
        self._panel.set_classes(session.classes, session.labels.counts(), session.current_class)
        self._show_current()

    def _show_current(self) -> None:
        number = self._session.current_class
        self._panel.set_current(number)
        self._image.set_brush_color(self._session.classes.get(number).color if number else None)
