"""What becomes of trainings, features and maps when pixels are masked out, or not any more."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer

from hsigui.document.events import EncoderChanged, MapWanted, MasksChanged, PaintTargetChanged, SceneLeft, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.identity import Origin
from hsigui.document.queue import HeavyJob, Kind
from hsigui.document.scene import Scene
from hsigui.document.scene_masks import SceneMask
from hsigui.document.scene_state import MapMaking
from hsigui.document.values import Run
from hsigui.jobs import Job
from hsigui.masks.using import MAP, PRETRAIN
from hsigui.pipeline import live
from hsigui.pipeline.own import own_encoder
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.input_change import ask_for_input, stop_training
from hsigui.ui.desk.job_bridge import Watcher

Masks = tuple[SceneMask, ...]


def taken_back(now: Masks, before: Masks, after: Masks) -> Masks:
    """Masks as they are now without one change of before.

    Args:
        before, after: the masks before that change and after it.

    Returns:
        those that it changed as they were before, but with the pixels of now where these are others since; masks that
        came meanwhile stay.
    """
    old, new = ({each.number: each for each in masks} for masks in (before, after))
    present = {each.number: each for each in now}
    found = []
    for number, was in old.items():
        made, here = new.get(number), present.get(number)
        if made is was or (here is None and made is not None):  # not of this change, or deleted since
            found += [] if here is None else [here]
        elif here is not None and made is not None and not here.mask.same_pixels(made.mask):
            found.append(replace(was, mask=here.mask.named(was.name)))
        else:
            found.append(was)
    return (*found, *(each for each in now if each.number not in old and each.number not in new))


class MaskChanges(QObject):
    """Has a scene other masks, and makes anew what was made of other pixels.

    Other pixels for pretraining are another input: it is asked as for other bands. Other pixels for the map leave the
    encoder as it is: the features are computed once more, and the map is drawn from them. What is drawn on a mask is
    in force once that has ended.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._waiting: set[int] = set()  # ids of scenes whose features are to be computed and are not begun yet
        self._settling: set[int] = set()  # ids of scenes about which the user is asked
        self._leaving = False
        events = self._session.events
        for kind in (EncoderChanged, SceneShown):
            events.subscribe(kind, self._renew_features)
        for change in (MasksChanged, PaintTargetChanged):
            events.subscribe(change, self._settle_shown)
        events.subscribe(SceneLeft, self._left)

    def take(self, scene: Scene, after: Masks) -> bool:
        """Has a scene these masks and no others; returns whether the user let it be so."""
        before = scene.masks.in_force
        learned, mapped = (_pixels(before, use) != _pixels(after, use) for use in (PRETRAIN, MAP))
        answer = ask_for_input(self._desk, scene) if learned else "keep"
        if answer == "cancel" or (learned and not self._may_go(scene)):
            return False
        if answer == "stop":
            stop_training(self._desk, scene)
        scene.masks.take(after)
        if learned:
            scene.replace_cube(scene.cube, new_input=True)
        elif mapped:
            self._map_again(scene)
        return True

    def settle(self, scene: Scene) -> None:
        """Puts in force what was drawn on masks, where the user lets it be so; else it is taken back, as a step that
        can be taken back itself."""
        idle = scene.masks.drawn_since and not scene.mask_drawn_on and scene.id not in self._settling
        if not idle or self._session.find(scene.id) is None:
            return
        self._settling.add(scene.id)
        try:
            if not self.take(scene, scene.masks.all):
                scene.masks.draw_back(say("What was drawn on the mask, taken back"))
                self._desk.messages.info(
                    say("What was drawn on the mask was taken back: pretraining sees its pixels."),
                    say("Undo draws it again and asks once more. Without the tick at Pretraining nothing is asked."),
                )
        finally:
            self._settling.discard(scene.id)

    def _settle_shown(self, _event: Changed) -> None:
        scene = self._session.scene
        if self._leaving:
            QTimer.singleShot(0, self, partial(self.settle, scene))  # no question while another scene comes
        else:
            self.settle(scene)

    def _left(self, _event: SceneLeft) -> None:
        """Whoever comes back looks first: tools draw on a mask of the scene that is worked on, and of no other."""
        self._leaving = True
        try:
            if self._session.scene.mask_drawn_on:
                self._session.scene.paint_on_labels()
        finally:
            self._leaving = False

    def _may_go(self, scene: Scene) -> bool:
        """Whether what was learned of other pixels may be dropped."""
        return scene.features is None or self._desk.prompts.confirm(
            say("Other pixels for pretraining"),
            say("The encoder was trained on other pixels."),
            say(
                "It and its map do not fit the masks any more and are dropped; the labels stay. The run is kept on "
                "disk, but another pretraining is needed for a new map."
            ),
            say("Change the masks"),
        )

    def _map_again(self, scene: Scene) -> None:
        if scene.map is not None and scene.map.nearest is not None:
            made = MapMaking.of(scene.map)
            scene.map_to_make = MapMaking(
                made.trained_on, made.spec, made.sample, measured_on=made.measured_on, matching=made.matching,
                numbers=made.numbers,
            )  # fmt: skip
            scene.events.emit(MapWanted())
        if scene.run is not None and scene.run.features is not None:
            self._embed(scene, scene.run)

    def _embed(self, scene: Scene, run: Run) -> None:
        if scene.id in self._waiting:  # it is computed of the pixels that are left when its turn comes
            return
        self._waiting.add(scene.id)
        entry = HeavyJob(
            Kind.OPENING, say("Features without masked pixels"), scene.id, scene.cube.name,
            lambda: self._begin(entry, run), partial(self._waiting.discard, scene.id),
        )  # fmt: skip
        self._session.queue.add(entry)

    def _begin(self, entry: HeavyJob, run: Run) -> tuple[Job, Origin] | None:
        scene, queue = self._session.find(entry.scene), self._session.queue
        self._waiting.discard(entry.scene)
        if scene is None or scene.run is None or scene.run.encoder is not run.encoder or scene.features_fit:
            return None
        origin, seen = scene.origin, scene.mapped_cube

        def done(found: live.Trained) -> None:
            queue.ended(entry)
            same = self._session.find(origin.scene) is scene and scene.origin == origin
            if same and scene.run is not None and scene.run.encoder is run.encoder and scene.mapped_cube is seen:
                scene.set_run(found.encoder, found.features, run.folder, found.seconds, mapped=seen)

        def failed(error: BaseException, trace: str) -> None:
            queue.ended(entry)
            self._desk.fail(error, trace)

        watcher = Watcher(done=done, failed=failed, cancelled=lambda: queue.ended(entry))
        work = partial(live.embed_again, cube=seen, encoder=own_encoder(run.encoder), folder=run.folder)
        return self._desk.bridge.start(work, entry.title, watcher), origin

    def _renew_features(self, _event: Changed) -> None:
        """Features of a training that began before pixels were masked out, or were not any more, are of others."""
        scene = self._session.scene
        if scene.run is not None and not scene.features_fit:
            self._embed(scene, scene.run)


def _pixels(masks: Masks, use: str) -> frozenset[str]:
    """Which pixels are masked out for a use, by the sums of their masks."""
    return frozenset(each.mask.sha256 for each in masks if use in each.uses and each.mask.pixels)
