"""Offers the tour once, and shows it when it is asked for."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from hsigui.ui.desk.desk import Desk
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.shell.start_page import StartPage
from hsigui.ui.shell.tour import Tour


class Guiding(QObject):
    """The tour of one window. Who has opened scenes before is not asked.

    Args:
        scene: opens the demo scene.
    """

    def __init__(self, desk: Desk, window: QMainWindow, page: StartPage, scene: SceneController) -> None:
        super().__init__(window)
        self._desk, self._window, self._page, self._scene = desk, window, page, scene
        self.tour: Tour | None = None
        page.tour_asked.connect(self.show_tour)
        page.tour_refused.connect(self._answered)
        page.offer_tour(not desk.settings.tour_offered and not desk.settings.recent)

    def show_tour(self) -> None:
        """Begins the tour; one that is shown already gets the focus."""
        if self.tour is not None:
            self.tour.take_focus()
            return
        self._answered()
        self.tour = Tour(self._window, self._offers_demo)
        self.tour.demo_asked.connect(self._scene.open_demo)
        self.tour.ended.connect(self._ended)

    def _offers_demo(self) -> bool:
        return self._desk.session.shown is None

    def _ended(self, _whole: bool) -> None:
        self.tour = None

    def _answered(self) -> None:
        """It was taken or refused: from now on it is in the menu alone."""
        self._page.offer_tour(False)
        self._desk.remember(dataclasses.replace(self._desk.settings, tour_offered=True))
