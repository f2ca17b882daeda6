"""Opens the window of areas and statistics by zone, has its tables made in a worker, copied and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from hsigui.document.events import (
    BandsChanged,
    ClassesChanged,
    DerivedChanged,
    DerivedListChanged,
    FinishedChanged,
    LabelsChanged,
    MapChanged,
    OverlaysChanged,
    SceneShown,
    StepDone,
    TruthChanged,
    ValidationChanged,
    ViewChanged,
)
from hsigui.document.hub import Changed
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job, Progress
from hsigui.labels.formats import table as labels
from hsigui.report.sheet_files import csv_of, files_written, write_book
from hsigui.report.sheet_table import FORMATS
from hsigui.report.sheets import Book
from hsigui.report.tables import tab_separated
from hsigui.seen import free_name
from hsigui.texts import say, say_number
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.results.exported import result_of
from hsigui.ui.results.zones_asked import (
    AREAS,
    FINISHED,
    SHOWN,
    Found,
    ZonesFile,
    class_choices,
    lines_of,
    look_into,
    overlaid,
    prepared,
    what_choices,
)
from hsigui.ui.results.zones_page import ZonesPage

SMALL = 60_000_000  # values of the scene, up to which statistics are made without being asked for
AGES: tuple[type[Changed], ...] = (
    MapChanged, FinishedChanged, LabelsChanged, ValidationChanged, TruthChanged, ClassesChanged, BandsChanged,
    DerivedChanged,
)  # fmt: skip
OFFERS: tuple[type[Changed], ...] = (
    MapChanged, FinishedChanged, ValidationChanged, TruthChanged, DerivedChanged, DerivedListChanged, OverlaysChanged,
)  # fmt: skip


class ZonesController(QObject):
    """Makes the window when it is first asked for."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._image = bench.desk, bench.desk.session, bench.image
        self._page: ZonesPage | None = None
        self._files: list[ZonesFile] = []
        self._fields: dict[Path, Mapping[str, tuple[str, ...]]] = {}
        self._looking = Latest(self._desk.bridge, say("Zones"), self._looked, failed=self._not_looked)
        self._job: Job | None = None
        self._found: Found | None = None
        self._aged = False
        self._session.events.subscribe(SceneShown, self._show_scene)
        for kind in OFFERS:
            self._session.events.subscribe(kind, self._renew)
        for kind in (*AGES, ViewChanged):
            self._session.events.subscribe(kind, self._age)

    @property
    def page(self) -> ZonesPage | None:
        """The window; None before it was asked for."""
        return self._page

    @property
    def busy(self) -> bool:
        """Whether tables are being made."""
        return self._job is not None

    def show_zones(self) -> None:
        """Shows the window, and brings it to the front."""
        if self._page is None:
            page = self._page = ZonesPage(self._desk.window)
            page.chosen.connect(self._choose)
            page.file_asked.connect(self.ask_for_zones)
            page.compute_asked.connect(self.compute)
            page.stop_asked.connect(self.stop)
            page.copy_asked.connect(self.copy_table)
            page.save_asked.connect(self.ask_and_save)
            page.zone_chosen.connect(self._go_to)
        self._page.show()
        self._offer()
        self._page.raise_()
        self._page.activateWindow()
        if self._found is None and not self.busy:
            self._begin()

    # What is chosen

    def ask_for_zones(self) -> None:
        """Asks for a file of zones."""
        kinds = " ".join(f"*{suffix}" for row in labels.available() for suffix in row.suffixes)
        title = say("Zones")
        path = self._desk.prompts.open_path(
            title, str(self._desk.folder()), scene=False,
            kinds=say("Polygons and rasters of numbers ({kinds});;All files (*)", kinds=kinds),
        )  # fmt: skip
        if path is not None:
            self.take_zones(path)

    def take_zones(self, path: Path) -> None:
        """Looks into a file of zones and chooses it."""
        self._fields.pop(path, None)  # it may be another file by now
        self._looking.request(lambda ctx: (path, look_into(ctx, path)))

    def _looked(self, found: tuple[Path, Mapping[str, tuple[str, ...]]]) -> None:
        path, layers = found
        self._fields[path] = layers
        files = [ZonesFile(path, layer) for layer in layers or ("",)]
        self._files = [*files, *(file for file in self._files if file.path != path)]
        page = self._page
        if page is None or self._session.shown is None:
            return
        self._offer()
        page.choose_zones(files[0])
        self._choose()

    def _not_looked(self, error: BaseException, trace: str) -> None:
        if self._page is not None and isinstance(error, HsiError):
            self._page.tell([error.message, error.hint])
        self._desk.fail(error, trace)

    def _choose(self) -> None:
        page = self._page
        if page is None:
            return
        file = page.wanted.zones
        if file is not None and file.path not in self._fields:  # one that lies over the image
            self.take_zones(file.path)
            return
        self._offer()
        self._begin()

    def _begin(self) -> None:
        """What takes a moment is made without being asked for."""
        scene, page = self._session.shown, self._page
        if scene is None or page is None:
            return
        self.stop()
        if page.wanted.what == AREAS or scene.cube.rows * scene.cube.cols * scene.cube.bands <= SMALL:
            self.compute()
        else:
            page.tell([say("Press Compute to read the scene.")])

    def _offer(self) -> None:
        scene, page = self._session.shown, self._page
        if page is None or not page.isVisible():
            return
        page.setEnabled(scene is not None)
        if scene is None:
            return
        wanted = page.wanted
        over = [file for file in overlaid(scene) if file.path not in self._fields]
        page.offer(
            what_choices(scene), class_choices(scene, wanted.what), [*self._files, *over],
            _fields_of(wanted.zones, self._fields),
        )  # fmt: skip

    # The tables

    def compute(self) -> None:
        """Makes the tables of what is chosen; the last wish counts."""
        scene, page = self._session.shown, self._page
        if scene is None or page is None:
            return
        self.stop()
        ready = prepared(scene, page.wanted)
        if ready is None:
            page.tell([say("There is nothing of that in this scene now. Choose something else.")])
            return
        job: list[Job] = []
        watcher = Watcher(
            done=partial(self._take, job), failed=partial(self._failed, job), cancelled=partial(self._ended, job),
            progress=partial(self._got_on, job),
        )  # fmt: skip
        page.tell_busy(say("Counting the pixels of zones"))
        job.append(self._desk.bridge.start(ready.make, say("Areas and statistics"), watcher))
        self._job = job[0]

    def stop(self) -> None:
        """Gives up what is being made."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        if self._page is not None:
            self._page.tell_busy("")

    def _take(self, job: list[Job], found: Found) -> None:
        if job[0] is not self._job:
            return
        self._ended(job)
        self._found, self._aged = found, False
        if self._page is not None:
            self._page.show_book(found.book)
        self._tell()
        self._note_step(found)

    def _note_step(self, found: Found) -> None:
        scene, result = self._session.scene, result_of(self._session)
        light = None if result is None else replace(result, features=None)
        wanted, cube = found.wanted, scene.cube
        hand = scene.finishing.hand if wanted.classes == FINISHED and scene.finished is not None else None

        def lines(ctx: Context) -> tuple[str, ...]:
            now = scene.finishing.hand
            if hand is None or now.revision == hand.revision:
                return lines_of(ctx, light, hand and replace(hand, file=now.file), cube, wanted)
            if hand.painted is None or hand.file is not None:
                return lines_of(ctx, light, hand, cube, wanted)
            raise HsiError(
                say("The map was painted on since its areas were counted."),
                say("Press Compute there, then copy again."),
            )

        what = say("areas were counted") if wanted.what == AREAS else say("statistics by zone were made")
        self._session.events.emit(StepDone(what, lines))

    def _failed(self, job: list[Job], error: BaseException, trace: str) -> None:
        if job and job[0] is not self._job:
            return
        self._ended(job)
        self._found = None
        if self._page is None or not isinstance(error, HsiError):
            self._desk.fail(error, trace)
            return
        self._page.show_book(None)
        self._page.tell([error.message, error.hint])

    def _got_on(self, job: list[Job], told: Progress) -> None:
        if job and job[0] is self._job and self._page is not None:
            self._page.tell_busy(told.text, told.done / told.total if told.total > 0 else -1.0)

    def _ended(self, job: list[Job]) -> None:
        if job and job[0] is self._job:
            self._job = None
            if self._page is not None:
                self._page.tell_busy("")

    def _tell(self) -> None:
        page, found = self._page, self._found
        if page is None or found is None:
            return
        told = [say("The scene has changed since: compute anew.")] if self._aged else []
        if found.zones is not None:
            told.append(say_number("{count:,} zone", "{count:,} zones", len(found.zones.infos)))
        page.tell([*told, *found.book.notes])

    # In step with the scene

    def _show_scene(self, _event: SceneShown) -> None:
        self.stop()
        self._found, self._aged = None, False
        page = self._page
        if page is not None:
            page.show_book(None)
            page.tell(())
            self._offer()
            if page.isVisible() and self._session.shown is not None:
                self._begin()

    def _renew(self, _event: Changed) -> None:
        self._offer()

    def _age(self, event: Changed) -> None:
        if self._found is None or self._aged:
            return
        if not isinstance(event, ViewChanged) or self._found.wanted.what == SHOWN:
            self._aged = True
            self._tell()

    def _go_to(self, name: str) -> None:
        """Brings a zone to the middle of the view."""
        found = self._found
        if found is None or found.zones is None or self._session.shown is None:
            return
        number = next((n for n, info in enumerate(found.zones.infos) if info.name == name), None)
        box = None if number is None else found.zones.box(number)
        if number is None or box is None:
            return
        top, left, bottom, right = box
        mask = np.zeros((bottom - top, right - left), dtype=bool)
        members = found.zones.members(slice(top, bottom))
        own = members.pixels[members.zones == number]
        mask[own // found.zones.grid.cols, own % found.zones.grid.cols - left] = True
        self._image.point_out((top, left, mask))

    # Copies and files

    def copy_table(self) -> None:
        """Puts the table that is shown on the clipboard."""
        sheet = None if self._page is None else self._page.sheet
        if sheet is not None:
            QGuiApplication.clipboard().setText(tab_separated(csv_of(sheet)))
            self._desk.messages.info(say("Copied the table."), stays=False)

    def ask_and_save(self) -> None:
        """Asks for a file, and writes the tables to it."""
        page, found = self._page, self._found
        if page is None or found is None or page.sheet is None:
            return
        rows = [row for row in FORMATS if not row.placed or found.book.places is not None]
        rows.sort(key=lambda row: row.name != "excel")
        kinds = ";;".join(f"{row.title} (*{row.suffixes[0]})" for row in rows)
        proposal = str(self._desk.folder() / f"{self._session.scene.cube.name}-zones{rows[0].suffixes[0]}")
        path = self._desk.prompts.save_path(say("Save tables"), proposal, kinds=kinds)
        if path is not None:
            self._write(path, found.book, page.sheet.name)

    def _write(self, path: Path, book: Book, table: str) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("The tables were saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save tables"), files_written(path), lambda _ctx: write_book(path, book, table), done, lambda: None,
            (copy, partial(self._write, copy, book, table)),
        ))  # fmt: skip


def _fields_of(file: ZonesFile | None, known: Mapping[Path, Mapping[str, tuple[str, ...]]]) -> tuple[str, ...] | None:
    """The fields of a file of zones; None where it holds no polygons, or nobody has looked."""
    return None if file is None else known.get(file.path, {}).get(file.layer)
