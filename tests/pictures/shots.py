"""The pictures of the help, and how the window comes to show them: a row for each, by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio.features
import scipy.io
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from hsigui.analysis.layer import LayerRecipe, Target
from hsigui.cube.demo import write_demo
from hsigui.cube.spectra import mean_spectrum
from hsigui.document.derived import DerivedView
from hsigui.document.intentions import PixelPicked
from hsigui.report.error_map import Confused
from hsigui.ui.feature_space.statistics_panel import StatisticsPanel
from hsigui.ui.image.pictures.dialog import PictureDialog
from hsigui.ui.image.turning import Turn
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.making import LayerMaker, Wish
from hsigui.ui.results.accuracy_page import AccuracyPage
from hsigui.ui.results.export_dialog import ExportDialog
from hsigui.ui.results.zones_controller import ZonesController
from hsigui.ui.results.zones_page import ZonesPage
from hsigui.ui.scene.import_dialog import ImportDialog
from hsigui.ui.scene.properties_dialog import PropertiesDialog
from hsigui.ui.shell.samples_dialog import SamplesDialog
from hsigui.ui.shell.tour import Tour
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overlays_panel import OverlaysPanel
from tests.pictures.planning import drawn, kept
from tests.pictures.studio import Studio, picture_of

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@dataclass(frozen=True)
class Shot:
    """One picture of the help."""

    name: str
    show: Callable[[Studio, Path], QWidget | QImage]


def part_of(window: QWidget, *widgets: QWidget, height: int = 0) -> QImage:
    """What is seen of a window around some of its widgets, at most so many logical pixels high."""
    around = QRect()
    for widget in widgets:
        around |= QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
    if height:
        around.setHeight(min(height, around.height()))
    image = picture_of(window)
    ratio = image.devicePixelRatio()
    return image.copy(QRect(around.topLeft() * ratio, around.size() * ratio))


def picked(studio: Studio, *places: tuple[int, int]) -> None:
    """Spectra of some pixels are kept."""
    for row, col in places:
        studio.window.session.events.emit(PixelPicked(row, col, keep=True))
        studio.settle()


def layer(studio: Studio, name: str, recipe: LayerRecipe) -> int:
    """Number of a derived layer of a name, which is made at the first call."""
    scene = studio.window.session.scene
    found = next((each.number for each in scene.derived if each.name == name), 0)
    if not found:
        studio.window._part(LayerMaker).make(Wish(recipe, name, name=name, shown=False))
        studio.settle()
        studio.window.messages.clear()
        found = [each.number for each in scene.derived][-1]
    return found


def _window(studio: Studio, _folder: Path) -> QWidget:
    picked(studio, (30, 40), (110, 60), (60, 200))
    studio.switch(scale_bar=True, north_arrow=True)
    studio.front("Map")
    return studio.window


def _tour(studio: Studio, _folder: Path) -> QImage:
    """The card about labels."""
    studio.switch(show_map=False)
    studio.trigger("tour")
    tour = studio.window.findChild(Tour)
    assert tour is not None
    while tour.step.id != "label":
        tour.go_on()
    studio.settle()
    image = picture_of(studio.window)
    left = round(studio.window.docks["Training"].mapTo(studio.window, QPoint(0, 0)).x() * image.devicePixelRatio())
    tour.end()
    studio.settle()
    return image.copy(0, 0, left, image.height())  # without what was trained before


def _samples(studio: Studio, folder: Path) -> QWidget:
    dialog = studio.dialog("samples", SamplesDialog)
    for label in dialog.findChildren(QLabel):
        label.setText(label.text().replace(str(folder), "~/.local/share/hsigui"))
    studio.settle()
    return dialog


def _notes_bar(studio: Studio, folder: Path) -> QImage:
    """A header that leaves things out."""
    window, before = studio.window, studio.window.session.scene
    header, _ = write_demo(folder / "notes", rows=96, cols=150)
    lines = header.read_text(encoding="utf-8").splitlines()
    left_out = ("byte order", "header offset", "file type", "wavelength units")
    header.write_text("\n".join(line for line in lines if not line.startswith(left_out)), encoding="utf-8")
    window.scene.open_path(header)
    studio.wait_for(lambda: window.session.scene is not before)
    window.notes_bar.header.setChecked(True)
    studio.settle()
    image = part_of(window, window.tabs, window.notes_bar, window.image, height=360)
    window.actions_["close_scene"].trigger()
    studio.wait_for(lambda: window.session.scene is before)
    return image


def _properties(studio: Studio, _folder: Path) -> QWidget:
    return studio.dialog("properties", PropertiesDialog)


def _label_tools(studio: Studio, _folder: Path) -> QImage:
    window = studio.window
    studio.switch(show_map=False)
    studio.trigger("tool_polygon")
    window.image.look_at((90.0, 60.0, 5.0))
    studio.settle()
    port = window.image.viewport()
    for pixel in ((75, 30), (72, 78), (100, 84), (112, 48)):
        QTest.mouseClick(port, LEFT, NONE, window.image.position_of(*pixel))
    studio.move_mouse(port, window.image.position_of(104, 32))
    return part_of(window, window.toolbar, window.tool_strip, window.docks["Classes"], window.image, height=640)


def _regions(studio: Studio, _folder: Path) -> QImage:
    studio.front("Regions")
    studio.wait_for(lambda: studio.window.explorer.model.rowCount() > 0)
    return part_of(studio.window, studio.window.docks["Regions"])


def _quality(studio: Studio, _folder: Path) -> QImage:
    studio.front("Quality")
    studio.wait_for(lambda: not studio.window.quality_panel.classes.isHidden())
    return part_of(studio.window, studio.window.docks["Quality"])


def _uncertainty(studio: Studio, _folder: Path) -> QImage:
    window = studio.window
    window.maps.show_layer("entropy")
    studio.front("Map")
    return part_of(window, window.image, window.docks["Map"], window.docks["Training"])


def _superpixels(studio: Studio, _folder: Path) -> QImage:
    window = studio.window
    studio.switch(show_map=False, superpixels=True)
    studio.trigger("tool_superpixel")
    window.image.look_at((70.0, 130.0, 4.5))
    studio.settle()
    studio.move_mouse(window.image.viewport(), window.image.position_of(60, 120))
    return part_of(window, window.image)


def _import_dialog(studio: Studio, folder: Path) -> QImage:
    window, path = studio.window, folder / "Feldkampagne.mat"
    cube = window.session.scene.cube
    values = cube.read()[:80, :120]
    flat = values.transpose(1, 0, 2).reshape(80 * 120, -1).T
    scipy.io.savemat(path, {
        "Y": np.ascontiguousarray(flat), "reflectance": values, "radiance": values[:, :, ::2],
        "wavelength_nm": cube.info.wavelengths, "ground_truth": window.session.truth.array[:80, :120].astype(np.uint8),
    })  # fmt: skip
    window.scene.open_path(path)
    studio.settle()
    (dialog,) = [each for each in window.findChildren(ImportDialog) if each.isVisible()]
    image = picture_of(dialog)
    dialog.reject()
    studio.settle()
    return image


def _layers(studio: Studio, _folder: Path) -> QImage:
    window = studio.window
    number = layer(studio, "Vegetation", LayerRecipe("index", {"name": "ndvi"}))
    layer(studio, "Main directions", LayerRecipe("pca"))
    layer(studio, "Clusters", LayerRecipe("kmeans"))
    studio.switch(show_map=False, show_labels=False)
    window.session.scene.derived.show(DerivedView(number))
    window._part(LayersController).choose(number)
    studio.front("Layers")
    return part_of(window, window.docks["Layers"], window.image)


def _unmixing(studio: Studio, _folder: Path) -> QImage:
    window, scene = studio.window, studio.window.session.scene
    targets = []
    for info in [info for info in scene.classes if info.name in ("Woodland", "Water", "Loam", "Roof tile")]:
        values, _ = mean_spectrum(scene.cube, window.session.truth.array == info.number)
        targets.append(Target(info.name, tuple(values.tolist())))
    number = layer(studio, "Shares", LayerRecipe("unmix", targets=tuple(targets)))
    studio.switch(show_map=False, show_labels=False)
    window._part(LayersController).choose(number)
    studio.front("Layers")
    studio.trigger("layer_rgb")
    return part_of(window, window.docks["Layers"], window.image)


def _four_views(studio: Studio, _folder: Path) -> QImage:
    studio.switch(show_map=False, scale_bar=True)
    studio.window.views.restore({"layout": "four", "subjects": ["map", "truth", "confidence"]})
    studio.settle()
    studio.window.image.look_at((90.0, 120.0, 2.6))
    studio.settle()
    return part_of(studio.window, studio.window.views.grid)


def _swipe(studio: Studio, _folder: Path) -> QImage:
    studio.switch(show_map=False, show_labels=False, swipe=True)
    return part_of(studio.window, studio.window.views.grid)


def _north_up(studio: Studio, _folder: Path) -> QImage:
    studio.switch(show_map=False, show_labels=False, scale_bar=True, north_arrow=True, grid_map=True, overview=True)
    studio.window.image.set_turn(Turn(0.94, 0.34, -0.34, 0.94))
    studio.settle()
    return part_of(studio.window, studio.window.image)


def _overlays(studio: Studio, folder: Path) -> QImage:
    window = studio.window
    path = folder / "Schläge 2026.geojson"
    path.write_text(_parcels(window.session.truth.array), encoding="utf-8")
    studio.switch(show_map=False, show_labels=False)
    overlays = window._part(Overlays)
    overlays.add_lines(path)
    studio.settle()
    overlays.add_subject("layer 1")
    studio.settle()
    panel = window._part(OverlaysPanel)
    panel.list.setCurrentRow(0)
    studio.front("Overlays")
    return part_of(window, window.image, window.docks["Overlays"], window.docks["Training"])


def _parcels(truth: NDArray[np.uint16]) -> str:
    """The larger fields of a ground truth (rows x cols), in its pixels."""
    features = []
    for geometry, number in rasterio.features.shapes(truth.astype(np.uint8), mask=truth > 0, connectivity=4):
        ring = np.array(geometry["coordinates"][0])
        if np.ptp(ring, axis=0).min() > 18:
            name = f"Schlag {len(features) + 1} ({number:.0f})"
            polygon = {"type": "Polygon", "coordinates": [ring.tolist()]}
            features.append({"type": "Feature", "properties": {"name": name}, "geometry": polygon})
    said = {"coordinates": "pixels", "rows": str(truth.shape[0]), "cols": str(truth.shape[1])}
    return json.dumps({"type": "FeatureCollection", "hsigui": said, "features": features})


def _errors(studio: Studio, _folder: Path) -> QImage:
    window = studio.window
    studio.front("Results")
    studio.switch(show_errors=True)
    return part_of(window, window.image, window.docks["Results"], window.docks["Training"])


def _accuracy(studio: Studio, _folder: Path) -> QWidget:
    page = studio.dialog("show_accuracy", AccuracyPage)
    assert isinstance(page, AccuracyPage)
    page.pair_chosen.emit(Confused(2, 1))
    studio.wait_for(lambda: page.places.count())
    return page


def _zones(studio: Studio, folder: Path) -> QWidget:
    path = folder / "Schläge 2026.geojson"
    path.write_text(_parcels(studio.window.session.truth.array), encoding="utf-8")
    page = studio.dialog("show_zones", ZonesPage)
    assert isinstance(page, ZonesPage)
    studio.window._part(ZonesController).take_zones(path)
    studio.wait_for(lambda: page.sheet is not None and page.sheet.name == "zones")
    page.view.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    studio.settle()
    return page


def _spectra(studio: Studio, _folder: Path) -> QImage:
    picked(studio, (30, 40), (110, 60), (60, 200), (150, 235), (20, 120))
    studio.front("Spectra")
    return part_of(studio.window, studio.window.image, studio.window.docks["Spectra"])


def _pictures(studio: Studio, _folder: Path) -> QWidget:
    dialog = studio.dialog("save_picture", PictureDialog)
    assert isinstance(dialog, PictureDialog)
    dialog.subject.setCurrentIndex(dialog.subject.findData("map"))
    studio.settle()
    return dialog


def _export(studio: Studio, _folder: Path) -> QWidget:
    dialog = studio.dialog("export", ExportDialog)
    for line in dialog.findChildren(QLineEdit):
        if "/" in line.text() or "\\" in line.text():
            line.setText("Kartierung 2026")
    studio.settle()
    return dialog


def _panel_below(name: str) -> Callable[[Studio, Path], QImage]:
    def show(studio: Studio, _folder: Path) -> QImage:
        dock = studio.window.docks[name]
        studio.front(name)
        studio.window.resizeDocks([dock], [420], Qt.Orientation.Vertical)
        studio.settle()
        image = part_of(studio.window, dock)
        studio.window.resizeDocks([dock], [250], Qt.Orientation.Vertical)
        return image

    return show


def _statistics(studio: Studio, folder: Path) -> QImage:
    panel = studio.window._part(StatisticsPanel)
    studio.front("Statistics")
    panel.pixels.setCurrentIndex(panel.pixels.findText("Ground truth"))
    panel.pixels.activated.emit(panel.pixels.currentIndex())
    before = panel.result
    panel.renew.click()
    studio.wait_for(lambda: panel.result is not before and panel.result is not None)
    return _panel_below("Statistics")(studio, folder)


def _planning(_studio: Studio, _folder: Path) -> QImage:
    return drawn(kept())


SHOTS = (
    Shot("window", _window), Shot("tour", _tour), Shot("samples", _samples), Shot("notes-bar", _notes_bar),
    Shot("properties", _properties),
    Shot("label-tools", _label_tools), Shot("regions", _regions), Shot("quality", _quality),
    Shot("uncertainty", _uncertainty), Shot("superpixels", _superpixels), Shot("import-dialog", _import_dialog),
    Shot("layers", _layers), Shot("unmixing", _unmixing), Shot("four-views", _four_views), Shot("swipe", _swipe),
    Shot("north-up", _north_up), Shot("overlays", _overlays), Shot("errors", _errors), Shot("accuracy", _accuracy),
    Shot("zones", _zones),
    Shot("feature-space", _panel_below("Feature space")), Shot("statistics", _statistics),
    Shot("runs", _panel_below("Maps and trainings")),
    Shot("spectra", _spectra), Shot("pictures", _pictures), Shot("export", _export), Shot("planning", _planning),
)  # fmt: skip
