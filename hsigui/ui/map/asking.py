"""Ask me: takes the user to the pixel whose label would help the map most."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.document.events import (
    ClassesChanged,
    CurrentClassChanged,
    EncoderChanged,
    LabelsChanged,
    MapChanged,
    SceneShown,
)
from hsigui.document.intentions import AreaAnswered, ClassNamed, PixelPicked
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.pipeline import live
from hsigui.pipeline.grounds import Grounds
from hsigui.pipeline.own import own_features, own_map, own_probe
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.view import ImageView
from hsigui.ui.map.ask_field import AskField
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.panel import MapPanel

Pixel = tuple[int, int]
ASK_SCALE = 7.0  # logical pixels a pixel of the scene
AT_ONCE = 5  # places that are proposed together
_HOW = say(
    "Number or name of the class and Enter labels it (Alt + number at once); None of these (Alt+N) asks for another."
)


class AskController(QObject):
    """Proposes places as numbered marks and goes through them; those that the user passes over are not asked for again
    in this scene.

    The spectrum of the pixel that is asked about is shown (`PixelPicked`), and an answer labels what lies around it
    (`AreaAnswered`). Other places are proposed as soon as the map knows of the answer. An answer that is taken back is
    asked for again.

    Attributes:
        field: over the image, where the answers are typed.
    """

    def __init__(self, desk: Desk, image: ImageView, panel: MapPanel, maps: MapController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel, self._maps = desk, desk.session, image, panel, maps
        self._asked: list[Pixel] = []
        self._target: Pixel | None = None
        self._others: list[Pixel] = []  # proposed together with the target, or after it
        self._answered: list[Pixel] = []  # since asking began, the last one at the end
        self._number = 0  # of the place that is asked about, since asking began
        self.field = AskField(image)
        self._outdated = False  # the others were chosen by another map
        self._waiting = False  # for the map of the latest labels
        self._grounds = Grounds()
        self._finding = Latest(desk.bridge, say("Ask me"), self._take)
        self._renewing = Latest(desk.bridge, say("Ask me"), self._take_others)
        events = self._session.events
        events.subscribe(SceneShown, self._start_anew)
        events.subscribe(EncoderChanged, self._start_anew)
        events.subscribe(LabelsChanged, self._labels_changed)
        events.subscribe(MapChanged, self._map_changed)
        events.subscribe(CurrentClassChanged, self._show_current)
        events.subscribe(ClassesChanged, self._show_current)
        image.confirmed.connect(self._confirm)
        image.escaped.connect(self.leave)
        image.named.connect(self._answer_as)
        image.clicked.connect(self._clicked)
        self.field.answered.connect(self._answer_as)
        self.field.named.connect(self._answer_new)
        self.field.passed.connect(self.ask)
        self.field.left.connect(self.leave)

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
            self._point_at(None)
            self._say(say("Ask me"), say("Waiting for the map…"))
            return
        self._waiting = False
        if self._others and not self._outdated:
            self._go_on()
        else:
            self._find(self._finding, AT_ONCE)

    def leave(self) -> None:
        """Asks no more; the place that was asked about may be asked about another day."""
        if not self.field.isVisible():
            return
        if self._target is not None:
            self._asked.remove(self._target)
        self._end()

    def _end(self) -> None:
        self._finding.forget()
        self._renewing.forget()
        self._others.clear()
        self._answered.clear()
        self._number, self._waiting = 0, False
        self._point_at(None)
        self._panel.set_asked("")
        self.field.close_up()

    def _find(self, finding: Latest, count: int) -> None:
        session = self._session
        if session.features is None:
            return
        labels, checks = session.labels.snapshot(), session.labels.snapshot(VALIDATION) > 0
        finding.request(
            partial(
                live.find_spots,
                features=own_features(session.features),
                class_map=None if session.class_map is None else own_map(session.class_map),
                labels=labels, asked=tuple(self._asked), count=count, taken=checks, classes=session.classes,
                probe=None if session.probe is None else own_probe(session.probe), grounds=self._grounds,
            )
        )  # fmt: skip

    def _take(self, spots: list[Pixel]) -> None:
        if not spots:
            self._others.clear()
            self._point_at(None)
            self._say(say("Ask me"), say("There is nothing left to ask about."))
            return
        self._others, self._outdated = list(spots), False
        self._go_on()

    def _take_others(self, spots: list[Pixel]) -> None:
        """Places that the new map makes worth more, besides the one that is asked about."""
        if self._target is not None:
            self._others, self._outdated = list(spots), False
            self._show_marks()
            self.field.place.setText(self._place)

    def _go_on(self) -> None:
        """To the next of the places that were proposed; to new ones when they were all labelled in the meantime."""
        while self._others:
            spot = self._others.pop(0)
            self._asked.append(spot)
            if not any(self._session.labels.layer(n)[spot] for n in (TRAINING, VALIDATION)):
                self._number += 1
                self._go_to(spot)
                return
        self.ask()

    def _go_to(self, spot: Pixel) -> None:
        self._point_at(spot)
        row, col = spot
        # Near enough to see the pixel, far enough to see what lies around it.
        self._image.look_at((row + 0.5, col + 0.5, max(self._image.scale, ASK_SCALE)))
        self._tell(row, col)

    def _tell(self, row: int, col: int) -> None:
        known = self._guess(row, col)
        self._panel.set_asked(
            say(
                "What is the pixel at row {row}, column {col}? {guess}",
                row=row,
                col=col,
                guess=f"{known} {_HOW}".strip(),
            )
        )
        self._show_field(say("Row {row}, column {col}. {guess}", row=row, col=col, guess=known).strip())
        self._session.events.emit(PixelPicked(row, col))

    @property
    def _place(self) -> str:
        """Which of the places that are marked is asked about."""
        return say("Place {number} of {total}", number=self._number, total=self._number + len(self._others))

    def _show_field(self, text: str, title: str = "") -> None:
        session = self._session
        self.field.ask(title or self._place, text, self._target, session.classes, session.current_class)

    def _say(self, title: str, text: str) -> None:
        """Says why there is no place to answer for."""
        self._panel.set_asked(text)
        self._show_field(text, title)

    def _show_current(self, _event: CurrentClassChanged | ClassesChanged) -> None:
        self.field.show_current(self._session.classes, self._session.current_class)

    def _guess(self, row: int, col: int) -> str:
        class_map = self._session.class_map
        if class_map is None:
            return ""
        name = self._session.classes.get(int(class_map.classes[row, col])).name
        sure = say("{confidence:.0f} % sure", confidence=100 * float(class_map.confidence[row, col]))
        return say("The map says {name}, {sure}.", name=name, sure=sure)

    def _may_answer(self) -> bool:
        if self._target is None or self._session.features is None:
            return False
        if self._session.layer == VALIDATION:  # spots that were chosen are no sample to measure a map on
            self._desk.messages.info(
                say("An answer is a label to train on."), say("Switch Validation labels off first (V).")
            )
            return False
        return True

    def _answer(self) -> None:
        """Labels the pixel and what is like it around it as the class that was chosen, and asks the next question."""
        features = self._session.features
        if not self._may_answer() or self._target is None or features is None:
            return
        top, left, mask = self._grounds.dab(own_features(features), self._target)
        rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        free = mask & (self._session.labels.array[rows, cols] == 0)
        self._session.events.emit(AreaAnswered((top, left, free), say("Answer")))
        if self._target is None:
            if self._others:
                self._go_on()
            else:
                self.ask()

    def _confirm(self) -> None:
        """Enter in the image: what is typed counts wherever the keys are."""
        if self.field.isVisible():
            self.field.enter()

    def _answer_as(self, number: int) -> None:
        """Answers with the class of a number in one go, or with the current one for 0; where nothing is asked because
        the place has got its label, asks for the next."""
        if self._target is None:
            if self.field.isVisible() and not self._finding.busy:
                self.ask()
        elif not number:
            self._answer()
        elif number in self._session.classes:
            self._session.choose_class(number)
            self._answer()

    def _answer_new(self, name: str) -> None:
        """Answers with a class that is made for it."""
        if self._may_answer():
            self._session.events.emit(ClassNamed(name))
            self._answer()

    def _clicked(self, row: int, col: int, _keep: bool) -> None:
        """A click on a mark asks about that place; the one that was asked about waits among the others."""
        spot = self._image.mark_at(self._image.position_of(row, col))
        if spot is None or spot == self._target or spot not in self._others:
            return
        if self._target is not None:
            self._asked.remove(self._target)
            self._others.insert(0, self._target)
        self._others.remove(spot)
        self._asked.append(spot)
        self._point_at(spot)
        self._tell(*spot)

    def _point_at(self, pixel: Pixel | None) -> None:
        self._target = pixel
        self._image.set_target(pixel)
        self._show_marks()

    def _show_marks(self) -> None:
        """The place that is asked about and those to come, numbered as they are counted since asking began."""
        labels = self._session.labels.array
        self._others = [spot for spot in self._others if not labels[spot]]
        places = self._others if self._target is None else [self._target, *self._others]
        first = self._number if self._target is not None else self._number + 1
        self._image.set_marks([(row, col, number) for number, (row, col) in enumerate(places, start=first)])

    def _start_anew(self, _event: SceneShown | EncoderChanged) -> None:
        self._asked.clear()
        self._end()

    def _labels_changed(self, _event: LabelsChanged) -> None:
        self._outdated = True
        labels = self._session.labels.array
        if self._target is not None and labels[self._target]:
            self._answered.append(self._target)
            self._point_at(None)
            self._say(say("Thank you"), say("Thank you. Enter or J goes on to the next place."))
        elif self._answered and not labels[self._answered[-1]]:
            self._ask_again(self._answered.pop())

    def _ask_again(self, spot: Pixel) -> None:
        """An answer was taken back: its place comes first, and the one that was asked about waits."""
        self._finding.forget()
        self._waiting = False
        if self._target is not None:
            self._asked.remove(self._target)
            self._others.insert(0, self._target)
            self._number -= 1
        self._go_to(spot)

    def _map_changed(self, _event: MapChanged) -> None:
        if self._waiting:
            self._waiting = False
            self.ask()
        elif self._target is not None and self._session.class_map is not None:
            self._find(self._renewing, AT_ONCE - 1)
