"""Keeps the table of maps and trainings in step with the scene, and does what is asked of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import (
    AccuracyChanged,
    ClassesChanged,
    EncoderChanged,
    MapChanged,
    ResultsChanged,
    SceneShown,
)
from hsigui.document.hub import Changed
from hsigui.document.intentions import PicturesCompared, RunAsked, TrainingAsked
from hsigui.document.results import NOW, TRAINING, KeptResult, result_of
from hsigui.document.scene import Scene
from hsigui.document.values import MapOfScene
from hsigui.jobs import Context
from hsigui.storage.recovery import scene_key
from hsigui.storage.runs import RunFacts, Runs, facts_of
from hsigui.texts import say
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject
from hsigui.ui.runs.comparing import PairFacts, against, compare_pair
from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.rows import NAME, NOTE, Row, rows_of, texts_of
from hsigui.ui.runs.subject import difference_id, difference_subject, id_of, map_subject

Facts = tuple[dict[Path, RunFacts], list[Path]]


class ResultsOfScene(QObject):
    """The table of the scene that is shown."""

    def __init__(self, bench: Bench, panel: ResultsTable) -> None:
        super().__init__(bench.desk.window)
        self._bench, self._desk, self._session = bench, bench.desk, bench.desk.session
        self._subjects, self._panel = bench.subjects, panel
        self._facts: Facts = {}, []
        self._now: tuple[MapOfScene, KeptResult] | None = None  # the map that is shown, as a row
        self._rows: list[Row] = []
        self._versus: Mapping[str, str] = {}
        self._offered: tuple[Row, Row] | None = None
        self._seen = False
        bridge = self._desk.bridge
        self._reading = Latest(bridge, say("Look for runs"), self._take_facts)
        self._comparing = Latest(bridge, say("Compare maps"), self._take_versus)
        self._pairing = Latest(bridge, say("Compare two maps"), self._take_pair)
        self._subjects.offer(self.subjects)
        panel.chosen_changed.connect(self._chosen_changed)
        panel.model.ticked_changed.connect(self._ticked_changed)
        panel.model.renamed.connect(self._rename)
        panel.model.noted.connect(self._annotate)
        events = self._session.events
        for kind in (SceneShown, EncoderChanged):
            events.subscribe(kind, self._look)
        for other in (ResultsChanged, MapChanged, AccuracyChanged, ClassesChanged):
            events.subscribe(other, self._changed)

    @property
    def rows(self) -> list[Row]:
        """All rows, as they stand before they are sorted."""
        return list(self._rows)

    def set_seen(self, seen: bool) -> None:
        """The table is renewed while it is looked at."""
        self._seen = seen
        if seen:
            self._renew()

    # Keeping

    def keep_map(self) -> None:
        """Puts the map that is shown into the table, to stay when others are made."""
        scene = self._session.scene
        if scene.map is None:
            return
        if not scene.keep_map():
            self._desk.messages.info(say("This map is kept already."), stays=False)
            return
        kept = scene.results.all[-1]
        title = Row("", kept).title
        self._desk.messages.info(say("{title} is kept in the table of maps and trainings.", title=title), stays=False)

    def rename(self) -> None:
        """Lets the user name the chosen row."""
        self._edit(NAME)

    def annotate(self) -> None:
        """Lets the user write a note to the chosen row."""
        self._edit(NOTE)

    def delete(self) -> None:
        """Takes the chosen map away, which can be had back; or asks whether a training goes from the disk."""
        row, scene = self._panel.chosen, self._session.shown
        if row is None or scene is None:
            return
        if row.is_now:
            self._desk.messages.info(say("This is the map that is shown: it goes when another is made."), stays=False)
        elif row.key.startswith("run "):
            self._delete_run(scene, row)
        else:
            scene.results.remove(row.result.number)
            back = [(say("Take it back"), partial(self._put_back, scene.id, row.result))]
            self._desk.messages.info(say("{title} was deleted.", title=row.title), buttons=back, stays=False)

    def _put_back(self, scene: int, result: KeptResult) -> None:
        found = self._session.find(scene)
        if found is not None:
            found.results.add(result)

    def _delete_run(self, scene: Scene, row: Row) -> None:
        folder = row.result.folder
        if folder is None:
            return
        if scene.run is not None and scene.run.folder == folder:
            self._desk.messages.info(say("This training is in use."), say("Use another one first."))
            return
        own = self._bench.runs.is_own(folder)
        detail = (
            say("Its encoder is removed from the disk, which cannot be taken back. Maps made by it stay.") if own
            else say("Its folder {folder} stays as it is.", folder=folder)
        )  # fmt: skip
        text = say("Delete {title}?", title=row.title)
        if not self._desk.prompts.confirm(say("Delete training"), text, detail, say("Delete")):
            return

        def done(_result: object) -> None:
            scene.results.remove(row.result.number)
            scene.forget_run(folder)
            if scene is self._session.shown:
                self._look()

        remove = partial(_remove, runs=self._bench.runs, folder=folder, own=own)
        self._desk.bridge.start(remove, say("Delete training"), Watcher(done=done))

    # Using

    def use(self) -> None:
        """Takes the encoder of the chosen row into use."""
        row = self._panel.chosen
        if row is None:
            return
        if row.result.folder is None:
            self._desk.messages.info(say("This map's encoder is kept in no folder: it cannot be used again."))
        else:
            self._session.events.emit(RunAsked(row.result.folder))

    def repeat(self) -> None:
        """Trains once more with the settings and the seed of the chosen row."""
        row = self._panel.chosen
        if row is not None and row.result.spec is not None:
            self._session.events.emit(TrainingAsked(row.result.spec))
        elif row is not None:
            self._desk.messages.info(say("This row has no training that could be repeated."))

    # Comparing

    def compare_views(self) -> None:
        """Two maps and their difference, each in a view beside the image."""
        pair = self._pair()
        if pair is not None:
            names = (id_of(pair[0]), id_of(pair[1]), difference_id(*pair))
            self._session.events.emit(PicturesCompared("views", names))

    def compare_swipe(self) -> None:
        """Two maps over each other, with a line between them that is dragged."""
        pair = self._pair()
        if pair is not None:
            self._session.events.emit(PicturesCompared("swipe", (id_of(pair[0]), id_of(pair[1]))))

    def show_difference(self) -> None:
        """The difference of two maps beside the image."""
        pair = self._pair()
        if pair is not None:
            self._session.events.emit(PicturesCompared("views", (difference_id(*pair),)))

    def subjects(self, scene: Scene) -> tuple[Subject, ...]:
        """What other views can show: the maps that are kept, and the difference of two."""
        rows = [Row(f"kept {each.number}", each) for each in scene.results if each.map is not None]
        found = [map_subject(row, scene.classes) for row in rows]
        if scene is self._session.shown and self._offered is not None:
            found.append(difference_subject(*self._offered))
        return tuple(found)

    def _pair(self) -> tuple[Row, Row] | None:
        """The two maps that are meant: those that are ticked, else the chosen one and the one that is shown."""
        if not self._rows:
            self._renew()
        ticked = [row for row in self._panel.ticked if row.has_map]
        chosen, now = self._panel.chosen, next((row for row in self._rows if row.is_now), None)
        if len(ticked) < 2 and not ticked and chosen is not None and chosen.has_map and now is not None:
            ticked = [] if chosen.is_now else [chosen, now]
        if len(ticked) != 2:
            self._desk.messages.info(say("Tick two maps in the table of maps and trainings to compare them."))
            return None
        pair = ticked[0], ticked[1]
        self._offer(pair)
        return pair

    def _offer(self, pair: tuple[Row, Row] | None) -> None:
        """Has the difference of a pair offered, and told of in words."""
        self._offered = pair
        self._subjects.tell("")
        if pair is None:
            self._pairing.forget()
            self._panel.tell("")
        else:
            self._subjects.tell(difference_id(*pair))
            self._pairing.request(partial(compare_pair, first=pair[0].result, second=pair[1].result))

    def _take_pair(self, found: PairFacts) -> None:
        if self._offered is not None:
            first, second = (row.title for row in self._offered)
            self._panel.tell(say("{first} / {second}: {told}", first=first, second=second, told=found.words))

    def _ticked_changed(self) -> None:
        ticked = self._panel.ticked
        self._offer((ticked[0], ticked[1]) if len(ticked) == 2 else None)

    # In step with the scene

    def _look(self, event: Changed | None = None) -> None:
        """Another scene, or a run of it: its folders are looked through."""
        if isinstance(event, SceneShown):
            self._facts, self._versus, self._rows = ({}, []), {}, []
            self._panel.model.ticked = []
            self._offer(None)
        scene = self._session.shown
        if scene is not None:
            known = [run.folder for run in scene.runs if run.folder is not None]
            known += [place.folder for place in scene.run_places]
            self._reading.request(partial(_facts, runs=self._bench.runs, key=scene_key(scene.cube), known=known))
        self._changed()

    def _take_facts(self, found: Facts) -> None:
        self._facts = found
        self._renew()

    def _changed(self, event: Changed | None = None) -> None:
        if isinstance(event, ResultsChanged | ClassesChanged):
            self._subjects.tell(*(f"kept {each.number}" for each in self._session.scene.results), "")
        if self._seen:
            self._renew()

    def _renew(self) -> None:
        scene = self._session.shown
        if scene is None:
            return
        facts, folders = self._facts
        self._rows = rows_of(self._now_of(scene), scene.results, facts, folders)
        self._show()
        self._compare()
        self._renew_pair()

    def _renew_pair(self) -> None:
        """A pair that is compared may hold the map that is shown, which is another now."""
        if self._offered is None:
            return
        rows = {row.key: row for row in self._rows}
        pair = [rows.get(row.key) for row in self._offered]
        if pair[0] is None or pair[1] is None:
            self._offer(None)
        elif (pair[0].result, pair[1].result) != (self._offered[0].result, self._offered[1].result):
            self._offer((pair[0], pair[1]))

    def _now_of(self, scene: Scene) -> KeptResult | None:
        """The map that is shown as a row; made once, for it copies what it was measured on."""
        if scene.map is None:
            self._now = None
            return None
        if self._now is None or self._now[0] is not scene.map:
            found = result_of(scene)
            self._now = None if found is None else (scene.map, found)
        return None if self._now is None else self._now[1]

    def _show(self) -> None:
        self._panel.show_rows(self._rows, texts_of(self._rows, self._versus))

    def _compare(self) -> None:
        chosen = self._panel.chosen
        if chosen is not None and sum(row.has_map for row in self._rows) > 1:
            self._comparing.request(partial(against, chosen=chosen, rows=tuple(self._rows)))
        else:
            self._comparing.forget()
            self._take_versus({})

    def _take_versus(self, found: Mapping[str, str]) -> None:
        if found != self._versus:
            self._versus = found
            self._show()

    def _chosen_changed(self, _key: str) -> None:
        self._compare()

    def _edit(self, column: int) -> None:
        row = self._panel.chosen
        if row is None or row.is_now:
            self._desk.messages.info(say("Keep the map first: only what is kept has a name and a note."), stays=False)
        else:
            self._panel.edit(column)

    def _rename(self, key: str, name: str) -> None:
        number = self._number_of(key)
        if number:
            self._session.scene.results.rename(number, name)

    def _annotate(self, key: str, note: str) -> None:
        number = self._number_of(key)
        if number:
            self._session.scene.results.annotate(number, note)

    def _number_of(self, key: str) -> int:
        """The number under which a row is kept; a training gets one when something is noted of it. 0 for none."""
        row = next((each for each in self._rows if each.key == key), None)
        if row is None or row.is_now:
            return NOW
        if row.result.number == NOW:
            return self._session.scene.results.add(replace(row.result, kind=TRAINING)).number
        return row.result.number


def _facts(ctx: Context, runs: Runs, key: str, known: list[Path]) -> Facts:
    """What the records of all runs of a scene say, the newest first."""
    folders = list(dict.fromkeys([*known, *(run.folder for run in runs.kept(key))]))
    found = {}
    for folder in folders:
        ctx.check()
        facts = facts_of(folder)
        if facts is not None:
            found[folder] = facts
    return found, sorted(found, key=lambda folder: -found[folder].made_at)


def _remove(_ctx: Context, runs: Runs, folder: Path, own: bool) -> None:
    if own:
        runs.remove(folder)
