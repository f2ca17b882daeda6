"""The curves of other trainings of the scene, from their records, over that which is shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import EncoderChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.jobs import Context
from hsigui.storage.recovery import scene_key
from hsigui.storage.runs import RunFacts, Runs, facts_of
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.training.run_files import spec_title
from hsigui.ui.training.view import OtherRun, TrainingView


class OtherRuns(QObject):
    """Offers the runs of the scene that have a curve, and hands over those that are chosen."""

    def __init__(self, desk: Desk, runs: Runs, view: TrainingView) -> None:
        super().__init__(desk.window)
        self._session, self._runs, self._view = desk.session, runs, view
        self._found: dict[str, RunFacts] = {}
        self._reading = Latest(desk.bridge, say("Look for runs"), self._take)
        view.others_chosen.connect(self._chosen)
        for kind in (SceneShown, EncoderChanged):
            self._session.events.subscribe(kind, self._look)

    def _look(self, event: Changed) -> None:
        if isinstance(event, SceneShown):
            self._take([])
        scene = self._session.shown
        if scene is not None:
            known = [run.folder for run in scene.runs if run.folder is not None]
            known += [place.folder for place in scene.run_places]
            self._reading.request(partial(_look_for, runs=self._runs, key=scene_key(scene.cube), known=known))

    def _take(self, found: list[RunFacts]) -> None:
        self._found = {str(facts.folder): facts for facts in found}
        self._view.offer_runs([(key, _title(facts)) for key, facts in self._found.items()])

    def _chosen(self, keys: list[str]) -> None:
        chosen = [self._found[key] for key in keys if key in self._found]
        self._view.show_others([OtherRun(_title(f), f.losses, f.readings) for f in chosen])


def _look_for(ctx: Context, runs: Runs, key: str, known: list[Path]) -> list[RunFacts]:
    """The runs of a scene that learned something, the newest first."""
    folders = dict.fromkeys([*known, *(run.folder for run in runs.kept(key))])
    found = []
    for folder in folders:
        ctx.check()
        facts = facts_of(folder)
        if facts is not None and facts.losses:
            found.append(facts)
    return sorted(found, key=lambda facts: -facts.made_at)


def _title(facts: RunFacts) -> str:
    return say("{title} ({name})", title=spec_title(facts.spec), name=facts.folder.name)
