"""The panel of derived layers, with what makes, shows and writes them."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.layers.asking import NewLayers
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.cover import Cover
from hsigui.ui.layers.files import LayerFiles
from hsigui.ui.layers.making import LayerMaker
from hsigui.ui.layers.panel import LayersPanel
from hsigui.ui.layers.subject import LayerSubjects
from hsigui.ui.layers.thresholds import Thresholds
from hsigui.ui.layers.unmixing import Unmixing

BUTTONS = ("new_layer", "show_layer", "layer_about", "export_layer", "remove_layer")
CHANNELS = ("layer_red", "layer_green", "layer_blue", "layer_rgb")
BELOW = ("layer_threshold", "layer_labels")
MORE: tuple[str | None, ...] = (
    "unmix", None, "show_layer", "show_bands", "layer_rgb", None, "layer_threshold", "layer_labels", None,
    "rename_layer", "make_layer_again", "layer_about", None, "export_layer", "copy_layer_command",
    "copy_layer_python", None, "remove_layer",
)  # fmt: skip


def derived_layers(bench: Bench) -> PanelParts:
    """Makes the panel of derived layers."""
    desk, actions = bench.desk, bench.actions
    menu = QMenu(desk.window)
    for name in MORE:
        if name is None:
            menu.addSeparator()
        else:
            menu.addAction(actions[name])
    panel = LayersPanel(actions.of(*BUTTONS), actions.of(*CHANNELS), actions.of(*BELOW), menu, desk.window)
    maker = LayerMaker(desk)
    layers = LayersController(desk, bench.image, panel, maker)

    def make_again(numbers: list[int]) -> None:
        for number in numbers:
            maker.make_again(number)

    cover = Cover(desk, bench.image, make_again)
    thresholds, files = Thresholds(bench, layers, cover), LayerFiles(desk, layers)
    unmixing = Unmixing(bench, layers, maker, cover)
    maker.added.connect(files.tell_made)
    subjects = LayerSubjects(bench, maker)
    parts = (panel, maker, layers, cover, thresholds, unmixing, files, subjects, NewLayers(desk, maker))
    return PanelParts(panel, parts)
