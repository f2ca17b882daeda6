"""What a canvas asks of who compares two pictures of the scene in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter

from hsigui.ui.image.overlay import Window


class Painted(Protocol):
    """What is painted device pixel by device pixel."""

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""


class Comparing(Protocol):
    """Says which picture is painted where."""

    def parts(self, exposed: QRect, as_it_is: tuple[Painted, ...]) -> Sequence[tuple[QRect, tuple[Painted, ...]]]:
        """The pieces of an exposed part of the view (logical pixels), each with what is painted there from the lowest
        to the highest.

        Args:
            as_it_is: what is painted where nothing is compared.
        """

    def paint_over(self, painter: QPainter) -> None:
        """Draws what shows where one picture ends, in view coordinates."""
