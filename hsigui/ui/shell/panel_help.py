"""Which section of the help tells of a panel, and the keys that are of use there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hsigui.assets import resource
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow, keys_in_words

PAGE = "panels"
IMAGE = "Image"  # what has the focus where no panel has


@dataclass(frozen=True)
class PanelHelp:
    """What is told of a panel.

    Attributes:
        section: the heading of the page `panels`.
        actions: ids of the actions whose keys are shown; those without a key are left out.
        keys: further keys, and what they do.
    """

    section: str
    actions: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()


_STEP = (say("Up, Down"), say("Go to the line above or below"))
PANEL_HELP: Mapping[str, PanelHelp] = {
    IMAGE: PanelHelp("Image", (
        "tool_navigate", "tool_brush", "tool_eraser", "tool_polygon", "tool_fill", "brush_smaller", "brush_larger",
        "undo", "redo", "fit", "zoom_in", "zoom_out", "show_labels", "show_map", "validation", "superpixels",
        "key_cursor",
    ), (
        (say("Space + drag"), say("Pan with any tool")),
        (say("Arrows, Ctrl + arrows"), say("Pan; by one pixel")),
        ("1 … 9", say("Paint with the class of that number")),
        (say("Menu"), say("What can be done with the pixel")),
    )),
    "Display": PanelHelp("Display", ("one_band", "previous_band", "next_band", "play_bands", "superpixels")),
    "Bands": PanelHelp("Bands", ("find_band", "bands", "previous_band", "next_band"),
                       (_STEP, (say("Enter"), say("Show the chosen band alone")))),
    "Stretch": PanelHelp("Stretch", ("stretch_back", "decorrelate", "stretch_part"),
                         ((say("Up, Down"), say("Change the number that has the focus")),)),
    "Layers": PanelHelp("Layers", ("new_layer", "show_layer", "previous_band", "next_band"), (_STEP,)),
    "Masks": PanelHelp("Masks", ("draw_on_mask", "undo", "redo"),
                       (_STEP, ("F2", say("Rename the mask")),
                        (say("Space"), say("Tick or clear the box that has the focus")),
                        (say("Esc in the image"), say("Paint labels again, not the mask")))),
    "Feature space": PanelHelp("Feature space", ("label_cloud", "clear_cloud"), (
        (say("Drag, Shift + drag in the plot"), say("Select the pixels inside; beside those that are selected")),
        (say("Esc in the plot"), say("Drop an open outline; select nothing")),
        (say("Double click in the plot"), say("Show all of it")),
    )),
    "Statistics": PanelHelp("Statistics", (), (_STEP, (say("Enter"), say("Show both classes in the plot")))),
    "Overlays": PanelHelp("Overlays", ("show_labels", "show_map", "show_truth", "overlay_less", "overlay_more",
                                       "swipe", "blink", "views_next", "overview"),
                          ((say("Ctrl + Up, Down"), say("Lay the chosen layer over the next one, or under it")),
                           (say("Space"), say("Show or hide the chosen layer")),
                           (say("Delete"), say("Take a layer off that was added")))),
    "Classes": PanelHelp("Classes", ("add_class", "rename_class", "lock_class", "hide_class", "show_classes",
                                     "class_up", "class_down"),
                         (("1 … 9", say("Choose the class of that number")), _STEP)),
    "Regions": PanelHelp("Regions", ("undo", "redo"),
                         (_STEP, (say("Delete"), say("Take the labels of the chosen regions away")))),
    "History": PanelHelp("History", ("undo", "redo"), (_STEP,)),
    "Training": PanelHelp("Training", ("pretrain", "pause", "cancel", "open_run")),
    "Map": PanelHelp("Map", ("show_map", "live", "renew_map", "next_layer", "overlay_less", "overlay_more", "ask_me"),
                     ((say("Enter"), say("Give the place that is asked about the current class, and ask the next")),)),
    "Results": PanelHelp("Results", ("show_accuracy", "show_errors", "next_error", "previous_error", "export",
                                     "open_truth", "validation")),
    "Finish map": PanelHelp("Finish map", ("show_finished", "paint_map", "undo", "redo"),
                            (_STEP, (say("Space"), say("Switch the chosen step on or off")),
                             (say("Esc in the image"), say("Paint labels again, not the map")))),
    "Maps and trainings": PanelHelp("Maps and trainings", ("keep_map", "swipe", "views_next"),
                                    (_STEP, (say("Space"), say("Tick or untick the chosen row")),
                                     ("F2", say("Write into the cell")))),
    "Quality": PanelHelp("Quality", ("undo", "redo"), (_STEP,)),
    "Spectra": PanelHelp("Spectra", ("clear_spectra", "tool_navigate"),
                         ((say("Shift + click in the image"), say("Keep the spectrum of the pixel")),
                          (say("F2, Delete"), say("In the list: write another name, take a spectrum away")),
                          (say("Menu"), say("What can be done with the plot")))),
    "Matches": PanelHelp("Matches", ("tool_navigate",), (_STEP,)),
}  # fmt: skip


def page_of(panel: str, rows: Sequence[ActionRow]) -> str:
    """What F1 shows of a panel, as Markdown: its keys, then its section; "" where there is none of that name."""
    told = PANEL_HELP.get(panel)
    section = "" if told is None else section_of(told.section)
    if told is None or not section:
        return ""
    heading, _, text = section.partition("\n")
    return f"# {heading.lstrip('# ')}\n\n{_table(told, rows)}\n{text.strip()}\n"


def section_of(heading: str) -> str:
    """A section of the page, with its heading; "" when it is not there."""
    try:
        page = resource("help", f"{PAGE}.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    found = re.search(rf"^## {re.escape(heading)}$.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    return found.group(0) if found else ""


def keys_of(told: PanelHelp, rows: Sequence[ActionRow]) -> list[tuple[str, str]]:
    """The keys of a panel, and what they do."""
    by_id = {row.id: row for row in rows}
    known = [by_id[name] for name in told.actions if name in by_id]
    return [*((keys_in_words(row.keys), row.tip) for row in known if row.keys), *told.keys]


def _table(told: PanelHelp, rows: Sequence[ActionRow]) -> str:
    keys = keys_of(told, rows)
    if not keys:
        return ""
    lines = "".join(f"| {_cell(key)} | {_cell(text)} |\n" for key, text in keys)
    return say("| key | what it does |") + "\n|---|---|\n" + lines


def _cell(text: str) -> str:
    """Text as it stands in a table of Markdown: no sign of it may mean anything there."""
    return re.sub(r"([\\`*_\[\]|<>~#])", r"\\\1", text.replace("\n", " "))
