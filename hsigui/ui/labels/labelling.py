"""All that has to do with drawing labels, put together for the window: controllers, panels, tool strip, actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolBar, QWidget

from hsigui.document.events import (
    Changed,
    ClassesChanged,
    HistoryChanged,
    LabelsChanged,
    LayerChanged,
    SceneShown,
    ValidationChanged,
)
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.palettes import PALETTES
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.tools_options import ToolOptionsBar
from hsigui.ui.image.tools_table import TOOLS
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.explorer_controller import ExplorerController
from hsigui.ui.labels.explorer_panel import ExplorerPanel
from hsigui.ui.labels.fill_controller import FillController
from hsigui.ui.labels.history_panel import HistoryPanel
from hsigui.ui.labels.painting import LabelController
from hsigui.ui.labels.superpixel_controller import SuperpixelController
from hsigui.ui.shell.actions import PALETTE_IDS, TOOL_STRIP, Actions

BUTTONS = ("add_class", "delete_class", "merge_class", "class_up", "class_down")
ROW_MENU = ("rename_class", "recolour_class", "lock_class", "hide_class", None, "merge_class", "delete_class", None,
            "class_up", "class_down", "show_classes", None, "@palettes")  # fmt: skip


class Labelling(QObject):
    """Labels, classes, tools, history and explorer of one window."""

    def __init__(self, desk: Desk, image: ImageView, panel: ClassesPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image = desk, desk.session, image
        self.panel = panel
        self.history, self.explorer = HistoryPanel(desk.window), ExplorerPanel(desk.window)
        self.controller = LabelController(desk, image, panel)
        self.classes = self.controller.classes
        self.regions = ExplorerController(desk, image, self.explorer)
        self.history.place_asked.connect(self._session.go_to)
        events = self._session.events
        for kind in (SceneShown, ClassesChanged, LabelsChanged, ValidationChanged, HistoryChanged):
            events.subscribe(kind, self._show_history)
        events.subscribe(SceneShown, self._show_layer)
        events.subscribe(LayerChanged, self._show_layer)

    def handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does; the ids are those of the table."""
        classes = self.classes
        return {
            **{f"tool_{name}": partial(self.choose_tool, name) for name in TOOLS},
            **{f"class_{n}": partial(classes.choose_place, n) for n in range(1, 10)},
            **{name: partial(classes.use_palette, title) for name, title in zip(PALETTE_IDS, PALETTES, strict=True)},
            "brush_smaller": self._image.shrink_brush,
            "brush_larger": self._image.grow_brush,
            "square_brush": lambda on: setattr(self._image, "brush_shape", "square" if on else "round"),
            "validation": lambda on: self._session.set_layer(VALIDATION if on else TRAINING),
            "add_class": classes.add,
            "delete_class": classes.delete,
            "merge_class": classes.ask_and_merge,
            "rename_class": classes.rename,
            "recolour_class": classes.recolor,
            "lock_class": classes.lock,
            "hide_class": classes.hide,
            "show_classes": classes.show_all,
            "class_up": partial(classes.move, -1),
            "class_down": partial(classes.move, 1),
        }

    def choose_tool(self, name: str) -> None:
        """Chooses a tool; superpixels are shown when they are to be labelled."""
        if name == "superpixel" and self._session.cube is not None:
            self._actions["superpixels"].setChecked(True)
        self._image.set_tool(name)

    def use(self, actions: Actions, superpixels: SuperpixelController) -> None:
        """Takes what is made after the controllers."""
        self._actions = actions
        self.options = ToolOptionsBar(actions["square_brush"], actions["validation"])
        self.fill = FillController(self._desk, self._image, self.controller, self.options)
        self.controller.superpixel_at = superpixels.area_at
        self.controller.superpixel_state = lambda: superpixels.state
        image, options = self._image, self.options
        image.tool_changed.connect(lambda name: actions[f"tool_{name}"].setChecked(True))
        image.tool_changed.connect(options.set_tool)
        options.brush.setValue(image.brush_size)
        image.brush_size_changed.connect(options.brush.setValue)
        options.brush.valueChanged.connect(lambda size: setattr(image, "brush_size", size))
        self.panel.use_actions([actions[name] for name in BUTTONS], [self._entry(name) for name in ROW_MENU])

    def strip(self, parent: QWidget) -> QToolBar:
        """The tools, one below the other."""
        bar = QToolBar("Label tools", parent)
        bar.setObjectName("label tools")
        bar.setOrientation(Qt.Orientation.Vertical)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for name in TOOL_STRIP:
            if name is None:
                bar.addSeparator()
            else:
                bar.addAction(self._actions[name])
        return bar

    def _entry(self, name: str | None) -> QAction | QMenu | None:
        if name == "@palettes":
            menu = QMenu("Class colours", self.panel)
            menu.addActions([self._actions[palette] for palette in PALETTE_IDS])
            return menu
        return None if name is None else self._actions[name]

    def _show_history(self, _event: Changed) -> None:
        if not self._session.scene.stroking:
            history = self._session.history
            self.history.set_steps(history.texts, history.place, history.forgotten)

    def _show_layer(self, _event: SceneShown | LayerChanged) -> None:
        self._actions["validation"].setChecked(self._session.layer == VALIDATION)
