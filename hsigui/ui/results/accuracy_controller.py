"""Opens the window of the accuracy, keeps it in step with the map, and has its matrix copied and saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage

from hsigui.document.events import AccuracyChanged, ClassesChanged, FinishingChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.labels.regions import Region
from hsigui.report.error_map import Confused
from hsigui.report.metrics import Accuracy
from hsigui.report.tables import confusion_csv, percent_csv, percent_of_map_csv, tab_separated
from hsigui.saving import write_text
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.pictures.files import KINDS, filter_of, write_picture
from hsigui.ui.image.pictures.sheet import Sheet, drawn
from hsigui.ui.image.subjects import Subject
from hsigui.ui.results.accuracy_page import MOST_PLACES, AccuracyPage
from hsigui.ui.results.error_finding import measured_of
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.matrix import COUNTS, OF_REFERENCE
from hsigui.ui.results.matrix_picture import sheet_of
from hsigui.ui.results.tested import TESTED, Drawn, draw_split, subject_of, words_of

COPIED_DPI = 192.0
TABLE = ".csv"
SPLIT_PAGE = 2
NO_FIGURES = say("The map is not measured: there is none, or neither ground truth nor validation labels.")


class AccuracyController(QObject):
    """Makes the window when it is first asked for."""

    def __init__(self, bench: Bench, errors: ErrorController) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._errors = bench.desk, bench.desk.session, errors
        self._ways = bench.actions.of("previous_error", "next_error")
        self._subjects = bench.subjects
        self._page: AccuracyPage | None = None
        self._drawn: tuple[Accuracy, Drawn] | None = None
        self._drawing = Latest(self._desk.bridge, say("What is tested"), self._take_split)
        self._subjects.offer(self.subjects)
        errors.changed.connect(self._show_places)
        for kind in (SceneShown, AccuracyChanged, ClassesChanged, FinishingChanged):
            self._session.events.subscribe(kind, self._changed)

    @property
    def page(self) -> AccuracyPage | None:
        """The window; None before it was asked for."""
        return self._page

    def subjects(self, scene: Scene) -> tuple[Subject, ...]:
        """What other views can show of what is tested."""
        return subject_of(scene)

    def show_accuracy(self) -> None:
        """Shows the window, and brings it to the front."""
        if self._page is None:
            self._page = AccuracyPage(self._ways, self._desk.window)
            self._page.pair_chosen.connect(self._choose)
            self._page.place_chosen.connect(self._errors.go_to)
            self._page.copy_asked.connect(self.copy_table)
            self._page.copy_picture_asked.connect(self.copy_picture)
            self._page.save_asked.connect(self.ask_and_save)
            self._page.shown_page.connect(self._draw_split)
        self._page.show()
        self._renew()
        self._page.raise_()
        self._page.activateWindow()

    # In step with the map

    def _changed(self, event: Changed) -> None:
        if not isinstance(event, ClassesChanged):
            self._subjects.tell(TESTED)
        self._renew()

    def _renew(self) -> None:
        page = self._page
        if page is None or not page.isVisible():
            return
        made = self._session.map if self._session.shown is not None else None
        if made is None or made.accuracy is None:
            self._drawing.forget()
            page.explain(NO_FIGURES)
            return
        known = self._drawn is not None and self._drawn[0] is made.accuracy
        page.show_accuracy(made.accuracy, made.measured_on, words_of(made.accuracy))
        if self._session.scene.finishing.in_use:
            page.summary.setText(say("The model's answer, before steps and painting. {figures}",
                                     figures=page.summary.text()))  # fmt: skip
        if not known:
            self._drawn = None
            page.show_split(None)
        self._draw_split()
        self._show_places()

    def _draw_split(self, _number: int = 0) -> None:
        """The picture is made when it is looked at."""
        page = self._page
        if page is None or page.accuracy is None or page.tabs.currentIndex() != SPLIT_PAGE:
            return
        if self._drawn is not None and self._drawn[0] is page.accuracy:
            self._take_split(self._drawn)
            return
        measured = measured_of(self._session.scene, own=True)
        if measured is not None:
            accuracy = page.accuracy
            self._drawing.request(lambda ctx: (accuracy, draw_split(ctx, measured)))

    def _take_split(self, found: tuple[Accuracy, Drawn]) -> None:
        self._drawn = found
        if self._page is not None and self._page.accuracy is found[0]:
            self._page.show_split(found[1])
            self._page.sentences.setText("\n".join(words_of(*found)))

    # The errors of a cell

    def _choose(self, meant: Confused) -> None:
        self._errors.show_pair(meant)

    def _show_places(self) -> None:
        page, found = self._page, self._errors.found
        if page is None or page.accuracy is None:
            return
        if found is None:
            page.show_places("", (), -1)
            return
        meant = self._errors.meant
        page.matrix.show_pair(meant)
        page.show_places(meant.words(self._session.classes), _listed(found.areas[:MOST_PLACES]), self._errors.at)

    # Copies and files

    def copy_table(self) -> None:
        """Puts the numbers that are shown on the clipboard."""
        if self._page is not None and self._page.accuracy is not None:
            QGuiApplication.clipboard().setText(tab_separated(csv_of(self._page.accuracy, self._page.kind)))
            self._desk.messages.info(say("Copied the confusion matrix."), stays=False)

    def copy_picture(self) -> None:
        """Puts the matrix on the clipboard as a picture."""
        sheet = self._sheet(COPIED_DPI)
        if sheet is None:
            return

        def done(image: QImage) -> None:
            QGuiApplication.clipboard().setImage(image)
            self._desk.messages.info(say("Copied the confusion matrix as a picture."), stays=False)

        self._desk.bridge.start(lambda _ctx: drawn(sheet), say("Copy picture"), Watcher(done=done))

    def ask_and_save(self) -> None:
        """Asks for a file, and writes the matrix into it: as a picture, or as a table by its ending."""
        if self._page is None or self._page.accuracy is None:
            return
        kinds = ";;".join([*(filter_of(kind) for kind in KINDS), say("CSV (*.csv)")])
        name = self._session.scene.cube.name
        proposal = str(self._desk.folder() / f"{name}-confusion.png")
        path = self._desk.prompts.save_path(say("Save confusion matrix"), proposal, kinds=kinds)
        sheet = self._sheet()
        if path is None or sheet is None:
            return
        text = csv_of(self._page.accuracy, self._page.kind) if path.suffix.lower() == TABLE else ""
        self._write(path, sheet, text)

    def _write(self, path: Path, sheet: Sheet, text: str) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("The confusion matrix was saved to {path}.", path=path), written[0])

        write = (lambda _ctx: write_text(path, text)) if text else partial(write_picture, sheet=sheet, path=path)
        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save confusion matrix"), (path,), write, done, lambda: None,
            (copy, partial(self._write, copy, sheet, text)),
        ))  # fmt: skip

    def _sheet(self, dpi: float | None = None) -> Sheet | None:
        if self._page is None or self._page.accuracy is None:
            return None
        title = say("Confusion matrix of {name}", name=self._session.scene.cube.name)
        args = () if dpi is None else (dpi,)
        return sheet_of(self._page.accuracy, self._page.kind, title, *args)


def csv_of(accuracy: Accuracy, kind: str) -> str:
    """The matrix as CSV, with the numbers that are shown."""
    if kind == COUNTS:
        return confusion_csv(accuracy)
    return percent_csv(accuracy) if kind == OF_REFERENCE else percent_of_map_csv(accuracy)


def _listed(areas: tuple[Region, ...]) -> list[str]:
    """A line for each area: its size, and where it begins, as rows and columns are told elsewhere."""
    return [
        say("{count:,} px at row {row:,}, column {col:,}", count=area.size, row=area.first[0], col=area.first[1])
        for area in areas
    ]
