"""What the window is made to show for pictures that are compared: a row for each, by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QLineEdit, QWidget

from hsigui.analysis.layer import LayerRecipe
from hsigui.document.derived import DerivedView
from hsigui.document.intentions import PixelPicked
from hsigui.ui.image.pictures.dialog import PictureDialog
from hsigui.ui.image.turning import Turn
from hsigui.ui.layers.making import LayerMaker, Wish
from hsigui.ui.layers.new_layer_dialog import NewLayerDialog
from hsigui.ui.results.export_dialog import ExportDialog
from hsigui.ui.shell.preferences_dialog import PreferencesDialog
from tests.pictures.studio import Studio

SIZE = (840, 540)


@dataclass(frozen=True)
class Stage:
    """One picture.

    Attributes:
        show: has the window show it, and gives the widget that is taken.
        quick: whether it is among those that are compared each time.
    """

    name: str
    show: Callable[[Studio], QWidget]
    quick: bool = True


def _composite(studio: Studio) -> QWidget:
    studio.switch(show_labels=False, show_map=False)
    return studio.window.image


def _layer(studio: Studio) -> QWidget:
    studio.switch(show_labels=False, show_map=False)
    scene = studio.window.session.scene
    if not len(scene.derived):
        studio.window._part(LayerMaker).make(Wish(LayerRecipe("index", {"name": "ndvi"}), "NDVI"))
        studio.settle()
        studio.window.messages.clear()
    scene.derived.show(DerivedView(1))
    studio.settle()
    return studio.window.image


def _labels(studio: Studio) -> QWidget:
    studio.switch(show_map=False)
    studio.window.image.look_at((40.0, 40.0, 12.0))
    studio.settle()
    return studio.window.image


def _map(studio: Studio) -> QWidget:
    studio.front("Map")
    return studio.window


def _confidence(studio: Studio) -> QWidget:
    studio.window.maps.show_layer("confidence")
    studio.settle()
    return studio.window.image


def _truth(studio: Studio) -> QWidget:
    studio.switch(show_labels=False, show_map=False, show_truth=True)
    return studio.window.image


def _errors(studio: Studio) -> QWidget:
    studio.front("Results")
    studio.switch(show_errors=True)
    return studio.window


def _four(studio: Studio) -> QWidget:
    studio.trigger("views_four")
    return studio.window.views.grid


def _swipe(studio: Studio) -> QWidget:
    studio.switch(swipe=True)
    return studio.window.views.grid


def _overview(studio: Studio) -> QWidget:
    studio.switch(overview=True)
    studio.window.image.look_at((40.0, 70.0, 14.0))
    studio.settle()
    return studio.window.image


def _turned(studio: Studio) -> QWidget:
    studio.switch(show_map=False, scale_bar=True, north_arrow=True, grid_map=True)
    studio.window.image.set_turn(Turn(0.94, 0.34, -0.34, 0.94))
    studio.settle()
    return studio.window.image


def _spectra(studio: Studio) -> QWidget:
    window = studio.window
    panel = studio.front("Spectra")
    for row, col in ((20, 30), (64, 64), (100, 90)):
        window.session.events.emit(PixelPicked(row, col, keep=True))
        studio.settle()
    return panel


def _window(studio: Studio) -> QWidget:
    studio.only(*studio.window.docks)
    for name in ("Display", "Classes", "Training", "Map", "Spectra"):
        studio.window.docks[name].raise_()
    studio.settle()
    return studio.window


def _start(studio: Studio) -> QWidget:
    studio.trigger("start_page")
    return studio.window.start_page


def _picture_dialog(studio: Studio) -> QWidget:
    dialog = studio.dialog("save_picture", PictureDialog)
    assert isinstance(dialog, PictureDialog)
    dialog.subject.setCurrentIndex(dialog.subject.findData("map"))
    studio.settle()
    return dialog


def _export_dialog(studio: Studio) -> QWidget:
    return studio.dialog("export", ExportDialog)


def _preferences(studio: Studio) -> QWidget:
    dialog = studio.dialog("preferences", PreferencesDialog)
    for line in dialog.findChildren(QLineEdit):
        line.clear()  # folders of this machine
        line.setPlaceholderText("")
    return dialog


def _new_layer(studio: Studio) -> QWidget:
    return studio.dialog("new_layer", NewLayerDialog)


STAGES = (
    Stage("composite", _composite, quick=False),
    Stage("layer", _layer),
    Stage("labels", _labels),
    Stage("map", _map),
    Stage("confidence", _confidence, quick=False),
    Stage("truth", _truth),
    Stage("errors", _errors),
    Stage("four-views", _four),
    Stage("swipe", _swipe),
    Stage("overview", _overview),
    Stage("turned", _turned),
    Stage("spectra", _spectra),
    Stage("window", _window, quick=False),
    Stage("start-page", _start, quick=False),
    Stage("picture-dialog", _picture_dialog),
    Stage("export-dialog", _export_dialog, quick=False),
    Stage("preferences", _preferences, quick=False),
    Stage("new-layer-dialog", _new_layer, quick=False),
)
