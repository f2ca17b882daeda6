"""What can be asked of masks."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.masks.controller import MasksPanelController
from hsigui.ui.masks.drawing import MaskDrawings
from hsigui.ui.masks.files import MaskFiles

NEW: tuple[str | None, ...] = (
    "mask_by_formula", "mask_by_layer", "mask_by_polygons", "mask_by_map", "mask_by_labels", "mask_by_outline",
    "mask_by_quality", None,
    "draw_new_mask", "open_mask",
)  # fmt: skip
ENTRIES: tuple[str | None, ...] = (
    "draw_on_mask", "show_mask", None, "grow_mask", "shrink_mask", "invert_mask", "join_masks", "common_masks", None,
    "rename_mask", "recolour_mask", "export_mask", None, "delete_mask",
)  # fmt: skip
MENU: tuple[str | None, ...] = (*NEW, None, *ENTRIES)

ROWS: tuple[ActionRow, ...] = (
    ActionRow("mask_by_formula", say("By a &formula…"),
              say("Mask out pixels where an index or a formula of bands passes a threshold, such as ndvi > 0.3"),
              MasksPanelController.ask_formula, when=when.has_scene),
    ActionRow("mask_by_layer", say("By a &layer…"), say("Mask out pixels where a derived layer lies between limits"),
              MasksPanelController.ask_layer, when=when.has_layers),
    ActionRow("mask_by_polygons", say("By &polygons…"), say("Mask out pixels under the shapes of a file"),
              MaskFiles.ask_polygons, when=when.has_scene),
    ActionRow("mask_by_map", say("By classes of the &map…"), say("Mask out pixels of some classes of the map"),
              MasksPanelController.ask_map, when=when.has_map),
    ActionRow("mask_by_labels", say("Labels of the &current class"),
              say("Mask out the pixels that are labelled with the current class"),
              MasksPanelController.take_labels, when=when.has_scene),
    ActionRow("mask_by_outline", say("M&easured outline"),
              say("Mask out the pixels inside the corners that the tool Measure (T) has set"),
              MasksPanelController.take_outline, when=when.has_scene),
    ActionRow("mask_by_quality", say("By &quality masks…"),
              say("Mask out pixels that quality masks of the product mark, for some use alone"),
              MasksPanelController.ask_quality, when=when.has_quality_masks),
    ActionRow("draw_new_mask", say("Draw a &new one"),
              say("A mask of no pixels, on which brush, polygon, fill and the other tools draw"),
              MaskDrawings.draw_new, icon="brush", when=when.has_scene),
    ActionRow("draw_on_mask", say("Draw on this mas&k"),
              say("The tools draw on the chosen mask; Esc: labels (Shift+M)"), MaskDrawings.draw,
              keys=("Shift+M",), icon="brush", when=when.has_masks, checkable=True,
              more=say("Brush, polygon, rectangle, superpixels and fill mask pixels out, the eraser takes them out of "
                       "the mask. Each stroke can be undone. What the mask is used for follows when drawing ends.")),
    ActionRow("open_mask", say("&Open mask…"), say("A mask from a file: pixels other than 0 are masked out"),
              MaskFiles.ask_and_open, icon="open", when=when.has_scene),
    ActionRow("show_mask", say("Sho&w over the image"), say("Lay the chosen masks over the image, or take them off"),
              MasksPanelController.show, icon="eye", when=when.has_masks),
    ActionRow("grow_mask", say("&Grow…"), say("Mask out all pixels near those of the chosen masks, too"),
              MasksPanelController.ask_grow, when=when.has_masks),
    ActionRow("shrink_mask", say("S&hrink…"), say("Take the outermost pixels off the chosen masks"),
              MasksPanelController.ask_shrink, when=when.has_masks),
    ActionRow("invert_mask", say("&Invert"), say("Mask out the other pixels instead"), MasksPanelController.invert,
              when=when.has_masks),
    ActionRow("join_masks", say("&Join"), say("A new mask of all pixels that one of the chosen masks masks out"),
              MasksPanelController.join, when=when.has_masks),
    ActionRow("common_masks", say("Wh&at they have in common"),
              say("A new mask of the pixels that all of the chosen masks mask out"), MasksPanelController.common,
              when=when.has_masks),
    ActionRow("rename_mask", say("&Rename mask"), say("Call the chosen mask otherwise"), MasksPanelController.rename,
              when=when.has_masks),
    ActionRow("recolour_mask", say("Colo&ur…"), say("Show the chosen mask in another colour"),
              MasksPanelController.ask_color, when=when.has_masks),
    ActionRow("export_mask", say("E&xport mask…"),
              say("Write the chosen mask as GeoTIFF, ENVI or NumPy, with its recipe"), MaskFiles.ask_and_export,
              icon="export", when=when.has_masks),
    ActionRow("delete_mask", say("&Delete mask"), say("Take the chosen masks away"), MasksPanelController.delete,
              icon="trash", when=when.has_masks),
)  # fmt: skip
