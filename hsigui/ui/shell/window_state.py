"""How a window stands, beside its scenes: panels, method, map, and what is chosen. As values of JSON, and back."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from hsigui.document.session import Session
from hsigui.errors import HsiError
from hsigui.specs import PretrainSpec
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.feature_space.controller import FeatureSpace
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pictures.wish import PictureWish
from hsigui.ui.image.surroundings import SWITCHES as OVER_IMAGE
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.layers import LAYERS
from hsigui.ui.results.export import ExportController
from hsigui.ui.shell.docks import restore_layout
from hsigui.ui.shell.on_screen import keep_on_screen
from hsigui.ui.shell.panels import PANELS
from hsigui.ui.training.method_panel import MethodPanel
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.views import Views

SWITCHES = (
    "show_labels", "show_map", "show_truth", "show_errors", "live", "superpixels", "square_brush", "overview",
    *OVER_IMAGE,
)  # fmt: skip


@dataclass(frozen=True)
class WindowState:
    """Notes how a window stands, and has it stand so again."""

    window: QMainWindow
    session: Session
    actions: ActionSet
    method: MethodPanel
    maps: MapController
    exporter: ExportController
    views: Views
    comparison: Comparison
    pictures: Pictures
    space: FeatureSpace

    def now(self) -> dict[str, Any]:
        """How the window stands."""
        return {
            "geometry": encoded(self.window.saveGeometry()),
            "layout": encoded(self.window.saveState()),
            "switches": {name: self.actions[name].isChecked() for name in SWITCHES},
            "tool": next(name for name in self._tools() if self.actions[name].isChecked()),
            "method": self.method.spec().to_json(),
            "map": {"opacity": round(self.maps.opacity, 2), "layer": self.maps.layer},
            "export": self.exporter.options,
            "views": self.views.state(),
            "comparison": self.comparison.state(),
            "picture": self.pictures.wish.to_json(),
            "feature space": self.space.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Has the window stand so again; what cannot be understood stays as it is now."""
        for name, take in self._takers().items():
            if state.get(name) is not None:
                take(state[name])

    def _takers(self) -> dict[str, Callable[[Any], None]]:
        return {
            "geometry": self._take_geometry, "layout": self._take_layout, "switches": self._take_switches,
            "tool": self._take_tool, "method": self._take_method, "map": self._take_map, "export": self._take_export,
            "views": self.views.restore, "comparison": self.comparison.restore,
            "picture": self._take_picture, "feature space": self.space.restore,
        }  # fmt: skip

    def _take_geometry(self, text: Any) -> None:
        self.window.restoreGeometry(decoded(str(text)))
        keep_on_screen(self.window)

    def _take_layout(self, text: Any) -> None:
        restore_layout(self.window, PANELS, decoded(str(text)))

    def _take_switches(self, found: Any) -> None:
        for name in SWITCHES:
            if isinstance(found, Mapping) and isinstance(found.get(name), bool):
                self.actions[name].setChecked(found[name])

    def _take_tool(self, name: Any) -> None:
        if name in self._tools():
            self.actions[name].trigger()

    def _take_method(self, values: Any) -> None:
        try:
            self.method.show_spec(PretrainSpec.from_json(dict(values)))
        except (HsiError, TypeError, ValueError):  # of another version of the program: the method of now stays chosen
            return

    def _take_map(self, values: Any) -> None:
        if not isinstance(values, Mapping):
            return
        if isinstance(values.get("opacity"), int | float):
            self.maps.set_opacity(float(values["opacity"]))
        if values.get("layer") in [layer.id for layer in LAYERS]:
            self.maps.show_layer(values["layer"])

    def _take_export(self, options: Any) -> None:
        if isinstance(options, Mapping):
            self.exporter.options = dict(options)

    def _take_picture(self, values: Any) -> None:
        if isinstance(values, Mapping):
            self.pictures.wish = PictureWish.from_json(values)

    def _tools(self) -> list[str]:
        return [name for name in self.actions.names if name.startswith("tool_")]


def encoded(data: QByteArray) -> str:
    """Bytes of Qt as text."""
    return base64.b64encode(bytes(data.data())).decode("ascii")


def decoded(text: str) -> QByteArray:
    """What `encoded` wrote; Qt itself refuses what is no geometry."""
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))
