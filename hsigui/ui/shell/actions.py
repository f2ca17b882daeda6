"""Everything the user can ask for, as tables: what it is called, its keys, its icon, and when it can be asked.

The window gives one handler for each id. Menus and toolbar name ids only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton, QWidget

from hsigui.document.session import Session
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.palettes import PALETTES
from hsigui.ui.desk.icons import icon
from hsigui.ui.image.tools_table import TOOLS


@dataclass(frozen=True)
class ActionSpec:
    """One entry of the table. `when` names a condition of WHEN; `group` makes the actions of a name exclusive."""

    id: str
    text: str
    tip: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    when: str = "always"
    checkable: bool = False
    checked: bool = False
    group: str = ""


WHEN: Mapping[str, Callable[[Session], bool]] = {
    "always": lambda s: True,
    "scene": lambda s: s.cube is not None,
    "notes": lambda s: s.cube is not None and bool(s.cube.notes),
    "default bands": lambda s: s.cube is not None and bool(s.cube.info.default_bands),
    "file": lambda s: s.cube is not None and s.cube.path is not None,
    "several": lambda s: s.open_scenes > 1,
    "scene, idle": lambda s: s.cube is not None and not s.training,
    "training": lambda s: s.queue.training is not None,
    # After the last label was erased, too: the file still has it.
    "labels": lambda s: (
        s.cube is not None and (s.unsaved or s.labels.labelled(TRAINING) + s.labels.labelled(VALIDATION) > 0)
    ),
    "undo": lambda s: bool(s.history.undo_text),
    "redo": lambda s: bool(s.history.redo_text),
    "truth": lambda s: s.truth is not None,
    "classes": lambda s: len(s.classes) > 0,
    "several classes": lambda s: len(s.classes) > 1,
    "hidden classes": lambda s: any(info.hidden for info in s.classes),
    "features": lambda s: s.features is not None,
    "map": lambda s: s.class_map is not None,
}

_CLASS_KEYS = tuple(
    ActionSpec(
        f"class_{n}",
        f"Class {n}",
        f"Paint with class number {n}, which is added if it is the next",
        (str(n),),
        when="scene",
    )
    for n in range(1, 10)
)

_PALETTES = tuple(
    ActionSpec(f"palette_{name.casefold().replace(' ', '_').replace('-', '_')}", name,
               "The standard colours of classes" if number == 0 else f"Colours of {name}, for colour-blind readers too",
               when="classes")
    for number, name in enumerate(PALETTES)
)  # fmt: skip
PALETTE_IDS = tuple(spec.id for spec in _PALETTES)


def _tool(name: str, text: str, tip: str, key: str, picture: str = "") -> ActionSpec:
    return ActionSpec(f"tool_{name}", text, f"{tip} ({key})", (key,), picture or name, "scene", True,
                      name == "navigate", "tool")  # fmt: skip


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open scene…", "Open an ENVI, MATLAB, HDF5, GeoTIFF or NumPy scene", ("Ctrl+O",), "open"),
    ActionSpec("open_as", "Ope&n as…", "Choose how a MATLAB, HDF5 or NumPy file is read: array, axes, wavelengths",
               ("Ctrl+Shift+O",)),
    ActionSpec("open_demo", "Open &demo scene", "Open a simulated scene with ground truth", (), "spectrum"),
    ActionSpec("open_labels", "Open &labels…", "Replace the labels by those of a file", (), "labels", "scene"),
    ActionSpec("add_labels", "Add la&bels from file…", "Put the labels of a file over the present ones", (), "",
               "scene"),
    ActionSpec("open_truth", "Open &ground truth…", "Load a reference to measure the map on", (), "report", "scene"),
    ActionSpec("save_labels", "&Save labels", "Save the labels to a file", ("Ctrl+S",), "save", "labels"),
    ActionSpec("save_labels_as", "Save labels &as…", "Save labels to another file", ("Ctrl+Shift+S",), "", "labels"),
    ActionSpec("import_classes", "&Import classes…", "Take names and colours from .csv, .clr, .qml or .json",
               (), "", "scene"),
    ActionSpec("export_classes", "E&xport classes…", "Write numbers, names and colours of the classes to a file",
               (), "", "classes"),
    ActionSpec("export", "&Export…", "Write the map and the report to files", ("Ctrl+E",), "export", "map"),
    ActionSpec("reload", "Reload s&cene", "Read the scene again from its file; labels stay", ("F5",), "renew", "file"),
    ActionSpec("properties", "&Properties…", "All that is known of the scene and its file, with the whole header",
               ("Ctrl+I", "Alt+Return"), "info", "scene"),
    ActionSpec("close_scene", "Close scene", "Close this scene; the others stay open", ("Ctrl+W",), "", "several"),
    ActionSpec("next_scene", "Ne&xt scene", "Show the next of the open scenes", ("Ctrl+Tab",), "", "several"),
    ActionSpec("quit", "&Quit", "Close the window", ("Ctrl+Q",), "close"),
    ActionSpec("undo", "&Undo", "Take the last label change back", ("Ctrl+Z",), "undo", "undo"),
    ActionSpec("redo", "&Redo", "Do again what was taken back", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "redo"),
    ActionSpec("bands", "&Bands…", "Wavelengths and bad bands of the scene", ("Ctrl+B",), "", "scene"),
    ActionSpec("add_class", "&Add class", "Add a class", ("Ctrl+N",), "plus", "scene"),
    ActionSpec("delete_class", "&Delete class", "Delete the current class and its labels", (), "trash", "classes"),
    ActionSpec("merge_class", "&Merge class into…", "Give the labels of the current class to another one", (), "merge",
               "several classes"),
    ActionSpec("rename_class", "&Rename class", "Rename the current class", ("F2",), "", "classes"),
    ActionSpec("recolour_class", "Re&colour class…", "Choose another colour of the current class", (), "", "classes"),
    ActionSpec("lock_class", "&Lock or unlock class", "Labels of a locked class are neither painted over nor erased",
               ("K",), "lock", "classes"),
    ActionSpec("hide_class", "&Hide or show class", "Hide the labels of the current class and its part of the map",
               ("H",), "eye-off", "classes"),
    ActionSpec("show_classes", "&Show all classes", "Show the classes that are hidden", ("Shift+H",), "eye",
               "hidden classes"),
    ActionSpec("class_up", "Move class &up", "Move the current class up in the list", ("Alt+Up",), "up",
               "several classes"),
    ActionSpec("class_down", "Move class do&wn", "Move the current class down in the list", ("Alt+Down",), "down",
               "several classes"),
    *_PALETTES,
    ActionSpec("draw_sample", "Draw &few-shot sample…", "Draw some labels of each class from the ground truth",
               (), "sample", "truth"),
    *_CLASS_KEYS,
    _tool("navigate", "&Navigate", "Click for spectra (Shift keeps them), drag to pan", "N"),
    _tool("brush", "&Brush", "Paint labels along the way of the mouse", "B"),
    _tool("eraser", "&Eraser", "Take labels away", "E"),
    _tool("pixel", "Single pi&xel", "Label single pixels, whatever the brush", "X"),
    _tool("line", "&Line", "Label a straight line as wide as the brush", "D"),
    _tool("rectangle", "&Rectangle", "Label a rectangle", "R"),
    _tool("polygon", "Poly&gon", "Label the inside of a polygon", "G"),
    _tool("lasso", "L&asso", "Label the inside of a line drawn freehand", "O"),
    _tool("fill", "&Flood fill", "Label pixels whose spectra are like that of the one clicked", "F"),
    _tool("superpixel", "&Superpixel", "Label the superpixel under the mouse", "U", "superpixel-fill"),
    _tool("pick", "Pick &class", "Paint with the class of the label that is clicked", "C"),
    ActionSpec("square_brush", "S&quare brush", "A square brush in place of a round one (Q)", ("Q",), "square-brush",
               "scene", True),
    ActionSpec("validation", "&Validation labels", "Paint labels that maps are measured on and never trained on (V)",
               ("V",), "validation", "scene", True),
    ActionSpec("brush_smaller", "&Smaller brush", "One pixel smaller", ("[", ","), "", "scene"),
    ActionSpec("brush_larger", "&Larger brush", "One pixel larger", ("]", "."), "", "scene"),
    ActionSpec("fit", "&Fit scene", "Show the whole scene", ("Ctrl+0",), "fit", "scene"),
    ActionSpec("zoom_in", "Zoom &in", "Zoom in", ("Ctrl++", "Ctrl+="), "zoom-in", "scene"),
    ActionSpec("zoom_out", "Zoom o&ut", "Zoom out", ("Ctrl+-",), "zoom-out", "scene"),
    ActionSpec("true_colour", "&True colour", "Bands nearest to red, green and blue light", (), "", "scene"),
    ActionSpec("infrared", "&Colour infrared", "Near infrared, red and green: vegetation is red", (), "", "scene"),
    ActionSpec("default_bands", "&Default bands", "The bands that the file proposes", (), "", "default bands"),
    ActionSpec("show_labels", "Show &labels", "Show or hide the labels", ("Shift+L",), "", "scene", True, True),
    ActionSpec("show_map", "Show &map", "Show or hide the map (P)", ("P",), "map", "map", True, True),
    ActionSpec("next_layer", "Next la&yer of the map", "Classes, confidence, uncertainty: what of the map is drawn (M)",
               ("M",), "", "map"),
    ActionSpec("superpixels", "Show &superpixels", "Outline groups of like, neighbouring pixels (S)", ("S",),
               "superpixels", "scene", True),
    ActionSpec("overlay_less", "Map more tr&ansparent", "Lower the opacity of the map", ("A",), "", "map"),
    ActionSpec("overlay_more", "Map more opa&que", "Raise the opacity of the map", ("Shift+A",), "", "map"),
    ActionSpec("import_notes", "Import &notes", "What was assumed or ignored at opening", (), "", "notes", True),
    ActionSpec("theme_system", "As the &system", "Light or dark as the system", (), "", "always", True, True, "theme"),
    ActionSpec("theme_light", "&Light", "Light colours", (), "", "always", True, False, "theme"),
    ActionSpec("theme_dark", "&Dark", "Dark colours", (), "", "always", True, False, "theme"),
    ActionSpec("clear_spectra", "Clear &kept spectra", "Forget the kept spectra and their marks", (), "", "scene"),
    ActionSpec("pretrain", "&Pretrain", "Learn features of this scene, without labels", ("Ctrl+P",), "pretrain",
               "scene, idle"),
    ActionSpec("pause", "P&ause", "Hold the training and go on later", (), "pause", "training", True),
    ActionSpec("cancel", "&Cancel", "Stop the training; labels and earlier results stay", (), "cancel", "training"),
    ActionSpec("open_run", "&Open run…", "Use an encoder that was trained before, here or by command", (), "",
               "scene, idle"),
    ActionSpec("export_run", "E&xport run…", "Write encoder and classifier to a folder that other programs can use",
               (), "", "features"),
    ActionSpec("live", "&Live map", "Renew the map after every stroke (L)", ("L",), "eye", "scene", True, True),
    ActionSpec("renew_map", "&Renew map", "Renew the map from the labels now", ("Ctrl+R",), "", "features"),
    ActionSpec("ask_me", "As&k me", "Jump to the spot whose label would help the map most; again for another one (J)",
               ("J",), "ask", "features"),
    ActionSpec("help_pages", "&Help", "Labelling, methods and baselines, accuracy, maps and files", (),
               "help"),
    ActionSpec("shortcuts", "&Keys and mouse", "A sheet of all keys", ("F1", "?"), "help"),
    ActionSpec("about", "&About hsigui", "Version and licence", (), "info"),
)  # fmt: skip

# None is a separator; a pair is a submenu; "@recent" and "@docks" are filled by the window.
MENUS: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("&File", ("open", "open_as", "@recent", "open_demo", None, "open_labels", "add_labels", "open_truth", None,
               "save_labels", "save_labels_as", "export", None, "reload", "properties", None, "close_scene", "quit")),
    ("&Edit", ("undo", "redo", None, "bands")),
    ("&Labels", ("add_class", "rename_class", "recolour_class", "merge_class", "delete_class",
                 ("Curr&ent class", tuple(a.id for a in _CLASS_KEYS)), ("Class c&olours", PALETTE_IDS), None,
                 "lock_class", "hide_class", "show_classes", "class_up", "class_down", None,
                 ("&Tools", tuple(f"tool_{name}" for name in TOOLS)),
                 ("&Brush", ("brush_smaller", "brush_larger", "square_brush")), "validation", None,
                 "import_classes", "export_classes", None, "draw_sample")),
    ("&View", ("next_scene", None, "fit", "zoom_in", "zoom_out", None, "true_colour", "infrared", "default_bands", None,
               "show_labels", "show_map", "next_layer", "superpixels", "overlay_less", "overlay_more", None,
               "clear_spectra", None, "import_notes", "@docks",
               ("Colours of the &window", ("theme_system", "theme_light", "theme_dark")))),
    ("&Training", ("pretrain", "pause", "cancel", None, "open_run", "export_run", None, "live", "renew_map", "ask_me")),
    ("&Help", ("help_pages", "shortcuts", "about")),
)  # fmt: skip

TOOLBAR: tuple[str | None, ...] = (
    "open", None, "undo", "redo", None, "fit", None, "pretrain", "pause", "cancel", "live", None, "export", None,
    "@options",
)  # fmt: skip

TOOL_STRIP: tuple[str | None, ...] = (
    "tool_navigate", None, "tool_brush", "tool_eraser", "tool_pixel", "tool_line", None,
    "tool_rectangle", "tool_polygon", "tool_lasso", None, "tool_fill", "tool_superpixel", None, "tool_pick", None,
    "validation",
)  # fmt: skip


def tool_button(action: QAction, parent: QWidget) -> QToolButton:
    """A small flat button of an action, for panels and bars."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setIconSize(QSize(18, 18))
    button.setAutoRaise(True)
    return button


