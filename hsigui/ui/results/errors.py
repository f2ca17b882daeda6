"""Has the errors of the map shown over the scene, offers them to other views, and goes from error to error."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from hsigui.document.events import AccuracyChanged, ClassesChanged, ErrorsChosen, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassTable
from hsigui.report import error_map as errors
from hsigui.report.error_map import ALL, Confused, called
from hsigui.report.metrics import Accuracy
from hsigui.texts import say, say_number
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.class_key import ClassKey
from hsigui.ui.image.subjects import Subject
from hsigui.ui.results.error_finding import ERROR, STATES, Found, find_errors, measured_of, rows_of, subject_of
from hsigui.ui.results.errors_strip import Entry, ErrorsStrip


class ErrorController(QObject):
    """Keeps the errors that are shown in step with the map, and takes the user from one to the next.

    Signals:
        changed(): other errors are meant, found or gone to, or none any more.
    """

    changed = Signal()

    def __init__(self, bench: Bench, strip: ErrorsStrip) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._image = bench.desk, bench.desk.session, bench.image
        self._subjects, self._show, self._strip = bench.subjects, bench.actions["show_errors"], strip
        self._on = False
        self._found: Found | None = None
        self._at = -1  # the area that was gone to
        self._wanted = 0  # steps to be gone once the errors are found
        self._finding = Latest(self._desk.bridge, say("Errors of the map"), self._take)
        self._subjects.offer(self.subjects)
        strip.meant_changed.connect(self.choose)
        for kind in (SceneShown, AccuracyChanged, ClassesChanged):
            self._session.events.subscribe(kind, self._changed)
        self._session.events.subscribe(ErrorsChosen, self._chosen)
        self._offer()

    @property
    def meant(self) -> Confused:
        """Which errors are shown: those that were chosen, or all where the map knows no such class."""
        return _known(self._session.scene)

    @property
    def found(self) -> Found | None:
        """The errors that are shown; None while they are looked for, and where none are."""
        return None if self._finding.busy else self._found

    @property
    def at(self) -> int:
        """The place of the area that was gone to, -1 for none."""
        return self._at

    def show_pair(self, meant: Confused) -> None:
        """Shows these errors, whether some were shown before or not."""
        self._show.setChecked(True)
        self.choose(meant)

    def go_to(self, place: int) -> None:
        """To one of the areas that were found."""
        if self._found is not None and not self._finding.busy and 0 <= place < len(self._found.areas):
            self._at = place
            self._point_out()

    def show_errors(self, on: bool) -> None:
        """Shows or hides them."""
        self._on = on
        self._renew()

    def choose(self, meant: Confused) -> None:
        """Chooses which errors are shown."""
        same = meant.of is not None and meant.of == meant.taken_for  # no class is taken for itself
        self._session.scene.choose_errors(Confused(meant.of) if same else meant)

    def next_error(self) -> None:
        """To the next smaller area of wrong pixels; the largest is the first."""
        self._go(1)

    def previous_error(self) -> None:
        """To the next larger one."""
        self._go(-1)

    def subjects(self, scene: Scene) -> tuple[Subject, ...]:
        """What other views can show: the errors that are meant."""
        return subject_of(scene, _known(scene))

    # Inner doings

    def _changed(self, event: Changed) -> None:
        if isinstance(event, SceneShown):
            self._forget()
        self._offer()
        if not isinstance(event, ClassesChanged):
            self._renew()
            self._subjects.tell(ERROR, "")
        elif self._found is not None:  # names, maybe
            self._tell(self._found)

    def _chosen(self, _event: ErrorsChosen) -> None:
        self._offer()
        self._renew()
        self._subjects.tell(ERROR)
        self.changed.emit()

    def _renew(self) -> None:
        """Finds them again where they are shown; forgets them where they are not, or there are none."""
        self._at = -1
        measured = measured_of(self._session.scene, own=True) if self._on and self._session.shown else None
        if measured is None:
            self._forget()
        else:
            self._finding.request(partial(find_errors, measured=measured, meant=self.meant))

    def _forget(self) -> None:
        self._finding.forget()
        self._wanted, self._found = 0, None
        self._image.set_errors(None)
        self._image.set_class_key(None)
        self._strip.tell("", "")
        self.changed.emit()

    def _take(self, found: Found) -> None:
        self._found = found
        self._image.set_errors(found.states, STATES)
        self._tell(found)
        wanted, self._wanted = self._wanted, 0
        if wanted:
            self._go(wanted)

    def _tell(self, found: Found, place: str = "") -> None:
        """Says how many pixels are right and wrong, and which area was gone to, over the image and in the panel."""
        rows = rows_of(errors.counts(found.states))
        title = self.meant.words(self._session.classes)
        self._image.set_class_key(ClassKey(title, tuple((text, errors.COLORS.get(n)) for text, n in rows), place))
        self._strip.tell("\n".join(text for text, _ in rows), place or self._way())
        self.changed.emit()

    def _way(self) -> str:
        """How many areas there are to go through, in words."""
        found = self._found
        if found is None:
            return ""
        if not found.areas:
            few = errors.counts(found.states)[errors.WRONG] == 0
            return say("No error.") if few else say("Too many wrong pixels to go through them one by one.")
        return say("{count:,} areas of wrong pixels: F3 goes to the largest, then to the next.",
                   count=len(found.areas))  # fmt: skip

    def _go(self, by: int) -> None:
        if self._session.shown is None or self._session.accuracy is None:
            return
        if self._found is None or self._finding.busy:
            self._wanted = by
            self._show.setChecked(True)
            return
        areas = self._found.areas
        if not areas:
            self._desk.messages.info(self._way())
            return
        self._at = (self._at + by) % len(areas) if self._at >= 0 or by > 0 else len(areas) - 1
        self._point_out()

    def _point_out(self) -> None:
        """Shows the area that was gone to, and says what it is."""
        if self._found is None:
            return
        areas = self._found.areas
        area = areas[self._at]
        self._image.point_out(area.area())
        pair = self._found.pairs[area.number - 1].words(self._session.classes)
        words = say_number(
            "Error {place:,} of {total:,}: {count:,} pixel, {pair}",
            "Error {place:,} of {total:,}: {count:,} pixels, {pair}",
            area.size, place=self._at + 1, total=len(areas), pair=pair,
        )  # fmt: skip
        self._tell(self._found, words)

    def _offer(self) -> None:
        """Lists the classes with their errors; those that were chosen stay chosen."""
        accuracy = self._session.accuracy if self._session.shown else None
        self._strip.setVisible(accuracy is not None)
        if accuracy is None:
            return
        self._strip.offer(*_entries(accuracy, self._session.classes, self.meant), self.meant)


def _known(scene: Scene) -> Confused:
    """The errors that are meant, as far as the accuracy of the map has their classes; else all."""
    accuracy, meant = None if scene.map is None else scene.map.accuracy, scene.errors_meant
    known = {0, None} if accuracy is None else {*accuracy.classes, 0, None}
    return meant if meant.of in known and meant.taken_for in known else ALL


def _entries(accuracy: Accuracy, classes: ClassTable, meant: Confused) -> tuple[list[Entry], list[Entry]]:
    """Classes with errors, and what those that are meant are taken for, each with its wrong pixels."""

    def wrong(of: int | None, taken_for: int | None) -> int:
        return errors.counted(accuracy, Confused(of, taken_for))[errors.WRONG] if of != taken_for or of is None else 0

    every, numbers = say("all classes"), (*accuracy.classes, *((0,) if accuracy.unmapped else ()))
    of: list[tuple[int | None, str, int]] = [(None, every, wrong(None, None))]
    of += [(n, called(n, classes), wrong(n, None)) for n in accuracy.classes]
    taken: list[tuple[int | None, str, int]] = [(None, say("any other"), wrong(meant.of, None))]
    taken += [(n, called(n, classes), wrong(meant.of, n)) for n in numbers]
    return (
        [(_entry(name, count), n) for n, name, count in of if count or n in (None, meant.of)],
        [(_entry(name, count), n) for n, name, count in taken if count or n in (None, meant.taken_for)],
    )


def _entry(name: str, wrong: int) -> str:
    return say("{name}: {count:,}", name=name, count=wrong)
