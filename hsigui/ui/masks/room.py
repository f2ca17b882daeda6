"""The panel of masks, with what finds, changes, uses and writes them."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.masks.actions import ENTRIES, NEW
from hsigui.ui.masks.changing import MaskChanges
from hsigui.ui.masks.controller import MasksPanelController
from hsigui.ui.masks.drawing import MaskDrawings
from hsigui.ui.masks.files import MaskFiles
from hsigui.ui.masks.panel import MasksPanel
from hsigui.ui.masks.subject import offer_masks

BUTTONS = ("show_mask", "export_mask", "delete_mask")


def masks(bench: Bench) -> PanelParts:
    """Makes the panel of masks."""
    desk, actions = bench.desk, bench.actions
    new, menu = QMenu(desk.window), QMenu(desk.window)
    for entries, into in ((NEW, new), (ENTRIES, menu)):
        for name in entries:
            if name is None:
                into.addSeparator()
            else:
                into.addAction(actions[name])
    panel = MasksPanel(new, actions["draw_on_mask"], actions.of(*BUTTONS), menu, desk.window)
    changes = MaskChanges(desk)
    controller = MasksPanelController(bench, panel, changes)
    offer_masks(bench)
    drawings = MaskDrawings(bench, panel, controller)
    return PanelParts(panel, (panel, changes, controller, drawings, MaskFiles(desk, controller)))
