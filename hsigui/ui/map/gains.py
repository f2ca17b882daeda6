"""Follows what each stroke brings, and tells what the next would likely bring."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from hsigui.document.events import AccuracyChanged, EncoderChanged, MapChanged, SceneShown
from hsigui.labels.regions import find_regions
from hsigui.pipeline.gains import Gains
from hsigui.ui.desk.desk import Desk
from hsigui.ui.map.gains_bar import GainsBar

NEXT = 5  # strokes that are looked ahead
MOST_LABELS = 100_000  # beyond, labels are no strokes that somebody counts


class GainsController(QObject):
    """Keeps the bar in step with the maps of the scene that is shown."""

    def __init__(self, desk: Desk, bar: GainsBar) -> None:
        super().__init__(desk.window)
        self._session, self._bar = desk.session, bar
        self._gains = Gains()
        self._measured_on = ""
        events = self._session.events
        events.subscribe(SceneShown, self._start_anew)
        events.subscribe(EncoderChanged, self._start_anew)
        events.subscribe(MapChanged, self._note)
        events.subscribe(AccuracyChanged, self._note)

    def _start_anew(self, _event: SceneShown | EncoderChanged) -> None:
        self._gains.clear()
        self._bar.hide()

    def _note(self, _event: MapChanged | AccuracyChanged) -> None:
        present = self._session.map
        if present is None or np.count_nonzero(present.trained_on) > MOST_LABELS:
            self._gains.clear()
            self._bar.hide()
            return
        if present.measured_on != self._measured_on:  # figures of another truth are another course
            self._gains.clear()
            self._measured_on = present.measured_on
        accuracy = None if present.accuracy is None else present.accuracy.oa
        self._gains.note(len(find_regions(present.trained_on)), present.class_map.classes, accuracy)
        self._bar.show_gains(self._gains, NEXT, present.measured_on)
