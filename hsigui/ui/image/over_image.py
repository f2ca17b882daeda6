"""What is switched on of all that can be drawn over an image, and the lines of coordinates as they were drawn last."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from hsigui.cube.ground import Ground
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.furniture import Look, paint_furniture
from hsigui.ui.image.graticule_drawing import Graticule, graticule_of


class OverImage:
    """Scale bar, arrow and lines of one view.

    Attributes:
        ground: where the scene lies; None where that is not known.
        shown: what is switched on, of `furniture.ALL`.
    """

    def __init__(self) -> None:
        self.ground: Ground | None = None
        self.shown: set[str] = set()
        self._kept: tuple[object, Graticule] | None = None  # finding the lines would make the brush lag

    def switch(self, name: str, on: bool) -> None:
        """Draws something from now on, or no more."""
        (self.shown.add if on else self.shown.discard)(name)

    def paint(self, painter: QPainter, camera: Camera, look: Look, taken: Sequence[QRectF]) -> None:
        """Draws what is switched on, as far as it has a meaning for the scene."""
        if self.shown:
            paint_furniture(
                painter, camera, self.ground, self.shown, look, taken, partial(self._lines, camera, self.ground, look)
            )

    def _lines(self, camera: Camera, ground: Ground | None, look: Look, kind: str) -> Graticule:
        assert ground is not None
        at = (kind, id(ground), camera.transform, camera.view, camera.rows, camera.cols, look.font.key())
        if self._kept is None or self._kept[0] != at:
            self._kept = at, graticule_of(camera, ground, kind, look.small())
        return self._kept[1]
