"""The panel of classes, with all that draws labels and keeps them in files."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from hsigui.texts import say
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.labels.actions import PALETTE_ROWS
from hsigui.ui.labels.class_tables import ClassTables
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.labels.labelling import Labelling
from hsigui.ui.labels.left_labels import LeftLabels
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.labels.sampler import Sampler
from hsigui.ui.labels.subject import offer_labels
from hsigui.ui.labels.superpixel_controller import SuperpixelController
from hsigui.ui.labels.superpixel_strip import SuperpixelStrip
from hsigui.ui.labels.truth_layer import TruthLayer

BUTTONS = ("add_class", "delete_class", "merge_class", "class_up", "class_down")
ROW_MENU = ("rename_class", "recolour_class", "lock_class", "hide_class", None, "merge_class", "delete_class", None,
            "class_up", "class_down", "show_classes", None)  # fmt: skip


def classes(bench: Bench) -> PanelParts:
    """Makes the panel of classes."""
    desk, actions = bench.desk, bench.actions
    panel = ClassesPanel(actions.of(*BUTTONS), _menu(bench), desk.window)
    sampler = Sampler(desk)
    keeping = SafeKeeping(desk, bench.journal)
    left = LeftLabels(desk, keeping)
    files, tables = LabelFiles(desk, keeping, sampler), ClassTables(desk)
    left.recognised.connect(files.last.offer)
    strip = SuperpixelStrip(actions["superpixels"], desk.window)
    superpixels = SuperpixelController(desk, bench.image, strip)
    labels = Labelling(bench, panel, superpixels)
    offer_labels(bench)
    truth = TruthLayer(bench)
    made = (panel, keeping, left, files, sampler, tables, strip, superpixels, labels, labels.classes, truth)
    return PanelParts(panel, made)


def _menu(bench: Bench) -> QMenu:
    """What can be done with the class of a row."""
    menu, palettes = QMenu(bench.desk.window), QMenu(say("Class colours"), bench.desk.window)
    for name in ROW_MENU:
        if name is None:
            menu.addSeparator()
        else:
            menu.addAction(bench.actions[name])
    palettes.addActions(bench.actions.of(*(row.id for row in PALETTE_ROWS)))
    menu.addMenu(palettes)
    return menu
