"""Derived layers as other views show them."""

from __future__ import annotations

from hsigui.document.derived import legend_of, title_of
from hsigui.document.events import DerivedChanged, DerivedListChanged
from hsigui.document.scene import Scene
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject
from hsigui.ui.layers.ground import draw_of, key_of


def subject_id(number: int) -> str:
    """What a layer is called among all that can be shown."""
    return f"layer {number}"


def layers(scene: Scene) -> tuple[Subject, ...]:
    """The layers of a scene that are made."""
    return tuple(
        Subject(subject_id(found.number), title_of(found), draw_of(found), key_of(found), legend_of(found.layer))
        for found in scene.derived
        if found.layer is not None
    )


def offer_layers(bench: Bench) -> None:
    """Offers them, and tells when one looks otherwise."""
    subjects, events = bench.subjects, bench.desk.session.events
    subjects.offer(layers)

    def others(_event: DerivedListChanged) -> None:
        subjects.tell("")

    def changed(event: DerivedChanged) -> None:
        subjects.tell(subject_id(event.number), "")

    events.subscribe(DerivedListChanged, others)
    events.subscribe(DerivedChanged, changed)
