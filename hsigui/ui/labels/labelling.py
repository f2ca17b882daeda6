"""Drawing labels: classes, tools, superpixels and flood fill, put together, and the actions that touch several."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QToolBar, QWidget

from hsigui.document.events import LayerChanged, MasksChanged, PaintTargetChanged, SceneOpened, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.paint_target import LABELS
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.tools_options import ToolOptionsBar
from hsigui.ui.image.tools_table import BY_NAME, FIRST_TOOL, TOOL_ROWS
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.fill_controller import FillController
from hsigui.ui.labels.painting import LabelController
from hsigui.ui.labels.superpixel_controller import SuperpixelController

_NO_PAINT, _PAINTS = ("navigate", "pick", "measure"), "brush"


class Labelling(QObject):
    """Labels, classes and tools of one window."""

    def __init__(self, bench: Bench, panel: ClassesPanel, superpixels: SuperpixelController) -> None:
        super().__init__(bench.desk.window)
        self._session, self._image, self._actions = bench.desk.session, bench.image, bench.actions
        self._pixel = bench.pixel
        self.panel = panel
        self.controller = LabelController(bench.desk, bench.image, panel, superpixels)
        self.classes = self.controller.classes
        self.options = ToolOptionsBar(
            self._actions["square_brush"], self._actions["validation"], self._actions["paint_map"]
        )
        self.fill = FillController(bench.desk, bench.image, self.controller, self.options)
        self.options.brush.setValue(self._image.brush_size)
        self._image.tool_changed.connect(self._tool_changed)
        self._image.brush_size_changed.connect(self.options.brush.setValue)
        self.options.brush.valueChanged.connect(self._image.set_brush_size)
        self._session.events.subscribe(SceneShown, self._show_layer)
        self._session.events.subscribe(LayerChanged, self._show_layer)
        self._session.events.subscribe(SceneOpened, self._put_down)
        self._tool_before = ""  # the tool in whose place the brush was taken
        self._image.escaped.connect(self._back_to_labels)
        for kind in (SceneShown, PaintTargetChanged, MasksChanged):
            self._session.events.subscribe(kind, self._show_target)

    def choose_tool(self, name: str) -> None:
        """Chooses a tool, and switches on what its row names: superpixels are seen when they are to be labelled."""
        shown = BY_NAME[name].turns_on
        if shown and self._session.cube is not None:
            self._actions[shown].setChecked(True)
        self._image.set_tool(name)

    def take_class_here(self) -> None:
        """Paints with the class of the pixel in question from now on: of its label, else of the map."""
        place = self._pixel.needed()
        if place is not None:
            self._image.touched.emit("pick", *place)

    def paint_validation(self, on: bool) -> None:
        """Chooses the layer that is painted."""
        self._session.set_layer(VALIDATION if on else TRAINING)

    def _put_down(self, _event: SceneOpened) -> None:
        """Who opens a scene looks at it first: a click there is not to paint."""
        self.choose_tool(FIRST_TOOL)

    def _back_to_labels(self) -> None:
        self._session.scene.paint_on_labels()

    def _show_target(self, event: Changed) -> None:
        """Says what the tools paint on in place of labels; whoever wants to paint there has a tool that does."""
        scene = self._session.scene
        mask = scene.masks.get(scene.mask_drawn_on)
        self.options.show_mask("" if mask is None else mask.name)
        if isinstance(event, MasksChanged):
            return
        elsewhere = not scene.painting.on(LABELS)
        if elsewhere and self._image.tool in _NO_PAINT:
            self._tool_before = self._image.tool
            self._image.set_tool(_PAINTS)
        elif not elsewhere and self._tool_before:
            if self._image.tool == _PAINTS:  # else it would paint labels now, which nobody asked for
                self._image.set_tool(self._tool_before)
            self._tool_before = ""

    def _tool_changed(self, name: str) -> None:
        self._actions[f"tool_{name}"].setChecked(True)
        self.options.set_tool(name)

    def _show_layer(self, _event: SceneShown | LayerChanged) -> None:
        self._actions["validation"].setChecked(self._session.layer == VALIDATION)


def tool_strip(actions: ActionSet, parent: QWidget) -> QToolBar:
    """The tools, one below the other, and below them the layer that is painted."""
    bar = QToolBar(say("Label tools"), parent)
    bar.setObjectName("label tools")
    bar.setOrientation(Qt.Orientation.Vertical)
    bar.setIconSize(QSize(20, 20))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    part = TOOL_ROWS[0].part
    for row in TOOL_ROWS:
        if row.part != part:
            bar.addSeparator()
        part = row.part
        bar.addAction(actions[f"tool_{row.name}"])
    bar.addSeparator()
    bar.addActions(actions.of("validation", "paint_map"))
    return bar
