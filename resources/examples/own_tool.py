"""A tool of one's own: a cross of nine pixels at each click, as one step that can be taken back."""

from PySide6.QtCore import QPointF

from hsigui.texts import say
from hsigui.ui.image.tools import BrushTool
from hsigui.ui.image.tools_table import ToolRow

ARM = 2  # pixels to each side


class CrossTool(BrushTool):
    """Labels a cross around the pixel that is clicked."""

    text = say("Cross")
    has_brush = False

    @property
    def size(self) -> int:
        """Of the line, in pixels."""
        return 1

    def press(self, at: QPointF, keep: bool) -> None:
        """Paints both bars. What the scene does not reach is left out by who paints."""
        row, col = self.camera.pixel(at)
        self.signals.stroke_started(self.text)
        self.signals.stroked([(row - ARM, col), (row + ARM, col)], self.size, self.erase)
        self.signals.stroked([(row, col - ARM), (row, col + ARM)], self.size, self.erase)
        self.signals.stroke_ended()


# Its row in `TOOL_ROWS` of hsigui/ui/image/tools_table.py. A key that no other action has, the name of an icon.
ROW = ToolRow(
    "cross", CrossTool, "Shift+X", say("&Cross"), say("Label a cross of nine pixels"), say("Click"), 1, icon="pixel"
)
