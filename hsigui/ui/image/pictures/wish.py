"""What the user wants of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from hsigui.ui.image.pictures.body import CHECKERED, TRANSPARENT
from hsigui.ui.image.pictures.files import KINDS, PNG

SEEN = "seen"  # the view of the window, with all that lies over it
PIXELS, FACTOR, CM = "pixels", "factor", "cm"
SIZINGS = (PIXELS, FACTOR, CM)
CM_AN_INCH = 2.54
UNIT_DPI = 96.0  # a unit of what stands around a picture is a logical pixel of such a screen
TEXT_POINTS = 9.0  # in which it is written there


@dataclass(frozen=True)
class PictureWish:
    """How a picture is to be.

    Attributes:
        subject: the id of a subject of the scene, or `SEEN`.
        beneath: whether the composite lies beneath it, and then in percent how opaque it is.
        part: only the part of the scene that is in view.
        sizing: what the width is given in: `PIXELS`, `FACTOR` (pixels a pixel of the scene, or of the screen) or `CM`.
        dpi: pixels an inch.
        points: size of what is written.
        titled: whether it has a title.
        legend, figures: the classes; and their shares and areas.
        key: of a scale of colours.
        lines: whether the lines that are seen over the scene are drawn.
        holes: what stands where there are no data.
        kind: ending of the file.
    """

    subject: str = SEEN
    beneath: bool = False
    opacity: int = 70
    part: bool = False
    sizing: str = PIXELS
    pixels: int = 1600
    factor: float = 4.0
    cm: float = 16.0
    dpi: int = 150
    points: float = TEXT_POINTS
    titled: bool = True
    legend: bool = True
    figures: bool = True
    key: bool = True
    lines: bool = True
    scale_bar: bool = True
    north: bool = True
    dark: bool = False
    holes: str = CHECKERED
    kind: str = PNG

    def width(self, across: float) -> int:
        """Pixels of the picture, without what stands around it.

        Args:
            across: pixels of what is drawn: of the scene, or of the view.
        """
        wanted = {PIXELS: float(self.pixels), FACTOR: self.factor * across, CM: self.cm / CM_AN_INCH * self.dpi}
        return max(1, round(wanted[self.sizing]))

    @property
    def scale(self) -> float:
        """Pixels of the picture for a unit of what stands around it."""
        return self.dpi / UNIT_DPI * self.points / TEXT_POINTS

    def to_json(self) -> dict[str, Any]:
        """It as values of JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PictureWish:
        """What `to_json` made; values that cannot be understood are left out."""
        taken: dict[str, Any] = {}
        for field in fields(cls):
            value, known = values.get(field.name), field.default
            if isinstance(known, float) and isinstance(value, int) and not isinstance(value, bool):
                value = float(value)
            if type(value) is type(known):
                taken[field.name] = value
        for name, choices in (("sizing", SIZINGS), ("holes", (CHECKERED, TRANSPARENT)), ("kind", tuple(KINDS))):
            if taken.get(name) not in choices:
                taken.pop(name, None)
        return cls(**taken)
