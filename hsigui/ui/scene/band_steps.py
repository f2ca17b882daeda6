"""Going from band to band: one alone or three, the next and the one before, and playing through all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction

from hsigui.cube.steps import played, stepped
from hsigui.document.events import SceneLeft, SceneShown, ViewChanged
from hsigui.ui.desk.desk import Desk
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.display_panel import DisplayPanel

TICK_MS = 10


class BandSteps(QObject):
    """Changes the shown bands step by step. While it plays, it is the clock that says which band is due: what cannot be
    drawn in time is left out, and nothing piles up."""

    def __init__(
        self, desk: Desk, display: DisplayPanel, scene: SceneController, one_band: QAction, play: QAction,
        colors: Mapping[str, QAction],
    ) -> None:  # fmt: skip
        super().__init__(desk.window)
        self._session, self._display, self._scene = desk.session, display, scene
        self._one_band, self._play, self._colors = one_band, play, colors
        self._from = 0  # the band that playing began with, or went on with at another speed
        self._since = 0.0
        self._band = -1  # that was asked for last
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        display.one_band_asked.connect(self.show_one_band)
        display.speed.valueChanged.connect(self._begin)
        events = self._session.events
        events.subscribe(ViewChanged, self._view_changed)
        events.subscribe(SceneShown, self._show_state)
        events.subscribe(SceneLeft, self._left)

    def show_one_band(self, on: bool) -> None:
        """One band alone, at first that of red; or the composite as it was."""
        view = self._session.view
        if view is not None and on != (view.single is not None):
            self._session.set_view(replace(view, single=view.red if on else None))
        self._show_state()

    def choose_colors(self, name: str) -> None:
        """Shows one band in the colours of one of COLOR_MAPS."""
        view = self._session.view
        if view is not None:
            self._session.set_view(replace(view, colors=name, single=view.red if view.single is None else view.single))

    def step(self, by: int) -> None:
        """So many bands on; bad bands are left out."""
        cube, view = self._session.cube, self._session.view
        if cube is not None and view is not None:
            self._session.set_view(stepped(cube, view, by))

    def play(self, on: bool) -> None:
        """Plays through the bands, one alone, or stops at the one that is shown."""
        view = self._session.view
        if not on or view is None:
            self._timer.stop()
            self._play.setChecked(False)
            return
        self.show_one_band(True)
        self._begin()
        self._timer.start()

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    def _begin(self, *_speed: int) -> None:
        view = self._session.view
        if view is not None and view.single is not None:
            self._from, self._since, self._band = view.single, time.perf_counter(), view.single

    def _tick(self) -> None:
        cube, view = self._session.cube, self._session.view
        if not self._display.window().isVisible():
            self.play(False)
        if cube is None or view is None or self._scene.drawing or not self.playing:
            return
        due = int((time.perf_counter() - self._since) * self._display.speed.value())
        band = played(cube, self._from, due)
        if band != view.single:
            self._band = band
            self._session.set_view(replace(view, single=band))

    def _view_changed(self, event: ViewChanged) -> None:
        if self.playing and event.after.single is None:
            self.play(False)
        elif self.playing and event.after.single != self._band:  # chosen by the user: it goes on from there
            self._begin()
        self._show_state()

    def _left(self, _event: SceneLeft) -> None:
        self.play(False)

    def _show_state(self, _event: SceneShown | None = None) -> None:
        view = self._session.view
        self._one_band.setChecked(view is not None and view.single is not None)
        if view is not None:
            self._colors[view.colors].setChecked(True)
