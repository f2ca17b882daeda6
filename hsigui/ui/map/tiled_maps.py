"""The map by tiles of the whole scene: asked for, made as heavy work by worker processes, and shown meanwhile."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from hsigui.dates import moment_in_words
from hsigui.document.events import EncoderChanged, LabelsChanged, StepDone
from hsigui.document.identity import Origin
from hsigui.document.intentions import OverlayAsked, TilesAsked
from hsigui.document.overlays import SUBJECT
from hsigui.document.queue import HeavyJob, Kind
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job
from hsigui.methods.model_card import PROBE
from hsigui.pipeline import cores
from hsigui.pipeline.own import own_encoder, own_features
from hsigui.pipeline.tiling import pending
from hsigui.pipeline.tiling.overview import OverviewPart
from hsigui.report.map_windows import MapWindows
from hsigui.seen import free_name
from hsigui.texts import say, say_number
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject
from hsigui.ui.map.tiled_dialog import TilesChoice, TilesDialog, TilesFacts
from hsigui.ui.map.tiled_subject import ID, Shown

if TYPE_CHECKING:
    from hsigui.pipeline.tiling.mapping import TiledMap
    from hsigui.pipeline.tiling.whole_scene import Wanted


@dataclass(eq=False)
class _Mapping:
    """One map that waits or is made."""

    scene: int
    name: str
    choice: TilesChoice
    told: str = ""
    entry: HeavyJob | None = None
    shown: Shown | None = None


class TiledMaps(QObject):
    """Asks for maps by tiles and has them made, one at a time as all heavy work.

    Attributes:
        side: of the tiles in pixels; None, as the window has it, for one that suits the memory.
    """

    side: int | None = None

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._subjects = bench.desk, bench.desk.session, bench.subjects
        self._shown: dict[int, Shown] = {}  # by scene
        self._dialog: TilesDialog | None = None
        self._subjects.offer(self._subject)
        events = self._session.events
        events.subscribe(LabelsChanged, self._labels_changed)
        events.subscribe(TilesAsked, self._asked)
        events.subscribe(EncoderChanged, self._encoder_changed)

    # Asking

    def ask(self) -> None:
        """Asks how the shown scene is to be mapped."""
        self._open(None)

    def _asked(self, _event: TilesAsked) -> None:
        if self._session.encoder is not None:
            self._open(None)

    def _encoder_changed(self, _event: EncoderChanged) -> None:
        """Says the way out where there is a run and no features: they fit nowhere."""
        session = self._session
        if session.encoder is not None and session.features is None:
            self._desk.messages.warning(
                say("The features of {name} fit neither on the disk nor into memory: there is no live map.",
                    name=session.scene.cube.name),
                say("Label some fields of each class, and map the whole scene by tiles."),
                buttons=[(say("Map by tiles…"), partial(session.events.emit, TilesAsked()))],
            )  # fmt: skip

    def _open(self, out: Path | None) -> None:
        scene = self._session.shown
        if scene is None or scene.run is None:
            return
        if any(entry.kind is Kind.MAPPING and entry.scene == scene.id for entry in self._session.queue.entries):
            self._desk.messages.info(
                say("A map by tiles of {name} is in work already.", name=scene.cube.name),
                say("The list in the Training panel tells how far it is; its cross ends it, what is finished stays."),
            )
            return
        if self._dialog is not None:
            self._dialog.raise_()
            return
        dialog = self._dialog = TilesDialog(self._facts(scene, out), self._ask_file, self._desk.window)
        dialog.finished.connect(self._closed)
        open_dialog(dialog, partial(self._chosen, scene.id))

    def _closed(self, _result: int) -> None:
        self._dialog = None

    def _ask_file(self, title: str, proposal: str, kinds: str) -> Path | None:
        return self._desk.prompts.save_path(title, proposal, kinds=kinds)

    def _facts(self, scene: Scene, out: Path | None) -> TilesFacts:
        proposal = self._desk.folder() / f"{scene.cube.name}-map.tif"
        if out is None and proposal.exists():
            proposal = free_name(proposal)
        run, held = scene.run, scene.features is not None
        assert run is not None
        return TilesFacts(
            scene.cube.name, scene.cube.where, scene.cube.rows, scene.cube.cols, out or proposal,
            scene.labels.labelled(), scene.labelled_classes,
            run.folder is not None and (run.folder / PROBE).is_file(), held,
            sum(scene.seconds.values()) if held else 0.0, cores.count(), self._desk.settings.work_gib,
        )  # fmt: skip

    def _chosen(self, scene_id: int, dialog: TilesDialog) -> None:
        self.begin(dialog.choice, scene_id)

    # In the queue

    def begin(self, choice: TilesChoice, scene_id: int | None = None) -> None:
        """Has a map made as it was chosen, of the shown scene or of another that is open."""
        scene = self._session.shown if scene_id is None else self._session.find(scene_id)
        if scene is None or scene.run is None:
            return
        mapping = _Mapping(scene.id, scene.cube.name, choice)
        mapping.entry = HeavyJob(
            Kind.MAPPING, say("Map by tiles"), scene.id, scene.cube.name, partial(self._begin, mapping)
        )
        waits = self._session.queue.running
        self._session.queue.add(mapping.entry)
        if waits is not None:
            self._desk.messages.info(
                say("The map by tiles begins when the work on {name} is done.", name=waits.scene_name),
                say("The list in the Training panel tells what waits."),
            )

    def _begin(self, mapping: _Mapping) -> tuple[Job, Origin] | None:
        scene = self._session.find(mapping.scene)
        if scene is None or scene.run is None:
            return None
        wanted = self._wanted(scene, mapping)
        watcher = Watcher(
            done=partial(self._done, mapping), failed=partial(self._failed, mapping),
            cancelled=partial(self._cancelled, mapping), partial=partial(self._partial, mapping),
        )  # fmt: skip
        title = say("Map {name} by tiles", name=scene.cube.name)
        return self._desk.bridge.start(partial(map_scene, wanted=wanted), title, watcher), scene.origin

    def _wanted(self, scene: Scene, mapping: _Mapping) -> Wanted:
        """All that the work needs, as it is now: a stroke changes nothing of it."""
        from hsigui.pipeline.result import LabelOrigin
        from hsigui.pipeline.tiling.whole_scene import Wanted

        run, choice, goes_on = scene.run, mapping.choice, mapping.choice.goes_on
        assert run is not None
        features = None if run.features is None or not scene.features_fit else own_features(run.features)
        labels = None
        if goes_on is None and choice.of_labels:
            # A copy of a raster that may be too large to be copied is not made: of it the labels alone are read.
            labels = scene.labels.snapshot() if features is not None else scene.labels.array
        mapping.told = goes_on.labels if goes_on is not None else self._labels_told(scene, choice)
        files = (scene.labels_path, scene.labels_source, scene.labels_exported)
        truth = None if scene.truth is None else scene.truth.array
        origin = LabelOrigin(
            tuple(path for path in files if path is not None), scene.sample, truth, scene.labels_buffer
        )
        return Wanted(
            scene.mapped_cube, None if goes_on is not None else own_encoder(run.encoder), features, run.folder, labels,
            mapping.told, scene.classes, scene.chosen_map_spec, choice.out, origin,
            choice.layer_files, choice.cloud,
            self._desk.settings.device if goes_on is None else goes_on.device,
            self.side if goes_on is None else goes_on.side, choice.workers, choice.memory, goes_on is not None,
        )  # fmt: skip

    @staticmethod
    def _labels_told(scene: Scene, choice: TilesChoice) -> str:
        if not choice.of_labels:
            return say("the labels of the classifier that its run keeps")
        return say_number(
            "the {count:,} label of {when}", "the {count:,} labels of {when}", scene.labels.labelled(),
            when=moment_in_words(time.time()),
        )  # fmt: skip

    # While it is made

    def _partial(self, mapping: _Mapping, value: object) -> None:
        from hsigui.pipeline.tiling.whole_scene import Begun

        if isinstance(value, Begun):
            scene = self._session.find(mapping.scene)
            if scene is None:
                return
            mapping.shown = Shown(
                mapping.choice.out, value.overview, value.classes, value.tiles, mapping.told, scene.revision
            )
            self._shown[mapping.scene] = mapping.shown
            if scene is self._session.shown:
                self._subjects.tell("")
                if not any(overlay.id == SUBJECT + ID for overlay in scene.overlays):
                    self._session.events.emit(OverlayAsked(ID))
        elif isinstance(value, OverviewPart) and mapping.shown is not None:
            mapping.shown.overview.put(value)
            mapping.shown.done += 1
            self._tell(mapping)

    def _tell(self, mapping: _Mapping) -> None:
        if self._session.shown is not None and self._session.shown.id == mapping.scene:
            self._subjects.tell(ID)

    def _done(self, mapping: _Mapping, made: TiledMap) -> None:
        scene, shown = self._session.find(mapping.scene), mapping.shown
        if shown is not None and scene is not None:
            shown.file, shown.in_work = MapWindows(made.files[0], scene.cube.geo), False
            self._tell(mapping)
        self._end(mapping)
        told = say(
            "The map by tiles of {name} is written: {path}. It is of {labels}.",
            name=mapping.name, path=mapping.choice.out, labels=mapping.told,
        )  # fmt: skip
        if shown is not None and shown.changed:
            told = say("{told} They have changed since.", told=told)
        self._desk.told(told, mapping.choice.out.parent)
        lines = partial(_lines, commands=tuple(made.record.commands))
        self._session.events.emit(StepDone(say("the scene was mapped by tiles"), lines))

    def _cancelled(self, mapping: _Mapping) -> None:
        self._stopped(mapping)
        found = pending.found(mapping.choice.out)
        if found is not None and self._session.find(mapping.scene) is not None:
            self._desk.messages.info(
                say_number(
                    "The map by tiles of {name} is stopped: {count} of {tiles} tiles is finished, and stays.",
                    "The map by tiles of {name} is stopped: {count} of {tiles} tiles are finished, and stay.",
                    found.finished, name=mapping.name, tiles=found.tiles,
                ),
                say("Under the same name of the file it is gone on with, today or another day."),
                buttons=[(say("Go on"), partial(self._go_on, mapping))],
            )  # fmt: skip

    def _failed(self, mapping: _Mapping, error: BaseException, trace: str) -> None:
        self._stopped(mapping)
        self._desk.fail(error, trace)

    def _stopped(self, mapping: _Mapping) -> None:
        if mapping.shown is not None:
            mapping.shown.in_work = False
            self._tell(mapping)
        self._end(mapping)

    def _end(self, mapping: _Mapping) -> None:
        if mapping.entry is not None:
            self._session.queue.ended(mapping.entry)

    def _go_on(self, mapping: _Mapping) -> None:
        scene = self._session.shown
        if scene is not None and scene.id == mapping.scene:
            self._open(mapping.choice.out)
        else:
            self._desk.messages.info(say("Show {name} first.", name=mapping.name))

    # As a picture

    def _subject(self, scene: Scene) -> tuple[Subject, ...]:
        shown = self._shown.get(scene.id)
        return () if shown is None else (shown.subject(),)

    def _labels_changed(self, _event: LabelsChanged) -> None:
        scene = self._session.scene
        shown = self._shown.get(scene.id)
        changed = shown is not None and scene.revision != shown.revision
        if shown is not None and changed != shown.changed:
            shown.changed = changed
            self._subjects.tell(ID)


def _lines(_ctx: Context, commands: tuple[str, ...]) -> tuple[str, ...]:
    if not commands:
        raise HsiError(say("There are no commands for this map: its scene, its labels or its masks are in no file."))
    return commands


def map_scene(ctx: Context, wanted: Wanted) -> TiledMap:
    """The work of the job; what brings torch is imported in its worker.

    Raises:
        HsiError: as `whole_scene.map_whole_scene`.
    """
    from hsigui.pipeline.tiling.whole_scene import map_whole_scene

    try:
        return map_whole_scene(ctx, wanted)
    except OSError as error:
        raise HsiError(
            say("{path} cannot be made: {reason}.", path=wanted.out, reason=error.strerror or error),
            say("Finished tiles stay: under the same name it is gone on with."),
        ) from error
