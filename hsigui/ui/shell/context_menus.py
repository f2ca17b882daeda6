"""The menus of the right button and of the Menu key: which actions stand in them. All stand in the menu bar, too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.scene.open_scenes import OpenScenes, SceneTabs
from hsigui.ui.spectra.view import SpectrumView
from hsigui.ui.training.view import TrainingView

# By ids of actions; None is a separator. Ids that there are no actions of are passed over.
ON_PIXEL: tuple[str | None, ...] = (
    "copy_spectrum_here", "keep_spectrum_here", "mean_of_region", None, "take_class_here", "undo", None,
    "zoom_to_pixel", "fit", None,
    "copy_coordinates", "copy_picture", "save_picture", None, "show_labels", "show_map", "show_truth",
)  # fmt: skip
ON_SPECTRA: tuple[str | None, ...] = (
    "copy_spectra", "save_spectra", "copy_spectra_picture", "save_spectra_picture", "save_library", None,
    "fit_spectra", "raw_spectra", "list_spectra", None, "class_means", "libraries", None,
    "clear_spectra",
)  # fmt: skip
ON_TAB: tuple[str | None, ...] = (
    "close_scene", "close_others", None, "properties", "show_in_folder", "reload",
)  # fmt: skip
ON_RUN: tuple[str | None, ...] = ("pause", "cancel", None, "pretrain", "open_run", "export_run", "show_run_folder")


class ContextMenus(QObject):
    """Opens them.

    Args:
        pixel: tells which pixel the menu of the image is about.
    """

    def __init__(
        self, bench: Bench, pixel: Pixel, tabs: SceneTabs, scenes: OpenScenes, spectra: SpectrumView,
        training: TrainingView,
    ) -> None:  # fmt: skip
        super().__init__(bench.desk.window)
        self._desk: Desk = bench.desk
        self._bench, self._pixel, self._scenes = bench, pixel, scenes
        pixel.menu_asked.connect(self._on_pixel)
        tabs.menu_asked.connect(self._on_tab)
        spectra.menu_asked.connect(self._on_spectra)
        training.menu_asked.connect(self._on_run)

    def _on_pixel(self, at: QPoint) -> None:
        self._open(self._bench.image, self._pixel.words(), ON_PIXEL, at)

    def _on_spectra(self, at: QPoint) -> None:
        self._open(self._desk.window, say("Spectra"), ON_SPECTRA, at)

    def _on_tab(self, place: int, at: QPoint) -> None:
        """The menu is about the scene of the tab, which is shown first."""
        self._scenes.show(place)
        self._open(self._desk.window, self._desk.session.scene.cube.name, ON_TAB, at)

    def _on_run(self, at: QPoint) -> None:
        self._open(self._desk.window, say("Training"), ON_RUN, at)

    def _open(self, owner: QWidget, title: str, names: Sequence[str | None], at: QPoint) -> None:
        menu = QMenu(owner)
        menu.setAccessibleName(title)
        menu.addAction(title.replace("&", "&&")).setEnabled(False)
        menu.addSeparator()
        for name in names:
            if name is None:
                menu.addSeparator()
            elif name in self._bench.actions.names:
                menu.addAction(self._bench.actions[name])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
