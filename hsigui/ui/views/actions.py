"""What can be asked of the views."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overview import Overview
from hsigui.ui.views.views import ONE, Views

_LAYOUTS = (
    (ONE, say("&One view"), say("The image alone")),
    ("beside", say("Two &side by side"), say("Beside the image another view of the same place")),
    ("above", say("Two one &above the other"), say("Below the image another view of the same place")),
    ("four", say("&Four views"), say("Three more views of the same place")),
)
LAYOUT_ROWS: tuple[ActionRow, ...] = tuple(
    ActionRow(f"views_{name}", text, tip, Views.show, (name,), when=when.has_scene, checkable=True,
              checked=name == ONE, group="views")
    for name, text, tip in _LAYOUTS
)  # fmt: skip
ROWS: tuple[ActionRow, ...] = (
    *LAYOUT_ROWS,
    ActionRow("views_next", say("&Next arrangement"), say("One view, two side by side, two above each other, four"),
              Views.show_next, keys=("F12",), when=when.has_scene),
    ActionRow("swipe", say("Swipe"),
              say("Two pictures of the scene, left and right of a line that you drag over the image"),
              Comparison.swipe, keys=("F9",), when=when.has_scene, checkable=True),
    ActionRow("blink", say("Blink in turns"), say("Two pictures in turns; hold Z to see the second alone"),
              Comparison.blink, keys=("Shift+F9",), when=when.has_scene, checkable=True),
    ActionRow("overview", say("Overview"), say("A small picture of the whole scene, with a frame around what is seen"),
              Overview.show, keys=("F7",), when=when.has_scene, checkable=True),
    ActionRow("add_lines", say("Add vector overlay…"),
              say("Parcels, roads and the like from a GeoPackage, shapefile or GeoJSON, as lines over the image"),
              Overlays.ask_and_add_lines, when=when.has_scene),
)  # fmt: skip

# What stands of them in the menu View.
MENU: tuple[object, ...] = (
    (say("&Views"), (*(row.id for row in LAYOUT_ROWS), None, "views_next")),
    "swipe",
    "blink",
    "overview",
    "add_lines",
)
