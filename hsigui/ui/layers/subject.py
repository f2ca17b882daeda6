"""Derived layers as other views show them."""

from __future__ import annotations

from functools import partial

from hsigui.document.derived import EMBEDDING, DerivedLayer, legend_of, title_of
from hsigui.document.events import DerivedChanged, DerivedListChanged, EncoderChanged
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject, draw_nothing
from hsigui.ui.layers.ground import draw_of, key_of
from hsigui.ui.layers.making import LayerMaker


def subject_id(number: int) -> str:
    """What a layer is called among all that can be shown."""
    return f"layer {number}"


class LayerSubjects:
    """Offers the layers of a scene, those that are kept as recipes, too, and tells when one looks otherwise."""

    def __init__(self, bench: Bench, maker: LayerMaker) -> None:
        self._session, self._subjects, self._maker = bench.desk.session, bench.subjects, maker
        self._told: dict[int, str] = {}  # the last state of each layer of the shown scene that was being made
        self._subjects.offer(self.of)
        events = self._session.events
        events.subscribe(DerivedListChanged, self._list_changed)
        events.subscribe(DerivedChanged, self._changed)
        events.subscribe(EncoderChanged, self._encoder_changed)
        maker.changed.connect(self._got_on)

    def of(self, scene: Scene) -> tuple[Subject, ...]:
        """The layers of a scene."""
        return tuple(self._subject(scene, found) for found in scene.derived)

    def _subject(self, scene: Scene, found: DerivedLayer) -> Subject:
        if found.layer is not None:
            return Subject(
                subject_id(found.number), title_of(found), draw_of(found), key_of(found), legend_of(found.layer)
            )
        make = partial(self._make, scene, found.number)
        state = self._state(scene, found)
        return Subject(subject_id(found.number), title_of(found), draw_nothing, make=make, state=state)

    def _make(self, scene: Scene, number: int) -> bool:
        found = scene.derived.get(number)
        if scene is not self._session.shown or found is None or _lacks_encoder(scene, found):
            return False
        self._maker.make_again(number)
        return True

    def _state(self, scene: Scene, found: DerivedLayer) -> str:
        """How things stand with a layer that is not made."""
        done = self._maker.progress_of(scene, found.number)
        if done is not None and done >= 0:
            return say("Making {name}: {percent:.0f} %", name=found.name, percent=100 * done)
        if done is not None:
            return say("Making {name}…", name=found.name)
        if _lacks_encoder(scene, found):
            return say("{name} is of what an encoder learned: press Pretrain, or open a run.", name=found.name)
        return say("{name} is not made: show it once more to make it.", name=found.name)

    def _list_changed(self, _event: DerivedListChanged) -> None:
        self._subjects.tell("")

    def _changed(self, event: DerivedChanged) -> None:
        self._subjects.tell(subject_id(event.number), "")

    def _encoder_changed(self, _event: EncoderChanged) -> None:
        """What is made of what it learned may be asked for now."""
        for found in self._session.scene.derived:
            if found.layer is None and found.kept.recipe.kind == EMBEDDING:
                self._subjects.tell(subject_id(found.number))

    def _got_on(self) -> None:
        scene = self._session.scene
        now = {found.number: self._state(scene, found) for found in scene.derived if found.layer is None}
        before, self._told = self._told, now
        for number, state in now.items():
            if before.get(number, state) != state:
                self._subjects.tell(subject_id(number))


def _lacks_encoder(scene: Scene, found: DerivedLayer) -> bool:
    return found.kept.recipe.kind == EMBEDDING and scene.features is None
