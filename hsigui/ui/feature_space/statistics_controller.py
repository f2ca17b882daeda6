"""Has figures of classes computed in a worker, and takes the user from a pair of classes to the plot."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from hsigui.analysis.class_statistics import Statistics
from hsigui.analysis.separability import Pair
from hsigui.document.events import (
    BandsChanged,
    ClassesChanged,
    DerivedChanged,
    DerivedListChanged,
    EncoderChanged,
    LabelsChanged,
    MapChanged,
    SceneShown,
    TruthChanged,
    ValidationChanged,
    ViewChanged,
)
from hsigui.document.hub import Changed
from hsigui.jobs import Job, Progress
from hsigui.labels.strokes import Area
from hsigui.saving import write_text
from hsigui.seen import free_name
from hsigui.texts import say, say_number
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.feature_space import sources
from hsigui.ui.feature_space.choices import Choice
from hsigui.ui.feature_space.controller import FeatureSpace
from hsigui.ui.feature_space.selecting import Selecting
from hsigui.ui.feature_space.sources import GOOD, Result
from hsigui.ui.feature_space.statistics_panel import HINT, StatisticsPanel
from hsigui.ui.image.bench import Bench

SMALL = 60_000_000  # values of the scene, up to which figures are computed without being asked for
OFFERS: tuple[type[Changed], ...] = (
    SceneShown, BandsChanged, DerivedListChanged, DerivedChanged, EncoderChanged, MapChanged, TruthChanged,
    ValidationChanged, ViewChanged,
)  # fmt: skip
AGES: tuple[type[Changed], ...] = (
    BandsChanged, LabelsChanged, ValidationChanged, TruthChanged, MapChanged, ClassesChanged, DerivedChanged,
)  # fmt: skip


class StatisticsController(QObject):
    """Keeps the panel in step with the scene.

    Signals:
        plot_asked(): a pair of classes is shown in the plot.
    """

    plot_asked = Signal()

    def __init__(self, bench: Bench, panel: StatisticsPanel, space: FeatureSpace, selecting: Selecting) -> None:
        super().__init__(bench.desk.window)
        self._desk: Desk = bench.desk
        self._session, self._image = bench.desk.session, bench.image
        self._panel, self._space, self._selecting = panel, space, selecting
        self._chosen = ("labels", GOOD)
        self._marked: Area | None = None
        self._job: Job | None = None
        self._seen = self._aged = False
        panel.chosen.connect(self._choose)
        panel.asked.connect(self.compute)
        panel.pair_chosen.connect(self._show_pair)
        panel.copy_asked.connect(self.copy)
        panel.save_asked.connect(self.ask_and_save)
        panel.busy.stop_asked.connect(self.stop)
        selecting.changed.connect(self._offer)
        space.opened.connect(self._offer)
        bench.image.selection_shown.connect(self._mark)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        for kind in OFFERS:
            events.subscribe(kind, self._changed)
        for kind in AGES:
            events.subscribe(kind, self._age)
        self._tell()

    def set_unit(self, _unit: WavelengthUnit) -> None:
        """Writes wavelengths in another unit from now on."""
        result = self._panel.result
        if result is not None:
            self._panel.show_result(result, self._titles(result.statistics))

    def set_seen(self, seen: bool) -> None:
        """The panel came to the front, or went."""
        self._seen = seen
        if seen:
            self._offer()
            self._begin()

    @property
    def busy(self) -> bool:
        """Whether figures are being computed."""
        return self._job is not None

    def compute(self) -> None:
        """Computes the figures of what is chosen; the last wish counts."""
        scene = self._session.shown
        if scene is None:
            return
        pixels, measures = self._chosen
        box = self._image.visible_box()
        numbered = sources.numbered(scene, pixels, self._selecting.selection, self._marked, box)
        measuring = sources.measuring(scene, measures, self._space.read_axes())
        if numbered is None or measuring is None:
            self._desk.messages.info(say("There is nothing of that in this scene now."), say("Choose something else."))
            return
        self.stop()
        work = partial(sources.compute, source=pixels, pixels=numbered, measures=measuring)
        job: list[Job] = []
        watcher = Watcher(
            done=partial(self._take, job), failed=partial(self._failed, job), cancelled=partial(self._ended, job),
            progress=partial(self._got_on, job),
        )  # fmt: skip
        self._panel.busy.tell(say("Reading the pixels of the classes"))
        job.append(self._desk.bridge.start(work, say("Statistics"), watcher))
        self._job = job[0]

    def stop(self) -> None:
        """Gives up what is being computed."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
        self._panel.busy.tell("")

    def copy(self) -> None:
        """Puts the table that is shown on the clipboard, as CSV."""
        text = self._panel.text()
        if text:
            QGuiApplication.clipboard().setText(text)
            self._desk.messages.info(say("Copied the table."), stays=False)

    def ask_and_save(self) -> None:
        """Asks for a file, and writes the table that is shown to it."""
        text = self._panel.text()
        if not text:
            return
        name = self._session.scene.cube.name
        proposal = str(self._desk.folder() / f"{name}-statistics.csv")
        path = self._desk.prompts.save_path(say("Save table"), proposal, kinds=say("CSV (*.csv)"))
        if path is not None:
            self._write(path, text)

    # Inner doings

    def _write(self, path: Path, text: str) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("The table was saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save table"), (path,), lambda _ctx: write_text(path, text), done, lambda: None,
            (copy, partial(self._write, copy, text)),
        ))  # fmt: skip

    def _choose(self, pixels: str, measures: str) -> None:
        self._chosen = pixels, measures
        if self._small:
            self.compute()

    def _begin(self) -> None:
        """The first figures of a scene come by themselves, where it has labels and is small."""
        scene, waits = self._session.shown, self._panel.result is None and not self.busy
        if scene is not None and waits and self._small and scene.labelled_classes > 1:
            self.compute()

    @property
    def _small(self) -> bool:
        cube = self._session.scene.cube
        return cube.rows * cube.cols * cube.bands <= SMALL

    def _show_scene(self, _event: SceneShown) -> None:
        self.stop()
        self._marked = None
        self._panel.show_result(None)
        self._aged = False
        self._tell()

    def _changed(self, _event: Changed) -> None:
        self._offer()

    def _mark(self, area: Area | None) -> None:
        """What was marked last is kept: it is marked for a moment only."""
        if area is not None:
            first = self._marked is None
            self._marked = area
            if first:
                self._offer()

    def _offer(self) -> None:
        scene = self._session.shown
        self._panel.setEnabled(scene is not None)
        if scene is None or not self._seen:
            return
        pixels = sources.pixel_choices(scene, self._selecting.selection, self._marked)
        measures = sources.measure_choices(scene, self._space.axes)
        self._chosen = _known(self._chosen[0], pixels, "labels"), _known(self._chosen[1], measures, GOOD)
        self._panel.offer(pixels, measures, self._chosen)

    def _age(self, _event: Changed) -> None:
        if not self._aged and self._panel.result is not None:
            self._aged = True
            self._tell()

    def _got_on(self, job: list[Job], told: Progress) -> None:
        if job and job[0] is self._job:
            self._panel.busy.tell(told.text, told.done / told.total if told.total > 0 else -1.0)

    def _take(self, job: list[Job], result: Result) -> None:
        if job[0] is self._job:
            self._ended(job)
            self._aged = False
            self._panel.show_result(result, self._titles(result.statistics))
            self._tell()

    def _titles(self, found: Statistics) -> list[str]:
        """Of the measurements, with their wavelengths in the unit of the window."""
        unit, waves = self._desk.wavelength_unit, found.wavelengths
        if waves is None:
            return list(found.names)
        return [
            say("{band}, {wavelength}", band=name, wavelength=unit.written(wave)) if math.isfinite(wave) else name
            for name, wave in zip(found.names, waves, strict=True)
        ]

    def _failed(self, job: list[Job], error: BaseException, trace: str) -> None:
        if not job or job[0] is self._job:
            self._ended(job)
            self._desk.fail(error, trace)

    def _ended(self, job: list[Job]) -> None:
        if job and job[0] is self._job:
            self._job = None
            self._panel.busy.tell("")

    def _tell(self) -> None:
        result = self._panel.result
        if result is None:
            self._panel.told.setText(HINT)
            return
        notes = result.statistics.notes if result.separability is None else result.separability.notes
        pixels = sum(each.pixels for each in result.statistics.classes)
        first = say("The scene has changed since: compute anew.") if self._aged else ""
        counted = say("{pixels}, {measurements}", pixels=say_number("{count:,} pixel", "{count:,} pixels", pixels),
                      measurements=say_number("{count} measurement", "{count} measurements",
                                              len(result.statistics.names)))  # fmt: skip
        self._panel.told.setText(" · ".join(filter(None, (first, counted, *notes))))

    def _show_pair(self, pair: Pair) -> None:
        """Shows both classes in the plot, by what parts them best."""
        result = self._panel.result
        if result is None or not pair.best:
            return
        axes = [result.axes[place] for place in pair.best]
        self._space.show_pair(axes[0], axes[-1], result.source, (pair.first, pair.second))
        self.plot_asked.emit()


def _known(name: str, choices: list[Choice], instead: str) -> str:
    return name if any(choice.id == name for choice in choices) else instead
