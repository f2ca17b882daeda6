"""What becomes of trainings, features and maps when pixels are masked out, or not any more."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.document.events import EncoderChanged, MapWanted
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


class MaskChanges(QObject):
    """Has a scene other masks, and makes anew what was made of other pixels.

    Other pixels for pretraining are another input: it is asked as for other bands. Other pixels for the map leave the
    encoder as it is: the features are computed once more, and the map is drawn from them.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._session.events.subscribe(EncoderChanged, self._encoder_changed)

    def take(self, scene: Scene, after: Masks) -> bool:
        """Has a scene these masks and no others; returns whether the user let it be so."""
        before = scene.masks.all
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
        entry = HeavyJob(
            Kind.OPENING, say("Features without masked pixels"), scene.id, scene.cube.name,
            lambda: self._begin(entry, run),
        )  # fmt: skip
        self._session.queue.add(entry)

    def _begin(self, entry: HeavyJob, run: Run) -> tuple[Job, Origin] | None:
        scene, queue = self._session.find(entry.scene), self._session.queue
        if scene is None or scene.run is None or scene.run.encoder is not run.encoder:
            return None
        origin, seen = scene.origin, scene.mapped_cube

        def done(found: live.Trained) -> None:
            queue.ended(entry)
            same = self._session.find(origin.scene) is scene and scene.origin == origin
            if same and scene.run is not None and scene.run.encoder is run.encoder and scene.mapped_cube is seen:
                scene.set_run(found.encoder, found.features, run.folder, found.seconds)

        def failed(error: BaseException, trace: str) -> None:
            queue.ended(entry)
            self._desk.fail(error, trace)

        watcher = Watcher(done=done, failed=failed, cancelled=lambda: queue.ended(entry))
        work = partial(live.embed_again, cube=seen, encoder=own_encoder(run.encoder), folder=run.folder)
        return self._desk.bridge.start(work, entry.title, watcher), origin

    def _encoder_changed(self, _event: EncoderChanged) -> None:
        """A training that began before pixels were masked out has features of them."""
        scene = self._session.scene
        masks = scene.masks.of_use(MAP)
        if masks and scene.run is not None and scene.features is not None:
            valid = scene.features.valid
            if any(bool(np.any(valid & mask.masked)) for mask in masks):
                self._embed(scene, scene.run)


def _pixels(masks: Masks, use: str) -> frozenset[str]:
    """Which pixels are masked out for a use, by the sums of their masks."""
    return frozenset(each.mask.sha256 for each in masks if use in each.uses and each.mask.pixels)
