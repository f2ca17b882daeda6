"""What lies over the composite of a scene, in its order: class rasters, outlines, and what was laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.overlay import Window


class RasterLayer(Protocol):
    """What is painted device pixel by device pixel."""

    visible: bool
    opacity: float

    @property
    def empty(self) -> bool:
        """Whether there is nothing to paint."""

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""


class LineLayer(Protocol):
    """What is painted in logical pixels: lines as sharp as the screen at every magnification."""

    visible: bool
    opacity: float

    @property
    def empty(self) -> bool:
        """Whether there is nothing to paint."""

    def paint_lines(self, painter: QPainter, camera: Camera) -> None:
        """Draws in view coordinates."""


Layer = RasterLayer | LineLayer


L = TypeVar("L", bound=Layer, covariant=True)


@dataclass(frozen=True, eq=False)
class Entry(Generic[L]):
    """A layer with its id, which is never translated, what it is called, and the id of the layer in whose place it is
    painted, if it is in one's."""

    id: str
    title: str
    layer: L
    in_place_of: str = ""

    @property
    def shown(self) -> bool:
        """Whether there is something of it to be seen."""
        return self.layer.visible and not self.layer.empty


class Stack(QObject):
    """The layers of one canvas, from the lowest to the highest. Lines lie over all rasters.

    Signals:
        changed(id): a layer is visible or not, or as opaque as it was not; "" where there are others, or in another
            order.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rasters: list[Entry[RasterLayer]] = []
        self._lines: list[Entry[LineLayer]] = []

    @property
    def entries(self) -> tuple[Entry[Layer], ...]:
        """All layers, from the lowest to the highest."""
        return (*self._rasters, *self._lines)

    def find(self, name: str) -> Entry[Layer] | None:
        """A layer by its id."""
        return next((entry for entry in self.entries if entry.id == name), None)

    def add(self, name: str, title: str, layer: RasterLayer, in_place_of: str = "") -> None:
        """Lays a raster over the others.

        Args:
            in_place_of: id of the layer that is not painted while there is something of this one to be seen.
        """
        self._rasters.append(Entry(name, title, layer, in_place_of))
        self.changed.emit("")

    def add_lines(self, name: str, title: str, layer: LineLayer) -> None:
        """Lays lines over all."""
        self._lines.append(Entry(name, title, layer))
        self.changed.emit("")

    def remove(self, name: str) -> None:
        """Takes a layer away."""
        self._rasters = [entry for entry in self._rasters if entry.id != name]
        self._lines = [entry for entry in self._lines if entry.id != name]
        self.changed.emit("")

    def arrange(self, names: tuple[str, ...]) -> None:
        """Puts the layers in an order, from the lowest to the highest; those that it does not name stay at their
        places."""
        before = self.entries
        self._rasters, self._lines = _arranged(self._rasters, names), _arranged(self._lines, names)
        if self.entries != before:
            self.changed.emit("")

    def set_visible(self, name: str, visible: bool) -> None:
        """Shows or hides a layer.

        Raises:
            KeyError: there is none of that id.
        """
        layer = self._layer(name)
        if layer.visible != visible:
            layer.visible = visible
            self.changed.emit(name)

    def set_opacity(self, name: str, opacity: float) -> None:
        """0 for transparent to 1 for opaque.

        Raises:
            KeyError: there is no layer of that id.
        """
        layer, opacity = self._layer(name), min(max(opacity, 0.0), 1.0)
        if layer.opacity != opacity:
            layer.opacity = opacity
            self.changed.emit(name)

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws the rasters into device pixels."""
        replaced = {entry.in_place_of for entry in self._rasters if entry.shown}
        for entry in self._rasters:
            if entry.shown and entry.id not in replaced:
                entry.layer.paint(painter, window)

    def paint_lines(self, painter: QPainter, camera: Camera) -> None:
        """Draws the lines in view coordinates."""
        for entry in self._lines:
            if entry.shown:
                entry.layer.paint_lines(painter, camera)

    def _layer(self, name: str) -> Layer:
        entry = self.find(name)
        if entry is None:
            raise KeyError(name)
        return entry.layer


def _arranged(entries: list[Entry[L]], names: tuple[str, ...]) -> list[Entry[L]]:
    named = iter(sorted((entry for entry in entries if entry.id in names), key=lambda entry: names.index(entry.id)))
    return [next(named) if entry.id in names else entry for entry in entries]
