"""Everything the user can ask for, as tables: what it is called, its keys, its icon, and when it can be asked.

The window gives one handler for each id. Menus and toolbar name ids only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from hsigui.ui.icons import icon
from hsigui.ui.session import Session


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
    "training": lambda s: s.training,
    "labels": lambda s: s.cube is not None and bool(s.labels.array.any()),
    "undo": lambda s: bool(s.history.undo_text),
    "redo": lambda s: bool(s.history.redo_text),
    "truth": lambda s: s.truth is not None,
    "classes": lambda s: len(s.classes) > 0,
    "features": lambda s: s.features is not None,
    "map": lambda s: s.class_map is not None,
}

_CLASS_KEYS = tuple(
    ActionSpec(f"class_{n}", f"Class {n}", f"Paint with class number {n}", (str(n),), when="classes")
    for n in range(1, 10)
)

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&Open scene…", "Open an ENVI, MATLAB, HDF5, GeoTIFF or NumPy scene", ("Ctrl+O",), "open"),
    ActionSpec("open_as", "Ope&n as…", "Choose how a MATLAB, HDF5 or NumPy file is read: array, axes, wavelengths",
               ("Ctrl+Shift+O",)),
    ActionSpec("open_demo", "Open &demo scene", "Open a simulated scene with ground truth", (), "spectrum"),
    ActionSpec("open_labels", "Open &labels…", "Replace the labels by those of a file", (), "labels", "scene"),
    ActionSpec("open_truth", "Open &ground truth…", "Load a reference to measure the map on", (), "report", "scene"),
    ActionSpec("save_labels", "&Save labels", "Save the labels to a file", ("Ctrl+S",), "save", "labels"),
    ActionSpec("save_labels_as", "Save labels &as…", "Save labels to another file", ("Ctrl+Shift+S",), "", "labels"),
    ActionSpec("export", "&Export…", "Write the map and the report to files", ("Ctrl+E",), "export", "map"),
    ActionSpec("reload", "Reload s&cene", "Read the scene again from its file; labels stay", ("F5",), "renew", "file"),
    ActionSpec("properties", "&Properties…", "All that is known of the scene and its file, with the whole header",
               ("Ctrl+I", "Alt+Return"), "info", "scene"),
    ActionSpec("close_scene", "Close scene", "Close this scene; the others stay open", ("Ctrl+W",), "", "several"),
    ActionSpec("next_scene", "Ne&xt scene", "Show the next of the open scenes", ("Ctrl+Tab",), "", "several"),
    ActionSpec("quit", "&Quit", "Close the window", ("Ctrl+Q",), "close"),
    ActionSpec("undo", "&Undo", "Take the last label change back", ("Ctrl+Z",), "undo", "undo"),
    ActionSpec("redo", "&Redo", "Do again what was taken back", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", "redo"),
    ActionSpec("bands", "&Bands…", "Wavelengths and bad bands of the scene", ("Ctrl+B",), "", "scene, idle"),
    ActionSpec("add_class", "&Add class", "Add a class", ("Ctrl+N",), "plus", "scene"),
    ActionSpec("delete_class", "&Delete class", "Delete the current class and its labels", (), "trash", "classes"),
    ActionSpec("draw_sample", "Draw &few-shot sample…", "Draw some labels of each class from the ground truth",
               (), "sample", "truth"),
    *_CLASS_KEYS,
    ActionSpec("tool_navigate", "&Navigate", "Click for spectra (Shift keeps them), drag to pan (N)", ("N",),
               "navigate", "scene", True, True, "tool"),
    ActionSpec("tool_brush", "&Brush", "Paint labels (B)", ("B",), "brush", "scene", True, False, "tool"),
    ActionSpec("tool_eraser", "&Eraser", "Take labels away (E)", ("E",), "eraser", "scene", True, False, "tool"),
    ActionSpec("tool_polygon", "P&olygon", "Label the inside of a polygon (G)", ("G",), "polygon", "scene",
               True, False, "tool"),
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
    ActionSpec("live", "&Live map", "Renew the map after every stroke (L)", ("L",), "eye", "scene", True, True),
    ActionSpec("renew_map", "&Renew map", "Renew the map from the labels now", ("Ctrl+R",), "", "features"),
    ActionSpec("shortcuts", "&Keys and mouse", "A sheet of all keys", ("F1", "?"), "help"),
    ActionSpec("about", "&About hsigui", "Version and licence", (), "info"),
)  # fmt: skip

# None is a separator; a pair is a submenu; "@recent" and "@docks" are filled by the window.
MENUS: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("&File", ("open", "open_as", "@recent", "open_demo", None, "open_labels", "open_truth", None,
               "save_labels", "save_labels_as", "export", None, "reload", "properties", None, "close_scene", "quit")),
    ("&Edit", ("undo", "redo", None, "bands")),
    ("&Labels", ("add_class", "delete_class", ("&Current class", tuple(a.id for a in _CLASS_KEYS)), None,
                 "tool_navigate", "tool_brush", "tool_eraser", "tool_polygon", None,
                 "brush_smaller", "brush_larger", None, "draw_sample")),
    ("&View", ("next_scene", None, "fit", "zoom_in", "zoom_out", None, "true_colour", "infrared", "default_bands", None,
               "show_labels", "show_map", "overlay_less", "overlay_more", None, "clear_spectra", None, "import_notes",
               "@docks",
               ("Colours of the &window", ("theme_system", "theme_light", "theme_dark")))),
    ("&Training", ("pretrain", "pause", "cancel", None, "open_run", None, "live", "renew_map")),
    ("&Help", ("shortcuts", "about")),
)  # fmt: skip

TOOLBAR: tuple[str | None, ...] = (
    "open", None, "tool_navigate", "tool_brush", "tool_eraser", "tool_polygon", "@brush", None, "undo", "redo", None,
    "fit", None, "pretrain", "pause", "cancel", "live", None, "export",
)  # fmt: skip


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
