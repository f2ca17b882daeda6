"""The tools, a row each: what it is made of, its key, its icon, its words, and what can be set of it.

Actions, tool strip, options bar and hints are made from these rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hsigui.texts import say
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.tools import BrushTool, EraserTool, NavigateTool, PixelTool, Tool, ToolOptions, ToolSignals
from hsigui.ui.image.tools_measure import MeasureTool
from hsigui.ui.image.tools_regions import FillTool, PickTool, SuperpixelTool
from hsigui.ui.image.tools_shapes import LassoTool, LineTool, PolygonTool, RectangleTool


@dataclass(frozen=True)
class ToolRow:
    """One tool.

    Attributes:
        tip: what it does; its key is said beside it.
        hint: how it is used, while it is chosen.
        part: of the strip of tools; a line stands between two parts.
        icon: its name when it is not that of the tool.
        likeness: whether tolerance and measure of likeness can be set.
        turns_on: the action that is switched on with it.
        about: for the help page: how it is used; the hint when not given.
    """

    name: str
    kind: type[Tool]
    key: str
    text: str
    tip: str
    hint: str
    part: int
    icon: str = ""
    likeness: bool = False
    turns_on: str = ""
    about: str = ""

    @property
    def picture(self) -> str:
        """The name of its icon."""
        return self.icon or self.name

    @property
    def has_brush(self) -> bool:
        """Whether size and shape of the brush can be set."""
        return self.kind.has_brush


_STROKE = say("Shift: straight from the last point · Ctrl + wheel: size")
TOOL_ROWS = (
    ToolRow("navigate", NavigateTool, "N", say("&Navigate"), say("Click for spectra (Shift keeps them), drag to pan"),
            say("Click: spectrum (Shift keeps it) · drag: pan"), 0,
            about=say("click: spectrum of the pixel; Shift+click keeps it; drag: pan")),
    ToolRow("brush", BrushTool, "B", say("&Brush"),
            say("Paint labels along the way of the mouse"),
            _STROKE, 1,
            about=say("drag; round or square (Q), size with `[` and `]` or Ctrl+wheel; Shift+click: straight from the "
                      "last point")),
    ToolRow("eraser", EraserTool, "E", say("&Eraser"), say("Take labels away"), _STROKE, 1,
            about=say("as the brush")),
    ToolRow("pixel", PixelTool, "X", say("Single pi&xel"), say("Label single pixels, whatever the brush"),
            say("Click or drag · Shift: straight from the last pixel"), 1, about=say("whatever the size of the brush")),
    ToolRow("line", LineTool, "D", say("&Line"), say("Label a straight line as wide as the brush"),
            say("Drag · Shift: level, upright or 45°"), 1,
            about=say("drag; Shift: level, upright or at 45 degrees")),
    ToolRow("rectangle", RectangleTool, "R", say("&Rectangle"), say("Label a rectangle"), say("Drag · Shift: square"),
            2, about=say("drag; Shift: square")),
    ToolRow("polygon", PolygonTool, "G", say("Poly&gon"), say("Label the inside of a polygon"),
            say("Click corners · right click, Enter: close · Esc: drop"), 2,
            about=say("click corners; right click, Enter or double click closes, Backspace takes the last corner back, "
                      "Esc drops it")),
    ToolRow("lasso", LassoTool, "O", say("L&asso"), say("Label the inside of a line drawn freehand"),
            say("Draw round the pixels · Esc: drop"), 2, about=say("drag around the area")),
    ToolRow("fill", FillTool, "F", say("&Flood fill"),
            say("Label pixels whose spectra are like that of the one clicked"),
            say("Click a pixel to select what is like it"), 3, likeness=True,
            about=say("click a pixel: what is like it is outlined; move the tolerance, then Enter, right click or a "
                      "click inside labels it")),
    ToolRow("superpixel", SuperpixelTool, "U", say("&Superpixel"), say("Label the superpixel under the mouse"),
            say("Click or drag over superpixels"), 3, icon="superpixel-fill", turns_on="superpixels",
            about=say("click: the group of like, neighbouring pixels under the mouse; S shows them all")),
    ToolRow("pick", PickTool, "C", say("Pick &class"), say("Paint with the class of the label that is clicked"),
            say("Click a label to take its class"), 4, about=say("click a label to go on with its class")),
    ToolRow("measure", MeasureTool, "T", say("&Measure"), say("Measure lengths and areas on the ground"),
            say("Click places · right click, Enter: end · Esc: drop · Ctrl+C: copy"), 5,
            about=say("click places: length and enclosed area, on the ellipsoid; right click, Enter or double click "
                      "ends, Ctrl+C copies, Esc drops it")),
)  # fmt: skip
BY_NAME: Mapping[str, ToolRow] = {row.name: row for row in TOOL_ROWS}
TOOLS = tuple(BY_NAME)
FIRST_TOOL = TOOLS[0]  # is chosen when the window opens


def make_tools(camera: Camera, signals: ToolSignals, options: ToolOptions) -> dict[str, Tool]:
    """One of each tool, by name."""
    return {row.name: row.kind(camera, signals, options) for row in TOOL_ROWS}


def help_table() -> Iterator[str]:
    """The lines of the help page's table of tools, in Markdown."""
    yield say("| key | tool | how |")
    yield "|---|---|---|"
    for row in TOOL_ROWS:
        yield f"| {row.key} | {plain(row.text)} | {row.about or row.hint} |"
