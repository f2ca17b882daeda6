"""What lies over the composite of a scene and how, as values: what a scene keeps of its layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hsigui.labels.classes import Color

LINE_COLOR: Color = (255, 221, 51)  # stands out from vegetation, soil and water
LINE_WIDTH = 1.5  # logical pixels
SUBJECT = "subject:"  # the ids of pictures that were laid over begin so; the rest is the id of the subject


@dataclass(frozen=True)
class Overlay:
    """One layer.

    Attributes:
        id: of the layer; no other layer of the scene has it.
        title: what it is called.
        opacity: 0 to 1.
        path, layer: the file of its lines and the layer in it; None and empty for what is no file.
        color, width: of its lines, the width in logical pixels.
    """

    id: str
    title: str = ""
    visible: bool = True
    opacity: float = 1.0
    path: Path | None = None
    layer: str = ""
    color: Color = LINE_COLOR
    width: float = LINE_WIDTH

    @property
    def subject(self) -> str:
        """The id of the subject that it shows; empty for a layer that is none."""
        return self.id.removeprefix(SUBJECT) if self.id.startswith(SUBJECT) else ""

    @property
    def own(self) -> bool:
        """Whether the user laid it over."""
        return bool(self.subject) or self.path is not None
