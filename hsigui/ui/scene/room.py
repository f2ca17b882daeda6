"""The panel of the display, with all that opens scenes, closes them and tells of them."""

from __future__ import annotations

from functools import partial

from hsigui.cube.color_maps import COLOR_MAPS
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.band_steps import BandSteps
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.composites import Composites
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.file_watch import FileWatch
from hsigui.ui.scene.masks_controller import MasksController
from hsigui.ui.scene.notes_bar import NotesBar
from hsigui.ui.scene.open_scenes import OpenScenes, SceneTabs
from hsigui.ui.scene.subject import COMPOSITE


def display(bench: Bench) -> PanelParts:
    """Makes the panel of the display."""
    desk = bench.desk
    actions = bench.actions
    panel = DisplayPanel(desk.window, actions.of("previous_band", "next_band", "play_bands"))
    tabs, notes = SceneTabs(desk.window), NotesBar(desk.window)
    scenes = OpenScenes(desk, tabs)
    scene = SceneController(desk, bench.image, panel, scenes)
    bench.subjects.offer(scene.subjects)
    scene.drawn.connect(partial(bench.subjects.tell, COMPOSITE))
    bands, masks, watch = BandsController(desk), MasksController(desk), FileWatch(desk)
    composites = Composites(desk, panel, actions["bands"])
    colors = {name: actions[f"colors_{name}"] for name in COLOR_MAPS}
    steps = BandSteps(desk, panel, scene, actions["one_band"], actions["play_bands"], colors)
    watch.reload_asked.connect(scene.reload)
    notes.leave_out_asked.connect(bands.leave_out_costly)
    about = AboutScene(desk, notes, bench.actions["import_notes"])
    return PanelParts(panel, (panel, tabs, notes, scenes, scene, bands, masks, watch, about, composites, steps))
