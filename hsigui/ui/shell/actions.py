"""Everything the user can ask for: the rows of all rooms, and where they stand in menus and toolbar, by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QWidget

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk import theme
from hsigui.ui.desk.action_rows import ActionRow, ActionSet
from hsigui.ui.feature_space import actions as feature_space
from hsigui.ui.finishing import actions as finishing
from hsigui.ui.image import actions as image
from hsigui.ui.image.tools_table import TOOLS
from hsigui.ui.labels import actions as labels
from hsigui.ui.layers import actions as layers
from hsigui.ui.map import actions as class_map
from hsigui.ui.masks import actions as masks
from hsigui.ui.preparing import actions as preparing
from hsigui.ui.results import actions as results
from hsigui.ui.runs import actions as runs
from hsigui.ui.scene import actions as scene
from hsigui.ui.shell.command_palette import CommandPalette
from hsigui.ui.shell.coordinates import Coordinates
from hsigui.ui.shell.guiding import Guiding
from hsigui.ui.shell.help_pages import HelpPages
from hsigui.ui.shell.leaving import Leaving
from hsigui.ui.shell.messages import Messages
from hsigui.ui.shell.panes import Panes
from hsigui.ui.shell.preferences import Preferences
from hsigui.ui.shell.problem_report import ProblemReports
from hsigui.ui.shell.project_files import ProjectFiles
from hsigui.ui.shell.samples import Samples
from hsigui.ui.shell.starting import Starting
from hsigui.ui.shell.whats_this import HelpHere
from hsigui.ui.spectra import actions as spectra
from hsigui.ui.study import actions as study
from hsigui.ui.training import actions as training
from hsigui.ui.views import actions as views

THEMES = (
    ("system", say("As the &system"), say("Light or dark as the system")),
    ("light", say("&Light"), say("Light colours")),
    ("dark", say("&Dark"), say("Dark colours")),
)
COORDINATES = (
    ("pixel", say("&Pixel only"), say("The status bar tells rows and columns alone"), when.has_scene),
    ("map", say("&Map coordinates"), say("The status bar tells x and y of the scene's own system"), when.has_place),
    ("lonlat", say("&Latitude and longitude"), say("The status bar tells degrees"), when.has_system),
    ("other", say("&Other system…"), say("The status bar tells x and y of a system that you choose"), when.has_system),
)
ROWS: tuple[ActionRow, ...] = (
    ActionRow("new_project", say("Ne&w project…"),
              say("Begin a file that keeps scenes with all you do, in place of what is open"),
              ProjectFiles.ask_and_create),
    ActionRow("open_project", say("Open pro&ject…"),
              say("Open scenes with labels, history, maps and the window as they were"),
              ProjectFiles.ask_and_open),
    ActionRow("save_project_as", say("Save project as…"),
              say("Keep all open scenes with all you do in one file, from now on"),
              ProjectFiles.ask_and_save_as, when=when.has_scene),
    ActionRow("quit", say("&Quit"), say("Close the window"), Leaving.quit, keys=("Ctrl+Q",), icon="close"),
    *(
        ActionRow(f"theme_{name}", text, tip, Preferences.set_theme, (name,), checkable=True,
                  checked=name == theme.SCHEMES[0], group="theme")
        for name, text, tip in THEMES
    ),
    ActionRow("preferences", say("&Preferences…"),
              say("Colours, memory, threads, and the room that kept runs take"), Preferences.show_preferences,
              keys=("Ctrl+,",), icon="settings"),
    ActionRow("next_pane", say("Next p&ane"), say("To the next of tools, image, messages and panels"), Panes.go_on,
              (1,), keys=("F6",)),
    ActionRow("previous_pane", say("&Previous pane"), say("To the one before of tools, image, messages and panels"),
              Panes.go_on, (-1,), keys=("Shift+F6",)),
    ActionRow("next_panel", say("Panel &behind this one"), say("The next of the panels behind one another"),
              Panes.turn, (1,), keys=("Ctrl+PgDown",)),
    ActionRow("previous_panel", say("Panel be&fore this one"), say("The one before of the panels behind one another"),
              Panes.turn, (-1,), keys=("Ctrl+PgUp",)),
    ActionRow("messages", say("M&essages…"), say("What was said in this window, and what was missed of it"),
              Messages.show_messages, keys=("Ctrl+M",), icon="messages"),
    ActionRow("command_palette", say("&Find a command…"),
              say("Any action, class, recent file or page of the help, by a few letters of its name"),
              CommandPalette.show_palette, keys=("Ctrl+Shift+P",), icon="search"),
    ActionRow("samples", say("Get sample scenes…"),
              say("Public scenes of the literature, fetched and checked when you say so"), Samples.show_samples,
              icon="demo"),
    ActionRow("tour", say("&Tour"), say("Six steps over this window, from a scene to its map"), Guiding.show_tour,
              icon="play"),
    ActionRow("start_page", say("&Start page"), say("Recent scenes, demo scenes and the first steps, and back again"),
              Starting.show_page, icon="thumbnails"),
    ActionRow("go_to", say("&Go to…"),
              say("Go to a row and column, map coordinates, or latitude and longitude"), Coordinates.go_to,
              keys=("Ctrl+G",), when=when.has_scene),
    ActionRow("copy_place", say("&Copy the place under the mouse"),
              say("Copy where the mouse is, or was last, as two numbers"), Coordinates.copy,
              keys=("Ctrl+Shift+C",), icon="copy", when=when.has_scene),
    *(
        ActionRow(f"coordinates_{name}", text, tip, Coordinates.tell_in, (name,), when=condition, checkable=True,
                  checked=name == "map", group="coordinates")
        for name, text, tip, condition in COORDINATES
    ),
    ActionRow("help_pages", say("&Help"), say("Labelling, methods and baselines, accuracy, maps and files"),
              HelpPages.show_help, icon="help"),
    ActionRow("help_here", say("Help on this &panel"), say("What the panel with the focus does, and its keys"),
              HelpHere.show_panel_help, keys=("F1",), icon="help"),
    ActionRow("whats_this", say("&What is this?"), say("Tells more of the control under the mouse, or clicked next"),
              HelpHere.explain, keys=("Shift+F1",), icon="info"),
    ActionRow("shortcuts", say("&Keys and mouse"), say("A sheet of all keys"), HelpPages.show_shortcuts, keys=("?",)),
    ActionRow("report_problem", say("&Report a problem…"),
              say("Log, versions and settings in one file, to be looked at first; nothing is sent"),
              ProblemReports.show_report, icon="report"),
    ActionRow("about", say("&About hsigui"), say("Version and licence"), HelpPages.show_about, icon="info"),
)  # fmt: skip

ACTIONS: tuple[ActionRow, ...] = (
    *scene.ROWS, *layers.ROWS, *labels.ROWS, *image.ROWS, *spectra.ROWS, *training.ROWS, *class_map.ROWS,
    *masks.ROWS, *results.ROWS, *runs.ROWS, *study.ROWS, *views.ROWS, *feature_space.ROWS, *finishing.ROWS,
    *preparing.ROWS, *ROWS,
)  # fmt: skip

LAYERS: tuple[str | None, ...] = (
    None, "show_layer", "show_bands", "layer_red", "layer_green", "layer_blue", "layer_rgb", None, "layer_threshold",
    "layer_labels", "layer_about", "rename_layer", "make_layer_again", "remove_layer", None, "export_layer",
    "copy_layer_command", "copy_layer_python",
)  # fmt: skip
# None is a separator; a pair is a submenu; what begins with "@" is filled by the window.
MENUS: tuple[tuple[str, tuple[object, ...]], ...] = (
    (say("&File"), ("open", "open_as", "open_address", "@recent", "open_demo", "samples", None, "new_project",
               "open_project", "save_project_as", None, "open_labels", "add_labels", "open_truth", None,
               "save_labels", "save_labels_as", "export", "save_picture", None, "prepare_cube", "save_cube", None,
               "reload", "properties", "show_in_folder", None, "close_scene", "close_others", "quit")),
    (say("&Edit"), ("undo", "redo", None,
                    (say("P&ixel"), ("copy_spectrum_here", "keep_spectrum_here", "take_class_here", "zoom_to_pixel",
                                     "copy_coordinates")),
                    (say("&Spectra"), ("copy_spectra", "save_spectra", "copy_spectra_picture",
                                       "save_spectra_picture", "fit_spectra", None, "raw_spectra", "list_spectra",
                                       "clear_spectra", None, "mean_of_region", "mean_of_outline", "class_means",
                                       "profile", None,
                                       "libraries", "save_library", None, "add_match_library", "keep_match",
                                       "name_class_by_match")), None,
                    "bands", "quality_masks", None, "copy_picture", "copy_commands", "copy_python",
                    "copy_step_commands", "copy_step_python", None,
                    "preferences")),
    (say("&Labels"), ("add_class", "rename_class", "recolour_class", "merge_class", "delete_class",
                 (say("Curr&ent class"), tuple(row.id for row in labels.CLASS_KEYS)),
                 (say("Class c&olours"), tuple(row.id for row in labels.PALETTE_ROWS)), None,
                 "lock_class", "hide_class", "show_classes", "class_up", "class_down", None,
                 (say("&Tools"), tuple(f"tool_{name}" for name in TOOLS)),
                 (say("&Brush"), ("brush_smaller", "brush_larger", "square_brush")), "validation", None,
                 "import_classes", "export_classes", None, "draw_sample", feature_space.MENU)),
    (say("&View"), ("next_scene", None, "fit", "zoom_in", "zoom_out", "key_cursor", None, *views.MENU, None,
               (say("&Composite"), (*(row.id for row in scene.COMPOSITES), "@composites")),
               (say("&Band"), (*(row.id for row in scene.STEPS),
                               (say("&Colours"), tuple(row.id for row in scene.COLOR_MAP_ROWS)))),
               (say("S&tretch"), (*(row.id for row in scene.STRETCH_KINDS), None,
                                  *(row.id for row in scene.STRETCH))), None,
               "go_to", "north_up",
               (say("C&oordinates"), (*(f"coordinates_{name}" for name, *_ in COORDINATES), None, "copy_place")),
               (say("Ove&r the image"), ("scale_bar", "north_arrow", "grid_map", "grid_lonlat")), None,
               (say("&Derived layers"), ("new_layer", "unmix", *LAYERS)), (say("Masks"), masks.MENU), None,
               "show_labels", "show_map", (say("Finished map"), finishing.MENU),
               (say("Truth and errors"), ("show_truth", None, "show_accuracy", "show_errors", "next_error",
                                          "previous_error")),
               "superpixels", (say("How the map is drawn"), ("next_layer", "overlay_less", "overlay_more")), None,
               "import_notes", "messages",
               (say("Go to panel"), ("next_pane", "previous_pane", "next_panel", "previous_panel", None, "@panels")),
               "@docks",
               (say("Colours of the &window"), tuple(f"theme_{name}" for name, _, _ in THEMES)))),
    (say("&Training"), ("pretrain", "pause", "cancel", None, "open_run", "export_run", "show_run_folder", None, "live",
                        "renew_map", "ask_me", None, "classify_by", "map_by_tiles", None, "show_zones",
                        (say("&Maps and trainings"), runs.MENU), "study", "open_study")),
    (say("&Help"), ("command_palette", None, "help_here", "whats_this", "start_page", "tour", "help_pages", "shortcuts",
                    None, "report_problem", "about")),
)  # fmt: skip

TOOLBAR: tuple[str | None, ...] = (
    "open", None, "undo", "redo", None, "fit", None, "pretrain", "pause", "cancel", "live", None, "export", None,
    "@options",
)  # fmt: skip


def in_order_of_menus() -> Iterator[ActionRow]:
    """All actions as they stand in the menus, from left to right and from top to bottom."""
    rows = {row.id: row for row in ACTIONS}
    for _, entries in MENUS:
        yield from (rows[name] for name in _names(entries) if name in rows)


def _names(entries: tuple[object, ...]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, tuple):
            yield from _names(entry[1])
        elif entry is not None:
            yield str(entry)


def fill_menus(window: QMainWindow, actions: ActionSet, special: Mapping[str, Callable[[QMenu], None]]) -> None:
    """Builds the menu bar; `special` fills the places that begin with @."""
    for title, entries in MENUS:
        _fill(window.menuBar().addMenu(title), actions, entries, special)


def fill_toolbar(bar: QToolBar, actions: ActionSet, special: Mapping[str, QWidget]) -> None:
    """Fills the bar below the menus; `special` are the widgets of the places that begin with @."""
    for name in TOOLBAR:
        if name is None:
            bar.addSeparator()
        elif name in special:
            bar.addWidget(special[name])
        else:
            bar.addAction(actions[name])


def _fill(
    menu: QMenu, actions: ActionSet, entries: tuple[object, ...], special: Mapping[str, Callable[[QMenu], None]]
) -> None:
    for entry in entries:
        if entry is None:
            menu.addSeparator()
        elif isinstance(entry, tuple):
            inner = QMenu(str(entry[0]), menu)
            menu.addMenu(inner)
            _fill(inner, actions, entry[1], special)
        elif str(entry) in special:
            special[str(entry)](menu)
        else:
            menu.addAction(actions[str(entry)])
