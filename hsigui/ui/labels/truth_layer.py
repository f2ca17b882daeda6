"""The ground truth over the scene, and as other views show it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hsigui.document.events import ClassesChanged, SceneShown, TruthChanged
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of

TRUTH = "truth"


def truth(scene: Scene) -> tuple[Subject, ...]:
    """The ground truth of a scene, all of it: what labels were drawn from it, and what lies between, included."""
    if scene.truth is None:
        return ()
    table = scene.classes
    return (Subject(TRUTH, say("Ground truth"), draw_classes(scene.truth.array, table), legend=legend_of(table)),)


class TruthLayer(QObject):
    """Shows the truth of the scene in front while that is asked for, and offers it."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._session, self._image, self._subjects = bench.desk.session, bench.image, bench.subjects
        self._on = False
        self._subjects.offer(truth)
        for kind in (SceneShown, TruthChanged, ClassesChanged):
            self._session.events.subscribe(kind, self._changed)

    def show_truth(self, on: bool) -> None:
        """Shows or hides it."""
        self._on = on
        self._draw()

    def _changed(self, event: Changed) -> None:
        self._draw()
        self._subjects.tell(TRUTH)
        if isinstance(event, TruthChanged):
            self._subjects.tell("")

    def _draw(self) -> None:
        known = self._session.truth
        if known is None or not self._on:
            self._image.set_truth(None)
        else:
            self._image.set_truth(known.array, self._session.classes)
