"""Finds the regions of the labels for the explorer, and does what is asked there. Idle while the panel is not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.document.events import BandsChanged, ClassesChanged, LabelsChanged, SceneShown, ValidationChanged
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit
from hsigui.labels.regions import find_regions
from hsigui.labels.strokes import trimmed
from hsigui.texts import say, say_number
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.explorer_panel import MOST_READ, Entry, ExplorerPanel, Key

WAIT_MS, LONGEST_WAIT_MS = 250, 2000  # after the last and the first change of labels
SEEN_MS, LONGEST_SEEN_MS = 60, 300  # the same of the rows in view


class ExplorerController(QObject):
    """Keeps the explorer in step with the labels."""

    def __init__(self, desk: Desk, image: ImageView, panel: ExplorerPanel) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self._stale = True
        self._seen = False
        self._finding = Latest(desk.bridge, say("Find regions"), self._take, failed=self._failed)
        self._reading = Latest(desk.bridge, say("Read spectra of regions"), self._take_spectra)
        self._timer = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._find, self)
        self._seen_timer = Debounce(SEEN_MS, LONGEST_SEEN_MS, self._read, self)
        panel.rows_seen.connect(self._seen_timer.start)
        panel.jump_asked.connect(self.jump)
        panel.delete_asked.connect(self.delete)
        panel.reassign_asked.connect(self.reassign)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        events.subscribe(LabelsChanged, self._labels_changed)
        events.subscribe(ValidationChanged, self._labels_changed)
        events.subscribe(BandsChanged, self._bands_changed)
        events.subscribe(ClassesChanged, self._classes_changed)

    def set_seen(self, seen: bool) -> None:
        """Whether the panel is in front; one behind another tab says itself that it is visible."""
        self._seen = seen
        self._refresh()
        if seen:
            self._seen_timer.start()

    def jump(self, entry: Entry) -> None:
        """Brings a region to the middle of the view, large enough to be seen, and marks it for a moment."""
        self._image.point_out(entry.region.area())

    def delete(self, entries: Sequence[Entry]) -> None:
        """Takes the labels of regions away."""
        self._give(entries, UNLABELLED, say_number("Delete region", "Delete {count} regions", len(entries)))

    def reassign(self, entries: Sequence[Entry], number: int) -> None:
        """Gives regions to another class."""
        name = self._session.classes.get(number).name
        self._give(
            entries,
            number,
            say("{count} regions to {name}", count=len(entries), name=name)
            if len(entries) > 1
            else say("Region to {name}", name=name),
        )

    def _give(self, entries: Sequence[Entry], number: int, text: str) -> None:
        edits, locked = [], set()
        for entry in entries:
            info = self._session.classes.get(entry.region.number)
            if info.locked:
                locked.add(info.name)
                continue
            top, left, mask = entry.region.area()
            window = self._session.labels.layer(entry.layer)[top : top + mask.shape[0], left : left + mask.shape[1]]
            # What was painted over since the regions were found is left alone.
            area = trimmed(top, left, mask & (window == entry.region.number)) if info.number != number else None
            if area is not None:
                edits.append(Edit(*area, number, None, entry.layer))
        if locked:
            self._desk.messages.info(
                say("Regions of locked classes stay: {locked}.", locked=", ".join(sorted(locked))),
                say("Unlock them first."),
            )
        if edits:
            self._session.edit_all(edits, text)

    # Finding and reading

    def _show_scene(self, _event: SceneShown) -> None:
        self._stale = True
        self._finding.forget()
        self._reading.forget()
        self._panel.model.spectra.clear()
        self._panel.set_entries([], self._session.classes)
        self._refresh()

    def _labels_changed(self, _event: LabelsChanged | ValidationChanged) -> None:
        self._stale = True
        self._refresh()

    def _bands_changed(self, _event: BandsChanged) -> None:
        """Other bad bands, or the file was read again."""
        self._reading.forget()
        self._panel.model.spectra.clear()
        self._seen_timer.start()

    def _classes_changed(self, event: ClassesChanged) -> None:
        self._panel.model.set_classes(event.after)

    def _refresh(self) -> None:
        if self._stale and self._seen:
            self._timer.start()

    def _find(self) -> None:
        if self._image.drawing:
            self._timer.start()
            return
        if self._session.cube is None:
            return
        labels = self._session.labels
        layers = {n: labels.layer(n) for n in (TRAINING, VALIDATION) if labels.labelled(n)}
        self._stale = False
        # The arrays are not copied: a change while they are read asks for the regions anew.
        self._finding.request(partial(find, layers=layers))

    def _take(self, entries: list[Entry]) -> None:
        self._panel.set_entries(entries, self._session.classes)
        self._seen_timer.start()

    def _failed(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError):
            self._panel.set_entries([], self._session.classes)
            self._panel.set_text(f"{error.message} {error.hint}")
        else:
            self._desk.fail(error, trace)

    def _read(self) -> None:
        cube = self._session.cube
        wanted = [entry for entry in self._panel.seen() if entry.key not in self._panel.model.spectra]
        if cube is not None and wanted and self._seen:
            self._reading.request(partial(mean_spectra, cube=cube, entries=wanted))

    def _take_spectra(self, spectra: Mapping[Key, NDArray[np.float32]]) -> None:
        self._panel.model.add_spectra(spectra)


def regions(bench: Bench) -> PanelParts:
    """Makes the explorer of regions."""
    panel = ExplorerPanel(bench.desk.window)
    controller = ExplorerController(bench.desk, bench.image, panel)
    return PanelParts(panel, (panel, controller), controller.set_seen)


def find(ctx: Context, layers: Mapping[int, NDArray[np.uint16]]) -> list[Entry]:
    """The regions of the layers of a label map."""
    ctx.progress(0, 0, say("Looking for the regions of the labels…"))
    return [Entry(layer, region) for layer, array in layers.items() for region in find_regions(array, check=ctx.check)]


def mean_spectra(ctx: Context, cube: Cube, entries: Sequence[Entry]) -> dict[Key, NDArray[np.float32]]:
    """Mean spectra of regions, bands long; NaN for bad bands and where there is no value.

    Of a region in a small box all pixels are read, of a larger one some that are spread over it.
    """
    ctx.progress(0, 0, say("Reading spectra of regions…"))
    bad = cube.is_bad
    found = {}
    for entry in entries:
        ctx.check()
        spectra = _spectra(cube, entry)
        known = np.isfinite(spectra)
        count = known.sum(axis=0)
        total = np.where(known, spectra, 0).sum(axis=0)
        found[entry.key] = np.where((count > 0) & ~bad, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return found


def _spectra(cube: Cube, entry: Entry) -> NDArray[np.float32]:
    """Spectra of pixels of a region, pixels x bands."""
    if entry.region.box_size > MOST_READ:
        return np.stack([cube.spectrum(row, col) for row, col in entry.region.sample(entry.averaged)])
    top, left, mask = entry.region.area()
    window = cube.read(slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1]))
    return np.asarray(window[mask])
