"""Steps over each new map, done in a worker; what is painted on the map; and the panel of both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import (
    ClassesChanged,
    FinishedChanged,
    FinishedShown,
    FinishingChanged,
    MapChanged,
    PaintTargetChanged,
    SceneShown,
)
from hsigui.document.finished import ChosenStep, Computed, Finisher, compute
from hsigui.document.hub import Changed
from hsigui.document.intentions import PicturesCompared
from hsigui.jobs import Context
from hsigui.labels.formats.files import write_classes
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.finishing.panel import FinishPanel, Shown
from hsigui.ui.finishing.subject import FINISHED
from hsigui.ui.finishing.words import painted_in_words
from hsigui.ui.image.bench import Bench

MAP = "map"  # the subject of the model's answer, and what the tools paint on


class FinishingController(QObject):
    """Keeps the finished map in step with the map, and the panel with both."""

    def __init__(self, bench: Bench, panel: FinishPanel) -> None:
        super().__init__(bench.desk.window)
        self._desk = bench.desk
        self._session, self._panel, self._actions = bench.desk.session, panel, bench.actions
        self._finisher = Finisher()
        self._latest = Latest(bench.desk.bridge, say("Finish map"), self._take)
        panel.steps_changed.connect(self._set_steps)
        events = self._session.events
        wakes: tuple[tuple[Callable[[Changed], None], tuple[type[Changed], ...]], ...] = (
            (self._renew, (SceneShown, MapChanged, ClassesChanged, FinishingChanged)),
            (self._show_switches, (SceneShown, FinishedShown, PaintTargetChanged)),
            (
                self._show,
                (SceneShown, MapChanged, FinishingChanged, FinishedChanged, FinishedShown, PaintTargetChanged),
            ),
        )
        for call, kinds in wakes:
            for kind in kinds:
                events.subscribe(kind, call)
        self._show()

    # What is asked for

    def show_finished(self, on: bool) -> None:
        """Shows the finished map in place of the model's answer, or that again."""
        scene = self._session.scene
        scene.finishing.show(on)
        if not on and scene.painting.on(MAP):
            scene.paint_on_labels()  # nobody paints on what is not seen

    def paint_map(self, on: bool) -> None:
        """Has the tools paint on the finished map, or labels again."""
        scene = self._session.scene
        if on:
            scene.paint_on_map()
            self._actions["show_map"].setChecked(True)
        elif scene.painting.on(MAP):
            scene.paint_on_labels()

    def erase_painted(self) -> None:
        """Takes all away that a hand painted on the map."""
        self._session.scene.finishing.erase_all(say("All that was painted on the map"))

    def swipe(self) -> None:
        """Shows the model's answer and the finished map over each other."""
        self._session.events.emit(PicturesCompared("swipe", (MAP, FINISHED)))

    def save_painted(self) -> None:
        """Asks for a file, and writes what is painted into it; commands that are copied name it."""
        desk, cube = self._desk, self._session.scene.cube
        path = desk.prompts.save_path(say("Save what is painted"), str(desk.folder() / f"{cube.name}-painted.tif"))
        if path is not None:
            self._save(path)

    def _save(self, path: Path) -> None:
        scene, desk = self._session.scene, self._desk
        hand = scene.finishing.hand
        if hand.painted is None:
            return
        array, classes = hand.painted

        def done(written: list[Path]) -> None:
            scene.finishing.mark_saved(path, hand.revision)
            desk.told(say("What is painted was saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(desk, Saving(
            say("Save what is painted"), (path,),
            lambda _ctx: write_classes(path, array, classes, scene.cube.geo), done, lambda: None,
            (copy, partial(self._save, copy)),
        ))  # fmt: skip

    def _set_steps(self, steps: tuple[ChosenStep, ...]) -> None:
        finishing = self._session.scene.finishing
        if len(steps) > len(finishing.steps):
            finishing.show(True)  # who adds a step wants to see what comes of it
        finishing.set_steps(steps)

    # The finished map

    def _renew(self, event: Changed) -> None:
        """Does the steps over the map as it is now; the newest wish wins, and until then the finished map stays."""
        scene = self._session.scene
        made, computed, steps = scene.map, scene.finishing.computed, scene.finishing.steps
        if made is None:
            self._latest.forget()
            scene.finishing.put(None)
            return
        if isinstance(event, SceneShown):
            self._latest.forget()
            self._finisher = Finisher()  # it would keep maps of the other scene in memory
            if computed is not None and computed.of is made.class_map and computed.steps == steps:
                return
        work = partial(
            compute, made.class_map, scene.classes, steps, geo=scene.cube.geo, valid=scene.map_valid,
            sure=made.nearest is None, finisher=self._finisher,
        )  # fmt: skip
        if any(step.on for step in steps):
            self._latest.request(partial(_in_worker, scene=scene.id, work=work))
        else:
            self._latest.forget()
            work.keywords["finisher"] = None  # a worker may still be busy with ours
            scene.finishing.put(work())

    def _take(self, found: tuple[int, Computed]) -> None:
        scene, computed = self._session.find(found[0]), found[1]
        if scene is not None and scene.map is not None and scene.map.class_map is computed.of:
            scene.finishing.put(computed)
        self._show()

    # The panel

    def _show_switches(self, _event: Changed) -> None:
        scene = self._session.scene
        self._actions["show_finished"].setChecked(scene.finishing.shown)
        self._actions["paint_map"].setChecked(scene.painting.on(MAP))

    def _show(self, _event: Changed | None = None) -> None:
        scene = self._session.scene
        finishing = scene.finishing
        computed = finishing.computed
        outcomes = computed.outcomes if computed is not None and computed.steps == finishing.steps else ()
        names = dict.fromkeys(info.name for info in (*scene.classes, *finishing.table))
        self._panel.show_names(tuple(names))
        self._panel.show_steps(finishing.steps, outcomes)
        self._panel.show_state(Shown(self._state(), painted_in_words(finishing.pixels)))
        self._panel.setEnabled(self._session.shown is not None)

    def _state(self) -> str:
        scene = self._session.scene
        made, finishing = scene.map, scene.finishing
        if made is None:
            return say("No map yet. Steps and what is painted are done over every map that comes.")
        if scene.painting.on(MAP):
            return say("The tools paint on this map, not labels. Esc in the image, or the button: labels again.")
        if not finishing.in_use:
            return say("The map is the model's answer as it is: no step is on, and nothing is painted.")
        computed = finishing.computed
        if computed is None:
            return say("The steps are being done; the model's answer is shown until then.")
        if computed.of is not made.class_map or computed.steps != finishing.steps:
            return say("The steps are being done again; the finished map of before is shown until then.")
        if not finishing.shown:
            return say("The model's answer is shown; the finished map is there.")
        return say("The finished map is shown in place of the model's answer.")


def _in_worker(ctx: Context, scene: int, work: partial[Computed]) -> tuple[int, Computed]:
    ctx.progress(0, 0, say("Finishing the map…"))
    return scene, work(check=ctx.check)
