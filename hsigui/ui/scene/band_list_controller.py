"""Keeps the list of bands in step with the shown scene, and makes the small pictures of the rows that are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.cube.picture import thumbnail_of
from hsigui.document.events import BandsChanged, SceneShown, ViewChanged
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.desk.to_front import bring_to_front
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.scene.band_list import BandList
from hsigui.ui.scene.band_model import SIDE

WAIT_MS, LONGEST_WAIT_MS = 60, 300  # after the last scroll, and after the first
Thumbnail = tuple[int, NDArray[np.uint8]]  # a band, and its picture


class BandListController(QObject):
    """Small pictures are made only while they are switched on and the list is seen, of the rows that are in view."""

    def __init__(self, desk: Desk, panel: BandList) -> None:
        super().__init__(desk.window)
        self._session, self._panel, self._ratio = desk.session, panel, desk.window.devicePixelRatioF
        self._seen = self._pictured = False
        self._making = Latest(desk.bridge, say("Draw small pictures"), self._made, early=self._made_one)
        self._soon = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._make, self)
        panel.band_chosen.connect(self._show)
        panel.looked.connect(self._soon.start)
        events = self._session.events
        events.subscribe(SceneShown, self._renew)
        events.subscribe(BandsChanged, self._renew)
        events.subscribe(ViewChanged, self._view_changed)

    def set_seen(self, seen: bool) -> None:
        """Whether the list is in front."""
        self._seen = seen
        if seen:
            self._soon.start()
        else:
            self._making.forget()

    def show_pictures(self, on: bool) -> None:
        """Switches small pictures on; off, what is being made of them is given up."""
        self._pictured = on
        self._panel.set_pictured(on)
        if not on:
            self._soon.stop()
            self._making.forget()

    def find(self) -> None:
        """Brings the list to the front, and the field in which one searches."""
        bring_to_front(self._panel)
        self._panel.search.setFocus()
        self._panel.search.selectAll()

    # Inner doings

    def _renew(self, _event: SceneShown | BandsChanged) -> None:
        self._making.forget()
        cube, view = self._session.cube, self._session.view
        if cube is not None and view is not None:
            self._panel.set_cube(cube)
            self._panel.set_view(view)
            self._soon.start()

    def _view_changed(self, event: ViewChanged) -> None:
        self._panel.set_view(event.after)

    def _show(self, channel: str, band: int) -> None:
        view = self._session.view
        if view is not None:
            self._session.set_view(replace(view, single=None).with_band(channel, band))

    def _make(self) -> None:
        cube = self._session.cube
        if cube is None or not (self._seen and self._pictured):
            return
        missing = self._panel.model.missing(self._panel.bands_in_view())
        if missing:
            side = round(SIDE * self._ratio())
            self._making.request(partial(make_thumbnails, cube=cube, bands=missing, side=side))

    def _made_one(self, made: Thumbnail) -> None:
        self._panel.model.put_picture(*made, self._ratio())

    def _made(self, _count: int) -> None:
        self._make()  # what came into view meanwhile


def make_thumbnails(ctx: Context, cube: Cube, bands: Sequence[int], side: int) -> int:
    """Draws small pictures one by one and hands each over; returns how many there are."""
    for band in bands:
        ctx.check()
        ctx.partial((band, thumbnail_of(cube, band, side)))
    return len(bands)


def band_list(bench: Bench) -> PanelParts:
    """Makes the list of bands."""
    panel = BandList(bench.actions["band_pictures"], bench.desk.window)
    controller = BandListController(bench.desk, panel)
    return PanelParts(panel, (panel, controller), controller.set_seen)
