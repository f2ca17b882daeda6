"""Ask me: takes the user to the pixel whose label would help the map most."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.document.events import (
    AreaAnswered,
    EncoderChanged,
    LabelsChanged,
    MapChanged,
    PixelPicked,
    SceneShown,
)
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.pipeline import live
from hsigui.pipeline.grounds import Grounds
from hsigui.pipeline.own import own_features, own_map, own_probe
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.view import ImageView
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.panel import MapPanel

Pixel = tuple[int, int]
ASK_SCALE = 7.0  # logical pixels a pixel of the scene
_HOW = say("Number of the class and Enter labels it; J asks for another.")


class AskController(QObject):
    """Finds spots, one a press; those that the user passes over are not asked for again in this scene.

    The spectrum of the pixel that is asked about is shown (`PixelPicked`), and an answer labels it (`AreaAnswered`).
    """

    def __init__(self, desk: Desk, image: ImageView, panel: MapPanel, maps: MapController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel, self._maps = desk, desk.session, image, panel, maps
        self._asked: list[Pixel] = []
        self._target: Pixel | None = None
        self._waiting = False  # for the map of the latest labels
        self._grounds = Grounds()
        self._finding = Latest(desk.bridge, say("Ask me"), self._take)
        events = self._session.events
        events.subscribe(SceneShown, self._start_anew)
        events.subscribe(EncoderChanged, self._start_anew)
        events.subscribe(LabelsChanged, self._labels_changed)
        events.subscribe(MapChanged, self._map_changed)
        image.confirmed.connect(self._answer)

    @property
    def target(self) -> Pixel | None:
        """The pixel that is asked about, while it has no label."""
        return self._target

    def ask(self) -> None:
        """Goes to the next spot; waits for the map when it is being renewed."""
        session = self._session
        if session.features is None or self._image.drawing:
            return
        if self._maps.busy:
            self._waiting = True
            self._panel.set_asked(say("Waiting for the map…"))
            return
        self._waiting = False
        class_map = None if session.class_map is None else own_map(session.class_map)
        probe = None if session.probe is None else own_probe(session.probe)
        labels, checks = session.labels.snapshot(), session.labels.snapshot(VALIDATION) > 0
        self._finding.request(
            partial(
                live.find_spots,
                features=own_features(session.features), class_map=class_map, labels=labels, asked=tuple(self._asked),
                taken=checks, classes=session.classes, probe=probe, grounds=self._grounds,
            )
        )  # fmt: skip

    def _take(self, spots: list[Pixel]) -> None:
        if not spots:
            self._point_at(None)
            self._panel.set_asked(say("There is nothing left to ask about."))
            return
        self._asked.append(spots[0])
        if any(self._session.labels.layer(n)[spots[0]] for n in (TRAINING, VALIDATION)):  # painted in the meantime
            self.ask()
            return
        self._point_at(spots[0])
        row, col = spots[0]
        # Near enough to see the pixel, far enough to see what lies around it.
        self._image.look_at((row + 0.5, col + 0.5, max(self._image.scale, ASK_SCALE)))
        self._panel.set_asked(
            say("What is the pixel at row {row}, column {col}? {guess}", row=row, col=col, guess=self._guess(row, col))
        )
        self._session.events.emit(PixelPicked(row, col))

    def _guess(self, row: int, col: int) -> str:
        class_map = self._session.class_map
        if class_map is None:
            return _HOW
        name = self._session.classes.get(int(class_map.classes[row, col])).name
        sure = say("{confidence:.0f} % sure", confidence=100 * float(class_map.confidence[row, col]))
        return say("The map says {name}, {sure}. {how}", name=name, sure=sure, how=_HOW)

    def _answer(self) -> None:
        """Labels the pixel as the class that was chosen, and asks the next question."""
        if self._target is None:
            return
        if self._session.layer == VALIDATION:  # spots that were chosen are no sample to measure a map on
            self._desk.messages.info(
                say("An answer is a label to train on."), say("Switch Validation labels off first (V).")
            )
            return
        row, col = self._target
        self._session.events.emit(AreaAnswered((row, col, np.ones((1, 1), dtype=bool)), say("Answer")))
        if self._target is None:
            self.ask()

    def _point_at(self, pixel: Pixel | None) -> None:
        self._target = pixel
        self._image.set_target(pixel)

    def _start_anew(self, _event: SceneShown | EncoderChanged) -> None:
        self._finding.forget()
        self._asked.clear()
        self._waiting = False
        self._point_at(None)
        self._panel.set_asked("")

    def _labels_changed(self, _event: LabelsChanged) -> None:
        if self._target is not None and self._session.labels.array[self._target]:
            self._point_at(None)
            self._panel.set_asked(say("Thank you. Press J for the next spot."))

    def _map_changed(self, _event: MapChanged) -> None:
        if self._waiting:
            self._waiting = False
            self.ask()
