"""The tools by name."""

from __future__ import annotations

from collections.abc import Mapping

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.tools import BrushTool, EraserTool, NavigateTool, PixelTool, Tool, ToolOptions, ToolSignals
from hsigui.ui.image.tools_regions import FillTool, PickTool, SuperpixelTool
from hsigui.ui.image.tools_shapes import LassoTool, LineTool, PolygonTool, RectangleTool

KINDS: Mapping[str, type[Tool]] = {
    "navigate": NavigateTool,
    "brush": BrushTool,
    "eraser": EraserTool,
    "pixel": PixelTool,
    "line": LineTool,
    "rectangle": RectangleTool,
    "polygon": PolygonTool,
    "lasso": LassoTool,
    "fill": FillTool,
    "superpixel": SuperpixelTool,
    "pick": PickTool,
}
TOOLS = tuple(KINDS)


def make_tools(camera: Camera, signals: ToolSignals, options: ToolOptions) -> dict[str, Tool]:
    """One of each tool, by name."""
    return {name: kind(camera, signals, options) for name, kind in KINDS.items()}
