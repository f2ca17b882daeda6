"""Tools that work on what lies under the mouse: flood fill, superpixels, and picking a class."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from hsigui.labels.strokes import Area, pixels_between
from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.tools import Tool, ToolOptions, ToolSignals


class FillTool(Tool):
    """A click selects pixels that are like the one clicked; a click inside, Enter or a right click labels them."""

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self.selection: Area | None = None  # set by the view when one is shown

    @property
    def busy(self) -> bool:
        return self.selection is not None

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        row, col = self.camera.pixel(at)
        if self._inside(row, col):
            self.signals.selection_taken()
        elif self.camera.contains(row, col):
            self.signals.touched("fill", row, col)

    def close(self, at: QPointF | None) -> None:
        if at is None and self.busy:
            self.signals.selection_taken()

    def step_back(self) -> None:
        self.drop()

    def interrupt(self) -> None:
        """A selection outlives the loss of the mouse: its sliders lie outside the view."""

    def drop(self) -> None:
        self.signals.selection_dropped()

    def _inside(self, row: int, col: int) -> bool:
        if self.selection is None:
            return False
        top, left, mask = self.selection
        height, width = mask.shape
        return top <= row < top + height and left <= col < left + width and bool(mask[row - top, col - left])


class SuperpixelTool(Tool):
    """Labels the superpixels that the mouse is pressed on or drawn over."""

    text = say("Superpixels")

    def __init__(self, camera: Camera, signals: ToolSignals, options: ToolOptions) -> None:
        super().__init__(camera, signals, options)
        self._last: tuple[int, int] | None = None

    @property
    def busy(self) -> bool:
        return self._last is not None

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        self.interrupt()
        self.signals.stroke_started(self.text)
        self._touch(self.camera.pixel(at))

    def move(self, at: QPointF, pressed: bool) -> None:
        if self._last is None:
            return
        if not pressed:
            self.interrupt()
        else:  # a fast mouse skips superpixels between two moves
            here = self.camera.pixel(at)
            for pixel in pixels_between(self._last, here):
                self._touch(pixel)
            self._last = here

    def release(self, at: QPointF) -> None:
        self.move(at, pressed=True)
        self.interrupt()

    def interrupt(self) -> None:
        if self._last is not None:
            self._last = None
            self.signals.stroke_ended()

    def _touch(self, pixel: tuple[int, int]) -> None:
        self._last = pixel
        if self.camera.contains(*pixel):
            self.signals.touched("superpixel", *pixel)


class PickTool(Tool):
    """A click makes the class of the label under it the one that is painted."""

    def press(self, at: QPointF, keep: bool) -> None:
        del keep
        pixel = self.camera.pixel(at)
        if self.camera.contains(*pixel):
            self.signals.touched("pick", *pixel)
