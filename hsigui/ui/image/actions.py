"""What can be asked of the image: where one looks, what lies over the scene, how it is turned, and the brush."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.surroundings import Surroundings
from hsigui.ui.image.view import ImageView

ROWS: tuple[ActionRow, ...] = (
    ActionRow("square_brush", say("S&quare brush"), say("A square brush in place of a round one (Q)"),
              ImageView.set_brush_square, keys=("Q",), icon="square-brush", when=when.has_scene, checkable=True),
    ActionRow("brush_smaller", say("&Smaller brush"), say("One pixel smaller"), ImageView.shrink_brush, keys=("[", ","),
              when=when.has_scene),
    ActionRow("brush_larger", say("&Larger brush"), say("One pixel larger"), ImageView.grow_brush, keys=("]", "."),
              when=when.has_scene),
    ActionRow("fit", say("&Fit scene"), say("Show the whole scene"), ImageView.fit, keys=("Ctrl+0",), icon="fit",
              when=when.has_scene),
    ActionRow("zoom_in", say("Zoom &in"), say("Zoom in"), ImageView.zoom_in, keys=("Ctrl++", "Ctrl+="), icon="zoom-in",
              when=when.has_scene),
    ActionRow("zoom_out", say("Zoom o&ut"), say("Zoom out"), ImageView.zoom_out, keys=("Ctrl+-",), icon="zoom-out",
              when=when.has_scene),
    ActionRow("key_cursor", say("Cursor of the keyboard"),
              say("Arrows move a pixel, with Ctrl by ten; Space draws there as the left button does (F8)"),
              ImageView.set_key_cursor, keys=("F8",), when=when.has_scene, checkable=True),
    ActionRow("zoom_to_pixel", say("&Zoom to the pixel"), say("Bring the pixel clicked last to the middle, magnified"),
              Pixel.zoom_to, when=when.has_scene),
    ActionRow("copy_coordinates", say("C&opy coordinates"), say("Row, column and coordinates, to the clipboard"),
              Pixel.copy_coordinates, icon="copy", when=when.has_scene),
    ActionRow("show_labels", say("Show &labels"), say("Show or hide the labels"), ImageView.set_labels_visible,
              keys=("Shift+L",), when=when.has_scene, checkable=True, checked=True),
    ActionRow("show_map", say("Show &map"), say("Show or hide the map (P)"), ImageView.set_map_visible, keys=("P",),
              icon="map",
              when=when.has_map, checkable=True, checked=True),
    ActionRow("north_up", say("Nort&h up"),
              say("Turn the scene so that the north of its map is up; off: as it lies in its file"),
              Surroundings.set_north_up, when=when.lies_askew, checkable=True),
    ActionRow("scale_bar", say("&Scale bar"), say("A round length in the corner of the image, true in its middle"),
              Surroundings.show_scale_bar, when=when.has_scene, checkable=True),
    ActionRow("north_arrow", say("North &arrow"), say("Which way true north is, in the corner of the image"),
              Surroundings.show_north_arrow, when=when.has_system, checkable=True),
    ActionRow("grid_map", say("&Map grid"), say("Lines of round map coordinates over the image"),
              Surroundings.show_map_grid, when=when.has_place, checkable=True),
    ActionRow("grid_lonlat", say("&Latitude and longitude"), say("Lines of round degrees over the image"),
              Surroundings.show_lonlat_grid, when=when.has_system, checkable=True),
    ActionRow("copy_picture", say("Copy picture"), say("Put the view on the clipboard, with all that lies over it"),
              Pictures.copy_view, keys=("Ctrl+Alt+C",), icon="copy", when=when.has_scene),
    ActionRow("save_picture", say("Save picture…"),
              say("Save or copy the view, the map or another picture of the scene: PNG, SVG or PDF, with a legend"),
              Pictures.ask, keys=("Ctrl+Shift+E",), icon="picture", when=when.has_scene),
)  # fmt: skip
