"""The panel of the display, with all that opens scenes, closes them and tells of them."""

from __future__ import annotations

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.file_watch import FileWatch
from hsigui.ui.scene.masks_controller import MasksController
from hsigui.ui.scene.notes_bar import NotesBar
from hsigui.ui.scene.open_scenes import OpenScenes, SceneTabs


def display(bench: Bench) -> PanelParts:
    """Makes the panel of the display."""
    desk = bench.desk
    panel, tabs, notes = DisplayPanel(desk.window), SceneTabs(desk.window), NotesBar(desk.window)
    scenes = OpenScenes(desk, tabs)
    scene = SceneController(desk, bench.image, panel, scenes)
    bands, masks, watch = BandsController(desk), MasksController(desk), FileWatch(desk)
    watch.reload_asked.connect(scene.reload)
    notes.leave_out_asked.connect(bands.leave_out_costly)
    about = AboutScene(desk, notes, bench.actions["import_notes"])
    return PanelParts(panel, (panel, tabs, notes, scenes, scene, bands, masks, watch, about))
