"""What can be asked of the image: where one looks, what lies over the scene, and the brush."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.image.view import ImageView

ROWS: tuple[ActionRow, ...] = (
    ActionRow("square_brush", "S&quare brush", "A square brush in place of a round one (Q)",
              ImageView.set_brush_square, keys=("Q",), icon="square-brush", when=when.has_scene, checkable=True),
    ActionRow("brush_smaller", "&Smaller brush", "One pixel smaller", ImageView.shrink_brush, keys=("[", ","),
              when=when.has_scene),
    ActionRow("brush_larger", "&Larger brush", "One pixel larger", ImageView.grow_brush, keys=("]", "."),
              when=when.has_scene),
    ActionRow("fit", "&Fit scene", "Show the whole scene", ImageView.fit, keys=("Ctrl+0",), icon="fit",
              when=when.has_scene),
    ActionRow("zoom_in", "Zoom &in", "Zoom in", ImageView.zoom_in, keys=("Ctrl++", "Ctrl+="), icon="zoom-in",
              when=when.has_scene),
    ActionRow("zoom_out", "Zoom o&ut", "Zoom out", ImageView.zoom_out, keys=("Ctrl+-",), icon="zoom-out",
              when=when.has_scene),
    ActionRow("show_labels", "Show &labels", "Show or hide the labels", ImageView.set_labels_visible,
              keys=("Shift+L",), when=when.has_scene, checkable=True, checked=True),
    ActionRow("show_map", "Show &map", "Show or hide the map (P)", ImageView.set_map_visible, keys=("P",), icon="map",
              when=when.has_map, checkable=True, checked=True),
)  # fmt: skip