class Actions:
    """The actions of one window, made from the table.

    Args:
        window: owner of the actions; their keys work wherever the focus is in it.
        handlers: what each id does; checkable actions hand over whether they are checked.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Callable[..., object]]) -> None:
        missing = {a.id for a in ACTIONS} ^ set(handlers)
        if missing:
            raise ValueError(f"actions without handler or handlers without action: {sorted(missing)}")
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self._actions = {spec.id: self._make(spec, handlers[spec.id]) for spec in ACTIONS}

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def update(self, session: Session) -> None:
        """Enables what can be asked now."""
        states = {name: condition(session) for name, condition in WHEN.items()}
        for spec in ACTIONS:
            self._actions[spec.id].setEnabled(states[spec.when])
        undo, redo = session.history.undo_text, session.history.redo_text
        self["undo"].setText(f"&Undo: {undo}" if undo else "&Undo")
        self["redo"].setText(f"&Redo: {redo}" if redo else "&Redo")

    def fill_menus(self, special: Mapping[str, Callable[[QMenu], None]]) -> None:
        """Builds the menu bar; `special` fills the places that begin with @."""
        for title, entries in MENUS:
            self._fill(self._window.menuBar().addMenu(title), entries, special)

    def fill_toolbar(self, bar: QToolBar, special: Mapping[str, QWidget]) -> None:
        for name in TOOLBAR:
            if name is None:
                bar.addSeparator()
            elif name in special:
                bar.addWidget(special[name])
            else:
                bar.addAction(self[name])

    def _make(self, spec: ActionSpec, handler: Callable[..., object]) -> QAction:
        action = QAction(spec.text, self._window)
        action.setObjectName(spec.id)
        action.setShortcuts([QKeySequence(k) for k in spec.keys])
        action.setToolTip(spec.tip)
        action.setStatusTip(spec.tip)
        if spec.icon:
            action.setIcon(icon(spec.icon))
        if spec.group:
            group = self._groups.setdefault(spec.group, QActionGroup(self._window))
            group.addAction(action)
        action.setCheckable(spec.checkable)
        action.setChecked(spec.checked)
        if spec.checkable and not spec.group:
            action.toggled.connect(handler)
        else:
            action.triggered.connect(lambda _checked=False: handler())
        self._window.addAction(action)
        return action

    def _fill(self, menu: QMenu, entries: tuple[object, ...], special: Mapping[str, Callable[[QMenu], None]]) -> None:
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            elif isinstance(entry, tuple):
                inner = QMenu(str(entry[0]), menu)
                menu.addMenu(inner)
                self._fill(inner, entry[1], special)
            elif str(entry) in special:
                special[str(entry)](menu)
            else:
                menu.addAction(self[str(entry)])
