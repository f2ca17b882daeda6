"""The labels as other views show them."""

from __future__ import annotations

from hsigui.document.events import ClassesChanged, LabelsPainted, ValidationChanged
from hsigui.document.scene import Scene
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of

IDS = {TRAINING: "labels", VALIDATION: "validation"}


def labels(scene: Scene) -> tuple[Subject, ...]:
    """The labels of a scene, and those for validation where there are any."""
    table, legend = scene.classes, legend_of(scene.classes)
    training = Subject(
        IDS[TRAINING], say("Labels"), draw_classes(scene.labels.array, table), legend=legend,
        empty=not scene.labels.labelled(TRAINING),
    )  # fmt: skip
    if not scene.labels.labelled(VALIDATION):
        return (training,)
    draw = draw_classes(scene.labels.validation, table)
    return (training, Subject(IDS[VALIDATION], say("Validation labels"), draw, legend=legend))


def offer_labels(bench: Bench) -> None:
    """Offers them, and tells of every stroke while it is drawn."""
    subjects, events = bench.subjects, bench.desk.session.events
    subjects.offer(labels)

    def painted(event: LabelsPainted) -> None:
        subjects.tell(IDS[event.layer])

    def others(_event: ValidationChanged) -> None:
        subjects.tell(IDS[VALIDATION], "")

    def classes(_event: ClassesChanged) -> None:
        subjects.tell(*IDS.values())

    events.subscribe(LabelsPainted, painted)
    events.subscribe(ValidationChanged, others)
    events.subscribe(ClassesChanged, classes)
