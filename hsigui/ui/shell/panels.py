"""The panels of the window, a row each: who makes it, and where it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt

from hsigui.texts import say
from hsigui.ui.feature_space.room import feature_space, statistics
from hsigui.ui.finishing.room import finish_map
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.labels.explorer_controller import regions
from hsigui.ui.labels.history_controller import history
from hsigui.ui.labels.quality_controller import quality
from hsigui.ui.labels.room import classes
from hsigui.ui.layers.room import derived_layers
from hsigui.ui.map.room import class_map
from hsigui.ui.masks.room import masks
from hsigui.ui.results.controller import results
from hsigui.ui.runs.room import maps_and_trainings
from hsigui.ui.scene.band_list_controller import band_list
from hsigui.ui.scene.room import display
from hsigui.ui.scene.stretch_controller import stretch
from hsigui.ui.spectra.matches import matches
from hsigui.ui.spectra.room import spectra
from hsigui.ui.training.room import training
from hsigui.ui.views.room import overlays

Area = Qt.DockWidgetArea
_LEFT, _RIGHT, _BOTTOM = Area.LeftDockWidgetArea, Area.RightDockWidgetArea, Area.BottomDockWidgetArea


@dataclass(frozen=True)
class PanelRow:
    """One panel.

    Attributes:
        name: never translated: what others call it, and where the saved layout finds it.
        scrolls: whether it gets scroll bars because it has none of its own.
        behind: the name of the panel that it is tabbed with, and stands behind.
        width, height: in logical pixels, at first; 0 for what is left.
    """

    name: str
    title: str
    make: Callable[[Bench], PanelParts]
    area: Area
    scrolls: bool = False
    behind: str = ""
    width: int = 0
    height: int = 0


# In the order in which they are made: what shows a scene hears of it before what draws on it.
PANELS: tuple[PanelRow, ...] = (
    PanelRow("Display", say("Display"), display, _LEFT, scrolls=True, width=290, height=325),
    PanelRow("Bands", say("Bands"), band_list, _LEFT, behind="Display"),
    PanelRow("Stretch", say("Stretch"), stretch, _LEFT, scrolls=True, behind="Bands"),
    PanelRow("Layers", say("Layers"), derived_layers, _LEFT, scrolls=True, behind="Stretch"),
    PanelRow("Classes", say("Classes"), classes, _LEFT, height=325),
    PanelRow("Regions", say("Regions"), regions, _LEFT, behind="Classes"),
    PanelRow("History", say("History"), history, _LEFT, behind="Regions"),
    PanelRow("Masks", say("Masks"), masks, _LEFT, scrolls=True, behind="History"),
    PanelRow("Training", say("Training"), training, _RIGHT, scrolls=True, width=320, height=385),
    PanelRow("Map", say("Map"), class_map, _RIGHT, scrolls=True, height=315),
    PanelRow("Results", say("Results"), results, _RIGHT, scrolls=True, behind="Map"),
    PanelRow("Quality", say("Quality"), quality, _RIGHT, scrolls=True, behind="Results"),
    PanelRow("Spectra", say("Spectra"), spectra, _BOTTOM, height=225),
    PanelRow("Matches", say("Matches"), matches, _BOTTOM, behind="Spectra"),
    PanelRow("Feature space", say("Feature space"), feature_space, _BOTTOM, scrolls=True, behind="Matches"),
    PanelRow("Statistics", say("Statistics"), statistics, _BOTTOM, scrolls=True, behind="Feature space"),
    PanelRow("Maps and trainings", say("Maps and trainings"), maps_and_trainings, _BOTTOM, behind="Statistics"),
    PanelRow("Overlays", say("Overlays"), overlays, _RIGHT, behind="Quality"),
    PanelRow("Finish map", say("Finish map"), finish_map, _RIGHT, scrolls=True, behind="Training"),
)
