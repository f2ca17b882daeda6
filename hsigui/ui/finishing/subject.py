"""The finished map as other views show it."""

from __future__ import annotations

from hsigui.document.events import FinishedChanged, FinishedPainted, FinishingChanged
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of

FINISHED = "finished"


def finished(scene: Scene) -> tuple[Subject, ...]:
    """The finished map of a scene, where it is another than the model's answer."""
    finishing = scene.finishing
    if finishing.classes is None or not finishing.in_use:
        return ()
    table = finishing.table
    return (Subject(FINISHED, say("Finished map"), draw_classes(finishing.classes, table), legend=legend_of(table)),)


def offer_finished(bench: Bench) -> None:
    """Offers it, and tells of every stroke while it is drawn."""
    subjects, events = bench.subjects, bench.desk.session.events
    subjects.offer(finished)

    def painted(_event: FinishedPainted) -> None:
        subjects.tell(FINISHED)

    def others(_event: Changed) -> None:
        subjects.tell(FINISHED, "")

    events.subscribe(FinishedPainted, painted)
    events.subscribe(FinishedChanged, others)
    events.subscribe(FinishingChanged, others)
