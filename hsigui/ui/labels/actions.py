"""What can be asked of labels and classes: files, tools, the class list, and taking back."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.document.session import Session
from hsigui.labels.palettes import PALETTES
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.image.tools_table import FIRST_TOOL, TOOL_ROWS
from hsigui.ui.labels.class_tables import ClassTables
from hsigui.ui.labels.classes_controller import ClassesController
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.labels.labelling import Labelling
from hsigui.ui.labels.sampler import Sampler
from hsigui.ui.labels.superpixel_controller import SuperpixelController
from hsigui.ui.labels.truth_layer import TruthLayer


def _undo_text(session: Session) -> str:
    text = session.scene.undo_text
    return say("&Undo: {undo_text}", undo_text=text) if text else say("&Undo")


def _redo_text(session: Session) -> str:
    text = session.scene.redo_text
    return say("&Redo: {redo_text}", redo_text=text) if text else say("&Redo")


FILES = (
    ActionRow("open_labels", say("Open &labels…"), say("Replace the labels by those of a file"),
              LabelFiles.ask_and_open_labels,
              icon="labels", when=when.has_scene),
    ActionRow("add_labels", say("Add la&bels from file…"), say("Put the labels of a file over the present ones"),
              LabelFiles.ask_and_add_labels, when=when.has_scene),
    ActionRow("open_truth", say("Open &ground truth…"), say("Load a reference to measure the map on"),
              LabelFiles.ask_and_open_truth, icon="report", when=when.has_scene),
    ActionRow("save_labels", say("&Save labels"), say("Save the labels to a file"), LabelFiles.save, keys=("Ctrl+S",),
              icon="save", when=when.has_labels),
    ActionRow("save_labels_as", say("Save labels &as…"), say("Save labels to another file"), LabelFiles.save_as,
              keys=("Ctrl+Shift+S",), when=when.has_labels),
    ActionRow("import_classes", say("&Import classes…"), say("Take names and colours from .csv, .clr, .qml or .json"),
              ClassTables.ask_and_import_classes, when=when.has_scene),
    ActionRow("export_classes", say("E&xport classes…"),
              say("Write numbers, names and colours of the classes to a file"),
              ClassTables.ask_and_export_classes, when=when.has_classes),
    ActionRow("draw_sample", say("Draw &few-shot sample…"), say("Draw some labels of each class from the ground truth"),
              Sampler.ask_and_sample, icon="sample", when=when.has_truth),
)  # fmt: skip

CLASSES = (
    ActionRow("add_class", say("&Add class"), say("Add a class and type its name; Enter or a click elsewhere keeps it"),
              ClassesController.add_and_name, keys=("Ctrl+N",), icon="plus", when=when.has_scene),
    ActionRow("delete_class", say("&Delete class"), say("Delete the current class and its labels"),
              ClassesController.delete,
              icon="trash", when=when.has_classes),
    ActionRow("merge_class", say("&Merge class into…"), say("Give the labels of the current class to another one"),
              ClassesController.ask_and_merge, icon="merge", when=when.has_several_classes),
    ActionRow("rename_class", say("&Rename class"), say("Rename the current class"), ClassesController.rename,
              keys=("F2",),
              when=when.has_classes),
    ActionRow("recolour_class", say("Re&colour class…"), say("Choose another colour of the current class"),
              ClassesController.recolor, when=when.has_classes),
    ActionRow("lock_class", say("&Lock or unlock class"),
              say("Labels of a locked class are neither painted over nor erased"),
              ClassesController.lock, keys=("K",), icon="lock", when=when.has_classes),
    ActionRow("hide_class", say("&Hide or show class"),
              say("Hide the labels of the current class and its part of the map"),
              ClassesController.hide, keys=("H",), icon="eye-off", when=when.has_classes),
    ActionRow("show_classes", say("&Show all classes"), say("Show the classes that are hidden"),
              ClassesController.show_all,
              keys=("Shift+H",), icon="eye", when=when.has_hidden_classes),
    ActionRow("class_up", say("Move class &up"), say("Move the current class up in the list"), ClassesController.move,
              (-1,),
              keys=("Alt+Up",), icon="up", when=when.has_several_classes),
    ActionRow("class_down", say("Move class do&wn"), say("Move the current class down in the list"),
              ClassesController.move, (1,),
              keys=("Alt+Down",), icon="down", when=when.has_several_classes),
)  # fmt: skip

PALETTE_ROWS = tuple(
    ActionRow(f"palette_{name.casefold().replace(' ', '_').replace('-', '_')}", name,
              say("The standard colours of "
                  "classes") if number == 0 else say("Colours of {name}, for colour-blind readers too", name=name),
              ClassesController.use_palette, (name,), when=when.has_classes)
    for number, name in enumerate(PALETTES)
)  # fmt: skip

CLASS_KEYS = tuple(
    ActionRow(f"class_{n}", say("Class {number}", number=n),
              say("Paint with class number {n}, which is added if it is the next", n=n),
              ClassesController.choose_place, (n,), keys=(str(n),), when=when.has_scene)
    for n in range(1, 10)
)  # fmt: skip

TOOL_ACTIONS = tuple(
    ActionRow(f"tool_{tool.name}", tool.text, f"{tool.tip} ({tool.key})", Labelling.choose_tool, (tool.name,),
              keys=(tool.key,), icon=tool.picture, when=when.has_scene, checkable=True,
              checked=tool.name == FIRST_TOOL, group="tool")
    for tool in TOOL_ROWS
)  # fmt: skip

DRAWING = (
    ActionRow("undo", say("&Undo"), say("Take back what was labelled last, or painted on the map"), Session.undo,
              keys=("Ctrl+Z",), icon="undo", when=when.can_undo, text_now=_undo_text),
    ActionRow("redo", say("&Redo"), say("Do again what was taken back"), Session.redo, keys=("Ctrl+Shift+Z", "Ctrl+Y"),
              icon="redo", when=when.can_redo, text_now=_redo_text),
    ActionRow("take_class_here", say("&Take its class"), say("Paint with the class of the pixel clicked last"),
              Labelling.take_class_here, icon="pick", when=when.has_classes),
    ActionRow("validation", say("&Validation labels"),
              say("Paint labels that maps are measured on and never trained on (V)"),
              Labelling.paint_validation, keys=("V",), icon="validation", when=when.has_scene, checkable=True),
    ActionRow("superpixels", say("Show &superpixels"), say("Outline groups of like, neighbouring pixels (S)"),
              SuperpixelController.show, keys=("S",), icon="superpixels", when=when.has_scene, checkable=True),
    ActionRow("show_truth", say("Show &ground truth"),
              say("Show or hide the ground truth, in stripes over the map (Y)"), TruthLayer.show_truth, keys=("Y",),
              icon="truth", when=when.has_truth, checkable=True),
)  # fmt: skip

ROWS: tuple[ActionRow, ...] = (*FILES, *DRAWING, *CLASSES, *PALETTE_ROWS, *CLASS_KEYS, *TOOL_ACTIONS)
